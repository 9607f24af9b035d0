"""Random formulas, run in floats by rules of their own: what bounds on rounding are held to.

Nothing of the package is used: rounding is done on integers, real values are mpmath's.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

FORMATS = {
    "float64": (53, -1022),
    "float32": (24, -126),
    "float16": (11, -14),
    "bfloat16": (8, -126),
}
FUNCTIONS = ("sqrt", "exp", "log", "sin", "cos", "tanh", "atan")
NUMBERS = ("1", "2", "3", "0.1", "0.5", "10", "7", "0.3", "1.1", "2.5", "0.7", "6", "100")
_DIGITS = 70
Point = Mapping[str, Fraction]


def place(size: Fraction, kind: str) -> int:
    """The exponent of the distance of floats from a size on."""
    bits, least = FORMATS[kind]
    exponent = size.numerator.bit_length() - size.denominator.bit_length() if size else least
    exponent -= size < Fraction(2) ** exponent
    return max(exponent, least) - bits + 1


def rounded(value: Fraction, kind: str) -> Fraction:
    """To nearest, ties to even; an `OverflowError` beyond the largest float."""
    step = Fraction(2) ** place(abs(value), kind)
    whole, rest = divmod(abs(value), step)
    whole += 2 * rest > step or (2 * rest == step and whole % 2 == 1)
    if whole * step >= Fraction(2) ** (1 - FORMATS[kind][1] + 1):
        raise OverflowError
    return whole * step if value >= 0 else -whole * step


@dataclass(frozen=True)
class Formula:
    """An operation on others, an input, or a number."""

    operation: str
    parts: tuple[Any, ...]

    def text(self) -> str:
        match self.operation:
            case "input" | "number":
                return str(self.parts[0])
            case "neg":
                return f"(-{self.parts[0].text()})"
            case "min" | "max":
                return f"{self.operation.title()}({self.parts[0].text()}, {self.parts[1].text()})"
            case "**":
                return f"({self.parts[0].text()})**({self.parts[1]})"
            case "+" | "-" | "*" | "/":
                return f"({self.parts[0].text()} {self.operation} {self.parts[1].text()})"
        return f"{self.operation}({self.parts[0].text()})"

    def real(self, point: Point) -> Fraction:
        with mpmath.workdps(_DIGITS):
            return exactly(self._real(point))

    def _real(self, point: Point) -> Any:
        if self.operation in ("input", "number"):
            value = point[self.parts[0]] if self.operation == "input" else Fraction(self.parts[0])
            return mpmath.mpf(value.numerator) / value.denominator
        given = [p._real(point) if isinstance(p, Formula) else p for p in self.parts]
        if self.operation in FUNCTIONS:
            return getattr(mpmath, self.operation)(*given)
        return _applied(self.operation, given)


def _applied(operation: str, given: list[Any]) -> Any:
    x, *rest = given
    match operation:
        case "neg":
            return -x
        case "abs":
            return abs(x)
        case "min" | "max":
            return (min if operation == "min" else max)(given)
        case "+":
            return x + rest[0]
        case "-":
            return x - rest[0]
        case "*":
            return x * rest[0]
        case "/":
            return x / rest[0]
    return x ** rest[0]


def exactly(value: Any) -> Fraction:
    """The rational that a number of mpmath is."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def runs(formula: Formula, point: Point, kind: str, ulps: int, draw: random.Random) -> Fraction:
    """What the formula comes to in floats; functions are off by up to `ulps`, as is drawn."""
    if formula.operation in ("input", "number"):
        (said,) = formula.parts
        return rounded(point[said] if formula.operation == "input" else Fraction(said), kind)
    x, *rest = (
        runs(p, point, kind, ulps, draw) if isinstance(p, Formula) else p for p in formula.parts
    )
    if formula.operation == "**":
        return _power(x, rest[0], kind)
    if formula.operation not in FUNCTIONS:
        return rounded(_applied(formula.operation, [x, *rest]), kind)
    with mpmath.workdps(_DIGITS):
        value = exactly(getattr(mpmath, formula.operation)(mpmath.mpf(x.numerator) / x.denominator))
    nearest = rounded(value, kind)
    if formula.operation == "sqrt" or not value:
        return nearest
    # An ulp of a power of two is that of the numbers below it.
    step = Fraction(2) ** place(abs(value) * (1 - Fraction(1, 2**150)), kind)
    moved = [nearest + n * step for n in (-ulps, 1 - ulps, ulps - 1, ulps)]
    allowed = [y for y in moved if abs(y - value) <= ulps * step and rounded(y, kind) == y]
    return draw.choice([nearest, *allowed])


def _power(x: Fraction, exponent: int, kind: str) -> Fraction:
    power = x
    for digit in f"{abs(exponent):b}"[1:]:
        power = rounded(power * power, kind)
        if digit == "1":
            power = rounded(power * x, kind)
    return power if exponent > 0 else rounded(1 / power, kind)


def drawn(
    seed: int,
) -> tuple[Formula, dict[str, tuple[Fraction, Fraction]], str, int, random.Random]:
    """A formula with the ranges of its inputs, a format, and the ulps of library functions."""
    draw = random.Random(seed)
    names = ["x", "y"][: draw.choice([1, 1, 2])]
    formula = _grown(draw, draw.randint(2, 5), names)
    ranges = {name: _range(draw) for name in names if name in _inputs(formula)}
    return formula, ranges, draw.choice(list(FORMATS)), draw.choice([1, 2, 4]), draw


def _inputs(formula: Formula) -> set[str]:
    if formula.operation == "input":
        return {formula.parts[0]}
    return set().union(*(_inputs(part) for part in formula.parts if isinstance(part, Formula)))


def _grown(draw: random.Random, depth: int, names: list[str]) -> Formula:
    if depth == 0 or draw.random() < 0.1:
        if draw.random() < 0.65:
            return Formula("input", (draw.choice(names),))
        return Formula("number", (draw.choice(NUMBERS),))
    functions = FUNCTIONS if draw.random() < 0.4 else ()
    operation = draw.choice([*"+-*/+-*", "neg", "abs", "min", "max", "**", *functions])
    first = _grown(draw, depth - 1, names)
    if operation == "**":
        return Formula(operation, (first, draw.choice([2, 3, 4, -1, -2])))
    if operation in ("neg", "abs", *FUNCTIONS):
        return Formula(operation, (first,))
    return Formula(operation, (first, _grown(draw, depth - 1, names)))


def _range(draw: random.Random) -> tuple[Fraction, Fraction]:
    kind = draw.random()
    if kind < 0.3:
        low, high = sorted(Fraction(draw.randint(-100, 100), 8) for _ in range(2))
        return low, high
    low = Fraction(draw.randint(0, 64), 16) if kind < 0.8 else Fraction(2) ** draw.randint(-30, 4)
    return low, low + low * draw.randint(0, 8) + Fraction(
        draw.randint(0, 64), draw.choice([1, 10, 10**4])
    )


def reals(draw: random.Random, ranges: Mapping[str, tuple[Fraction, Fraction]], kind: str) -> Point:
    """A point of the ranges: ends, floats, and numbers that are nearly halfway between two floats."""
    point = {}
    for name, (low, high) in ranges.items():
        value = draw.choice([low, high, low + (high - low) * Fraction(draw.random())])
        near = rounded(value, kind)
        half = Fraction(2) ** (place(abs(near), kind) - 1) * Fraction(999, 1000)
        others = [near, near + half, near - half]
        point[name] = draw.choice([value, *(x for x in others if low <= x <= high)])
    return point


def related(seed: int) -> tuple[Formula, tuple[Fraction, Fraction], str]:
    """A sum of steps that differ by signs, order and powers of two, with a range and a short format.

    Some ranges reach 0 or the subnormal numbers, where such steps are rounded in different ways.
    """
    draw = random.Random(seed)
    x, one = Formula("input", ("x",)), Formula("number", ("1",))
    core = [draw.choice("*/+"), draw.choice([x, Formula("+", (x, one)), Formula("*", (x, x))])]
    other = draw.choice([x, Formula("number", (draw.choice(NUMBERS),)), Formula("-", (x, one))])

    def scaled(formula: Formula) -> Formula:
        number = Formula(
            "number", (draw.choice(["2", "0.5", "0.25", "16", "2048", "0.0001220703125"]),)
        )
        kinds = [formula, Formula("neg", (formula,)), Formula("/", (formula, number))]
        return draw.choice(
            [*kinds, Formula("*", draw.choice([(number, formula), (formula, number)]))]
        )

    def step() -> Formula:
        given = [core[1], other]
        if core[0] != "/" and draw.random() < 0.5:
            given.reverse()
        return scaled(Formula(core[0], tuple(scaled(one) for one in given)))

    tree = step()
    for _ in range(draw.randint(1, 3)):
        tree = Formula(draw.choice("+-+-*"), (tree, step()))
    low = Fraction(
        draw.choice(["0", "-0.01", "-1", "0.00001", "0.0001", "0.01", "0.3", "1", "1.9"])
    )
    return (
        tree,
        (low, low + Fraction(draw.choice(["0.001", "0.1", "1", "2.5"]))),
        draw.choice(["float16", "bfloat16"]),
    )
