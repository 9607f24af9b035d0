"""A network with one input, run on every float32 of an interval and compared with a formula.

The network itself runs, in PyTorch. The formula is evaluated in float64 beside a bound e on the error
of that, by the rules of running error analysis (Higham, 2002, section 3.3):

    |fl(a ∘ b) − a ∘ b| ≤ u·|fl(a ∘ b)| + η,   u = 2^-53, η = 2^-1074

so that |y − f(x)| lies within e of what is seen. A point at which that does not decide whether the
tolerance is kept is judged anew with exact rationals, or balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import flint
import numpy as np
import torch
from torch import nn

from ..errors import ExtractionError, NoTruthValue
from ..expression import (
    IRRATIONAL,
    Expression,
    Number,
    Undefined,
    Variable,
    evaluate,
    fold,
    variables,
)
from ..expression.ball import ball, enclose, precision
from ..expression.nodes import Leaf
from ..ranges import Interval

CHUNK = 2**18
MOST_JUDGED = 100_000
_UNIT, _LEAST = 2.0**-53, 2.0**-1074
# More than the rounding of the bounds themselves, a few operations at a time.
_SPARE = 1 + 2.0**-48
_BITS = 200
_SIGN_BIT = 2**31
Array = np.ndarray[Any, np.dtype[np.float64]]
Bounded = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class EveryFloat(NoTruthValue):
    """What a run over the floats of an interval found; `points` < `total` if it was stopped.

    `largest` bounds |network − formula| at every point where both are numbers, and is nearly reached
    at `where`. `beyond` points are certainly beyond the tolerance, those included where the network
    is not finite, and `first_beyond` is one of them; at `undecided` points the formula is undefined
    or could not be judged.
    """

    _ask = "checked.beyond == 0"

    points: int
    total: int
    largest: Fraction
    where: float
    beyond: int
    undecided: int
    first_beyond: float | None = None


@torch.no_grad()
def model_on_every_float32(
    network: nn.Module,
    formula: Expression,
    extent: Interval,
    tolerance: Fraction = Fraction(0),
    progress: Callable[[int, int], bool | None] = lambda done, total: None,
    *,
    output: int = 0,
) -> EveryFloat:
    """Compare one output of a float32 network with a formula of its input, float by float.

    The formula may have + - * /, whole powers, abs, sqrt, Min and Max. `progress` is told points done
    and their total after each chunk; False stops the run there.
    """
    parameter = next(network.parameters(), None)
    if parameter is not None and parameter.dtype != torch.float32:
        raise ExtractionError(f"the network runs in {parameter.dtype}, not in float32")
    tally = _Tally(formula, float(tolerance), tolerance)
    first, last = _key(_rounded(extent.lower, up=True)), _key(_rounded(extent.upper, up=False))
    # -0 and 0 are two floats at one place; both belong to an interval that holds it.
    first -= first == 0
    total = max(0, last - first + 1)
    done = 0
    while done < total:
        size = min(CHUNK, total - done)
        x = _floats(first + done, size)
        values = network(torch.from_numpy(x).unsqueeze(-1))[..., output]
        tally.add(x, values.double().cpu().numpy())
        done += size
        if progress(done, total) is False:
            break
    return EveryFloat(
        done, total, tally.largest, tally.where, tally.beyond, tally.undecided, tally.first
    )


class _Tally:
    """What is known of the points so far."""

    def __init__(self, formula: Expression, limit: float, tolerance: Fraction) -> None:
        self.formula, self.tolerance, self.names = formula, tolerance, _names(formula)
        # Two floats around the tolerance, so that comparing floats decides about the rational.
        self.below, self.above = math.nextafter(limit, -math.inf), math.nextafter(limit, math.inf)
        self.largest, self.where = Fraction(0), math.nan
        self.beyond = self.undecided = self.judged = 0
        self.first: float | None = None

    def add(self, x: np.ndarray[Any, np.dtype[np.float32]], y: Array) -> None:
        """Count the points x with the network's values y."""
        with np.errstate(all="ignore"):
            value, error = _bounded(self.formula, x.astype(np.float64))
            seen = np.abs(y - value)
            most = (seen * (1 + 2 * _UNIT) + error + _LEAST) * _SPARE
            least = (seen * (1 - 2 * _UNIT) - error) / _SPARE - _LEAST
        certain = least > self.above
        clear = np.isfinite(most) & np.isfinite(error) & (certain | (most < self.below))
        if np.any(clear):
            self._more(x[clear], most[clear])
        self._violated(x[clear & certain])
        for place in np.flatnonzero(~clear):
            self._judge(float(x[place]), float(y[place]))

    def _more(self, x: Any, most: Array) -> None:
        place = int(np.argmax(most))
        self._known(float(x[place]), Fraction(float(most[place])))

    def _known(self, x: float, gap: Fraction) -> None:
        if gap > self.largest or math.isnan(self.where):
            self.largest, self.where = gap, x

    def _violated(self, x: Any) -> None:
        if len(x):
            self.beyond += len(x)
            self.first = float(x[0]) if self.first is None else self.first

    def _judge(self, x: float, y: float) -> None:
        """One point, exactly."""
        self.judged += 1
        if self.judged > MOST_JUDGED:
            raise ExtractionError(
                f"more than {MOST_JUDGED} floats need exact arithmetic, up to {x!r}; give a tolerance "
                "above the rounding of the network, or a shorter interval"
            )
        point = dict.fromkeys(self.names, Fraction(x))
        exact = evaluate(self.formula, point)
        if isinstance(exact, Undefined | bool):
            self.undecided += 1
            return
        if not math.isfinite(y):
            self._violated([x])
            return
        if exact is not IRRATIONAL:
            gap = abs(exact - Fraction(y))
            self._known(x, gap)
            if gap > self.tolerance:
                self._violated([x])
            return
        with precision(_BITS):
            found = enclose(self.formula, {name: ball(value) for name, value in point.items()})
            if not isinstance(found, flint.arb):
                self.undecided += 1
                return
            distance, limit = abs(found - ball(Fraction(y))), ball(self.tolerance)
            mantissa, exponent = distance.upper().man_exp()
            self._known(x, Fraction(int(mantissa)) * Fraction(2) ** int(exponent))
            if distance > limit:
                self._violated([x])
            elif not distance <= limit:
                self.undecided += 1


def _bounded(formula: Expression, x: Array) -> Bounded:
    """The formula's values at x in float64, and bounds on their errors."""

    def leaf(node: Leaf) -> Bounded:
        if isinstance(node, Variable):
            return x, np.zeros_like(x)
        if isinstance(node, Number):
            value = float(node.value)
            error = float(abs(Fraction(value) - node.value)) * _SPARE
            return np.asarray(value), np.asarray(error)
        value = {"pi": math.pi, "E": math.e}.get(getattr(node, "name", ""), math.nan)
        return np.asarray(value), np.asarray(value * 2 * _UNIT)

    def apply(operation: str, arguments: tuple[Any, ...]) -> Any:
        if operation not in _RULES:
            raise ExtractionError(
                f"{operation} has no bounds in float64; the formula may have + - * / ** with whole "
                "powers, abs, sqrt, Min and Max"
            )
        return _RULES[operation](*arguments)

    value, error = fold(formula, leaf, apply)
    return np.broadcast_to(value, x.shape), np.broadcast_to(error, x.shape)


def _with_rounding(value: Array, carried: Array) -> Bounded:
    return value, (carried + np.abs(value) * _UNIT + _LEAST) * _SPARE


def _add(x: Bounded, y: Bounded) -> Bounded:
    return _with_rounding(x[0] + y[0], x[1] + y[1])


def _mul(x: Bounded, y: Bounded) -> Bounded:
    carried = np.abs(x[0]) * y[1] + (np.abs(y[0]) + y[1]) * x[1]
    return _with_rounding(x[0] * y[0], carried)


def _div(x: Bounded, y: Bounded) -> Bounded:
    value = x[0] / y[0]
    room = np.abs(y[0]) / _SPARE - y[1]
    carried = (x[1] + np.abs(value) * _SPARE * y[1]) / room
    return _with_rounding(value, np.where(room > 0, carried, np.inf))


def _pow(x: Bounded, y: Bounded) -> Bounded:
    exponent = float(y[0]) if np.ndim(y[0]) == 0 else math.nan
    if np.any(y[1]) or not float(exponent).is_integer() or abs(exponent) > 64:
        raise ExtractionError("a power other than a whole one up to 64 has no bounds in float64")
    one = (np.ones_like(x[0]), np.zeros_like(x[0]))
    result = reduce(_mul, [x] * abs(int(exponent)), one)
    return _div(one, result) if exponent < 0 else result


def _sqrt(x: Bounded) -> Bounded:
    low = np.sqrt(x[0] - x[1] * _SPARE)
    return _with_rounding(np.sqrt(x[0]), np.where(low > 0, x[1] / low, np.inf))


def _of_many(step: Callable[[Any, Any], Any]) -> Callable[..., Bounded]:
    return lambda *arguments: reduce(step, arguments)


def _chosen(step: Any, x: Bounded, y: Bounded) -> Bounded:
    return step(x[0], y[0]), np.maximum(x[1], y[1])


_RULES: dict[str, Callable[..., Bounded]] = {
    "add": _of_many(_add),
    "mul": _of_many(_mul),
    "min": _of_many(partial(_chosen, np.minimum)),
    "max": _of_many(partial(_chosen, np.maximum)),
    "neg": lambda x: (-x[0], x[1]),
    "abs": lambda x: (np.abs(x[0]), x[1]),
    "div": _div,
    "pow": _pow,
    "sqrt": _sqrt,
}


def _names(formula: Expression) -> tuple[str, ...]:
    names = variables(formula)
    if len(names) > 1:
        raise ExtractionError(f"the formula has the inputs {', '.join(names)}; one is needed")
    return names


def _key(value: np.float32) -> int:
    """The place of a float32 among all of them in order; 0 has the place 0 and -0 the place -1."""
    bits = int(value.view(np.uint32))
    return bits if bits < _SIGN_BIT else -(bits - _SIGN_BIT) - 1


def _floats(first: int, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    keys = np.arange(first, first + count, dtype=np.int64)
    bits = np.where(keys >= 0, keys, _SIGN_BIT - keys - 1)
    return bits.astype(np.uint32).view(np.float32)


def _rounded(value: Fraction, *, up: bool) -> np.float32:
    """The float32 nearest to a rational on one side of it."""
    with np.errstate(over="ignore"):
        near = np.float32(float(value))
    if not np.isfinite(near):
        raise ExtractionError("an end of the interval is beyond the range of float32")
    if up and Fraction(float(near)) < value:
        near = np.nextafter(near, np.float32(np.inf))
    if not up and Fraction(float(near)) > value:
        near = np.nextafter(near, np.float32(-np.inf))
    return near
