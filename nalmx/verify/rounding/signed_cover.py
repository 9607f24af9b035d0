"""Branch and bound on the rounding of a program that is known operation by operation, many boxes at a time.

Boxes are cut at 0, and at powers of two, where the distance of floats changes; then in the middle: in turn
across the input that is widest, as a part of its range, and across the one that changes the result most.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from ...expression import Expression, Number, variables
from ...expression.float_program import FloatProgram
from ...expression.nodes import substitute
from ...ranges import Interval
from ..domain import Box, Domain
from .signed_errors import SignedErrors
from .spans import Array, Spans, enclosing

CLOSE_ENOUGH = 1.0005
_BATCH, _SPOTS, _KEPT_BOXES = 256, 16, 32
_ONCE_SETTLED = 2_000  # boxes, when it is known on which side of the limit the bound lies
_MOST_TURNS = 300  # a bound next to a jump, which is not attained, would be approached a box a turn
_MOST_WORK = 6_000_000  # steps on boxes, 4 s where no function of a library is among them


class SignedCover:
    """A domain covered with boxes on which the rounding of a program is bounded.

    `bound` is the bound, infinite where there is none; `spot` is the largest one at a point, which no
    subdivision gets below; `worst` are the boxes with the largest bounds, or one that stands in the way.
    """

    def __init__(
        self, program: FloatProgram, domain: Domain, relative_to: Expression | None = None
    ) -> None:
        fixed = {
            name: Number(extent.intervals[0].lower)
            for name, extent in domain.ranges.items()
            if len(extent.intervals) == len(extent.points) == 1
        }
        expression = substitute(program.expression, fixed)
        divisor = None if relative_to is None else substitute(relative_to, fixed)
        self._fixed = {name: Interval(n.value, n.value) for name, n in fixed.items()}
        self._names = variables(expression, *([] if divisor is None else [divisor]))
        rounded = replace(program, inputs=self._names, expression=expression)
        self._errors = SignedErrors(rounded, divisor)
        self._whole = [domain.ranges[name] for name in self._names]
        self.spot, self.boxes = 0.0, 0
        self.bound = np.inf
        self.worst: tuple[Box, ...] = ()

    def run(self, limit: float, most_boxes: int) -> SignedCover:
        """Cut boxes until the bound is close to the spot, or as many as allowed are made."""
        low, high = self._start()
        widths = (high - low).max(axis=1, keepdims=True)
        (upper, moves), dropped = self._bounds(low, high), 0.0
        most_boxes = min(most_boxes, _MOST_WORK // max(1, self._errors.work))
        for turn in count():
            order = np.argsort(-upper, kind="stable")
            low, high, upper, moves = low[:, order], high[:, order], upper[order], moves[:, order]
            self._look_at(low[:, :_SPOTS], high[:, :_SPOTS])
            largest = max(float(upper[0]), dropped)
            close = largest <= self.spot * CLOSE_ENOUGH or self.spot == np.inf
            if close or not self._names or turn == _MOST_TURNS:
                break
            is_settled = largest <= limit or self.spot > limit
            if self.boxes >= (min(_ONCE_SETTLED, most_boxes) if is_settled else most_boxes):
                break
            taken = min(_BATCH, int((upper > self.spot * CLOSE_ENOUGH).sum()))
            across = (high - low)[:, :taken] / np.where(widths > 0.0, widths, 1.0)
            if turn % 2:
                moved = moves[:, :taken]
                across = np.where(moved.max(axis=0) > 0.0, moved, across)
            halves = _halves(low[:, :taken], high[:, :taken], np.argmax(across, axis=0))
            low = np.concatenate([halves[0], low[:, taken:]], axis=1)
            high = np.concatenate([halves[1], high[:, taken:]], axis=1)
            new, new_moves = self._bounds(*halves)
            upper = np.concatenate([new, upper[taken:]])
            moves = np.concatenate([new_moves, moves[:, taken:]], axis=1)
            kept = upper > self.spot
            dropped = max(dropped, float(upper[~kept].max(initial=0.0)))
            if not kept.any():
                kept[np.argmax(upper)] = True
            low, high, upper, moves = low[:, kept], high[:, kept], upper[kept], moves[:, kept]
        self.bound = largest
        self.worst = tuple(
            self._box(low[:, k], high[:, k]) for k in range(min(_KEPT_BOXES, len(upper)))
        )
        return self

    def _start(self) -> tuple[Array, Array]:
        ranges = dict(zip(self._names, self._whole, strict=True))
        boxes = list(Domain(ranges).boxes())
        ends = [
            [(enclosing(box[n].lower).low, enclosing(box[n].upper).high) for box in boxes]
            for n in self._names
        ]
        found = np.array(ends, dtype=np.float64).reshape(len(self._names), len(boxes), 2)
        return found[:, :, 0], found[:, :, 1]

    def _bounds(self, low: Array, high: Array) -> tuple[Array, Array]:
        """The bound on each box, and how much the result can change with each input; 0 where unknown."""
        self.boxes += low.shape[1]
        spans = {name: Spans(low[k], high[k]) for k, name in enumerate(self._names)}
        found = self._errors.bounds(spans, low.shape[1])
        moves = np.zeros_like(low)
        for k, name in enumerate(self._names):
            with np.errstate(over="ignore", invalid="ignore"):
                moves[k] = self._errors.slopes.get(name, 0.0) * (high[k] - low[k])
        return found, np.where(np.isfinite(found) & np.isfinite(moves), moves, 0.0)

    def _look_at(self, low: Array, high: Array) -> None:
        """Take the largest bound in the middle of some boxes; infinite where that stands in the way."""
        middle = low + (high - low) / 2
        self.spot = max(self.spot, float(self._bounds(middle, middle)[0].max()))

    def _box(self, low: Array, high: Array) -> Box:
        ends = zip(self._names, low.tolist(), high.tolist(), strict=True)
        return {**self._fixed, **{name: Interval(Fraction(a), Fraction(b)) for name, a, b in ends}}


def _halves(low: Array, high: Array, places: Any) -> tuple[Array, Array]:
    """Both halves of each box, cut across the input at its place."""
    across = places, np.arange(low.shape[1])
    cuts = _cuts(low[across], high[across])
    lower_end, upper_end = high.copy(), low.copy()
    lower_end[across], upper_end[across] = cuts, cuts
    return np.concatenate([low, upper_end], axis=1), np.concatenate([lower_end, high], axis=1)


def _cuts(low: Array, high: Array) -> Array:
    size = np.maximum(np.abs(low), np.abs(high))
    mantissa, exponent = np.frexp(size)
    power = np.ldexp(0.5, exponent - (mantissa == 0.5))
    power = np.where(np.abs(high) >= np.abs(low), power, -power)
    cuts = np.where((low < power) & (power < high), power, low + (high - low) / 2)
    return np.where((low < 0.0) & (high > 0.0), 0.0, cuts)
