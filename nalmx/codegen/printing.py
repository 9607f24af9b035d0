"""Bodies as lines of Python; how an operation is written depends on the compiler that reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .values import COMPARISONS, Body, Line

Template = Callable[[Line], str]
"""The text of an operation, with `{0}`, `{1}`, … for its arguments; of a number, the number."""

INFIX = {
    name: f"{{0}} {sign} {{1}}"
    for name, sign in {
        "add": "+",
        "subtract": "-",
        "multiply": "*",
        **dict(zip(COMPARISONS, ("<", "<=", ">", ">=", "==", "!="), strict=True)),
        "logical_and": "&",
        "logical_or": "|",
    }.items()
}


def lines(
    template: Template, body: Body, targets: Mapping[str, str], indent: int, prefix: str = "v"
) -> str:
    """The lines that compute a body and assign its results to targets, or add them to `NAME +`.

    Both sides of a choice are computed before it, so that a loop has no branch.
    """
    printed: list[str] = []
    texts: list[str] = []
    for place, line in enumerate(body.lines):
        if line.operation == "input":
            text = str(line.content)
        else:
            text = template(line).format(*(texts[argument] for argument in line.arguments))
        if line.arguments:
            printed.append(f"{prefix}{place} = {text}")
        texts.append(f"{prefix}{place}" if line.arguments else text)
    for name, target in targets.items():
        sign = "" if target.endswith("+") else " "
        printed.append(f"{target}{sign}= {texts[body.results[name].place]}")
    return "".join(f"{' ' * indent}{line}\n" for line in printed)


def loads(body: Body, element: str, *arrays: str) -> str:
    """The lines that read inputs from arrays, where `element` is how: `constants2` is `constants[2]`."""
    names = [str(line.content) for line in body.lines if line.operation == "input"]
    found = (re.fullmatch(rf"({'|'.join(arrays)})(\d+)", name) for name in names)
    return "".join(f"    {m[0]} = {element.format(m[1], m[2])}\n" for m in found if m)
