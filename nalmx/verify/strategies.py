"""Hypothesis strategies for the points of a domain, for nalmx's own search and for your tests.

    from hypothesis import given
    from nalmx import Domain, parse
    from nalmx.verify.strategies import points

    @given(points(Domain.parse(["[2,6]"], ["x1", "x2"]), parse("Max(x1, x2 - 1/3)")))
    def test_something(point): ...

Points are aimed at what breaks a claim: the ends of every interval and the floats just inside, ties
between inputs (also x1 = -x2), tiny and huge magnitudes, simple numbers, uniform ones, and
the places where the given expressions may change their nature (see `breakpoints`), with the
floats next to them. They shrink towards small whole numbers.

Importing this registers two Hypothesis profiles, and loads neither: `nalmx-ci` (500 examples, the
same ones every time) and `nalmx-thorough` (20,000 examples).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from hypothesis import settings
from hypothesis import strategies as st

from ..errors import RangeError
from ..expression import Expression
from ..ranges import Interval, Range
from .domain import Domain, Point
from .points import neighbours
from .points.breakpoints import Breakpoint, breakpoints
from .points.neighbours import Width

_DENOMINATORS = (2, 10, 360)
_TINIEST = -320
_UNIFORM = 10_000
_NEXT_TO = (0, 1, -1)
Strategy: TypeAlias = st.SearchStrategy[Fraction]
Moved: TypeAlias = Callable[[Point], Point]

_PARENT = settings.get_profile("default")
settings.register_profile(
    "nalmx-ci", _PARENT, max_examples=500, derandomize=True, deadline=None, print_blob=True
)
settings.register_profile("nalmx-thorough", _PARENT, max_examples=20_000, deadline=None)


def points(domain: Domain, *expressions: Expression) -> st.SearchStrategy[Point]:
    """Points of a domain as exact rationals, by the names of the inputs.

    The points are also aimed at the places where `expressions` jump, bend or lose their value.
    """
    found = _points(domain, expressions, 64)
    return found.map(domain.nearest) if domain.integers else found


def floats(
    domain: Domain, *expressions: Expression, width: Width = 64
) -> st.SearchStrategy[dict[str, float]]:
    """Points of a domain whose coordinates are floats of `width` bits, signed zeros included.

    Every float lies in the domain: a point that is none is rounded to a float inside. An input
    whose range holds no float of this width is a `RangeError`.
    """
    ends = {name: _float_ends(name, extent, width) for name, extent in domain.ranges.items()}
    with_zero = [name for name, extent in domain.ranges.items() if Fraction(0) in extent]

    def rounded(drawn: tuple[Point, list[str]]) -> dict[str, float]:
        point, negative = drawn
        values = {name: _rounded(value, ends[name], width) for name, value in point.items()}
        return values | {name: -0.0 for name in negative if values[name] == 0}

    signs: st.SearchStrategy[list[str]] = st.just([])
    if with_zero:
        signs = st.lists(st.sampled_from(with_zero), unique=True)
    return st.tuples(_points(domain, expressions, width), signs).map(rounded)


def _points(
    domain: Domain, expressions: Iterable[Expression], width: Width
) -> st.SearchStrategy[Point]:
    own: dict[str, list[Breakpoint]] = {name: [] for name in domain.names}
    shared: list[Breakpoint] = []
    for place in breakpoints(*expressions):
        involved = [name for name, _ in place.form.slopes]
        if all(name in own for name in involved):
            (own[involved[0]] if len(involved) == 1 else shared).append(place)
    names = domain.names
    free = st.tuples(
        *(_values(extent, own[name], width) for name, extent in domain.ranges.items())
    ).map(lambda values: dict(zip(names, values, strict=True)))
    moves = _moves(domain, shared, width)
    if not moves:
        return free
    moved: st.SearchStrategy[Moved] = st.just(_unmoved) | st.one_of(moves)
    return st.tuples(free, moved).map(lambda drawn: drawn[1](drawn[0]))


def _unmoved(point: Point) -> Point:
    return point


def _moves(
    domain: Domain, shared: Sequence[Breakpoint], width: Width
) -> list[st.SearchStrategy[Moved]]:
    """Ways to set one input from the others: onto a tie, or onto a place of several inputs."""
    moves: list[st.SearchStrategy[Moved]] = []
    if len(domain.names) > 1:
        name = st.sampled_from(domain.names)
        moves.append(
            st.builds(
                partial, st.just(_tied), st.just(domain), name, name, st.sampled_from((1, -1))
            )
        )
    if shared:
        place = st.sampled_from(shared)
        which, side = st.integers(0, 15), st.sampled_from(_NEXT_TO)
        moves.append(
            st.builds(
                partial, st.just(_placed), st.just(domain), st.just(width), place, which, side
            )
        )
    return moves


def _tied(domain: Domain, name: str, other: str, sign: int, point: Point) -> Point:
    """The point with one input set to the value of another, or to minus it."""
    return _replaced(domain, point, name, sign * point[other])


def _placed(
    domain: Domain, width: Width, place: Breakpoint, which: int, side: int, point: Point
) -> Point:
    """The point moved along one input onto a place, or to the float next to it."""
    names = [name for name, _ in place.form.slopes]
    name = names[which % len(names)]
    target = Fraction(0)
    if place.every is not None:
        value = sum((slope * point[n] for n, slope in place.form.slopes), place.form.shift)
        target = place.every * round(value / place.every)
    solved = place.form.solved(name, point, target)
    if side:
        solved = neighbours.neighbour(solved, side, width) or solved
    return _replaced(domain, point, name, solved)


def _replaced(domain: Domain, point: Point, name: str, value: Fraction) -> Point:
    return {**point, name: value} if value in domain.ranges[name] else point


def _values(extent: Range, near: Sequence[Breakpoint], width: Width) -> Strategy:
    return st.one_of([_within(interval, near, width) for interval in extent.intervals])


def _within(interval: Interval, near: Sequence[Breakpoint], width: Width) -> Strategy:
    """Values of one interval, the simplest kind first, since shrinking goes that way."""
    kinds = [_multiples(interval, Fraction(1))]
    ends = st.sampled_from((interval.lower, interval.upper, interval.middle))
    kinds.append(_next_to(ends, interval, width))
    zeros, jumps = [], []
    for place in near:
        name, slope = place.form.slopes[0]
        zero = place.form.solved(name, {}, Fraction(0))
        if place.every is not None:
            jumps.append(_multiples(interval, abs(place.every / slope), zero))
        elif zero in interval:
            zeros.append(zero)
    if zeros:
        kinds.append(_next_to(st.sampled_from(zeros), interval, width))
    held = [jump for jump in jumps if jump is not None]
    if held:
        jump = held[0] if len(held) == 1 else st.sampled_from(held).flatmap(lambda found: found)
        kinds.append(_next_to(jump, interval, width))
    kinds += [_multiples(interval, Fraction(1, part)) for part in _DENOMINATORS]
    kinds.append(_magnitudes(interval))
    kinds.append(
        st.integers(0, _UNIFORM).map(
            lambda n: interval.lower + interval.width * Fraction(n, _UNIFORM)
        )
    )
    kinds.append(_any_float(interval, width))
    return st.one_of([kind for kind in kinds if kind is not None])


def _next_to(values: Strategy, interval: Interval, width: Width) -> Strategy:
    """Values, and the floats next to them.

    The second draw has a purpose of its own: a kind of another shape than whole numbers is one from
    which Hypothesis tries to get back to them.
    """

    def beside(drawn: tuple[Fraction, int]) -> Fraction:
        value, side = drawn
        found = neighbours.neighbour(value, side, width) if side else None
        return found if found is not None and found in interval else value

    return st.tuples(values, st.sampled_from(_NEXT_TO)).map(beside)


def _multiples(
    interval: Interval, step: Fraction, start: Fraction = Fraction(0)
) -> Strategy | None:
    """The values `start` + n·`step` of an interval for whole n, if there are any."""
    lowest = -(-(interval.lower - start) // step)
    highest = (interval.upper - start) // step
    if lowest > highest:
        return None
    return st.integers(lowest, highest).map(lambda n: start + n * step)


def _magnitudes(interval: Interval) -> Strategy | None:
    """Powers of ten with either sign: from the tiniest floats to the largest values there."""
    kinds: list[Strategy] = []
    for sign in (1, -1):
        nearest, farthest = sorted((sign * interval.lower, sign * interval.upper))
        if farthest <= 0:
            continue
        lowest = min(_TINIEST, _logarithm(farthest)) if nearest <= 0 else -_logarithm(1 / nearest)
        highest = _logarithm(farthest)
        if lowest <= highest:
            kinds.append(st.integers(lowest, highest).map(partial(_power_of_ten, sign)))
    return st.one_of(kinds) if kinds else None


def _power_of_ten(sign: int, exponent: int) -> Fraction:
    return sign * Fraction(10) ** exponent


def _logarithm(value: Fraction) -> int:
    """The largest n with 10**n <= value."""
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    n = int(bits * 0.30103)
    while Fraction(10) ** n > value:
        n -= 1
    while Fraction(10) ** (n + 1) <= value:
        n += 1
    return n


def _any_float(interval: Interval, width: Width) -> Strategy | None:
    """Floats of an interval as the exact rationals they are: Hypothesis has its own awkward ones."""
    ends = neighbours.ends(interval, width)
    if ends is None:
        return None
    return st.floats(*ends, width=width, allow_nan=False, allow_infinity=False).map(Fraction)


def _float_ends(name: str, extent: Range, width: Width) -> list[tuple[float, float]]:
    found = [neighbours.ends(interval, width) for interval in extent.intervals]
    held = [ends for ends in found if ends is not None]
    if not held:
        raise RangeError(
            f"the range {str(extent)[:60]} of {name!r} holds no float of {width} bits; take a wider "
            "range, or points() for exact rationals"
        )
    return held


def _rounded(value: Fraction, ends: list[tuple[float, float]], width: Width) -> float:
    """The nearest float, moved into the nearest of some intervals of floats."""
    near = neighbours.nearest(value, width)
    clamped = [min(max(near, lower), upper) for lower, upper in ends]
    return min(clamped, key=lambda inside: abs(Fraction(inside) - value))
