"""Translation: y depends on a - b, or a + b, alone where its slopes by both add to nothing or are equal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...expression import Apply, Expression
from ...expression.build import negative
from .problem import Problem
from .surrogate import surrogate

_TOLERANCES = (1e-6, 1e-3, 0.02, 0.1)
_WIDEST = 10


def translations(problem: Problem) -> Iterator[Problem]:
    """Problems with fewer columns: all pairs that each tolerance allows, no column twice."""
    if not 2 <= problem.width <= _WIDEST:
        return
    found = surrogate(problem.table, problem.target)
    if found is None:
        return
    slopes = found.slopes
    sizes = np.sqrt((slopes**2).mean(0)) + 1e-300
    pairs = []
    for i in range(problem.width):
        for j in range(i):
            for sign in (-1, 1):
                gap = np.sqrt(((slopes[:, i] - sign * slopes[:, j]) ** 2).mean())
                pairs.append((float(gap / max(sizes[i], sizes[j])), j, i, sign))
    pairs.sort()
    told = set()
    for tolerance in _TOLERANCES:
        chosen, taken = [], set[int]()
        for gap, i, j, sign in pairs:
            if gap <= tolerance and not taken & {i, j}:
                chosen.append((i, j, sign))
                taken |= {i, j}
        if chosen and tuple(chosen) not in told:
            told.add(tuple(chosen))
            yield _joined(problem, chosen)


def _joined(problem: Problem, pairs: list[tuple[int, int, int]]) -> Problem:
    taken = {place for i, j, _ in pairs for place in (i, j)}
    kept = [i for i in range(problem.width) if i not in taken]
    atoms: list[Expression] = [problem.atoms[i] for i in kept]
    columns = [problem.table[:, i] for i in kept]
    for i, j, sign in pairs:
        other = problem.atoms[j] if sign > 0 else negative(problem.atoms[j])
        atoms.append(Apply("add", (problem.atoms[i], other)))
        columns.append(problem.table[:, i] + sign * problem.table[:, j])
    table = np.stack(columns, 1)
    return Problem(tuple(atoms), table, problem.target, problem.whole, weights=problem.weights)
