"""Bucket sort: a prompt of five symbols in ascending order.

Example: 1 0 4 1 → 0 1 1 4.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from ._word import sort_task

TASK = sort_task("bucket-sort", "a prompt of five symbols in ascending order", tuple("01234"))
