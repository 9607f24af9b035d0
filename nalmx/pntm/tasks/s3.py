"""S3: the product of permutations of three things, after each of them.

A product p1 p2 … is applied from left to right: first p1, then p2. Names are in one-line notation,
so "231" sends 1 to 2, 2 to 3 and 3 to 1.

Example: 213 132 → 213 312.
"""

from __future__ import annotations

from ._permutations import permutations_of, then
from ._running import running_task

ELEMENTS = permutations_of(3)

TASK = running_task(
    "s3",
    "the product of permutations of three things, after each of them",
    "permutations",
    ELEMENTS,
    ELEMENTS,
    then,
)
