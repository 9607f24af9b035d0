"""False inequalities by the hundred, judged by mpmath: none is shown, and no other proof shows one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import mpmath
import pytest

from nalmx.expression import Expression, parse, variables
from nalmx.expression.build import negative, rational, total
from nalmx.expression.nodes import Number, Variable, fold
from nalmx.verify.domain import Domain, Point
from nalmx.verify.order.balls import InBalls
from nalmx.verify.order.goal import Goal, Shown, Unshown
from nalmx.verify.order.rules import Rules
from nalmx.verify.order.search import show
from nalmx.verify.order.walk import follow

FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "atan": mpmath.atan,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "neg": lambda x: -x,
    "add": lambda *xs: mpmath.fsum(xs),
    "mul": lambda *xs: mpmath.fprod(xs),
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
}
WRITTEN = (
    *("exp({0})", "sin({0})", "cos({0})", "atan({0})", "abs({0})", "({0})**2", "({0})**3"),
    *("log(1 + ({0})**2)", "sqrt(1 + ({0})**2)", "({0}) + ({1})", "({0}) - ({1})"),
    *("({0})*({1})", "({0})/(2 + ({1})**2)"),
)


def written(random: Random, depth: int, inputs: str) -> str:
    if not depth or random.random() < 0.2:
        return random.choice((*inputs, *inputs, "1/2", "2"))
    parts = (written(random, depth - 1, inputs) for _ in range(2))
    return random.choice(WRITTEN).format(*parts)


def value(expression: Expression, point: Point) -> mpmath.mpf:
    def leaf(node: object) -> mpmath.mpf:
        number = node.value if isinstance(node, Number) else None
        if isinstance(node, Variable):
            number = point[node.name]
        assert isinstance(number, Fraction)
        return mpmath.mpf(number.numerator) / number.denominator

    with mpmath.workdps(50):
        return fold(expression, leaf, lambda operation, xs: FUNCTIONS[operation](*xs))


def lowest(expression: Expression, domain: Domain, random: Random) -> Point:
    """A point near which a function is least, as far as some points tell."""
    extents = {name: extent.hull for name, extent in domain.ranges.items()}
    points = [
        {
            name: e.lower + e.width * Fraction(random.randint(0, 32), 32)
            for name, e in extents.items()
        }
        for _ in range(24)
    ]
    best = min(points, key=lambda point: value(expression, point))
    step = Fraction(1, 32)
    for _ in range(12):
        near = [
            {**best, name: min(e.upper, max(e.lower, best[name] + sign * step * e.width))}
            for name, e in extents.items()
            for sign in (-1, 1)
        ]
        best = min((best, *near), key=lambda point: value(expression, point))
        step /= 2
    return best


def claims(count: int, seed: int) -> Iterator[tuple[Expression, Domain, Point]]:
    random = Random(seed)
    for _ in range(count):
        expression = parse(written(random, random.choice((1, 2, 3)), random.choice(("x", "xy"))))
        lower = random.randint(-3, 2)
        domain = Domain.parse([f"[{lower},{lower + random.randint(1, 4)}]"], variables(expression))
        yield expression, domain, lowest(expression, domain, random)


def above(expression: Expression, by: Fraction) -> Expression:
    return total([expression, negative(rational(by))])


def shown(expression: Expression, domain: Domain, *, strict: bool) -> Shown | None:
    return show(Goal((expression,), domain.ranges, (), strict), 60, 20_000).shown


@pytest.mark.parametrize("count", [80, pytest.param(3_000, marks=pytest.mark.slow)])
def test_no_false_inequality_is_shown_and_no_proof_serves_another(count: int) -> None:
    proofs = 0
    for number, (expression, domain, point) in enumerate(claims(count, count)):
        with mpmath.workdps(50):
            least = value(expression, point)
            if abs(least) > 10**9:
                continue
            floor = Fraction(int(mpmath.floor(least * 10**20)), 10**20)
        by = Fraction(1, 10 ** (2 + number % 12))
        false = above(expression, floor + by)
        assert value(false, point) < 0
        for strict in (False, True):
            assert shown(false, domain, strict=strict) is None
        proof = shown(above(expression, floor - by), domain, strict=False)
        if proof is not None:
            proofs += 1
            goal = Goal((false,), domain.ranges)
            with pytest.raises(Unshown):
                follow(Rules(goal, InBalls()), proof.touching, proof.steps)
    assert proofs > count // 4  # the prover is not merely silent


def test_a_polynomial_of_taylor_is_not_below_where_its_remainder_is_negative() -> None:
    """exp(x) is above its Taylor polynomial of odd degree; that of even degree is above it for x < 0."""
    terms = ["1", "x", "x**2/2", "x**3/6", "x**4/24"]
    for degree in range(1, 5):
        gap = parse(f"exp(x) - ({' + '.join(terms[: degree + 1])})")
        for text, true in (("[-3,2]", degree % 2 == 1), ("[0,2]", True)):
            found = shown(gap, Domain.parse([text], ["x"]), strict=False)
            assert (found is not None) == true
