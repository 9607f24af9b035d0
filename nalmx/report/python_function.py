"""An expression as a plain Python function that computes with fractions and with floats alike.

The function needs the standard library and the few helpers of `HELPERS` that it names. Over
fractions a rational expression stays exact. Where the expression is undefined the function raises
`ZeroDivisionError` or `ValueError`.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..expression import Expression, check_name
from ..expression.operations import may_jump
from ..python_layout import call, laid_out
from . import precise
from .python_writer import Writer

# Ruff takes these for digits, whatever they stand for.
_AMBIGUOUS = {"l", "O", "I"}
_TEMPORARY = re.compile(r"t\d+")

HELPERS = {
    "power": '''\
def power(x: Any, y: Any) -> Any:
    """x**y over the reals: where y is not whole, for x > 0, or x = 0 and y > 0."""
    if y == math.floor(y):
        return x ** math.floor(y)
    if x > 0:
        return float(x) ** float(y)
    if x == 0 and y > 0:
        return 0
    raise ValueError("a power that is not a real number")
''',
    "mod": '''\
def mod(a: Any, b: Any) -> Any:
    """a - b*floor(a/b)."""
    return a - b * (a // b)
''',
    "sign": """\
def sign(x: Any) -> Any:
    return (x > 0) - (x < 0)
""",
}


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """The text of a function, and the names that it uses.

    `exact`: over fractions its values are exact. `jumps`: it may be discontinuous.
    """

    text: str
    uses: frozenset[str]
    exact: bool
    jumps: bool


def python_names(inputs: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A parameter for each input: its own name, or one with underscores where Python has that name."""
    names = [check_name(name) for name in inputs]
    taken = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *HELPERS, *reserved}
    taken |= {"math", "Fraction", "cache", "Any", *_AMBIGUOUS, *precise.NAMES}
    chosen: dict[str, str] = {}
    for name in names:
        new = name
        while new in taken or _TEMPORARY.fullmatch(new) or (new != name and new in names):
            new += "_"
        chosen[name] = new
        taken.add(new)
    return chosen


def python_function(
    name: str, expression: Expression, parameters: Mapping[str, str], *, many_digits: bool = False
) -> PythonFunction:
    """The function `name` of some inputs, whose parameters are named by `python_names`.

    With `many_digits`, it calls the functions of `precise` instead of those of `math`.
    """
    writer = Writer(parameters, many_digits)
    body = writer.write(precise.expressed(expression) if many_digits else expression)
    typed = call(f"def {name}", (f"{parameter}: Any" for parameter in parameters.values()))
    return PythonFunction(
        "\n".join([*laid_out(typed, after=" -> Any:"), *body]) + "\n",
        frozenset(writer.uses),
        writer.exact,
        may_jump(expression),
    )
