"""What may stand on a side of a claim, and the ways to write its domain, in Python."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, get_args

from ..errors import ExpressionError, ExtractionError, RangeError
from ..expression import Expression, Number, Truth, parse
from ..expression import variables as variables_of
from ..ranges import Range
from .domain import Domain

_TREES = get_args(Expression)


def _modules() -> tuple[type[Any], ...]:
    """`nn.Module`, where torch is loaded: without it, nothing can be one."""
    torch = sys.modules.get("torch")
    return () if torch is None else (torch.nn.Module,)


def _sympy() -> tuple[type[Any], ...]:
    sympy = sys.modules.get("sympy")
    return () if sympy is None else (sympy.Basic,)


def is_written(given: Any) -> bool:
    """Whether something is a module or an expression of SymPy."""
    return isinstance(given, (*_modules(), *_sympy()))


def estimator_of(model: Any, inputs: Iterable[str] | None = None) -> Any:
    """The formula of a fitted estimator of scikit-learn, where there is one; anything else as it is."""
    if not type(model).__module__.startswith("sklearn."):
        return model
    from ..extract.estimators import estimator_formula, is_estimator

    if not is_estimator(model):
        return model
    return estimator_formula(model, None if inputs is None else tuple(inputs))


def network_of(model: Any) -> Any:
    """The formula of a module or an estimator, its weights taken exactly; anything else as it is."""
    if not isinstance(model, _modules()):
        return estimator_of(model)
    from ..extract import network_as_trained

    try:
        return network_as_trained(model)
    except ExtractionError as error:
        raise ExtractionError(
            f"{error}; any module can be tested as a function, such as lambda X: "
            "module(torch.tensor(X, dtype=torch.float32))"
        ) from None


def programs_of(model: Any) -> Any:
    """What a module computes while it runs in floats: a program for each output."""
    if not isinstance(model, _modules()):
        raise ExtractionError(
            f"a {type(model).__name__} has no program in floats; give a module of PyTorch, or leave out "
            "as_it_runs"
        )
    from ..extract.as_run import as_run

    return as_run(model)


def sides(
    given: Any, what: str, *, in_order: bool = False
) -> tuple[list[Expression], tuple[str, ...]]:
    """The expressions of all outputs, and the names of the inputs; of texts with all brackets `in_order`."""
    if _is_formula(given):
        return list(given.outputs), given.inputs
    several = given if isinstance(given, list | tuple) else [given]
    if not several:
        raise ExpressionError(f"{what} is an empty list; give an expression for each output")
    expressions = [_expression(one, what, in_order) for one in several]
    return expressions, variables_of(*expressions)


def _is_formula(given: Any) -> bool:
    """Whether something has outputs and inputs, as the formulas of `extract` have."""
    return isinstance(getattr(given, "outputs", None), tuple) and hasattr(given, "inputs")


def _expression(given: Any, what: str, in_order: bool) -> Expression:
    if _is_formula(given) and len(given.outputs) == 1:
        output: Expression = given.outputs[0]
        return output
    if isinstance(given, str):
        try:
            return parse(given, in_order=in_order)
        except ExpressionError as error:
            raise ExpressionError(f"{what}: {error}") from None
    if isinstance(given, _TREES):
        tree: Expression = given
        return tree
    if isinstance(given, bool | int | Fraction):
        return Truth(given) if isinstance(given, bool) else Number(Fraction(given))
    if isinstance(given, _sympy()):
        from ..expression.symbolic import from_sympy

        return from_sympy(given)
    raise ExpressionError(
        f"{what} is a {type(given).__name__}; give a Formula, an expression, a SymPy expression or a text"
    )


def domain_of(given: Any, names: Iterable[str]) -> Domain:
    """The domain from any of the ways to write it; `names` are the inputs known so far."""
    if isinstance(given, Domain):
        missing = sorted(set(names) - set(given.names))
        if missing:
            raise RangeError(f"the input {missing[0]!r} has no range in the domain")
        return given
    if isinstance(given, Mapping):
        return Domain.parse(
            [f"{name}={extent}" for name, extent in given.items()], {*names, *given}
        )
    if isinstance(given, str | Range):
        return Domain.parse([str(given)], names)
    raise RangeError(
        f"a domain cannot be a {type(given).__name__}; give a Domain, a text such as '[2,6]', or a dict "
        "such as {'x1': '[2,6]'}"
    )
