"""What rows say of a form: its constants, as they are written, its errors, and whether it may be a law.

Two regimes. *Exact*: what is left is of the size of rounding, on every row. *Noisy*: what is left looks
like noise and nothing else (`residuals`). A law has to be told in far fewer bits than it explains, and its
constants have to be exact numbers, but for few that the data determine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from ..clock import look
from ..expression import variables
from .candidate import Candidate, Part
from .description import BITS_OF_A_NODE, bits_a_row, size_of
from .dimensions import why_not_alike
from .few_values import bent_between_two, different_rows
from .form import Form, polish
from .holdout import Split
from .residuals import why_not_noise
from .result import ConstantFound
from .rows import Array, Rows
from .snapping import MOST_FREE, snapped, unsnapped
from .tidying import tidy
from .values import EPSILON, evaluate, with_rounding

Noise = Literal["auto"] | float
_ROUNDING, EXACT_AT_MOST = 4.0, 40.0
_SURPLUS = 30.0
_ROUNDS = 30
_LEAST_EXPLAINED, _LEAST_BY_EXACT = 0.8, 0.5
"""Parts of the variance that a law explains; one whose constants are all exact numbers may do with less."""
_HIDES_LITTLE = 3e-3
"""Unexplained variance up to which several constants that are no exact numbers say something."""
_NEAR_ROUNDING = 3e7
"""How near to rounding the constants of a null vector come at once."""
_CLEARLY, _LARGEST_PART = 3.0, 0.3
"""How much likelier errors in proportion to the target have to be, and what part of it they are at most."""
_LARGEST_LEFT = 0.15
_LARGEST_HIDDEN, _SHAPE_SHOWS = 0.05, 420
"""Errors in proportion are a factor; below so many rows their shape does not show if it is another input."""
_SHORTEST_INNER, _MANY_ROWS = 5, 30
_SPARED = 6.0
"""Bits by which a constant is told more easily where the size of errors is stated and not fitted as well."""


class Judge:
    """Judges forms on the rows of one fit, of which some `exceptions` are left out."""

    def __init__(self, rows: Rows, split: Split, noise: Noise, exceptions: int = 0) -> None:
        self.rows, self.noise = rows, noise
        weights = np.ones(rows.count)
        if rows.sigma is not None:
            weights = 1 / rows.sigma
        if rows.weights is not None:
            weights = weights * np.sqrt(rows.weights)
        unit = math.sqrt(float((weights**2).mean()))
        self._weights = weights / unit
        self.size = math.sqrt(float((rows.target**2).mean()))
        self.stated = _stated(rows, noise, self.size, unit)
        self.fitted = self.part(split.fitted)
        self.held = self.part(split.held)
        self.beyond = self.part(split.beyond)
        places = np.sort(np.concatenate([split.fitted, split.held, split.beyond]))
        self.everything = self.part(places)
        self._inside = np.isin(places, split.beyond, invert=True)
        self.bits_a_row = bits_a_row(rows.target)
        self._bits_left_out = exceptions * (self.bits_a_row + math.log2(rows.count + exceptions))
        self.tried = 0

    def part(self, places: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Part:
        """These rows."""
        inputs = self.rows.inputs
        columns = {name: inputs[places, i] for i, name in enumerate(self.rows.names)}
        return Part(columns, self.rows.target[places], self._weights[places])

    def judge(self, form: Form) -> Candidate | None:
        """A form with its constants fitted and written; None where it has no value on a row."""
        look()
        self.tried += 1
        exact = self._exactly(form)
        if exact is not None or form.is_from_exact:
            return exact
        if self.noise == 0.0:
            return self._noisily(form, "it leaves more than rounding")
        return self._noisily(form, "")

    # Exact regime

    def _exactly(self, form: Form) -> Candidate | None:
        part = self.fitted
        rough = self._rounding(form, part)
        if rough is None:
            return None
        with np.errstate(all="ignore"):
            left = np.abs(part.target - form.at(form.values, part.columns))
            far = np.median(left / np.maximum(np.abs(part.target), 1e-300))
            near = _root_mean_square(left / rough) < _NEAR_ROUNDING
        if not (far < 1e-3 and (near or not form.is_from_exact)):
            return None
        for rounds, allowed in ((1, 1e4), (_ROUNDS, 1e3), (_ROUNDS, _ROUNDING)):
            if not form.is_from_exact:  # not near enough yet for one step to tell
                rounds, allowed = _ROUNDS, max(allowed, 1e6)
            polished = polish(form, part.columns, part.target, 1 / rough, rounds)
            again = None if polished is None else self._rounding(polished, part)
            if polished is None or again is None:
                return None
            form, rough = polished, again
            if not _worst(form, part, rough) <= allowed:
                return None
        if _worst(form, part, rough) > _ROUNDING:
            return None
        written, found, bits = snapped(form, part, 1 / rough, is_exact=True)
        for known in (written, form):
            if self._is_exact(known):
                if known is form:
                    found, bits = unsnapped(form, part, 1 / rough)
                return self._candidate(known, found, bits, is_exact=True)
        return None

    def _rounding(self, form: Form, part: Part) -> Array | None:
        known = {f"_{p}": np.float64(v) for p, v in enumerate(form.values)}
        value, error = with_rounding(form.expression, {**part.columns, **known})
        error = EPSILON * (np.broadcast_to(error, part.target.shape) + np.abs(part.target) + 1e-290)
        if not (np.isfinite(value).all() and np.isfinite(error).all()):
            return None
        return error

    def _is_exact(self, form: Form) -> bool:
        for part in (self.fitted, self.held, self.beyond):
            if not len(part.target):
                continue
            error = self._rounding(form, part)
            if error is None:
                return False
            left = np.abs(part.target - form.at(form.values, part.columns)) / error
            if not (math.sqrt((left**2).mean()) <= _ROUNDING and left.max() <= EXACT_AT_MOST):
                return False
        return True

    # Noisy regime

    def _noisily(self, form: Form, refused: str) -> Candidate | None:
        """The form by least squares, with errors of one size, or in proportion to the target."""
        best: tuple[float, Form, Array] | None = None
        for weights in self._weightings():
            polished = polish(form, self.fitted.columns, self.fitted.target, weights)
            if polished is None:
                continue
            left = weights * (
                self.fitted.target - polished.at(polished.values, self.fitted.columns)
            )
            scale = _root_mean_square(left) + EPSILON * self.size
            if weights is not self.fitted.weights and not scale <= _LARGEST_PART:
                continue
            likelihood = float(np.log(weights).sum()) - len(left) * math.log(scale)
            if np.isfinite(scale) and (best is None or likelihood > best[0] + _CLEARLY):
                best = likelihood, polished, weights
        if best is None:
            return None
        _, polished, weights = best
        return self._written(polished, weights, refused, self.fitted)

    def _weightings(self) -> Iterator[Array]:
        part = self.fitted
        yield part.weights
        size = np.abs(part.target)
        if self.rows.sigma is None and size.min() > 0:
            yield part.weights / size

    def _written(self, form: Form, weights: Array, refused: str, part: Part) -> Candidate | None:
        free = len(form.values)
        left = weights * (part.target - form.at(form.values, part.columns))
        scale = math.sqrt(float((left**2).sum()) / max(len(left) - free, 1)) + EPSILON * self.size
        if self.stated is not None and weights is part.weights:
            scale = max(scale, self.stated)
        written, found, bits = snapped(form, part, weights / scale, is_exact=False)
        again = weights * (part.target - written.at(written.values, part.columns))
        allowed = (left**2).sum() + (8 + 4 * free) * scale**2
        if not (again**2).sum() <= allowed:
            written = form
            found, bits = unsnapped(form, part, weights / scale)
        in_proportion = weights is not part.weights
        return self._candidate(written, found, bits, False, refused, in_proportion)

    def with_all_rows(self, law: Candidate) -> Candidate:
        """A law with the constants that are no exact numbers fitted to all rows seen.

        Rows at the edge say most of a constant where they are far larger than those inside. While it is not
        exact, the errors are those of the constants from the rows inside.
        """
        part = self.everything
        if law.is_exact or not law.form.values or len(part.target) == len(self.fitted.target):
            return law
        weights = part.weights / np.abs(part.target) if law.in_proportion else part.weights
        polished = polish(law.form, part.columns, part.target, weights)
        again = None if polished is None else self._written(polished, weights, "", part)
        if again is None or again.reason:
            return law
        known = tuple(constant for constant in law.constants if constant.is_exact)
        again = replace(
            again,
            constants=(*known, *again.constants),
            in_proportion=law.in_proportion,
            has_all_rows=True,
        )
        if not again.form.values:
            return again
        return replace(again, error_inside=law.error_inside, error_beyond=law.error_beyond)

    def _left_at_best(self, form: Form, left: Array, weights: Array) -> Array:
        """What the form leaves where its constants are fitted to all rows, those at the edge as well.

        Rows at the edge may be far larger: a small error of a constant is a large one there, and no fault
        of the form.
        """
        part = self.everything
        polished = polish(form, part.columns, part.target, weights) if form.values else None
        return (
            left if polished is None else part.target - polished.at(polished.values, part.columns)
        )

    # Judgement

    def _candidate(
        self,
        form: Form,
        found: tuple[ConstantFound, ...],
        bits: float,
        is_exact: bool,
        refused: str = "",
        in_proportion: bool = False,
    ) -> Candidate | None:
        free = [constant for constant in found if not constant.is_exact]
        numbers = {place: constant.expression for place, constant in enumerate(free)}
        written = tidy(form.put(numbers).expression)
        if not variables(written):
            return None
        nodes, _ = size_of(written)
        _, whole = size_of(form.expression)
        bits += BITS_OF_A_NODE * nodes + whole
        with np.errstate(all="ignore"):
            left = self.everything.target - evaluate(written, self.everything.columns)
        if not np.isfinite(left).all():
            return None
        beyond = left[~self._inside]
        candidate = Candidate(
            form,
            written,
            found,
            is_exact,
            nodes,
            bits,
            _root_mean_square(left[self._inside]) / self.size,
            _root_mean_square(beyond) / self.size,
            _root_mean_square(left) / self.size,
            float(np.median(np.abs(left))) / self.size,
            in_proportion,
            refused,
        )
        # What is right to rounding has no rivals of other dimensions: they are asked for when it is claimed.
        reason = refused or ("" if is_exact else self.why_not_alike(form))
        reason = reason or self._why_no_law(candidate, left, len(free))
        return replace(candidate, reason=reason)

    def why_not_alike(self, form: Form) -> str:
        """Why dimensions do not agree, where the columns have units; or nothing."""
        if self.rows.units is None:
            return ""
        columns = (*self.rows.names, self.rows.target_name)
        return why_not_alike(form, dict(zip(columns, self.rows.units, strict=True)), columns[-1])

    def _why_no_law(self, found: Candidate, left: Array, free: int) -> str:
        most = len(self.rows.names) + 1 if found.form.is_linear else MOST_FREE
        if free > most:
            return f"{free} of its constants are no exact numbers"
        if not all(math.isfinite(constant.half_width) for constant in found.constants):
            return "the rows leave one of its constants open"
        part = self.everything
        rows, different = len(part.target), different_rows(found.expression, part.columns)
        if found.is_exact:
            saved = self.bits_a_row * (different - free)
        else:
            unexplained = float(np.var(left) / np.var(part.target))
            if not unexplained <= 1 - (_LEAST_EXPLAINED if free else _LEAST_BY_EXACT):
                return f"it explains {max(1 - unexplained, 0.0):.0%} of the target's variance"
            if free > (not found.form.is_daring) and not unexplained <= _HIDES_LITTLE:
                return f"{free} of its constants are no exact numbers, and noise hides what else may be"
            # Rows with the same inputs say no more than their mean does.
            saved = 0.5 * different * math.log2(rows / different / max(unexplained, 1e-30))
            saved = min(saved, self.bits_a_row * rows)
        spared = _SPARED * free if self._is_short_curve(found) else 0.0
        needed = found.bits - spared + math.log2(1 + self.tried) + _SURPLUS * min(1.0, rows / 100)
        needed += self._bits_left_out
        if saved < needed:
            kept = f"{rows} rows" if different == rows else f"{different} different rows"
            return f"{kept} are too few for it: it saves {saved:.0f} bits and needs {needed:.0f}"
        name = bent_between_two(found.expression, part.columns)
        if name:
            return f"{name} has two values, between which a line is as good"
        if found.is_exact:
            return ""
        weights = part.weights / np.abs(part.target) if found.in_proportion else part.weights
        if not np.isfinite(weights).all():
            return "its errors go with the target, which is 0 in some rows"
        inside = not (found.form.is_linear or found.form.is_daring or self.is_factor(found.form))
        if free and inside and not self._is_short_curve(found):
            return (
                "one of its constants is no exact number, and forms like it fit much that is smooth"
            )
        level = _root_mean_square(part.weights * left)
        unused = [name for name in self.rows.names if name not in variables(found.expression)]
        if unused and rows < _MANY_ROWS and self.stated is None:
            return f"with {rows} rows, errors of no stated size may hide what {unused[0]} does"
        if unused and found.error > _LARGEST_HIDDEN:
            return (
                f"it leaves {found.error:.0%} of the target, which may hide what {unused[0]} does"
            )
        if self.stated is None and found.error > _LARGEST_LEFT:
            return (
                f"it leaves {found.error:.0%} of the target, too much for errors of no stated size"
            )
        part_of_target = _root_mean_square(left / part.target) if found.in_proportion else 0.0
        if free and rows < _SHAPE_SHOWS and part_of_target > _LARGEST_HIDDEN:
            return f"what it leaves, {part_of_target:.0%} of each target, may be a column that is missing"
        if self.stated is not None:
            if level > self.stated * (1 + 4 / math.sqrt(2 * rows)):
                return f"it leaves {found.error:.3g} of the target, more than the errors stated"
            if level <= self.stated / 2:
                return ""  # the order of what is far below the errors says nothing
        left = self._left_at_best(found.form, left, weights)
        signs = np.sign(part.target) if found.in_proportion else 1.0
        return why_not_noise(part.columns, part.target - left, signs * weights * left)

    def _is_short_curve(self, found: Candidate) -> bool:
        """Whether the size of errors is stated, and the formula is the shortest with an inner constant."""
        return (
            self.stated is not None
            and not found.form.is_linear
            and len(self.rows.names) == 1
            and found.complexity <= _SHORTEST_INNER
        )

    def is_factor(self, form: Form) -> bool:
        """Whether the only constant that is no exact number is a factor of the whole."""
        part = self.fitted
        if len(form.values) != 1:
            return False
        slope = form.jacobian(part.columns, len(part.target))[:, 0] * form.values[0]
        value = form.at(form.values, part.columns)
        return bool(np.abs(slope - value).max() <= 1e-6 * np.abs(value).max())


def _stated(rows: Rows, noise: Noise, size: float, unit: float) -> float | None:
    """The size that weighted errors are stated to have, by `noise` or by sigma; None where they are not."""
    if noise != "auto":
        return noise * size if noise else None
    return 1 / unit if rows.sigma is not None and rows.weights is None else None


def _worst(form: Form, part: Part, error: Array) -> float:
    left = (part.target - form.at(form.values, part.columns)) / error
    return _root_mean_square(left)


def _root_mean_square(values: Array) -> float:
    return math.sqrt(float((values**2).mean())) if len(values) else math.nan
