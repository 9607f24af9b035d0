"""Values of claim texts at rational points, sharing no code with nalmx.

Texts are read by Python's own parser. A value is an exact Fraction, an interval of mpmath that
contains it, or a truth value; precision grows until a comparison is decided.
"""

from __future__ import annotations

import ast
import math
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from mpmath import iv
from mpmath.libmp import round_floor, to_int

from .statement import FalseClaim, Point, Stated

DIGITS = (40, 160, 640)
_LONGEST = 20_000
Ranges = dict[str, list[tuple[Fraction, Fraction]]]


class Undefined(Exception):
    """The expression has no real value here."""


class Undecided(Exception):
    """This precision does not tell."""


def violated(stated: Stated, point: Point) -> bool | None:
    """Whether a claim fails at a point; None where neither side is defined or no precision tells."""
    for digits in DIGITS:
        iv.dps = digits
        try:
            return _violated(stated, point)
        except Undecided:
            continue
    return None


def agrees(stated: Stated, point: Point) -> bool:
    """Whether both sides are defined and within the tolerance, or equal to 40 digits."""
    if stated.tolerance != "0":
        return violated(stated, point) is False
    for digits in (60, 320):
        iv.dps = digits
        try:
            left, right = value(stated.left, point), value(stated.right, point)
        except Undefined:
            return False
        except Undecided:
            continue
        if isinstance(left, bool) or _exact(left, right):
            return bool(left == right)
        left, right = _ball(left), _ball(right)
        if abs(left - right).b <= (abs(left) + 1).a / 10**40:
            return True
    return False


def certainly_false(claim: FalseClaim) -> bool:
    """Whether the witness of a false claim shows that it is false."""
    domain = ranges(claim)
    if not contains(domain, claim.witness):
        return False
    if not claim.divisor:
        return violated(claim, claim.witness) is True
    if not contains(domain, claim.beyond) or f"/({claim.divisor})" not in claim.left:
        return False
    for name, intervals in domain.items():
        ends = claim.witness[name], claim.beyond[name]
        if not any(low <= min(ends) and max(ends) <= high for low, high in intervals):
            return False
    iv.dps = DIGITS[1]
    signs = [_sign(value(claim.divisor, point)) for point in (claim.witness, claim.beyond)]
    return signs[0] * signs[1] < 0


def _violated(stated: Stated, point: Point) -> bool | None:
    sides: list[Any] = []
    for text in (stated.left, stated.right):
        try:
            sides.append(value(text, point))
        except Undefined:
            sides.append(None)
    left, right = sides
    if left is None or right is None:
        return None if left is right else True
    if isinstance(left, bool):
        return left != right
    kind, _, size = stated.tolerance.partition(":")
    limit: Any = Fraction(size) if size else Fraction(0)
    if kind == "rel":
        limit = _times(limit, _absolute(right))
    return _less(limit, _absolute(_plus(left, _negative(right))))


def ranges(stated: Stated) -> Ranges:
    """The intervals of each input, read off the texts."""
    names = sorted(names_of(stated.left) | names_of(stated.right))
    named: dict[str, str] = dict.fromkeys(names, "")
    for text in stated.domain:
        name, equals, spelled = text.partition("=")
        if equals:
            named[name.strip()] = spelled
        else:
            named.update({other: text for other in names if not named[other]})
    return {name: _intervals(text) for name, text in named.items()}


def _intervals(text: str) -> list[tuple[Fraction, Fraction]]:
    found = re.findall(r"\[([^\[\],]+),([^\[\],]+)\]", text)
    return [(Fraction(low.strip()), Fraction(high.strip())) for low, high in found]


def contains(domain: Ranges, point: Point) -> bool:
    return set(domain) == set(point) and all(
        any(low <= point[name] <= high for low, high in intervals)
        for name, intervals in domain.items()
    )


def points(stated: Stated, count: int, seed: int = 0) -> Iterator[Point]:
    """Corners, middles and whole numbers of a domain, and random points near and far from its ends."""
    domain = ranges(stated)
    generator = random.Random(f"{seed}/{stated.name}")
    ends = [[end for interval in intervals for end in interval] for intervals in domain.values()]
    corners = product(*ends) if len(ends) <= 3 else [[e[0] for e in ends], [e[-1] for e in ends]]
    for corner in corners:
        yield dict(zip(domain, corner, strict=True))
    for _ in range(count):
        yield {name: _within(generator.choice(parts), generator) for name, parts in domain.items()}


def _within(interval: tuple[Fraction, Fraction], generator: random.Random) -> Fraction:
    low, high = interval
    match generator.randrange(6):
        case 0 if math.ceil(low) <= math.floor(high):
            return Fraction(generator.randint(math.ceil(low), math.floor(high)))
        case 1:
            part = Fraction(1, 10 ** generator.randint(2, 12))
            return low + (high - low) * generator.choice((part, 1 - part))
        case 2:
            return low + (high - low) * Fraction(generator.randint(0, 8), 8)
        case _:
            return low + (high - low) * Fraction(generator.randint(0, 10**6), 10**6)


@lru_cache(maxsize=4096)
def _tree(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


def names_of(text: str) -> set[str]:
    called = {id(n.func) for n in ast.walk(_tree(text)) if isinstance(n, ast.Call)}
    return {
        node.id
        for node in ast.walk(_tree(text))
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in ("pi", "E")
    }


def value(text: str, point: Point) -> Any:
    """A Fraction, an interval or a truth value, at the current precision of mpmath's intervals."""
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
                return _negative(read(node.operand))
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


def _ball(x: Any) -> Any:
    return iv.mpf(x.numerator) / iv.mpf(x.denominator) if isinstance(x, Fraction) else x


def _exact(*values: Any) -> bool:
    return all(isinstance(x, Fraction) for x in values)


def _plus(x: Any, y: Any) -> Any:
    return x + y if _exact(x, y) else _ball(x) + _ball(y)


def _negative(x: Any) -> Any:
    return -x


def _times(x: Any, y: Any) -> Any:
    return x * y if _exact(x, y) else _ball(x) * _ball(y)


def _divide(x: Any, y: Any) -> Any:
    if _sign(y) == 0:
        raise Undefined
    return x / y if _exact(x, y) else _ball(x) / _ball(y)


def _absolute(x: Any) -> Any:
    return abs(x)


def _sign(x: Any) -> int:
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
        if n < 0 and _sign(x) == 0:
            raise Undefined
        if not isinstance(x, Fraction):
            return x**n
        bits = abs(n) * max(x.numerator.bit_length(), x.denominator.bit_length())
        return x**n if bits <= _LONGEST else _ball(x) ** n
    sign = _sign(x)
    if sign < 0 or (sign == 0 and y < 0):
        raise Undefined
    if sign == 0:
        return Fraction(0)
    root = _root(x, y.denominator) if isinstance(x, Fraction) else None
    return _positive_power(x, y) if root is None else root**y.numerator


def _positive_power(x: Any, y: Any) -> Any:
    sign = _sign(x)
    if sign > 0:
        return iv.exp(_ball(y) * iv.log(_ball(x)))
    if sign == 0 and _sign(y) > 0:
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
        if _exact(*values):
            return pick(values)
        balls = [_ball(x) for x in values]
        low, high = pick(b.a for b in balls), pick(b.b for b in balls)
        return iv.mpf([low.a, high.b])

    return of


def _less(x: Any, y: Any) -> bool:
    return _sign(_plus(y, _negative(x))) > 0


def _equal(x: Any, y: Any) -> bool:
    return _sign(_plus(y, _negative(x))) == 0


def _only_at(point: int, result: int, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of(x: Any) -> Any:
        return Fraction(result) if x == point and _exact(x) else otherwise(_ball(x))

    return of


def _log(x: Any) -> Any:
    if _sign(x) <= 0:
        raise Undefined
    return _only_at(1, 0, iv.log)(x)


def _tanh(x: Any) -> Any:
    shrink = iv.exp(-2 * abs(x))
    return _sign(x) * (1 - shrink) / (1 + shrink)


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: _plus,
    ast.Sub: lambda x, y: _plus(x, _negative(y)),
    ast.Mult: _times,
    ast.Div: _divide,
    ast.Pow: _power,
    ast.BitAnd: lambda x, y: x and y,
    ast.BitOr: lambda x, y: x or y,
}
_COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: _less,
    ast.Gt: lambda x, y: _less(y, x),
    ast.LtE: lambda x, y: not _less(y, x),
    ast.GtE: lambda x, y: not _less(x, y),
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
    "sign": lambda x: Fraction(_sign(x)),
    "floor": _floor,
    "Mod": lambda x, y: _plus(x, _negative(_times(y, _floor(_divide(x, y))))),
    "And": lambda *values: all(values),
    "Or": lambda *values: any(values),
    "Not": lambda x: not x,
    **dict.fromkeys(("abs", "Abs"), _absolute),
    **dict.fromkeys(("log", "ln"), _log),
    **dict.fromkeys(("Min", "min"), _extreme(min)),
    **dict.fromkeys(("Max", "max"), _extreme(max)),
}
