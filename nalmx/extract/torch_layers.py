"""Layers of `torch.nn` as expressions of their inputs, and what may stand in for them.

A layer is read by its type only where it runs as its type says: a subclass with a `forward` of its own,
or a layer with hooks, is another function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from torch import Tensor, nn

from ..errors import ExtractionError
from ..expression import Expression
from . import layers
from .layers import Expressions

_Layer: TypeAlias = Callable[[Any, Expressions], Expressions]
_HOOKS = ("_forward_hooks", "_forward_pre_hooks")


def runs_as(layer: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a layer computes what `kind` does: no `forward` of its own, and no hooks."""
    return (
        type(layer).forward is kind.forward
        and type(layer).__call__ is nn.Module.__call__
        and "forward" not in vars(layer)
        and not any(getattr(layer, hooks) for hooks in _HOOKS)
    )


def standard(layer: nn.Module, x: Expressions) -> Expressions | None:
    """The outputs of a layer of `torch.nn`; None where the layer is not one that is known here."""
    for kind, read in _READ.items():
        if isinstance(layer, kind) and runs_as(layer, kind):
            return read(layer, x)
    return None


def check_is_for_use(network: nn.Module) -> None:
    """Refuse a network that is still in the mode in which it is trained, where that is another function."""
    for path, part in network.named_modules():
        if part.training and isinstance(part, _MODAL) and getattr(part, "p", 1):
            raise ExtractionError(
                f"the network is in training mode, in which its {type(part).__name__}"
                f"{f' ({path})' if path else ''} draws numbers or reads the batch; call network.eval() first"
            )


def floats(tensor: Tensor) -> Any:
    """The numbers of a tensor of floats, exactly."""
    if not tensor.is_floating_point() or tensor.is_quantized:
        raise ExtractionError(f"it has weights of type {tensor.dtype}, which are no floats")
    return tensor.detach().cpu().double().tolist()


def _linear(layer: nn.Linear, x: Expressions) -> Expressions:
    if layer.weight.dim() != 2:
        raise ExtractionError("it is not a single Linear")
    rows = floats(layer.weight)
    shifts = [0.0] * len(rows) if layer.bias is None else floats(layer.bias)
    return layers.affine(rows, shifts, x)


def _batch_norm(layer: nn.BatchNorm1d, x: Expressions) -> Expressions:
    if layer.running_mean is None or layer.running_var is None:
        raise ExtractionError("it keeps no running statistics, and reads each batch")
    weight, shift = (None if t is None else floats(t) for t in (layer.weight, layer.bias))
    mean, variance = floats(layer.running_mean), floats(layer.running_var)
    return layers.normalised(x, mean, variance, layer.eps, weight, shift)


def _flatten(layer: nn.Flatten, x: Expressions) -> Expressions:
    if layer.start_dim != 1:
        raise ExtractionError("it flattens the rows of a batch; use Flatten() with start_dim=1")
    return x


def _softmax(layer: nn.Softmax | nn.LogSoftmax, x: Expressions) -> Expressions:
    if layer.dim not in (1, -1):
        raise ExtractionError("it does not say that it is over the features; give it dim=-1")
    return layers.softmax(x) if isinstance(layer, nn.Softmax) else layers.log_softmax(x)


def _prelu(layer: nn.PReLU, x: Expressions) -> Expressions:
    slopes = floats(layer.weight)
    layers.fits(len(x), len(slopes) if len(slopes) > 1 else len(x))
    each = slopes * len(x) if len(slopes) == 1 else slopes
    return [
        layers.leaky(value, layers.exactly(slope)) for value, slope in zip(x, each, strict=True)
    ]


def _each(function: Callable[[Any, Expression], Expression]) -> _Layer:
    return lambda layer, x: [function(layer, value) for value in x]


def _gelu(layer: nn.GELU, x: Expression) -> Expression:
    return layers.gelu(x) if layer.approximate == "none" else layers.gelu_tanh(x)


def _selu(layer: nn.SELU, x: Expression) -> Expression:
    return layers.elu(x, _set(_SELU_ALPHA), _set(_SELU_SCALE))


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
_set = layers.spelled
_MODAL = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm, nn.RReLU)
_READ: dict[type[nn.Module], _Layer] = {
    nn.Linear: _linear,
    nn.Identity: lambda layer, x: x,
    nn.Dropout: lambda layer, x: x,
    nn.AlphaDropout: lambda layer, x: x,
    nn.Flatten: _flatten,
    nn.BatchNorm1d: _batch_norm,
    nn.Softmax: _softmax,
    nn.LogSoftmax: _softmax,
    nn.PReLU: _prelu,
    nn.ReLU: _each(lambda layer, x: layers.relu(x)),
    nn.LeakyReLU: _each(lambda layer, x: layers.leaky(x, _set(layer.negative_slope))),
    nn.ELU: _each(lambda layer, x: layers.elu(x, _set(layer.alpha))),
    nn.CELU: _each(lambda layer, x: layers.celu(x, _set(layer.alpha))),
    nn.SELU: _each(_selu),
    nn.Tanh: _each(lambda layer, x: layers.tanh(x)),
    nn.Sigmoid: _each(lambda layer, x: layers.sigmoid(x)),
    nn.LogSigmoid: _each(lambda layer, x: layers.log_sigmoid(x)),
    nn.Softsign: _each(lambda layer, x: layers.softsign(x)),
    nn.Softplus: _each(
        lambda layer, x: layers.softplus(x, _set(layer.beta), _set(layer.threshold))
    ),
    nn.SiLU: _each(lambda layer, x: layers.silu(x)),
    nn.Mish: _each(lambda layer, x: layers.mish(x)),
    nn.GELU: _each(_gelu),
    nn.Hardswish: _each(lambda layer, x: layers.hard_swish(x)),
    nn.Hardsigmoid: _each(lambda layer, x: layers.hard_sigmoid(x)),
    nn.Hardtanh: _each(
        lambda layer, x: layers.clipped(x, _set(layer.min_val), _set(layer.max_val))
    ),
    nn.Tanhshrink: _each(lambda layer, x: layers.minus(x, layers.tanh(x))),
}
# Of a network of nothing but these, one input is one value.
ELEMENTWISE = tuple(set(_READ) - {nn.Linear, nn.BatchNorm1d, nn.Softmax, nn.LogSoftmax, nn.PReLU})
