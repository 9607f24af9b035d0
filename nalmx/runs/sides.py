"""What may stand on a side of a claim, and the ways to write its domain, in Python."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from ..errors import ExpressionError, ExtractionError, RangeError
from ..expression import Apply, Constant, Expression, Number, Truth, Variable, parse
from ..expression import variables as variables_of
from ..extract.formula import Formula
from ..ranges import Range
from ..verify import Domain
from ..verify.searching.calling import is_predictor

_TREES = (Number, Constant, Variable, Truth, Apply)


def is_function(model: Any) -> bool:
    """Whether a model is a function or a predictor; networks and SymPy's symbols can be called too."""
    function = callable(model) or is_predictor(model)
    return function and not isinstance(model, (*_modules(), *_sympy()))


def _modules() -> tuple[type[Any], ...]:
    """`nn.Module`, where torch is loaded: without it, nothing can be one."""
    torch = sys.modules.get("torch")
    return () if torch is None else (torch.nn.Module,)


def _sympy() -> tuple[type[Any], ...]:
    sympy = sys.modules.get("sympy")
    return () if sympy is None else (sympy.Basic,)


def network_of(model: Any) -> Any:
    if not isinstance(model, _modules()):
        return model
    from ..extract import network_as_trained

    try:
        return network_as_trained(model)
    except ExtractionError as error:
        raise ExtractionError(
            f"{error}; any module can be tested as a function, such as lambda X: "
            "module(torch.tensor(X, dtype=torch.float32))"
        ) from None


def sides(given: Any, what: str) -> tuple[list[Expression], tuple[str, ...]]:
    """The expressions of all outputs, and the names of the inputs."""
    if isinstance(given, Formula):
        return list(given.outputs), given.inputs
    several = given if isinstance(given, list | tuple) else [given]
    if not several:
        raise ExpressionError(f"{what} is an empty list; give an expression for each output")
    expressions = [_expression(one, what) for one in several]
    return expressions, variables_of(*expressions)


def _expression(given: Any, what: str) -> Expression:
    if isinstance(given, Formula) and len(given.outputs) == 1:
        return given.outputs[0]
    if isinstance(given, str):
        try:
            return parse(given)
        except ExpressionError as error:
            raise ExpressionError(f"{what}: {error}") from None
    if isinstance(given, _TREES):
        return given
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
