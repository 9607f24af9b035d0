"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import numba

from .. import __version__
from ..expression import Expression
from ..generated import digest, imported
from ..models import ArithmeticModule, Training
from . import maths
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
    used = f"{__version__} {numba.__version__} {digest(Path(maths.__file__).read_bytes())}"
    notice = f"Training kernel of the {module.label}, generated from its equation. ({used})"
    return imported(kernel_source(plan, truths, dtype, notice), module.__name__.lower())
