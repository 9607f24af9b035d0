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
from ...expression import Expression
from ...expression.ball import Ball, ball, enclose, precision
from ...expression.straight_line import Step, straight
from ..algebra.signs import BITS, Excluding
from ..algebra.subdivision import halves_across
from ..domain import Box, Domain, Point
from .elementary import TINY, Floats
from .enclosure import Bounded, Leaf, Piece
from .forms import RULES, UNIT, UP, Form, power, total

_CONSTANTS = {"pi": math.pi, "E": math.e}
_LEAVES = ("input", "number", "constant")
_STEPS_AN_OPERATION = 200  # a step on one box takes 0.02 µs in a batch
_BATCH, _MOST_NUMBERS = 1_024, 2**24  # 128 MB
_MOST_STARTS, _LARGEST = 1_024, Fraction(10) ** 100


class Program:
    """The steps of a function that affine forms reach; those of one kind and depth are taken together."""

    def __init__(self, steps: Sequence[Step], names: tuple[str, ...]) -> None:
        self.names, self._count = names, len(steps)
        self.batch = min(_BATCH, _MOST_NUMBERS // (len(steps) * max(1, len(names))))
        self._inputs = {k: str(s.content) for k, s in enumerate(steps) if s.operation == "input"}
        self._numbers = {
            k: _number(s) for k, s in enumerate(steps) if s.operation in ("number", "constant")
        }
        depths: list[int] = []
        groups: dict[tuple[int, str, int, object], list[int]] = {}
        for place, step in enumerate(steps):
            depths.append(1 + max((depths[a] for a in step.arguments), default=-1))
            if step.operation not in _LEAVES:
                key = depths[-1], step.operation, len(step.arguments), step.content
                groups.setdefault(key, []).append(place)
        self._groups = [
            (steps[places[0]], places, np.array([steps[p].arguments for p in places]).T)
            for _, places in sorted(groups.items(), key=lambda item: item[0][0])
        ]

    @classmethod
    def of(cls, function: Expression, names: tuple[str, ...]) -> Program | None:
        """The program of a function of some inputs; None where a step is out of reach."""
        steps = straight(function).steps
        made = cls(steps, names) if all(map(_is_reached, steps)) else None
        return made if made is not None and made.batch else None

    def on(self, ends: Floats) -> Form:
        """The affine form of the function on each of some boxes, which are given by `ends_of`."""
        count = ends.shape[-1]
        look(1 + self._count * count // _STEPS_AN_OPERATION)
        with np.errstate(all="ignore"):
            return self._on(ends)

    def _on(self, ends: Floats) -> Form:
        shape = self._count, ends.shape[-1]
        found = Form(
            np.zeros(shape), np.zeros((shape[0], len(self.names), shape[1])), np.zeros(shape)
        )

        def put(places: list[int] | int, form: Form) -> None:
            found.center[places], found.rest[places] = form.center, form.rest
            found.slopes[places] = form.slopes

        for place, name in self._inputs.items():
            put(place, self._input(name, *ends[:, self.names.index(name)]))
        for place, (near, rest) in self._numbers.items():
            found.center[place], found.rest[place] = near, rest
        for step, places, arguments in self._groups:
            given = found.at(arguments)
            if step.operation == "add":
                put(places, total(given))
            elif step.operation == "power":
                assert isinstance(step.content, int)
                put(places, power(given.at(0), step.content))
            else:
                put(places, RULES[step.operation](*map(given.at, range(len(arguments)))))
            # What may be undefined stays so, whatever is made of it.
            known = np.isfinite(given.center + given.rest).all(0)
            found.rest[places] = np.where(known, found.rest[places], np.inf)
        return found.at(-1)

    def weights(self, form: Form, ends: Floats) -> npt.NDArray[np.intp]:
        """For each box the input to cut: by slope, and by its share in what is left."""
        widths = ends[1] - ends[0]
        with np.errstate(all="ignore"):
            weighed = np.abs(form.slopes) + form.rest * widths / (widths.sum(0) + TINY)
        widest: npt.NDArray[np.intp] = np.argmax(
            np.where(np.isfinite(weighed), weighed, widths), axis=0
        )
        return widest

    def _input(self, name: str, low: Floats, high: Floats) -> Form:
        center = low / 2 + high / 2
        slopes = np.zeros((len(self.names), len(low)))
        size = np.abs(low) + np.abs(high)
        slopes[self.names.index(name)] = ((high - low) / 2 + 4 * UNIT * size) * UP
        return Form(center, slopes, np.full(len(low), TINY))


def ends_of(boxes: Sequence[Box], names: Sequence[str]) -> Floats:
    """The lower and the upper ends of boxes, rounded to nearest: of shape (2, inputs, boxes)."""
    low = [[float(box[name].lower) for box in boxes] for name in names]
    return np.array([low, [[float(box[name].upper) for box in boxes] for name in names]])


def _number(step: Step) -> tuple[float, float]:
    """The float64 of a number, and how far it is from that."""
    if step.operation == "constant":
        return _CONSTANTS[str(step.content)], 4 * UNIT
    assert isinstance(step.content, Fraction)
    near = float(step.content)
    off = abs(step.content - Fraction(near))
    return near, float(off) * UP + TINY if off else 0.0


def _is_reached(step: Step) -> bool:
    if step.operation == "number":
        assert isinstance(step.content, Fraction)
        return not step.content or 1 / _LARGEST <= abs(step.content) <= _LARGEST
    if step.operation == "power":
        return step.content != 0
    return step.operation in (*_LEAVES, *RULES)


def bound_in_batches(piece: Piece, limit: Fraction, most: int) -> Bounded | None:
    """Bound |f| by `limit` on all of its ranges where the conditions hold, or find a point above it.

    None where affine forms do not reach, or not with `most` boxes.
    """
    names = tuple(piece.ranges)
    program = next(filter(None, (Program.of(f, names) for f in piece.functions)), None)
    conditions = [(Program.of(c.function, names), c.signs) for c in piece.conditions]
    starts = list(islice(Domain(piece.ranges).boxes(), _MOST_STARTS + 1))
    sizes = (extent.largest_magnitude for extent in piece.ranges.values())
    if program is None or len(starts) > _MOST_STARTS or max(sizes, default=_LARGEST) >= _LARGEST:
        return None
    waiting = [Leaf(0, k, (), box, flint.arb.pos_inf()) for k, box in enumerate(starts)]
    done: list[Leaf] = []
    highest, visited, meets = -math.inf, 0, Excluding(piece.conditions).meets
    place: Point | None = None
    while waiting:
        batch = waiting[-program.batch :]
        del waiting[-program.batch :]
        visited += len(batch)
        ends = ends_of([leaf.box for leaf in batch], names)
        form = program.on(ends)
        low, high = form.ends
        upper = np.maximum(-low, high)
        excluded = np.zeros(len(batch), dtype=bool)
        for condition, signs in conditions:
            if condition is not None:
                least, largest = condition.on(ends).ends
                excluded |= ((largest < 0) & (-1 not in signs)) | ((least > 0) & (1 not in signs))
        size = np.abs(form.center)
        peak = int(np.argmax(np.where(np.isfinite(size) & ~excluded, size, -1.0)))
        middle = {name: extent.middle for name, extent in batch[peak].box.items()}
        if size[peak] > highest and meets(middle):
            highest, place = float(size[peak]), middle
            if highest > limit and (met := _size_at(piece, place)) > ball(limit):
                return Bounded(flint.arb.pos_inf(), met, (0, place), visited, None, ())
        weights = program.weights(form, ends)
        for k, leaf in enumerate(batch):
            if excluded[k]:
                done.append(replace(leaf, upper=flint.arb(0), excluded=True))
                continue
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
    largest = flint.arb(0) if place is None else _size_at(piece, place)
    at = None if place is None else (0, place)
    return Bounded(bound, largest, at, visited, None, tuple(done))


def _size_at(piece: Piece, point: Point) -> Ball:
    """A number that |f| reaches at a point."""
    with precision(BITS):
        value = enclose(piece.functions[0], {name: ball(x) for name, x in point.items()})
        size: Ball = value.abs_lower() if isinstance(value, flint.arb) else flint.arb(0)
        return size
