"""Sweep of a claim on a GPU: points are made, evaluated and reduced there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ...devices import find_device
from ..verdict import Claim
from .samples import DrawnInterval, tables
from .values import Arrays, Doubt

_CACHED_POINTS = 131_072
_CHUNK_VALUES = 4_000_000


def torch_sweep(
    claim: Claim, count: int, name: str, seed: int, judged: int, go_on: Callable[[int], bool]
) -> tuple[int, int, list[tuple[float, dict[str, float]]]]:
    """How many points were drawn on a device, how many are doubtful, and the worst of them."""
    device = find_device(name, "sweep")
    generator = torch.Generator(device=device).manual_seed(seed)
    table = tables(claim.domain)
    if table is None:
        return 0, 0, []
    most = _CACHED_POINTS if device.type == "cpu" else _CHUNK_VALUES
    chunk = max(1, min(count, most, _CHUNK_VALUES // max(1, len(table))))
    doubt, arrays = Doubt(claim), on_device(device)
    doubtful = 0
    worst: list[tuple[float, dict[str, float]]] = []
    done = 0
    while done < count and (not done or go_on(done)):
        size = min(chunk, count - done)
        inputs = sample(table, size, device, generator)
        score = doubt.over(inputs, size, arrays)
        doubtful += int((score > 0).sum())
        top = torch.topk(score, min(judged, size))
        for place, value in zip(top.indices.tolist(), top.values.tolist(), strict=True):
            worst.append((value, {name: float(inputs[name][place]) for name in inputs}))
        worst = sorted(worst, key=lambda entry: -entry[0])[:judged]
        done += size
    return done, doubtful, worst


def on_device(device: torch.device) -> Arrays:
    """Arrays of torch on a device; numbers are float64."""

    def scalar(value: float | bool) -> Tensor:
        kind = torch.bool if isinstance(value, bool) else torch.float64
        return torch.tensor(value, dtype=kind, device=device)

    return Arrays(torch, scalar)


def sample(
    table: Mapping[str, tuple[DrawnInterval, ...]],
    count: int,
    device: torch.device,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Uniform float64 points of a domain, one tensor (count,) an input, made on the device."""
    inputs: dict[str, Tensor] = {}
    for name, intervals in table.items():
        starts, bases, scales = (
            torch.tensor([getattr(p, part) for p in intervals], dtype=torch.float64, device=device)
            for part in ("start", "base", "scale")
        )
        # Whole multiples of 2⁻⁵² in [1, 2): the numbers for which the intervals are made.
        unit = torch.rand(count, device=device, dtype=torch.float64, generator=generator)
        t = 1 + torch.floor(unit * 2.0**52) * 2.0**-52
        chosen = torch.searchsorted(starts, t, right=True) - 1
        inputs[name] = bases[chosen] + t * scales[chosen]
    return inputs
