"""A claim's way through the cases it falls into.

Wherever the form of a side depends on the sign of a function (|f|, Min, sign, Piecewise, floor), the
domain is cut into the parts where that sign is known. The parts cover the domain, so what
holds in every case holds everywhere. A case is left out only where its conditions certainly
contradict each other.

    claim ──► cases not yet looked at ◄────────────────────────────────────────┐
                    │ the next one                                             │
                    ▼                                                          │
              normal forms of both sides ── Restart: a finer unit ──► again    │
                    │           │     └──── Empty: no such point ──► done      │
                    │           └─────── OpenSign: a sign is open ─────────────┤
                    ▼                                                          │
              are they equal? ── no, and a sign is open, an input is tied ─────┘
                    │              to others, or values stand alone
                    ▼
              is all that must be defined defined? ──► Solved

| raised          | by                                   | means                        | ends in         |
| `Restart`       | `Units.unit`                         | a finer unit for arguments   | `Units.settled` |
| `Empty`         | `Region.learn`, `Region.atom_signs`  | the case holds no point      | `solved`        |
| `OpenSign`      | `Region.need`, `Region.split_open`   | a sign is open               | `solved`        |
| `OutsideMethod` | `Ring`, `Field`, functions, `cases`  | no normal form, or too large | `decide`        |

Whoever else calls what raises lets it pass.

Reference: Moses (1971), Algebraic simplification: a guide for the perplexed, on normal forms and zero
equivalence; Geddes, Czapor, Labahn (1992), Algorithms for computer algebra, chapter 3; Bradford and Davenport
(2002), Towards better simplification of elementary functions, on cases by sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...expression import Expression, variables
from ..verdict import Claim
from .case import Case
from .cover import is_empty
from .definedness import Unmet, find_unmet
from .field import Field, Units
from .linear import contradict
from .nested import by_inner_root
from .normal_form import Form, NormalForms
from .partial import are_alike, cut_at_edges, one_sided
from .quotients import OutsideMethod, Polynomial, as_fraction
from .region import Empty, OpenSign
from .residues import by_residues, by_values

# A quarter of each limit loses no proof of benchmarks/algebra_limits.py, a sixteenth of the first 2 of 514.
MAX_CASES = 400
_BOXES_TO_EMPTY, _BOXES_IF_IT_DIFFERS = 64, 400


@dataclass(frozen=True, slots=True)
class Solved:
    """A case with the normal forms of both sides.

    `agrees`: they are certainly equal where they are defined. `unmet`: what may be undefined. `alike`: both
    sides are certainly defined at the same points, and equal there.
    """

    case: Case
    forms: NormalForms
    left: Form
    right: Form
    agrees: bool
    unmet: Unmet | None
    alike: bool


class TooManyCases(OutsideMethod):
    """The claim falls into more cases than are tried."""


def cases(claim: Claim) -> Iterator[Solved]:
    """The cases of a claim whose conditions are not certainly contradictory.

    A case is cut further while its two sides differ and the sign of a part of them is open.
    Raises `OutsideMethod` where the method does not reach.
    """
    units = Units()
    waiting = [Case.whole(claim)]
    for _ in range(MAX_CASES):
        if not waiting:
            return
        answer = solved(waiting.pop(), units)
        if isinstance(answer, Solved):
            yield answer
        else:
            waiting.extend(reversed(answer))
    if waiting:
        raise TooManyCases(f"the claim falls into more than {MAX_CASES} cases")


def solved(case: Case, units: Units) -> Solved | list[Case]:
    """A case with its normal forms, or the cases that it falls into: none where it holds no point."""
    try:
        return units.settled(lambda: _solved(case, units))
    except Empty:
        return []
    except OpenSign as split:
        return [part for part in case.parts(split) if not _contradicts(part)]


def _solved(case: Case, units: Units) -> Solved | list[Case]:
    forms = NormalForms(
        (case.left, case.right), case.ranges, case.conditions, units, integers=case.integers
    )
    left, right = forms.form(case.left), forms.form(case.right)
    agrees = forms.are_equal(left, right)
    if not agrees:
        cut_at_edges(forms)
        inner = by_inner_root(case, forms.region)
        if inner is not None:
            return [inner]
        if parts := list(by_residues(case, forms.region)):
            return [part for part in parts if not _contradicts(part)]
        forms.region.split_open()
        if tied := _tied(forms):
            return _solved(case.with_input(*tied), units)
        if lone := list(case.lone_values()):
            return lone
        if case.conditions and is_empty(case.conditions, case.ranges, _BOXES_IF_IT_DIFFERS):
            return []
    unmet = find_unmet(case, forms)
    if (not agrees or unmet is not None) and (values := list(by_values(case))):
        return values
    if unmet is not None and agrees and (tied := _tied(forms)):
        return _solved(case.with_input(*tied), units)
    if unmet is None:
        return Solved(case, forms, left, right, agrees, None, agrees)
    alike = are_alike(case, forms, agrees=agrees)
    if not alike:
        points, brackets = one_sided(case, forms)
        unmet = replace(
            unmet,
            suspects=(*unmet.suspects, *points),
            brackets=(*unmet.brackets, *brackets),
        )
    return Solved(case, forms, left, right, agrees, unmet, alike)


def _tied(forms: NormalForms) -> tuple[str, Expression] | None:
    """An input that an equation of the case gives as an expression of the others: x1 = x2 + 1."""
    found = (_tied_by(forms.field, zero) for zero in forms.region.zeros)
    return next(filter(None, found), None)


def _tied_by(field: Field, zero: Polynomial) -> tuple[str, Expression] | None:
    slots = field.ring.slots
    for place, name in enumerate(field.ring.names):
        holding = [(m, as_fraction(c)) for m, c in zero.terms() if m[slots + place]]
        if len(holding) != 1 or sum(holding[0][0]) != 1:
            continue
        factor = holding[0][1]
        rest = zero - field.ring.input(name) * field.ring.constant(factor)
        value = field.tree(rest * field.ring.constant(-1 / factor))
        if name not in variables(value):
            return name, value
    return None


def _contradicts(case: Case) -> bool:
    """Whether a case certainly holds no point."""
    if not case.conditions:
        return False
    return contradict(case.inequalities()) or is_empty(
        case.conditions, case.ranges, _BOXES_TO_EMPTY
    )
