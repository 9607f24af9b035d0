"""How many inputs a network has, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from ..errors import ExtractionError
from ..models import ArithmeticModule, Recurrent
from .torch_layers import ELEMENTWISE


def number_of_inputs(network: nn.Module) -> int:
    """The number of inputs of a network, from the first part that fixes it; 1 where none does."""
    for part in network.modules():
        match part:
            case ArithmeticModule() | nn.Linear():
                return int(part.in_features)
            case nn.BatchNorm1d():
                return int(part.num_features)
    for part in network.modules():
        if not list(part.children()) and not isinstance(part, ELEMENTWISE):
            raise ExtractionError(
                f"the network has no layer that fixes the number of its inputs, and a "
                f"{type(part).__name__} does not; begin with a Linear"
            )
    return 1


def sizes(network: Recurrent) -> tuple[int, int]:
    """Features of an item and number of states of a recurrent network."""
    total = number_of_inputs(network.cell)
    states = total // 2 if network.initial is None else len(network.initial)
    if (network.initial is None and total % 2) or states >= total:
        raise ExtractionError(f"a cell of {total} inputs does not fit {states} states")
    return total - states, states


def input_names(network: nn.Module, given: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the inputs of one sample."""
    return names_for(given, [f"x{i + 1}" for i in range(number_of_inputs(network))])


def item_names(features: int, length: int, given: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the inputs of a sequence: x1, x2, …, or x1_1, x2_1, … of several features an item."""
    usual = [
        f"x{i + 1}_{t + 1}" if features > 1 else f"x{t + 1}"
        for t in range(length)
        for i in range(features)
    ]
    return names_for(given, usual)


def names_for(given: Sequence[str] | None, usual: Sequence[str]) -> tuple[str, ...]:
    """The names that were given, if they are as many different ones as are needed, or the usual ones."""
    names = tuple(given or usual)
    if len(names) != len(usual) or len(set(names)) != len(names):
        raise ExtractionError(
            f"the network has {len(usual)} inputs here; give as many different names, not {list(names)}"
        )
    return names
