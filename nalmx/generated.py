"""Generated source: written to the user's cache directory, imported from there.

Numba keeps machine code beside a source file, so that a text is compiled once on a machine. A text
is a function of this package alone: a file that says anything else is written anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

from .storage import write_bytes


def imported(text: str, name: str) -> ModuleType:
    """The module with this source text; its file is called after `name` and the text's digest."""
    data = text.encode()
    path = cache_directory() / f"{name}_{digest(data)}.py"
    if not path.is_file() or path.read_bytes() != data:
        write_bytes(path, data)
    return _imported(path)


def digest(data: bytes) -> str:
    """The first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


@cache
def cache_directory() -> Path:
    """A directory of the user's own; one for this process where there is none to write in."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        directory = Path(base) / "nalmx" / "kernels"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="nalmx-kernels-"))


def _imported(path: Path) -> ModuleType:
    name = f"nalmx_kernel_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
