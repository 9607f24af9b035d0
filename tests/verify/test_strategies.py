"""Strategies for the points of a domain: inside it, aimed at what breaks claims, and reproducible."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from random import Random

import hypothesis
import pytest
from helpers_pytest import thinned
from helpers_trees import claim, trees
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nalmx.errors import RangeError
from nalmx.expression import Apply, Expression, Number, Variable, build, parse
from nalmx.verify import Counterexample, Domain
from nalmx.verify.points.breakpoints import MOST_BREAKPOINTS, breakpoints
from nalmx.verify.points.neighbours import ends, neighbour
from nalmx.verify.searching.property import search
from nalmx.verify.strategies import floats, points

NAMES = ["x1", "x2", "x3"]
DOMAINS = [
    Domain.parse(texts, NAMES)
    for texts in (
        ["[0,1]"],
        ["[[-6,-2],[2,6]]"],
        ["x1=[1/3,2/3]", "x2=[-1000000,1000000]", "x3=[-1,0]"],
        ["x1=[1e-30,2e-30]", "x2=[1,1.00000000000000000001]", "x3=[-0.3,-0.1]"],
        ["x1=[0,1e400]", "x2=[-1e-400,1e-400]", "x3=[-1e400,-1e39]"],
    )
]


def find(strategy, condition, examples=1500, seed=1):
    """The simplest value that meets a condition; `NoSuchExample` where none comes up."""
    options = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    return hypothesis.find(strategy, condition, settings=options, random=Random(seed))


@given(st.data(), st.sampled_from(DOMAINS), st.lists(trees(), max_size=2))
def test_every_point_lies_in_the_domain(
    data: st.DataObject, domain: Domain, expressions: list[Expression]
) -> None:
    point = data.draw(points(domain, *expressions))
    assert point in domain
    assert tuple(point) == domain.names
    assert all(type(value) is Fraction for value in point.values())


@given(
    st.data(), st.sampled_from(DOMAINS), st.sampled_from((32, 64)), st.lists(trees(), max_size=1)
)
def test_every_float_lies_in_the_domain_and_has_its_width(
    data: st.DataObject, domain: Domain, width: int, expressions: list[Expression]
) -> None:
    if width == 32:
        domain = Domain({n: r for n, r in domain.ranges.items() if _float32s(r)})
    point = data.draw(floats(domain, *expressions, width=width))
    assert {name: Fraction(value) for name, value in point.items()} in domain
    assert tuple(point) == domain.names
    if width == 32:
        assert all(struct.unpack("f", struct.pack("f", v))[0] == v for v in point.values())


def _float32s(extent):
    return any(ends(interval, 32) for interval in extent.intervals)


def _jump(slope, shift):
    """Whether floor(slope*x1 + shift) jumps within a float's step of x1, and not there."""

    def near_a_jump(point):
        value = slope * point["x1"] + shift
        return 0 < abs(value - round(value)) < Fraction(1, 10**14)

    return near_a_jump


@pytest.mark.parametrize(
    ("ranges", "expressions", "wanted"),
    thinned(
        [
            (["[2,6]"], [], lambda p: p["x1"] == 2 and p["x2"] == 6),
            (["[[-6,-2],[1/3,6]]"], [], lambda p: p["x1"] == -2 and p["x2"] == Fraction(1, 3)),
            (["[2,6]"], [], lambda p: p["x1"] == Fraction(math.nextafter(2, 3))),
            (["[1/3,6]"], [], lambda p: p["x1"] == Fraction(math.nextafter(1 / 3, 1))),
            (["[2,1e9]"], [], lambda p: p["x1"] == p["x2"] > 1000),
            (["[-1e9,1e9]"], [], lambda p: p["x1"] == -p["x2"] > 1000),
            (["[-1,1]"], [], lambda p: 0 < p["x1"] < Fraction(1, 10**300)),
            (["[-1,1]"], [], lambda p: 0 > p["x1"] > -Fraction(1, 10**12)),
            (["[0,1e400]"], [], lambda p: p["x1"] >= Fraction(10) ** 390),
            (["[-1e30,7]"], [], lambda p: p["x1"] <= -(Fraction(10) ** 25)),
            (["[1/7,9]"], [], lambda p: p["x1"] == Fraction(5, 2)),
            (["[-9,9]"], ["Piecewise((1, x1 < 37/113), (2, True))"], 37 / Fraction(113)),
            (["[-9,9]"], ["2*x1 + 37/113 >= 0"], -37 / Fraction(226)),
            (["[-9,9]"], ["abs(x1/7 - 1/113)"], 7 / Fraction(113)),
            (["[-9,9]"], ["Min(x1, 37/113, x2)"], 37 / Fraction(113)),
            (["[-9,9]"], ["sign(37/113 - x1)"], 37 / Fraction(113)),
            (["[-9,9]"], ["1/((x2 + 1)*(113*x1 - 37)**2)"], 37 / Fraction(113)),
            (["[-9,9]"], ["sqrt(x1 - 37/113)"], 37 / Fraction(113)),
            (["[-9,9]"], ["(x1 - 37/113)**x2"], 37 / Fraction(113)),
            (["[-9,9]"], ["floor(11/7*x1 + 1/113)"], _jump(Fraction(11, 7), Fraction(1, 113))),
            (["[-9,9]"], ["Mod(x1 - 1/113, 3/11)"], _jump(Fraction(11, 3), -Fraction(11, 339))),
            (["[-9,9]"], ["x1 < pi"], Fraction(math.pi)),
            (
                ["[-9,9]"],
                ["x1 + x2/7 > 1/113"],
                lambda p: p["x1"] + p["x2"] / 7 == Fraction(1, 113),
            ),
            (
                ["[-9,9]"],
                ["floor(x1 + x2*3)"],
                lambda p: _whole(p["x1"] + 3 * p["x2"]) and p["x1"] % 1,
            ),
        ],
        3,
    ),
    ids=lambda value: None if callable(value) else str(value),
)
def test_what_breaks_claims_comes_up(
    ranges: list[str], expressions: list[str], wanted: Callable[..., bool] | Fraction
) -> None:
    domain = Domain.parse(ranges, ["x1", "x2"])
    strategy = points(domain, *map(parse, expressions))
    if isinstance(wanted, Fraction):
        aim = wanted
        assert find(strategy, lambda p: p["x1"] == aim)["x1"] == aim
        for side in (1, -1):
            beside = neighbour(aim, side, 64)
            find(strategy, lambda p, beside=beside: p["x1"] == beside)
    else:
        find(strategy, wanted)


def _whole(value):
    return value.denominator == 1


def test_an_aim_needs_its_expression() -> None:
    aim = Fraction(37, 113)
    with pytest.raises(hypothesis.errors.NoSuchExample):
        find(points(Domain.parse(["[-9,9]"], ["x1"])), lambda p: p["x1"] == aim, examples=500)


def test_places_outside_the_domain_or_of_other_inputs_do_not_matter() -> None:
    domain = Domain.parse(["[1,2]"], ["x1"])
    find(points(domain, parse("abs(x1 - 5) + abs(x2) + abs(x1 - x2)")), lambda p: p["x1"] == 1)


@pytest.mark.parametrize(
    ("wanted", "simplest"),
    [
        (lambda p: p["x1"] > Fraction(33, 10), {"x1": 4, "x2": 0}),
        (lambda p: p["x1"] * p["x2"] > 1, {"x1": 1, "x2": 2}),
        (lambda p: p["x1"] < 0 and p["x2"] >= 5, {"x1": -1, "x2": 5}),
    ],
)
def test_points_shrink_to_small_whole_numbers(wanted, simplest) -> None:
    assert find(points(Domain.parse(["[-10,10]"], ["x1", "x2"])), wanted) == simplest


@pytest.mark.parametrize("width", [32, 64])
def test_both_zeros_come_up_where_the_domain_holds_zero(width) -> None:
    strategy = floats(Domain.parse(["[0,1]"], ["x1", "x2"]), width=width)
    for sign in (1.0, -1.0):
        found = find(strategy, lambda p, s=sign: p["x1"] == 0 and math.copysign(1, p["x1"]) == s)
        assert math.copysign(1, found["x2"]) == 1


@pytest.mark.parametrize(("width", "step"), [(32, 2**-22), (64, 2**-51)])
def test_the_floats_just_inside_an_end_have_the_width_asked_for(width, step) -> None:
    domain = Domain.parse(["[2,6]"], ["x1"])
    find(floats(domain, width=width), lambda p: p["x1"] == 2 + step)
    find(floats(domain, width=width), lambda p: 0 < 6 - p["x1"] < 3 * step)


def test_float_ties_survive_the_rounding() -> None:
    domain = Domain.parse(["[-1/3,1e6]"], ["x1", "x2"])
    find(floats(domain, width=32), lambda p: p["x1"] == p["x2"] and p["x1"] % 1)


def test_a_range_without_a_float_is_refused_in_one_line() -> None:
    domain = Domain.parse(["[1.0000000001,1.0000000002]"], ["x1"])
    find(floats(domain), lambda p: True)
    with pytest.raises(RangeError, match="'x1' holds no float of 32 bits") as caught:
        floats(domain, width=32)
    assert "\n" not in str(caught.value)


def test_a_domain_without_inputs_has_one_point() -> None:
    assert find(points(Domain({})), lambda p: True) == {}
    assert find(floats(Domain({})), lambda p: True) == {}


@pytest.mark.parametrize("kind", thinned(["bends", "sums", "one sum", "factors"], 4))
def test_trees_of_thousands_of_nodes_are_looked_through_fast(kind: str) -> None:
    x = [Variable(f"x{i}") for i in range(1, 4)]
    tree: Expression = x[0]
    if kind == "one sum":
        tree = Apply("abs", (build.total(x[i % 3] for i in range(20_000)),))
    for i in range(0 if kind == "one sum" else 5_000):
        if kind == "bends":
            tree = Apply("max", (build.total([tree, Number(Fraction(i, 7))]), x[i % 3]))
        elif kind == "sums":
            tree = Apply("add", (Apply("mul", (Number(Fraction(i, 997)), tree)), x[i % 3]))
        else:
            tree = Apply(
                "div", (x[0], Apply("mul", (tree, build.total([x[1], Number(Fraction(i))]))))
            )
    found = breakpoints(tree)
    assert len(found) <= MOST_BREAKPOINTS
    find(points(Domain.parse(["[-9,9]"], NAMES), tree), lambda p: p["x1"] == 9)


def test_equal_places_are_listed_once() -> None:
    assert len(breakpoints(parse("abs(x1 - 3) + abs(2*x1 - 6) + Max(3, x1)"))) == 1


def modules_after(statement: str) -> str:
    code = f"{statement}\nimport sys; print(*sys.modules)"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_verify_loads_hypothesis_only_with_its_strategies() -> None:
    assert "hypothesis" not in modules_after("import nalmx.verify").split()
    assert "hypothesis" in modules_after("import nalmx.verify.strategies").split()


def test_two_profiles_are_registered_and_none_is_loaded() -> None:
    code = (
        "from hypothesis import settings\n"
        "settings.register_profile('mine', max_examples=7)\n"
        "settings.load_profile('mine')\n"
        "import nalmx.verify.strategies\n"
        "ci, thorough = (settings.get_profile('nalmx-' + n) for n in ('ci', 'thorough'))\n"
        "print(settings.default.max_examples, ci.max_examples, ci.derandomize, ci.deadline,\n"
        "      thorough.max_examples, thorough.derandomize, settings().max_examples)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["7", "500", "True", "None", "20000", "False", "7"]


PEAK = "1/(1 + (x1 - 37.7123)**2 + (x2 + 12.3457)**2)"


@pytest.mark.parametrize("tolerance", thinned(["abs:0.99", "rel:0.99"]))
def test_the_search_climbs_towards_a_greater_error(tolerance, monkeypatch) -> None:
    made = claim(f"1 + {PEAK}", "1 + 0*x1*x2", "[-100,100]", tolerance=tolerance)
    assert isinstance(search(made, 300).failure, Counterexample)
    monkeypatch.setattr(hypothesis, "target", lambda score, label: None)
    assert search(made, 300).failure is None


@pytest.mark.parametrize("tolerance", ["abs:100", "rel:1e9"])
@pytest.mark.parametrize("left", ["sin(x1*x2)", "1/x1", "log(x1)", "x1**-400"])
def test_a_search_with_a_tolerance_gives_the_same_for_the_same_seed(left, tolerance) -> None:
    made = claim(left, "0*x1*x2", "[-3,3]", tolerance=tolerance)
    assert search(made, 100, seed=5) == search(made, 100, seed=5)
