"""Files of a run: written atomically, read without executing anything."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        _remove(partial)


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from None


def read_bytes(path: Path) -> bytes:
    """The content of a file; a missing or unreadable one is a `RunError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RunError(
            f"{path.name} is missing in {path.parent}; it is not a finished run"
        ) from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from None


def write_json(path: Path, data: object) -> None:
    """Write JSON, atomically."""
    write_bytes(path, (json.dumps(data, indent=2, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """The content of a JSON file; a damaged one, or one with NaN or infinities, is a `RunError`."""
    try:
        return json.loads(read_bytes(path), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RunError(f"{path} is damaged: it is not JSON") from None


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, atomically."""
    from safetensors.torch import save

    write_bytes(path, save({name: t.cpu().contiguous() for name, t in tensors.items()}))


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as safetensors, atomically and without torch."""
    from safetensors.numpy import save

    write_bytes(path, save(dict(arrays)))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file; a damaged one is a `RunError`."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return dict(load(read_bytes(path)))
    except (SafetensorError, ValueError, KeyError):
        raise RunError(f"{path} is damaged: it is not a safetensors file") from None


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(read_bytes(path)).hexdigest()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _no_constant(name: str) -> None:
    raise ValueError(name)
