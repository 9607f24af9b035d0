"""Exact algebra: normal forms with functions, case by case, and definedness."""

from .decision import Finding, decide

__all__ = ["Finding", "decide"]
