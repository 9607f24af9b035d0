"""The directions in which an expression does not change: inputs that are shifted, or scaled, together.

Along x(t) = x + t·v, or xᵢ(t) = e^(t·vᵢ)·xᵢ, every part g of an expression is followed as

    g(x(t)) = g(x) + w·t   (it shifts)     or     g(x(t)) = e^(w·t)·g(x)   (it scales),

with a weight w that is linear in v. What a part asks of those that it is made of, so that one of the two
holds, are linear equations for v. Nothing becomes defined or undefined along such a direction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import flint

from ...expression import Apply, Expression, Number, Variable
from ...expression.nodes import post_order
from ...expression.operations import COMPARISONS

Vector = tuple[Fraction, ...]
_ROOTS = {"sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3)}
_ONE_OF = {"min", "max", "piecewise", "mod", *COMPARISONS}


@dataclass(frozen=True, slots=True)
class _Change:
    """The weight of a part, linear in v, and whether it scales; with the weight 0 it does not change."""

    weight: Vector
    scales: bool = False

    def times(self, factor: Fraction) -> _Change:
        return _Change(tuple(factor * w for w in self.weight), self.scales)


def directions(
    function: Expression, names: Sequence[str], never: Collection[str], *, scaling: bool
) -> dict[str, dict[str, Fraction]]:
    """Independent directions in which a function does not change: for each an input, and what it takes along.

    An input changes by 1 in its own direction and in no other; none is in `never`.
    """
    order = sorted(names, key=lambda name: name not in never)
    following = _Following(order, scaling)
    following.vanish(following.through(function))
    count = len(order)
    rows = [[flint.fmpq(w.numerator, w.denominator) for w in row] for row in following.zeros]
    reduced, rank = flint.fmpq_mat(rows or [[flint.fmpq(0)] * count]).rref()
    pivots = [next(k for k in range(count) if reduced[row, k]) for row in range(rank)]
    found: dict[str, dict[str, Fraction]] = {}
    for place in range(count):
        if place in pivots or order[place] in never:
            continue
        moved = {order[pivot]: -reduced[row, place] for row, pivot in enumerate(pivots)}
        found[order[place]] = {n: Fraction(int(v.p), int(v.q)) for n, v in moved.items() if v}
    return found


@dataclass
class _Following:
    """The weights of parts, and the linear forms in v that must be 0."""

    names: Sequence[str]
    scaling: bool
    zeros: list[Vector] = field(default_factory=list)

    def through(self, function: Expression) -> _Change:
        found: dict[int, _Change] = {}
        for node in post_order(function):
            found[id(node)] = self._of(node, found)
        return found[id(function)]

    def vanish(self, *changes: _Change) -> _Change:
        """No change, where these are none."""
        self.zeros.extend(change.weight for change in changes if any(change.weight))
        return self._none

    @property
    def _none(self) -> _Change:
        return _Change((Fraction(0),) * len(self.names))

    def _of(self, node: Expression, found: dict[int, _Change]) -> _Change:
        if isinstance(node, Variable):
            return _Change(tuple(Fraction(n == node.name) for n in self.names), self.scaling)
        if not isinstance(node, Apply):
            return self._none
        given = [found[id(argument)] for argument in node.arguments]
        operation, first = node.operation, given[0]
        if not any(any(change.weight) for change in given):
            return self._none
        if operation == "neg":
            return first if first.scales else first.times(Fraction(-1))
        if operation == "add" or operation in _ONE_OF:
            return self._of_terms(node, given)
        if operation in ("mul", "div"):
            return self._of_factors(node, given)
        if operation == "exp" and not first.scales:
            return _Change(first.weight, scales=True)
        if operation == "log" and first.scales:
            return _Change(first.weight)
        if first.scales and operation in ("abs", *_ROOTS):
            return first.times(_ROOTS.get(operation, Fraction(1)))
        if first.scales and operation == "sign":
            return self._none
        if first.scales and operation == "pow" and isinstance(node.arguments[1], Number):
            return first.times(node.arguments[1].value)
        return self.vanish(*given)

    def _of_terms(self, node: Apply, given: list[_Change]) -> _Change:
        """Terms that all scale alike, or of which each may shift; of others, which are one of them, alike."""
        if node.operation == "piecewise":
            self.vanish(*given[1::2])
            terms = list(zip(node.arguments[::2], given[::2], strict=True))
        else:
            terms = list(zip(node.arguments, given, strict=True))
        if any(change.scales and any(change.weight) for _, change in terms):
            self.vanish(*(change for _, change in terms if not change.scales))
            # 0 scales with every weight.
            kept = [c if c.scales else self._none for a, c in terms if not _is_zero(a)]
            self._alike(kept)
            same = _Change(kept[0].weight, scales=True)
        elif node.operation == "add":
            weights = (change.weight for _, change in terms)
            return _Change(_sum(weights))
        elif node.operation == "mod":
            return self.vanish(*given)
        else:
            self._alike([change for _, change in terms])
            same = terms[0][1]
        return self._none if node.operation in COMPARISONS else same

    def _alike(self, changes: list[_Change]) -> None:
        for change in changes[1:]:
            pairs = zip(change.weight, changes[0].weight, strict=True)
            self.vanish(_Change(tuple(a - b for a, b in pairs)))

    def _of_factors(self, node: Apply, given: list[_Change]) -> _Change:
        moving = [change for change in given if any(change.weight)]
        numbers = [a.value for a in node.arguments if isinstance(a, Number)]
        is_above = node.operation == "mul" or any(given[0].weight)
        is_multiple = is_above and all(numbers) and len(numbers) == len(given) - 1
        if len(moving) == 1 and not moving[0].scales and is_multiple:
            factor = Fraction(1)
            for number in numbers:
                factor *= number if node.operation == "mul" else 1 / number
            return moving[0].times(factor)
        self.vanish(*(change for change in moving if not change.scales))
        scaled = [change if change.scales else self._none for change in given]
        if node.operation == "div":
            scaled[1] = scaled[1].times(Fraction(-1))
        weights = (change.weight for change in scaled)
        return _Change(_sum(weights), scales=True)


def _sum(weights: Iterable[Vector]) -> Vector:
    return tuple(sum(parts, Fraction(0)) for parts in zip(*weights, strict=True))


def _is_zero(node: Expression) -> bool:
    return isinstance(node, Number) and not node.value
