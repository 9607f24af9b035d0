"""PyTorch's operations on numbers as trees, in the steps in which its kernels on the CPU take them.

A number written in Python is the decimal that it spells, or the irrational constant that it approximates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch

from ..errors import ExtractionError
from ..expression import Apply, Constant, Expression, Number, Truth
from ..expression.operations import OPERATIONS
from . import layers
from .layers import choice

_ONE, _ZERO, _TWENTY = Number(Fraction(1)), Number(Fraction(0)), Number(Fraction(20))
_HALF, _HUNDREDTH, _MINUS_ONE = map(Number, (Fraction(1, 2), Fraction(1, 100), Fraction(-1)))
# ln φ as the modules spell it, with the float that stands for it.
_GOLDEN = Apply(
    "log",
    (
        Apply(
            "div",
            (Apply("add", (_ONE, Apply("sqrt", (Number(Fraction(5)),)))), Number(Fraction(2))),
        ),
    ),
)
_ROOT_HALF = Apply("sqrt", (Number(Fraction(1, 2)),))
_ROOT_TWO_BY_PI = Apply("sqrt", (Apply("div", (Number(Fraction(2)), Constant("pi"))),))
# What kernels and modules hold as one float each, with its name where a network computes it itself.
LITERALS: dict[Expression, str] = {
    _GOLDEN: "the logarithm of the golden ratio",
    _ROOT_HALF: "the square root of 1/2",
    _ROOT_TWO_BY_PI: "the square root of 2/pi",
}
_NAMED: dict[float, Expression] = {
    math.pi: Constant("pi"),
    math.e: Constant("E"),
    math.log((1 + math.sqrt(5)) / 2): _GOLDEN,
}


def number(value: float | bool) -> Expression:
    return Truth(value) if isinstance(value, bool) else Number(Fraction(value))


def scalar(value: Any) -> Expression:
    """A number in the Python source: the constant or the decimal that it spells."""
    if isinstance(value, bool | int):
        return Number(Fraction(int(value)))
    if not isinstance(value, float) or not math.isfinite(value):
        raise ExtractionError(f"the network computes with {value!r}, which is not a finite number")
    return _NAMED.get(value) or Number(Fraction(repr(value)))


def many(operation: str, arguments: list[Expression]) -> Expression:
    return arguments[0] if len(arguments) == 1 else Apply(operation, tuple(arguments))


def _apply(operation: str) -> Callable[..., Expression]:
    return lambda *arguments: Apply(operation, arguments)


def as_number(condition: Expression) -> Expression:
    return choice(condition, _ONE, _ZERO)


def _inverse(x: Expression) -> Expression:
    return Apply("div", (_ONE, x))


def _minus(x: Expression, y: Expression) -> Expression:
    return Apply("add", (x, Apply("neg", (y,))))


def _grown(x: Expression) -> Expression:
    """exp(x) − 1 as 2·sinh(x/2)·exp(x/2), whose rounding near 0 is that of `expm1` at least."""
    half = Apply("div", (x, Number(Fraction(2))))
    return Apply("mul", (Number(Fraction(2)), Apply("sinh", (half,)), Apply("exp", (half,))))


def _elu(x: Expression, *settings: Expression) -> Expression:
    """scale·x for x > 0, else alpha·scale·(exp(input_scale·x) − 1)."""
    alpha, scale, inner = [*settings, _ONE, _ONE, _ONE][:3]
    below = Apply("mul", (alpha, scale, _grown(Apply("mul", (inner, x)))))
    return choice(Apply("gt", (x, _ZERO)), Apply("mul", (scale, x)), below)


def _celu(x: Expression, alpha: Expression = _ONE) -> Expression:
    below = Apply("mul", (alpha, _grown(Apply("div", (x, alpha)))))
    return choice(Apply("gt", (x, _ZERO)), x, below)


def _leaky(x: Expression, slope: Expression = _HUNDREDTH) -> Expression:
    return choice(Apply("gt", (x, _ZERO)), x, Apply("mul", (x, slope)))


def _softplus(
    x: Expression, beta: Expression = _ONE, threshold: Expression = _TWENTY
) -> Expression:
    inner = Apply("mul", (x, beta))
    curve = Apply("log", (Apply("add", (_ONE, Apply("exp", (inner,)))),))
    return choice(Apply("gt", (inner, threshold)), x, Apply("div", (curve, beta)))


def _mish(x: Expression) -> Expression:
    return Apply("mul", (x, Apply("tanh", (_softplus(x),))))


def _gelu(x: Expression) -> Expression:
    inner = Apply("erf", (Apply("mul", (x, _ROOT_HALF)),))
    return Apply("mul", (x, _HALF, Apply("add", (_ONE, inner))))


def _gelu_tanh(x: Expression) -> Expression:
    cubic = Apply("mul", (scalar(0.044715), Apply("mul", (x, x, x))))
    inner = Apply("mul", (_ROOT_TWO_BY_PI, Apply("add", (x, cubic))))
    return Apply("mul", (_HALF, x, Apply("add", (_ONE, Apply("tanh", (inner,))))))


def batch_normalised(
    x: Expression,
    weight: Expression,
    shift: Expression,
    mean: Expression,
    variance: Expression,
    epsilon: Expression,
) -> Expression:
    """x·a + (shift − mean·a) with a = weight/√(variance + ε), as the kernel takes it after training."""
    root = Apply("sqrt", (Apply("add", (variance, epsilon)),))
    a = Apply("mul", (weight, _inverse(root)))
    return Apply("add", (Apply("mul", (x, a)), _minus(shift, Apply("mul", (mean, a)))))


def softmax(row: list[Expression]) -> list[Expression]:
    """exp(xᵢ − m)/Σ exp(xⱼ − m), where m is the largest."""
    largest = many("max", row)
    powers: list[Expression] = [Apply("exp", (_minus(x, largest),)) for x in row]
    return [Apply("div", (one, many("add", powers))) for one in powers]


def log_softmax(row: list[Expression]) -> list[Expression]:
    """xᵢ − m − log Σ exp(xⱼ − m), where m is the largest."""
    largest = many("max", row)
    centred = [_minus(x, largest) for x in row]
    whole = Apply("log", (many("add", [Apply("exp", (x,)) for x in centred]),))
    return [_minus(x, whole) for x in centred]


def _clamped(x: Expression, low: Any = None, high: Any = None) -> Expression:
    if low is not None:
        x = Apply("max", (x, low))
    return x if high is None else Apply("min", (x, high))


def power(x: Expression, y: Expression) -> Expression:
    """A power as PyTorch takes it: small whole exponents and halves have ways of their own."""
    match y:
        case Number(value) if value == 1:
            return x
        case Number(value) if value == 2:
            return Apply("mul", (x, x))
        case Number(value) if value == 3:
            return Apply("mul", (x, x, x))
        case Number(value) if value == Fraction(1, 2):
            return Apply("sqrt", (x,))
        case Number(value) if value in (-1, -2, Fraction(-1, 2)):
            return _inverse(power(x, Number(-value)))
    return Apply("pow", (x, y))


MOVES = {
    *("t", "transpose", "permute", "unsqueeze", "squeeze", "view", "_unsafe_view", "reshape"),
    *("expand", "unbind", "select", "slice", "split", "split_with_sizes", "cat", "stack"),
    *("clone", "alias", "detach", "constant_pad_nd", "flip", "diagonal", "numpy_T"),
}
REDUCED = {"sum": "add", "mean": "add", "prod": "mul", "amax": "max", "amin": "min"}
LOGICAL: dict[str, Callable[..., Expression]] = {
    f"{kind}_{name}": _apply(name)
    for kind in ("logical", "bitwise")
    for name in ("and", "or", "not")
}
ELEMENTWISE: dict[str, Callable[..., Expression]] = {
    # Functions of one number, and comparisons, have the same names in PyTorch.
    **{
        name: _apply(name)
        for name, record in OPERATIONS.items()
        if record.takes == "real" and (record.most == 1 or record.is_comparison)
        if hasattr(torch.ops.aten, name)
    },
    "add": _apply("add"),
    "mul": _apply("mul"),
    "div": _apply("div"),
    "minimum": _apply("min"),
    "maximum": _apply("max"),
    "sub": _minus,
    "rsub": lambda x, y: _minus(y, x),
    "reciprocal": _inverse,
    "sigmoid": layers.sigmoid,
    "silu": layers.silu,
    "softplus": _softplus,
    "elu": _elu,
    "celu": _celu,
    "leaky_relu": _leaky,
    "_prelu_kernel": _leaky,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "mish": _mish,
    "hardtanh": lambda x, low=_MINUS_ONE, high=_ONE: _clamped(x, low, high),
    "hardswish": layers.hard_swish,
    "hardsigmoid": layers.hard_sigmoid,
    "log_sigmoid_forward": layers.log_sigmoid,
    "square": lambda x: power(x, Number(Fraction(2))),
    "relu": lambda x: _clamped(x, _ZERO),
    "clamp": _clamped,
    "clamp_min": _clamped,
    "clamp_max": lambda x, high: _clamped(x, None, high),
    "pow": _apply("pow"),
    "where": lambda c, a, b: Apply("piecewise", (a, c, b, Truth(True))),
}
