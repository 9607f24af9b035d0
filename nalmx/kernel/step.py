"""A step of training as the bodies of a loop, from the plan of a module."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import sympy

from ..codegen.loops import TrainingLoop
from ..codegen.values import FUNCTIONS, Body, Value
from ..expression import Expression
from ..expression.symbolic import to_sympy
from ..models import BATCH_SIZE
from .plan import Plan, Raw, Reduction, Weight, X
from .traced import assign, clamped, traced

_BETA1, _BETA2 = 0.9, 0.999


def training(
    plan: Plan, truths: Sequence[Expression], kind: Literal["float32", "float64"]
) -> TrainingLoop:
    """The loop of a plan; `NotImplementedError` for what no loop can compute."""
    return TrainingLoop(
        label=plan.module.label,
        name=plan.module.__name__.lower(),
        kind=kind,
        batch=BATCH_SIZE,
        raw=tuple(raw.per_input for raw in plan.raw),
        weights=tuple(weight.per_input for weight in plan.weights),
        slopes=tuple(weight.per_input for weight, _ in _slopes(plan)),
        products=tuple(reduction.is_product for reduction in plan.reductions),
        truths=tuple(_truth(truth) for truth in truths),
        effective={own: _effective(plan, Body(kind), own) for own in (True, False)},
        term=_term(plan, Body(kind)),
        output=_output(plan, Body(kind)),
        output_gradient=_output_gradient(plan, Body(kind)),
        gradient=_gradient(plan, Body(kind)),
        updates=tuple(_update(plan, Body(kind), raw) for raw in plan.raw),
    )


def _slopes(plan: Plan) -> list[tuple[Weight, str]]:
    """The slopes of effective weights in raw parameters, each by its weight and its parameter."""
    return [(weight, name) for weight in plan.weights for name in weight.slopes]


def _stored(plan: Plan) -> dict[sympy.Expr, str]:
    """The slopes of terms that are computed with the terms, and x."""
    found = {X: "x"}
    for reduction in plan.reductions:
        for slope in reduction.slopes.values():
            if not slope.is_number and slope not in found:
                found[slope] = f"s{len(found)}"
    return found


def _truth(truth: Expression) -> Body:
    """A target in float64, rounded once, as in the published benchmark."""
    body, form = Body("float64"), to_sympy(truth)
    known = {}
    for symbol in sorted(form.free_symbols, key=str):
        if not re.fullmatch(r"x[1-9][0-9]{0,3}", str(symbol)):
            raise NotImplementedError(
                f"no kernel for a truth of {symbol}; its inputs are x1, x2, …"
            )
        known[symbol] = body.input(f"x{int(str(symbol)[1:]) - 1}")
    body.results["t"] = traced(form, body, known)
    return body


def _effective(plan: Plan, body: Body, per_input: bool) -> Body:
    known = {raw.symbol: body.input(f"p{k}") for k, raw in enumerate(plan.raw)}
    targets = [
        (f"w{k}", weight.value)
        for k, weight in enumerate(plan.weights)
        if weight.per_input is per_input
    ]
    targets += [
        (f"d{k}", weight.slopes[name])
        for k, (weight, name) in enumerate(_slopes(plan))
        if weight.per_input is per_input
    ]
    return assign(targets, body, known)


def _term(plan: Plan, body: Body) -> Body:
    known = {weight.symbol: body.input(f"w{k}") for k, weight in enumerate(plan.weights)}
    targets = [(name, slope) for slope, name in _stored(plan).items() if slope != X]
    targets += [(f"t{k}", reduction.term) for k, reduction in enumerate(plan.reductions)]
    return assign(targets, body, {X: body.input("x"), **known})


def _variables(plan: Plan, body: Body) -> dict[sympy.Symbol, Value]:
    """What the output is a function of: reductions, and weights that belong to no input."""
    known = {r.symbol: body.input(f"r{k}") for k, r in enumerate(plan.reductions)}
    shared = {w.symbol: body.input(f"w{k}") for k, w in enumerate(plan.weights) if not w.per_input}
    return known | shared


def _output(plan: Plan, body: Body) -> Body:
    return assign([("y", plan.output)], body, _variables(plan, body))


def _output_gradient(plan: Plan, body: Body) -> Body:
    """The gradient of the mean squared error in what the output is a function of."""
    names = {reduction.symbol: f"e{k}" for k, reduction in enumerate(plan.reductions)}
    names |= {weight.symbol: f"g{k}" for k, weight in enumerate(plan.weights)}
    targets = [("y", plan.output)]
    targets += [(names[variable], slope) for variable, slope in plan.output_slopes.items()]
    assign(targets, body, _variables(plan, body))
    error = (body.results.pop("y") - body.input("target")) * (2 / BATCH_SIZE)
    for name, slope in body.results.items():
        body.results[name] = error * slope
    return body


def _gradient(plan: Plan, body: Body) -> Body:
    stored = _stored(plan)

    def slope(reduction: Reduction, weight: str) -> Value:
        found = reduction.slopes[weight]
        return traced(found, body, {}) if found.is_number else body.input(stored[found])

    for place, weight in enumerate(plan.weights):
        if weight.per_input:
            parts = [
                body.input(f"e{k}") * slope(reduction, weight.name)
                for k, reduction in enumerate(plan.reductions)
                if weight.name in reduction.slopes
            ]
            body.results[f"g{place}"] = _sum(parts)
    return body


def _update(plan: Plan, body: Body, raw: Raw) -> Body:
    """Adam on one raw parameter, with m and v without their factors 1 − β."""
    value, penalty = body.input("value"), plan.penalty
    slope = _sum(list(_passed_on(plan, body, raw)))
    if penalty is not None and penalty.raw:
        own = traced(penalty.symbolic_slope(raw.symbol, None), body, {raw.symbol: value})
        slope = slope + _strength(plan, body, raw.per_input) * own
    if math.isfinite(plan.gradient_clip):
        slope = clamped(slope, -plan.gradient_clip, plan.gradient_clip)
    mean = body.input("mean") * _BETA1 + slope
    square = body.input("square") * _BETA2 + slope * slope
    step = mean * body.input("eta") / (FUNCTIONS.sqrt(square) + body.input("eps"))
    new = value - step
    body.results |= {
        "mean": mean,
        "square": square,
        "value": new if raw.bounds is None else clamped(new, *raw.bounds),
    }
    return body


def _passed_on(plan: Plan, body: Body, raw: Raw) -> Iterator[Value]:
    """What each effective weight, with its penalty, passes on to a raw parameter."""
    penalty = plan.penalty
    for k, weight in enumerate(plan.weights):
        if raw.name not in weight.slopes:
            continue
        grid = plan.module.grids.get(weight.name)
        if penalty is not None and not penalty.raw and grid is not None:
            slope = penalty.symbolic_slope(weight.symbol, grid)
            own = traced(slope, body, {weight.symbol: body.input(f"w{k}")})
            own = _strength(plan, body, weight.per_input) * own
            gradient = body.input(f"g{k}") + own
        else:
            gradient = body.input(f"g{k}")
        yield gradient * body.input(f"d{_slopes(plan).index((weight, raw.name))}")


def _strength(plan: Plan, body: Body, per_input: bool) -> Value:
    """The strength of the penalty on one weight; a mean over a matrix divides by its inputs."""
    assert plan.penalty is not None
    strength = body.input("lam")
    return strength / body.input("size") if plan.penalty.mean and per_input else strength


def _sum(parts: Sequence[Value]) -> Value:
    first, *others = parts
    for other in others:
        first = first + other
    return first
