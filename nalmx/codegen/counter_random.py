"""Uniform numbers by counting: number k of a stream is a function of where the stream starts and of k.

splitmix64 (Steele, Lea & Flood 2014). What is written here holds for NumPy's arrays of words of 64 bits,
and is compiled for loops (`maths.counted`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

U = np.uint64
GOLDEN = 0x9E3779B97F4A7C15
"""How far the counters of two numbers that follow each other lie apart."""


FLOAT_OF_ONE, TO_MANTISSA = U(0x3FF0000000000000), U(12)
"""The first bits of a word that become a mantissa, behind those of 1.0, are a float64 in [1, 2)."""


def mixed(z: Any) -> Any:
    """A word whose every bit depends on every bit of another."""
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))
