"""Every true claim that needs no trained module, by family."""

from __future__ import annotations

from functools import cache

from . import (
    true_algebra,
    true_analysis,
    true_branches,
    true_language,
    true_physics,
    true_tolerance,
)
from .statement import TrueClaim


@cache
def true_claims() -> tuple[TrueClaim, ...]:
    """All of them, with names that differ."""
    parts = (
        true_algebra,
        true_branches,
        true_analysis,
        true_language,
        true_physics,
        true_tolerance,
    )
    return tuple(claim for part in parts for claim in part.claims())
