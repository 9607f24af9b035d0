"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from ..codegen.cache import compiled
from ..models import ArithmeticModule
from .plan import plan_for
from .source import kernel_source


@cache
def kernel(module: type[ArithmeticModule], operation: str, dtype: str = "float32") -> ModuleType:
    """The compiled kernel of a module for learning an operation.

    Raises `NotImplementedError` where the module has no form that a kernel can take.
    """
    plan = plan_for(module, operation)
    return compiled(kernel_source(plan, dtype), module.__name__.lower())
