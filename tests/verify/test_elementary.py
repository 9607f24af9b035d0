"""Functions in float64 are as near as they claim: held to mpmath at hostile arguments."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from mpmath import mp, mpf

from nalmx.verify.bounding.elementary import (
    ERROR,
    HALF_PI,
    LOG2,
    TINY,
    exponential,
    hyperbolic_tangent,
    logarithm,
    sine_and_cosine,
)


def arguments(largest: float) -> np.ndarray:
    """Numbers of all sizes, and floats beside multiples of log 2 and of π/2, where reduction cancels most."""
    draw = random.Random(3)
    found = [draw.choice((-1, 1)) * largest * 10 ** -draw.uniform(0, 12) for _ in range(400)]
    for _ in range(400):
        near = draw.randrange(int(largest)) * draw.choice((math.log(2), math.pi / 2, 0.5))
        if near < largest:
            found += [near, -near, math.nextafter(near, 0), math.nextafter(near, math.inf)]
    return np.array(found)


def test_the_parts_of_log_2_and_of_half_pi_are_those() -> None:
    with mp.workdps(50):
        for parts, whole in ((LOG2, mp.log(2)), (HALF_PI, mp.pi / 2)):
            assert abs(mpf(parts[0]) + mpf(parts[1]) - whole) < mpf(2) ** -85
            assert (parts[0] * 2**33).is_integer()


def test_exponentials_are_within_their_error() -> None:
    given = np.clip(arguments(1000.0), -1000.0, 700.0)
    with mp.workdps(40):
        for x, found in zip(given, exponential(given), strict=True):
            exact = mp.exp(mpf(x))
            assert abs(mpf(found) - exact) <= exact * ERROR / 16 + TINY


def test_exponentials_are_infinite_where_they_are_too_large() -> None:
    assert exponential(np.array([700.5, 1e300, math.inf])).min() == math.inf


def test_sines_cosines_and_hyperbolic_tangents_are_within_their_error() -> None:
    given = arguments(2.0**20)
    with mp.workdps(40):
        for x, sine, cosine in zip(given, *sine_and_cosine(given), strict=True):
            assert abs(mpf(sine) - mp.sin(mpf(x))) < ERROR / 16
            assert abs(mpf(cosine) - mp.cos(mpf(x))) < ERROR / 16
        for x, tangent in zip(given, hyperbolic_tangent(given), strict=True):
            assert abs(mpf(tangent) - mp.tanh(mpf(x))) < ERROR / 4


def test_angles_that_are_too_large_have_no_value() -> None:
    sine, cosine = sine_and_cosine(np.array([2.0**21, -1e300, math.inf]))
    assert np.isnan(sine).all()
    assert np.isnan(cosine).all()


def test_logarithms_come_with_a_bound_on_their_error() -> None:
    given = np.abs(arguments(1e6)) ** 3 + 1e-190
    found, errors = logarithm(given)
    assert np.all(errors < 1e-11)
    with mp.workdps(40):
        for x, value, error in zip(given, found, errors, strict=True):
            assert abs(mpf(value) - mp.log(mpf(x))) < error


def test_a_wrong_logarithm_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "log", lambda x: np.full_like(x, 0.7))
    _, errors = logarithm(np.array([2.0, 2.5]))
    assert 0.006 < errors[0] < 0.02
    assert errors[1] > 0.2
