"""Show that both sides are defined throughout a case, or find where they may not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

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
# A sixteenth of each limit loses no proof of benchmarks/algebra_limits.py.
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
    region, form = forms.region, forms.field.reduced(obligation.form)

    def look_longer(atom: Polynomial) -> Signs:
        signs = region.atom_signs(atom)
        if len(signs) == 1:
            return signs
        tree = forms.field.tree(atom)
        return signs & signs_on(tree, case.ranges, case.conditions, _BOXES_FOR_A_FACTOR)

    ways = (
        partial(region.signs_of, form),
        partial(region.signs_of, form, look_longer),
        partial(
            signs_on,
            obligation.function,
            case.ranges,
            case.conditions,
            _MOST_BOXES,
            obligation.signs,
        ),
    )
    if any(way() <= obligation.signs for way in ways):
        return None
    breaches = [b for f in _functions(obligation, case, forms) if (b := _hunt(f, obligation, case))]
    places = (b.point for b in breaches if b.beyond is None)
    suspects = case.points([*places, *_suspects(case, forms, form.top)])
    pairs = [case.points((b.point, b.beyond)) for b in breaches if b.beyond is not None]
    brackets = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    around = case.bracket()
    brackets.extend([] if around is None else [around])
    return Unmet(obligation, any(b.is_certain for b in breaches), suspects, tuple(brackets))


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
    yield from filter(None, (vertex(forms.field.ring, atom) for atom in atoms))
    yield from zeros_along_axes(forms.field.ring, atoms, domain)
    if case.conditions or forms.field.has_functions:
        yield from sample_points(domain, most=8)


def _inside(field: Field, atom: Polynomial) -> Polynomial:
    """What stands in an absolute value or a root, else the polynomial itself."""
    slot = field.slot_of(atom)
    if slot is None or slot.kind != "power":
        return atom
    assert slot.base is not None
    return slot.base


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
