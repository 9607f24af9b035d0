"""Kernels on disk and in memory: written once, compiled once, loaded from then on."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

import numba

from .. import __version__
from ..models import ArithmeticModule
from ..storage import write_bytes
from . import maths
from .plan import plan_for
from .source import kernel_source


@cache
def kernel(module: type[ArithmeticModule], operation: str, dtype: str = "float32") -> ModuleType:
    """The compiled kernel of a module for learning an operation.

    Raises `NotImplementedError` where the module has no form that a kernel can take. The generated
    source lies in the user's cache directory, so that Numba keeps the machine code beside it. It is
    a function of this package alone: a file that says anything else is written anew.
    """
    plan = plan_for(module, operation)
    used = f"{__version__} {numba.__version__} {_digest(Path(maths.__file__).read_bytes())}"
    notice = f"Training kernel of the {module.label}, generated from its equation. ({used})"
    text = kernel_source(plan, dtype, notice).encode()
    path = _cache() / f"{module.__name__.lower()}_{_digest(text)}.py"
    if not path.is_file() or path.read_bytes() != text:
        write_bytes(path, text)
    return _imported(path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _imported(path: Path) -> ModuleType:
    name = f"nalmx_kernel_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@cache
def _cache() -> Path:
    """A directory of the user's own; one for this process where there is none to write in."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = Path(base) / "nalmx" / "kernels"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="nalmx-kernels-"))
