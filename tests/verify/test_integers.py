"""Claims on whole numbers, and floors of floors on wide ranges."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from nalmx.errors import RangeError
from nalmx.expression import Expression, parse
from nalmx.expression.nodes import Number, Truth, Variable, fold
from nalmx.verify import Claim, Domain, Effort, check
from nalmx.verify.certificate import Certificate, certify

TRUE = (
    ("Mod(n, 2) + Mod(n + 1, 2)", "1", "[0,1000]", "n"),
    ("Mod(n**3 - n, 6)", "0", "[-1000,1000]", "n"),
    ("Mod((2*n + 1)**2, 8)", "1", "[0,10000]", "n"),
    ("ceil(n/4)", "floor((n + 3)/4)", "[-1000,1000]", "n"),
    ("floor((n + m)/2) + floor((n - m + 1)/2)", "n", "[0,100]", "n m"),
    ("cos(n*pi)", "1 - 2*Mod(n, 2)", "[0,100]", "n"),
    ("floor(x + n)", "floor(x) + n", "[-1000,1000]", "n"),
    ("n**2", "n", "[0,1]", "n"),
    ("(2*n - 1)/(2*n - 1)", "1", "[-5,5]", "n"),
    ("n**2 >= n", "True", "[-7,7]", "n"),
    ("2**n >= n + 1", "True", "[0,50]", "n"),
    ("2**n >= n**2", "True", "[4,60]", "n"),
    ("(1 + x/9)**n >= 1 + n*x/9", "True", "[-1,17]", "n"),
    ("n**2 + m**2 + 1 >= n + m + n*m", "True", "[-50,50]", "n m"),
    ("floor(floor(x/6)/4)", "floor(x/24)", "[-1000,1000]", ""),
    ("floor((241 + 48*floor(x))/16)", "15 + 3*floor(x)", "[-1000,1000]", ""),
    ("Mod(floor(x)*10 + floor(y), 4)", "Mod(floor(x)*2 + floor(y), 4)", "[-100,100]", ""),
    ("ceil(x)", "-floor(-x)", "[-1000,1000]", ""),
    ("floor(2*x)", "floor(x) + floor(x + 1/2)", "[-1e4,1e4]", ""),
    ("floor(x/3) + floor((x + 1)/3) + floor((x + 2)/3)", "floor(x)", "[-1e5,1e5]", ""),
    ("floor(sqrt(x))", "floor(sqrt(floor(x)))", "[0,100]", ""),
    ("floor(sqrt(2*x + 3))", "floor(sqrt(floor(2*x) + 3))", "[0,1000]", ""),
)
FALSE = (
    ("Mod(n, 2) + Mod(n + 1, 2)", "1", "[0,1000]", ""),
    ("Mod(n, 3) + Mod(n + 1, 3)", "1", "[0,1000]", "n"),
    ("Mod(n**2 - n, 6)", "0", "[0,1000]", "n"),
    ("ceil(x) - floor(x)", "1", "[0.5,100.5]", ""),
    ("floor(floor(x/6)/4)", "floor(x/23)", "[0,1000]", ""),
    ("n**2 > n", "True", "[-7,7]", "n"),
    ("1/n", "1/n", "[-2,2]", "n"),
    ("2**n >= n**2", "True", "[0,60]", "n"),
    ("2**n > n + 1", "True", "[0,50]", "n"),
    ("floor(sqrt(2*x))", "floor(sqrt(2*floor(x)))", "[0,100]", ""),
    ("floor(sqrt(floor(x)**2))", "floor(abs(x))", "[-5,5]", ""),
)


def claim_of(left: str, right: str, domain: str, integers: str) -> Claim:
    return Claim.of(left, right, domain, integers=integers.split())


LONGER = ("Mod(floor(x)*10 + floor(y), 4)",)


@pytest.mark.parametrize(
    "given",
    [pytest.param(t, marks=pytest.mark.slow if t[0] in LONGER else ()) for t in TRUE],
    ids=lambda given: given[0],
)
def test_a_true_claim_is_proved_and_replayed(given: tuple[str, str, str, str]) -> None:
    claim = claim_of(*given)
    verdict = check(claim, Effort(examples=50, points=1_000))
    assert verdict.verdict == "proved"
    certificate = Certificate.from_json(certify(claim, verdict=verdict).to_json())
    assert certificate.claim == claim
    replay = certificate.replay()
    assert replay.established, replay.reason


@pytest.mark.parametrize("given", FALSE, ids=lambda given: given[0])
def test_a_false_claim_is_refuted_at_a_point_of_the_domain(
    given: tuple[str, str, str, str],
) -> None:
    claim = claim_of(*given)
    verdict = check(claim, Effort(examples=50, points=1_000))
    if given[0] == "1/n":  # neither side is defined at 0
        assert verdict.verdict == "unknown"
        return
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.point in claim.domain
    assert certify(claim, verdict=verdict).replay().established


def test_a_domain_of_integers_holds_those_alone() -> None:
    domain = Domain.parse(["n=[-1.5,2.5]", "x=[0,1]"], ["n", "x"], ["n"])
    assert str(domain.ranges["n"]) == "[-1,2]"
    half = Fraction(1, 2)
    assert {"n": Fraction(2), "x": half} in domain
    assert {"n": half, "x": half} not in domain
    assert domain.nearest({"n": Fraction(19, 8), "x": half}) == {"n": Fraction(2), "x": half}
    assert Domain.from_json(domain.to_json(), ["n", "x"]) == domain


@pytest.mark.parametrize(
    ("texts", "integers", "says"),
    [
        (["[0,1]"], ["k"], "there is no input 'k' to be an integer; inputs: n"),
        (["[1/3,1/2]"], ["n"], "holds no integer; take a wider one"),
    ],
)
def test_integers_that_cannot_be_are_refused(
    texts: list[str], integers: list[str], says: str
) -> None:
    with pytest.raises(RangeError, match=says.replace("(", r"\(")):
        Domain.parse(texts, ["n"], integers)


EXACT: dict[str, Callable[..., Fraction | bool]] = {
    "add": lambda *xs: sum(xs, Fraction(0)),
    "mul": lambda *xs: Fraction(math.prod(xs)),
    "neg": lambda x: -x,
    "div": lambda x, y: x / y,
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "mod": lambda x, y: x - y * math.floor(x / y),
    "abs": abs,
    "le": lambda x, y: x <= y,
}


def value(expression: Expression, point: dict[str, Fraction]) -> Fraction | bool:
    def leaf(node: object) -> Fraction | bool:
        if isinstance(node, Number | Truth):
            return node.value
        assert isinstance(node, Variable)
        return point[node.name]

    return fold(expression, leaf, lambda operation, xs: EXACT[operation](*xs))


def written(random: Random, depth: int) -> str:
    if not depth:
        return random.choice(("n", "n", "m", "x", "1", "3"))
    one, other = written(random, depth - 1), written(random, random.randrange(depth))
    number = random.randint(2, 5)
    kinds = ("{0} + {1}", "{0} - ({1})", "{2}*({0})", "floor(({0})/{2})", "Mod({0}, {2})")
    return random.choice((*kinds, "ceil(({0})/{2})", "abs({0})")).format(one, other, number)


@pytest.mark.parametrize("count", [20, pytest.param(2_000, marks=pytest.mark.slow)])
def test_what_is_proved_holds_at_every_point_that_is_tried(count: int) -> None:
    random = Random(count)
    proved = 0
    for _ in range(count):
        left = written(random, random.choice((1, 2, 3)))
        digits = [place for place, letter in enumerate(left) if letter in "2345"]
        place = random.choice(digits) if digits else None
        right = (
            left if place is None else f"{left[:place]}{random.randint(1, 6)}{left[place + 1 :]}"
        )
        if random.random() < 0.2:
            left, right = f"{left} <= {right}", "True"
        lower = random.randint(-9, 2)
        upper = lower + random.choice((2, 7, 40))
        sides = parse(left), parse(right)
        names = [n for n in ("n", "m") if n in left.replace("min", "")]
        claim = Claim.of(*sides, f"[{lower},{upper}]", integers=())
        integers = [name for name in names if name in claim.domain.ranges]
        claim = Claim.of(*sides, f"[{lower},{upper}]", integers=integers)
        if check(claim, Effort(examples=10, points=10, operations=30_000)).verdict != "proved":
            continue
        proved += 1
        for _ in range(200):
            point = {
                name: Fraction(random.randint(lower, upper))
                if name in integers
                else Fraction(random.randint(12 * lower, 12 * upper), 12)
                for name in claim.domain.names
            }
            assert value(sides[0], point) == value(sides[1], point), (left, right, point)
    assert proved > count // 20


Rooted = tuple[int, Fraction, int, str, str]


def rooted_text(side: Rooted) -> str:
    slope, offset, degree, inner, outer = side
    inside = f"{slope}*x + {offset}" if inner == "itself" else f"{inner}({slope}*x) + {offset}"
    return f"{outer}(({inside})**(1/{degree}))"


def rooted_value(side: Rooted, x: Fraction) -> int:
    """By whole numbers: n^k ≤ u < (n + 1)^k."""
    slope, offset, degree, inner, outer = side
    whole = {"floor": math.floor, "ceil": math.ceil, "itself": lambda u: u}[inner]
    inside = whole(slope * x) + offset
    root = next(n for n in range(1_000) if (n + 1) ** degree > inside)
    return root + (outer == "ceil" and root**degree < inside)


@pytest.mark.parametrize("count", [8, pytest.param(600, marks=pytest.mark.slow)])
def test_roots_of_whole_parts_that_are_proved_equal_are_equal_at_all_points(count: int) -> None:
    random, proved = Random(count), 0
    for _ in range(count):
        slope, offset = random.randint(1, 3), Fraction(random.choice((0, 0, 2)))
        degree, outer = random.choice((2, 2, 3)), random.choice(("floor", "floor", "ceil"))
        moved = offset + random.choice((0, 0, 0, 1, Fraction(1, 2)))
        inner = random.choice(("floor", "floor", "ceil"))
        sides: list[Rooted] = [
            (slope, offset, degree, random.choice(("itself", "itself", "ceil")), outer),
            (slope, moved, degree, inner, random.choice((outer, outer, "ceil"))),
        ]
        upper = random.choice((2, 6, 30))
        claim = Claim.of(*map(rooted_text, sides), f"[0,{upper}]")
        if check(claim, Effort(examples=5, points=10, operations=10_000)).verdict != "proved":
            continue
        proved += 1
        for step in range(24 * upper + 1):
            x = Fraction(step, 24)
            assert rooted_value(sides[0], x) == rooted_value(sides[1], x), (claim, x)
    assert proved > count // 20
