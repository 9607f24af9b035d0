"""Expression tree to one line of text that is Python and that `parse` reads back."""

from __future__ import annotations

import re
from fractions import Fraction

from ..rationals import spell
from .nodes import Expression, Leaf, Number, Truth, fold
from .operations import INFIX, OPERATIONS

_OR, _AND, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(8)
_CALLED = {
    name: record.spellings[0]
    for name, record in OPERATIONS.items()
    if record.spellings and record.takes == record.gives == "real" and name != "piecewise"
}
_ROOTS = re.compile(r"-?[0-9]+\.(5|25|75)")
_Written = tuple[str, int]


def to_text(expression: Expression) -> str:
    """One line, exact: `x1*x2`, `1/3*x1 - x2**(3/2)`, `Piecewise((x1, x1 >= 0), (-x1, True))`."""
    return fold(expression, _leaf, _apply)[0]


def _leaf(node: Leaf) -> _Written:
    if isinstance(node, Number):
        text = spell(node.value)
        level = _PRODUCT if "/" in text else _ATOM
        return text, (min(level, _SIGN) if text.startswith("-") else level)
    if isinstance(node, Truth):
        return str(node.value), _ATOM
    return node.name, _ATOM


def _within(written: _Written, least: int) -> str:
    """The text, in brackets where it binds less tightly than its place asks."""
    text, level = written
    return text if level >= least else f"({text})"


def _apply(operation: str, arguments: tuple[_Written, ...]) -> _Written:
    if operation in _CALLED:
        return f"{_CALLED[operation]}({', '.join(text for text, _ in arguments)})", _ATOM
    if operation in INFIX:
        left, right = (_within(argument, _SUM) for argument in arguments)
        return f"{left} {INFIX[operation]} {right}", _COMPARE
    match operation:
        case "add":
            return _sum(arguments), _SUM
        case "mul":
            first, *rest = arguments
            texts = [_within(first, _PRODUCT), *(_within(x, _SIGN) for x in rest)]
            return "*".join(texts), _PRODUCT
        case "div":
            return f"{_within(arguments[0], _PRODUCT)}/{_within(arguments[1], _POWER)}", _PRODUCT
        case "neg":
            text = _within(arguments[0], _PRODUCT)
            return (f"-({text})" if text.startswith("-") else f"-{text}"), _PRODUCT
        case "pow":
            return f"{_within(arguments[0], _ATOM)}**{_exponent(arguments[1])}", _POWER
        case "piecewise":
            pairs = zip(arguments[::2], arguments[1::2], strict=True)
            return f"Piecewise({', '.join(f'({v[0]}, {c[0]})' for v, c in pairs)})", _ATOM
        case "not":
            return f"~({arguments[0][0]})", _ATOM
        case _:
            if len(arguments) == 1:
                return arguments[0]
            own, sign = (_AND, " & ") if operation == "and" else (_OR, " | ")
            texts = [x[0] if x[1] == own else _within(x, _ATOM) for x in arguments]
            return sign.join(texts), own


def _exponent(written: _Written) -> str:
    """Halves and quarters as what they are: `x**(3/2)` has a root in it that `x**1.5` hides."""
    if _ROOTS.fullmatch(written[0]):
        return f"({Fraction(written[0])})"
    return _within(written, _SIGN)


def _sum(terms: tuple[_Written, ...]) -> str:
    texts = [_within(term, _PRODUCT) for term in terms]
    joined = texts[0]
    for text in texts[1:]:
        joined += f" - {text[1:]}" if text.startswith("-") else f" + {text}"
    return joined
