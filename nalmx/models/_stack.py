"""Stacks: independent modules of one kind, computed together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import nn

from ._base import ArithmeticModule

M = TypeVar("M", bound=ArithmeticModule)


def stack(modules: Sequence[M]) -> M:
    """One module whose parameters are those of `modules`, along a new leading dimension."""
    if not modules:
        raise ValueError("a stack needs at least one module; none given")
    first = modules[0]
    for other in modules:
        if type(other) is not type(first) or other.extra_repr() != first.extra_repr():
            raise ValueError(
                f"a stack holds modules of one kind and size; {first} and {other} given"
            )
    result = copy.deepcopy(first)
    for name in first.raw_names:
        together = torch.stack([module.get_parameter(name).detach() for module in modules])
        setattr(result, name, nn.Parameter(together))
    return result


def member(modules: M, index: int) -> M:
    """The module at `index` of a stack, alone, with copies of its parameters."""
    result = copy.deepcopy(modules)
    for name in modules.raw_names:
        alone = modules.get_parameter(name).detach()[index].clone()
        setattr(result, name, nn.Parameter(alone))
    return result
