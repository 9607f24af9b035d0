"""A printed bound is finite, holds, and is not above the tolerance that it meets."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import flint
import pytest
from helpers_pytest import thinned
from helpers_trees import claim, exhaustive_verdict
from hypothesis import given
from hypothesis import strategies as st

from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.straight_line import straight
from nalmx.rationals import parse_rational
from nalmx.report.sentences import explain
from nalmx.verify import Claim
from nalmx.verify.bounding.bounds import as_fraction, decimal, decimal_below
from nalmx.verify.sweeping import single
from nalmx.verify.verdict import Verdict

SIZES = st.builds(
    lambda digits, places: Fraction(digits) / Fraction(10) ** places,
    st.integers(1, 10**18),
    st.integers(-30, 340),
) | st.floats(1e-320, 1e300).map(Fraction)


@given(SIZES, SIZES, SIZES)
def test_a_bound_is_printed_between_what_it_bounds_and_the_tolerance(one, two, three) -> None:
    largest, bound, tolerance = sorted((one, two, three))
    printed = parse_rational(decimal(bound, tolerance))
    below = parse_rational(decimal_below(largest))
    assert printed is not None
    assert below is not None
    assert 0 < below <= largest <= bound <= printed <= tolerance


@given(SIZES)
def test_a_bound_that_is_the_tolerance_is_printed(size: Fraction) -> None:
    printed = parse_rational(decimal(size, size))
    assert printed == size


def test_what_is_too_small_is_rounded_away_from_what_it_would_prove() -> None:
    tiny = flint.arb(2) ** -5_000
    assert as_fraction(tiny) > 0
    assert -as_fraction(-tiny) == 0


@given(st.integers(1, 10**9).map(lambda n: 3.7 / n))
def test_the_limit_of_a_tested_claim_is_not_rounded_down(limit: float) -> None:
    made = claim("x", "x", "[0,1]")
    verdict = Verdict.on(
        made, "tested", "sweep", reason="", points=1, violating_fraction_below=limit
    )
    shown = explain(verdict).split("less than ")[1].split(" of the")[0]
    assert limit <= float(shown) <= 1.1 * limit


EVERY_FLOAT32 = [
    ("(x + 0.1) - 0.1", "x", "[[0,1e-46],[1,1.0001]]", "rel:1e-9"),
    ("(x + 0.1) - 0.1", "x", "[[-1e-44,1e-44],[1,1.0001]]", "rel:1e-12"),
    ("0.1*x", "x/10", "[1,1.0001]", "rel:4.16375218e-16"),
    ("0.1*x + 1e-9", "x/10 + 1e-9", "[-1e-44,1e-44]", "rel:1e-3"),
    ("x**8", "x**7*x", "[0,1e-44]", "rel:1e-9"),
    ("x**30*1.0001", "x**30", "[1e30,1.00001e30]", "rel:1e-3"),
    ("sqrt(x)*sqrt(x)", "x", "[[0,0],[1e-45,1e-44],[2,2.0001]]", "rel:1e-9"),
    ("x + 1/3", "x", "[1,1.00001]", "abs:1/3"),
    ("pi*x*1.00001", "x*pi", "[[0,1e-44],[3,3.0001]]", "rel:1.0000000001e-5"),
    ("x*1.0000001", "x", "[0.5,0.50001]", "abs:5.0002e-8"),
    ("(x + 0.1) - 0.1", "x", "[[0,1e-44],[1,1.0001]]", "abs:1e-6", "float32"),
    ("x*x", "x**2", "[[0,0],[1,1.0001]]", "rel:1e-6", "float32"),
    ("x/3*3", "x", "[5,5.0001]", "rel:1e-3", "float32"),
]


@pytest.mark.parametrize("stated", thinned(((case,) for case in EVERY_FLOAT32), 10))
def test_what_is_printed_of_every_float32_holds(stated) -> None:
    left, right, extent, tolerance, *arithmetic = stated
    made = claim(left, right, extent, tolerance=tolerance)
    verdict = exhaustive_verdict(made, *arithmetic, threads=1)
    assert verdict.verdict == "bounded", verdict
    assert verdict.bound in explain(verdict)
    largest, bound = (parse_rational(t) for t in (verdict.largest_difference, verdict.bound))
    true = max(_differences(made, bool(arithmetic)))
    slack = true / 2**300
    assert largest - slack <= true <= bound + slack
    assert bound <= made.tolerance.size


def _differences(made: Claim, in_float32: bool) -> Iterator[Fraction]:
    """The difference at every float32, to 400 bits; 0 where both sides are."""
    (extent,) = made.domain.ranges.values()
    program = straight(made.left)
    with precision(400):
        for bits in (first + n for first, count in single.runs(extent) for n in range(count)):
            point = {"x": ball(single.exactly(bits))}
            right = enclose(made.right, point)
            left = enclose(made.left, point)
            if in_float32:
                left = ball(Fraction(single.evaluate(program, {"x": single.from_bits(bits)})))
            gap = abs(left - right)
            relative = made.tolerance.kind == "rel" and not right.is_zero()
            # What is smaller than the precision is the rounding of this test.
            if gap <= flint.arb(2) ** -390 * abs(right):
                yield Fraction(0)
            else:
                yield as_fraction((gap / abs(right) if relative else gap).mid())
