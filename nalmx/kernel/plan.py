"""The mathematics of a training step, derived from a module's symbolic form.

With one output, a module is y = F(R₁, …, R_K, s): sums or products R over the inputs of terms
f(xᵢ, wᵢ), and weights s that belong to no input. SymPy differentiates F and f; the chain rule in
between is the same for every module and is written in `step.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from ..expression.symbols import Times, Total
from ..models import ArithmeticModule, Penalty, Training

X = sympy.Symbol("x", real=True)
_REDUCTIONS = (Total, Times)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a model has by this name: one number, or one for every input; and its symbol."""

    name: str
    symbol: sympy.Symbol
    per_input: bool


@dataclass(frozen=True, slots=True)
class Raw(Parameter):
    """A raw parameter, and its bounds."""

    bounds: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Weight(Parameter):
    """An effective weight, its value, and its slopes in raw parameters."""

    value: sympy.Expr
    slopes: dict[str, sympy.Expr]


@dataclass(frozen=True, slots=True)
class Reduction:
    """A sum or product over the inputs: its symbol, its term and the term's slopes in weights."""

    symbol: sympy.Symbol
    is_product: bool
    term: sympy.Expr
    slopes: dict[str, sympy.Expr]


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, for one module and one way of training it."""

    module: type[ArithmeticModule]
    raw: tuple[Raw, ...]
    weights: tuple[Weight, ...]
    reductions: tuple[Reduction, ...]
    output: sympy.Expr
    output_slopes: dict[sympy.Symbol, sympy.Expr]
    penalty: Penalty | None
    gradient_clip: float


def plan_for(module: type[ArithmeticModule], facts: Training) -> Plan:
    """Derive the plan; `NotImplementedError` where a module has no form that a kernel can take."""
    raw = tuple(
        Raw(
            name,
            sympy.Symbol(f"p{place}", real=True),
            module.raw[name][1] == "in",
            module.raw_bounds.get(name),
        )
        for place, name in enumerate(module.raw)
    )
    weights = _weights(module, raw)
    matrices = {weight.name: [[weight.symbol]] for weight in weights}
    (equation,) = module.symbolic([X], **matrices)
    found = sorted(equation.atoms(*_REDUCTIONS), key=sympy.default_sort_key)
    reductions = tuple(_reduction(node, place, weights) for place, node in enumerate(found))
    output = equation.xreplace({n: r.symbol for n, r in zip(found, reductions, strict=True)})
    variables = [r.symbol for r in reductions] + [w.symbol for w in weights if not w.per_input]
    if not output.free_symbols <= set(variables):
        raise NotImplementedError(f"{module.name} uses an input outside a sum or product over all")
    return Plan(
        module,
        raw,
        weights,
        reductions,
        output,
        {variable: output.diff(variable) for variable in variables},
        facts.penalty,
        facts.gradient_clip,
    )


def _weights(module: type[ArithmeticModule], raw: tuple[Raw, ...]) -> tuple[Weight, ...]:
    values = module.symbolic_weights(**{r.name: r.symbol for r in raw})
    return tuple(
        Weight(
            name,
            sympy.Symbol(f"w{place}", real=True),
            module.shapes[name][1] == "in",
            value,
            {r.name: value.diff(r.symbol) for r in raw if r.symbol in value.free_symbols},
        )
        for place, (name, value) in enumerate(values.items())
    )


def _reduction(node: sympy.Expr, place: int, weights: tuple[Weight, ...]) -> Reduction:
    (term,) = node.args
    inside = [w for w in weights if w.symbol in term.free_symbols]
    if term.atoms(*_REDUCTIONS) or not all(w.per_input for w in inside):
        raise NotImplementedError("no kernel for sums within sums over the inputs")
    return Reduction(
        sympy.Symbol(f"r{place}", real=True),
        isinstance(node, Times),
        term,
        {w.name: term.diff(w.symbol) for w in inside},
    )
