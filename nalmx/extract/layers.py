"""What layers of ordinary networks compute, as expressions: affine maps, activations, normalisations.

A layer maps the expressions of its inputs to those of its outputs. A weight is a float, and stands for the
rational that it is; a setting such as the slope of a leaky ReLU is the decimal that it spells. Every
reader of networks (PyTorch, scikit-learn, ONNX, files with a description) builds its formula of these.
Formulas are those of PyTorch's documentation, the straight part of `softplus` included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from ..errors import ExtractionError
from ..expression import Apply, Constant, Expression, Number, Truth
from ..expression.build import negative, power, product, quotient, rational, total
from ..expression.nodes import post_order
from ..expression.operations import OPERATIONS

Expressions: TypeAlias = list[Expression]
ZERO, ONE, TWO = rational(0), rational(1), rational(2)
TRUE = Truth(True)
SQRT2 = Apply("sqrt", (TWO,))


def exactly(value: float) -> Number:
    """The rational that a float is."""
    if not math.isfinite(value):
        raise ExtractionError("it has weights that are not finite")
    return rational(Fraction(value))


def spelled(setting: float) -> Number:
    """The decimal that a setting spells: 0.01 is 1/100."""
    if not math.isfinite(setting):
        raise ExtractionError(f"it has the setting {setting!r}, which is not finite")
    return rational(Fraction(repr(float(setting))))


def affine(rows: Sequence[Sequence[float]], shifts: Iterable[float], x: Expressions) -> Expressions:
    """W·x + b, one row of weights for each output.

    A term whose weight is 0 is left out where its input has a value everywhere.
    """
    needed = [not is_total(value) for value in x]

    def output(row: Sequence[float], shift: float) -> Expression:
        terms = [
            scaled(weight, value)
            for weight, value, kept in zip(row, x, needed, strict=True)
            if weight or kept
        ]
        if shift or not terms:
            terms.append(exactly(shift))
        return total(terms)

    for row in rows:
        fits(len(x), len(row))
    return [output(row, shift) for row, shift in zip(rows, shifts, strict=True)]


def is_total(expression: Expression) -> bool:
    """Whether an expression is defined everywhere by its very form."""
    return all(
        OPERATIONS[node.operation].is_total
        or (node.operation == "piecewise" and node.arguments[-1] == Truth(True))
        for node in post_order(expression)
        if isinstance(node, Apply)
    )


def fits(given: int, wanted: int) -> None:
    """Refuse a layer that gets another number of values than it takes."""
    if given != wanted:
        raise ExtractionError(f"it takes {wanted} inputs and gets {given}")


def scaled(weight: float, x: Expression) -> Expression:
    """weight · x."""
    if weight == 1:
        return x
    return negative(x) if weight == -1 else product([exactly(weight), x])


def sums(x: Expressions, y: Expressions) -> Expressions:
    """x + y, output by output, as where a layer is passed by."""
    fits(len(y), len(x))
    return [total(pair) for pair in zip(x, y, strict=True)]


def choice(condition: Expression, yes: Expression, no: Expression) -> Expression:
    """`yes` where the condition holds, and `no` elsewhere."""
    return Apply("piecewise", (yes, condition, no, TRUE))


def _function(name: str) -> Callable[[Expression], Expression]:
    return lambda x: Apply(name, (x,))


exponential, logarithm, tanh, erf = map(_function, ("exp", "log", "tanh", "erf"))


def minus(x: Expression, y: Expression) -> Expression:
    return total([x, negative(y)])


def relu(x: Expression) -> Expression:
    return Apply("max", (x, ZERO))


def clipped(x: Expression, lower: Number, upper: Number) -> Expression:
    """min(max(x, lower), upper)."""
    return Apply("min", (Apply("max", (x, lower)), upper))


def leaky(x: Expression, slope: Number) -> Expression:
    """x for x > 0, else slope·x: the larger of the two where the slope is at most 1."""
    return Apply("max" if slope.value <= 1 else "min", (x, product([slope, x])))


def elu(x: Expression, alpha: Number, scale: Number = ONE) -> Expression:
    """scale · (x for x > 0, else alpha·(exp(x) − 1))."""
    below = minus(exponential(x), ONE)
    value = choice(Apply("gt", (x, ZERO)), x, _times(alpha, below))
    return _times(scale, value)


def celu(x: Expression, alpha: Number) -> Expression:
    """x for x > 0, else alpha·(exp(x/alpha) − 1)."""
    below = minus(exponential(_over(x, alpha)), ONE)
    return choice(Apply("gt", (x, ZERO)), x, _times(alpha, below))


def sigmoid(x: Expression) -> Expression:
    return quotient(ONE, _one_and(x))


def silu(x: Expression) -> Expression:
    return quotient(x, _one_and(x))


def log_sigmoid(x: Expression) -> Expression:
    return negative(logarithm(_one_and(x)))


def softsign(x: Expression) -> Expression:
    return quotient(x, total([ONE, Apply("abs", (x,))]))


def softplus(x: Expression, beta: Number = ONE, threshold: Number | None = None) -> Expression:
    """log(1 + exp(beta·x))/beta, and x itself where beta·x is above the threshold."""
    inner = _times(beta, x)
    curve = _over(logarithm(total([ONE, exponential(inner)])), beta)
    if threshold is None:
        return curve
    return choice(Apply("gt", (inner, threshold)), x, curve)


def mish(x: Expression) -> Expression:
    """x·tanh(softplus(x)), with the straight part of `softplus` above 20."""
    return product([x, tanh(softplus(x, ONE, rational(20)))])


def gelu(x: Expression) -> Expression:
    """x·Φ(x) = x·(1 + erf(x/√2))/2."""
    return quotient(product([x, total([ONE, erf(quotient(x, SQRT2))])]), TWO)


def gelu_tanh(x: Expression) -> Expression:
    """x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2."""
    cubic = total([x, product([spelled(0.044715), power(x, rational(3))])])
    inner = product([Apply("sqrt", (quotient(TWO, Constant("pi")),)), cubic])
    return quotient(product([x, total([ONE, tanh(inner)])]), TWO)


def hard_sigmoid(x: Expression) -> Expression:
    """min(max(x + 3, 0), 6)/6."""
    return quotient(_up_to_six(x), rational(6))


def hard_swish(x: Expression) -> Expression:
    return quotient(product([x, _up_to_six(x)]), rational(6))


def softmax(x: Expressions) -> Expressions:
    """exp(xᵢ)/Σ exp(xⱼ)."""
    powers = [exponential(value) for value in x]
    return [quotient(one, total(powers)) for one in powers]


def log_softmax(x: Expressions) -> Expressions:
    """xᵢ − log Σ exp(xⱼ)."""
    whole = logarithm(total(exponential(value) for value in x))
    return [minus(value, whole) for value in x]


def normalised(
    x: Expressions,
    mean: Sequence[float],
    variance: Sequence[float],
    epsilon: float,
    weight: Sequence[float] | None = None,
    shift: Sequence[float] | None = None,
) -> Expressions:
    """(x − mean)/√(variance + ε)·weight + shift, as batch normalisation gives it after training."""
    fits(len(x), len(mean))
    weights, shifts = weight or [1.0] * len(x), shift or [0.0] * len(x)
    outputs = []
    for value, m, v, w, b in zip(x, mean, variance, weights, shifts, strict=True):
        centred = minus(value, exactly(m)) if m else value
        root = Apply("sqrt", (rational(exactly(v).value + spelled(epsilon).value),))
        scaled_ = scaled(w, quotient(centred, root)) if w else product([ZERO, centred])
        outputs.append(total([scaled_, exactly(b)]) if b else scaled_)
    return outputs


def _times(factor: Number, x: Expression) -> Expression:
    return x if factor == ONE else product([factor, x])


def _over(x: Expression, divisor: Number) -> Expression:
    return x if divisor == ONE else quotient(x, divisor)


def _one_and(x: Expression) -> Expression:
    """1 + exp(−x)."""
    return total([ONE, exponential(negative(x))])


def _up_to_six(x: Expression) -> Expression:
    return clipped(total([x, rational(3)]), ZERO, rational(6))
