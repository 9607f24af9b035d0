"""Ranges that are one point: true claims are established there, false ones refuted at the point."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from helpers_trees import NAMES, claim, exhaustive_verdict, rational_trees, rationals, trees
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nalmx.errors import SettingError
from nalmx.expression import Number, evaluate
from nalmx.ranges import Interval, Range
from nalmx.train.config import Config
from nalmx.verify import Claim, Counterexample, Domain, Effort, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.strategies import floats, points
from nalmx.verify.sweeping.samples import draw, tables
from nalmx.verify.witness import judge

QUICK = Effort(examples=50, points=1_000)
TRUE = [
    ("x + 1", "3", "0", "[2,2]"),
    ("floor(x)", "2", "0", "[2,2]"),
    ("sqrt(sin(pi*x))", "0", "0", "[1,1]"),
    ("x*(x - 2)", "0", "0", "[[0,0],[2,2]]"),
    ("x*y", "2*y", "0", "x=[2,2]", "y=[1,3]"),
    ("Abs(x - 3)", "Piecewise((1, x <= 2), (x - 3, True))", "0", "[[2,2],[5,6]]"),
    ("Max(x, 3)", "Piecewise((3, x == 2), (x, True))", "0", "[[2,2],[5,6]]"),
    ("sign(x - y)", "Piecewise((0, x == y), (1, True))", "0", "x=[2,3]", "y=[[1,1],[2,2]]"),
    ("exp(x)", "2.718281828", "abs:1e-8", "[1,1]"),
    ("exp(x)", "1 + 2*x", "abs:0.3", "[[0,0],[1,1.001]]"),
]
FALSE = [
    ("x", "3", "0", "[2,2]", {"x": 2}),
    ("1/(x - 2)", "1", "0", "[2,2]", {"x": 2}),
    ("x*(x - 2)", "0", "0", "[[0,0],[2,2],[3,3]]", {"x": 3}),
    ("Abs(x - 3)", "x - 3", "0", "[[2,2],[5,6]]", {"x": 2}),
    ("Max(x, 3)", "Piecewise((3.5, x == 2), (x, True))", "0", "[[2,2],[5,6]]", {"x": 2}),
    ("sign(x - y)", "1", "0", "x=[2,3]", "y=[[1,1],[2,2]]", {"x": 2, "y": 2}),
    ("exp(x)", "2.718281828", "rel:1e-30", "[1,1]", {"x": 1}),
]


@pytest.mark.parametrize(("left", "right", "tolerance", "ranges"), [(*t[:3], t[3:]) for t in TRUE])
def test_what_holds_at_single_points_is_established(left, right, tolerance, ranges):
    made = claim(left, right, *ranges, tolerance=tolerance)
    verdict = check(made, QUICK)
    assert verdict.verdict == ("proved" if tolerance == "0" else "bounded")


@pytest.mark.parametrize(
    ("left", "right", "tolerance", "ranges", "point"), [(*f[:3], f[3:-1], f[-1]) for f in FALSE]
)
def test_what_fails_at_a_single_point_is_refuted_there(left, right, tolerance, ranges, point):
    verdict = check(claim(left, right, *ranges, tolerance=tolerance), QUICK)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.point == point


@given(rational_trees(depth=2), st.lists(rationals(), min_size=3, max_size=3))
def test_a_rational_claim_at_one_point_is_settled(tree, values) -> None:
    point = dict(zip(NAMES, values, strict=True))
    domain = Domain({name: Range((Interval(v, v),)) for name, v in point.items()})
    value = evaluate(tree, point)
    assume(isinstance(value, Fraction))
    assert decide(Claim(tree, Number(value), domain)).outcome == "proved"
    wrong = Claim(tree, Number(value + 1), domain)
    suspects = decide(wrong).suspects
    assert any(isinstance(judge(wrong, point), Counterexample) for point in suspects)


@given(trees(depth=2), trees(depth=1), st.lists(st.lists(rationals(), min_size=2), min_size=3))
def test_nothing_is_proved_that_a_point_of_a_finite_domain_refutes(left, right, values) -> None:
    ranges = [Range.union(Interval(v, v) for v in own[:2]) for own in values[:3]]
    made = Claim(left, right, Domain(dict(zip(NAMES, ranges, strict=True))))
    every = product(*(extent.points for extent in ranges))
    judged = {judge(made, dict(zip(NAMES, p, strict=True))) == "agrees" for p in every}
    assert judged == {True} or decide(made, 100_000).outcome != "proved"


def test_the_swept_part_of_a_domain_is_the_one_with_volume() -> None:
    ranges = Domain.parse(["x=[[1,1],[2,3]]", "y=[5,5]", "z=[[0,0],[4,4]]"], ["x", "y", "z"])
    made = tables(ranges)
    assert made is not None
    drawn = draw(made, np.arange(500, dtype=np.uint64), 0)
    assert drawn["x"].min() >= 2
    assert set(drawn["y"]) == {5.0}
    assert set(drawn["z"]) == {0.0, 4.0}
    assert tables(Domain.parse(["[1/3,1/3]"], ["x"])) is None


def test_repeating_one_point_says_nothing_about_a_volume() -> None:
    verdict = check(claim("acos(cos(x))", "2*pi - x", "[4,4]"), QUICK)
    assert (verdict.verdict, verdict.points) == ("tested", 1)
    assert verdict.violating_fraction_below is None


def test_every_float32_of_a_point_is_checked() -> None:
    made = claim("0.1*x", "x/10", "[[2,2],[3,3]]", tolerance="rel:1e-9")
    verdict = exhaustive_verdict(made)
    assert (verdict.verdict, verdict.points) == ("bounded", 2)
    with pytest.raises(SettingError, match="no float32 number"):
        exhaustive_verdict(claim("x", "x", "[0.1,0.1]", tolerance="abs:1"))


def test_strategies_meet_points_that_stand_alone() -> None:
    ranges = Domain.parse(["x=[2,2]", "y=[[0,0],[1/3,1/3],[2,3]]"], ["x", "y"])
    seen = set()

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(points(ranges), floats(ranges, width=32))
    def meet(exact, single) -> None:
        assert exact["x"] == single["x"] == 2
        assert exact in ranges
        assert {n: Fraction(v) for n, v in single.items()} in ranges
        seen.add(exact["y"])

    meet()
    assert {Fraction(0), Fraction(1, 3)} <= seen


@pytest.mark.parametrize("extent", ["[0,0]", "[2,2]", "[[1,2],[4,4]]"])
def test_training_from_one_point_is_refused(extent) -> None:
    with pytest.raises(SettingError, match="is one point"):
        Config.checked(
            operation="mul", module="nmu", interpolation_range=extent, extrapolation_range="[2,6]"
        )
