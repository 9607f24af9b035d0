"""From a network of modules to exact formulas: the layers' formulas, put into one another.

Every layer becomes expressions of its own inputs first. Putting them together only replaces inputs
in the trees and simplifies nothing across layers, so a composed formula is defined exactly where
its parts are. Parts that occur twice are shared and not copied, so an unrolled sequence stays small.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from typing import Any

import sympy
import torch
from torch import nn

from ..errors import ExtractionError
from ..expression import Apply, Expression, Number, Truth, Variable, evaluate
from ..expression.symbolic import from_sympy
from ..models import ArithmeticModule, Beside, Choice, Recurrent
from ._compose import chosen, compared, composed, same_at_ties
from .as_run import recorded_formula
from .discretisation import MOST_SNAP, discretise, exact_weights
from .formula import Formula
from .inputs import input_names, item_names, names_for, sizes
from .layers import Expressions
from .symbolic import exact
from .torch_layers import check_is_for_use, runs_as, standard

MOST_BOOLEANS = 16


def extract_network(
    network: nn.Module,
    inputs: Sequence[str] | None = None,
    *,
    length: int | None = None,
    most: float = MOST_SNAP,
) -> Formula:
    """The formula of a network whose modules have converged to their grids.

    A network is an arithmetic module, a layer of `torch.nn` such as `nn.Linear`, `nn.ReLU` or
    `nn.BatchNorm1d` (its floats as exact rationals), `Beside`, `Choice`, `nn.Sequential` of these, or a
    module with a `forward` of its own that computes with these and elementwise. A `Recurrent` is
    written out for sequences of `length` items; its inputs are then named item by item. A part that has
    not converged is an `ExtractionError` that names the layer and the distance.
    """
    reader = _Snapped(most)
    return _formula(network, inputs, length, reader)


def network_as_trained(
    network: nn.Module, inputs: Sequence[str] | None = None, *, length: int | None = None
) -> Formula:
    """The function of a network with every float weight taken as the exact rational it is."""
    return _formula(network, inputs, length, _AsTrained())


def step_formula(
    network: Recurrent,
    inputs: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    *,
    most: float = MOST_SNAP,
) -> Formula:
    """One step of a recurrent network: its new states from an item and the states before.

    Example: `Min(x1, h1)`, where the states are named h1, h2, … unless other names are given.
    """
    features, count = sizes(network)
    items = names_for(inputs, [f"x{i + 1}" for i in range(features)])
    before = names_for(states, [f"h{i + 1}" for i in range(count)])
    names = (*items, *before)
    if len(set(names)) != len(names):
        raise ExtractionError(f"inputs and states need different names, not {list(names)}")
    reader = _Snapped(most)
    outputs = reader.read(network.cell, [Variable(name) for name in names], "cell")
    return _made(network, names, outputs, reader)


def logic_formula(
    network: nn.Module, inputs: Sequence[str] | None = None, *, most: float = MOST_SNAP
) -> Formula:
    """A stack of neural logic rule layers as conditions on its inputs, made of And, Or and Not.

    The expression language has no truth-valued inputs: an input x stands for the condition
    x > 1/2, which is true for 1 and false for 0. Example: `x1 > 1/2 & x2 <= 1/2`.
    """
    layers = _flat(network, "network")
    names = input_names(network, inputs)
    values: list[Any] = [sympy.Symbol(name) for name in names]
    snapped = 0.0
    for path, layer in layers:
        logic = getattr(layer, "logic", None)
        if not isinstance(layer, ArithmeticModule) or logic is None:
            raise ExtractionError(
                f"the layer {path!r} is a {type(layer).__name__} and has no logic; a stack of NLRL is "
                "needed"
            )
        with _naming(path):
            discretised = discretise(layer, most)
            values = logic(values, **exact(discretised.weights))
        snapped = max(snapped, discretised.largest_snap)
    outputs = tuple(_condition(value) for value in values)
    return Formula(names, outputs, _described(network), network_digest(network), snapped)


def boolean_counterexample(
    left: Expression, right: Expression, inputs: Sequence[str]
) -> dict[str, Fraction] | None:
    """A point of {0, 1}ⁿ at which two expressions differ, in exact arithmetic; None: they never do.

    All 2ⁿ points are tried, so that None is a proof for Boolean inputs. A condition counts as 1 or
    0. A value that is undefined or not rational is a difference.
    """
    if len(inputs) > MOST_BOOLEANS:
        raise ExtractionError(
            f"{len(inputs)} Boolean inputs have too many points; at most {MOST_BOOLEANS} are allowed"
        )
    for values in product((Fraction(0), Fraction(1)), repeat=len(inputs)):
        point = dict(zip(inputs, values, strict=True))
        sides = [evaluate(side, point) for side in (left, right)]
        if not all(isinstance(side, Fraction | bool) for side in sides) or sides[0] != sides[1]:
            return point
    return None


def network_digest(network: nn.Module) -> str:
    """SHA-256 of all parameters: names, shapes, types and bytes."""
    digest = hashlib.sha256()
    for name, parameter in network.named_parameters():
        values = parameter.detach().cpu().contiguous()
        digest.update(f"{name}:{tuple(values.shape)}:{values.dtype};".encode())
        digest.update(values.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


class _Reader(ABC):
    """Reads a network part by part; what a module stands for is left to `module`."""

    largest_snap = 0.0

    @abstractmethod
    def module(
        self, module: ArithmeticModule, symbols: Sequence[sympy.Symbol], **options: Any
    ) -> list[sympy.Expr]:
        """The outputs of a module as expressions of its inputs."""

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
        with _naming(path):
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
        placeholders = [Variable(symbol.name) for symbol in _symbols(len(x))]
        return composed(recorded_formula(network, placeholders), x)

    def arithmetic(
        self, module: ArithmeticModule, x: Expressions, path: str, **options: Any
    ) -> Expressions:
        _fits(len(x), module.in_features, path)
        symbols = _symbols(module.in_features)
        with _naming(path):
            outputs = self.module(module, symbols, **options)
        return composed([from_sympy(output) for output in outputs], x)


class _AsTrained(_Reader):
    def module(
        self, module: ArithmeticModule, symbols: Sequence[sympy.Symbol], **options: Any
    ) -> list[sympy.Expr]:
        return module.symbolic(symbols, **exact(exact_weights(module)))


class _Snapped(_Reader):
    def __init__(self, most: float) -> None:
        self.most = most

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
        self, module: ArithmeticModule, symbols: Sequence[sympy.Symbol], **options: Any
    ) -> list[sympy.Expr]:
        discretised = discretise(module, self.most)
        self.largest_snap = max(self.largest_snap, discretised.largest_snap)
        return module.idealised(symbols, **exact(discretised.weights), **options)

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
        named: Expressions = [Variable(s.name) for s in _symbols(condition.in_features)]
        first = self.read(network.first, named, f"{path}.first")
        second = self.read(network.second, named, f"{path}.second")
        # Ties taken as true and as false: the condition is the same function but for them.
        both = [self.arithmetic(condition, named, path, ties=tie) for tie in (True, False)]
        operands = compared(both)
        if operands is None or not all(
            same_at_ties(a, b, operands) for a, b in zip(first, second, strict=True)
        ):
            self.arithmetic(condition, named, f"{path}.condition")
            raise AssertionError("an undecided condition was read without an error")
        truths = composed(both[0], x)
        return chosen(truths, composed(first, x), composed(second, x))


def _formula(
    network: nn.Module, inputs: Sequence[str] | None, length: int | None, reader: _Reader
) -> Formula:
    check_is_for_use(network)
    if not isinstance(network, Recurrent):
        if length is not None:
            raise ExtractionError("a length is given but the network is not a Recurrent")
        names = input_names(network, inputs)
        outputs = reader.read(network, [Variable(name) for name in names], "network")
        return _made(network, names, outputs, reader)
    if length is None or length < 1:
        raise ExtractionError(
            "a Recurrent has one formula for each length: give length=N of at least 1, or take "
            "step_formula for one step"
        )
    features, _ = sizes(network)
    names = item_names(features, length, inputs)
    items: list[Expressions] = [
        [Variable(name) for name in names[t * features : (t + 1) * features]] for t in range(length)
    ]
    if network.initial is None:
        state, items = items[0], items[1:]
    else:
        state = [Number(Fraction(value)) for value in network.initial]
    for item in items:
        state = reader.read(network.cell, [*item, *state], "cell")
    return _made(network, names, state, reader)


def _made(
    network: nn.Module, names: tuple[str, ...], outputs: Expressions, reader: _Reader
) -> Formula:
    digest = network_digest(network)
    return Formula(names, tuple(outputs), _described(network), digest, reader.largest_snap)


def _symbols(count: int) -> list[sympy.Symbol]:
    return [sympy.Symbol(f"x{place + 1}", real=True) for place in range(count)]


def _condition(value: Any) -> Expression:
    """A Boolean function of symbols as a condition on inputs."""
    if isinstance(value, sympy.Symbol):
        return Apply("gt", (Variable(value.name), Number(Fraction(1, 2))))
    if value in (sympy.true, sympy.false):
        return Truth(bool(value))
    operation = {sympy.And: "and", sympy.Or: "or", sympy.Not: "not"}[value.func]
    arguments = sorted(value.args, key=sympy.default_sort_key)
    if operation == "not" and isinstance(arguments[0], sympy.Symbol):
        return Apply("le", (Variable(arguments[0].name), Number(Fraction(1, 2))))
    return Apply(operation, tuple(_condition(argument) for argument in arguments))


@contextmanager
def _naming(path: str) -> Iterator[None]:
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


def _flat(network: nn.Module, path: str) -> list[tuple[str, nn.Module]]:
    if isinstance(network, nn.Sequential):
        children = network.named_children()
        return [part for name, child in children for part in _flat(child, f"{path}.{name}")]
    return [] if isinstance(network, nn.Identity) else [(path, network)]


def _fits(given: int, wanted: int, path: str) -> None:
    if given != wanted:
        raise ExtractionError(f"the layer {path!r} takes {wanted} inputs and gets {given}")


def _described(network: nn.Module) -> str:
    """The kinds of the parts that have weights, in order: `nlrl, nlrl`."""
    kinds = [
        part.name if isinstance(part, ArithmeticModule) else type(part).__name__.lower()
        for part in network.modules()
        if isinstance(part, ArithmeticModule) or not list(part.children())
        if not isinstance(part, nn.Identity)
    ]
    return ", ".join(kinds)
