"""A bound on a difference of two values of one function, by the mean value theorem.

|f(x) − f(y)| ≤ c·|x − y| holds for all x and y of an interval on which f has a derivative and |f′(x)| ≤ c.
"""

from __future__ import annotations

from collections import Counter

from ...expression import Apply, Expression, Variable, variables
from ...expression.build import negative, product, quotient, rational, terms, total
from ...expression.derivative import derivative, is_smooth
from ...expression.nodes import substitute
from ...ranges import Interval, Range
from ..domain import Domain
from ..verdict import TRUE, Claim


def by_slopes(claim: Claim) -> Claim | None:
    """|f′| ≤ c, and that f is defined, on an interval that holds both inputs; None for other conditions."""
    condition = claim.left
    if not isinstance(condition, Apply) or condition.operation not in ("le", "ge"):
        return None
    small, large = condition.arguments[:: 1 if condition.operation == "le" else -1]
    factor = _of_distance(large)
    if factor is None or not isinstance(small, Apply) or small.operation != "abs":
        return None
    names = variables(small)
    if len(names) != 2 or set(names) != set(variables(large)):
        return None
    function = _difference(small.arguments[0], *names)
    if function is None or not is_smooth(function):
        return None
    slope = derivative(function, names[0])
    if slope is None:
        return None
    defined = Apply("mul", (rational(0), function))
    made = Apply("le", (Apply("abs", (total([slope, defined]),)), factor))
    x, y = (claim.domain.ranges[name] for name in names)
    hull = Range((Interval(min(x.lower, y.lower), max(x.upper, y.upper)),))
    return Claim(made, TRUE, Domain({names[0]: hull}))


def _of_distance(expression: Expression) -> Expression | None:
    """The c of a product or quotient of numbers and |x − y|."""
    top: Expression = expression
    bottom: Expression = rational(1)
    if isinstance(top, Apply) and top.operation == "div":
        top, bottom = top.arguments
    factors = top.arguments if isinstance(top, Apply) and top.operation == "mul" else (top,)
    distances = [factor for factor in factors if variables(factor)]
    if len(distances) != 1 or variables(bottom) or not _is_distance(distances[0]):
        return None
    others = [factor for factor in factors if factor is not distances[0]]
    return quotient(product(others) if others else rational(1), bottom)


def _is_distance(expression: Expression) -> bool:
    if not isinstance(expression, Apply) or expression.operation != "abs":
        return False
    found = list(terms(expression.arguments[0]))
    signs = sorted(sign for sign, _ in found)
    return signs == [-1, 1] and all(isinstance(term, Variable) for _, term in found)


def _difference(expression: Expression, x: str, y: str) -> Expression | None:
    """The f of f(x) − f(y), as a function of x."""
    found = list(terms(expression))
    own = [(sign, term) for sign, term in found if variables(term) == (x,)]
    other = [(-sign, substitute(t, {y: Variable(x)})) for sign, t in found if variables(t) == (y,)]
    if len(own) + len(other) < len(found) or Counter(own) != Counter(other):
        return None
    return total([term if sign > 0 else negative(term) for sign, term in own])
