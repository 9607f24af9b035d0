"""Networks of modules: side by side, chosen by a condition, and stacks of whole networks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import torch
from torch import Tensor, nn

from ._base import ArithmeticModule
from ._stack import member, stack

N = TypeVar("N", bound=nn.Module)


def aligned(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Tensors with the leading dimensions of the one that has most of them."""
    leading = max((tensor.shape[:-1] for tensor in tensors), key=len)
    return [tensor.expand(*leading, -1) for tensor in tensors]


class Beside(nn.Module):
    """The outputs of several networks on the same inputs, one after the other.

    Example: `Beside(NSR(2, 1), nn.Identity())` gives a truth value, its negation and the inputs.
    """

    def __init__(self, *networks: nn.Module) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, x: Tensor) -> Tensor:
        outputs = [network(x) for network in self.networks]
        return torch.cat(aligned(outputs), -1)


class Choice(nn.Module):
    """One of two networks on the same inputs, by the truth value c of a condition.

        y = c · first(x) + (1 − c) · second(x)

    The condition gives c and then 1 − c, as an NSR does: one c for all outputs, or one for each.
    """

    def __init__(self, condition: nn.Module, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.condition, self.first, self.second = condition, first, second

    def forward(self, x: Tensor) -> Tensor:
        true, false = self.condition(x).chunk(2, -1)
        y: Tensor = true * self.first(x) + false * self.second(x)
        return y


def stack_networks(networks: Sequence[N]) -> N:
    """One network whose modules are stacks of those of `networks`, which are built alike."""
    if not networks:
        raise ValueError("a stack needs at least one network; none given")
    return _rebuilt(networks[0], lambda path: stack([_module(n, path) for n in networks]))


def network_member(networks: N, index: int) -> N:
    """The network at `index` of a stack of networks, alone, with copies of its parameters."""
    return _rebuilt(networks, lambda path: member(_module(networks, path), index))


def _module(network: nn.Module, path: str) -> ArithmeticModule:
    return cast(ArithmeticModule, network.get_submodule(path))


def _rebuilt(network: N, replace: Callable[[str], ArithmeticModule]) -> N:
    """A copy of a network with every arithmetic module replaced."""
    if isinstance(network, ArithmeticModule):
        return cast(N, replace(""))
    result = copy.deepcopy(network)
    paths = [path for path, m in network.named_modules() if isinstance(m, ArithmeticModule)]
    for name, _ in network.named_parameters():
        if not any(name.startswith(f"{path}.") for path in paths):
            raise ValueError(f"the parameter {name!r} is not one of an arithmetic module")
    for path in paths:
        result.set_submodule(path, replace(path))
    return result
