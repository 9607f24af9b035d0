"""Axes of small pictures in SVG: where values stand, and which are written beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...markup import Markup, element

WIDE, TALL, LEFT, RIGHT, BELOW = 640, 266, 64, 36, 40  # room for the larger text of a phone
_LOGARITHMIC = 30.0  # the ratio of largest to least from which an axis is logarithmic
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` as places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    @classmethod
    def over(
        cls, values: Sequence[float], start: float, end: float, *, logarithmic: bool | None = None
    ) -> Scale:
        """The scale of finite values; of positive ones that differ much it is logarithmic."""
        low, high = min(values), max(values)
        if logarithmic is None:
            logarithmic = low > 0 and high / low >= _LOGARITHMIC
        if low == high:
            spread = abs(low) / 2 or 1.0
            low, high = (low / 2, high * 2) if logarithmic else (low - spread, high + spread)
        return cls(low, high, start, end, logarithmic)

    def at(self, value: float) -> float:
        """The place of a value, to a tenth; what lies outside stands at the end."""
        low, high = self._seen(self.low), self._seen(self.high)
        part = (self._seen(min(max(value, self.low), self.high)) - low) / (high - low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self, most: int = 6) -> list[float]:
        """Round values inside, not too many."""
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
            powers = [10.0**n for n in range(first, last + 1, max(1, (last - first) // most))]
            if len(powers) > 1:
                return powers
        size = (self.high - self.low) / most
        unit = 10.0 ** math.floor(math.log10(size))
        step = unit * next(s for s in _STEPS if s * unit >= size)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [n * step for n in range(first, last + 1)]

    def _seen(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value


def across(values: Sequence[float], *, logarithmic: bool | None = None) -> Scale:
    """A horizontal scale of a picture."""
    return Scale.over(values, LEFT, WIDE - RIGHT, logarithmic=logarithmic)


def upwards(
    values: Sequence[float], *, logarithmic: bool | None = None, tall: float = TALL
) -> Scale:
    """A vertical scale of a picture."""
    return Scale.over(values, tall - BELOW, 12, logarithmic=logarithmic)


def frame(x: Scale, y: Scale | None, *, tall: float = TALL, below: str = "") -> list[Markup]:
    """The lines and numbers of the axes of a picture."""
    foot = tall - BELOW
    parts = [_line(LEFT, foot, WIDE - RIGHT, foot, "axis")]
    for value in x.ticks():
        parts.append(text(x.at(value), foot + 16, number(value), anchor="middle"))
    if below:
        parts.append(text((LEFT + WIDE) / 2, tall - 5, below, anchor="middle"))
    if y is not None:
        for value in y.ticks(5):
            place = y.at(value)
            parts.append(_line(LEFT, place, WIDE - RIGHT, place, "grid"))
            parts.append(text(LEFT - 6, place + 4, number(value), anchor="end"))
    return parts


def picture(label: str, *parts: Markup | None, tall: float = TALL) -> Markup:
    """A picture, with what it shows in words."""
    drawn = element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDE} {tall:g}",
        role="img",
        aria_label=label,
    )
    return element("figure", drawn, element("figcaption", label))


def text(x: float, y: float, content: str, *, anchor: str = "start") -> Markup:
    return element("text", content, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor)


def path(points: Sequence[tuple[float, float]], class_: str, title: str = "") -> Markup:
    """A line through points."""
    steps = " ".join(f"{x:g} {y:g}" for x, y in points)
    named = element("title", title) if title else None
    return element("path", named, d=f"M{steps}", class_=class_)


def _line(x: float, y: float, to_x: float, to_y: float, class_: str) -> Markup:
    return element("line", x1=f"{x:g}", y1=f"{y:g}", x2=f"{to_x:g}", y2=f"{to_y:g}", class_=class_)


def number(value: float) -> str:
    """`0.5`, `20,000` or `1e-8`."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.6g}" if value % 1 else f"{value:,.0f}"
