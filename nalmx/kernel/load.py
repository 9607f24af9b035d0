"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import numba

from .. import __version__
from ..generated import digest, imported
from ..models import ArithmeticModule
from . import maths
from .plan import plan_for
from .source import kernel_source


@cache
def kernel(module: type[ArithmeticModule], operation: str, dtype: str = "float32") -> ModuleType:
    """The compiled kernel of a module for learning an operation.

    Raises `NotImplementedError` where the module has no form that a kernel can take.
    """
    plan = plan_for(module, operation)
    used = f"{__version__} {numba.__version__} {digest(Path(maths.__file__).read_bytes())}"
    notice = f"Training kernel of the {module.label}, generated from its equation. ({used})"
    return imported(kernel_source(plan, dtype, notice), module.__name__.lower())
