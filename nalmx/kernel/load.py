"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from ..codegen.cache import compiled
from ..expression import Expression
from ..models import ArithmeticModule, Training
from .plan import plan_for
from .source import kernel_source


@cache
def kernel(
    module: type[ArithmeticModule],
    facts: Training,
    truths: tuple[Expression, ...] = (),
    dtype: str = "float32",
) -> ModuleType:
    """The compiled kernel of a module and a way of training it, for learning one of some truths.

    Without truths, targets come with the rows. Raises `NotImplementedError` where the module or a
    truth has no form that a kernel can take.
    """
    plan = plan_for(module, facts)
    return compiled(kernel_source(plan, truths, dtype), module.__name__.lower())
