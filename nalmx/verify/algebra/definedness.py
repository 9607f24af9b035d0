"""Show that both sides are defined throughout a case, or find where they may not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ...clock import limited
from ...expression import to_text
from ..domain import Domain, Point
from . import signs as sign_sets
from .breach import Bracket, changes_sign, find_breach
from .cases import Case, Solved
from .nonvanishing import MAX_BOXES, Certified, Undecided, Vanishing, certify_nonvanishing
from .normal_form import NormalForms, Obligation
from .part import Part
from .quotients import Polynomial, Quotient, factors, key
from .signs import NONZERO
from .suspects import sample_points, value_at, vertex, zeros_along_axes

_HUNTING = 100_000  # operations, 0.5 s


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a side may be undefined somewhere: certainly (`pole`) or perhaps (`open`)."""

    kind: Literal["pole", "open"]
    reason: str
    suspects: tuple[Point, ...] = ()
    brackets: tuple[Bracket, ...] = ()


def find_gap(solved: Solved) -> Gap | None:
    """None where both sides are certainly defined wherever the conditions of a case hold."""
    opened: Gap | None = None
    for obligation in _alike(solved):
        gap = _gap(obligation, solved)
        if gap is not None and gap.kind == "pole":
            return gap
        opened = opened or gap
    return opened


def _alike(solved: Solved) -> Iterator[Obligation]:
    """One obligation of each group of the same normal form: the easiest to show, if one is.

    x² − 2xy + y² under a root is hard to see to be ≥ 0; (x − y)² under another is the same function.
    """
    groups: dict[object, list[Obligation]] = {}
    for obligation in solved.forms.obligations.values():
        form = solved.forms.field.reduced(obligation.form)
        groups.setdefault((key(form.top), key(form.bottom), obligation.signs), []).append(
            obligation
        )
    for group in groups.values():
        if len(group) > 1 and any(_is_plain(o, solved) for o in group):
            continue
        yield group[0]


def _is_plain(obligation: Obligation, solved: Solved) -> bool:
    signs = sign_sets.signs_on(obligation.function, solved.case.ranges, (), 50)
    return signs <= obligation.signs


def _gap(obligation: Obligation, solved: Solved) -> Gap | None:
    owner, case = solved.forms.field, solved.case
    form = owner.reduced(obligation.form)
    if owner.signs_of(form) <= obligation.signs:
        return None
    signs = sign_sets.product(_signs(owner, case, form.top), _signs(owner, case, form.bottom))
    if signs <= obligation.signs:
        return None
    if obligation.signs == NONZERO and not case.conditions and not owner.has_functions:
        return _zero_of_divisor(obligation, solved, form.top)
    found = sign_sets.signs_on(
        obligation.function, case.ranges, case.conditions, MAX_BOXES, obligation.signs
    )
    if found <= obligation.signs:
        return None
    points, brackets = _hunt(obligation, case)
    suspects = (*points, *_suspects(solved.forms, case, form.top))
    what = f"{obligation.what} {_short(to_text(obligation.function))}"
    certain = not case.conditions and any(
        changes_sign(obligation.function, bracket) for bracket in brackets
    )
    if certain:
        return Gap("pole", f"{what} is zero in the domain", suspects, brackets)
    problem = "zero" if obligation.signs == NONZERO else "outside what is allowed"
    return Gap("open", f"{what} may be {problem} in the domain", suspects, brackets)


def _hunt(obligation: Obligation, case: Case) -> tuple[tuple[Point, ...], tuple[Bracket, ...]]:
    """Points at which an obligation is not met, or pairs of points around such a point."""
    breach: Point | Bracket | None = None
    with limited(_HUNTING):
        breach = find_breach(obligation.function, obligation.signs, case.ranges, case.conditions)
    if breach is None:
        return (), ()
    middle = next(sample_points(Domain(case.ranges)))
    if not isinstance(breach, tuple):
        return tuple(_in_claim(case, {**middle, **breach})), ()
    ends = [list(_in_claim(case, {**middle, **end})) for end in breach]
    return (), ((ends[0][0], ends[1][0]),) if all(ends) else ()


def _signs(owner: Part, case: Case, polynomial: Polynomial) -> sign_sets.Signs:
    """The signs of a polynomial, each factor looked at with some effort."""
    content, parts = factors(polynomial)
    found = frozenset({sign_sets.sign_of(content)})
    for atom, k in parts:
        signs = owner.atom_signs(atom)
        if len(signs) > 1:
            signs &= sign_sets.signs_on(owner.tree(atom), case.ranges, case.conditions, 500)
        found = sign_sets.product(found, signs if k % 2 else frozenset(s * s for s in signs))
    return found


def _zero_of_divisor(obligation: Obligation, solved: Solved, top: Polynomial) -> Gap | None:
    """Of a rational divisor more can be told: that it certainly has a zero, and where."""
    ring, case = solved.forms.field.ring, solved.case
    domain = Domain(case.ranges)
    radical = ring.constant(1)
    for factor, _ in factors(top)[1]:
        radical = radical * factor

    def sign(polynomial: Polynomial, point: Point) -> int:
        return sign_sets.sign_of(value_at(polynomial, ring, point))

    found = certify_nonvanishing(obligation.function, partial(sign, radical), domain)
    if isinstance(found, Certified):
        return None
    suspects = tuple(_suspects(solved.forms, case, top))
    points, brackets = _hunt(obligation, case)
    suspects = (*suspects, *points)
    if isinstance(found, Vanishing):
        return Gap("pole", found.reason, suspects, brackets)
    assert isinstance(found, Undecided)
    if found.suspect is not None:
        middle = next(sample_points(domain))
        suspects = (*_in_claim(case, {**middle, **found.suspect}), *suspects)
    return Gap("open", found.reason, suspects, brackets)


def _suspects(forms: NormalForms, case: Case, top: Polynomial) -> Iterator[Point]:
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


def _inside(owner: Part, atom: Polynomial) -> Polynomial:
    """What stands in an absolute value or a root, else the polynomial itself."""
    slot = owner.slot_of(atom)
    if slot is None or slot.kind not in ("abs", "power") or isinstance(slot.argument, Quotient):
        return atom
    return atom if slot.argument is None else slot.argument


def _in_claim(case: Case, point: Point) -> Iterator[Point]:
    made = case.point(point)
    if made is not None:
        yield made


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
