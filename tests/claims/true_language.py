"""True claims about inverse hyperbolic functions, the error function, angles, rounding, activations."""

from __future__ import annotations

from collections.abc import Iterator

from .statement import TrueClaim, family

HYPERBOLIC = [
    ("sinh(asinh(x))", "x", "[-3,3]"),
    ("asinh(x)", "log(x + sqrt(x**2 + 1))", "[-3,3]"),
    ("asinh(-x)", "-asinh(x)", "[-3,3]"),
    ("asinh(x)", "-log(sqrt(x**2 + 1) - x)", "[-3,3]"),
    ("acosh(x)", "log(x + sqrt(x**2 - 1))", "[1,9]"),
    ("acosh(2*x**2 - 1)", "2*acosh(x)", "[1,5]"),
    ("acosh(x)", "asinh(sqrt(x**2 - 1))", "[1,5]"),
    ("atanh(x)", "log((1 + x)/(1 - x))/2", "[-0.9,0.9]"),
    ("atanh(-x)", "-atanh(x)", "[-0.5,0.5]"),
    ("2*atanh(x)", "atanh(2*x/(1 + x**2))", "[-0.5,0.5]"),
    ("asinh(2*x*sqrt(x**2 + 1))", "2*asinh(x)", "[-2,2]"),
    ("erf(x) + erf(-x)", "0", "[-3,3]"),
    ("(1 + erf(x))/2 + (1 - erf(x))/2", "1", "[-3,3]"),
]
ACTIVATIONS = [
    ("sigmoid(x)", "(1 + tanh(x/2))/2", "[-5,5]"),
    ("sigmoid(x) + sigmoid(-x)", "1", "[-5,5]"),
    ("softplus(x) - softplus(-x)", "x", "[-5,5]"),
    ("silu(x) - silu(-x)", "x", "[-5,5]"),
    ("gelu(x) - gelu(-x)", "x", "[-3,3]"),
    ("relu(x) - relu(-x)", "x", "[-5,5]"),
    ("relu(x)", "where(x > 0, x, 0)", "[-5,5]"),
    ("clip(x, -1, 1)", "relu(x + 1) - relu(x - 1) - 1", "[-5,5]"),
    ("heaviside(x)", "(1 + sign(x))/2", "[-1,1]"),
    ("logsumexp(x, y) - y", "softplus(x - y)", "[-2,2]"),
    ("logsumexp(x, x)", "x + log(2)", "[-2,2]"),
    ("expm1(log1p(x))", "x", "[0,5]"),
]
ANGLES_AND_ROUNDING = [
    ("atan2(y, x)", "atan(y/x)", "x=[0.5,3]", "y=[-3,3]"),
    ("atan2(-y, x)", "-atan2(y, x)", "x=[0.5,3]", "y=[-3,3]"),
    ("atan(x) + atan(y)", "atan2(x + y, 1 - x*y)", "[-3,3]"),
    ("atan(x) - atan(y)", "atan((x - y)/(1 + x*y))", "[0.5,3]"),
    ("atan(x) + atan(1/x)", "pi/2", "[0.5,3]"),
    ("4*atan(1/5) - atan(1/239)", "pi/4"),
    ("2*atan(x)", "asin(2*x/(1 + x**2))", "[-1,1]"),
    ("3*atan(x)", "atan((3*x - x**3)/(1 - 3*x**2))", "[-0.5,0.5]"),
    ("asin(x) + acos(x)", "pi/2", "[-1,1]"),
    ("acos(-x)", "pi - acos(x)", "[-1,1]"),
    ("cos(asin(x))", "sqrt(1 - x**2)", "[-1,1]"),
    ("sin(2*asin(x))", "2*x*sqrt(1 - x**2)", "[-1,1]"),
    ("tan(atan(x))", "x", "[-9,9]"),
    ("atan(tan(x))", "x", "[-1.5,1.5]"),
    ("atan(tan(x)) + atan(tan(y))", "x + y", "[-1,1]"),
    ("sin(atan(x))", "x/sqrt(1 + x**2)", "[-9,9]"),
    ("asin(1/2)", "pi/6"),
    ("acos(-sqrt(2)/2)", "3*pi/4"),
    ("atan(2 - sqrt(3))", "pi/12"),
    ("hypot(x, y)**2", "x**2 + y**2", "[-3,3]"),
    ("sec(x)**2", "1 + tan(x)**2", "[-1,1]"),
    ("cot(x)*tan(x)", "1", "[0.5,1]"),
    ("round(x + 2)", "round(x) + 2", "[-3,3]"),
    ("round(-x)", "-round(x)", "[-2,2]"),
    ("trunc(-x)", "-trunc(x)", "[-3,3]"),
    ("trunc(x)", "floor(x)", "[0,4]"),
]


def claims() -> Iterator[TrueClaim]:
    yield from family("inverse hyperbolic", HYPERBOLIC)
    yield from family("activations", ACTIVATIONS)
    yield from family("angles and rounding", ANGLES_AND_ROUNDING)
