"""The arithmetic task: ranges, samples, targets and the success threshold."""

from fractions import Fraction

import numpy as np
import pytest

from nalmx.errors import RangeError, UnknownNameError
from nalmx.expression import evaluate
from nalmx.ranges import Range
from nalmx.tasks import OPERATIONS, PUBLISHED_RANGES, operation_named, published_extrapolation
from nalmx.tasks.arithmetic import (
    EPSILON,
    sample,
    success_threshold,
    training_stream,
    worst_perfect_error,
)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_targets_are_the_values_of_the_truth(operation):
    x = np.array([[6.0, 4.0, 9.0], [-2.0, 8.0, 1.0]])
    truth = operation.truth()
    exact = [evaluate(truth, {"x1": Fraction(a), "x2": Fraction(b)}) for a, b, _ in x]
    assert operation.targets(x).tolist() == [float(value) for value in exact]


def test_there_are_nine_published_ranges_and_each_has_its_partner():
    assert len(PUBLISHED_RANGES) == 9
    for inner, outer in PUBLISHED_RANGES.items():
        assert published_extrapolation(Range.parse(inner)) == Range.parse(outer)


def test_an_unpublished_range_needs_an_extrapolation_range():
    with pytest.raises(RangeError, match="give --extrapolation-range"):
        published_extrapolation(Range.parse("[3,4]"))


def test_an_unknown_operation_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="choose one of: add, sub, mul, div"):
        operation_named("pow")


@pytest.mark.parametrize(
    "text", [*PUBLISHED_RANGES.values(), "[[-3,-2],[0,1],[5,9]]", "[[0,1],[5,9]]"]
)
def test_samples_lie_in_the_range_and_fill_it_evenly(text):
    extent = Range.parse(text)
    values = sample(extent, np.random.RandomState(0), (20_000, 2)).ravel()
    total = float(sum((i.width for i in extent.intervals), Fraction(0)))
    inside = np.zeros(values.shape, dtype=bool)
    for interval in extent.intervals:
        within = (values >= float(interval.lower)) & (values <= float(interval.upper))
        assert within.mean() == pytest.approx(float(interval.width) / total, abs=0.015)
        assert values[within].mean() == pytest.approx(
            float(interval.middle), abs=0.03 * float(interval.width)
        )
        inside |= within
    assert inside.all()


def test_a_seed_shares_its_uniforms_across_ranges():
    first = sample(Range.parse("[1,2]"), training_stream(3), (5, 2)) - 1
    second = (sample(Range.parse("[10,20]"), training_stream(3), (5, 2)) - 10) / 10
    np.testing.assert_allclose(first, second, rtol=1e-12)


def test_the_threshold_of_an_addition_is_its_closed_form():
    extent = Range.parse("[2,6]")
    mean, variance = 4, 16 / 12
    expected = float(EPSILON) ** 2 * ((2 * mean) ** 2 + 2 * variance)
    threshold = success_threshold(operation_named("add"), extent, 2)
    assert threshold == pytest.approx(expected, rel=2e-3)


def test_the_threshold_of_a_product_is_its_closed_form():
    square = 4**2 + 16 / 12
    expected = (1 - (1 - 1e-5) ** 2) ** 2 * square**2
    threshold = success_threshold(operation_named("mul"), Range.parse("[2,6]"), 2)
    assert threshold == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
@pytest.mark.parametrize("inputs", [2, 5])
def test_no_sample_of_the_perfect_model_errs_more_than_the_worst_case(operation, inputs):
    extent = Range.parse("[[-6,-2],[2,6]]")
    x = sample(extent, np.random.RandomState(1), (50_000, inputs))
    corners = np.sign(x) * 6.0
    corners[:, 1] = np.sign(x[:, 1]) * (2.0 if operation.name == "div" else 6.0)
    worst = float(worst_perfect_error(operation, extent, inputs))
    errors = [
        np.abs(operation.perfect(points, float(EPSILON)) - operation.targets(points)).max()
        for points in (x, corners)
    ]
    assert errors[0] <= worst
    assert errors[1] == pytest.approx(worst, rel=1e-6)


def test_a_divisor_that_may_be_zero_has_no_worst_case():
    assert worst_perfect_error(operation_named("div"), Range.parse("[-2,2]"), 2) is None
