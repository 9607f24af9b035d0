"""Modules to test."""

from __future__ import annotations

from typing import Any

import torch

from ...models import ArithmeticModule


def new(
    kind: type[ArithmeticModule], inputs: int = 3, outputs: int = 2, seed: int = 0, **options: Any
) -> ArithmeticModule:
    """A module whose parameters are drawn from a seed."""
    generator = torch.Generator().manual_seed(seed)
    return kind(inputs, outputs, generator=generator, **options)
