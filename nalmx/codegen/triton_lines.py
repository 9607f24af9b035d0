"""Bodies as lines of Python that Triton compiles for a GPU."""

from __future__ import annotations

from functools import partial

from . import printing
from .values import ELEMENTARY, Line

_OWN = ("abs", "sqrt")
_CALLED = (*(name for name in ELEMENTARY if name not in _OWN), "float_power")
# A number keeps its kind: written plainly, two of them would meet in float32.
_NUMBERS = {
    "float64": "tl.full((), {!r}, tl.float64)",
    "float32": "tl.full((), {!r}, tl.float32)",
    "bool": "tl.full((), {!r}, tl.int1)",
}
_FORMS = {
    **printing.INFIX,
    "logical_not": "~{0}",
    "abs": "tl.abs({0})",
    "where": "tl.where({0}, {1}, {2})",
    "float32": "({0}).to(tl.float32)",
    "float64": "({0}).to(tl.float64)",
    # Without these names, float32 is divided, and its roots are taken, to two units in the last place.
    "divide float32": "tl.div_rn({0}, {1})",
    "divide float64": "{0} / {1}",
    "sqrt float32": "tl.sqrt_rn({0})",
    "sqrt float64": "tl.sqrt({0})",
}


def header(title: str, more: str = "from_bits32") -> str:
    """What every generated module begins with; `more` is what it calls besides."""
    made = "".join(f'{name} = function("{name}")\n' for name in _CALLED)
    return f'''\
"""{title}"""

import triton
import triton.language as tl
from nalmx.codegen.maths_triton import counted, function, {more}

inf, nan = tl.constexpr(float("inf")), tl.constexpr(float("nan"))
{made}'''


def _template(line: Line) -> str:
    operation, kind = line.operation, line.kind
    if operation == "number":
        return _NUMBERS[kind].format(line.content)
    if operation == "negative":
        # In some versions a minus is a difference from 0, which loses the sign of 0.
        return f"{_NUMBERS[kind].format(-0.0)} - {{0}}"
    if operation == "sigmoid":
        one = _NUMBERS[kind].format(1.0)
        return f"{one} / ({one} + exp(-{{0}}))"
    for name in (operation, f"{operation} {kind}"):
        if name in _FORMS:
            return _FORMS[name]
    assert operation in _CALLED
    return f"{operation}({', '.join(f'{{{n}}}' for n in range(len(line.arguments)))})"


lines = partial(printing.lines, _template)
