"""From a network to the floating-point operations that PyTorch performs when it runs.

The network runs on samples while every operation that reaches PyTorch's kernels is recorded
(`recorder`); what is recorded must not depend on the sample. Effective weights are the floats that
`weights()` gives; what the equation does with them afterwards is recorded like the rest. A number
written in Python is the decimal that it spells, or the irrational constant that it approximates; its
rounding to a float belongs to the program, not to the function.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ExtractionError
from ..expression import Expression, Variable
from ..expression.float_program import PRECISIONS, FloatProgram
from ..models import ArithmeticModule, Recurrent
from .inputs import input_names, item_names, sizes
from .recorder import NoWayOut, Recorder
from .torch_operations import LITERALS


@torch.no_grad()
def as_run(
    network: nn.Module, inputs: Sequence[str] | None = None, *, length: int | None = None
) -> tuple[FloatProgram, ...]:
    """What a network computes on one sample, as a program for each output.

    A network is what `network_as_trained` takes, or any module built of the operations known here
    whose first layer fixes the number of inputs. A `Recurrent` is written out for `length` items, with
    its inputs named item by item. It runs on the CPU, in evaluation mode, in the type of its weights.
    """
    network = _prepared(network)
    kind = next((p.dtype for p in network.parameters()), torch.get_default_dtype())
    name = str(kind).removeprefix("torch.")
    if name not in PRECISIONS:
        raise ExtractionError(f"the weights are {name}; float32 and float64 have a program")
    if isinstance(network, Recurrent):
        if length is None or length < 1:
            raise ExtractionError("a Recurrent has one program for each length: give length=N")
        features, _ = sizes(network)
        names = item_names(features, length, inputs)
        shape: tuple[int, ...] = (1, length, features)
    else:
        if length is not None:
            raise ExtractionError("a length is given but the network is not a Recurrent")
        names = input_names(network, inputs)
        shape = (1, len(names))
    outputs, unbounded = recorded(network, [Variable(name) for name in names], kind, shape)
    if unbounded:
        raise ExtractionError(
            f"how exactly PyTorch computes {min(unbounded)} in floats is not known here, so the network has "
            "no program; over the reals it has a formula"
        )
    return tuple(FloatProgram(names, tree, PRECISIONS[name], tuple(LITERALS)) for tree in outputs)


def recorded_formula(network: nn.Module, x: Sequence[Expression]) -> list[Expression]:
    """What a network computes of one sample, in the mode in which it is, without any rounding."""
    kind = next((p.dtype for p in network.parameters()), torch.get_default_dtype())
    return recorded(copy.deepcopy(network).to("cpu"), x, kind)[0]


@torch.no_grad()
def recorded(
    network: nn.Module, x: Sequence[Expression], kind: torch.dtype, shape: tuple[int, ...] = (1, -1)
) -> tuple[list[Expression], set[str]]:
    """What a network on the CPU computes of one sample, in the mode in which it is: a tree an output.

    With it come the operations whose rounding is not known.
    It runs twice, on samples of other signs and sizes: no value of a sample may enter a tree, nor may a
    random number.
    """
    for module in network.modules():
        if isinstance(module, ArithmeticModule):
            _hold_weights(module)
    # 3/2, 5/2, … keep clear of 0 and of each other.
    first = (torch.arange(len(x)) + 1.5).to(kind)
    found, again = (_once(network, x, s.reshape(shape)) for s in (first, -3 / first.flip(0)))
    if found != again:
        raise ExtractionError(
            f"what the {type(network).__name__} computes depends on more than its inputs, or on their "
            "values other than by operations on tensors: random numbers, or branches of Python"
        )
    return found


def _once(
    network: nn.Module, x: Sequence[Expression], sample: Tensor
) -> tuple[list[Expression], set[str]]:
    recorder = Recorder()
    recorder.enter(sample, x)
    for module in network.modules():
        if isinstance(module, ArithmeticModule):
            for weight in module.weights().values():
                recorder.places(weight)
    try:
        with NoWayOut(), recorder:
            output: Any = network(sample)
    except ExtractionError:
        raise
    except Exception as error:
        what = str(error).strip().partition("\n")[0][:200] or type(error).__name__
        raise ExtractionError(
            f"the {type(network).__name__} cannot be run on a sample of {len(x)} inputs: {what}"
        ) from None
    if not isinstance(output, Tensor):
        raise ExtractionError(
            f"the {type(network).__name__} gives a {type(output).__name__}; a tensor is needed"
        )
    places = recorder.places(output).flatten().tolist()
    return [recorder.nodes[place] for place in places], recorder.unbounded


def _prepared(network: nn.Module) -> nn.Module:
    """A copy that runs as the network does, on the CPU."""
    return copy.deepcopy(network).to("cpu").train(False)


def _hold_weights(module: ArithmeticModule) -> None:
    """Fix the effective weights of a copied module as the floats they are."""
    weights = {name: weight.clone() for name, weight in module.weights().items()}
    for name, weight in weights.items():
        if weight.dim() != 2:
            raise ExtractionError("a stack of modules has no single program; take one member of it")
        if not bool(weight.isfinite().all()):
            raise ExtractionError(f"the weights {name!r} are not all finite; training diverged")
    module.weights = partial(dict, weights)  # type: ignore[method-assign]
