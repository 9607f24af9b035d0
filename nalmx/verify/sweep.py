"""Vectorised sweep: uniform points, made, evaluated and reduced on the device.

Float64 only screens. The points with the largest differences, and those where a side is not
finite, come back to be judged exactly; a sweep never refutes by itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from ..expression import Expression
from ..expression.nodes import Constant, Leaf, Number, Truth, fold
from ..ranges import Interval
from .domain import Domain, Point
from .verdict import Claim, Tolerance

_ROUNDING = 2.0**-40
_FEWEST_FLOATS = 2**20
_CACHED_POINTS = 131_072
_CHUNK_VALUES = 4_000_000


@dataclass(frozen=True, slots=True)
class Swept:
    """`clear` points showed no difference beyond rounding; `suspects` are to be judged exactly.

    `left_over` points looked suspicious too but are more than can be judged. `points` is how many
    were drawn before the time ran out.
    """

    points: int
    suspects: tuple[Point, ...]
    left_over: int


def sweep(
    claim: Claim,
    count: int,
    device: torch.device,
    seed: int = 0,
    judged: int = 32,
    seconds: float = 60.0,
) -> Swept:
    """Screen up to `count` uniform points of the domain on `device`, for about `seconds`."""
    deadline = time.monotonic() + seconds
    generator = torch.Generator(device=device).manual_seed(seed)
    names = claim.domain.names
    most = _CACHED_POINTS if device.type == "cpu" else _CHUNK_VALUES
    chunk = max(1, min(count, most, _CHUNK_VALUES // max(1, len(names))))
    doubtful = 0
    worst: list[tuple[float, Point]] = []
    done = 0
    while done < count and (not done or time.monotonic() < deadline):
        size = min(chunk, count - done)
        inputs = sample(claim.domain, size, device, generator)
        if inputs is None:
            return Swept(0, (), 0)
        score = _doubt(claim, inputs, size, device)
        doubtful += int((score > 0).sum())
        top = torch.topk(score, min(judged, size))
        for place, value in zip(top.indices.tolist(), top.values.tolist(), strict=True):
            worst.append((value, {name: Fraction(float(inputs[name][place])) for name in names}))
        worst = sorted(worst, key=lambda entry: -entry[0])[:judged]
        done += size
    suspicious = sum(value > 0 for value, _ in worst)
    return Swept(done, tuple(point for _, point in worst), doubtful - suspicious)


def sample(
    domain: Domain, count: int, device: torch.device, generator: torch.Generator
) -> dict[str, Tensor] | None:
    """Uniform float64 points of a domain, one tensor (count,) an input, made on the device.

    None where an interval is too narrow, or too far out, to hold float64 numbers.
    """
    inputs: dict[str, Tensor] = {}
    for name, extent in domain.ranges.items():
        ends = [float_ends(interval) for interval in extent.intervals]
        if None in ends:
            return None
        unit = torch.rand(count, device=device, dtype=torch.float64, generator=generator)
        widths = [interval.width for interval in extent.intervals]
        starts = [float(sum(widths[:i], Fraction(0)) / sum(widths)) for i in range(len(widths))]
        table = torch.tensor([*zip(*ends, strict=True)], dtype=torch.float64, device=device)
        start = torch.tensor([*starts, 1.0], dtype=torch.float64, device=device)
        chosen = torch.searchsorted(start, unit, right=True) - 1
        lower, upper = table[0][chosen], table[1][chosen]
        share = (unit - start[chosen]) / (start[chosen + 1] - start[chosen])
        inputs[name] = torch.clamp(lower * (1 - share) + upper * share, lower, upper)
    return inputs


def float_ends(interval: Interval) -> tuple[float, float] | None:
    """The smallest and the largest float64 inside an interval; None where it holds too few."""
    try:
        lower, upper = float(interval.lower), float(interval.upper)
    except OverflowError:
        return None
    if Fraction(lower) < interval.lower:
        lower = math.nextafter(lower, math.inf)
    if Fraction(upper) > interval.upper:
        upper = math.nextafter(upper, -math.inf)
    enough = upper - lower >= _FEWEST_FLOATS * math.ulp(max(abs(lower), abs(upper)))
    return (lower, upper) if lower < upper and enough else None


def _doubt(claim: Claim, inputs: Mapping[str, Tensor], count: int, device: torch.device) -> Tensor:
    """How far |left − right| exceeds what it may be, (count,); infinite where not defined."""
    left, left_undefined = _values(claim.left, inputs, count, device)
    right, right_undefined = _values(claim.right, inputs, count, device)
    limit = _limit(claim.tolerance, right) + _ROUNDING * torch.maximum(left.abs(), right.abs())
    excess = (left - right).abs() - limit
    unknown = left_undefined | right_undefined | ~left.isfinite() | ~right.isfinite()
    return torch.nan_to_num(excess.masked_fill(unknown, math.inf), nan=math.inf, posinf=math.inf)


def _limit(tolerance: Tolerance, right: Tensor) -> Tensor:
    size = _to_float(tolerance.size)
    return size * right.abs() if tolerance.kind == "rel" else torch.full_like(right, size)


def _values(
    expression: Expression, inputs: Mapping[str, Tensor], count: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Float64 values (count,) of an expression, and where it is undefined.

    What is undefined is tracked apart from the values: IEEE arithmetic forgets it in places
    (1/inf is 0, and a comparison with NaN is false).
    """

    def leaf(node: Leaf) -> _Masked:
        if isinstance(node, Number):
            return _Masked(torch.tensor(_to_float(node.value), dtype=torch.float64, device=device))
        if isinstance(node, Truth):
            return _Masked(torch.tensor(node.value, device=device))
        if isinstance(node, Constant):
            value = math.pi if node.name == "pi" else math.e
            return _Masked(torch.tensor(value, dtype=torch.float64, device=device))
        return _Masked(inputs[node.name])

    masked = fold(expression, leaf, _apply)
    undefined = masked.undefined
    if undefined is None:
        undefined = torch.zeros((), dtype=torch.bool, device=device)
    return masked.value.double().expand(count), undefined.expand(count)


@dataclass(frozen=True, slots=True)
class _Masked:
    """Values, and a mask of where they are undefined; None where they are defined throughout."""

    value: Tensor
    undefined: Tensor | None = None


def _apply(operation: str, arguments: tuple[_Masked, ...]) -> _Masked:
    if operation == "piecewise":
        return _piecewise(arguments)
    values = [argument.value for argument in arguments]
    masks = [argument.undefined for argument in arguments if argument.undefined is not None]
    if operation in _UNDEFINED:
        masks.append(_UNDEFINED[operation](*values))
    return _Masked(_RULES[operation](*values), _reduce(torch.logical_or)(*masks) if masks else None)


def _piecewise(arguments: tuple[_Masked, ...]) -> _Masked:
    """The first value whose condition is true; undefined where none is, or one before it is."""
    device = arguments[0].value.device
    value = torch.zeros((), dtype=torch.float64, device=device)
    undefined = torch.ones((), dtype=torch.bool, device=device)
    pieces = list(zip(arguments[::2], arguments[1::2], strict=True))
    for piece, condition in reversed(pieces):
        own = torch.zeros_like(undefined) if piece.undefined is None else piece.undefined
        value = torch.where(condition.value, piece.value, value)
        undefined = torch.where(condition.value, own, undefined)
        if condition.undefined is not None:
            undefined = undefined | condition.undefined
    return _Masked(value, undefined)


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _reduce(step: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def run(first: Tensor, *rest: Tensor) -> Tensor:
        for x in rest:
            first = step(first, x)
        return first

    return run


def _power_undefined(x: Tensor, y: Tensor) -> Tensor:
    return ((x < 0) & (y != y.floor())) | ((x == 0) & (y < 0))


_UNDEFINED: dict[str, Callable[..., Tensor]] = {
    "div": lambda _, y: y == 0,
    "mod": lambda _, y: y == 0,
    "pow": _power_undefined,
    "sqrt": lambda x: x < 0,
    "log": lambda x: x <= 0,
}

_RULES: dict[str, Callable[..., Tensor]] = {
    "add": _reduce(torch.add),
    "mul": _reduce(torch.mul),
    "min": _reduce(torch.minimum),
    "max": _reduce(torch.maximum),
    "and": _reduce(torch.logical_and),
    "or": _reduce(torch.logical_or),
    "not": torch.logical_not,
    "neg": torch.neg,
    "div": torch.div,
    "pow": torch.pow,
    "abs": torch.abs,
    "sqrt": torch.sqrt,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "tanh": torch.tanh,
    "sign": torch.sign,
    "floor": torch.floor,
    "mod": lambda x, y: x - y * torch.floor(x / y),
    "lt": torch.lt,
    "le": torch.le,
    "gt": torch.gt,
    "ge": torch.ge,
    "eq": torch.eq,
    "ne": torch.ne,
}
