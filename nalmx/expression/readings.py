"""Names that may have been read otherwise than they were meant; whoever shows a claim shows these too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .names import CONSTANTS
from .nodes import Apply, Constant, Expression, is_constant, natural_order, post_order, variables
from .operations import FUNCTIONS

_IMAGINARY = "the imaginary unit, which real expressions do not have"
_TAKEN_FOR = {
    "e": "E or exp(1), Euler's number",
    "I": _IMAGINARY,
    "PI": "pi",
    "Pi": "pi",
    "pI": "pi",
    "true": "True",
    "TRUE": "True",
    "false": "False",
    "FALSE": "False",
}
# Usual names of inputs: worth a word only where the other side does not know them.
_TAKEN_FOR_ON_ONE_SIDE = {"i": _IMAGINARY, "j": _IMAGINARY}
_EULER = (
    "'E' is read as Euler's number, 2.718…; an input of that name needs another one, for example E_"
)
_MOST_LISTED = 4
_WORD = re.compile(r"\w+")


def remarks(
    left: Expression,
    right: Expression,
    ranged: Collection[str] = (),
    sides: tuple[str, str] = ("the left side", "the right side"),
) -> list[str]:
    """What to say of the names in a claim, one line each; mostly nothing.

    `ranged` are the inputs that were given a range of their own, which says that they are inputs.
    """
    inputs = set(variables(left)), set(variables(right))
    known = inputs[0] | inputs[1]
    said = [_EULER] if "e" not in known and _doubtful_euler(left, right) else []
    explained: set[str] = set()
    alone: dict[str, list[str]] = {side: [] for side in sides}
    for name in sorted(known - set(ranged), key=natural_order):
        # Beside a constant, as in x - x = 0, no input could stand on both sides.
        one_sided = all(inputs) and name not in inputs[0] & inputs[1]
        side = sides[name not in inputs[0]]
        meant = _meant(name, known, one_sided=one_sided)
        if meant is not None:
            explained |= known.intersection(_WORD.findall(meant))
            only = f" that only {side} has" if one_sided else ""
            said.append(
                f"{name!r} is read as an input{only}; did you mean {meant}? If not, a range of its own "
                "says so"
            )
        elif one_sided:
            alone[side].append(name)
    for side, found in alone.items():
        names = [name for name in found if name not in explained]
        if names:
            listed = [*map(repr, names[:_MOST_LISTED]), *["…"][: len(names) > _MOST_LISTED]]
            said.append(f"only {side} has the input{'s' * (len(names) > 1)} {', '.join(listed)}")
    for name in sorted(set(ranged) - known, key=natural_order):
        said.append(f"{name!r} has a range and is an input of neither side")
    return said


def _meant(name: str, known: set[str], *, one_sided: bool) -> str | None:
    """What a name was perhaps meant to be."""
    others = known - {name}
    meant = _TAKEN_FOR.get(name) or (_TAKEN_FOR_ON_ONE_SIDE.get(name) if one_sided else None)
    if meant is None:
        parts = _split(name, others | set(CONSTANTS))
        meant = "*".join(parts) if parts else None
    if meant is None:
        meant = next(
            (f"{f}({name[len(f) :]})" for f in FUNCTIONS if _applied(f, name, others)), None
        )
    if meant is None and one_sided:
        alike = [other for other in others if _plain(other) == _plain(name)]
        meant = min(alike, default=None)
    return meant


def _split(name: str, words: set[str]) -> list[str] | None:
    """The name as a row of two or more words, the longest first."""
    found: dict[int, list[str]] = {0: []}
    for end in range(1, len(name) + 1):
        for start in range(end):
            whole = start == 0 and end == len(name)
            if start in found and end not in found and not whole and name[start:end] in words:
                found[end] = [*found[start], name[start:end]]
    return found.get(len(name))


def _applied(function: str, name: str, others: set[str]) -> bool:
    return name.startswith(function) and name[len(function) :] in others


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def _doubtful_euler(*sides: Expression) -> bool:
    """Whether E is there, and nothing shows that Euler's number is meant.

    An exp, a logarithm, and a power of E with an input in its exponent show it.
    """
    nodes = [node for side in sides for node in post_order(side)]
    if any(isinstance(node, Apply) and node.operation in ("exp", "log") for node in nodes):
        return False
    return any(_is_euler(side) for side in sides) or any(
        _is_euler(argument) for node in nodes for argument in _plainly_used(node)
    )


def _plainly_used(node: Expression) -> Iterator[Expression]:
    """The arguments of an operation, without the base of a power that varies."""
    if isinstance(node, Apply):
        varies = node.operation == "pow" and not is_constant(node.arguments[1])
        yield from node.arguments[1:] if varies else node.arguments


def _is_euler(node: Expression) -> bool:
    return isinstance(node, Constant) and node.name == "E"
