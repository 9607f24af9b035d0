"""Bounds by affine forms: many boxes at once in float64, with every rounding error in the remainder.

On a box with middle m and radii ρ, each step of a program is

    f(x) = c + Σ aᵢ·eᵢ ± r,   eᵢ = (xᵢ − mᵢ)/ρᵢ in [−1, 1],

and max(0, d) with d in [l, u] lies in λ·d + [0, max(−λ·l, (1 − λ)·u)] for every λ in [0, 1]; λ = u/(u − l)
makes the strip narrowest. A sum, product or quotient in float64 is off by at most u = 2⁻⁵³ of itself
(round to nearest, as everywhere in IEEE 754), or by the smallest positive number where that underflows.

Reference: de Figueiredo and Stolfi (2004), Affine arithmetic: concepts and applications; Singh, Gehr,
Mirman, Püschel, Vechev (2018), Fast and effective robustness certification.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import islice

import flint
import numpy as np
import numpy.typing as npt

from ...clock import look
from ...expression import Expression, variables
from ...expression.ball import Ball, ball, enclose, precision
from ...expression.straight_line import Step, straight
from ..algebra.signs import BITS
from ..algebra.subdivision import halves_across
from ..domain import Box, Domain, Point
from .elementary import TINY
from .enclosure import Bounded, Leaf, Piece
from .forms import RULES, UNIT, UP, Form, power

_CONSTANTS = {"pi": math.pi, "E": math.e}
_REACHED = {"input", "number", "constant", "power", *RULES}
_STEPS_AN_OPERATION = 200  # a step on one box takes 0.02 µs in a batch
_BATCH, _MOST_STARTS, _LARGEST = 512, 1_024, Fraction(10) ** 100


class Program:
    """The steps of a function that affine forms reach."""

    def __init__(self, steps: Sequence[Step], names: tuple[str, ...]) -> None:
        self._steps, self.names = steps, names
        last = {a: place for place, step in enumerate(steps) for a in step.arguments}
        self._drops = [[a for a in set(s.arguments) if last[a] == k] for k, s in enumerate(steps)]

    @classmethod
    def of(cls, function: Expression) -> Program | None:
        """The program of a function; None where a step is out of reach."""
        steps = straight(function).steps
        return cls(steps, variables(function)) if all(map(_is_reached, steps)) else None

    def on(self, boxes: Sequence[Box]) -> Form:
        """The affine form of the function on each of some boxes."""
        look(1 + len(self._steps) * len(boxes) // _STEPS_AN_OPERATION)
        with np.errstate(all="ignore"):
            return self._on(boxes)

    def _on(self, boxes: Sequence[Box]) -> Form:
        found: dict[int, Form] = {}
        for place, step in enumerate(self._steps):
            given = [found[a] for a in step.arguments]
            if step.operation == "input":
                found[place] = self._input(str(step.content), boxes)
            elif step.operation == "number":
                assert isinstance(step.content, Fraction)
                found[place] = self._number(step.content, len(boxes))
            elif step.operation == "constant":
                near = self._number(Fraction(_CONSTANTS[str(step.content)]), len(boxes))
                found[place] = replace(near, rest=near.rest + 4 * UNIT)
            elif step.operation == "power":
                assert isinstance(step.content, int)
                found[place] = power(given[0], step.content)
            else:
                found[place] = RULES[step.operation](given)
            for dropped in self._drops[place]:
                del found[dropped]
        return found[len(self._steps) - 1]

    def weights(self, form: Form, boxes: Sequence[Box]) -> npt.NDArray[np.intp]:
        """For each box the input to cut: by slope, and by its share in what is left."""
        widths = np.array([[float(box[name].width) for box in boxes] for name in self.names])
        with np.errstate(all="ignore"):
            total = np.abs(form.slopes) + form.rest * widths / (widths.sum(0) + TINY)
        widest: npt.NDArray[np.intp] = np.argmax(
            np.where(np.isfinite(total), total, widths), axis=0
        )
        return widest

    def _input(self, name: str, boxes: Sequence[Box]) -> Form:
        low = np.array([float(box[name].lower) for box in boxes])
        high = np.array([float(box[name].upper) for box in boxes])
        center = low / 2 + high / 2
        slopes = np.zeros((len(self.names), len(boxes)))
        size = np.abs(low) + np.abs(high)
        slopes[self.names.index(name)] = ((high - low) / 2 + 4 * UNIT * size) * UP
        return Form(center, slopes, np.full(len(boxes), TINY))

    def _number(self, value: Fraction, count: int) -> Form:
        near = float(value)
        rest = float(abs(value - Fraction(near))) * UP + (TINY if Fraction(near) != value else 0)
        slopes = np.zeros((len(self.names), count))
        return Form(np.full(count, near), slopes, np.full(count, rest))


def _is_reached(step: Step) -> bool:
    if step.operation == "number":
        assert isinstance(step.content, Fraction)
        return not step.content or 1 / _LARGEST <= abs(step.content) <= _LARGEST
    return step.operation in _REACHED and not (step.operation == "power" and step.content == 0)


def bound_in_batches(pieces: Sequence[Piece], limit: Fraction, most: int) -> Bounded | None:
    """Bound |f| by `limit` on all of its ranges, or find a point above it.

    None where affine forms do not reach, or not with `most` boxes.
    """
    if len(pieces) != 1 or pieces[0].conditions:
        return None
    (piece,) = pieces
    program = next(filter(None, map(Program.of, piece.functions)), None)
    starts = list(islice(Domain(piece.ranges).boxes(), _MOST_STARTS + 1))
    ends = (max(abs(e.lower), abs(e.upper)) for e in piece.ranges.values())
    if program is None or len(starts) > _MOST_STARTS or max(ends, default=_LARGEST) >= _LARGEST:
        return None
    waiting = [Leaf(0, k, (), box, flint.arb.pos_inf()) for k, box in enumerate(starts)]
    done: list[Leaf] = []
    highest, place, visited = (
        -math.inf,
        {n: e.intervals[0].middle for n, e in piece.ranges.items()},
        0,
    )
    while waiting:
        batch = waiting[-_BATCH:]
        del waiting[-_BATCH:]
        visited += len(batch)
        form = program.on([leaf.box for leaf in batch])
        low, high = form.ends
        upper = np.maximum(-low, high)
        peak = int(np.argmax(np.where(np.isfinite(form.center), np.abs(form.center), -1.0)))
        if abs(form.center[peak]) > highest:
            highest = float(abs(form.center[peak]))
            place = {name: extent.middle for name, extent in batch[peak].box.items()}
            if highest > limit and (met := _size_at(piece, place)) > ball(limit):
                return Bounded(flint.arb.pos_inf(), met, (0, place), visited, None, ())
        weights = program.weights(form, [leaf.box for leaf in batch])
        for k, leaf in enumerate(batch):
            if math.isfinite(upper[k]) and Fraction(float(upper[k])) <= limit:
                done.append(replace(leaf, upper=flint.arb(float(upper[k]))))
                continue
            name = program.names[int(weights[k])]
            for upper_half, box in enumerate(halves_across(leaf.box, name)):
                path = (*leaf.path, (name, bool(upper_half)))
                waiting.append(replace(leaf, path=path, box=box))
        if visited + len(waiting) > most:
            return None
    bound = reduce(lambda x, y: x.max(y), (leaf.upper for leaf in done))
    return Bounded(bound, _size_at(piece, place), (0, place), visited, None, tuple(done))


def _size_at(piece: Piece, point: Point) -> Ball:
    """A number that |f| reaches at a point."""
    with precision(BITS):
        value = enclose(piece.functions[0], {name: ball(x) for name, x in point.items()})
        size: Ball = value.abs_lower() if isinstance(value, flint.arb) else flint.arb(0)
        return size
