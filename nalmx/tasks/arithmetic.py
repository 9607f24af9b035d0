"""The Single Module Arithmetic Task: y = x1 ∘ x2 with ∘ one of + − × ÷.

Ranges, data and success threshold follow the survey (Mistry et al. 2022, section 6.5 and Table 3)
and the published benchmark's use of seeds. Further inputs beyond the two operands are redundant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import RangeError, UnknownNameError
from ..expression import Expression, parse
from ..ranges import Range

Array: TypeAlias = NDArray[np.float64]

EVALUATION_SIZE = 10_000
VALIDATION_SEED = 43953907
TEST_SEED = 8689336
EPSILON = Fraction(1, 100_000)
_THRESHOLD_SAMPLES = 1_000_000

PUBLISHED_RANGES = {
    "[-20,-10]": "[-40,-20]",
    "[-2,-1]": "[-6,-2]",
    "[-1.2,-1.1]": "[-6.1,-1.2]",
    "[-0.2,-0.1]": "[-2,-0.2]",
    "[-2,2]": "[[-6,-2],[2,6]]",
    "[0.1,0.2]": "[0.2,2]",
    "[1,2]": "[2,6]",
    "[1.1,1.2]": "[1.2,6]",
    "[10,20]": "[20,40]",
}


@dataclass(frozen=True, slots=True)
class ArithmeticOperation:
    """An operation: its symbol, its values, and those of a model that is perfect but for ε.

    `perfect(a, b, e)` is the ε-perfect model without redundant inputs (survey 6.5); for a
    multiplicative operation a redundant input x multiplies it by 1 − |x|ε, for an additive one it
    subtracts |x|ε.
    """

    name: str
    symbol: str
    values: Callable[[Array, Array], Array]
    multiplicative: bool

    def truth(self) -> Expression:
        """The operation as an expression of x1 and x2."""
        return parse(f"x1 {self.symbol} x2")

    def targets(self, x: Array) -> Array:
        """The true outputs (n,) for inputs (n, inputs)."""
        return self.values(x[..., 0], x[..., 1])

    def perfect(self, x: Array, epsilon: float) -> Array:
        """The outputs (n,) of the ε-perfect model for inputs (n, inputs)."""
        y: Array = self.targets(x)
        if not self.multiplicative:
            return np.asarray(y - np.abs(x).sum(-1) * epsilon)
        scale = (1 - epsilon) ** 2 if self.name == "mul" else (1 - epsilon) / (1 + epsilon)
        return np.asarray(y * scale * np.prod(1 - np.abs(x[..., 2:]) * epsilon, axis=-1))


OPERATIONS = {
    operation.name: operation
    for operation in (
        ArithmeticOperation("add", "+", lambda a, b: a + b, multiplicative=False),
        ArithmeticOperation("sub", "-", lambda a, b: a - b, multiplicative=False),
        ArithmeticOperation("mul", "*", lambda a, b: a * b, multiplicative=True),
        ArithmeticOperation("div", "/", lambda a, b: a / b, multiplicative=True),
    )
}


def operation_named(name: str) -> ArithmeticOperation:
    """The operation of a name. Example: `operation_named("mul")`."""
    try:
        return OPERATIONS[name.lower()]
    except KeyError:
        raise UnknownNameError("operation", name[:40], list(OPERATIONS)) from None


def published_extrapolation(interpolation: Range) -> Range:
    """The extrapolation range that the survey pairs with an interpolation range."""
    for inner, outer in PUBLISHED_RANGES.items():
        if Range.parse(inner) == interpolation:
            return Range.parse(outer)
    raise RangeError(
        f"{interpolation} is none of the published ranges ({', '.join(PUBLISHED_RANGES)}), so it has no "
        "extrapolation range of its own; give --extrapolation-range"
    )


def sample(extent: Range, random: np.random.RandomState, shape: tuple[int, ...]) -> Array:
    """Uniform values of a range, with the published benchmark's use of the random stream.

    Two intervals of one length are both drawn, then chosen between with probability 1/2; a general
    union is drawn in proportion to the lengths of its intervals.
    """
    ends = [(float(i.lower), float(i.upper)) for i in extent.intervals]
    widths = [i.width for i in extent.intervals]
    if len(ends) == 1:
        return np.asarray(random.uniform(*ends[0], size=shape))
    if len(ends) == 2 and widths[0] == widths[1]:
        first, second = (random.uniform(*end, size=shape) for end in ends)
        return np.where(random.randint(2, size=shape), first, second)
    total = sum(widths, Fraction(0))
    chosen = random.choice(len(ends), size=shape, p=[float(width / total) for width in widths])
    lower, upper = np.array(ends).T
    return np.asarray(random.uniform(lower[chosen], upper[chosen]))


def training_stream(seed: int) -> np.random.RandomState:
    """The random stream of a seed's training batches, as the published benchmark derives it."""
    random = np.random.RandomState(seed)
    random.randint(0, 1)
    return np.random.RandomState(random.randint(0, 2**32 - 1))


def evaluation_set(
    operation: ArithmeticOperation, extent: Range, inputs: int, seed: int
) -> tuple[Array, Array]:
    """Inputs (10000, inputs) and targets (10000,) of a validation or test set."""
    x = sample(extent, np.random.RandomState(seed), (EVALUATION_SIZE, inputs))
    return x, operation.targets(x)


def success_threshold(
    operation: ArithmeticOperation, extent: Range, inputs: int, epsilon: float = float(EPSILON)
) -> float:
    """The mean squared error, over 1,000,000 samples, of a model that is perfect but for ε."""
    random = np.random.RandomState(0)
    chunk = max(1, 2_000_000 // inputs)
    total, done = 0.0, 0
    while done < _THRESHOLD_SAMPLES:
        size = min(chunk, _THRESHOLD_SAMPLES - done)
        x = sample(extent, random, (size, inputs))
        total += float(np.square(operation.perfect(x, epsilon) - operation.targets(x)).sum())
        done += size
    return total / _THRESHOLD_SAMPLES


def worst_perfect_error(
    operation: ArithmeticOperation, extent: Range, inputs: int
) -> Fraction | None:
    """The largest error anywhere on the range of a model that is perfect but for ε = 1e-5.

    None where there is none: a quotient whose divisor may be zero, or redundant inputs so large
    that the ε-perfect model is meaningless.
    """
    most = extent.largest_magnitude
    if not operation.multiplicative:
        return inputs * most * EPSILON
    if inputs > 2 and most * EPSILON >= 1:
        return None
    redundant = (1 - most * EPSILON) ** (inputs - 2)
    if operation.name == "mul":
        return most**2 * (1 - (1 - EPSILON) ** 2 * redundant)
    if Fraction(0) in extent:
        return None
    least = min(min(abs(i.lower), abs(i.upper)) for i in extent.intervals)
    return most / least * (1 - (1 - EPSILON) / (1 + EPSILON) * redundant)
