"""The left side of a claim as a float program: every operation rounded by itself, in the order written."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from ...errors import SettingError
from ...expression import Apply, Expression, Number, build
from ...expression.float_program import FloatProgram, Precision
from ...expression.nodes import fold, post_order, variables
from ...expression.operations import OPERATIONS
from ...expression.straight_line import LARGEST_POWER, whole_exponent, whole_power
from ..verdict import Claim

_IN_PAIRS = ("add", "mul", "min", "max")
_ONE = Number(Fraction(1))


def written_program(claim: Claim) -> FloatProgram:
    """What a computer does that follows the left side of a claim: no operation joined, none left out."""
    arithmetic = claim.arithmetic
    assert arithmetic is not None
    kind = arithmetic.precision

    def apply(operation: str, arguments: tuple[Expression, ...]) -> Expression:
        if operation == "mod":
            raise SettingError(
                "Mod has no one meaning in floats; write what is computed, such as x - y*floor(x/y)"
            )
        node = Apply(operation, arguments)
        if operation in _IN_PAIRS:
            return reduce(lambda x, y: Apply(operation, (x, y)), arguments)
        if operation == "div":
            return _quotient(kind, node)
        exponent = whole_exponent(node)
        if exponent is None or abs(exponent) > LARGEST_POWER:
            return node
        power = whole_power(_Factor(arguments[0]), exponent, _Factor(_ONE))
        return power.expression  # type: ignore[no-any-return]

    expression = fold(claim.left, lambda leaf: leaf, apply)
    if arithmetic.float_inputs:
        _must_have_floats(claim, kind)
    return FloatProgram(
        variables(expression),
        expression,
        kind,
        as_written=True,
        ulps=arithmetic.ulps,
        float_inputs=arithmetic.float_inputs,
    )


def _must_have_floats(claim: Claim, kind: Precision) -> None:
    for name, extent in claim.domain.ranges.items():
        # A float next to an end or to the middle is in an interval where any is.
        places = ((i, end) for i in extent.intervals for end in (i.lower, i.middle, i.upper))
        beside = ((interval, kind.nearest(end)) for interval, end in places)
        if not any(value is not None and value in interval for interval, value in beside):
            raise SettingError(
                f"no {kind.name} lies in the range {extent} of {name}; widen it, or leave out :floats, "
                "so that real inputs are rounded"
            )


def arithmetic_as_written(program: FloatProgram) -> str:
    """What a verdict on such a program takes for granted, in a sentence."""
    library = any(
        isinstance(node, Apply) and _is_of_a_library(node.operation)
        for node in post_order(program.expression)
    )
    within = f", library functions within {_shown(program.ulps)} ulp" if library else ""
    kind = program.precision.name
    inputs = (
        f"inputs are {kind}; numbers"
        if program.float_inputs
        else "inputs (any real number), numbers"
    )
    return (
        f"left side in {kind} as written: {inputs} and "
        f"operations each rounded once to nearest, subnormals kept{within}; right side in reals"
    )


def is_same_function(left: Expression, right: Expression) -> bool:
    """Whether two expressions differ in nothing but the brackets of sums and products."""
    return _flat(left) is _flat(right)


def _flat(expression: Expression) -> Expression:
    joined = {"add": build.total, "mul": build.product}

    def apply(operation: str, arguments: tuple[Expression, ...]) -> Expression:
        if operation == "div":
            return build.quotient(*arguments)
        join = joined.get(operation)
        return Apply(operation, arguments) if join is None else join(arguments)

    return fold(expression, lambda leaf: leaf, apply)


def _is_of_a_library(operation: str) -> bool:
    return operation == "pow" or (OPERATIONS[operation].is_function and operation != "sqrt")


def _shown(ulps: Fraction) -> str:
    return f"{float(ulps):g}"


def _quotient(kind: Precision, node: Apply) -> Expression:
    """x/2ᵏ is x·2⁻ᵏ, and a quotient of floats that are written is the float nearest to it."""
    above, below = node.arguments
    if not isinstance(below, Number) or not below.value or not kind.holds(below.value):
        return node
    inverse = 1 / below.value
    if isinstance(above, Number) and kind.holds(above.value):
        return Number(above.value * inverse)
    return Apply("mul", (above, Number(inverse))) if kind.holds(inverse) else node


class _Factor:
    """What `whole_power` multiplies."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def __mul__(self, other: _Factor) -> _Factor:
        return _Factor(Apply("mul", (self.expression, other.expression)))

    def __truediv__(self, other: _Factor) -> _Factor:
        return _Factor(Apply("div", (self.expression, other.expression)))
