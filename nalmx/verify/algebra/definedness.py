"""Show that both sides are defined throughout a case, or find where they may not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...clock import limited
from ...expression import Expression, to_text
from ...expression.build import product
from ..domain import Domain, Point
from .bracket import Bracket
from .case import Case
from .cover import Breach, find_breach, signs_on
from .field import Field
from .normal_form import NormalForms, Obligation
from .quotients import Polynomial, factors, key
from .signs import NONZERO, Signs
from .suspects import sample_points, vertex, zeros_along_axes

_HUNTING = 100_000  # operations, 0.5 s
_MOST_BOXES, _BOXES_FOR_A_FACTOR = 4_000, 500


@dataclass(frozen=True, slots=True)
class Unmet:
    """An obligation that is certainly not met somewhere, or only perhaps, and where to look."""

    obligation: Obligation
    is_certain: bool
    suspects: tuple[Point, ...]
    brackets: tuple[Bracket, ...]

    @property
    def reason(self) -> str:
        allowed = self.obligation.signs
        problem = "zero" if allowed == NONZERO else "outside what is allowed"
        what = f"{self.obligation.what} {_short(to_text(self.obligation.function))}"
        return f"{what} {'is' if self.is_certain else 'may be'} {problem} in the domain"


def find_unmet(case: Case, forms: NormalForms) -> Unmet | None:
    """None where both sides are certainly defined wherever the conditions of a case hold."""
    opened: Unmet | None = None
    for obligation in _alike(case, forms):
        unmet = _unmet(obligation, case, forms)
        if unmet is not None and unmet.is_certain:
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
    return signs_on(obligation.function, case.ranges, (), 50) <= obligation.signs


def _unmet(obligation: Obligation, case: Case, forms: NormalForms) -> Unmet | None:
    region = forms.region
    form = forms.field.reduced(obligation.form)
    if region.signs_of(form) <= obligation.signs:
        return None

    def look_longer(atom: Polynomial) -> Signs:
        signs = region.atom_signs(atom)
        if len(signs) == 1:
            return signs
        tree = forms.field.tree(atom)
        return signs & signs_on(tree, case.ranges, case.conditions, _BOXES_FOR_A_FACTOR)

    if region.signs_of(form, look_longer) <= obligation.signs:
        return None
    found = signs_on(
        obligation.function, case.ranges, case.conditions, _MOST_BOXES, obligation.signs
    )
    if found <= obligation.signs:
        return None
    breaches = [b for f in _functions(obligation, case, forms) if (b := _hunt(f, obligation, case))]
    suspects: list[Point] = []
    brackets: list[Bracket] = []
    middle = next(sample_points(Domain(case.ranges)))
    for breach in breaches:
        start = case.point({**middle, **breach.point})
        end = None if breach.beyond is None else case.point({**middle, **breach.beyond})
        if start is not None and end is not None:
            brackets.append((start, end))
        elif start is not None and breach.beyond is None:
            suspects.append(start)
    suspects.extend(_suspects(case, forms, form.top))
    certain = any(breach.is_certain for breach in breaches)
    return Unmet(obligation, certain, tuple(suspects), tuple(brackets))


def _functions(obligation: Obligation, case: Case, forms: NormalForms) -> Iterator[Expression]:
    """What must not be zero, and a polynomial of the same zeros that changes its sign at more of them."""
    yield obligation.function
    atoms = factors(forms.field.reduced(obligation.form).top)[1]
    if obligation.signs == NONZERO and not case.conditions and any(k % 2 == 0 for _, k in atoms):
        yield product(forms.field.tree(atom) for atom, _ in atoms)


def _hunt(function: Expression, obligation: Obligation, case: Case) -> Breach | None:
    with limited(_HUNTING):
        return find_breach(function, obligation.signs, case.ranges, case.conditions)
    return None


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
