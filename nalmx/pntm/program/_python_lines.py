"""Lines of Python: conditions, choices between them, and movements of heads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from ...python_layout import STEP, WIDTH, Code, Operands, columns, laid_out, tuple_of
from ..action import HeadAction, Jump, Move, UnsupportedAction
from ._decisions import LAST, STATE

# What is done in a case, at a depth.
Body: TypeAlias = Callable[[int], list[str]]


@dataclass(frozen=True)
class Branch:
    """What is done where a variable has one of some values, which are spelled in Python."""

    variable: str
    values: tuple[str, ...]
    body: Body

    @property
    def condition(self) -> Code:
        if self.values == ("None",):
            return f"{self.variable} is None"
        return among(self.variable, self.values)


def variable(column: int) -> str:
    """The variable that has what a column shows."""
    return {LAST: "last", STATE: "state"}.get(column, f"seen{column + 1}")


def head_line(head: str, action: HeadAction) -> list[str]:
    """A head's movement, where it moves."""
    match action:
        case Move(cells):
            return [f"{head} {'+' if cells > 0 else '-'}= {abs(cells)}"] if cells else []
        case Jump(cell):
            return [f"{head} = {cell}"]
        case other:
            raise UnsupportedAction(other, "a program in Python")


def among(variable: str, values: Sequence[str], *, negated: bool = False) -> Code:
    """The condition `token in ("a", "b")`, or its negation."""
    if len(values) == 1:
        return Operands((variable, f"{'!=' if negated else '=='} {values[0]}"))
    return tuple_of(values, f"{variable} {'not in' if negated else 'in'} ")


def choice(cases: Sequence[Branch], depth: int, otherwise: Body | None = None) -> list[str]:
    """A chain of conditions; cases in a row that do the same have one condition."""
    lines: list[str] = []
    told = [(case.body(depth + 1), case) for case in cases]
    groups = [(body, [case for _, case in group]) for body, group in groupby(told, itemgetter(0))]
    for place, (body, group) in enumerate(groups):
        word = "elif " if place else "if "
        united = _united(group)
        condition = united[0].condition
        if united[1:]:
            joined = " or ".join(str(case.condition) for case in united)
            if columns(f"{STEP * depth}{word}{joined}:") > WIDTH:
                later = [case for _, cases in groups[place + 1 :] for case in cases]
                lines += [*laid_out(condition, depth, word, ":"), *body, f"{STEP * depth}else:"]
                return lines + choice([*united[1:], *later], depth + 1, otherwise)
            condition = joined
        lines += [*laid_out(condition, depth, word, ":"), *body]
    return lines if otherwise is None else [*lines, f"{STEP * depth}else:", *otherwise(depth + 1)]


def _united(cases: Sequence[Branch]) -> list[Branch]:
    """Cases that do the same, one for each variable."""
    by_variable: dict[str, Branch] = {}
    for case in cases:
        known = by_variable.get(case.variable)
        values = case.values if known is None else (*known.values, *case.values)
        by_variable[case.variable] = replace(case, values=values)
    return list(by_variable.values())
