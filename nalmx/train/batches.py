"""The training batches of a stack, drawn ahead in a second thread.

Models of one seed whose sources draw alike share a stream; each makes its own rows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..models import BATCH_SIZE
from .sources import DataSource
from .sources.source import Array

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

    `prepare` turns the draws (streams, iterations, inputs, batch) and the targets that come with them
    (streams, iterations, batch) into what an engine takes; it runs in the drawing thread. Where the
    targets are computed, they are an empty array. `bytes_per_iteration` is what that takes of memory.
    `align` is a number of iterations that must fall on the end of a chunk, so that the streams can be
    saved there.
    """

    def __init__(
        self,
        members: Sequence[tuple[int, DataSource]],
        *,
        align: int,
        bytes_per_iteration: int | None = None,
        prepare: Callable[[Array, Array], Any] = lambda draws, targets: (draws, targets),
    ) -> None:
        sources = [source for _, source in members]
        keys = [(seed, source.draws) for seed, source in members]
        unique = dict(zip(keys, members, strict=True))
        self._streams = [source.stream(seed) for seed, source in unique.values()]
        self._inputs = len(sources[0].input_names)
        self._computed = bool(sources[0].truths)
        self._prepare = prepare
        places = {key: place for place, key in enumerate(unique)}
        self.stream = np.array([places[key] for key in keys])
        self.lower = np.array([source.lower for source in sources])
        self.width = np.array([source.width for source in sources])
        size = bytes_per_iteration or len(unique) * BATCH_SIZE * self._inputs * 8
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
        draws, targets, values = self._buffers(shape)
        for place, stream in enumerate(self._streams):
            stream.draw(values, values[..., 0] if self._computed else targets[place])
            draws[place] = values.swapaxes(-1, -2)
        return Chunk(self._prepare(draws, targets), length, self.states())

    def _buffers(self, shape: tuple[int, ...]) -> tuple[Array, Array, Array]:
        """Room for the draws and targets of a chunk, and for those of one stream.

        Fresh memory costs more than the numbers in it. Two chunks are alive at a time, one in use and
        one being drawn, so two buffers take turns.
        """
        if self._shape != shape:
            self._shape, (length, batch, inputs) = shape, shape
            streams = len(self._streams)
            whole, rows = (streams, length, inputs, batch), (streams, length, batch)
            self._spare = [
                (np.empty(whole), np.empty(0 if self._computed else rows)) for _ in range(2)
            ]
            self._values = np.empty(shape)
        self._spare.reverse()
        return *self._spare[0], self._values

    def restore(self, states: Tensor) -> None:
        """Continue every model's stream from its saved state (models, 625)."""
        for place, stream in enumerate(self._streams):
            stream.set_state(as_state(states[int(np.flatnonzero(self.stream == place)[0])]))

    def states(self) -> States:
        """Where the streams stand."""
        return [stream.get_state() for stream in self._streams]

    def saved(self, states: States) -> Tensor:
        """Where each model's stream stands, (models, 625): its generator's key and position."""
        rows = [np.append(key.astype(np.int64), position) for _, key, position, *_ in states]
        return torch.from_numpy(np.stack(rows)[self.stream])


def as_state(row: Tensor) -> Any:
    """A saved state (625,) in the form that streams take."""
    *key, position = row.tolist()
    return "MT19937", np.array(key, dtype=np.uint32), position, 0, 0.0
