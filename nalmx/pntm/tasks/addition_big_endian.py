"""Addition of two binary numbers, most significant digit first; their sum has the least first.

The first digit of the answer needs the last ones of both operands. The sum has as many digits as
the longer operand, and a last 1 if a carry is left.

Example: 1 1 0 + 1 (6 + 1) → 1 1 1.
"""

from __future__ import annotations

from ._base import SequenceTask
from ._columns import columns
from ._columns import operands as shape
from ._digits import add, split
from ._draw import BITS
from .addition import PLUS, draw
from .specification import Stream
from .tokens import Tokens


def _answer(prompt: Tokens) -> Tokens:
    left, right = split(prompt, PLUS)
    return add(left[::-1], right[::-1])


TASK = SequenceTask(
    name="addition-big-endian",
    summary="the sum, least significant digit first, of two numbers with the most significant first",
    counts="digits of the longer operand",
    prompt_tokens=(*BITS, PLUS),
    answer_tokens=BITS,
    draw=draw,
    answer=_answer,
    specification=columns(
        shape(BITS, PLUS), (Stream(0, backward=True), Stream(1, backward=True)), (1, 1)
    ),
)
