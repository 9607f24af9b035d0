"""How a network is read, part by part: as trained, or with its modules on their grids."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sympy
from torch import nn

from ..errors import ExtractionError
from ..expression import Variable
from ..expression.symbolic import from_sympy
from ..models import ArithmeticModule, Beside, Choice, Recurrent
from ..ranges import Range
from ._compose import chosen, compared, composed, same_at_ties
from .as_run import recorded_formula
from .discretisation import discretise, exact_weights
from .flow import Box, box_of, extents_of
from .layers import Expressions
from .powers import Validation
from .symbolic import exact, signed_symbols
from .torch_layers import runs_as, standard


class Reader(ABC):
    """Reads a network part by part; what a module stands for is left to `module`."""

    largest_snap = 0.0

    @abstractmethod
    def module(
        self, module: ArithmeticModule, extents: Sequence[Range] | None, **options: Any
    ) -> list[sympy.Expr]:
        """The outputs of a module as expressions of its inputs x1, x2, …, on ranges of them."""

    def choice(self, network: Choice, x: Expressions, path: str) -> Expressions:
        truths = self.read(network.condition, x, f"{path}.condition")
        first = self.read(network.first, x, f"{path}.first")
        second = self.read(network.second, x, f"{path}.second")
        return chosen(truths, first, second)

    def read(self, network: nn.Module, x: Expressions, path: str) -> Expressions:
        """The outputs of a network as expressions, from those of its inputs."""
        if isinstance(network, nn.Sequential) and runs_as(network, nn.Sequential):
            for name, part in network.named_children():
                x = self.read(part, x, f"{path}.{name}")
            return x
        if isinstance(network, Beside | Choice):
            _check_keeps_inputs(network, path)
        if isinstance(network, Beside) and runs_as(network, Beside):
            parts = network.networks.named_children()
            return [y for name, part in parts for y in self.read(part, x, f"{path}.{name}")]
        if isinstance(network, Choice) and runs_as(network, Choice):
            return self.choice(network, x, path)
        if isinstance(network, ArithmeticModule) and runs_as(network, ArithmeticModule):
            return self.arithmetic(network, x, path)
        with naming(path):
            outputs = standard(network, x)
            return self.other(network, x) if outputs is None else outputs

    def other(self, network: nn.Module, x: Expressions) -> Expressions:
        """A module of another type, from the operations that it performs on tensors.

        Of `torch.nn`'s own, what has no formula is refused by its name.
        """
        own = type(network).__module__.startswith("torch.nn.modules.")
        own = own and runs_as(network, type(network))
        if isinstance(network, Recurrent) or own:
            raise ExtractionError(
                f"a {type(network).__name__} has no formula here; use Linear, activations such as ReLU, "
                "Tanh, Sigmoid or GELU, BatchNorm1d, Sequential, arithmetic modules, or an own module of "
                "these and of elementwise arithmetic"
            )
        placeholders = [Variable(f"x{place + 1}") for place in range(len(x))]
        return composed(recorded_formula(network, placeholders), x)

    def arithmetic(
        self, module: ArithmeticModule, x: Expressions, path: str, **options: Any
    ) -> Expressions:
        _fits(len(x), module.in_features, path)
        with naming(path):
            outputs = self.module(module, self.extents(x), **options)
        return composed([from_sympy(output) for output in outputs], x)

    def extents(self, x: Expressions) -> list[Range] | None:
        """What is known of the ranges of expressions of the inputs."""
        return None


class AsTrained(Reader):
    def module(
        self, module: ArithmeticModule, extents: Sequence[Range] | None, **options: Any
    ) -> list[sympy.Expr]:
        return module.symbolic(_symbols(module), **exact(exact_weights(module)))


class Snapped(Reader):
    """Modules on their grids, on a box of the inputs, with sums of coefficients of `digits` decimals.

    `seen` is what each module is given on validation data, and what it makes of it.
    """

    def __init__(
        self,
        most: float,
        box: Box | None = None,
        digits: int | None = None,
        seen: Mapping[nn.Module, Validation] | None = None,
    ) -> None:
        self.most = most
        self.box = box
        self.digits = digits
        self.seen = seen or {}

    def extents(self, x: Expressions) -> list[Range] | None:
        return extents_of(x, self.box)

    def other(self, network: nn.Module, x: Expressions) -> Expressions:
        if isinstance(network, Recurrent):
            return super().other(network, x)
        inside = next((m for m in network.modules() if isinstance(m, ArithmeticModule)), None)
        if inside is not None:
            raise ExtractionError(
                f"a {type(network).__name__} has a forward of its own around a {type(inside).__name__}, "
                "whose grid is not seen through it; use Sequential, Beside and Choice"
            )
        return super().other(network, x)

    def module(
        self, module: ArithmeticModule, extents: Sequence[Range] | None, **options: Any
    ) -> list[sympy.Expr]:
        seen = self.seen.get(module)
        discretised = discretise(
            module, self.most, extents=extents, validation=seen, digits=self.digits
        )
        self.largest_snap = max(self.largest_snap, discretised.largest_snap)
        weights = exact(discretised.weights)
        return module.idealised(_symbols(module, extents), **weights, **options)

    def choice(self, network: Choice, x: Expressions, path: str) -> Expressions:
        try:
            return super().choice(network, x, path)
        except ExtractionError:
            if not hasattr(network.condition, "steepness"):
                raise
            return self._indifferent(network, x, path)

    def _indifferent(self, network: Choice, x: Expressions, path: str) -> Expressions:
        """A choice that is undecided at ties, where both branches are the same."""
        condition = network.condition
        assert isinstance(condition, ArithmeticModule)
        names = [symbol.name for symbol in _symbols(condition)]
        named: Expressions = [Variable(name) for name in names]
        inner = copy.copy(self)
        inner.box = box_of(names, self.extents(x))
        first = inner.read(network.first, named, f"{path}.first")
        second = inner.read(network.second, named, f"{path}.second")
        # Ties taken as true and as false: the condition is the same function but for them.
        both = [inner.arithmetic(condition, named, path, ties=tie) for tie in (True, False)]
        operands = compared(both)
        if operands is None or not all(
            same_at_ties(a, b, operands) for a, b in zip(first, second, strict=True)
        ):
            inner.arithmetic(condition, named, f"{path}.condition")
            raise AssertionError("an undecided condition was read without an error")
        self.largest_snap = max(self.largest_snap, inner.largest_snap)
        truths = composed(both[0], x)
        return chosen(truths, composed(first, x), composed(second, x))


def _symbols(
    module: ArithmeticModule, extents: Sequence[Range] | None = None
) -> list[sympy.Symbol]:
    return signed_symbols([f"x{place + 1}" for place in range(module.in_features)], extents)


@contextmanager
def naming(path: str) -> Iterator[None]:
    """A part of an extraction whose failure names the layer."""
    try:
        yield
    except ExtractionError as error:
        raise ExtractionError(f"the layer {path!r}: {error}") from None


def _check_keeps_inputs(network: nn.Module, path: str) -> None:
    """Refuse what would change, in place, the inputs of the networks beside it."""
    if any(getattr(part, "inplace", False) for part in network.modules()):
        raise ExtractionError(
            f"the layer {path!r} has parts that work in place on inputs that others read; build them with "
            "inplace=False"
        )


def _fits(given: int, wanted: int, path: str) -> None:
    if given != wanted:
        raise ExtractionError(f"the layer {path!r} takes {wanted} inputs and gets {given}")
