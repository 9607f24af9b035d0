"""Linear forms in whole numbers, and what multipliers show of them: a sum below 0 of what is ≥ 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import gcd
from operator import add

from ..proof import Contradiction, Form


@dataclass(frozen=True, slots=True)
class Linear:
    """c + a1·v1 + … + an·vn, in whole numbers."""

    entries: Form

    def __add__(self, other: Linear | int) -> Linear:
        if isinstance(other, int):
            return Linear((self.entries[0] + other, *self.entries[1:]))
        return Linear(tuple(map(add, self.entries, other.entries)))

    def __sub__(self, other: Linear | int) -> Linear:
        return self + -1 * other

    def __rmul__(self, factor: int) -> Linear:
        return Linear(tuple(factor * entry for entry in self.entries))

    def with_values(self, values: Mapping[int, Linear]) -> Linear:
        """The form with new values for variables, all at once."""
        rest = Linear(tuple(0 if at in values else a for at, a in enumerate(self.entries)))
        for at, form in values.items():
            if self.entries[at]:
                rest += self.entries[at] * form
        return rest

    def tight(self) -> Linear:
        """A form that is ≥ 0 for the same whole numbers, without a common divisor."""
        divisor = gcd(*self.entries[1:]) or 1
        return Linear(tuple(entry // divisor for entry in self.entries))

    @property
    def is_positive(self) -> bool:
        """Whether it is ≥ 0 whatever the variables."""
        return self.entries[0] >= 0 and not any(self.entries[1:])


class Unproved(Exception):
    """A proof does not show what it should, for the reason given."""


def must_be_whole(numbers: Sequence[object], size: int) -> None:
    """Refuse what is not so many whole numbers."""
    if len(numbers) != size or {*map(type, numbers)} != {int}:
        raise Unproved("the proof is of another machine")


class Contradictions:
    """Sets of forms that cannot all be ≥ 0, each multiplied out before it is used."""

    def __init__(self, stated: Iterable[Contradiction], size: int) -> None:
        sets = [_multiplied_out(one, size) for one in stated]
        often = Counter(form for forms in sets for form in forms)
        self._by_rarest: dict[Linear, list[frozenset[Linear]]] = {}
        for forms in sets:
            rarest = min(forms, key=lambda form: (often[form], form.entries))
            self._by_rarest.setdefault(rarest, []).append(forms)

    def any_of(self, forms: Set[Linear]) -> bool:
        """Whether one of them shows that these forms are not all ≥ 0."""
        return any(stated <= forms for form in forms for stated in self._by_rarest.get(form, ()))


def _multiplied_out(stated: Contradiction, size: int) -> frozenset[Linear]:
    """The forms of a contradiction. The whole argument rests on these lines."""
    total = Linear((0,) * size)
    for multiplier, form in stated:
        must_be_whole((multiplier, *form), size + 1)
        if multiplier <= 0:
            raise Unproved("a multiplier is not positive")
        total += multiplier * Linear(form)
    if total.entries[0] >= 0 or any(total.entries[1:]):
        raise Unproved("multipliers do not add up to a contradiction")
    return frozenset(Linear(form) for _, form in stated)
