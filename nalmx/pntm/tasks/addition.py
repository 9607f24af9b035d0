"""Addition of two binary numbers, least significant digit first.

The sum has as many digits as the longer operand, and a last 1 if a carry is left.

Example: 1 1 + 1 (3 + 1) → 0 0 1.
"""

from __future__ import annotations

from ._binary import binary_task, shape
from ._columns import columns
from ._digits import add
from .specification import Stream

TASK = binary_task(
    "addition",
    "the sum of two binary numbers, least significant digit first",
    "+",
    add,
    columns(shape("+"), (Stream(0), Stream(1)), (1, 1)),
)
