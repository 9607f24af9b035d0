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


FLOAT32 = Precision("float32", 24, -126)
FLOAT64 = Precision("float64", 53, -1022)
PRECISIONS = {precision.name: precision for precision in (FLOAT32, FLOAT64)}


@dataclass(frozen=True, slots=True)
class FloatProgram:
    """One output of a network as the operations that give it, in floats of `precision`."""

    inputs: tuple[str, ...]
    expression: Expression
    precision: Precision
    literals: tuple[Expression, ...] = ()
