"""Values of claim texts at rational points, sharing no code with nalmx.

Texts are read by Python's own parser. A value is an exact Fraction, an interval of mpmath that
contains it, or a truth value.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mpmath import iv, mp
from mpmath.libmp import round_floor, to_int

_LONGEST = 20_000


class Undefined(Exception):
    """The expression has no real value here."""


class Undecided(Exception):
    """This precision, or an interval of this width, does not tell."""


@lru_cache(maxsize=4096)
def _tree(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def names_of(text: str) -> set[str]:
    """The inputs of a text."""
    called = {id(n.func) for n in ast.walk(_tree(text)) if isinstance(n, ast.Call)}
    return {
        node.id
        for node in ast.walk(_tree(text))
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in ("pi", "E")
    }


def divisors(text: str) -> list[str]:
    """The texts by which a text divides; at their zeros it is undefined, in whatever branch they are."""
    source = text.strip()
    found = []
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found.append(node.right)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            found.append(node.left)
        elif isinstance(node, ast.Call) and node.func.id == "Mod":
            found.append(node.args[1])
    spelled = [source[node.col_offset : node.end_col_offset] for node in found]
    tangents = [
        f"cos({source[node.args[0].col_offset : node.args[0].end_col_offset]})"
        for node in ast.walk(_tree(text))
        if isinstance(node, ast.Call) and node.func.id == "tan"
    ]
    return [*spelled, *tangents]


def value(text: str, point: Mapping[str, Any]) -> Any:
    """A Fraction, an interval or a truth value, at the current precision of mpmath's intervals.

    The inputs are Fractions or intervals.
    """
    source = text.strip()

    def read(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() as truth):
                return truth
            case ast.Constant():
                return Fraction(source[node.col_offset : node.end_col_offset])
            case ast.Name(id="pi"):
                return +iv.pi
            case ast.Name(id="E"):
                return +iv.e
            case ast.Name():
                return point[node.id]
            case ast.UnaryOp(op=ast.USub()):
                return negative(read(node.operand))
            case ast.UnaryOp(op=ast.Invert()):
                return not read(node.operand)
            case ast.BinOp():
                return _BINARY[type(node.op)](read(node.left), read(node.right))
            case ast.Compare():
                sides = [read(side) for side in (node.left, *node.comparators)]
                pairs = zip(node.ops, sides, sides[1:], strict=False)
                links = [_COMPARED[type(op)](x, y) for op, x, y in pairs]
                return all(links)
            case ast.Call(func=ast.Name(id="Piecewise")):
                for piece in node.args:
                    if read(piece.elts[1]):
                        return read(piece.elts[0])
                raise Undefined
            case ast.Call():
                return _CALLED[node.func.id](*(read(argument) for argument in node.args))
        raise ValueError(ast.dump(node))

    return read(_tree(text))


def ball(x: Any) -> Any:
    return iv.mpf(x.numerator) / iv.mpf(x.denominator) if isinstance(x, Fraction) else x


def exact(*values: Any) -> bool:
    return all(isinstance(x, Fraction) for x in values)


def plus(x: Any, y: Any) -> Any:
    return x + y if exact(x, y) else ball(x) + ball(y)


def negative(x: Any) -> Any:
    return -x


def times(x: Any, y: Any) -> Any:
    return x * y if exact(x, y) else ball(x) * ball(y)


def _divide(x: Any, y: Any) -> Any:
    if sign_of(y) == 0:
        raise Undefined
    return x / y if exact(x, y) else ball(x) / ball(y)


def absolute(x: Any) -> Any:
    return abs(x)


def sign_of(x: Any) -> int:
    if isinstance(x, Fraction):
        return (x > 0) - (x < 0)
    if x.a > 0:
        return 1
    if x.b < 0:
        return -1
    if x.a == x.b == 0:
        return 0
    raise Undecided


def _power(x: Any, y: Any) -> Any:
    if not isinstance(y, Fraction):
        return _positive_power(x, y)
    if y.denominator == 1:
        n = y.numerator
        if n == 0:
            return Fraction(1)
        if n < 0 and sign_of(x) == 0:
            raise Undefined
        if not isinstance(x, Fraction):
            return x**n
        bits = abs(n) * max(x.numerator.bit_length(), x.denominator.bit_length())
        return x**n if bits <= _LONGEST else ball(x) ** n
    sign = sign_of(x)
    if sign < 0 or (sign == 0 and y < 0):
        raise Undefined
    if sign == 0:
        return Fraction(0)
    root = _root(x, y.denominator) if isinstance(x, Fraction) else None
    return _positive_power(x, y) if root is None else root**y.numerator


def _positive_power(x: Any, y: Any) -> Any:
    sign = sign_of(x)
    if sign > 0:
        return iv.exp(ball(y) * iv.log(ball(x)))
    if sign == 0 and sign_of(y) > 0:
        return Fraction(0)
    if sign == 0:
        raise Undefined
    nearest = round(float(y.mid))
    if y.a <= nearest <= y.b:
        raise Undecided
    raise Undefined


def _root(x: Fraction, degree: int) -> Fraction | None:
    parts = []
    for n in (x.numerator, x.denominator):
        if n.bit_length() > 900 and degree != 2:
            return None
        guess = math.isqrt(n) if degree == 2 else round(n ** (1 / degree))
        small = degree >= n.bit_length()
        tried = (1,) if small else (guess - 1, guess, guess + 1)
        found = [root for root in tried if root > 0 and root**degree == n]
        if not found:
            return None
        parts.append(found[0])
    return Fraction(*parts)


def _floor(x: Any) -> Fraction:
    if isinstance(x, Fraction):
        return Fraction(math.floor(x))
    low, high = (to_int(end, round_floor) for end in x._mpi_)
    if low != high:
        raise Undecided
    return Fraction(low)


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def of(*values: Any) -> Any:
        if exact(*values):
            return pick(values)
        balls = [ball(x) for x in values]
        low, high = pick(b.a for b in balls), pick(b.b for b in balls)
        return iv.mpf([low.a, high.b])

    return of


def less(x: Any, y: Any) -> bool:
    return sign_of(plus(y, negative(x))) > 0


def _equal(x: Any, y: Any) -> bool:
    return sign_of(plus(y, negative(x))) == 0


def _only_at(point: int, result: int, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of(x: Any) -> Any:
        return Fraction(result) if x == point and exact(x) else otherwise(ball(x))

    return of


def _log(x: Any) -> Any:
    if sign_of(x) <= 0:
        raise Undefined
    return _only_at(1, 0, iv.log)(x)


def _tanh(x: Any) -> Any:
    shrink = iv.exp(-2 * abs(x))
    return sign_of(x) * (1 - shrink) / (1 + shrink)


def _at_ends(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that rises, by mpmath's values at the ends, widened far beyond their last digits."""

    def of(x: Any) -> Any:
        with mp.workdps(iv.dps + 20):
            low, high = (function(mp.make_mpf(end)) for end in x._mpi_)
            margin = mp.mpf(10) ** -(iv.dps + 5)
            return iv.mpf([low - margin * abs(low), high + margin * abs(high)])

    return of


def _acosh(x: Any) -> Any:
    if sign_of(plus(x, Fraction(-1))) < 0:
        raise Undefined
    return Fraction(0) if exact(x) and x == 1 else _at_ends(mp.acosh)(ball(x))


def _atanh(x: Any) -> Any:
    if sign_of(plus(absolute(x), Fraction(-1))) >= 0:
        raise Undefined
    return _only_at(0, 0, _at_ends(mp.atanh))(x)


def _within_one(function: Callable[[Any], Any], x: Any) -> Any:
    if sign_of(plus(absolute(x), Fraction(-1))) > 0:
        raise Undefined
    return _only_at(0, 0, _at_ends(function))(x)


def _angle(y: Any, x: Any) -> Any:
    """The angle of a point, by the nearest axis."""
    sides = sign_of(x), sign_of(y)
    if sides == (0, 0):
        raise Undefined
    if sides[1] == 0:
        return Fraction(0) if sides[0] > 0 else +iv.pi
    if sides[0] > 0:
        return _atan(_divide(y, x))
    return plus(iv.pi * sides[1] / 2, negative(_atan(_divide(x, y))))


def _atan(x: Any) -> Any:
    return _only_at(0, 0, _at_ends(mp.atan))(x)


def _round(x: Any) -> Fraction:
    """To the nearest whole number, ties to the even one."""
    if isinstance(x, Fraction):
        return Fraction(round(x))
    return _floor(x + iv.mpf("0.5"))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + iv.exp(-ball(x)))


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: plus,
    ast.Sub: lambda x, y: plus(x, negative(y)),
    ast.Mult: times,
    ast.Div: _divide,
    ast.Pow: _power,
    ast.BitAnd: lambda x, y: x and y,
    ast.BitOr: lambda x, y: x or y,
}
_COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: less,
    ast.Gt: lambda x, y: less(y, x),
    ast.LtE: lambda x, y: not less(y, x),
    ast.GtE: lambda x, y: not less(x, y),
    ast.Eq: _equal,
    ast.NotEq: lambda x, y: not _equal(x, y),
}
_CALLED: dict[str, Callable[..., Any]] = {
    "sqrt": lambda x: _power(x, Fraction(1, 2)),
    "exp": _only_at(0, 1, iv.exp),
    "sin": _only_at(0, 0, iv.sin),
    "cos": _only_at(0, 1, iv.cos),
    "tan": _only_at(0, 0, lambda x: _divide(iv.sin(x), iv.cos(x))),
    "tanh": _only_at(0, 0, _tanh),
    "sign": lambda x: Fraction(sign_of(x)),
    "floor": _floor,
    "ceil": lambda x: -_floor(-x),
    "Mod": lambda x, y: plus(x, negative(times(y, _floor(_divide(x, y))))),
    **{name: _only_at(0, 0, _at_ends(getattr(mp, name))) for name in ("asinh", "erf", "sinh")},
    "acosh": _acosh,
    "atanh": _atanh,
    "atan": _atan,
    "asin": lambda x: _within_one(mp.asin, x),
    "acos": lambda x: plus(iv.pi / 2, negative(_within_one(mp.asin, x))),
    "atan2": _angle,
    "round": _round,
    "trunc": lambda x: sign_of(x) * _floor(absolute(x)),
    "relu": lambda x: _extreme(max)(x, Fraction(0)),
    "clip": lambda x, a, b: _extreme(min)(_extreme(max)(x, a), b),
    "where": lambda condition, a, b: a if condition else b,
    "heaviside": lambda x: Fraction(1 + sign_of(x), 2),
    "sigmoid": _sigmoid,
    "silu": lambda x: ball(x) * _sigmoid(x),
    "softplus": lambda x: iv.log(1 + iv.exp(ball(x))),
    "gelu": lambda x: ball(x) * (1 + _at_ends(mp.erf)(ball(x) / iv.sqrt(2))) / 2,
    "logsumexp": lambda *xs: iv.log(sum(iv.exp(ball(x)) for x in xs)),
    "hypot": lambda x, y: _power(plus(times(x, x), times(y, y)), Fraction(1, 2)),
    "sec": lambda x: _divide(Fraction(1), iv.cos(ball(x))),
    "cot": lambda x: _divide(iv.cos(ball(x)), iv.sin(ball(x))),
    "log1p": lambda x: _log(plus(x, Fraction(1))),
    "expm1": lambda x: plus(_only_at(0, 1, iv.exp)(x), Fraction(-1)),
    "And": lambda *values: all(values),
    "Or": lambda *values: any(values),
    "Not": lambda x: not x,
    **dict.fromkeys(("abs", "Abs"), absolute),
    **dict.fromkeys(("log", "ln"), _log),
    **dict.fromkeys(("Min", "min"), _extreme(min)),
    **dict.fromkeys(("Max", "max"), _extreme(max)),
}
