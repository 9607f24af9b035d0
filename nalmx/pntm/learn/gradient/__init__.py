"""Gradient training of P-NTMs that ends in machines with hard controls."""

from __future__ import annotations

from .fit import GradientFit, GradientProgress, fit_gradient

__all__ = ["GradientFit", "GradientProgress", "fit_gradient"]
