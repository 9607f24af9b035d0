"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from ..codegen.emit import loop
from ..expression import Expression
from ..models import ArithmeticModule, Training
from .plan import plan_for
from .step import training


@cache
def kernel(
    module: type[ArithmeticModule],
    facts: Training,
    truths: tuple[Expression, ...] = (),
    dtype: Literal["float32", "float64"] = "float32",
    device: str = "cpu",
) -> Any:
    """The compiled kernel of a module and a way of training it, for learning one of some truths.

    Without truths, targets come with the rows. Raises `NotImplementedError` where the module or a
    truth has no form that a kernel can take.
    """
    return loop(training(plan_for(module, facts), truths, dtype), device)
