"""The tasks of the iNALU's authors: one operation, inputs of three distributions, far test rows.

Rows are drawn anew for every batch, and Adam trains by the module's own facts; the authors have 64,000
fixed rows and RMSProp. Success is their own: a mean squared error below 1e-5 on the test rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...ranges import Range
from ...tasks import operation_named
from ...train.sources import RowGenerator
from ...train.sources.source import Array
from ._layers import one_layer
from .experiment import Cell, Row, Tell

THRESHOLD = 1e-5
OPERATIONS = ("add", "sub", "mul", "div")
Draw = Callable[[np.random.Generator, tuple[int, int]], Array]


@dataclass(frozen=True, slots=True)
class Distribution:
    """uniform(a, b), normal(a, b) cut at both ends and centred between, or exponential with scale a."""

    kind: str
    first: float
    second: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Distribution:
        kind, _, numbers = text.partition("(")
        return cls(kind, *(float(number) for number in numbers.rstrip(")").split(",")))

    def draw(self, random: np.random.Generator, shape: tuple[int, int]) -> Array:
        if self.kind == "uniform":
            return random.uniform(self.first, self.second, shape)
        if self.kind == "exponential":
            return random.exponential(self.first, shape)
        middle, deviation = (self.first + self.second) / 2, (self.second - self.first) / 6
        x = random.normal(middle, deviation, shape)
        while (outside := (x < self.first) | (x > self.second)).any():
            x[outside] = random.normal(middle, deviation, int(outside.sum()))
        return x

    @property
    def extent(self) -> Range:
        """Where the law is to hold; of an exponential one where all but e⁻²⁰ of it lies."""
        ends = (0.0, 20 * self.first) if self.kind == "exponential" else (self.first, self.second)
        return Range.parse(f"[{ends[0]:g},{ends[1]:g}]")


def source(operation: str, trained: str, tested: str, inputs: int = 2) -> RowGenerator:
    """The rows of a task: y = x1 ∘ x2."""
    known = operation_named(operation)

    def rows(distribution: Distribution) -> Callable[..., tuple[Array, Array]]:
        def drawn(random: np.random.Generator, n: int) -> tuple[Array, Array]:
            x = distribution.draw(random, (n, inputs))
            return x, known.targets(x)

        return drawn

    far = Distribution.parse(tested)
    return RowGenerator(
        rows(Distribution.parse(trained)),
        [far.extent] * inputs,
        name=operation,
        test_rows=rows(far),
        threshold=THRESHOLD,
        truth=known.truth(),
    )


def cell(
    operation: str,
    module: str,
    trained: str,
    tested: str,
    seeds: int,
    iterations: int,
    inputs: int = 2,
) -> Cell:
    return {
        "operation": operation,
        "module": module,
        "trained_on": trained,
        "tested_on": tested,
        "inputs": inputs,
        "seeds": seeds,
        "iterations": iterations,
    }


def run(cell: Cell, tell: Tell) -> Row:
    task = source(
        str(cell["operation"]),
        str(cell["trained_on"]),
        str(cell["tested_on"]),
        int(cell["inputs"] or 2),
    )
    return one_layer(
        str(cell["module"]), task, int(cell["seeds"] or 1), int(cell["iterations"] or 1), tell
    )


def cells(
    pairs: Sequence[tuple[str, str]],
    modules: Sequence[str],
    quick: bool,
    *,
    seeds: int = 10,
    iterations: int = 50_000,
    inputs: int = 2,
) -> list[Cell]:
    """A cell for every operation, module and pair of distributions."""
    if quick:
        pairs, modules, seeds, iterations = pairs[:1], modules[-1:], 2, 2_000
    return [
        cell(operation, module, trained, tested, seeds, iterations, inputs)
        for trained, tested in pairs
        for operation in OPERATIONS
        for module in modules
    ]
