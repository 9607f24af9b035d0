"""Arithmetic on strings of digits, in time linear in their length."""

from __future__ import annotations

from .tokens import Tokens


def number(bits: Tokens) -> int:
    """The value of bits, least significant first; no bits are 0. Example: 0 1 1 → 6."""
    # Base two is read and written in linear time; decimal digits would take quadratic time.
    return int("".join(reversed(bits)) or "0", 2)


def bits_of(value: int, width: int) -> Tokens:
    """A value in at least `width` bits, least significant first. Example: 6, 4 → 0 1 1 0."""
    return tuple(reversed(format(value, f"0{width}b")))


def add(left: Tokens, right: Tokens) -> Tokens:
    """The sum, as wide as the longer operand, and a last 1 if a carry is left."""
    return bits_of(number(left) + number(right), max(len(left), len(right)))


def times(digits: Tokens, factor: int) -> Tokens:
    """Decimal digits, least significant first, times 0…9, and a last carry if it is not 0."""
    product = []
    carry = 0
    for digit in digits:
        carry, last = divmod(int(digit) * factor + carry, 10)
        product.append(str(last))
    return (*product, str(carry)) if carry else tuple(product)
