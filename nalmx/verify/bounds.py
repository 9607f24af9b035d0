"""Bound what two sides differ by, or find where they differ by more than a claim allows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import flint

from ..expression import Apply, Expression, sort_of
from ..expression.build import negative, quotient, rational, total
from .algebra import Finding
from .cases import Solved, inequalities
from .domain import Point
from .enclosure import Bounded, Budget, Piece, bound
from .field import Restart
from .linear import largest
from .part import Empty, Split
from .quotients import OutsideMethod, Quotient, key
from .verdict import Claim

METHOD = "branch and bound in ball arithmetic"
_DIGITS = 4
_MOST_TERMS = 3_000
_TO_FIND_A_DIFFERENCE = Budget(boxes=4_000, seconds=1.5)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two sides differ: absolutely, or relative to the right one for such a tolerance.

    `bound` is proven on the whole domain and None where nothing is; `largest` is the largest
    difference met, at `suspect`.
    """

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
    if claim.tolerance.kind == "exact":
        budget = _TO_FIND_A_DIFFERENCE
    pieces, owners = _pieces(claim, finding)
    if not pieces:
        return None
    found = bound(pieces, claim.tolerance.size, budget)
    defined = finding.defined or finding.pieces is None
    proven = found.upper.is_finite() and defined
    return Difference(
        round_up(as_fraction(found.upper), claim.tolerance.size) if proven else None,
        as_fraction(found.largest),
        _in_claim(claim, owners, found),
        found.boxes,
        tuple(pieces),
        found,
    )


def as_fraction(value: flint.arb) -> Fraction:
    """The upper end of a ball, exactly."""
    mantissa, exponent = value.upper().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def round_up(value: Fraction, limit: Fraction | None = None) -> Fraction:
    """The next decimal with four digits, but not beyond a limit that the value keeps."""
    if value <= 0:
        return Fraction(0)
    scale = Fraction(1)
    while value * scale < 10 ** (_DIGITS - 1):
        scale *= 10
    while value * scale >= 10**_DIGITS:
        scale /= 10
    rounded = Fraction(-(-value * scale // 1)) / scale
    return limit if limit is not None and value <= limit < rounded else rounded


def _pieces(claim: Claim, finding: Finding) -> tuple[list[Piece], list[Solved | None]]:
    as_written = _written(claim, claim.left, claim.right, claim.right)
    if finding.pieces is None:
        return [Piece((as_written,), claim.domain.ranges, ())], [None]
    pieces: list[Piece] = []
    owners: list[Solved | None] = []
    for solved in finding.pieces:
        case = solved.case
        functions = (
            *_normal(claim, solved),
            _written(claim, *_without_common_terms(solved), case.right),
        )
        pieces.append(Piece(functions, case.ranges, case.conditions, _cap(claim, solved)))
        owners.append(solved)
    return pieces, owners


def _without_common_terms(solved: Solved) -> tuple[Expression, Expression]:
    """Both sides as they are written, but for terms that have one normal form on either side."""
    sides = [_terms(solved.case.left), _terms(solved.case.right)]
    try:
        forms = [[_key(solved, term) for term in side] for side in sides]
    except (OutsideMethod, Split, Restart, Empty):
        return solved.case.left, solved.case.right
    common = Counter(forms[0]) & Counter(forms[1])
    left, right = (_kept(side, own, common.copy()) for side, own in zip(sides, forms, strict=True))
    return left, right


def _terms(side: Expression) -> tuple[Expression, ...]:
    return side.arguments if isinstance(side, Apply) and side.operation == "add" else (side,)


def _key(solved: Solved, term: Expression) -> object:
    form = solved.forms.field.reduced(solved.forms.value(term))
    return key(form.top), key(form.bottom)


def _kept(terms: tuple[Expression, ...], forms: list[object], gone: Counter[object]) -> Expression:
    kept = []
    for term, form in zip(terms, forms, strict=True):
        if gone[form] > 0:
            gone[form] -= 1
        else:
            kept.append(term)
    return total(kept) if kept else rational(0)


def _cap(claim: Claim, solved: Solved) -> Fraction | None:
    """The largest |difference| where it and the conditions are linear: no box can follow a strip."""
    field, case = solved.forms.field, solved.case
    if not case.conditions or claim.tolerance.kind != "abs":
        return None
    assert isinstance(solved.left, Quotient)
    assert isinstance(solved.right, Quotient)
    gap = field.reduced(field.ring.minus(solved.left, solved.right))
    linear = field.linear(gap.top) if gap.bottom.is_one() else None
    if linear is None:
        return None
    slopes, offset = linear
    where = list(inequalities(case, time.monotonic() + 1))
    turned = {name: -slope for name, slope in slopes.items()}
    ends = largest(slopes, offset, where), largest(turned, -offset, where)
    known = [end for end in ends if end is not None]
    return max(Fraction(0), *known) if len(known) == 2 else None


def _written(
    claim: Claim, left: Expression, right: Expression, reference: Expression
) -> Expression:
    difference = total([left, negative(right)])
    return quotient(difference, reference) if claim.tolerance.kind == "rel" else difference


def _normal(claim: Claim, solved: Solved) -> Iterator[Expression]:
    """The difference, or its ratio to the right side, with all that cancels gone."""
    field = solved.forms.field
    left, right = solved.left, solved.right
    assert isinstance(left, Quotient)
    assert isinstance(right, Quotient)
    try:
        value = field.ring.minus(field.reduced(left), field.reduced(right))
        if claim.tolerance.kind == "rel":
            value = field.ring.times(value, field.ring.inverse(field.reduced(right)))
        value = field.reduced(value)
    except OutsideMethod:
        return
    if len(value.top) + len(value.bottom) <= _MOST_TERMS:
        yield field.tree_of(value)


def _in_claim(claim: Claim, owners: list[Solved | None], found: Bounded) -> Point | None:
    if found.place is None:
        return None
    piece, point = found.place
    owner = owners[piece]
    made = point if owner is None else owner.case.point(point)
    return made if made is not None and made in claim.domain else None


def decimal(value: Fraction) -> str:
    """A bound as a decimal in scientific notation, rounded up to four digits."""
    rounded = round_up(value)
    exponent = 0
    while rounded and rounded >= 10:
        rounded, exponent = rounded / 10, exponent + 1
    while rounded and rounded < 1:
        rounded, exponent = rounded * 10, exponent - 1
    digits = int(rounded * 10 ** (_DIGITS - 1))
    text = f"{digits // 1000}.{digits % 1000:03d}".rstrip("0").rstrip(".")
    return text if not exponent else f"{text}e{exponent}"
