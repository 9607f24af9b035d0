"""Claims with other inputs imply the claims that they stand for, and settle what was out of reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import flint
import pytest
from claims import oracle

from nalmx.expression import Apply, Expression, Variable, parse, to_text, variables
from nalmx.expression.ball import precision
from nalmx.expression.build import negative, product, quotient, rational, total
from nalmx.verify import Claim, Effort, Verdict, check
from nalmx.verify.bounding.bounds import as_fraction
from nalmx.verify.bounding.substitutions import by_fractions, difference_of, with_fewer_inputs
from nalmx.verify.bounding.weights import directions
from nalmx.verify.certificate import certify

NAMES = ("x", "y", "z")
LOG_2 = "abs:0.6931471805599454"


def built(draw: random.Random, depth: int) -> Expression:
    """Expressions that often, but not always, stay the same along a direction."""
    if not depth:
        return draw.choice((*map(Variable, NAMES), *map(Variable, NAMES), rational(2), rational(0)))
    x, y = built(draw, depth - 1), built(draw, draw.randrange(depth))
    kind = draw.choice(
        (
            "add",
            "minus",
            "mul",
            "div",
            "exp",
            "log",
            "max",
            "abs",
            "sqrt",
            "pow",
            "piece",
            "mod",
            "tanh",
        )
    )
    made = {
        "add": total([x, y]),
        "minus": total([x, negative(y)]),
        "mul": product([draw.choice((x, rational(3))), y]),
        "div": quotient(x, draw.choice((y, rational(-2)))),
        "pow": Apply("pow", (x, rational(draw.choice((-1, 0, 2, 3))))),
        "piece": Apply("piecewise", (x, Apply("lt", (x, y)), y, parse("x >= x"))),
    }
    return made.get(kind) or Apply(kind, (x, y) if kind in ("max", "mod") else (x,))


def value(text: str, point: dict[str, Fraction]) -> object:
    try:
        return oracle.value(text, point)
    except oracle.Undefined:
        return "undefined"
    except (oracle.Undecided, OverflowError):
        return None


def agree(one: object, other: object) -> bool:
    if "undefined" in (one, other):
        return one == other
    a, b = oracle.ball(one), oracle.ball(other)
    return bool(abs(a - b).a <= 1e-9 * (1 + abs(a).b))


def moving(draw: random.Random) -> Iterator[tuple[str, object, object]]:
    """Functions, and two values of them along a direction in which they are said not to change."""
    while True:
        function = built(draw, draw.randint(2, 4))
        text, names = to_text(function), variables(function)
        for scaling in (False, True):
            for name, along in directions(function, names, (), scaling=scaling).items():
                weights = {name: Fraction(1), **along}
                point = {n: Fraction(draw.randint(-9, 9) or 1, draw.choice((1, 4))) for n in names}
                step = Fraction(draw.randint(1, 5), 2)
                if any(w.denominator > 1 or abs(w) > 5 for w in weights.values()):
                    continue
                moved = {
                    n: x * step ** int(weights.get(n, 0))
                    if scaling
                    else x + step * weights.get(n, 0)
                    for n, x in point.items()
                }
                values = value(text, point), value(text, moved)
                if None not in values:
                    yield text, *values


def test_nothing_changes_along_a_direction_in_which_a_function_is_said_not_to_change() -> None:
    for text, here, there in islice(moving(random.Random(4)), 150):
        assert agree(here, there), text


@pytest.mark.parametrize(
    ("text", "scaling", "expected"),
    [
        ("Max(x, y) - log(exp(x) + exp(y))", False, {"y": {"x": 1}}),
        ("x*y**2/(z + x*y**2)", True, {"z": {"x": 1}, "y": {"x": -2}}),
        ("sqrt(x)/y", True, {"y": {"x": 2}}),
        ("tanh(2*x - y/3)", False, {"y": {"x": Fraction(1, 6)}}),
        ("sign(x*y) + Mod(x, y)/x", True, {"y": {"x": 1}}),
        ("x - y", True, {}),
        ("exp(x) + y", False, {}),
        ("sin(x)*y", True, {}),
        ("x*y", False, {}),
        ("floor(x) - floor(y)", False, {}),
    ],
)
def test_directions(text: str, scaling: bool, expected: dict[str, dict[str, int]]) -> None:
    function = parse(text)
    assert directions(function, variables(function), (), scaling=scaling) == expected


def test_points_of_a_claim_have_images_in_the_one_with_fewer_inputs() -> None:
    claim = Claim.of(
        "a**2*b/(c + a**2*b)",
        "exp(-a**2*b/c)",
        {"a": "[1,2]", "b": "[[-3,-1],[2,5]]", "c": "[1/2,4]"},
    )
    made = with_fewer_inputs(claim)
    assert made is not None
    (name,) = made.claim.domain.names
    draw = random.Random(1)
    for _ in range(50):
        a, c = Fraction(draw.randint(64, 128), 64), Fraction(draw.randint(32, 256), 64)
        b = draw.choice(
            (Fraction(draw.randint(-192, -64), 64), Fraction(draw.randint(128, 320), 64))
        )
        image = {"b": a * a * b / c, "c": c / (a * a * b)}[name]
        assert image in made.claim.domain.ranges[name]
        texts = (to_text(side) for side in (claim.left, claim.right))
        others = (to_text(side) for side in (made.claim.left, made.claim.right))
        for text, other in zip(texts, others, strict=True):
            assert agree(value(text, {"a": a, "b": b, "c": c}), value(other, {name: image}))


def test_points_lead_back_into_the_domain_with_about_the_same_difference() -> None:
    claim = Claim.of("Max(x, y, z)", "log(exp(x) + exp(y) + exp(z))", "[-1,2]", LOG_2)
    made = with_fewer_inputs(claim)
    assert made is not None
    for point in ({"x": Fraction(-3), "y": Fraction(0)}, {"x": Fraction(1), "y": Fraction(-2)}):
        back = made.back(point)
        assert back in claim.domain
        ends = [
            value(to_text(difference_of(c)), p) for c, p in ((claim, back), (made.claim, point))
        ]
        assert agree(*ends)


def test_rounded_numbers_have_a_fraction_that_is_an_input() -> None:
    claim = Claim.of("floor(3*x + 1/2)/3 + ceil(y)", "x + Mod(y, 1)", "[-1,2]", "abs:5")
    made = by_fractions(claim)
    assert made is not None
    assert len(made.claim.domain.names) == 4
    assert not any(
        isinstance(n, Apply) and n.operation in ("floor", "ceil")
        for n in (made.claim.left, made.claim.right)
    )
    draw = random.Random(2)
    for _ in range(100):
        point = {n: Fraction(draw.randint(-64, 128), 64) for n in ("x", "y")}
        whole = {
            n: -(u // 1) + u - Fraction(1, 2) for n, u in (("x", 3 * point["x"] + Fraction(1, 2)),)
        }
        up = -(-point["y"] // 1)
        image = {
            **point,
            "fraction1": whole["x"],
            "fraction2": point["y"] + Fraction(1, 2) - up,
        }
        assert image in made.claim.domain
        for condition in made.conditions:
            found = value(to_text(condition.function), image)
            assert oracle.sign_of(found) in condition.signs
        assert made.back(image) == point
        assert agree(value(to_text(claim.left), point), value(to_text(made.claim.left), image))


def established(claim: Claim) -> Verdict:
    """The verdict with little effort, which a certificate replays."""
    verdict = check(claim, Effort(points=0, examples=5))
    assert verdict.verdict == "bounded"
    assert certify(claim, verdict=verdict).replay().established
    return verdict


PLANCK = "2*h*nu**3/c**2/(exp(h*nu/(k*T)) - 1)"
RAYLEIGH_JEANS, WIEN = "2*nu**2*k*T/c**2", "2*h*nu**3/c**2*exp(-h*nu/(k*T))"
EVERYDAY = {
    "h": "[6.62e-34,6.63e-34]",
    "nu": "[1e9,1e10]",
    "c": "[2.99e8,3e8]",
    "k": "[1.38e-23,1.381e-23]",
    "T": "[100,1000]",
}


@pytest.mark.parametrize(
    ("left", "right", "domain", "tolerance"),
    [
        ("Max(x, y)", "log(exp(x) + exp(y))", "[-5,5]", LOG_2),
        ("Max(x, y)", "log(exp(x) + exp(y))", {"x": "[-5,5]", "y": "[-4,7]"}, LOG_2),
        ("softplus(x - y)", "relu(x - y)", "[-5,5]", LOG_2),
        ("gelu(x + y)", "relu(x + y)", "[-3,3]", "abs:0.17"),
        ("(x*exp(x) + y*exp(y))/(exp(x) + exp(y))", "Max(x, y)", "[-5,5]", "abs:0.2785"),
        ("x**3 - x", "0", "[-1,1]", "abs:0.3849001794597506"),
        (PLANCK, RAYLEIGH_JEANS, EVERYDAY, "rel:0.00241"),
        (WIEN, PLANCK, {**EVERYDAY, "nu": "[1e14,1e15]", "T": "[300,3000]"}, "rel:0.203"),
        ("x**3/(exp(x/t) - 1)", "x**2*t", {"x": "[0.01,0.1]", "t": "[1,10]"}, "rel:0.0492"),
        ("floor(8*x+0.5)/8*floor(8*y+0.5)/8", "x*y", "[-1,1]", "abs:0.122"),
        (
            "+".join(f"floor(8*{a}+0.5)/8*floor(8*{b}+0.5)/8" for a, b in ("pq", "rs", "tu")),
            "p*q + r*s + t*u",
            "[-1,1]",
            "abs:0.39",
        ),
    ],
)
def test_claims_are_bounded_by_others(
    left: str, right: str, domain: str | dict[str, str], tolerance: str
) -> None:
    established(Claim.of(left, right, domain, tolerance))


@pytest.mark.slow
def test_the_largest_of_three_is_bounded_where_the_bound_is_attained_at_one_point() -> None:
    claim = Claim.of(
        "Max(x, y, z)", "log(exp(x) + exp(y) + exp(z))", "[-5,5]", "abs:1.09861228866811"
    )
    established(claim)


def test_bounds_are_rounded_up_in_the_precision_in_which_they_were_found() -> None:
    with precision(128):
        third = flint.arb(1) / 3
    assert 0 <= as_fraction(third) - Fraction(1, 3) < Fraction(1, 2**120)


def test_a_sum_of_two_hundred_sines_is_bounded() -> None:
    draw = random.Random(1)
    terms = (
        f"sin(({draw.uniform(-5, 5):.3f})*x + ({draw.uniform(-5, 5):.3f})*y + {draw.uniform(0, 6):.3f})"
        for _ in range(200)
    )
    claim = Claim.of(" + ".join(terms), "0", "[-1,1]", "abs:70")
    assert check(claim, Effort(points=0, examples=5)).verdict == "bounded"


@pytest.mark.parametrize(
    ("left", "right", "domain", "tolerance"),
    [
        ("Max(x, y)", "log(exp(x) + exp(y))", "[-5,5]", "abs:0.6931471805599453"),
        (PLANCK, RAYLEIGH_JEANS, EVERYDAY, "rel:0.00239"),
        ("floor(8*x+0.5)/8*floor(8*y+0.5)/8", "x*y", "[-1,1]", "abs:0.121"),
    ],
)
def test_claims_that_are_false_by_little_are_not_bounded(
    left: str, right: str, domain: str | dict[str, str], tolerance: str
) -> None:
    claim = Claim.of(left, right, domain, tolerance)
    little = Effort(points=0, examples=5, boxes=1_000, operations=30_000)
    assert check(claim, little).verdict != "bounded"
