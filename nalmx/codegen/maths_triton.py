"""What generated kernels call: functions of CUDA's libdevice, rounding as IEEE has it, and counters.

Triton's interpreter has no libdevice. There, which is where no GPU is, NumPy computes the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import triton
import triton.language as tl
from triton.language.extra.cuda import libdevice

from ..expression.numpy_functions import numpy_function

INTERPRETED = bool(triton.knobs.runtime.interpret)
"""Whether kernels run in Triton's interpreter: `TRITON_INTERPRET=1` before Triton is first loaded."""

LIBDEVICE = {
    **{name: name for name in ("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "erf")},
    **{name: name for name in ("log2", "log10", "cbrt", "floor", "ceil")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "float_power": "pow",
}


def function(name: str) -> Any:
    """The function by its name in NumPy, for kernels."""
    return _by_numpy(numpy_function(name)) if INTERPRETED else getattr(libdevice, LIBDEVICE[name])


def _by_numpy(computed: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        first = arguments[0]
        with np.errstate(all="ignore"):
            found = computed(*(argument.handle.data for argument in arguments))
        handle = type(first.handle)(np.asarray(found, first.handle.data.dtype), first.handle.dtype)
        return tl.tensor(handle, first.type)

    return called


@triton.jit
def mixed(z):
    """`counter_random.mixed`, bit for bit."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    return z ^ (z >> 31)


@triton.jit
def counted(z):
    """A float64 in [1, 2) from a counter."""
    return ((mixed(z) >> 12) | 0x3FF0000000000000).to(tl.float64, bitcast=True)


@triton.jit
def from_bits32(place):
    """The float32 with these bits."""
    return place.to(tl.uint32).to(tl.float32, bitcast=True)


@triton.jit
def multiply(a, b):
    """A product, for reductions."""
    return a * b


@triton.jit
def _without_last(all_, without, next_, next_without):
    return all_ * next_, all_ * next_without


@triton.jit
def before(factors):
    """The product of those factors of a column that come before each of them."""
    one = tl.full(factors.shape, 1.0, factors.dtype)
    return tl.associative_scan((factors, one), 0, _without_last)[1]


@triton.jit
def after(factors):
    """The product of those that come after it."""
    one = tl.full(factors.shape, 1.0, factors.dtype)
    return tl.associative_scan((factors, one), 0, _without_last, reverse=True)[1]
