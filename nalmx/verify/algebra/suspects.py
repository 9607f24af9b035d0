"""Points worth judging: zeros of divisors, edges of the domain, and points of no special kind."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import flint

from ...clock import look
from ...ranges import Interval
from ..domain import Domain, Point
from .quotients import Polynomial, Ring, as_fraction, as_rational, degree, factors

# A sixteenth of each limit loses no proof of benchmarks/algebra_limits.py.
_MOST_TRIED = 100_000  # terms
_MOST_TERMS, _MOST_DEGREE = 1_000, 30


def sample_points(domain: Domain, most: int = 64) -> Iterator[Point]:
    """Middles, low corners and high corners of the first boxes of a domain."""
    for count, box in enumerate(domain.boxes()):
        if count >= most:
            return
        yield {name: extent.middle for name, extent in box.items()}
        yield {name: extent.lower for name, extent in box.items()}
        yield {name: extent.upper for name, extent in box.items()}


def generic_points(domain: Domain, count: int = 8) -> Iterator[Point]:
    """Points at which a polynomial that is not zero is almost surely not zero."""
    random = Random(0)
    for _ in range(count):
        point: Point = {}
        for name, extent in domain.ranges.items():
            chosen = random.choice(extent.intervals)
            point[name] = chosen.lower + chosen.width * Fraction(random.randrange(2**20), 2**20)
        yield point


def zeros_along_axes(ring: Ring, polynomials: list[Polynomial], domain: Domain) -> Iterator[Point]:
    """Points where a polynomial is exactly zero: rational roots along the axes through samples."""
    tried = 0
    for polynomial in polynomials:
        for point in sample_points(domain, most=4):
            for name in ring.names:
                tried += len(polynomial)
                if tried > _MOST_TRIED:
                    return
                look(len(polynomial))
                for root in _rational_roots(ring, polynomial, name, point):
                    if root in domain.ranges[name]:
                        yield {**point, name: root}


def vertex(ring: Ring, polynomial: Polynomial) -> Point | None:
    """Where all slopes of a quadratic polynomial of the inputs are 0, if that is one point."""
    if degree(polynomial) != 2 or any(polynomial.degrees()[: ring.slots]):
        return None
    used = ring.inputs_of(polynomial)
    slopes = [ring.linear(polynomial.derivative(ring.slots + ring.names.index(n))) for n in used]
    rows = [[as_rational(row.get(n, Fraction(0))) for n in used] for row, _ in filter(None, slopes)]
    constants = [[as_rational(-offset)] for _, offset in filter(None, slopes)]
    try:
        solution = flint.fmpq_mat(rows).solve(flint.fmpq_mat(constants))
    except ZeroDivisionError:
        return None
    return {name: as_fraction(solution[place, 0]) for place, name in enumerate(used)}


def simplest(extent: Interval) -> Fraction:
    """The rational with the smallest denominator in an interval.

    By the Stern–Brocot tree: Graham, Knuth, Patashnik (1994), Concrete mathematics, section 4.5.
    """
    if extent.lower <= 0 <= extent.upper:
        return Fraction(0)
    if extent.upper < 0:
        return -simplest(Interval(-extent.upper, -extent.lower))
    lower, upper = extent.lower, extent.upper
    terms: list[int] = []
    while lower // 1 == upper // 1 and lower % 1:
        terms.append(int(lower // 1))
        lower, upper = 1 / (upper % 1), 1 / (lower % 1)
    value = Fraction(-(-lower // 1))
    for term in reversed(terms):
        value = term + 1 / value
    return value


def _rational_roots(
    ring: Ring, polynomial: Polynomial, name: str, point: Point
) -> Iterator[Fraction]:
    """The rational zeros of a polynomial in one input, the others held at a point."""
    if len(polynomial) > _MOST_TERMS or degree(polynomial) > _MOST_DEGREE:
        return
    others = {n: as_rational(point[n]) for n in ring.inputs_of(polynomial) if n != name}
    for factor, _ in factors(polynomial.subs(others))[1]:
        linear = ring.linear(factor)
        if linear is not None and name in linear[0]:
            yield -linear[1] / linear[0][name]
