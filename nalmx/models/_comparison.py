"""Which relation of its inputs a status register has learned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import sympy
from torch import Tensor

from ..errors import ExtractionError
from ._grid import Grid
from ._penalty import Penalty

CLEAR = 0.1
MOST_PAIRS = 6
Cases: TypeAlias = Mapping[str, Any]
Pairs: TypeAlias = dict[tuple[int, int], dict[str, Any]]
_SWAPPED = {"<": ">", "=": "=", ">": "<"}
_RELATIONS = {
    "<": sympy.Lt,
    "=": sympy.Eq,
    ">": sympy.Gt,
    "<=": sympy.Le,
    "=>": sympy.Ge,
    "<>": sympy.Ne,
}


class Impurity(Penalty):
    """Mean w·(1 − w), which is 0 where a softmax has chosen one input.

    The distance to {0, 1} does not do for a softmax: its slope is the same for all weights below
    1/2, and a softmax does not move when all its weights are drawn down alike.
    """

    raw: ClassVar = False
    mean: ClassVar = True

    def slope(self, weight: Tensor, grid: Grid | None) -> Tensor:
        return 1 - 2 * weight.detach()

    def symbolic_slope(self, weight: sympy.Expr, grid: Grid | None) -> sympy.Expr:
        return 1 - 2 * weight


def pairs_of(
    inputs: int, first: Sequence[Any], second: Sequence[Any], cases: Sequence[Cases]
) -> Pairs:
    """What every pair of inputs adds to z in each case, the same operands merged.

    A pair of an input with itself is always equal; it stands under (0, 0).
    """
    pairs: Pairs = {}
    for place, added in enumerate(cases):
        part = slice(place * inputs, (place + 1) * inputs)
        one, other = _only(first[part]), _only(second[part])
        if one == other:
            one = other = 0
            added = dict.fromkeys("<=>", added["="])
        elif one > other:
            one, other = other, one
            added = {_SWAPPED[case]: value for case, value in added.items()}
        known = pairs.setdefault((one, other), dict.fromkeys("<=>", sympy.S.Zero))
        for case, value in added.items():
            known[case] += value
    return pairs


def _only(selection: Sequence[Any]) -> int:
    """The place of the one input that is selected."""
    distance = max(min(abs(w), abs(w - 1)) for w in selection)
    chosen = [place for place, w in enumerate(selection) if w == 1]
    if distance != 0 or len(chosen) != 1:
        distance = distance or abs(sum(selection) - 1)
        raise ExtractionError(
            f"an operand of the comparison is not one input: its choice is {float(distance):.3g} away "
            "from one; train it longer or with other seeds"
        )
    return chosen[0]


def decided_by(x: Sequence[sympy.Expr], pairs: Pairs, ties: bool | None) -> Any:
    """The condition on the inputs under which z is positive."""
    if len(pairs) > MOST_PAIRS:
        raise ExtractionError(
            f"the comparison has {len(pairs)} different pairs of operands; at most {MOST_PAIRS} "
            "can be written out"
        )
    constant = pairs.get((0, 0), {"=": sympy.S.Zero})["="]
    proper = [(pair, cases) for pair, cases in pairs.items() if pair != (0, 0)]
    return _decide(x, constant, proper, ties, ())


def _decide(
    x: Sequence[sympy.Expr],
    z: Any,
    pairs: Sequence[tuple[tuple[int, int], Cases]],
    ties: bool | None,
    path: tuple[str, ...],
) -> Any:
    if not pairs:
        return _truth(z, ties, path)
    ((one, other), cases), *rest = pairs
    by_outcome: dict[Any, str] = {}
    for case in "<=>":
        outcome = _decide(x, z + cases[case], rest, ties, (*path, case))
        by_outcome[outcome] = by_outcome.get(outcome, "") + case
    return sympy.Or(
        *(
            sympy.And(_relation(x[one], x[other], chosen), outcome)
            for outcome, chosen in by_outcome.items()
        )
    )


def _relation(left: sympy.Expr, right: sympy.Expr, cases: str) -> Any:
    return sympy.true if cases == "<=>" else _RELATIONS[cases](left, right)


def _truth(z: Any, ties: bool | None, path: tuple[str, ...]) -> Any:
    distance = 1 / (1 + math.exp(min(abs(float(z)), 700.0)))
    if distance <= CLEAR:
        return sympy.true if z > 0 else sympy.false
    if ties is not None and "=" in path:
        return sympy.true if ties else sympy.false
    where = {"<": "less than", "=": "equal to", ">": "greater than"}
    shown = " and ".join(f"the first operand is {where[case]} the second" for case in path)
    raise ExtractionError(
        f"the comparison is undecided{f' where {shown}' if shown else ''}: its truth value is "
        f"{distance:.3g} away from 0 and 1 and at most {CLEAR:g} is allowed; train it longer or with "
        "other seeds"
    )


def combine(conditions: Sequence[Any]) -> list[sympy.Expr]:
    """1 where a condition is true and 0 elsewhere, for all of them and then for their negations."""
    truths = [*conditions, *(sympy.Not(condition) for condition in conditions)]
    return [sympy.Piecewise((1, truth), (0, True)) for truth in truths]
