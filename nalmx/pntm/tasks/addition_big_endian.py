"""Addition of two binary numbers, most significant digit first; their sum has the least first.

The first digit of the answer needs the last ones of both operands. The sum has as many digits as
the longer operand, and a last 1 if a carry is left.

Example: 1 1 0 + 1 (6 + 1) → 1 1 1.
"""

from __future__ import annotations

from ._binary import binary_task, shape
from ._columns import columns
from ._digits import add
from .specification import Stream

TASK = binary_task(
    "addition-big-endian",
    "the sum, least significant digit first, of two numbers with the most significant first",
    "+",
    lambda left, right: add(left[::-1], right[::-1]),
    columns(shape("+"), (Stream(0, backward=True), Stream(1, backward=True)), (1, 1)),
)
