"""The fused kernel: data, gradient, Adam, bounds and restarts of many models in one compiled loop.

On a GPU a launch advances all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..expression import Expression
from ..kernel import kernel
from ..threads import cores
from .adam import rates
from .batches import Batches, Chunk
from .engine import LOG_EVERY, NewStart, Parameters, Penalties
from .sources import DataSource
from .stacked import Stacked


class KernelEngine:
    """A stack of models in flat arrays.

    Every raw parameter has room for all inputs: parameter k of a model lies at k·inputs. Models are
    independent, so threads share them out, and the numbers do not depend on how.
    """

    def __init__(self, stack: Stacked, device: str = "cpu") -> None:
        """`NotImplementedError` where the module has no form that a kernel can take."""
        truths = stack.config.source.truths
        self._stack = stack
        self._kernel = kernel(stack.kind, stack.facts, truths, device=device)
        self._inputs = stack.config.inputs
        self._names = stack.kind.raw_names
        self._truth = np.array([_place(source, truths) for _, source in stack.members])
        self._learning_rate = stack.facts.learning_rate
        modules = [stack.initial(seed) for seed, _ in stack.members]
        self._sizes = {name: modules[0].raw_size(name) for name in self._names}
        self._raw = self._packed(
            {
                name: torch.stack([m.get_parameter(name).data for m in modules])
                for name in self._names
            }
        )
        self._m, self._v = np.zeros_like(self._raw), np.zeros_like(self._raw)
        self._steps = 0
        self._cell = np.array(stack.cell, dtype=np.uint64)
        self._sets = {
            extrapolation: stack.evaluation_sets(extrapolation=extrapolation)
            for extrapolation in (False, True)
        }
        self.batches = Batches(
            stack.members, align=LOG_EVERY, prepare=lambda u, t: (u.ravel(), t.ravel())
        )
        self._stream = self.batches.stream.astype(np.uint64)
        self._threads = min(cores(), len(modules)) if device == "cpu" else 1
        # Models of one stream next to each other, so that its draws stay in the cache.
        order = np.argsort(self.batches.stream, kind="stable")
        self._shares = np.array_split(order, self._threads)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="nalmx-kernel")

    def _packed(self, parameters: Parameters) -> NDArray[np.float32]:
        models = len(self._stack.members)
        packed = np.zeros((models, len(self._names), self._inputs), dtype=np.float32)
        for place, name in enumerate(self._names):
            flat = parameters[name].reshape(models, -1).numpy()
            packed[:, place, : flat.shape[1]] = flat
        return packed.reshape(models, -1)

    def _unpacked(self, packed: NDArray[np.float32]) -> Parameters:
        rows = packed.reshape(len(packed), len(self._names), self._inputs)
        return {
            name: torch.from_numpy(rows[:, place, : math.prod(size)].copy()).view(-1, *size)
            for place, (name, size) in enumerate(self._sizes.items())
        }

    def parameters(self) -> Parameters:
        return self._unpacked(self._raw)

    def moments(self) -> tuple[Parameters, Parameters]:
        return self._unpacked(self._m), self._unpacked(self._v)

    def restore(self, raw: Parameters, moments: tuple[Parameters, Parameters], steps: int) -> None:
        self._raw = self._packed(raw)
        self._m, self._v = (self._packed(moment) for moment in moments)
        self._steps = steps

    def advance(self, chunk: Chunk, penalties: Penalties, restarts: list[NewStart]) -> None:
        steps = range(self._steps + 1, self._steps + chunk.length + 1)
        pairs = np.array([rates(self._learning_rate, step) for step in steps], dtype=np.float32)
        reset_at = np.full(len(self._raw), -1)
        reset_to = self._raw
        if restarts:
            reset_to = np.zeros_like(self._raw)
            for restart in restarts:
                reset_at[restart.model] = restart.iteration
                for place, name in enumerate(self._names):
                    values = restart.parameters[name].flatten().numpy()
                    start = place * self._inputs
                    reset_to[restart.model, start : start + len(values)] = values
        common = (
            *(self._raw, self._m, self._v, *chunk.data),
            *(np.uint64(chunk.length), np.uint64(self._inputs)),
            *(self._stream, self.batches.lower, self.batches.width, self._truth),
            *(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])),
            np.array(penalties.strengths, dtype=np.float32),
            penalties.active.numpy(),
            *(reset_at, reset_to),
        )
        self._share(lambda order: self._kernel.train(order, *common))
        self._steps += chunk.length

    def errors(self, *, extrapolation: bool) -> Tensor:
        x, t = self._sets[extrapolation]
        errors = np.empty(len(self._raw))
        common = (
            *(self._raw, x.numpy().ravel(), t.numpy().ravel()),
            *(np.uint64(t.shape[1]), np.uint64(self._inputs), self._cell, errors),
        )
        self._share(lambda order: self._kernel.evaluate(order, *common))
        return torch.nan_to_num(torch.from_numpy(errors), nan=math.inf)

    def _share(self, work: Callable[[Any], Any]) -> None:
        """Run over all models, each thread with a share of them."""
        first, *others = self._shares
        futures = [self._pool.submit(work, order) for order in others]
        work(first)
        for future in futures:
            future.result()


def _place(source: DataSource, truths: Sequence[Expression]) -> int:
    """The place of a source's truth among all of its kind; none where targets come with the rows."""
    return -1 if source.truth not in truths else truths.index(source.truth)
