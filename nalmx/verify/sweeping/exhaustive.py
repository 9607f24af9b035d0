"""A claim checked at every float32 of its domain, or at every pair of floats with 16 bits.

Float64 decides what its own rounding cannot change: a bound on |left − right| comes with every
point (`rounded`). The few points that it leaves open are judged exactly. With `float32` the left
side is what a program gives that rounds after each operation of the expression, from left to right,
with whole powers by repeated squaring and multiplication.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import numpy as np

from ...clock import Deadline, deadline, until
from ...codegen.emit import loop
from ...devices import device_name
from ...errors import NoTruthValue, SettingError
from ...expression import Apply, Number, evaluate
from ...expression.ball import ball, enclose, precision
from ...expression.straight_line import numbers_of, straight
from ...threads import cores, in_chunks
from ..bounding.bounds import as_fraction, decimal, decimal_below
from ..effort import Effort, late
from ..prover import Open
from ..verdict import Claim, Counterexample, Verdict
from ..witness import Judgement, judge
from . import single
from .grids import MOST_INPUTS, Format, grid, outer_and_inner
from .rounded import Arithmetic, check_rigorous, every_float_form
from .values import number, to_float

Progress: TypeAlias = Callable[[int, int], bool | None]
MOST_STEPS = 400
_CHUNK, _CHUNK_OF_A_GPU = 2**22, 2**29
_KEPT, _KEPT_OF_TABLES = 256, 2**18
_JUDGED, _JUDGED_OF_TABLES = 2_000, 2**18  # a whole row and column of zeros, in a minute
_NOWHERE = Apply("div", (Number(Fraction(1)), Number(Fraction(0))))


@dataclass(frozen=True, slots=True)
class Exhausted(NoTruthValue):
    """What a check at every float32 came to.

    `points` were checked, of `all_points`: fewer where it was stopped, or ended at a counterexample.
    `bound` is proven for |left − right|, or for |left − right|/|right| where the tolerance is
    relative (0 where both are 0), at all of them but the `left_open`. `largest` is reached by this
    difference at the inputs `where`, at which float64 saw the largest one.
    """

    _ask = "exhausted.counterexample is None"

    points: int
    all_points: int
    bound: Fraction
    largest: Fraction
    where: dict[str, Fraction]
    counterexample: Counterexample | None
    left_open: int
    in_time: bool = True


def every_float(
    claim: Claim,
    arithmetic: Arithmetic = "reals",
    threads: int | None = None,
    progress: Progress = lambda done, total: None,
    inputs: Format = "float32",
    device: str = "cpu",
) -> Exhausted:
    """Check a claim with a tolerance where all inputs are finite numbers of a format.

    `progress` is told how many points of how many are begun; the check stops where it returns False,
    or where its time is over.
    Raises `SettingError` for what cannot be checked so.
    """
    check = _Check(claim, arithmetic, deadline(), inputs)
    return check.run(threads or cores(), progress, device_name(device, "sweep"))


@dataclass(frozen=True, slots=True)
class EveryFloat:
    """`bounded` where the claim holds at all inputs of a format, `refuted` with a counterexample.

    It runs on the CPU, whatever the device of sweeps: no card has yet been held against the CPU.
    """

    only_at_length = True

    arithmetic: Arithmetic = "reals"
    threads: int | None = None
    progress: Progress = lambda done, total: None
    inputs: Format = "float32"

    def attempt(self, claim: Claim, effort: Effort, known: Open) -> Verdict:
        found = every_float(claim, self.arithmetic, self.threads, self.progress, self.inputs)
        in_reals = self.arithmetic == "reals"
        facts: dict[str, Any] = {"points": found.points, "inputs": self.inputs}
        method = f"exhaustive check of {self.inputs} inputs"
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
        pairs = "inputs" if len(claim.domain.names) == 1 else "pairs of inputs"
        every = f"{side}float64-certified at every one of {found.all_points} {self.inputs} {pairs}"
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

    def __init__(self, claim: Claim, arithmetic: Arithmetic, end: Deadline, form: Format) -> None:
        self.end, self.in_time = end, True
        self.claim, self.arithmetic = claim, arithmetic
        count = len(claim.domain.names)
        if not 1 <= count <= MOST_INPUTS[form]:
            most = "one or two inputs" if MOST_INPUTS[form] > 1 else "exactly one input"
            other = "" if MOST_INPUTS[form] > 1 or count != 2 else "; every float16 takes two"
            raise SettingError(
                f"a check at every {form} needs {most}; the domain has {count}{other}"
            )
        if claim.domain.integers:
            raise SettingError(f"an exhaustive check is of {form} numbers; leave out the integers")
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
        extents = list(claim.domain.ranges.values())
        self.grid = grid(extents, form)
        if not self.grid.count:
            where = " and ".join(f"the range {extent}" for extent in extents)
            raise SettingError(f"there is no {form} number in {where}")
        self.lock = threading.Lock()
        self.bound, self.largest, self.where = Fraction(0), -1.0, (0, 0)
        self.left_open = self.judged = 0
        self.examples: list[tuple[int, Counterexample]] = []

    def run(self, threads: int, progress: Progress, device: str) -> Exhausted:
        relative = self.claim.tolerance.kind == "rel"
        names, tables = tuple(self.claim.domain.names), self.grid.tables
        form = every_float_form(
            self.left, self.right, self.arithmetic, relative, names, len(tables)
        )
        check = loop(form, device).check
        steps = numbers_of(self.right)
        exact = np.array([number(step.content) for step in steps], dtype=np.float64)
        errors = np.array([single.error_of(step.content) for step in steps], dtype=np.float64)
        narrow = np.array(
            [single.rounded(step.content) for step in numbers_of(self.left)], dtype=np.float32
        )
        tolerance = _rounded_down(self.claim.tolerance.size)
        kept = _KEPT_OF_TABLES if tables else _KEPT

        def work(_: int, first: int, stop: int) -> None:
            for begin, end, offset in self.grid.spans(first, stop):
                places = np.empty(kept, dtype=np.uint64)
                ends = np.uint64(begin), np.uint64(end)
                found = check(
                    *ends, *outer_and_inner(tables), exact, errors, narrow, tolerance, places
                )
                self._take(found, places.tolist(), offset)

        def go_on(begun: int) -> bool:
            self.in_time = not self.end.passed
            go_on = progress(begun, self.grid.count) is not False
            return go_on and self.in_time and not self.examples

        total = self.grid.count
        progress(0, total)
        chunk = max(1, _CHUNK // (1 + (len(self.left.steps) + len(self.right.steps)) // 8))
        if device != "cpu":
            chunk, threads = _CHUNK_OF_A_GPU, 1
        points = in_chunks(total, chunk, threads, work, go_on)
        progress(points, total)
        example = min(self.examples, key=lambda entry: entry[0])[1] if self.examples else None
        seen = Fraction(0)
        if self.largest >= 0:
            with until(Deadline()):
                seen = _gap(*self._at(self.where[1]))[0]
        where = self._point(self.where[1])
        found = self.bound, seen, where, example, self.left_open, self.in_time
        return Exhausted(points, total, *found)

    def _take(self, found: Any, places: list[int], offset: int) -> None:
        unsure, kept, largest, where, bound = found
        with self.lock:
            self.bound = max(self.bound, Fraction(float(bound)))
            if (float(largest), -int(where) - offset) > (self.largest, -self.where[0]):
                self.largest, self.where = float(largest), (int(where) + offset, int(where))
            self.left_open += int(unsure) - int(kept)
            for at in places[: int(kept)]:
                self._judge(at, at + offset)

    def _judge(self, at: int, place: int) -> None:
        """Decide exactly what float64 left open, as long as there are not too many such points.

        `at` is the place as the loop has it, `place` that among all points.
        """
        self.judged += 1
        if self.judged > (_JUDGED_OF_TABLES if self.grid.tables else _JUDGED):
            self.left_open += 1
            return
        claim, point = self._at(at)
        judgement: Judgement = "open"
        with until(self.end):
            judgement = judge(claim, point)
        if isinstance(judgement, Counterexample):
            if claim.left is _NOWHERE:
                shown = str(single.evaluate(self.left, self._inputs(at)))
                reason = f"the left side is {shown} in float32"
                judgement = replace(judgement, left=shown, reason=reason)
            self.examples.append((place, judgement))
        elif judgement == "agrees":
            self.bound = max(self.bound, min(_gap(claim, point)[1], claim.tolerance.size))
        else:
            self.left_open += 1

    def _inputs(self, at: int) -> dict[str, np.float32]:
        return dict(zip(self.claim.domain.names, self.grid.point(at), strict=True))

    def _point(self, at: int) -> dict[str, Fraction]:
        return {name: Fraction(float(value)) for name, value in self._inputs(at).items()}

    def _at(self, at: int) -> tuple[Claim, dict[str, Fraction]]:
        """What is claimed at a point: in float32, of the number that the left side is there."""
        claim, point = self.claim, self._point(at)
        if self.arithmetic == "float32":
            value = single.evaluate(self.left, self._inputs(at))
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
