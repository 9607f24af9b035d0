"""Bound what two sides differ by, or find where they differ by more than a claim allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

import flint

from ...clock import limited
from ...errors import NoTruthValue
from ...expression import Apply, Expression, sort_of, variables
from ...expression.ball import ball, enclose, precision
from ...expression.build import quotient
from ...expression.nodes import post_order, substitute
from ...ranges import Range
from ...rationals import spell
from ..algebra.case import Case
from ..algebra.cases import Solved
from ..algebra.decision import Finding, decide
from ..algebra.field import Units
from ..algebra.linear import largest
from ..algebra.normal_form import NormalForms
from ..algebra.quotients import OutsideMethod, Quotient
from ..algebra.signs import BITS, SignCondition
from ..algebra.suspects import generic_points
from ..domain import Point
from ..verdict import Claim
from .balance import balanced
from .enclosure import Bounded, Budget, Piece, bound
from .substitutions import Substituted, by_fractions, difference_of, with_fewer_inputs

METHOD = "branch and bound in ball arithmetic"
_DIGITS, _MORE_DIGITS = 4, (9, 18, 36)
_LEAST_EXPONENT, _GREATEST = -4_000, flint.arb(2) ** 4_000
_MOST_TERMS = 3_000
_KINKS = {"abs", "min", "max"}
_OF_NETWORKS = {"add", "mul", "div", "neg", *_KINKS}
_MANY = 100  # operations
_BATCHED = 30  # boxes in batches that take as long as one box
_MOST_BATCHED = 200_000  # boxes, which take half a gigabyte
_TO_REWRITE = 200_000  # operations, 1 s
_TO_FIND_A_DIFFERENCE = Budget(boxes=4_000, operations=400_000)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference(NoTruthValue):
    """How far two sides differ: absolutely, or relative to the right one for such a tolerance.

    `bound` is proven on the whole domain and None where nothing is; `largest` is the largest
    difference met, at `suspect`.
    """

    _ask = "difference.bound is not None"

    bound: Fraction | None
    largest: Fraction
    suspect: Point | None
    boxes: int
    pieces: tuple[Piece, ...]
    found: Bounded


def bound_difference(
    claim: Claim, finding: Finding, budget: Budget | None = None
) -> Difference | None:
    """Bound |left − right|, or |left − right| / |right|, over the domain of a claim.

    `finding` is what algebra found: the cases in which the sides differ, and whether they are
    defined throughout. Where algebra did not reach, the sides are taken as they are written; an
    enclosure that is finite on every box then shows that they are defined. None for conditions.
    """
    if sort_of(claim.left) != "real":
        return None
    budget = budget or Budget()
    if claim.tolerance.kind == "exact":
        fewer = _TO_FIND_A_DIFFERENCE
        budget = Budget(min(budget.boxes, fewer.boxes), min(budget.operations, fewer.operations))
        return _bounded(claim, finding, budget)
    found = _by(with_fewer_inputs, claim, budget)
    if found is None and finding.pieces is None:
        found = _by(by_fractions, claim, budget)
    return _bounded(claim, finding, budget) if found is None else found


def _settles(claim: Claim, found: Difference | None) -> bool:
    """Whether a bound is within the tolerance, or a difference beyond it."""
    if found is None:
        return False
    size = claim.tolerance.size
    return found.largest > size or (found.bound is not None and found.bound <= size)


def _by(
    way: Callable[[Claim], Substituted | None], claim: Claim, budget: Budget
) -> Difference | None:
    """A bound by a claim with other inputs; None where that settles nothing."""
    made = way(claim)
    if made is None:
        return None
    finding = decide(made.claim, budget.operations)
    if made.conditions:
        return _led_back(claim, made, _bounded(made.claim, finding, budget, made.conditions))
    return _led_back(claim, made, bound_difference(made.claim, finding, budget))


def _led_back(claim: Claim, made: Substituted, found: Difference | None) -> Difference | None:
    """What was found of a claim by which another one is bounded; None where that settles nothing."""
    if found is None:
        return None
    points = [point for point in generic_points(claim.domain) if point in claim.domain]
    if found.suspect is not None:
        points.append(made.back(found.suspect))
    largest, place = max(
        ((_size_at(claim, p), k) for k, p in enumerate(points)), default=(Fraction(0), 0)
    )
    found = replace(found, suspect=points[place] if points else None, largest=largest)
    return found if _settles(claim, found) else None


def _size_at(claim: Claim, point: Point) -> Fraction:
    """A number that the sides certainly differ by at a point."""
    with precision(BITS):
        value = enclose(difference_of(claim), {name: ball(x) for name, x in point.items()})
        if not isinstance(value, flint.arb):
            return Fraction(0)
        return max(Fraction(0), -as_fraction(-value.abs_lower()))


def _bounded(
    claim: Claim, finding: Finding, budget: Budget, where: tuple[SignCondition, ...] = ()
) -> Difference | None:
    """A bound where all conditions in `where` hold."""
    pieces: list[Piece] = []
    with limited(budget.operations):
        pieces, owners = pieces_of(claim, finding, where)
    if not pieces:
        return None
    limit = claim.tolerance.size
    found = _in_batches(pieces, limit, budget) if where or _is_large(pieces[0]) else None
    if found is None:
        found = bound(pieces, limit, budget)
        with precision(BITS):
            is_open = not (found.upper <= ball(limit) or found.largest > ball(limit))
        if is_open and len(pieces[0].ranges) > 1:
            found = _in_batches(pieces, limit, budget) or found
    defined = finding.defined or finding.pieces is None
    proven = found.upper < _GREATEST and defined
    return Difference(
        round_up(as_fraction(found.upper), claim.tolerance.size) if proven else None,
        -as_fraction(-found.largest if found.largest < _GREATEST else -_GREATEST),
        _in_claim(claim, owners, found),
        found.boxes,
        tuple(pieces),
        found,
    )


def implying(claim: Claim) -> Iterator[tuple[Claim, tuple[SignCondition, ...]]]:
    """The claims that a bound may rest on, each with where it has to hold; the claim itself is the first."""
    yield claim, ()
    for way in (with_fewer_inputs, by_fractions):
        made = way(claim) if claim.tolerance.kind != "exact" else None
        if made is not None and made.conditions:
            yield made.claim, made.conditions
        elif made is not None:
            yield from implying(made.claim)


def _in_batches(pieces: list[Piece], limit: Fraction, budget: Budget) -> Bounded | None:
    """By affine forms in float64; None where they do not reach, or settle nothing."""
    if not limit or len(pieces) > 1:
        return None
    from .affine import bound_in_batches

    with limited(budget.operations):
        return bound_in_batches(pieces[0], limit, min(_BATCHED * budget.boxes, _MOST_BATCHED))
    return None


def _is_large(piece: Piece) -> bool:
    """Whether a piece has kinks and nothing else but sums and products, or several inputs and many parts."""
    nodes = [n for n in post_order(piece.functions[0]) if isinstance(n, Apply)]
    used = {node.operation for node in nodes}
    is_network = bool(used & _KINKS) and used <= _OF_NETWORKS
    return is_network or (len(nodes) > _MANY and len(piece.ranges) > 1)


def as_fraction(value: flint.arb) -> Fraction:
    """The upper end of a finite ball; one closer to 0 than any bound of use is rounded up."""
    with precision(max(BITS, flint.ctx.prec)):
        mantissa, exponent = value.upper().man_exp()
    if not mantissa:
        return Fraction(0)
    smallest = _LEAST_EXPONENT - int(mantissa).bit_length()
    if exponent < smallest:
        return Fraction(2) ** _LEAST_EXPONENT * (1 if mantissa > 0 else 0)
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def round_up(value: Fraction, limit: Fraction | None = None, digits: int = _DIGITS) -> Fraction:
    """The next decimal with some digits, but not beyond a limit that the value keeps."""
    if value <= 0:
        return Fraction(0)
    scale = Fraction(10) ** (digits - 1 - exponent_below(value))
    rounded = Fraction(-(-value * scale // 1)) / scale
    return limit if limit is not None and value <= limit < rounded else rounded


def pieces_of(
    claim: Claim, finding: Finding, where: tuple[SignCondition, ...] = ()
) -> tuple[list[Piece], list[Solved | None]]:
    """What is to be bounded, only where some conditions hold, and the case each of it belongs to."""
    if finding.pieces is None:
        functions = (difference_of(claim),)
        used = _used(claim.domain.ranges, (*functions, *(c.function for c in where)))
        return [Piece(functions, used, where)], [None]
    pieces: list[Piece] = []
    owners: list[Solved | None] = []
    for solved in finding.pieces:
        case = solved.case
        functions = (
            *(_found(_normal, claim, solved) or ()),
            *(_found(_partly_expanded, claim, solved) or ()),
            difference_of(claim, case),
        )
        here = (SignCondition(substitute(c.function, case.bound), c.signs) for c in where)
        conditions = (*case.conditions, *here)
        ranges = _used(case.ranges, (*functions, *(c.function for c in conditions)))
        cap = _found(_cap, claim, solved)
        pieces.append(Piece(functions, ranges, conditions, cap))
        owners.append(solved)
    return pieces, owners


def _found(work: Callable[[Claim, Solved], T], claim: Claim, solved: Solved) -> T | None:
    """What algebra adds to a piece; None where the method does not reach, or not with little work."""
    with limited(_TO_REWRITE), suppress(OutsideMethod):
        return work(claim, solved)
    return None


def _used(ranges: Mapping[str, Range], functions: tuple[Expression, ...]) -> dict[str, Range]:
    """The ranges of the inputs that occur."""
    return {name: ranges[name] for name in variables(*functions)}


def _partly_expanded(claim: Claim, solved: Solved) -> list[Expression]:
    """The difference with its polynomials expanded and every other function as it is written."""
    case = solved.case
    forms = NormalForms((case.left, case.right), case.ranges, (), Units(), opaque=True)
    difference = forms.field.ring.minus(forms.value(case.left), forms.value(case.right))
    if len(difference.top) > _MOST_TERMS:
        return []
    top = forms.field.tree_of(difference)
    return [quotient(top, case.right) if claim.tolerance.kind == "rel" else top]


def _cap(claim: Claim, solved: Solved) -> Fraction | None:
    """The largest |difference| where it and the conditions are linear: no box can follow a strip."""
    field, case = solved.forms.field, solved.case
    if not case.conditions or claim.tolerance.kind != "abs":
        return None
    assert isinstance(solved.left, Quotient)
    assert isinstance(solved.right, Quotient)
    gap = field.reduced(field.ring.minus(solved.left, solved.right))
    linear = field.ring.linear(gap.top) if gap.bottom.is_one() else None
    if linear is None:
        return None
    slopes, offset = linear
    where = list(case.inequalities())
    turned = {name: -slope for name, slope in slopes.items()}
    ends = largest(slopes, offset, where), largest(turned, -offset, where)
    known = [end for end in ends if end is not None]
    return max(Fraction(0), *known) if len(known) == 2 else None


def _normal(claim: Claim, solved: Solved) -> list[Expression]:
    """The difference, or its ratio to the right side, with all that cancels gone."""
    field = solved.forms.field
    left, right = solved.left, solved.right
    assert isinstance(left, Quotient)
    assert isinstance(right, Quotient)
    value = field.ring.minus(field.reduced(left), field.reduced(right))
    if claim.tolerance.kind == "rel":
        value = field.ring.times(value, field.ring.inverse(field.reduced(right)))
    value = field.reduced(value)
    if len(value.top) + len(value.bottom) > _MOST_TERMS:
        return []
    even = balanced(field, value)
    return [field.tree_of(value), *([] if even is None else [even])]


def _in_claim(claim: Claim, owners: list[Solved | None], found: Bounded) -> Point | None:
    if found.place is None:
        return None
    piece, place = found.place
    owner = owners[piece]
    made = (owner.case if owner is not None else Case.whole(claim)).point(place)
    return made if made is not None and made in claim.domain else None


def exponent_below(value: Fraction) -> int:
    """The n with 10ⁿ ≤ value < 10ⁿ⁺¹."""
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    n = math.floor(bits * math.log10(2)) - 1
    while value >= Fraction(10) ** (n + 1):
        n += 1
    return n


def decimal(value: Fraction, most: Fraction | None = None) -> str:
    """A bound as a decimal in scientific notation, rounded up to four digits.

    To more where that would be beyond `most`, and exactly as it is where no decimal fits between.
    """
    for digits in _DIGITS, *_MORE_DIGITS:
        rounded = round_up(value, digits=digits)
        if most is None or rounded <= most:
            return _spelled(rounded, digits)
    return spell(value)


def decimal_below(value: Fraction) -> str:
    """A decimal of four digits that a value certainly reaches."""
    if value <= 0:
        return "0"
    scale = Fraction(10) ** (_DIGITS - 1 - exponent_below(value))
    return _spelled(Fraction(value * scale // 1) / scale)


def _spelled(rounded: Fraction, digits: int = _DIGITS) -> str:
    if not rounded:
        return "0"
    exponent = exponent_below(rounded)
    shown = str(int(rounded / Fraction(10) ** (exponent - digits + 1)))
    text = f"{shown[0]}.{shown[1:]}".rstrip("0").rstrip(".")
    return text if not exponent else f"{text}e{exponent}"
