"""The plain loop: stacked tensors, autograd and Adam in torch, on any device."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ..models import BATCH_SIZE, Grid
from ..models import stack as stack_modules
from .adam import Adam
from .batches import Batches, Chunk
from .engine import LOG_EVERY, NewStart, Parameters, Penalties
from .one_thread import one_thread
from .sources.source import Array
from .stacked import Stacked

_EVALUATION_VALUES = 4_000_000


class TorchEngine:
    """A stack of modules, one update at a time."""

    def __init__(self, stack: Stacked, device: torch.device) -> None:
        self._stack = stack
        self._device = device
        self._facts = stack.facts
        self.module = stack_modules([stack.initial(seed) for seed, _ in stack.members]).to(device)
        self._parameters = [self.module.get_parameter(n) for n in self.module.raw_names]
        self._adam = Adam(self._parameters, self._facts.learning_rate)
        self._sets = {
            extrapolation: tuple(
                part.to(device) for part in stack.evaluation_sets(extrapolation=extrapolation)
            )
            for extrapolation in (False, True)
        }
        self.batches = Batches(
            stack.members,
            align=LOG_EVERY,
            bytes_per_iteration=len(stack.members) * BATCH_SIZE * (stack.config.inputs + 1) * 4,
            prepare=self._prepare,
        )

    def _prepare(self, draws: Array, targets: Array) -> tuple[Tensor, Tensor]:
        """x (iterations, models, batch, inputs) and t (iterations, models, batch, 1).

        Rounded once, from float64. In memory the values of one input are adjacent; sums over the few
        inputs then run along long vectors.
        """
        lower, width, stream = self.batches.lower, self.batches.width, self.batches.stream
        sources = [source for _, source in self._stack.members]
        x = np.empty((draws.shape[1], len(stream), *draws.shape[2:]), dtype=np.float32)
        t = np.empty((draws.shape[1], len(stream), BATCH_SIZE, 1), dtype=np.float32)
        for model, place in enumerate(stream):
            values = lower[model] + width[model] * draws[place]
            x[:, model] = values
            computed = sources[model].truths
            t[:, model, :, 0] = (
                sources[model].targets(values.swapaxes(-1, -2)) if computed else targets[place]
            )
        return torch.from_numpy(x).mT, torch.from_numpy(t)

    def parameters(self) -> Parameters:
        return {
            name: parameter.detach().cpu().clone()
            for name, parameter in zip(self.module.raw_names, self._parameters, strict=True)
        }

    def moments(self) -> tuple[Parameters, Parameters]:
        return self._split(self._adam.m), self._split(self._adam.v)

    def _split(self, flat: Tensor) -> Parameters:
        parts = torch.split(flat.cpu().flatten(), [p.numel() for p in self._parameters])
        shaped = [
            part.view(p.shape).clone() for part, p in zip(parts, self._parameters, strict=True)
        ]
        return dict(zip(self.module.raw_names, shaped, strict=True))

    def restore(self, raw: Parameters, moments: tuple[Parameters, Parameters], steps: int) -> None:
        for name, parameter in zip(self.module.raw_names, self._parameters, strict=True):
            parameter.data.copy_(raw[name])
        for target, source in zip((self._adam.m, self._adam.v), moments, strict=True):
            target.view(-1).copy_(
                torch.cat([source[name].flatten() for name in self.module.raw_names])
            )
        self._adam.steps = steps

    @one_thread()
    def advance(self, chunk: Chunk, penalties: Penalties, restarts: list[NewStart]) -> None:
        """By one thread: several share out a sum over the batch by the size of the stack."""
        x, t = (part.to(self._device) for part in chunk.data)
        active = penalties.active.to(self._device).view(-1, 1, 1)
        for iteration in range(chunk.length):
            self._step(x[iteration], t[iteration], penalties.strengths[iteration], active)
            for restart in restarts:
                if restart.iteration == iteration:
                    for name, values in restart.parameters.items():
                        self.module.get_parameter(name).data[restart.model] = values

    def _step(self, x: Tensor, t: Tensor, strength: float, active: Tensor) -> None:
        """One Adam update on mean squared error plus the scheduled penalty."""
        penalty = self._facts.penalty if strength else None
        weights = self.module.weights()
        y = self.module.equation(x, **weights)
        outputs, slopes = [y], [(y.detach() - t).mul_(2 / BATCH_SIZE)]
        if penalty is not None and not penalty.raw:
            for name, grid in self.module.grids.items():
                outputs.append(weights[name])
                slopes.append(self._slope(weights[name], strength, active, grid))
        gradients = list(torch.autograd.grad(outputs, self._parameters, slopes))
        with torch.no_grad():
            if penalty is not None and penalty.raw:
                for gradient, parameter in zip(gradients, self._parameters, strict=True):
                    gradient += self._slope(parameter, strength, active, None)
            if math.isfinite(self._facts.gradient_clip):
                clip = self._facts.gradient_clip
                gradients = [gradient.clamp(-clip, clip) for gradient in gradients]
            self._adam.step(gradients)
            self.module.constrain_()

    def _slope(self, weight: Tensor, strength: float, active: Tensor, grid: Grid | None) -> Tensor:
        penalty = self._facts.penalty
        assert penalty is not None
        slope = penalty.slope(weight, grid) * (strength * penalty.scale(weight[0].numel()))
        return slope if bool(active.all()) else slope * active

    @torch.no_grad()
    def errors(self, *, extrapolation: bool) -> Tensor:
        """Seed by seed, since a reduction over a stack may order its sums by the stack's size."""
        x, t = self._sets[extrapolation]
        errors: list[Tensor] = []
        weights = self.module.weights()
        group = max(1, _EVALUATION_VALUES // x[0].numel())
        for cell, members in enumerate(self._stack.slices()):
            for start in range(members.start, members.stop, group):
                stop = min(start + group, members.stop)
                part = {name: weight[start:stop] for name, weight in weights.items()}
                residuals = self.module.equation(x[cell].T, **part).squeeze(-1).double() - t[cell]
                errors += [residual.square().mean() for residual in residuals]
        return torch.nan_to_num(torch.stack(errors).cpu(), nan=math.inf)
