"""Bodies as lines of Python that Numba compiles for the processor."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .values import COMPARISONS, ELEMENTARY, Body, Line

_IN_32 = ("cos", "exp", "log", "sigmoid", "sin", "tanh")
_IN_64 = ("exp", "log", "sigmoid", "tanh")
_IN_BOTH = ("ceil", "erf", "floor")
_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "float_power": "**",
    **dict(zip(COMPARISONS, ("<", "<=", ">", ">=", "==", "!="), strict=True)),
    "logical_and": "&",
    "logical_or": "|",
}
_FORMS = {
    "negative": "-{}",
    "logical_not": "not {}",
    "abs": "abs({})",
    "where": "{1} if {0} else {2}",
    "float32": "S({})",
    "float64": "F({})",
}
_NUMBERS = {"float64": "F({!r})", "float32": "S({!r})", "bool": "{!r}"}


def header(title: str) -> str:
    """What every generated module begins with."""
    names = [
        f"{name} as {name}{size}" for size, own in ((32, _IN_32), (64, _IN_64)) for name in own
    ]
    return f'''\
"""{title}"""

from nalmx.codegen.maths import bits, ceil, counted, erf, floor, from_bits32, from_bits64
from nalmx.codegen.maths32 import {", ".join(names[: len(_IN_32)])}
from nalmx.codegen.maths64 import {", ".join(names[len(_IN_32) :])}
import numpy as np
from numba import njit
from numpy import inf

F, S, U = np.float64, np.float32, np.uint64
# Only what Python calls has a wrapper, which takes longer to compile than most of the functions.
# What is called becomes a part of its caller, for the reason that `compiled` of `codegen.maths` has.
common = {{"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}}
inner = {{**common, "no_cpython_wrapper": True, "forceinline": True}}
outer = {{**common, "cache": True}}
'''


def lines(body: Body, targets: Mapping[str, str], indent: int, prefix: str = "v") -> str:
    """The lines that compute a body and assign its results to targets, or add them to `NAME +`.

    Both sides of a choice are computed before it, so that a loop has no branch.
    """
    printed: list[str] = []
    texts: list[str] = []
    for place, line in enumerate(body.lines):
        text = _text(line, [texts[argument] for argument in line.arguments])
        if line.arguments:
            printed.append(f"{prefix}{place} = {text}")
        texts.append(f"{prefix}{place}" if line.arguments else text)
    for name, target in targets.items():
        sign = "" if target.endswith("+") else " "
        printed.append(f"{target}{sign}= {texts[body.results[name].place]}")
    return "".join(f"{' ' * indent}{line}\n" for line in printed)


def loads(body: Body, *arrays: str) -> str:
    """The lines that read inputs from arrays: `constants2` is `constants[2]`."""
    names = [str(line.content) for line in body.lines if line.operation == "input"]
    found = (re.fullmatch(rf"({'|'.join(arrays)})(\d+)", name) for name in names)
    return "".join(f"    {m[0]} = {m[1]}[{m[2]}]\n" for m in found if m)


def _text(line: Line, parts: list[str]) -> str:
    operation = line.operation
    if operation == "input":
        return str(line.content)
    if operation == "number":
        return _NUMBERS[line.kind].format(line.content)
    if operation in _INFIX:
        return f" {_INFIX[operation]} ".join(parts)
    if operation in _FORMS:
        return _FORMS[operation].format(*parts)
    assert operation in (*ELEMENTARY, "sigmoid")
    own = _IN_32 if line.kind == "float32" else _IN_64
    if operation in own:
        return f"{operation}{line.kind[-2:]}({parts[0]})"
    return f"{'' if operation in _IN_BOTH else 'np.'}{operation}({parts[0]})"
