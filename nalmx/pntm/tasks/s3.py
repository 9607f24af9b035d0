"""S3: the product of permutations of three things, after each of them.

A product p1 p2 … is applied from left to right: first p1, then p2. Names are in one-line notation,
so "231" sends 1 to 2, 2 to 3 and 3 to 1.

Example: 213 132 → 213 312.
"""

from __future__ import annotations

from functools import partial

from ._base import SequenceTask
from ._draw import symbols
from ._permutations import permutations_of, then
from ._running import running
from .specification import after_each

ELEMENTS = permutations_of(3)

TASK = SequenceTask(
    name="s3",
    summary="the product of permutations of three things, after each of them",
    counts="permutations",
    prompt_tokens=ELEMENTS,
    answer_tokens=ELEMENTS,
    draw=partial(symbols, alphabet=ELEMENTS),
    answer=running(then, "123"),
    specification=after_each(ELEMENTS, then, "123"),
)
