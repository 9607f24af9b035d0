"""Training batches of all seeds of a stack, drawn ahead in a second thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..ranges import Range
from ..tasks import Operation
from ..tasks.arithmetic import BATCH_SIZE, sample, training_stream

_CHUNK_BYTES = 32_000_000
StreamStates = Tensor


def feature_major(x: Tensor) -> Tensor:
    """x (…, batch, inputs), laid out so that the values of one input are adjacent in memory.

    The shape stays; sums over the few inputs then run along long vectors, which halves the time
    of a training step.
    """
    return x.mT.contiguous().mT


@dataclass(frozen=True, slots=True)
class Chunk:
    """Batches of consecutive iterations: x (n, seeds, batch, inputs), t (n, seeds, batch, 1).

    In memory x is feature-major, like `feature_major` makes it. `states` are the random streams
    after the last of them, from which a run resumes.
    """

    x: Tensor
    t: Tensor
    states: StreamStates


class Batches:
    """The stream of training batches. Each seed has its own random stream and shares none.

    `align` is a number of iterations that must fall on the end of a chunk, so that the streams can
    be saved there.
    """

    def __init__(
        self,
        operation: Operation,
        extent: Range,
        inputs: int,
        seeds: Sequence[int],
        *,
        align: int,
        device: torch.device,
    ) -> None:
        self._operation = operation
        self._extent = extent
        self._inputs = inputs
        self._device = device
        self._streams = [training_stream(seed) for seed in seeds]
        most = max(1, _CHUNK_BYTES // (len(seeds) * BATCH_SIZE * inputs * 4))
        self._length = max(n for n in range(1, min(align, most) + 1) if align % n == 0)

    def chunks(self, iterations: int) -> Iterator[Chunk]:
        """Chunks that add up to `iterations`; the next one is drawn while one is used."""
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
                yield Chunk(chunk.x.to(self._device), chunk.t.to(self._device), chunk.states)

    def _draw(self, length: int) -> Chunk:
        x = np.empty((length, len(self._streams), self._inputs, BATCH_SIZE), dtype=np.float32)
        t = np.empty((length, len(self._streams), BATCH_SIZE, 1), dtype=np.float32)
        for place, stream in enumerate(self._streams):
            values = sample(self._extent, stream, (length, BATCH_SIZE, self._inputs))
            x[:, place] = values.swapaxes(-1, -2)
            t[:, place, :, 0] = self._operation.targets(values)
        return Chunk(torch.from_numpy(x).mT, torch.from_numpy(t), self.states())

    def restore(self, states: StreamStates) -> None:
        """Continue every stream from saved states."""
        for stream, state in zip(self._streams, states.tolist(), strict=True):
            key = np.array(state[:-1], dtype=np.uint32)
            stream.set_state(("MT19937", key, state[-1], 0, 0.0))

    def states(self) -> StreamStates:
        """Where the streams stand, (seeds, 625): each generator's key and its position."""
        rows = []
        for stream in self._streams:
            _, key, position, *_ = stream.get_state(legacy=True)
            rows.append(np.append(np.asarray(key, dtype=np.int64), int(position)))
        return torch.from_numpy(np.stack(rows))
