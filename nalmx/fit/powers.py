"""Whether rows under noise tell a power from other curves.

On a narrow range every smooth factor is nearly c·x^p for some p, and often for a simple fraction. A power
whose exponent is neither whole nor half, or is high, is said only where its curve is seen on these rows:
where no other curve of two constants fits nearly as well in its place.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..expression import Apply, Expression, Number, Variable, parse, to_text
from ..expression.nodes import fold, substitute
from .candidate import Candidate
from .form import Form, constant, polish
from .judge import Judge
from .values import evaluate

_HIGH = 6
"""Powers above it are as near to each other, on a narrow range, as fractions are."""
_CLEAR = 10.0
"""Bits by which the power has to fit better."""
# What may stand for a power, and what it is linear in: the logarithm of the power, or the power itself.
_CURVES = (
    (parse("exp(a + b*x)"), parse("x"), True),
    (parse("a + b*x"), parse("x"), False),
    (parse("a + b/x"), parse("1/x"), False),
    (parse("a + b*log(x)"), parse("log(x)"), False),
)


def why_no_power(judge: Judge, law: Candidate) -> str:
    """The power of which the rows do not show that it is one; or nothing."""
    if law.is_exact:
        return ""
    part = judge.everything
    weights = part.weights / np.abs(part.target) if law.in_proportion else part.weights

    def rest(form: Form) -> float:
        polished = polish(form, part.columns, part.target, weights)
        if polished is None:
            return math.inf
        left = weights * (part.target - polished.at(polished.values, part.columns))
        return float((left**2).sum())

    own = rest(law.form)
    limit = own * 2 ** (2 * _CLEAR / len(part.target))
    if judge.stated is not None and not law.in_proportion:
        limit = own + 2 * math.log(2) * _CLEAR * judge.stated**2
    for power in _powers(law.form):
        for curve, inner, in_logarithm in _CURVES:
            x = part.columns[power.base.name]
            if not (x > 0).all():
                break
            aim = power.exponent * np.log(x) if in_logarithm else x**power.exponent
            table = np.column_stack([np.ones(len(x)), evaluate(inner, {"x": x})])
            if not np.isfinite(table).all():
                continue  # an input is so near 0 that it has no reciprocal
            start = np.linalg.lstsq(table, aim, rcond=None)[0]
            if rest(_instead(law.form, power, curve, start.tolist())) < limit:
                shown = to_text(substitute(curve, {"x": power.base}))
                return f"{shown} fits nearly as well as a power of {power.base.name}"
    return ""


class _Power(NamedTuple):
    """A power of an input, its exponent, and the place of that among the constants, if it is one."""

    whole: Expression
    base: Variable
    exponent: float
    place: int | None


def _powers(form: Form) -> list[_Power]:
    """The powers of inputs whose exponents are neither whole nor half, or high."""
    found: list[_Power] = []

    def apply(operation: str, parts: tuple[Expression, ...]) -> Expression:
        whole = Apply(operation, parts)
        match operation, parts:
            case "pow", (Variable() as base, Number(value)) if (
                value.denominator > 2 or abs(value) > _HIGH
            ):
                found.append(_Power(whole, base, float(value), None))
            case "pow", (Variable() as base, Variable() as exponent):
                places = {constant(place): place for place in range(len(form.values))}
                if (place := places.get(exponent)) is not None:
                    found.append(_Power(whole, base, form.values[place], place))
        return whole

    fold(form.expression, lambda node: node, apply)
    return found


def _instead(form: Form, power: _Power, curve: Expression, start: list[float]) -> Form:
    """The form with a curve instead of a power; a constant that was its exponent is one of the curve's."""
    values = [*form.values]
    if power.place is None:
        place = len(values)
        values.append(start[1])
    else:
        place = power.place
        values[place] = start[1]
    names = {"x": power.base, "a": constant(len(values)), "b": constant(place)}
    put = substitute(curve, names)
    values.append(start[0])

    def apply(operation: str, parts: tuple[Expression, ...]) -> Expression:
        whole = Apply(operation, parts)
        return put if whole == power.whole else whole

    expression = fold(form.expression, lambda node: node, apply)
    return replace(form, expression=expression, values=tuple(values))
