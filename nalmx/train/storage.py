"""Files of a run: written atomically, read without executing anything."""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ..errors import RunError


def write_json(path: Path, data: object) -> None:
    """Write JSON so that a reader finds the old file or the new one, never half of one."""
    write_bytes(path, (json.dumps(data, indent=2, allow_nan=False) + "\n").encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Any:
    """The content of a JSON file; a missing or damaged one is a `RunError`."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            f"{path.name} is missing in {path.parent}; it is not a finished run"
        ) from None
    except (ValueError, RecursionError):
        raise RunError(f"{path} is damaged: it is not JSON") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write tensors as safetensors, atomically."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, partial)
        os.replace(partial, path)
    except (SafetensorError, OSError) as error:
        partial.unlink(missing_ok=True)
        raise RunError(f"{path} cannot be written: {error}") from None


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file; a missing or damaged one is a `RunError`."""
    try:
        return load_file(path)
    except FileNotFoundError:
        raise RunError(
            f"{path.name} is missing in {path.parent}; it is not a finished run"
        ) from None
    except (SafetensorError, ValueError, struct.error):
        raise RunError(f"{path} is damaged: it is not a safetensors file") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
