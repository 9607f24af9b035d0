"""Train a network that contains arithmetic modules, alone or as a stack of independent networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ..errors import SettingError
from ..models import ArithmeticModule, Grid, Penalty

Sampler: TypeAlias = Callable[[torch.Generator], tuple[Tensor, Tensor]]
Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
PROGRESS_EVERY = 500


def squared_error(y: Tensor, t: Tensor) -> Tensor:
    """(y − t)², elementwise."""
    return (y - t).square()


def log_loss(y: Tensor, t: Tensor) -> Tensor:
    """−t·ln y − (1 − t)·ln(1 − y), elementwise, for outputs that are probabilities.

    y is kept 10⁻⁶ away from 0 and 1, where the gradient ends.
    """
    y = y.clamp(1e-6, 1 - 1e-6)
    return -(t * y.log() + (1 - t) * (1 - y).log())


def train_network(
    network: nn.Module,
    sample: Sampler,
    iterations: int,
    learning_rate: float,
    generator: torch.Generator,
    *,
    loss: Loss = squared_error,
    penalty_scale: float = 1.0,
    gradient_clip: float | None = None,
    cooldown: float = 0.25,
    on_progress: Callable[[int, Tensor], None] = lambda iteration, losses: None,
) -> Tensor:
    """Fit a network to samples with Adam, and return the last loss of each network of a stack.

    `sample(generator)` draws inputs and targets; the targets have the shape of the outputs,
    (*stack, batch, features). `loss` is elementwise; it is averaged over batch and features and
    added over the stack, so that the networks of a stack train as they would alone. The penalty
    that each module's authors prescribe is added on its schedule, times `penalty_scale`, and its
    parameters are brought back into their bounds after every step. `gradient_clip` bounds every
    element of the gradient. Over the last part `cooldown` of the training the learning rate falls
    to 0, so that weights come to rest on their grids. `on_progress` gets the iteration and the
    losses from time to time.
    """
    if not 0 <= cooldown <= 1:
        raise SettingError(f"cooldown must be from 0 to 1; {cooldown!r} given")
    if iterations < 1:
        raise SettingError(f"iterations must be at least 1; {iterations} given")
    modules = [part for part in network.modules() if isinstance(part, ArithmeticModule)]
    parameters = [p for p in network.parameters() if p.requires_grad]
    if not parameters:
        raise SettingError("the network has no parameters to train")
    adam = torch.optim.Adam(parameters, learning_rate)
    losses = torch.empty(0)
    for iteration in range(iterations):
        x, t = sample(generator)
        y = network(x)
        if y.shape != t.shape:
            raise SettingError(
                f"the targets have the shape {tuple(t.shape)} and the outputs {tuple(y.shape)}; make "
                "them the same"
            )
        losses = loss(y, t).flatten(-2).mean(-1)
        total = losses.sum()
        for module in modules:
            total = total + penalty_scale * _penalty(module, iteration, iterations)
        gradients = torch.autograd.grad(total, parameters, materialize_grads=True)
        if gradient_clip is not None:
            gradients = tuple(g.clamp(-gradient_clip, gradient_clip) for g in gradients)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        adam.param_groups[0]["lr"] = learning_rate * _decay(iteration, iterations, cooldown)
        adam.step()
        for module in modules:
            module.constrain_()
        losses = losses.detach()
        if iteration % PROGRESS_EVERY == 0 or iteration == iterations - 1:
            on_progress(iteration, losses)
    adam.zero_grad()
    return losses


def _decay(iteration: int, iterations: int, cooldown: float) -> float:
    """1, and over the last part of a training a line down to 0."""
    return min(1.0, (iterations - iteration) / (iterations * cooldown)) if cooldown else 1.0


def _penalty(module: ArithmeticModule, iteration: int, iterations: int) -> Tensor | float:
    """A term with the gradient of the module's penalty; only its gradient has a meaning."""
    penalty: Penalty | None = module.training_facts.penalty
    strength = penalty.schedule.at(iteration, iterations) if penalty else 0.0
    if penalty is None or not strength:
        return 0.0
    terms: list[tuple[Tensor, Grid | None]]
    if penalty.raw:
        terms = [(module.get_parameter(name), None) for name in module.raw_names]
    else:
        weights = module.weights()
        terms = [(weights[name], grid) for name, grid in module.grids.items()]
    total: Tensor | float = 0.0
    for weight, grid in terms:
        size = weight.shape[-1] * weight.shape[-2]
        slope = penalty.slope(weight, grid) * (strength * penalty.scale(size))
        total = total + (slope * weight).sum()
    return total
