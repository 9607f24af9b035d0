"""Train a network that contains arithmetic modules, alone or as a stack of independent networks.

What a module's authors prescribe is done for that module: its penalty on its schedule and below its
loss, its clip of gradients, its bounds, its new start, and its rates for a published task.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.autograd import grad

from ..errors import SettingError
from ..models import BATCH_SIZE, ArithmeticModule, Grid, Training, matrix_products
from .adam import Adam
from .network_restarts import NetworkRestarts
from .sources import DataSource

Sampler: TypeAlias = Callable[[torch.Generator], tuple[Tensor, Tensor]]
Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
PROGRESS_EVERY = 500
_Facts: TypeAlias = dict[ArithmeticModule, Training]


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
    sample: Sampler | DataSource,
    iterations: int,
    learning_rate: float | None,
    generator: torch.Generator,
    *,
    task: str = "",
    loss: Loss = squared_error,
    penalty_scale: float = 1.0,
    gradient_clip: float | None = None,
    cooldown: float = 0.25,
    on_progress: Callable[[int, Tensor], None] = lambda iteration, losses: None,
) -> Tensor:
    """Fit a network to samples with Adam, and return the last loss of each network of a stack.

    `sample(generator)` draws inputs and targets; the targets have the shape of the outputs,
    (*stack, batch, features). A source of data gives each network of a stack the batches of its own
    seed, from the generator's on. `loss` is elementwise; it is averaged over batch and features and
    added over the stack, so that the networks of a stack train as they would alone.

    What the authors of each module prescribe, for a published `task` where it has a name, is done for
    its parameters: the penalty on its schedule, times `penalty_scale`, while the loss is below its
    limit, the clip of gradients, bounds, and new starts. The loss in these rules is that of the
    batch. Without a `learning_rate` each module has its own. `gradient_clip` bounds every
    element of the gradient.
    Over the last part `cooldown` of the training the learning rate falls to 0, so that weights come
    to rest on their grids. `on_progress` gets the iteration and the losses from time to time.
    """
    if not 0 <= cooldown <= 1:
        raise SettingError(f"cooldown must be from 0 to 1; {cooldown!r} given")
    if iterations < 1:
        raise SettingError(f"iterations must be at least 1; {iterations} given")
    if not callable(sample):
        task = task or sample.task
        sample = batches(sample, generator.initial_seed(), _stack_of(network))
    modules = [part for part in network.modules() if isinstance(part, ArithmeticModule)]
    facts = {module: type(module).training_for(task) for module in modules}
    parameters = [p for p in network.parameters() if p.requires_grad]
    if not parameters:
        raise SettingError("the network has no parameters to train")
    clips = _clips(facts, parameters, gradient_clip)
    adams = [
        (Adam(group, rate), group) for rate, group in _groups(facts, parameters, learning_rate)
    ]
    restarts = [
        NetworkRestarts(module, rule, iterations, generator)
        for module, own in facts.items()
        if (rule := own.reinitialisation) is not None
    ]
    losses = torch.empty(0)
    for iteration in range(iterations):
        x, t = sample(generator)
        with matrix_products():
            y = network(x)
        if y.shape != t.shape:
            raise SettingError(
                f"the targets have the shape {tuple(t.shape)} and the outputs {tuple(y.shape)}; make "
                "them the same"
            )
        losses = loss(y, t).flatten(-2).mean(-1)
        total = losses.sum()
        for module, own in facts.items():
            total = total + penalty_scale * _penalty(module, own, losses, iteration, iterations)
        gradients = dict(
            zip(parameters, grad(total, parameters, materialize_grads=True), strict=True)
        )
        decay = _decay(iteration, iterations, cooldown)
        with torch.no_grad():
            for parameter, clip in clips.items():
                gradients[parameter].clamp_(-clip, clip)
            for adam, group in adams:
                adam.step([gradients[parameter] for parameter in group], decay)
            for module in modules:
                module.constrain_()
        losses = losses.detach()
        for restart in restarts:
            restart.after(iteration, losses)
        if iteration % PROGRESS_EVERY == 0 or iteration == iterations - 1:
            on_progress(iteration, losses)
    return losses


def batches(source: DataSource, first_seed: int, stack: tuple[int, ...] = ()) -> Sampler:
    """A sampler of the rows of a source: for each network of a stack those of its own seed."""
    count = stack[0] if stack else 1
    streams = [source.stream(first_seed + place) for place in range(count)]
    rows = torch.empty(count, 1, BATCH_SIZE, len(source.input_names), dtype=torch.float64).numpy()
    given = torch.empty(count, 1, BATCH_SIZE, dtype=torch.float64).numpy()

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        for place, stream in enumerate(streams):
            stream.draw(rows[place], given[place])
        x = source.lower + source.width * rows[:, 0]
        t = source.targets(x) if source.truths else given[:, 0]
        inputs, targets = torch.from_numpy(x).float(), torch.from_numpy(t).float()[..., None]
        return (inputs, targets) if stack else (inputs[0], targets[0])

    return sample


def _stack_of(network: nn.Module) -> tuple[int, ...]:
    """The leading dimension of a stack of networks; none where it is a single one."""
    modules = (part for part in network.modules() if isinstance(part, ArithmeticModule))
    return next((tuple(next(module.parameters()).shape[:-2]) for module in modules), ())


def _clips(
    facts: _Facts, parameters: list[nn.Parameter], general: float | None
) -> dict[nn.Parameter, float]:
    """The largest element of a gradient, for the parameters that have one."""
    most = math.inf if general is None else general
    found = dict.fromkeys(parameters, most)
    for module, own in facts.items():
        found |= {p: min(own.gradient_clip, most) for p in module.parameters() if p in found}
    return {parameter: clip for parameter, clip in found.items() if clip < math.inf}


def _groups(
    facts: _Facts, parameters: list[nn.Parameter], learning_rate: float | None
) -> list[tuple[float, list[nn.Parameter]]]:
    """Parameters by their learning rate."""
    if learning_rate is not None:
        return [(learning_rate, parameters)]
    rates = {p: own.learning_rate for module, own in facts.items() for p in module.parameters()}
    found: dict[float, list[nn.Parameter]] = {}
    for parameter in parameters:
        found.setdefault(rates.get(parameter, Training().learning_rate), []).append(parameter)
    return list(found.items())


def _decay(iteration: int, iterations: int, cooldown: float) -> float:
    """1, and over the last part of a training a line down to 0."""
    return min(1.0, (iterations - iteration) / (iterations * cooldown)) if cooldown else 1.0


def _penalty(
    module: ArithmeticModule, facts: Training, losses: Tensor, iteration: int, iterations: int
) -> Tensor | float:
    """A term with the gradient of the module's penalty; only its gradient has a meaning."""
    penalty = facts.penalty
    strength = penalty.schedule.at(iteration, iterations) if penalty else 0.0
    if penalty is None or not strength:
        return 0.0
    terms: list[tuple[Tensor, Grid | None]]
    if penalty.raw:
        terms = [(module.get_parameter(name), None) for name in module.raw_names]
    else:
        weights = module.weights()
        terms = [(weights[name], grid) for name, grid in module.grids.items()]
    active = (losses.detach() < penalty.schedule.loss_below)[..., None, None]
    total: Tensor | float = 0.0
    for weight, grid in terms:
        size = weight.shape[-1] * weight.shape[-2]
        slope = penalty.slope(weight, grid) * (strength * penalty.scale(size))
        total = total + (slope * active * weight).sum()
    return total
