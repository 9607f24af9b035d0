"""Judge a claim at one point, exactly or in balls of growing precision.

This is the only place that declares a claim violated: whatever suspects a point (a float sweep, a
Hypothesis search, a root of a denominator) brings it here to be replayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import flint

from ..clock import deadline, limited, until
from ..expression import IRRATIONAL, Apply, Expression, Undefined, evaluate, to_text
from ..expression.ball import Ball, BallValue, ball, enclose, interval, precision
from ..expression.definitions import defined
from ..expression.exact import ExactValue
from ..expression.nodes import is_constant
from ..expression.operations import INFIX, OPERATIONS
from ..expression.totality import is_total
from ..ranges import Range
from ..rationals import spell
from .algebra.bracket import Bracket, bracket_box, changes_sign, is_within
from .domain import Point
from .verdict import Claim, Counterexample, Tolerance

_LONGEST_SPELLING = 200
_TO_SIMPLIFY = 500_000  # operations, 5 s


@dataclass(frozen=True, slots=True)
class Blocked:
    """Neither side is defined at a point: the claim is not established there, nor violated."""

    point: Point
    reason: str


Failure: TypeAlias = Counterexample | Blocked
Judgement: TypeAlias = Failure | Literal["agrees", "open"]


def judge(claim: Claim, point: Point, most_bits: int = 256) -> Judgement:
    """What a claim comes to at one rational point of its domain.

    `agrees`: both sides are defined and within the tolerance (without a tolerance, irrational
    sides are equal as far as `most_bits` bits tell), or neither is defined and the claim allows that.
    `open`: not decided with `most_bits` bits.
    """
    if point not in claim.domain:
        raise ValueError(f"the point {point} is outside the domain of the claim")
    left, right = evaluate(claim.left, point), evaluate(claim.right, point)
    if isinstance(left, Fraction | bool) and isinstance(right, Fraction | bool):
        if _agree_exactly(left, right, claim.tolerance):
            return "agrees"
        return Counterexample(
            point,
            _show(left),
            _show(right),
            _difference(claim, point, left, right),
            "exact rationals",
        )
    if isinstance(left, Undefined) and isinstance(right, Undefined):
        return _neither(claim, point, left)
    if IRRATIONAL not in (left, right):
        name, side = ("left", left) if isinstance(left, Undefined) else ("right", right)
        assert isinstance(side, Undefined)
        reason = f"the {name} side is undefined here: {side.reason}"
        return Counterexample(point, _show(left), _show(right), reason, "exact rationals")
    bits = 64
    while True:
        with precision(bits):
            judgement = _judge_in_balls(claim, point, left, right, final=bits >= most_bits)
        if judgement != "open" or bits >= most_bits:
            return judgement
        bits = min(2 * bits, most_bits)


def simplified(claim: Claim, failure: Failure) -> Failure:
    """The same kind of failure at a point with simpler coordinates, where one is near at hand."""
    with until(deadline()), limited(_TO_SIMPLIFY):
        for name, extent in claim.domain.ranges.items():
            for value in _simple_values(extent, failure.point[name]):
                moved = {**failure.point, name: value}
                judgement = judge(claim, moved) if moved in claim.domain else "open"
                if isinstance(judgement, type(failure)):
                    failure = judgement
                    break
    return failure


def _simple_values(extent: Range, value: Fraction) -> Iterator[Fraction]:
    """Values of a range from simple to `value`: small integers, then rounded decimals."""
    small = (Fraction(sign * n) for n in range(21) for sign in (1, -1))
    rounded = (round(value * 10**places) / Fraction(10**places) for places in range(17))
    for candidate in (*small, *rounded):
        if candidate == value:
            return
        if candidate in extent:
            yield candidate


def judge_between(claim: Claim, bracket: Bracket) -> Counterexample | None:
    """A counterexample at an irrational point that two rational ones enclose.

    A side that divides, whatever its inputs are, by a continuous function with opposite signs at two
    points is undefined somewhere on the way from one to the other. The claim fails there if the
    other side is defined on the whole box around the two.
    """
    box = bracket_box(bracket)
    if not is_within(box, claim.domain):
        return None
    with precision(256):
        inputs = {name: interval(low, high) for name, (low, high) in box.items()}
        for side, own, other in (
            ("left", claim.left, claim.right),
            ("right", claim.right, claim.left),
        ):
            if not is_total(other) and not isinstance(enclose(other, inputs), flint.arb | bool):
                continue
            for divisor in _certain_divisors(own):
                if not changes_sign(divisor, bracket):
                    continue
                near = _short_point(bracket[0])
                reason = f"the {side} side is undefined: {to_text(divisor)[:60]} is 0 near {near}"
                values = [_show(enclose(side_, inputs), 17) for side_ in (claim.left, claim.right)]
                values[side == "right"] = "undefined (division by zero)"
                return Counterexample(
                    bracket[0], values[0], values[1], reason, "change of sign", bracket[1]
                )
    return None


def _certain_divisors(side: Expression) -> Iterator[Expression]:
    """Divisors that are evaluated at every point: those outside Piecewise."""
    stack, seen = [side], set()
    while stack:
        node = stack.pop()
        if id(node) in seen or not isinstance(node, Apply) or node.operation == "piecewise":
            continue
        seen.add(id(node))
        record = OPERATIONS[node.operation]
        yield from (node.arguments[n.place] for n in record.requires if n.relation == "ne")
        if node.operation == "pow" and _is_negative(node.arguments[1]):
            yield node.arguments[0]
        written = defined(node.operation, node.arguments) if record.partial else None
        stack.extend(node.arguments if written is None else [written])


def _is_negative(exponent: Expression) -> bool:
    value = evaluate(exponent, {}) if is_constant(exponent) else None
    return isinstance(value, Fraction) and value < 0


def _short_point(point: Point) -> str:
    with precision(64):
        shown = (f"{name} = {ball(value).str(12, radius=False)}" for name, value in point.items())
        return ", ".join(shown)


def _judge_in_balls(
    claim: Claim, point: Point, exact_left: ExactValue, exact_right: ExactValue, *, final: bool
) -> Judgement:
    inputs = {name: ball(value) for name, value in point.items()}
    left = _enclosed(claim.left, exact_left, inputs)
    right = _enclosed(claim.right, exact_right, inputs)

    def violated(reason: str, digits: int = 17) -> Counterexample:
        shown_left = _show(left if exact_left is IRRATIONAL else exact_left, digits)
        shown_right = _show(right if exact_right is IRRATIONAL else exact_right, digits)
        return Counterexample(point, shown_left, shown_right, reason, "balls")

    if isinstance(left, Undefined) and isinstance(right, Undefined):
        return _neither(claim, point, left)
    if isinstance(left, Undefined) and isinstance(right, bool | flint.arb):
        return violated(f"the left side is undefined here: {left.reason}")
    if isinstance(right, Undefined) and isinstance(left, bool | flint.arb):
        return violated(f"the right side is undefined here: {right.reason}")
    if isinstance(left, bool) and isinstance(right, bool):
        return "agrees" if left == right else violated(_differ(claim, point))
    if isinstance(left, flint.arb) and isinstance(right, flint.arb):
        gap = abs(left - right)
        limit = _limit(right, claim.tolerance)
        if gap > limit:
            return violated(
                f"they differ by {gap.str(6, radius=False)}", _telling_digits(gap, right)
            )
        if gap <= limit:
            return "agrees"
        if final and claim.tolerance.kind == "exact" and _resolved(gap, left, right):
            return "agrees"
    return "open"


def _neither(claim: Claim, point: Point, why: Undefined) -> Judgement:
    if claim.where_defined:
        return "agrees"
    return Blocked(point, f"neither side is defined: {why.reason}")


def _enclosed(side: Expression, exact: ExactValue, inputs: dict[str, Ball]) -> BallValue:
    if isinstance(exact, Fraction):
        return ball(exact)
    return enclose(side, inputs) if exact is IRRATIONAL else exact


def _limit(right: Ball, tolerance: Tolerance) -> Ball:
    size = ball(tolerance.size)
    return size * abs(right) if tolerance.kind == "rel" else size


def _resolved(gap: Ball, left: Ball, right: Ball) -> bool:
    """Whether two overlapping balls are so thin that their values agree to nearly full precision."""
    scale = max(left.abs_upper(), right.abs_upper(), flint.arb(1))
    return bool(gap.abs_upper() <= scale * flint.arb(2) ** (16 - flint.ctx.prec))


def _agree_exactly(left: Fraction | bool, right: Fraction | bool, tolerance: Tolerance) -> bool:
    if tolerance.kind == "exact" or isinstance(left, bool) or isinstance(right, bool):
        return left == right
    limit = tolerance.size * (abs(right) if tolerance.kind == "rel" else 1)
    return abs(left - right) <= limit


def _differ(claim: Claim, point: Point) -> str:
    """What is wrong with two truth values; of a comparison, its sides."""
    condition = claim.states
    if condition is None:
        return "they differ"
    if not isinstance(condition, Apply) or condition.operation not in INFIX:
        return "the condition does not hold"
    left, right = (_value_at(side, point) for side in condition.arguments)
    return f"the condition does not hold: {left} {INFIX[condition.operation]} {right} is false"


def _value_at(side: Expression, point: Point) -> str:
    exact = evaluate(side, point)
    if exact is not IRRATIONAL:
        return _show(exact)
    with precision(128):
        return _show(enclose(side, {name: ball(x) for name, x in point.items()}))


def _difference(claim: Claim, point: Point, left: Fraction | bool, right: Fraction | bool) -> str:
    if isinstance(left, bool) or isinstance(right, bool):
        return _differ(claim, point)
    with precision(64):
        return f"they differ by {ball(abs(left - right)).str(6, radius=False)}"


def _telling_digits(gap: Ball, value: Ball) -> int:
    """Enough decimal digits to tell apart two numbers near `value` that differ by `gap`."""
    ratio = abs(value).upper() / gap.lower()
    lost = (
        0 if ratio <= 1 else int((ratio.log() / flint.arb(10).log()).upper().ceil().unique_fmpz())
    )
    return max(17, min(lost + 3, 80))


def _show(value: object, digits: int = 17) -> str:
    if isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) <= _LONGEST_SPELLING:
            return spell(value)
        with precision(4 * digits):
            return str(ball(value).str(digits, radius=False))
    if isinstance(value, Undefined):
        return f"undefined ({value.reason})"
    return str(value.str(digits)) if isinstance(value, flint.arb) else str(value)
