"""Kernels as the functions that loops are: called with arrays of NumPy, run on a GPU.

A kernel gives of each lane how many of its points count, and what is first among them. Lanes that hold
what is asked for are run again, with a lane for each point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .maths_triton import INTERPRETED

BLOCK = 256
LANES = 2**20
"""How many lanes a long run has; each takes as many points as that needs."""
AGAIN = 2**14
"""How many lanes are run again at a time."""
_NO_FUSING: dict[str, Any] = {} if INTERPRETED else {"enable_fp_fusion": False}
_WORST = torch.int64, torch.float64, torch.int64


class _Lanes:
    """The lanes that share out a run of places: their results, and those of each of their points."""

    def __init__(
        self, kernel: Any, device: str, arrays: tuple[NDArray[Any], ...], kinds: tuple[Any, ...]
    ) -> None:
        self._kernel, self._device = kernel, "cpu" if INTERPRETED else device
        self._given = [torch.from_numpy(array).to(self._device) for array in arrays]
        self._kinds = kinds

    def over(self, first: int, stop: int) -> list[Tensor]:
        self._steps = max(1, -(-(stop - first) // LANES))
        self._starts = torch.arange(first, stop, BLOCK * self._steps, device=self._device)
        self._stops = (self._starts + BLOCK * self._steps).clamp(max=stop)
        return self._run(self._starts, self._stops, self._steps, 1)

    def points_of(self, lanes: Tensor) -> list[Tensor]:
        """The results at each point of some lanes."""
        program = lanes // BLOCK
        # A lane's points lie BLOCK places apart.
        parts = torch.arange(0, self._steps, BLOCK, device=self._device) * BLOCK
        starts = ((self._starts[program] + lanes % BLOCK)[:, None] + parts).ravel()
        return self._run(starts, self._stops[program].repeat_interleave(len(parts)), 1, BLOCK)

    def _run(self, starts: Tensor, stops: Tensor, steps: int, stride: int) -> list[Tensor]:
        made = [
            torch.empty(len(starts) * BLOCK, dtype=kind, device=self._device)
            for kind in self._kinds
        ]
        walk = torch.tensor([steps, stride], device=self._device)
        with np.errstate(all="ignore"):
            self._kernel[(len(starts),)](
                *(starts, stops, walk, *self._given, *made), BLOCK=BLOCK, num_warps=4, **_NO_FUSING
            )
        return made


class Points:
    """The functions of a kernel over points, on one device."""

    def __init__(self, kernel: Any, device: str) -> None:
        self._kernel, self._device = kernel, device

    def sweep(
        self,
        first: np.uint64,
        stop: np.uint64,
        keys: NDArray[np.uint64],
        table: NDArray[np.float64],
        constants: NDArray[np.float64],
        tolerance: float,
        worst: NDArray[np.float64],
        places: NDArray[np.uint64],
    ) -> int:
        """See `loops.SweepLoop`."""
        arrays = keys.view(np.int64), table, constants, np.array([tolerance])
        lanes = _Lanes(self._kernel, self._device, arrays, _WORST)
        counts, scores, at = lanes.over(int(first), int(stop))
        # The k worst points lie in the k lanes whose own worst come first: each other lane has k ahead.
        _, found, found_at = lanes.points_of(_first(scores, at, worst.size))
        chosen = _first(found, found_at, worst.size)
        joined = np.concatenate([worst, found[chosen].cpu().numpy()])
        joined_at = np.concatenate([places, found_at[chosen].cpu().numpy().view(np.uint64)])
        order = np.lexsort((joined_at, -joined))[: worst.size]
        worst[:], places[:] = joined[order], joined_at[order]
        return int(counts.sum())

    def check(
        self,
        first: np.uint64,
        stop: np.uint64,
        outer: NDArray[np.float32],
        inner: NDArray[np.float32],
        exact: NDArray[np.float64],
        errors: NDArray[np.float64],
        narrow: NDArray[np.float32],
        tolerance: float,
        places: NDArray[np.uint64],
    ) -> tuple[int, int, float, int, float]:
        """See `loops.EveryFloatLoop`."""
        width = np.array([max(1, inner.size)])
        arrays = outer, inner, width, exact, errors, narrow, np.array([tolerance])
        lanes = _Lanes(self._kernel, self._device, arrays, (*_WORST, torch.int64, torch.float64))
        counts, gaps, at, firsts, bounds = lanes.over(int(first), int(stop))
        largest = _first(gaps, at, 1)
        kept = 0
        order = _in_order(counts, firsts)
        for start in range(0, len(order), AGAIN):
            open_, _, _, where, _ = lanes.points_of(order[start : start + AGAIN])
            found = torch.sort(where[open_ > 0]).values[: places.size - kept].cpu().numpy()
            places[kept : kept + found.size] = found.view(np.uint64)
            kept += found.size
            if kept == places.size:
                break
        return int(counts.sum()), kept, float(gaps[largest]), int(at[largest]), float(bounds.max())


def _in_order(counts: Tensor, firsts: Tensor) -> Tensor:
    """The lanes with points that count, by the first of them."""
    lanes = torch.nonzero(counts).ravel()
    return lanes[torch.argsort(firsts[lanes])]


def _first(scores: Tensor, places: Tensor, count: int) -> Tensor:
    """Where the largest scores lie, those of the smallest places first among equal ones."""
    count = min(count, len(scores))
    least = torch.topk(scores, count).values[-1]
    above = torch.nonzero(scores > least).ravel()
    equal = torch.nonzero(scores == least).ravel()
    nearest = torch.topk(places[equal], count - len(above), largest=False).indices
    return torch.cat([above, equal[nearest]])
