"""Coefficients of sums inside a network: how many decimals data tell, and what modules see of data."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ExtractionError
from ..models import ArithmeticModule
from .powers import Validation

MOST_DIGITS = 7
_SLACK, _TOLERANCE = 4.0, 1e-3


@torch.no_grad()
def digits_for(network: nn.Module, data: Validation) -> int | None:
    """How many decimals of its sums' weights a network needs on data; None where their grids do.

    The least number with which the squared error is within a factor of that of the trained network,
    or within a thousandth of the targets.
    """
    if not any(_has_coefficients(module) for module in network.modules()):
        return None
    allowed = max(_SLACK * _error(network, data), _TOLERANCE**2 * float(data.t.square().mean()))
    for digits in range(MOST_DIGITS + 1):
        if _error(_rounded(network, digits), data) <= allowed:
            return digits or None
    raise ExtractionError(
        f"weights of sums with {MOST_DIGITS} decimals do not fit the validation data as the trained network "
        "does; train it in float64, or give coefficients=N"
    )


@torch.no_grad()
def seen_by_modules(network: nn.Module, x: Tensor) -> dict[nn.Module, Validation]:
    """What every arithmetic module is given, and gives, where a network runs on data in float64."""
    seen: dict[nn.Module, Validation] = {}
    copied = copy.deepcopy(network).double()
    pairs = zip(network.modules(), copied.modules(), strict=True)
    for own, part in pairs:
        if isinstance(own, ArithmeticModule):
            part.register_forward_hook(partial(_keep, seen, own))
    copied(x.double())
    return seen


def _keep(
    seen: dict[nn.Module, Validation], own: nn.Module, part: nn.Module, x: Any, y: Tensor
) -> None:
    seen[own] = Validation(x[0].flatten(0, -2), y.flatten(0, -2))


def _has_coefficients(module: nn.Module) -> bool:
    return isinstance(module, ArithmeticModule) and bool(module.coefficients)


def _rounded(network: nn.Module, digits: int) -> nn.Module:
    copied = copy.deepcopy(network).double()
    for module in copied.modules():
        if isinstance(module, ArithmeticModule) and module.coefficients:
            weights = module.weights()
            for name in module.coefficients:
                weights[name] = weights[name].round(decimals=digits)
            module.weights = partial(dict, weights)  # type: ignore[method-assign]
    return copied


def _error(network: nn.Module, data: Validation) -> float:
    y = copy.deepcopy(network).double()(data.x.double())
    error = (y - data.t).square().mean().item()
    return error if error == error else float("inf")
