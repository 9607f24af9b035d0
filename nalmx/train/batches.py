"""Uniform numbers for the training batches of a stack, drawn ahead in a second thread.

A seed draws the same uniforms whatever its interval, as in the published benchmark; models of one
seed on several ranges share them. On a union of intervals the draw itself depends on the range, so
there a model has a stream of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..kernel.mersenne import Uniforms
from ..ranges import Range
from ..tasks.arithmetic import BATCH_SIZE, Array, sample, training_stream

_CHUNK_BYTES = 16_000_000
States = list[Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Draws of consecutive iterations, as the engine wants them.

    `states` are the random streams after the last of them, from which a run resumes; a tensor of them
    is made by `Batches.saved`, when it is needed.
    """

    data: Any
    length: int
    states: States


class Batches:
    """The streams of a stack: model k draws uᵏ from stream `stream[k]`, and x = lower + width·u.

    `prepare` turns the draws (streams, iterations, inputs, batch) into what an engine takes; it
    runs in the drawing thread. `bytes_per_iteration` is what that takes of memory. `align` is a number
    of iterations that must fall on the end of a chunk, so that the streams can be saved there.
    """

    def __init__(
        self,
        members: Sequence[tuple[int, Range]],
        inputs: int,
        *,
        align: int,
        bytes_per_iteration: int | None = None,
        prepare: Callable[[Array], Any] = lambda draws: draws,
    ) -> None:
        keys = [(seed, extent if len(extent.intervals) > 1 else None) for seed, extent in members]
        self._keys = list(dict.fromkeys(keys))
        streams = [(training_stream(seed), extent) for seed, extent in self._keys]
        self._streams = [Uniforms(s) if extent is None else s for s, extent in streams]
        self._inputs = inputs
        self._prepare = prepare
        self.stream = np.array([self._keys.index(key) for key in keys])
        self.lower = np.array([_lower(extent) for _, extent in members])
        self.width = np.array([_width(extent) for _, extent in members])
        size = bytes_per_iteration or len(self._keys) * BATCH_SIZE * inputs * 8
        most = max(1, _CHUNK_BYTES // size)
        self._shape: tuple[int, ...] = ()
        self._length = max(n for n in range(1, min(align, most) + 1) if align % n == 0)

    def chunks(self, iterations: int) -> Iterator[Chunk]:
        """Chunks that add up to `iterations`; the next one is drawn while one is used."""
        if not iterations:
            return
        with ThreadPoolExecutor(1, thread_name_prefix="nalmx-batches") as executor:
            ahead: Future[Chunk] | None = executor.submit(self._draw, min(self._length, iterations))
            remaining = iterations - min(self._length, iterations)
            while ahead is not None:
                chunk = ahead.result()
                ahead = None
                if remaining:
                    length = min(self._length, remaining)
                    remaining -= length
                    ahead = executor.submit(self._draw, length)
                yield chunk

    def _draw(self, length: int) -> Chunk:
        shape = (length, BATCH_SIZE, self._inputs)
        draws, values = self._buffers(shape)
        for place, (stream, (_, extent)) in enumerate(zip(self._streams, self._keys, strict=True)):
            if isinstance(stream, Uniforms):
                stream.fill(values)
            elif extent is not None:
                for batch in values:
                    batch[:] = sample(extent, stream, batch.shape)
            draws[place] = values.swapaxes(-1, -2)
        return Chunk(self._prepare(draws), length, self.states())

    def _buffers(self, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Room for the draws of a chunk and for those of one stream.

        Fresh memory costs more than the numbers in it. Two chunks are alive at a time, one in use and
        one being drawn, so two buffers take turns.
        """
        if self._shape != shape:
            self._shape, (length, batch, inputs) = shape, shape
            whole = (len(self._streams), length, inputs, batch)
            self._spare = [np.empty(whole), np.empty(whole)]
            self._values = np.empty(shape)
        self._spare.reverse()
        return self._spare[0], self._values

    def restore(self, states: Tensor) -> None:
        """Continue every model's stream from its saved state (models, 625)."""
        for place, stream in enumerate(self._streams):
            state = states[int(np.flatnonzero(self.stream == place)[0])].tolist()
            key = np.array(state[:-1], dtype=np.uint32)
            stream.set_state(("MT19937", key, state[-1], 0, 0.0))

    def states(self) -> States:
        """Where the streams stand."""
        return [stream.get_state() for stream in self._streams]

    def saved(self, states: States) -> Tensor:
        """Where each model's stream stands, (models, 625): its generator's key and position."""
        rows = [np.append(key.astype(np.int64), position) for _, key, position, *_ in states]
        return torch.from_numpy(np.stack(rows)[self.stream])


def _lower(extent: Range) -> float:
    return float(extent.intervals[0].lower) if len(extent.intervals) == 1 else 0.0


def _width(extent: Range) -> float:
    if len(extent.intervals) > 1:
        return 1.0
    return float(extent.intervals[0].upper) - float(extent.intervals[0].lower)
