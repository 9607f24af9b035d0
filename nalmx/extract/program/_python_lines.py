"""Lines of Python: conditions, lists that may need more than a line, and movements of heads."""

from __future__ import annotations

from collections.abc import Sequence

from ._controls import Head
from ._decisions import LAST, STATE

WIDTH = 100
STEP = "    "


def variable(column: int) -> str:
    """The variable that has what a column shows."""
    return {LAST: "last", STATE: "state"}.get(column, f"seen{column + 1}")


def head_line(head: str, way: Head) -> list[str]:
    """A head's movement, where it moves."""
    if way.jumps:
        return [f"{head} = {way.cells}"]
    return [] if way.stays else [f"{head} {'+' if way.cells > 0 else '-'}= {abs(way.cells)}"]


def case_line(
    word: str, variable: str, spelled: Sequence[str], depth: int, relation: str = "in"
) -> list[str]:
    """A condition line, `if token in (...):`."""
    head = f"{STEP * depth}{word} {variable}"
    if len(spelled) == 1 and relation == "in":
        return [f"{head} is None:" if spelled[0] == "None" else f"{head} == {spelled[0]}:"]
    if len(spelled) == 1:
        return [f"{head} != {spelled[0]}:"]
    return list_lines(f"{head} {relation} (", spelled, "):")


def list_lines(head: str, items: Sequence[str], tail: str) -> list[str]:
    """A list on one line, or broken between items where it is too long."""
    comma = "," if len(items) == 1 and tail.startswith(")") else ""
    if len(line := f"{head}{', '.join(items)}{comma}{tail}") <= WIDTH:
        return [line]
    indent = " " * (len(head) - len(head.lstrip()))
    lines, current = [head], ""
    for item in items:
        if current and len(indent) + 4 + len(current) + len(item) + 2 > WIDTH:
            lines.append(f"{indent}{STEP}{current}")
            current = ""
        current += f"{' ' if current else ''}{item},"
    return [*lines, f"{indent}{STEP}{current}", f"{indent}{tail}"]
