"""The worst points of a sweep, block by block: the same for every claim, so compiled once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)  # type: ignore[untyped-decorator]
def keep(scores: Any, size: Any, first: Any, worst: Any, places: Any) -> int:
    """Keep the greatest scores of a block, which fall, and their places; how many are above 0.

    What is not a number becomes infinity. Nothing is rounded here: it does not matter which process
    compiled it.
    """
    last = worst.size - 1
    doubtful = 0
    above = 0
    for j in range(size):
        score = scores[j] if scores[j] == scores[j] else np.inf
        scores[j] = score
        doubtful += score > 0.0
        above += score > worst[last]
    if above == 0:
        return doubtful
    for j in range(size):
        score = scores[j]
        if score > worst[last]:
            k = last
            while k > 0 and worst[k - 1] < score:
                worst[k] = worst[k - 1]
                places[k] = places[k - 1]
                k -= 1
            worst[k] = score
            places[k] = first + j
    return doubtful
