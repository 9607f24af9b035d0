"""Logic tasks: rules on truth values, comparisons, and what comparisons make possible.

The tasks of the neural logic rule layer and of the neural status register (survey by Mistry et
al. 2022, sections 7.1 and 7.2). Training ranges are small and extrapolation ranges large. Equal
numbers hardly occur among random ones, so some samples are made equal on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nalmx.expression import Expression, parse, sort_of
from nalmx.ranges import Range

Array: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["boolean", "comparison", "function"]
EQUAL_PART = 0.3


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where inputs come from: a range, whole numbers or not, and how often two are made equal."""

    extent: str
    whole: bool = False
    equal: float = 0.0

    @property
    def range(self) -> Range:
        return Range.parse(self.extent)

    def draw(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Numbers of any shape; with `equal`, some last columns are copies of the first ones."""
        lower, upper = float(self.range.lower), float(self.range.upper)
        if self.whole:
            x = random.integers(int(lower), int(upper), shape, endpoint=True).astype(np.float64)
        else:
            x = random.uniform(lower, upper, shape)
        same = random.random(shape[:-1]) < self.equal
        x[..., -1] = np.where(same, x[..., 0], x[..., -1])
        return x


@dataclass(frozen=True, slots=True)
class LogicTask:
    """A function of a few inputs: `truth` in words of the expression language, and its values.

    The truth of a Boolean rule or of a comparison is a condition; a truth value x is read as the
    condition x > 1/2. `values` gives the same for arrays (…, inputs), as numbers 0 and 1.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    text: str
    values: Callable[[Array], Array]
    training: Inputs
    extrapolation: Inputs

    def truth(self) -> Expression:
        """What is to be learned, as a condition where it is one."""
        return parse(self.text)

    def number(self) -> Expression:
        """The same as a number: 1 where the condition is true, else 0."""
        if sort_of(self.truth()) == "truth":
            return parse(f"Piecewise((1, {self.text}), (0, True))")
        return self.truth()

    def sample(
        self, random: np.random.Generator, size: tuple[int, ...], *, extrapolation: bool = False
    ) -> tuple[Array, Array]:
        """Inputs (*size, inputs) and targets (*size, 1)."""
        source = self.extrapolation if extrapolation else self.training
        x = source.draw(random, (*size, len(self.inputs)))
        return x, np.asarray(self.values(x), dtype=np.float64)[..., None]


@dataclass(frozen=True, slots=True)
class RecurrentTask:
    """A function of a sequence (…, time, features), and the step by which it is computed.

    `step` is the new state in words of the expression language, from the item x1, … and the state
    h1 before. The inputs of `truth` are named as those of an unrolled `Recurrent`.
    """

    name: str
    features: int
    step: str
    values: Callable[[Array], Array]
    written: Callable[[int], str]
    training: Inputs
    extrapolation: Inputs

    def truth(self, length: int) -> Expression:
        """What is to be learned for sequences of one length."""
        return parse(self.written(length))

    def names(self, length: int) -> tuple[str, ...]:
        """The inputs of a sequence, item by item."""
        if self.features == 1:
            return tuple(f"x{t + 1}" for t in range(length))
        return tuple(f"x{i + 1}_{t + 1}" for t in range(length) for i in range(self.features))

    def sample(
        self,
        random: np.random.Generator,
        size: tuple[int, ...],
        length: int,
        *,
        extrapolation: bool = False,
    ) -> tuple[Array, Array]:
        """Sequences (*size, length, features) and targets (*size, 1)."""
        source = self.extrapolation if extrapolation else self.training
        x = source.draw(random, (*size, length, self.features))
        return x, np.asarray(self.values(x), dtype=np.float64)[..., None]


def _is(x: str, value: bool = True) -> str:
    return f"({x} > 1/2)" if value else f"({x} <= 1/2)"


_BOOLEANS = Inputs("[0,1]", whole=True)
_EITHER = f"({_is('x1')} & {_is('x2', False)}) | ({_is('x1', False)} & {_is('x2')})"


def _boolean(
    name: str, inputs: int, text: str, values: Callable[[Array], Array]
) -> dict[str, LogicTask]:
    names = tuple(f"x{i + 1}" for i in range(inputs))
    return {name: LogicTask(name, "boolean", names, text, values, _BOOLEANS, _BOOLEANS)}


def _comparison(
    name: str, symbol: str, values: Callable[[Array, Array], Array]
) -> dict[str, LogicTask]:
    def apply(x: Array) -> Array:
        return values(x[..., 0], x[..., 1])

    return {
        f"{name}-{numbers}": LogicTask(
            f"{name}-{numbers}",
            "comparison",
            ("x1", "x2"),
            f"x1 {symbol} x2",
            apply,
            Inputs("[-9,9]", whole, EQUAL_PART),
            Inputs("[-1000,1000]", whole, EQUAL_PART),
        )
        for numbers, whole in (("integers", True), ("floats", False))
    }


LOGIC_TASKS: dict[str, LogicTask] = {
    **_boolean("and", 2, f"{_is('x1')} & {_is('x2')}", lambda x: x.min(-1)),
    **_boolean("or", 2, f"{_is('x1')} | {_is('x2')}", lambda x: x.max(-1)),
    **_boolean("not", 1, _is("x1", False), lambda x: 1 - x[..., 0]),
    **_boolean("xor", 2, _EITHER, lambda x: np.abs(x[..., 0] - x[..., 1])),
    **_boolean("identity", 1, _is("x1"), lambda x: x[..., 0]),
    **_boolean("selection", 5, _is("x3"), lambda x: x[..., 2]),
    **_comparison("less", "<", np.less),
    **_comparison("greater", ">", np.greater),
    **_comparison("at-most", "<=", np.less_equal),
    **_comparison("at-least", ">=", np.greater_equal),
    **_comparison("equal", "==", np.equal),
    **_comparison("different", "!=", np.not_equal),
    "difference": LogicTask(
        "difference",
        "function",
        ("x1", "x2"),
        "abs(x1 - x2)",
        lambda x: np.abs(x[..., 0] - x[..., 1]),
        Inputs("[-10,10]"),
        Inputs("[-100,100]"),
    ),
}


def _counted(x: Array) -> Array:
    return np.asarray((x[..., 0] == x[..., 1]).sum(-1))


RECURRENT_TASKS: dict[str, RecurrentTask] = {
    "minimum": RecurrentTask(
        "minimum",
        1,
        "Min(x1, h1)",
        lambda x: x[..., 0].min(-1),
        lambda length: f"Min({', '.join(f'x{t + 1}' for t in range(length))})",
        Inputs("[-10,10]"),
        Inputs("[-100,100]"),
    ),
    # The second feature of an item is the number whose occurrences are counted.
    "count": RecurrentTask(
        "count",
        2,
        "h1 + Piecewise((1, x1 == x2), (0, True))",
        _counted,
        lambda length: " + ".join(
            f"Piecewise((1, x1_{t + 1} == x2_{t + 1}), (0, True))" for t in range(length)
        ),
        Inputs("[0,9]", whole=True, equal=EQUAL_PART),
        Inputs("[0,99]", whole=True, equal=EQUAL_PART),
    ),
}

TASKS: dict[str, LogicTask | RecurrentTask] = {**LOGIC_TASKS, **RECURRENT_TASKS}
