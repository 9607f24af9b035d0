"""Bodies as lines of Python that Numba compiles for the processor."""

from __future__ import annotations

from functools import partial

from . import printing
from .values import ELEMENTARY, Line

_IN_32 = ("cos", "exp", "log", "sigmoid", "sin", "tanh")
_IN_64 = ("exp", "log", "sigmoid", "tanh")
_IN_BOTH = ("ceil", "erf", "floor")
_FORMS = {
    **printing.INFIX,
    "divide": "{0} / {1}",
    "float_power": "{0} ** {1}",
    "negative": "-{0}",
    "logical_not": "not {0}",
    "abs": "abs({0})",
    "where": "{1} if {0} else {2}",
    "float32": "S({0})",
    "float64": "F({0})",
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
from nalmx.codegen.worst_points import keep
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


def _template(line: Line) -> str:
    operation = line.operation
    if operation == "number":
        return _NUMBERS[line.kind].format(line.content)
    if operation in _FORMS:
        return _FORMS[operation]
    assert operation in (*ELEMENTARY, "sigmoid")
    own = _IN_32 if line.kind == "float32" else _IN_64
    if operation in own:
        return f"{operation}{line.kind[-2:]}({{0}})"
    return f"{'' if operation in _IN_BOTH else 'np.'}{operation}({{0}})"


lines = partial(printing.lines, _template)
