"""What vectorised functions are made of, in both precisions, and random numbers by counting."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .counter_random import FLOAT_OF_ONE, TO_MANTISSA, mixed

_LLVM = {
    types.int32: ir.IntType(32),
    types.int64: ir.IntType(64),
    types.float32: ir.FloatType(),
    types.float64: ir.DoubleType(),
}
_BITS = {types.float32: types.int32, types.float64: types.int64}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that keeps its order; products and sums may be rounded together.

    It becomes a part of whatever calls it. A function that stays one would be compiled on its own, too,
    and again beside each loop that is kept on disk; a process runs the code that it met first, and where
    these round differently, the numbers would depend on what was compiled and what was loaded.
    """
    freedom = {"contract", "nsz"}
    return njit(fastmath=freedom, error_model="numpy", nogil=True, forceinline=True)(function)


def polynomial(*coefficients: Any) -> Any:
    """The compiled polynomial of these coefficients, that of the highest power first, by Horner's rule."""
    first, others = coefficients[0], coefficients[1:]

    @compiled
    def value(x: Any) -> Any:
        y = first
        for coefficient in others:
            y = y * x + coefficient
        return y

    return value


def _cast(result: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _LLVM[result])

    return result(value), generate


def _rounding(name: str, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = builder.module.declare_intrinsic(name, [_LLVM[value]])
        return builder.call(function, arguments)

    return value(value), generate


@intrinsic
def bits(context: Any, value: Any) -> Any:
    """The bits of a float as a whole number of the same size."""
    return _cast(_BITS[value], value)


@intrinsic
def from_bits32(context: Any, value: Any) -> Any:
    """The float32 with these bits; to Numba a sum of two int32 is an int64."""
    return _cast(types.float32, types.int32)


@intrinsic
def from_bits64(context: Any, value: Any) -> Any:
    """The float64 with these bits."""
    return _cast(types.float64, types.int64)


@intrinsic
def floor(context: Any, value: Any) -> Any:
    """The largest whole number that is not above a float, as a float."""
    return _rounding("llvm.floor", value)


@intrinsic
def ceil(context: Any, value: Any) -> Any:
    """The smallest whole number that is not below a float, as a float."""
    return _rounding("llvm.ceil", value)


@intrinsic
def nearest(context: Any, value: Any) -> Any:
    """The whole number nearest to a float, as a float."""
    return _rounding("llvm.rint", value)


_mixed = compiled(mixed)


@compiled
def erf(x: Any) -> Any:
    """The error function of the C library, which NumPy does not have."""
    return math.erf(x)


@compiled
def counted(z: Any) -> Any:
    """A float64 in [1, 2) from a counter."""
    return from_bits64(np.int64((_mixed(z) >> TO_MANTISSA) | FLOAT_OF_ONE))
