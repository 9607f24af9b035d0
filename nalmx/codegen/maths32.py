"""exp, ln, sin, cos and tanh in float32, written so that a compiler can vectorise them.

A library call in a loop keeps the loop scalar. These are branch-free: reduce the argument, evaluate
a polynomial (coefficients of S. Moshier's Cephes), scale. They are within 2 units in the last place
for normal numbers, sin and cos up to |x| = 8192.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .maths import bits, compiled, from_bits32, nearest, polynomial

F = np.float32
I = np.int32


def _of(*coefficients: float) -> Any:
    return polynomial(*map(F, coefficients))


# What the functions have besides their first terms, over the next power, near 0.
_exp_less_line = _of(
    *(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3),
    *(4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1),
)
_log_less_parabola = _of(
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1),
    *(-1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1),
    *(2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)
_sine_less_line = _of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_cosine_less_parabola = _of(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_tanh_less_line = _of(
    *(-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
)

_ZERO, _HALF, _ONE, _TWO = F(0.0), F(0.5), F(1.0), F(2.0)
_INFINITY, _NAN = F(np.inf), F(np.nan)


@intrinsic
def _to_integer(context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [ir.FloatType()])
        convert = builder.module.declare_intrinsic("llvm.fptosi.sat.i32.f32", (), kind)
        return builder.call(convert, arguments)

    return types.int32(types.float32), generate


@compiled
def exp(x):
    """eˣ; 0 below -104, infinite above 88.8."""
    x = F(-104.0) if x < F(-104.0) else x
    x = F(89.0) if x > F(89.0) else x
    n = nearest(x * F(1.44269504))
    r = x - n * F(0.693359375) + n * F(2.12194440e-4)
    p = _exp_less_line(r) * (r * r) + r + _ONE
    # 2ⁿ as two factors: n from -150 to 128 is more than one exponent holds.
    k = _to_integer(n)
    half = k >> I(1)
    return p * from_bits32((half + I(127)) << I(23)) * from_bits32((k - half + I(127)) << I(23))


@compiled
def log(x):
    """ln x; NaN below 0."""
    shifted = bits(x) - I(0x3F3504F3)
    e = F(shifted >> I(23))
    r = from_bits32((shifted & I(0x007FFFFF)) + I(0x3F3504F3)) - _ONE
    z = r * r
    y = _log_less_parabola(r) * z * r + e * F(-2.12194440e-4) - _HALF * z + r + e * F(0.693359375)
    y = y if x < _INFINITY else x
    return y if x > _ZERO else (-_INFINITY if x == _ZERO else _NAN)


@compiled
def _reduced(x):
    """x less a multiple of π/2, and that multiple."""
    n = nearest(x * F(0.636619772367581))
    r = x - n * F(1.5703125)
    r = r - n * F(4.83751296997e-4)
    r = r - n * F(7.54978995489e-8)
    return r, _to_integer(n)


@compiled
def _sine(r):
    z = r * r
    return _sine_less_line(z) * z * r + r


@compiled
def _cosine(r):
    z = r * r
    return _cosine_less_parabola(z) * z * z - _HALF * z + _ONE


@compiled
def sin(x):
    """sin x; exactly 0 at 0."""
    r, n = _reduced(x)
    y = _sine(r) if n & I(1) == I(0) else _cosine(r)
    return y if n & I(2) == I(0) else -y


@compiled
def cos(x):
    """cos x."""
    r, n = _reduced(x)
    y = _cosine(r) if n & I(1) == I(0) else _sine(r)
    return y if (n + I(1)) & I(2) == I(0) else -y


@compiled
def tanh(x):
    """tanh x."""
    size = abs(x)
    z = x * x
    near = _tanh_less_line(z) * z * x + x
    far = _ONE - _TWO / (exp(size + size) + _ONE)
    far = -far if x < _ZERO else far
    return near if size < F(0.625) else far


@compiled
def sigmoid(x):
    """1 / (1 + e⁻ˣ)."""
    return _ONE / (_ONE + exp(-x))
