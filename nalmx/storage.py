"""Files of a run: written atomically, read without executing anything."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # a half, or a half of a pair


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


def no_file(place: str | Path) -> str:
    """What is said of a path at which there is no file to read."""
    name = str(place)
    is_folder = bool(name) and Path(name).is_dir()
    return f"{name!r} is a folder, not a file" if is_folder else f"there is no file {name!r}"


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
    """The content of a JSON file; a damaged one, as `parse_json` reads, is a `RunError`."""
    try:
        return parse_json(read_bytes(path))
    except ValueError as error:
        raise RunError(f"{path} is damaged: it is not JSON ({error})") from None


def parse_json(text: bytes | str) -> Any:
    """The value of a JSON text, read strictly; a `ValueError` where it is none.

    Refused are what readers take differently: NaN, infinities and numbers that overflow to them, an
    object with the same key twice, half of a character.
    """
    try:
        data = json.loads(
            text,
            object_pairs_hook=without_doubles,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        if _HALF.search(text if isinstance(text, bytes) else text.encode()):
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeError:
        raise ValueError("its text is not Unicode") from None
    return data


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a `ValueError` where it has a key twice."""
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {json.dumps(double[:40])} stands there twice")
    return data


def same_json(left: object, right: object) -> bool:
    """Whether two values are one in JSON: 1, 1.0 and true are three, the order of keys is nothing."""
    return canonical_json(left) == canonical_json(right)


def canonical_json(data: object) -> str:
    """One spelling of a value, whatever the order of its keys."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, atomically."""
    from safetensors.torch import save

    write_bytes(path, save({name: t.cpu().contiguous() for name, t in tensors.items()}))


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as safetensors, atomically and without torch."""
    write_bytes(path, array_bytes(arrays))


def array_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as safetensors."""
    from safetensors.numpy import save

    return bytes(save(dict(arrays)))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file; a damaged one is a `RunError`."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return dict(load(read_bytes(path)))
    except (SafetensorError, ValueError, KeyError):
        raise RunError(f"{path} is damaged: it is not a safetensors file") from None


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file, without torch; a damaged one is a `RunError`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(read_bytes(path)))
    except (SafetensorError, ValueError, KeyError, TypeError):
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
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is too large a number")
    return value
