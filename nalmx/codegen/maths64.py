"""exp, ln, tanh and sigmoid in float64 that a compiler can vectorise.

A library call in a loop keeps the loop scalar. These functions are branch-free, and within 4 units
in the last place for normal numbers. The coefficients of ln are those of Sun's fdlibm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .maths import bits, compiled, from_bits64, polynomial

F = np.float64
I = np.int64
_INFINITY, _NAN = F(np.inf), F(np.nan)
_exp_less_line = polynomial(
    *(F(1.0) / F(product) for product in np.cumprod(np.arange(1.0, 14.0))[:0:-1])
)
_log_terms = polynomial(
    F(1.479819860511658591e-01),
    F(1.531383769920937332e-01),
    F(1.818357216161805012e-01),
    F(2.222219843214978396e-01),
    F(2.857142874366239149e-01),
    F(3.999999999940941908e-01),
    F(6.666666666666735130e-01),
)
_SHIFT, _SHIFT_BITS = F(1.5 * 2**52), I(F(1.5 * 2**52).view(np.int64))
_LN2_HIGH, _LN2_LOW = F(6.93147180369123816490e-01), F(1.90821492927058770002e-10)


@compiled
def _reduced(y: Any) -> Any:
    """The whole number n and eʳ − 1 of eʸ = 2ⁿ eʳ with the smallest r."""
    # A sum near 1.5 · 2⁵² has no places after the point: it rounds, and its last bits are n.
    shifted = y * F(1.4426950408889634) + _SHIFT
    n = shifted - _SHIFT
    r = (y - n * _LN2_HIGH) - n * _LN2_LOW
    return bits(shifted) - _SHIFT_BITS, _exp_less_line(r) * (r * r) + r


@compiled
def exp(x: Any) -> Any:
    """eˣ; 0 below -746, infinite above 709.8."""
    y = F(-746.0) if x < F(-746.0) else x
    y = F(710.0) if y > F(710.0) else y
    k, p = _reduced(y)
    p = p + F(1.0)
    # 2ᵏ as two factors: k from -1076 to 1024 is more than one exponent holds.
    half = k >> I(1)
    return p * from_bits64((half + I(1023)) << I(52)) * from_bits64((k - half + I(1023)) << I(52))


@compiled
def log(x: Any) -> Any:
    """ln x; NaN below 0."""
    tiny = x < F(2.2250738585072014e-308)
    y = x * F(18014398509481984.0) if tiny else x
    shifted = bits(y) - I(0x3FE6A09E00000000)
    e = F(shifted >> I(52)) - (F(54.0) if tiny else F(0.0))
    f = from_bits64((shifted & I(0x000FFFFFFFFFFFFF)) + I(0x3FE6A09E00000000)) - F(1.0)
    s = f / (F(2.0) + f)
    z = s * s
    p = _log_terms(z)
    half = F(0.5) * f * f
    y = e * _LN2_HIGH - ((half - (s * (half + p * z) + e * _LN2_LOW)) - f)
    y = y if x < _INFINITY else x
    return y if x > F(0.0) else (-_INFINITY if x == F(0.0) else _NAN)


@compiled
def tanh(x: Any) -> Any:
    """tanh x."""
    size = abs(x)
    # e²ˣ − 1 = 2ᵏ (eʳ − 1) + (2ᵏ − 1), so that nothing cancels where x is small.
    y = F(2.0) * (F(22.0) if size > F(22.0) else size)
    k, p = _reduced(y)
    scale = from_bits64((k + I(1023)) << I(52))
    grown = p * scale + (scale - F(1.0))
    y = grown / (grown + F(2.0))
    y = -y if x < F(0.0) else y
    return y if x == x else x


@compiled
def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ)."""
    return F(1.0) / (F(1.0) + exp(-x))
