"""Linear inequalities with rational coefficients: whether they contradict each other, and what they bound.

By Fourier–Motzkin elimination: Schrijver (1986), Theory of linear and integer programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MOST = 400  # a sixteenth loses no proof of benchmarks/algebra_limits.py


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
    system = _projected(set(inequalities))
    return system is not None and any(inequality.fails for inequality in system)


def largest(
    slopes: dict[str, Fraction], offset: Fraction, where: Iterable[Inequality]
) -> Fraction | None:
    """A bound on Σ slopes·x + offset over the points that satisfy inequalities, nearly always the best.

    The value takes a name of its own, and all others are eliminated. None where that is too much
    work, or where there is no bound.
    """
    value = "the value"
    one = Fraction(1)
    turned = {name: -slope for name, slope in slopes.items()}
    system = set(where)
    system.add(Inequality.of({**slopes, value: -one}, offset, False))
    system.add(Inequality.of({**turned, value: one}, -offset, False))
    left = _projected(system, keep=value) or set()
    uppers = [i.offset / -s for i in left for _, s in i.slopes if s < 0]
    return min(uppers, default=None)


def _projected(system: set[Inequality], keep: str = "") -> set[Inequality] | None:
    """What inequalities say of one unknown, `keep`; None where they become too many.

    Without one, those that were left when one failed.
    """
    while True:
        names = {name for inequality in system for name, _ in inequality.slopes} - {keep}
        if not names or (not keep and any(inequality.fails for inequality in system)):
            return system
        if len(system) > MOST:
            return None
        system = _eliminate(system, min(names, key=lambda name: _cost(system, name)))


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
