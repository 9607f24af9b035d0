"""Ranges of one input: a closed interval, or a union of them, with exact rational ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from .errors import RangeError
from .rationals import parse_rational, spell

MAX_INTERVALS = 100
_MAX_LENGTH = 10_000
_INTERVAL = re.compile(r"\[([^\[\],]*),([^\[\],]*)\]")
_LIST = rf"{_INTERVAL.pattern}(\s*,\s*{_INTERVAL.pattern})"
_UNION, _LOOSE_UNION = re.compile(rf"\[\s*{_LIST}*\s*\]"), re.compile(rf"{_LIST}+")


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed interval [lower, upper]; it is one point where both ends are the same."""

    lower: Fraction
    upper: Fraction

    @property
    def width(self) -> Fraction:
        return self.upper - self.lower

    @property
    def middle(self) -> Fraction:
        return (self.lower + self.upper) / 2

    def __contains__(self, value: Fraction) -> bool:
        return self.lower <= value <= self.upper

    def __str__(self) -> str:
        return f"[{spell(self.lower)},{spell(self.upper)}]"


@dataclass(frozen=True, slots=True)
class Range:
    """A union of disjoint closed intervals in increasing order."""

    intervals: tuple[Interval, ...]

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read `[lower,upper]`, or `[[a,b],[c,d]]` for a union; ends are decimals or quotients."""
        spelled = text.strip() if len(text) <= _MAX_LENGTH else ""
        if _LOOSE_UNION.fullmatch(spelled):
            raise RangeError(
                f"{text[:60]!r} has several intervals; put them in one list, [[..],[..]]"
            )
        if not (_INTERVAL.fullmatch(spelled) or _UNION.fullmatch(spelled)):
            raise RangeError(
                f"{text[:60]!r} is not a range; write [lower,upper] such as [2,6] (both ends belong "
                "to it), or [[-6,-2],[2,6]] for a union"
            )
        matches = list(_INTERVAL.finditer(spelled))
        if len(matches) > MAX_INTERVALS:
            raise RangeError(
                f"a range may have at most {MAX_INTERVALS} intervals; {len(matches)} given"
            )
        return cls.union(Interval(_end(m[1], text), _end(m[2], text)) for m in matches)

    @classmethod
    def union(cls, intervals: Iterable[Interval]) -> Range:
        """The union of intervals, with those that touch or overlap joined."""
        joined: list[Interval] = []
        for interval in sorted(intervals, key=lambda i: (i.lower, i.upper)):
            if interval.lower > interval.upper:
                raise RangeError(
                    f"the range {interval} is reversed; the lower end must not be above the upper end"
                )
            if joined and interval.lower <= joined[-1].upper:
                last = joined.pop()
                interval = Interval(last.lower, max(last.upper, interval.upper))
            joined.append(interval)
        return cls(tuple(joined))

    def overlap(self, other: Range) -> Range | None:
        """The part that both have; None where it is empty."""
        both = []
        for own, theirs in product(self.intervals, other.intervals):
            lower, upper = max(own.lower, theirs.lower), min(own.upper, theirs.upper)
            if lower <= upper:
                both.append(Interval(lower, upper))
        return Range.union(both) if both else None

    def whole_numbers(self) -> Range | None:
        """From the least whole number of each interval to the largest; None where there are none."""
        held = (
            Interval(Fraction(-(-i.lower // 1)), Fraction(i.upper // 1)) for i in self.intervals
        )
        kept = [interval for interval in held if interval.lower <= interval.upper]
        return Range.union(kept) if kept else None

    def nearest_integer(self, value: Fraction) -> Fraction:
        """The whole number nearest to a value in a range of which all ends are whole numbers."""
        ends = (end for i in self.intervals for end in (i.lower, i.upper))
        if value in self:
            return Fraction(round(value))
        return min(ends, key=lambda end: abs(end - value))

    @property
    def points(self) -> list[Fraction]:
        """The values that stand alone: intervals of no width."""
        return [interval.lower for interval in self.intervals if not interval.width]

    @property
    def lower(self) -> Fraction:
        return self.intervals[0].lower

    @property
    def upper(self) -> Fraction:
        return self.intervals[-1].upper

    @property
    def hull(self) -> Interval:
        return Interval(self.lower, self.upper)

    @property
    def largest_magnitude(self) -> Fraction:
        return max(abs(self.lower), abs(self.upper))

    def __contains__(self, value: Fraction) -> bool:
        return any(value in interval for interval in self.intervals)

    def __str__(self) -> str:
        texts = [str(interval) for interval in self.intervals]
        return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"


def _end(text: str, whole: str) -> Fraction:
    value = parse_rational(text)
    if value is None:
        raise RangeError(
            f"{text[:40]!r} in the range {whole[:60]!r} is not a finite number; write a decimal or a "
            "quotient such as -2, 0.5 or 1/3"
        )
    return value
