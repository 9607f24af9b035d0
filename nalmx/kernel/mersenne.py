"""Uniform numbers of a NumPy `RandomState`, bit for bit and several times as fast.

NumPy draws one number after the other. Here the Mersenne Twister (MT19937, Matsumoto & Nishimura
1998) advances its 624 words at once, in loops that a compiler vectorises.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

U = np.uint32
_WORDS, _SHIFT = 624, 397
_UPPER, _LOWER, _MATRIX = U(0x80000000), U(0x7FFFFFFF), U(0x9908B0DF)


@njit(nogil=True, cache=True)
def _mixed(word, following, other):
    y = (word & _UPPER) | (following & _LOWER)
    return other ^ (y >> U(1)) ^ ((y & U(1)) * _MATRIX)


@njit(nogil=True, cache=True)
def _advance(key):
    for i in range(_WORDS - _SHIFT):
        key[i] = _mixed(key[i], key[i + 1], key[i + _SHIFT])
    for i in range(_WORDS - _SHIFT, _WORDS - 1):
        key[i] = _mixed(key[i], key[i + 1], key[i + _SHIFT - _WORDS])
    key[_WORDS - 1] = _mixed(key[_WORDS - 1], key[0], key[_SHIFT - 1])


@njit(nogil=True, cache=True)
def _tempered(key, words):
    for i in range(_WORDS):
        y = key[i]
        y ^= y >> U(11)
        y ^= (y << U(7)) & U(0x9D2C5680)
        y ^= (y << U(15)) & U(0xEFC60000)
        words[i] = y ^ (y >> U(18))


@njit(nogil=True, cache=True)
def _fill(key, position, out):
    """Doubles of 53 bits, each from two words; the position after them."""
    words = np.empty(_WORDS, U)
    _tempered(key, words)
    done = 0
    while done < out.size:
        if position == _WORDS:
            _advance(key)
            _tempered(key, words)
            position = 0
        count = min((_WORDS - position) // 2, out.size - done)
        for i in range(count):
            high = np.float64(np.int32(words[position + 2 * i] >> U(5)))
            low = np.float64(np.int32(words[position + 2 * i + 1] >> U(6)))
            out[done + i] = (high * 67108864.0 + low) / 9007199254740992.0
        position += 2 * count
        done += count
    return position


class Uniforms:
    """The uniform numbers that a `RandomState` would give by `random_sample`, and its state.

    Every number takes two words, so the stream must stand at an even position, as a new one does.
    """

    def __init__(self, stream: np.random.RandomState) -> None:
        self.set_state(stream.get_state(legacy=True))

    def get_state(self) -> Any:
        """The state in the form of `RandomState.get_state(legacy=True)`."""
        return "MT19937", self._key.copy(), self._position, 0, 0.0

    def set_state(self, state: Any) -> None:
        """Continue from a state of that form."""
        _, key, position, *_ = state
        if position % 2:
            raise ValueError(f"the stream stands at the odd position {position}")
        self._key, self._position = np.array(key, dtype=np.uint32), int(position)

    def fill(self, out: NDArray[np.float64]) -> None:
        """Fill an array with the next numbers."""
        self._position = _fill(self._key, self._position, out.reshape(-1))
