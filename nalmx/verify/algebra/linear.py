"""Whether linear inequalities with rational coefficients contradict each other (Fourier–Motzkin)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MOST = 400


@dataclass(frozen=True, slots=True)
class Inequality:
    """Σ slopes·x + offset > 0 where strict, else ≥ 0."""

    slopes: tuple[tuple[str, Fraction], ...]
    offset: Fraction
    strict: bool

    @classmethod
    def of(cls, slopes: dict[str, Fraction], offset: Fraction, strict: bool) -> Inequality:
        """Scaled so that the same inequality looks the same."""
        kept = sorted((name, slope) for name, slope in slopes.items() if slope)
        scale = abs(kept[0][1]) if kept else Fraction(1)
        return cls(tuple((n, s / scale) for n, s in kept), offset / scale, strict)

    @property
    def fails(self) -> bool:
        """Whether nothing but a number is left, and it is on the wrong side."""
        return not self.slopes and (self.offset < 0 or (self.strict and self.offset == 0))


def contradict(inequalities: Iterable[Inequality]) -> bool:
    """True only where no real point satisfies all.

    One unknown after another is eliminated: each lower bound on it must lie below each upper
    one. Gives up, with False, where the inequalities become more than `MOST`.
    """
    system = set(inequalities)
    while True:
        if any(inequality.fails for inequality in system):
            return True
        names = {name for inequality in system for name, _ in inequality.slopes}
        if not names or len(system) > MOST:
            return False
        system = _eliminate(system, min(names, key=lambda name: _cost(system, name)))


def largest(
    slopes: dict[str, Fraction], offset: Fraction, where: Iterable[Inequality]
) -> Fraction | None:
    """A bound on Σ slopes·x + offset over the points that satisfy inequalities, nearly always the best.

    The value takes a name of its own, and all others are eliminated. None where that is too much
    work, or where there is no bound.
    """
    value = ""
    one = Fraction(1)
    turned = {name: -slope for name, slope in slopes.items()}
    system = set(where)
    system.add(Inequality.of({**slopes, value: -one}, offset, False))
    system.add(Inequality.of({**turned, value: one}, -offset, False))
    while True:
        names = {name for i in system for name, _ in i.slopes} - {value}
        if not names:
            break
        if len(system) > MOST:
            return None
        system = _eliminate(system, min(names, key=lambda name: _cost(system, name)))
    uppers = [i.offset / -s for i in system for _, s in i.slopes if s < 0]
    return min(uppers, default=None)


def _cost(system: set[Inequality], name: str) -> tuple[int, str]:
    signs = [s > 0 for i in system for n, s in i.slopes if n == name]
    return sum(signs) * (len(signs) - sum(signs)), name


def _eliminate(system: set[Inequality], name: str) -> set[Inequality]:
    kept: set[Inequality] = set()
    above: list[tuple[Fraction, Inequality]] = []
    below: list[tuple[Fraction, Inequality]] = []
    for inequality in system:
        slope = dict(inequality.slopes).get(name)
        if slope is None:
            kept.add(inequality)
        else:
            (above if slope > 0 else below).append((slope, inequality))
    for a, first in above:
        for b, second in below:
            slopes = {n: s / a for n, s in first.slopes}
            for other, s in second.slopes:
                slopes[other] = slopes.get(other, Fraction(0)) - s / b
            slopes[name] = Fraction(0)
            offset = first.offset / a - second.offset / b
            kept.add(Inequality.of(slopes, offset, first.strict or second.strict))
    return kept
