"""Steps of a float program that are rounded alike: by one error, times a power of two.

Rounding to nearest is the same on both sides of 0, and at every scale as long as exponents have no end:

    fl(±2^k·u) = ±2^k·fl(u).

So x·y and y·x/8 have one error, and a/b and 4a/−b, and x + y and 2y + 2x: each is ±2^k times what stands for
its family. The arithmetic of a machine is the same where every product, quotient and root on the way is exact
or no less than the least normal number, for sums that are less are exact. Then the slopes of the result in
the steps of a family can be added up, with their factors, before their size is taken. A function of a library
gives one value for one argument.

Real values are ±2^k times those of the family, too, so numbers that are written differently are of one only
where their own errors are alike: what stands for the rounding of a root near 0 depends on real values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from ...expression import Apply, Expression

_ONE = Fraction(1)
_MOST_BITS = 900  # of a factor: it and its inverse are float64
_EXACT = ("neg", "abs", "min", "max")
_Member = tuple[int, Fraction]


def families(
    nodes: Iterable[Expression], numbers: Mapping[int, tuple[Fraction, Fraction]]
) -> dict[int, tuple[int, float]]:
    """The family of each rounded step that has relatives, and its factor ±2^k.

    Arguments come first among the `nodes`; `numbers` are the real and computed values of those
    that are known before.
    """
    names: dict[object, int] = {}
    found: dict[int, _Member] = {}
    rounded: dict[int, _Member] = {}

    def named(*parts: object) -> int:
        return names.setdefault(parts, len(names))

    one = named("number", 1, _ONE)
    for node in nodes:
        known = numbers.get(id(node))
        if known is not None:
            real, value = known
            odd = abs(value.numerator)
            odd //= odd & -odd or 1
            factor = value / odd if odd else _ONE
            found[id(node)] = named("number", odd, real / factor), factor
        elif not isinstance(node, Apply):
            found[id(node)] = named(node), _ONE
        elif node.operation in _EXACT:
            key, factor = _exact(node.operation, [found[id(a)] for a in node.arguments])
            found[id(node)] = key if isinstance(key, int) else named(*key), factor
        else:
            key, factor = _rounded(node.operation, [found[id(a)] for a in node.arguments], one)
            found[id(node)] = key if isinstance(key, int) else named(*key), factor
            if not isinstance(key, int):
                rounded[id(node)] = found[id(node)]
    sizes = Counter(family for family, _ in rounded.values())
    return {
        step: (family, float(factor))
        for step, (family, factor) in rounded.items()
        if sizes[family] > 1
        and max(factor.numerator.bit_length(), factor.denominator.bit_length()) < _MOST_BITS
    }


def _exact(operation: str, given: list[_Member]) -> tuple[int | tuple[object, ...], Fraction]:
    """What an operation without rounding gives: a member of a family, or of a new one by its name."""
    family, factor = given[0]
    if operation == "neg":
        return family, -factor
    if operation == "abs":
        return (operation, family), abs(factor)
    return (operation, *given), _ONE


def _rounded(
    operation: str, given: list[_Member], one: int
) -> tuple[int | tuple[object, ...], Fraction]:
    """The same of an operation that is rounded; times a power of two, a family stays what it is."""
    if operation == "mul":
        (x, a), (y, b) = sorted(given)
        if one in (x, y):
            return (y if x == one else x), a * b
        return (operation, x, y), a * b
    if operation == "div":
        (x, a), (y, b) = given
        return (x if y == one else (operation, x, y)), a / b
    if operation == "add":
        (x, a), (y, b) = sorted(given)
        return (operation, x, y, b / a), a
    return (operation, *given), _ONE
