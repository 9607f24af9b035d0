"""Kernels of a GPU in tests: compiled where there is one, in Triton's interpreter elsewhere."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import pytest
import torch

HAS_GPU = torch.cuda.is_available()
# Read when Triton is first loaded.
if not HAS_GPU:
    os.environ["TRITON_INTERPRET"] = "1"

needs_triton = pytest.mark.skipif(
    find_spec("triton") is None, reason="needs Triton, the extra `gpu`"
)


def triton_or_skip() -> Any:
    """torch, where Triton can be loaded."""
    pytest.importorskip("triton", reason="needs Triton, the extra `gpu`")
    return torch
