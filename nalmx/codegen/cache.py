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
from itertools import chain
from pathlib import Path
from types import ModuleType

import numba

from .. import __version__
from ..storage import write_bytes
from . import counter_random, worst_points


@cache
def compiled(text: str, name: str) -> ModuleType:
    """The module with this source text, whose functions Numba compiles when they are called.

    Its file is called after `name` and the digest of the text and of all that it is compiled with.
    """
    data = f"{text}\n# {__version__} {numba.__version__} {_digest_of_functions()}\n".encode()
    path = directory() / f"{name}_{_digest(data)}.py"
    if not path.is_file() or path.read_bytes() != data:
        write_bytes(path, data)
    return _imported(path)


@cache
def directory() -> Path:
    """A directory of the user's own; one for this process where there is none to write in."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        path = Path(base) / "nalmx" / "kernels"
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path):
            return path
    except (OSError, RuntimeError):
        return Path(tempfile.mkdtemp(prefix="nalmx-kernels-"))


@cache
def _digest_of_functions() -> str:
    """Of the functions that generated loops call."""
    others = (counter_random.__file__, worst_points.__file__)
    places = sorted(Path(__file__).parent.glob("maths*.py")), map(Path, others)
    return _digest(b"".join(path.read_bytes() for path in chain(*places)))


def _digest(data: bytes) -> str:
    """The first 16 hexadecimal digits of SHA-256."""
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
