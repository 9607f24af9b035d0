"""A function as a computer runs it: a tree of floating-point operations.

The tree is an ordinary expression and stands for two functions at once. Read over the reals it is
the function meant. Read as a program it is the function computed: every operation is followed by a
rounding to `precision`, a number that is no float is rounded where it stands, and a sum or product
of more than two arguments is taken in any order. `literals` are subtrees without inputs that the
program holds as one float each, such as ln φ, wherever they stand in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..errors import SettingError
from ..rationals import parse_rational, spell
from .nodes import Expression


@dataclass(frozen=True, slots=True)
class Precision:
    """A binary format of IEEE 754: its bits of mantissa, and the exponent of its least normal."""

    name: str
    bits: int
    least_exponent: int

    @property
    def least_normal(self) -> Fraction:
        return Fraction(2) ** self.least_exponent

    @property
    def largest(self) -> Fraction:
        return (2 - Fraction(2) ** (1 - self.bits)) * Fraction(2) ** (1 - self.least_exponent)

    def holds(self, value: Fraction) -> bool:
        """Whether a rational is a float of this format."""
        top, bottom = abs(value.numerator), value.denominator
        if not top:
            return True
        if bottom & (bottom - 1) or abs(value) > self.largest:
            return False
        trailing = (top & -top).bit_length() - 1
        step = trailing - (bottom.bit_length() - 1)
        return (
            top.bit_length() - trailing <= self.bits and step >= self.least_exponent - self.bits + 1
        )

    def nearest(self, value: Fraction) -> Fraction | None:
        """A rational rounded to nearest, ties to even; None where that overflows."""
        step = self._step(value)
        rounded = round(value / step) * step
        return None if abs(rounded) > self.largest else rounded

    def ulp_below(self, size: Fraction) -> Fraction:
        """The distance of floats just below `size`."""
        step = self._step(size)
        at_power = size == step * 2 ** (self.bits - 1)
        return step / 2 if at_power and step > self._least_step else step

    @property
    def _least_step(self) -> Fraction:
        return Fraction(2) ** (self.least_exponent - self.bits + 1)

    def _step(self, value: Fraction) -> Fraction:
        """The distance of floats from `value` on, away from 0."""
        if not value:
            return self._least_step
        size = abs(value)
        place = size.numerator.bit_length() - size.denominator.bit_length()
        place -= size < Fraction(2) ** place  # 2^place ≤ size < 2^(place + 1)
        return Fraction(2) ** (max(place, self.least_exponent) - self.bits + 1)


FLOAT16 = Precision("float16", 11, -14)
BFLOAT16 = Precision("bfloat16", 8, -126)
FLOAT32 = Precision("float32", 24, -126)
FLOAT64 = Precision("float64", 53, -1022)
PRECISIONS = {precision.name: precision for precision in (FLOAT32, FLOAT64)}
FORMATS = {one.name: one for one in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}
LIBRARY_ULPS = 4
_LEAST_ULPS, _MOST_ULPS = Fraction(1, 2), 1_000


@dataclass(frozen=True, slots=True)
class FloatArithmetic:
    """Arithmetic in floats of a format, whose functions of a library are off by some ulps at most.

    `float_inputs`: inputs are floats of the format, instead of real numbers that are rounded to them.
    """

    precision: Precision
    ulps: Fraction = Fraction(LIBRARY_ULPS)
    float_inputs: bool = False

    @classmethod
    def parse(cls, text: str) -> FloatArithmetic | None:
        """Read `float64`, or `float64:0.75` where functions are within 0.75 ulp; None is that of `reals`.

        Inputs are floats where `:floats` follows.
        """
        name, *rest = text.strip().split(":")
        if name == "reals" and not rest:
            return None
        float_inputs = rest[-1:] == ["floats"]
        sizes = rest[:-1] if float_inputs else rest
        ulps = parse_rational(":".join(sizes)) if sizes else Fraction(LIBRARY_ULPS)
        if name not in FORMATS or ulps is None or not _LEAST_ULPS <= ulps <= _MOST_ULPS:
            raise SettingError(
                f"{text[:40]!r} is not an arithmetic; write reals, or one of {', '.join(FORMATS)}, which may "
                "be followed by the ulps of library functions (0.5 to 1000), as in float64:0.75, and by "
                ":floats where inputs are floats"
            )
        return cls(FORMATS[name], ulps, float_inputs)

    def __str__(self) -> str:
        inputs = ":floats" if self.float_inputs else ""
        return f"{self.precision.name}:{spell(self.ulps)}{inputs}"


@dataclass(frozen=True, slots=True)
class FloatProgram:
    """The operations that give one output, in floats of `precision`.

    `as_written`: sums and products have two arguments, and every operation is rounded by itself; inputs are
    real numbers, each rounded once, or floats where they are `float_inputs`. `ulps`: how far functions of a
    library, and powers, are off at most.
    """

    inputs: tuple[str, ...]
    expression: Expression
    precision: Precision
    literals: tuple[Expression, ...] = ()
    as_written: bool = False
    ulps: Fraction = Fraction(LIBRARY_ULPS)
    float_inputs: bool = False
