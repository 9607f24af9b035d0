"""Sort: the prompt in ascending order.

Example: 3 1 2 1 → 1 1 2 3.
"""

from __future__ import annotations

from ._word import sort_task

TASK = sort_task("sort", "the prompt in ascending order", ("1", "2", "3"))
