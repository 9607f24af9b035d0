"""Random expressions and points, exact bounds of balls, and claims written as texts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import flint
from hypothesis import strategies as st

from nalmx.expression import (
    Apply,
    Constant,
    Expression,
    Number,
    Truth,
    Variable,
    build,
    parse,
    variables,
)
from nalmx.expression.operations import COMPARISONS, OPERATIONS
from nalmx.verify import Claim, Domain, Effort, Tolerance, Verdict, check
from nalmx.verify.sweeping.exhaustive import EveryFloat

NAMES = ("x1", "x2", "x3")
UNARY = tuple(
    name
    for name, record in OPERATIONS.items()
    if record.most == 1 and record.takes == "real" and name != "neg"
)


def rationals(lower: int = -4, upper: int = 4) -> st.SearchStrategy[Fraction]:
    whole = st.integers(lower, upper).map(Fraction)
    return st.one_of(whole, st.fractions(lower, upper, max_denominator=12))


def points(names: Iterable[str] = NAMES) -> st.SearchStrategy[dict[str, Fraction]]:
    return st.fixed_dictionaries({name: rationals() for name in names})


@st.composite
def rational_trees(draw: st.DrawFn, depth: int = 3) -> Expression:
    """Trees of + - * / and integer powers, in the spelling that `build` keeps."""
    return _grown(draw, depth, _ARITHMETIC)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Expression:
    """Real-valued trees of every operation, in the spelling that `build` keeps."""
    return _grown(draw, depth, (*_ARITHMETIC, *_OTHERS))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Expression:
    """Truth-valued trees."""
    return _condition(draw, depth)


_ARITHMETIC = ("sum", "product", "negative", "quotient", "whole power")
_OTHERS = ("power", "unary", "unary", "binary", "pieces", "constant")


def _grown(draw: st.DrawFn, depth: int, kinds: tuple[str, ...]) -> Expression:
    def inner() -> Expression:
        return _grown(draw, depth - 1, kinds)

    if depth == 0:
        return Variable(draw(st.sampled_from(NAMES)))
    match draw(st.sampled_from(("input", "number", *kinds))):
        case "number":
            return Number(draw(rationals()))
        case "constant":
            return Constant(draw(st.sampled_from(("pi", "E"))))
        case "sum":
            return build.total(inner() for _ in range(draw(st.integers(2, 3))))
        case "product":
            return build.product([inner() for _ in range(draw(st.integers(2, 3)))])
        case "negative":
            return build.negative(inner())
        case "quotient":
            return build.quotient(inner(), inner())
        case "whole power":
            return build.power(inner(), build.rational(draw(st.integers(-3, 3))))
        case "power":
            exponents = rationals(-3, 3).map(Number) | st.sampled_from(NAMES).map(Variable)
            return build.power(inner(), draw(exponents))
        case "unary":
            return Apply(draw(st.sampled_from(UNARY)), (inner(),))
        case "binary":
            return Apply(draw(st.sampled_from(("min", "max", "mod"))), (inner(), inner()))
        case "pieces":
            pairs = [(inner(), _condition(draw, 1)) for _ in range(draw(st.integers(1, 2)))]
            return Apply("piecewise", tuple(part for pair in pairs for part in pair))
    return Variable(draw(st.sampled_from(NAMES)))


def _condition(draw: st.DrawFn, depth: int) -> Expression:
    if depth == 0:
        return Truth(draw(st.booleans()))
    match draw(st.sampled_from((*COMPARISONS, "not", "and", "or"))):
        case "not":
            return Apply("not", (_condition(draw, depth - 1),))
        case "and" | "or" as operation:
            parts = _condition(draw, depth - 1), _condition(draw, depth - 1)
            return Apply(operation, parts)
        case comparison:
            kinds = (*_ARITHMETIC, *_OTHERS)
            return Apply(comparison, (_grown(draw, 1, kinds), _grown(draw, 1, kinds)))


def bounds(value: flint.arb) -> tuple[Fraction, Fraction]:
    """The ends of a ball as exact rationals."""
    middle, radius = _dyadic(value.mid()), _dyadic(value.rad())
    return middle - radius, middle + radius


def _dyadic(value: flint.arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return int(mantissa) * Fraction(2) ** int(exponent)


def contains(value: flint.arb, exact: Fraction) -> bool:
    lower, upper = bounds(value)
    return lower <= exact <= upper


def claim(left: str, right: str, *ranges: str, tolerance: str = "0") -> Claim:
    sides = parse(left), parse(right)
    domain = Domain.parse(ranges, variables(*sides))
    return Claim(*sides, domain, Tolerance.parse(tolerance))


def exhaustive_verdict(claim: Claim, *arithmetic: Any, seconds: float = 60, **how: Any) -> Verdict:
    """The verdict on a claim at every float32 input."""
    return check(claim, Effort(seconds=seconds), [EveryFloat(*arithmetic, **how)])
