"""Whether two sides are defined at the same points of a case, and where perhaps only one of them is.

A side is defined at a point exactly where its obligations hold there, taken in turn: what a later one
speaks of is defined where the earlier ones hold. By its normal form an obligation is one on the signs of
irreducible polynomials in inputs and functions, which equals it wherever what it speaks of is defined. So
two sides whose obligations come to the same *needs* are defined at the same points: at a point where the
needs of one side hold, those of the other hold one after the other.

This says nothing of a point at which a condition of the case has no value, so the conditions must have one
everywhere; and an obligation that is more than is needed (x > 0 for x**y) must be met throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TypeAlias

from ...clock import limited
from ...expression import Expression
from ...expression.totality import is_total
from ..domain import Point
from .bracket import Bracket
from .case import Case
from .cover import Breach, find_breach, signs_on
from .field import Field
from .functions import argument_of, with_sines
from .normal_form import NormalForms, Obligation
from .quotients import Polynomial, factors_of, key
from .signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    SignCondition,
    Signs,
    opposite,
)

# A factor that must not vanish; or the sign, the odd and the even factors of a product that must be ≥ 0.
Need: TypeAlias = tuple[object, ...]
_BOXES, _HUNTING, _MOST_HUNTED = 500, 60_000, 3


def are_alike(case: Case, forms: NormalForms, *, agrees: bool) -> bool:
    """Whether both sides are certainly defined at the same points of a case and equal there.

    They are equal where both are defined if the case `agrees`. Raises `OpenSign` where a sign that cuts the
    range of one input may tell.
    """
    conditions = [*(c.function for c in case.conditions), *case.bound.values()]
    if not all(map(is_total, conditions)):
        return False
    sides = [_open(side, case, forms) for side in (case.left, case.right)]
    left, right = (_needs(side, forms) for side in sides)
    if left is None or right is None:
        return False
    if _is_nowhere(left) and _is_nowhere(right):
        return True
    if agrees and all(_follows(n, left) for n in right) and all(_follows(n, right) for n in left):
        return True
    useful = agrees or (_is_almost_nowhere(left) and _is_almost_nowhere(right))
    for obligation in (*sides[0], *sides[1]) if useful else ():
        for atom, _ in factors_of(forms.field.reduced(obligation.form))[1]:
            forms.region.split_at(_of_the_same_zeros(forms.field, atom))
    return False


def _is_nowhere(needs: frozenset[Need]) -> bool:
    """Whether some needs are certainly met nowhere together."""
    nonzero = {need[1] for need in needs if need[0] == "not zero"}
    return any(factors <= nonzero for factors in _held_at_zeros(needs))


def _is_almost_nowhere(needs: frozenset[Need]) -> bool:
    """Whether some needs are met at most where a factor is 0."""
    return any(True for _ in _held_at_zeros(needs))


def _held_at_zeros(needs: frozenset[Need]) -> Iterator[frozenset[object]]:
    """For each need that is met only where one of some factors is 0: those factors."""
    for need in needs:
        if need == ("never",):
            yield frozenset()
        elif need[0] == "not negative" and need[1] == -1 and not need[2]:
            factors = need[3]
            assert isinstance(factors, frozenset)
            yield factors


def cut_at_edges(forms: NormalForms) -> None:
    """Raise `OpenSign` where what must hold fails from some value of one input on."""
    for obligation in forms.obligations.values():
        form = forms.field.reduced(obligation.form)
        if not forms.region.signs_of(form) <= obligation.signs:
            for atom, _ in factors_of(form)[1]:
                forms.region.split_at(_of_the_same_zeros(forms.field, atom))


def one_sided(case: Case, forms: NormalForms) -> tuple[tuple[Point, ...], tuple[Bracket, ...]]:
    """Points, and pairs of points, near which one side may be undefined and the other one is defined."""
    sides = [_open(side, case, forms) for side in (case.left, case.right)]
    found = [
        breach
        for own, other in (sides, sides[::-1])
        for obligation in own[:_MOST_HUNTED]
        for breach in _hunted(obligation, other[:_MOST_HUNTED], case)
    ]
    points = case.points(breach.point for breach in found if breach.beyond is None)
    pairs = [case.points((b.point, b.beyond)) for b in found if b.beyond is not None]
    return points, tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)


def _open(side: Expression, case: Case, forms: NormalForms) -> list[Obligation]:
    """The obligations of a side that are not certainly met throughout the case."""
    return [o for o in forms.obligations_of(side) if not _is_met(o, case, forms)]


def _is_met(obligation: Obligation, case: Case, forms: NormalForms) -> bool:
    by_factors = forms.region.signs_of(forms.field.reduced(obligation.form))
    wanted = obligation.signs
    return (
        by_factors <= wanted
        or signs_on(obligation.function, case.ranges, case.conditions, _BOXES, wanted) <= wanted
    )


def _needs(obligations: Iterable[Obligation], forms: NormalForms) -> frozenset[Need] | None:
    """What must hold for all obligations to be met, and is enough; None where that is not known."""
    found: set[Need] = set()
    for obligation in obligations:
        if not obligation.is_exact:
            return None
        found.update(_written(obligation, forms))
    return frozenset(found)


def _written(obligation: Obligation, forms: NormalForms) -> Iterator[Need]:
    content, atoms = factors_of(forms.field.reduced(obligation.form))
    region, signs = forms.region, obligation.signs
    sign = (content > 0) - (content < 0)
    if signs in (NEGATIVE, NONPOSITIVE):
        sign, signs = -sign, opposite(signs)
    if signs == NONZERO:
        atoms = list(with_sines(forms.field, atoms))
    odd, even = set(), set()
    for atom, k in atoms:
        known, zero = region.atom_signs(atom), key(_of_the_same_zeros(forms.field, atom))
        if 0 in known and 0 not in signs and k > 0:
            yield ("not zero", zero)
            yield from (("not zero", other) for other in _not_zero_either(forms.field, atom))
        if k % 2 and not (known <= NONNEGATIVE or known <= NONPOSITIVE):
            odd.add(key(atom))
            continue
        even |= {zero} if 0 in known else set()
        sign = -sign if k % 2 and known <= NONPOSITIVE else sign
    if signs == NONZERO:
        if not sign:
            yield ("never",)
    elif sign <= 0 or odd:
        yield ("not negative", sign, frozenset(odd), frozenset(even))
    if signs == POSITIVE and not sign:
        yield ("never",)


def _not_zero_either(field: Field, atom: Polynomial) -> Iterator[object]:
    """Factors that are not 0 where a factor is not: where cos u is not 0, sin u is not 1 or −1."""
    for name, other in (("cos", "sin"), ("sin", "cos")):
        argument = argument_of(field, atom, name)
        if argument is not None:
            wave = field.wave_of(other, argument)
            yield from (key(wave - 1), key(wave + 1))


def _of_the_same_zeros(field: Field, atom: Polynomial) -> Polynomial:
    """What stands under an absolute value or a root: it is 0 at the same points."""
    slot = field.slot_of(atom)
    if slot is None or slot.kind != "power":
        return atom
    assert slot.base is not None
    return _of_the_same_zeros(field, slot.base)


def _follows(need: Need, known: frozenset[Need]) -> bool:
    """Whether a need is met wherever some others are."""
    if need in known:
        return True
    if need[0] != "not negative":
        return False
    signs = dict(_signs_of_factors(known))
    _, sign, odd, _ = need
    assert isinstance(sign, int)
    assert isinstance(odd, frozenset)
    for factor in odd:
        sign *= signs.get(factor, 0)
    return sign > 0


def _signs_of_factors(known: frozenset[Need]) -> Iterator[tuple[object, int]]:
    """The factors of which some needs say that they are ≥ 0 (1) or ≤ 0 (−1)."""
    nonzero = {need[1] for need in known if need[0] == "not zero"}
    for need in known:
        if need[0] == "not negative":
            _, sign, odd, even = need
            assert isinstance(sign, int)
            assert isinstance(odd, frozenset)
            assert isinstance(even, frozenset)
            # Where an even factor is 0, the product says nothing of the others.
            if len(odd) == 1 and even <= nonzero:
                yield next(iter(odd)), sign


def _hunted(obligation: Obligation, others: list[Obligation], case: Case) -> Iterator[Breach]:
    """Where an obligation is not met and those of the other side are, on either side of their zeros."""
    guards: list[list[SignCondition]] = [[]]
    for other in others:
        if other.function is obligation.function:
            continue
        ways: tuple[Signs, ...] = (other.signs,)
        if other.signs == NONZERO:
            ways = (POSITIVE, NEGATIVE)
        guards = [[*own, SignCondition(other.function, way)] for own in guards for way in ways][:4]
    search = partial(find_breach, obligation.function, obligation.signs, case.ranges)
    for guard in guards:
        with limited(_HUNTING):
            breach = search((*case.conditions, *guard))
            if breach is not None:
                yield breach
