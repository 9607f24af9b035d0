"""Vectorised sweep: uniform points, made, evaluated and reduced on the device.

Float64 only screens. The points with the largest differences, and those where a side is not
finite, come back to be judged exactly; a sweep never refutes by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from ..expression import Expression
from ..expression.nodes import Constant, Leaf, Number, Truth, fold
from .domain import Domain, Point
from .verdict import Claim, Tolerance

_ROUNDING = 2.0**-40
_CHUNK_POINTS = 131_072
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
    chunk = max(1, min(count, _CHUNK_POINTS, _CHUNK_VALUES // max(1, len(names))))
    doubtful = 0
    worst: list[tuple[float, Point]] = []
    done = 0
    while done < count and (not done or time.monotonic() < deadline):
        size = min(chunk, count - done)
        inputs = sample(claim.domain, size, device, generator)
        excess, limit = _excess(claim, inputs)
        is_clear = excess <= limit
        doubtful += size - int(is_clear.sum())
        score = torch.nan_to_num(excess - limit, nan=torch.inf, posinf=torch.inf)
        top = torch.topk(score, min(judged, size))
        for place, value in zip(top.indices.tolist(), top.values.tolist(), strict=True):
            point = {name: Fraction(float(inputs[name][place])) for name in names}
            if point in claim.domain:
                worst.append((value, point))
        worst = sorted(worst, key=lambda entry: -entry[0])[:judged]
        done += size
    suspects = tuple(point for _, point in worst)
    suspicious = sum(value > 0 for value, _ in worst)
    return Swept(done, suspects, doubtful - suspicious)


def sample(
    domain: Domain, count: int, device: torch.device, generator: torch.Generator
) -> dict[str, Tensor]:
    """Uniform float64 points of a domain, one tensor (count,) an input, made on the device."""
    inputs: dict[str, Tensor] = {}
    for name, extent in domain.ranges.items():
        unit = torch.rand(count, device=device, dtype=torch.float64, generator=generator)
        whole = float(sum((i.width for i in extent.intervals), Fraction(0)))
        place, start = unit * whole, 0.0
        values = torch.full_like(unit, float(extent.intervals[0].lower))
        for interval in extent.intervals:
            width = float(interval.width)
            inside = place >= start
            moved = float(interval.lower) + (place - start)
            values = torch.where(inside, moved.clamp(max=float(interval.upper)), values)
            start += width
        inputs[name] = values
    return inputs


def _excess(claim: Claim, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """|left − right| and the most it may be, each (count,); NaN where a side is not finite."""
    count = len(next(iter(inputs.values()))) if inputs else 1
    device = next(iter(inputs.values())).device if inputs else torch.device("cpu")
    left = _values(claim.left, inputs, count, device)
    right = _values(claim.right, inputs, count, device)
    difference = torch.where(
        left.isfinite() & right.isfinite(), (left - right).abs(), torch.full_like(left, torch.nan)
    )
    rounding = _ROUNDING * torch.maximum(left.abs(), right.abs())
    return difference, _limit(claim.tolerance, right) + rounding


def _limit(tolerance: Tolerance, right: Tensor) -> Tensor:
    size = float(tolerance.size)
    return size * right.abs() if tolerance.kind == "rel" else torch.full_like(right, size)


def _values(
    expression: Expression, inputs: Mapping[str, Tensor], count: int, device: torch.device
) -> Tensor:
    def leaf(node: Leaf) -> Tensor:
        if isinstance(node, Number):
            return torch.tensor(_to_float(node.value), dtype=torch.float64, device=device)
        if isinstance(node, Truth):
            return torch.tensor(node.value, device=device)
        if isinstance(node, Constant):
            value = torch.pi if node.name == "pi" else torch.e
            return torch.tensor(value, dtype=torch.float64, device=device)
        return inputs[node.name]

    value = fold(expression, leaf, lambda operation, arguments: _RULES[operation](*arguments))
    return value.double().expand(count)


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return torch.inf if value > 0 else -torch.inf


def _piecewise(*arguments: Tensor) -> Tensor:
    result = torch.full((), torch.nan, dtype=torch.float64, device=arguments[0].device)
    for value, condition in reversed(list(zip(arguments[::2], arguments[1::2], strict=True))):
        result = torch.where(condition, value, result)
    return result


def _reduce(step: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def run(first: Tensor, *rest: Tensor) -> Tensor:
        for x in rest:
            first = step(first, x)
        return first

    return run


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
    "piecewise": _piecewise,
    "lt": torch.lt,
    "le": torch.le,
    "gt": torch.gt,
    "ge": torch.ge,
    "eq": torch.eq,
    "ne": torch.ne,
}
