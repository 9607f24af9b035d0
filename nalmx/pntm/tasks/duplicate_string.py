"""Duplicate string: the prompt twice, with nothing between.

Example: 1 0 → 1 0 1 0.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from ._draw import BITS
from ._word import word_task
from .specification import Stream, spell

TASK = word_task(
    "duplicate-string",
    "the prompt twice, with nothing between",
    BITS,
    lambda prompt: prompt * 2,
    *(spell(Stream()), spell(Stream())),
)
