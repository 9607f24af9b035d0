"""From a network of modules to exact formulas: the layers' formulas, put into one another.

Every layer becomes expressions of its own inputs first. Putting them together only replaces inputs
in the trees and simplifies nothing across layers, so a composed formula is defined exactly where
its parts are. Parts that occur twice are shared and not copied, so an unrolled sequence stays small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import sympy
import torch
from torch import nn

from ..errors import ExtractionError
from ..expression import Apply, Expression, Number, Truth, Variable, evaluate
from ..models import ArithmeticModule, Recurrent
from ..ranges import Range
from .coefficients import digits_for, seen_by_modules
from .discretisation import MOST_SNAP, discretise
from .flow import box_of
from .formula import Formula
from .inputs import input_names, item_names, names_for, sizes
from .layers import Expressions
from .powers import Validation
from .readers import AsTrained, Reader, Snapped, naming
from .symbolic import exact
from .torch_layers import check_is_for_use

MOST_BOOLEANS = 16


def extract_network(
    network: nn.Module,
    inputs: Sequence[str] | None = None,
    *,
    length: int | None = None,
    most: float = MOST_SNAP,
    extents: Sequence[Range] | None = None,
    coefficients: int | None = None,
    validation: Validation | None = None,
) -> Formula:
    """The formula of a network whose modules have converged to their grids.

    A network is an arithmetic module, a layer of `torch.nn` such as `nn.Linear`, `nn.ReLU` or
    `nn.BatchNorm1d` (its floats as exact rationals), `Beside`, `Choice`, `nn.Sequential` of these, or a
    module with a `forward` of its own that computes with these and elementwise. A `Recurrent` is
    written out for sequences of `length` items; its inputs are then named item by item. A part that has
    not converged is an `ExtractionError` that names the layer and the distance.

    `extents` are the ranges of the inputs on which the formula is to hold. What each layer is given
    there is enclosed, so that gates that depend on their inputs, and signs, are known; a NALU needs it.
    With `coefficients=N` the weights of sums (NAU, NAC+) are numbers of N decimals instead of -1, 0 and
    1. With `validation` data, N is the least that fits them as well as the trained network, and
    powers are chosen by what the data are where they arrive; a sum that would vanish is an error.
    """
    names, features = _inputs(network, inputs, length)
    if coefficients is None and validation is not None:
        coefficients = digits_for(network, validation)
    seen = None if validation is None else seen_by_modules(network, validation.x)
    reader = Snapped(most, box_of(names, extents), coefficients, seen)
    return _formula(network, names, features, reader)


def network_as_trained(
    network: nn.Module, inputs: Sequence[str] | None = None, *, length: int | None = None
) -> Formula:
    """The function of a network with every float weight taken as the exact rational it is."""
    names, features = _inputs(network, inputs, length)
    return _formula(network, names, features, AsTrained())


def step_formula(
    network: Recurrent,
    inputs: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    *,
    most: float = MOST_SNAP,
    extents: Sequence[Range] | None = None,
    coefficients: int | None = None,
) -> Formula:
    """One step of a recurrent network: its new states from an item and the states before.

    Example: `Min(x1, h1)`, where the states are named h1, h2, … unless other names are given.
    `extents` are the ranges of the inputs of an item and then of the states; for the rest see
    `extract_network`.
    """
    features, count = sizes(network)
    items = names_for(inputs, [f"x{i + 1}" for i in range(features)])
    before = names_for(states, [f"h{i + 1}" for i in range(count)])
    names = (*items, *before)
    if len(set(names)) != len(names):
        raise ExtractionError(f"inputs and states need different names, not {list(names)}")
    reader = Snapped(most, box_of(names, extents), coefficients)
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
        with naming(path):
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


def _inputs(
    network: nn.Module, given: Sequence[str] | None, length: int | None
) -> tuple[tuple[str, ...], int]:
    """The names of all inputs, and how many of them an item of a sequence has."""
    check_is_for_use(network)
    if not isinstance(network, Recurrent):
        if length is not None:
            raise ExtractionError("a length is given but the network is not a Recurrent")
        names = input_names(network, given)
        return names, len(names)
    if length is None or length < 1:
        raise ExtractionError(
            "a Recurrent has one formula for each length: give length=N of at least 1, or take "
            "step_formula for one step"
        )
    features, _ = sizes(network)
    return item_names(features, length, given), features


def _formula(network: nn.Module, names: tuple[str, ...], features: int, reader: Reader) -> Formula:
    x: Expressions = [Variable(name) for name in names]
    if not isinstance(network, Recurrent):
        return _made(network, names, reader.read(network, x, "network"), reader)
    items = [x[start : start + features] for start in range(0, len(x), features)]
    if network.initial is None:
        state, items = items[0], items[1:]
    else:
        state = [Number(Fraction(value)) for value in network.initial]
    for item in items:
        state = reader.read(network.cell, [*item, *state], "cell")
    return _made(network, names, state, reader)


def _made(
    network: nn.Module, names: tuple[str, ...], outputs: Expressions, reader: Reader
) -> Formula:
    digest = network_digest(network)
    return Formula(names, tuple(outputs), _described(network), digest, reader.largest_snap)


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


def _flat(network: nn.Module, path: str) -> list[tuple[str, nn.Module]]:
    if isinstance(network, nn.Sequential):
        children = network.named_children()
        return [part for name, child in children for part in _flat(child, f"{path}.{name}")]
    return [] if isinstance(network, nn.Identity) else [(path, network)]


def _described(network: nn.Module) -> str:
    """The kinds of the parts that have weights, in order: `nlrl, nlrl`."""
    kinds = [
        part.name if isinstance(part, ArithmeticModule) else type(part).__name__.lower()
        for part in network.modules()
        if isinstance(part, ArithmeticModule) or not list(part.children())
        if not isinstance(part, nn.Identity)
    ]
    return ", ".join(kinds)
