"""Fused training kernels, generated from a module's equation and compiled by Numba."""

from .load import kernel

__all__ = ["kernel"]
