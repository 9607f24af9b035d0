"""Show that both sides are defined throughout a case, or find where they may not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ...clock import move_on_after
from ...expression import to_text
from ..domain import Domain, Point
from . import signs as sign_sets
from .breach import Bracket, changes_sign, find_breach
from .case import Case
from .field import Field
from .nonvanishing import MAX_BOXES, Certified, Undecided, Vanishing, certify_nonvanishing
from .normal_form import NormalForms, Obligation
from .quotients import Polynomial, factors, key
from .signs import NONZERO
from .suspects import sample_points, vertex, zeros_along_axes

_HUNTING_SECONDS = 0.5
_BOXES_FOR_A_FACTOR = 500


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why a side may be undefined somewhere: certainly (`pole`) or perhaps (`open`)."""

    kind: Literal["pole", "open"]
    reason: str
    suspects: tuple[Point, ...] = ()
    brackets: tuple[Bracket, ...] = ()


def find_unmet(case: Case, forms: NormalForms) -> Unmet | None:
    """None where both sides are certainly defined wherever the conditions of a case hold."""
    opened: Unmet | None = None
    for obligation in _alike(case, forms):
        unmet = _unmet(obligation, case, forms)
        if unmet is not None and unmet.kind == "pole":
            return unmet
        opened = opened or unmet
    return opened


def _alike(case: Case, forms: NormalForms) -> Iterator[Obligation]:
    """One obligation of each group of the same normal form: the easiest to show, if one is.

    x² − 2xy + y² under a root is hard to see to be ≥ 0; (x − y)² under another is the same function.
    """
    groups: dict[object, list[Obligation]] = {}
    for obligation in forms.obligations.values():
        form = forms.field.reduced(obligation.form)
        same = (key(form.top), key(form.bottom), obligation.signs)
        groups.setdefault(same, []).append(obligation)
    for group in groups.values():
        if len(group) == 1 or not any(_is_plain(o, case) for o in group):
            yield group[0]


def _is_plain(obligation: Obligation, case: Case) -> bool:
    return sign_sets.signs_on(obligation.function, case.ranges, (), 50) <= obligation.signs


def _unmet(obligation: Obligation, case: Case, forms: NormalForms) -> Unmet | None:
    region = forms.region
    form = forms.field.reduced(obligation.form)
    if region.signs_of(form) <= obligation.signs:
        return None

    def look_longer(atom: Polynomial) -> sign_sets.Signs:
        signs = region.atom_signs(atom)
        if len(signs) == 1:
            return signs
        tree = forms.field.tree(atom)
        return signs & sign_sets.signs_on(tree, case.ranges, case.conditions, _BOXES_FOR_A_FACTOR)

    if region.signs_of(form, look_longer) <= obligation.signs:
        return None
    if obligation.signs == NONZERO and not case.conditions and not forms.field.has_functions:
        return _zero_of_divisor(obligation, case, forms, form.top)
    found = sign_sets.signs_on(
        obligation.function, case.ranges, case.conditions, MAX_BOXES, obligation.signs
    )
    if found <= obligation.signs:
        return None
    points, brackets = _hunt(obligation, case)
    suspects = (*points, *_suspects(case, forms, form.top))
    what = f"{obligation.what} {_short(to_text(obligation.function))}"
    certain = not case.conditions and any(
        changes_sign(obligation.function, bracket) for bracket in brackets
    )
    if certain:
        return Unmet("pole", f"{what} is zero in the domain", suspects, brackets)
    problem = "zero" if obligation.signs == NONZERO else "outside what is allowed"
    return Unmet("open", f"{what} may be {problem} in the domain", suspects, brackets)


def _hunt(obligation: Obligation, case: Case) -> tuple[tuple[Point, ...], tuple[Bracket, ...]]:
    """Points at which an obligation is not met, or pairs of points around such a point."""
    breach: Point | Bracket | None = None
    with move_on_after(_HUNTING_SECONDS):
        breach = find_breach(obligation.function, obligation.signs, case.ranges, case.conditions)
    if breach is None:
        return (), ()
    middle = next(sample_points(Domain(case.ranges)))
    if not isinstance(breach, tuple):
        return tuple(_in_claim(case, {**middle, **breach})), ()
    ends = [list(_in_claim(case, {**middle, **end})) for end in breach]
    return (), ((ends[0][0], ends[1][0]),) if all(ends) else ()


def _zero_of_divisor(
    obligation: Obligation, case: Case, forms: NormalForms, top: Polynomial
) -> Unmet | None:
    """Of a rational divisor more can be told: that it certainly has a zero, and where."""
    ring = forms.field.ring
    domain = Domain(case.ranges)
    radical = ring.constant(1)
    for factor, _ in factors(top)[1]:
        radical = radical * factor

    def sign(polynomial: Polynomial, point: Point) -> int:
        return sign_sets.sign_of(ring.value(polynomial, point))

    found = certify_nonvanishing(obligation.function, partial(sign, radical), domain)
    if isinstance(found, Certified):
        return None
    suspects = tuple(_suspects(case, forms, top))
    points, brackets = _hunt(obligation, case)
    suspects = (*suspects, *points)
    if isinstance(found, Vanishing):
        return Unmet("pole", found.reason, suspects, brackets)
    assert isinstance(found, Undecided)
    if found.suspect is not None:
        middle = next(sample_points(domain))
        suspects = (*_in_claim(case, {**middle, **found.suspect}), *suspects)
    return Unmet("open", found.reason, suspects, brackets)


def _suspects(case: Case, forms: NormalForms, top: Polynomial) -> Iterator[Point]:
    domain = Domain(case.ranges)
    atoms = [_inside(forms.field, atom) for atom, _ in factors(top)[1]]
    middle = next(sample_points(domain))
    for atom in atoms:
        found = vertex(forms.field.ring, atom)
        if found is not None:
            yield from _in_claim(case, {**middle, **found})
    for point in zeros_along_axes(forms.field.ring, atoms, domain):
        yield from _in_claim(case, point)
    if case.conditions or forms.field.has_functions:
        for point in sample_points(domain, most=8):
            yield from _in_claim(case, point)


def _inside(field: Field, atom: Polynomial) -> Polynomial:
    """What stands in an absolute value or a root, else the polynomial itself."""
    slot = field.slot_of(atom)
    if slot is None or slot.kind != "power":
        return atom
    assert slot.base is not None
    return slot.base


def _in_claim(case: Case, point: Point) -> Iterator[Point]:
    made = case.point(point)
    if made is not None:
        yield made


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
