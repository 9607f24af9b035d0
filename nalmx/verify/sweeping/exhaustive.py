"""A claim about one input, checked at every float32 of its domain.

Float64 decides what its own rounding cannot change: a bound on |left − right| comes with every
point (`rounded`). The few points that it leaves open are judged exactly. With `float32` the left
side is what a program gives that rounds after each operation of the expression, from left to right,
with whole powers by repeated squaring and multiplication.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import Any, TypeAlias

import flint
import numpy as np

from ...clock import Deadline, deadline, until
from ...codegen.emit import loop
from ...errors import NoTruthValue, SettingError
from ...expression import Apply, Number, evaluate
from ...expression.ball import ball, enclose, precision
from ...expression.straight_line import numbers_of, straight
from ..bounding.bounds import as_fraction, decimal, decimal_below
from ..effort import Effort, late
from ..prover import Open
from ..verdict import Claim, Counterexample, Verdict
from ..witness import Judgement, judge
from . import single
from .rounded import Arithmetic, check_rigorous, every_float32_form
from .threads import cores, in_chunks
from .values import number, to_float

Progress: TypeAlias = Callable[[int, int], bool | None]
MOST_STEPS = 400
_CHUNK = 2**22
_KEPT = 256
_JUDGED = 2_000
_NOWHERE = Apply("div", (Number(Fraction(1)), Number(Fraction(0))))


@dataclass(frozen=True, slots=True)
class Exhausted(NoTruthValue):
    """What a check at every float32 came to.

    `points` were checked, of `all_points`: fewer where it was stopped, or ended at a counterexample.
    `bound` is proven for |left − right|, or for |left − right|/|right| where the tolerance is
    relative (0 where both are 0), at all of them but the `left_open`. `largest` is reached by this
    difference at the input `where`, at which float64 saw the largest one.
    """

    _ask = "exhausted.counterexample is None"

    points: int
    all_points: int
    bound: Fraction
    largest: Fraction
    where: Fraction
    counterexample: Counterexample | None
    left_open: int
    in_time: bool = True


def every_float32(
    claim: Claim,
    arithmetic: Arithmetic = "reals",
    threads: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Exhausted:
    """Check a claim with a tolerance at every finite float32 of its domain.

    `progress` is told how many points of how many are begun; the check stops where it returns False,
    or where its time is over.
    Raises `SettingError` for what cannot be checked so.
    """
    return _Check(claim, arithmetic, deadline()).run(threads or cores(), progress)


@dataclass(frozen=True, slots=True)
class EveryFloat32:
    """`bounded` where the claim holds at every float32 input, `refuted` with a counterexample."""

    only_at_length = True

    arithmetic: Arithmetic = "reals"
    threads: int | None = None
    progress: Progress = lambda done, total: None

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict:
        found = every_float32(claim, self.arithmetic, self.threads, self.progress)
        in_reals = self.arithmetic == "reals"
        facts: dict[str, Any] = {"points": found.points, "inputs": "float32"}
        method = "exhaustive check of float32 inputs"
        example = found.counterexample
        if example is not None:
            facts |= {"counterexample": example, "reason": example.reason}
            text = "reals" if in_reals else "left side in float32, right side in reals"
            return Verdict.on(claim, "refuted", method, arithmetic=text, **facts)
        if found.points < found.all_points or found.left_open:
            stopped = "stopped" if found.in_time else late(effort.seconds)
            reason = f"{stopped} after {found.points} of {found.all_points} points"
            if found.points == found.all_points:
                reason = f"{found.left_open} of {found.all_points} points could not be decided"
            return Verdict.on(claim, "unknown", method, reason=reason, **facts)
        side = "" if in_reals else "left side in float32, "
        every = f"{side}float64-certified at every one of {found.all_points} float32 inputs"
        return Verdict.on(
            claim,
            "bounded",
            method,
            arithmetic=every,
            bound=decimal(found.bound, claim.tolerance.size),
            largest_difference=decimal_below(found.largest),
            **facts,
        )


class _Check:
    """One check: the claim, its compiled loop, and what was found so far."""

    def __init__(self, claim: Claim, arithmetic: Arithmetic, end: Deadline) -> None:
        self.end, self.in_time = end, True
        self.claim, self.arithmetic = claim, arithmetic
        if len(claim.domain.names) != 1:
            raise SettingError(
                f"an exhaustive check needs exactly one input; the domain has {len(claim.domain.names)}"
            )
        if claim.domain.integers:
            raise SettingError("an exhaustive check is of float32 numbers; leave out the integers")
        if claim.tolerance.kind == "exact":
            raise SettingError(
                "an exhaustive check cannot show equality, since float64 rounds; give a tolerance such "
                "as abs:1e-12 or rel:1e-12"
            )
        if arithmetic == "reals":
            self.left = self.right = straight(claim.left, claim.right)
        else:
            self.left, self.right = straight(claim.left), straight(claim.right)
        for program in (self.left, self.right):
            check_rigorous(program)
            if len(program.steps) > MOST_STEPS:
                raise SettingError(
                    f"an exhaustive check takes at most {MOST_STEPS} operations; this claim has "
                    f"{len(program.steps)}"
                )
        (extent,) = claim.domain.ranges.values()
        self.runs = single.runs(extent)
        self.starts = [0, *accumulate(count for _, count in self.runs)]
        if not self.starts[-1]:
            raise SettingError(f"there is no float32 number in the range {extent}")
        self.lock = threading.Lock()
        self.bound, self.largest, self.where = Fraction(0), -1.0, (0, 0)
        self.left_open = self.judged = 0
        self.examples: list[tuple[int, Counterexample]] = []

    def run(self, threads: int, progress: Progress) -> Exhausted:
        relative = self.claim.tolerance.kind == "rel"
        form = every_float32_form(self.left, self.right, self.arithmetic, relative)
        check = loop(form).check
        steps = numbers_of(self.right)
        exact = np.array([number(step.content) for step in steps], dtype=np.float64)
        errors = np.array([single.error_of(step.content) for step in steps], dtype=np.float64)
        narrow = np.array(
            [single.rounded(step.content) for step in numbers_of(self.left)], dtype=np.float32
        )
        tolerance = _rounded_down(self.claim.tolerance.size)

        def work(_: int, first: int, stop: int) -> None:
            for begin, end, offset in self._patterns(first, stop):
                places = np.empty(_KEPT, dtype=np.uint64)
                ends = np.uint64(begin), np.uint64(end)
                found = check(*ends, exact, errors, narrow, tolerance, places)
                self._take(found, places.tolist(), offset)

        def go_on(begun: int) -> bool:
            self.in_time = not self.end.passed
            go_on = progress(begun, self.starts[-1]) is not False
            return go_on and self.in_time and not self.examples

        total = self.starts[-1]
        progress(0, total)
        chunk = max(1, _CHUNK // (1 + (len(self.left.steps) + len(self.right.steps)) // 8))
        points = in_chunks(total, chunk, threads, work, go_on)
        progress(points, total)
        example = min(self.examples, key=lambda entry: entry[0])[1] if self.examples else None
        seen = Fraction(0)
        if self.largest >= 0:
            with until(Deadline()):
                seen = _gap(*self._at(self.where[1]))[0]
        where = single.exactly(self.where[1])
        found = self.bound, seen, where, example, self.left_open, self.in_time
        return Exhausted(points, total, *found)

    def _patterns(self, first: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The bit patterns of the points from `first` to `stop`, and what to add for a place."""
        for (pattern, count), start in zip(self.runs, self.starts, strict=False):
            low, high = max(first, start), min(stop, start + count)
            if low < high:
                yield pattern + low - start, pattern + high - start, start - pattern

    def _take(self, found: Any, places: list[int], offset: int) -> None:
        unsure, kept, largest, where, bound = found
        with self.lock:
            self.bound = max(self.bound, Fraction(float(bound)))
            if (float(largest), -int(where) - offset) > (self.largest, -self.where[0]):
                self.largest, self.where = float(largest), (int(where) + offset, int(where))
            self.left_open += int(unsure) - int(kept)
            for pattern in places[: int(kept)]:
                self._judge(pattern, pattern + offset)

    def _judge(self, pattern: int, place: int) -> None:
        """Decide exactly what float64 left open, as long as there are not too many such points."""
        self.judged += 1
        if self.judged > _JUDGED:
            self.left_open += 1
            return
        claim, point = self._at(pattern)
        judgement: Judgement = "open"
        with until(self.end):
            judgement = judge(claim, point)
        if isinstance(judgement, Counterexample):
            if claim.left is _NOWHERE:
                shown = str(single.evaluate(self.left, single.from_bits(pattern)))
                reason = f"the left side is {shown} in float32"
                judgement = replace(judgement, left=shown, reason=reason)
            self.examples.append((place, judgement))
        elif judgement == "agrees":
            self.bound = max(self.bound, min(_gap(claim, point)[1], claim.tolerance.size))
        else:
            self.left_open += 1

    def _at(self, pattern: int) -> tuple[Claim, dict[str, Fraction]]:
        """What is claimed at one input: in float32, of the number that the left side is there."""
        (name,) = self.claim.domain.names
        claim, point = self.claim, {name: single.exactly(pattern)}
        if self.arithmetic == "float32":
            value = single.evaluate(self.left, single.from_bits(pattern))
            left = Number(Fraction(value)) if math.isfinite(value) else _NOWHERE
            claim = replace(claim, left=left)
        return claim, point


def _gap(claim: Claim, point: dict[str, Fraction]) -> tuple[Fraction, Fraction]:
    """Bounds on the difference at a point, relative to the right side where the tolerance is.

    (0, the tolerance) where there is none: the claim was judged to hold wherever the upper one counts.
    """
    unknown = Fraction(0), claim.tolerance.size
    relative = claim.tolerance.kind == "rel"
    left, right = evaluate(claim.left, point), evaluate(claim.right, point)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        exact = abs(left - right)
        if relative and exact and not right:
            return unknown
        return (exact / abs(right) if relative and exact else exact,) * 2
    with precision(256):
        inputs = {name: ball(value) for name, value in point.items()}
        near, other = enclose(claim.left, inputs), enclose(claim.right, inputs)
        if not (isinstance(near, flint.arb) and isinstance(other, flint.arb)):
            return unknown
        gap = abs(near - other) / abs(other) if relative else abs(near - other)
        if not gap.is_finite():
            return unknown
        return max(Fraction(0), -as_fraction(-gap)), as_fraction(gap)


def _rounded_down(size: Fraction) -> float:
    nearest = min(to_float(size), np.finfo(np.float64).max)
    return float(nearest if Fraction(nearest) <= size else math.nextafter(nearest, 0))
