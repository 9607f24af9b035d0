"""The operations of expressions, each a record; whatever works on expressions takes its facts from here.

A record says what an operation is called, what it takes and gives, where it is defined and how it
changes. What is said in terms of other operations is written as an expression: of `x` and `y`, the
arguments, and of `value`, the result. An interpreter has rules of its own only where a record cannot
say enough: for any number of arguments, for kinks, and for powers.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from .nodes import Apply, Expression, Truth, post_order
from .rational_values import only_at, rational_logarithm, rational_root, real_root

Sort: TypeAlias = Literal["real", "truth"]
Exact: TypeAlias = Callable[..., Fraction | bool | None]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an operation asks of one of its arguments, `what`: how that stands to `bound`.

    `otherwise` is why there is no value where it does not stand so.
    """

    place: int
    relation: Literal["gt", "ge", "le", "lt", "ne"]
    bound: int
    what: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of an operation on `least` to `most` arguments; any number where `most` is None.

    Names: `spellings` as a function in expressions, the first of which is written; `infix` between two
    arguments; in Arb, NumPy, SymPy, and C, which are those of Python's `math` too.

    `requires`: what its arguments must be; `partial`: there are other places, too, where it has no value.
    `exact`: the value at rationals where it is rational, of two of them where there may be any number.
    `derivative` in each argument, where it has one. `definition`: the same value from other operations.

    `rises` (1) or falls (-1) up to the first of `turns`, and changes its direction at each of them.
    `odd`: f(-x) = -f(x).
    `kinks`: rationals without a derivative. `steps`: what changes where it jumps, and only there.
    `overflows`: its value may be beyond floats although the argument is of a moderate size.
    """

    name: str
    least: int = 1
    most: int | None = 1
    takes: Sort = "real"
    gives: Sort = "real"
    spellings: tuple[str, ...] = ()
    infix: str | None = None
    arb: str | None = None
    numpy: str | None = None
    sympy: str | None = None
    c: str | None = None
    requires: tuple[Requirement, ...] = ()
    partial: bool = False
    exact: Exact | None = None
    derivative: tuple[str, ...] = ()
    definition: str | None = None
    rises: Literal[1, -1] | None = None
    turns: tuple[int, ...] = ()
    odd: bool = False
    kinks: tuple[int, ...] = ()
    steps: str | None = None
    overflows: bool = False

    @property
    def is_total(self) -> bool:
        """Whether it has a value for all arguments."""
        return not (self.requires or self.partial)

    @property
    def jumps(self) -> bool:
        """Whether it is discontinuous somewhere, as a truth value is."""
        return self.steps is not None or self.gives == "truth" or self.name == "piecewise"

    @property
    def is_function(self) -> bool:
        """Whether it is a function of one number that libraries have, rounded there as they like."""
        return self.c is not None and self.most == 1 and self.steps is None

    @property
    def is_comparison(self) -> bool:
        return self.takes == "real" and self.gives == "truth"


def _comparison(name: str, infix: str, numpy: str, sympy: str) -> Operation:
    exact: Exact = getattr(operator, name)
    return Operation(name, 2, 2, gives="truth", infix=infix, exact=exact, numpy=numpy, sympy=sympy)


def _junction(name: str, least: int, most: int | None, exact: Exact) -> Operation:
    title = name.title()
    return Operation(
        name,
        least,
        most,
        takes="truth",
        gives="truth",
        spellings=(title,),
        exact=exact,
        numpy=f"logical_{name}",
        sympy=title,
    )


def _function(name: str, derivative: str, exact: Exact) -> Operation:
    """A function of one number that has the same name everywhere."""
    return Operation(
        name,
        spellings=(name,),
        arb=name,
        numpy=name,
        sympy=name,
        c=name,
        exact=exact,
        derivative=(derivative,),
    )


def _whole(function: Callable[[Fraction], int]) -> Exact:
    return lambda x: Fraction(function(x))


_NOT_ZERO = Requirement(1, "ne", 0, "the divisor", "division by zero")
_NOT_NEGATIVE = Requirement(
    0, "ge", 0, "what stands under a root", "a root or fractional power of a negative number"
)
_POSITIVE = Requirement(
    0, "gt", 0, "the argument of a logarithm", "the logarithm of a number that is not positive"
)

_FROM_MINUS_ONE = Requirement(
    0,
    "ge",
    -1,
    "the argument of an inverse sine or cosine",
    "the inverse sine or cosine of a number that is not between -1 and 1",
)
_UP_TO_ONE = (_FROM_MINUS_ONE, replace(_FROM_MINUS_ONE, relation="le", bound=1))
_WHAT, _WHY = "the argument of an inverse hyperbolic {}", "the inverse hyperbolic {} of a number {}"
_ABOVE = (_WHAT.format("tangent"), _WHY.format("tangent", "that is not within -1 and 1"))
_WITHIN_ONE = (Requirement(0, "gt", -1, *_ABOVE), Requirement(0, "lt", 1, *_ABOVE))
_FROM_ONE = Requirement(0, "ge", 1, _WHAT.format("cosine"), _WHY.format("cosine", "below 1"))

_ARITHMETIC = (
    Operation("add", 2, None, infix="+", numpy="add", sympy="Add", exact=operator.add),
    Operation("mul", 2, None, infix="*", numpy="multiply", sympy="Mul", exact=operator.mul),
    Operation(
        "div",
        2,
        2,
        infix="/",
        numpy="divide",
        requires=(_NOT_ZERO,),
        exact=operator.truediv,
        derivative=("1/y", "-value/y"),
    ),
    Operation(
        "pow",
        2,
        2,
        infix="**",
        numpy="power",
        sympy="Pow",
        c="pow",
        partial=True,
        derivative=("value*y/x", "value*log(x)"),
    ),
    Operation("neg", numpy="negative", exact=operator.neg, derivative=("-1",), rises=-1),
    Operation(
        "abs",
        spellings=("Abs", "abs"),
        numpy="abs",
        sympy="Abs",
        exact=abs,
        derivative=("sign(x)",),
        rises=-1,
        turns=(0,),
        kinks=(0,),
    ),
    Operation(
        "min",
        1,
        None,
        spellings=("Min", "min"),
        numpy="minimum",
        sympy="Min",
        exact=lambda *xs: min(xs),
    ),
    Operation(
        "max",
        1,
        None,
        spellings=("Max", "max"),
        numpy="maximum",
        sympy="Max",
        exact=lambda *xs: max(xs),
    ),
    Operation(
        "mod",
        2,
        2,
        spellings=("Mod",),
        sympy="Mod",
        requires=(_NOT_ZERO,),
        exact=operator.mod,
        derivative=("1", "-floor(x/y)"),
        definition="x - y*floor(x/y)",
        steps="floor(x/y)",
    ),
)
_STEPS = (
    Operation(
        "sign",
        spellings=("sign",),
        arb="sgn",
        numpy="sign",
        sympy="sign",
        exact=_whole(lambda x: (x > 0) - (x < 0)),
        derivative=("0",),
        rises=1,
        kinks=(0,),
        steps="sign(x)",
    ),
    replace(
        _function("floor", "0", _whole(math.floor)),
        rises=1,
        steps="floor(x)",
    ),
    replace(
        _function("ceil", "0", _whole(math.ceil)),
        sympy="ceiling",
        definition="-floor(-x)",
        rises=1,
        steps="ceil(x)",
    ),
)
_FUNCTIONS = (
    replace(
        _function("sqrt", "1/(2*value)", lambda x: rational_root(x, 2)),
        requires=(_NOT_NEGATIVE,),
        rises=1,
    ),
    replace(_function("exp", "value", only_at(0, 1)), rises=1, overflows=True),
    replace(
        _function("log", "1/x", only_at(1, 0)),
        spellings=("log", "ln"),
        requires=(_POSITIVE,),
        rises=1,
    ),
    _function("sin", "cos(x)", only_at(0, 0)),
    _function("cos", "-sin(x)", only_at(0, 1)),
    replace(
        _function("tan", "1 + value**2", only_at(0, 0)),
        partial=True,
        definition="sin(x)/cos(x)",
    ),
    replace(
        _function("tanh", "1 - value**2", only_at(0, 0)),
        definition="1 - 2/(exp(2*x) + 1)",
        rises=1,
    ),
    replace(
        _function("sinh", "cosh(x)", only_at(0, 0)),
        definition="(exp(x) - exp(-x))/2",
        rises=1,
        overflows=True,
    ),
    replace(
        _function("cosh", "sinh(x)", only_at(0, 1)),
        definition="(exp(x) + exp(-x))/2",
        rises=-1,
        turns=(0,),
        overflows=True,
    ),
    replace(
        _function("asin", "1/sqrt(1 - x**2)", only_at(0, 0)),
        numpy="arcsin",
        requires=_UP_TO_ONE,
        definition="2*atan(x/(1 + sqrt(1 - x**2)))",
        rises=1,
    ),
    replace(
        _function("acos", "-1/sqrt(1 - x**2)", only_at(1, 0)),
        numpy="arccos",
        requires=_UP_TO_ONE,
        definition="pi/2 - 2*atan(x/(1 + sqrt(1 - x**2)))",
        rises=-1,
    ),
    replace(
        _function("atan", "1/(1 + x**2)", only_at(0, 0)),
        numpy="arctan",
        rises=1,
        odd=True,
    ),
    replace(
        _function("asinh", "1/sqrt(x**2 + 1)", only_at(0, 0)),
        numpy="arcsinh",
        definition="log(x + sqrt(x**2 + 1))",
        rises=1,
        odd=True,
    ),
    replace(
        _function("acosh", "1/sqrt(x**2 - 1)", only_at(1, 0)),
        numpy="arccosh",
        requires=(_FROM_ONE,),
        definition="log(x + sqrt(x - 1)*sqrt(x + 1))",
        rises=1,
    ),
    replace(
        _function("atanh", "1/(1 - x**2)", only_at(0, 0)),
        numpy="arctanh",
        requires=_WITHIN_ONE,
        definition="log((1 + x)/(1 - x))/2",
        rises=1,
        odd=True,
    ),
    replace(
        _function("erf", "2*exp(-x**2)/sqrt(pi)", only_at(0, 0)),
        rises=1,
        odd=True,
    ),
    replace(
        _function("log2", "1/(x*log(2))", lambda x: rational_logarithm(x, 2)),
        arb=None,
        sympy=None,
        requires=(_POSITIVE,),
        definition="log(x)/log(2)",
        rises=1,
    ),
    replace(
        _function("log10", "1/(x*log(10))", lambda x: rational_logarithm(x, 10)),
        arb=None,
        sympy=None,
        requires=(_POSITIVE,),
        definition="log(x)/log(10)",
        rises=1,
    ),
    replace(
        _function("cbrt", "1/(3*value**2)", lambda x: real_root(x, 3)),
        arb=None,
        sympy=None,
        definition="sign(x)*abs(x)**(1/3)",
        rises=1,
        kinks=(0,),
    ),
)
_TRUTHS = (
    _comparison("lt", "<", "less", "StrictLessThan"),
    _comparison("le", "<=", "less_equal", "LessThan"),
    _comparison("gt", ">", "greater", "StrictGreaterThan"),
    _comparison("ge", ">=", "greater_equal", "GreaterThan"),
    _comparison("eq", "==", "equal", "Equality"),
    _comparison("ne", "!=", "not_equal", "Unequality"),
    _junction("and", 1, None, lambda *xs: all(xs)),
    _junction("or", 1, None, lambda *xs: any(xs)),
    _junction("not", 1, 1, operator.not_),
    Operation("piecewise", 2, None, spellings=("Piecewise",), partial=True),
)

OPERATIONS = {record.name: record for record in (*_FUNCTIONS, *_STEPS, *_ARITHMETIC, *_TRUTHS)}
COMPARISONS = {name: record for name, record in OPERATIONS.items() if record.is_comparison}
INFIX = {name: record.infix for name, record in COMPARISONS.items() if record.infix}
FUNCTIONS = {spelling: name for name, record in OPERATIONS.items() for spelling in record.spellings}


def may_jump(expression: Expression) -> bool:
    """Whether an expression may be discontinuous."""
    nodes = post_order(expression)
    return any(isinstance(node, Apply) and OPERATIONS[node.operation].jumps for node in nodes)


def sort_of(expression: Expression) -> Sort:
    """Whether an expression stands for a real number or for a truth value."""
    if isinstance(expression, Apply):
        return OPERATIONS[expression.operation].gives
    return "truth" if isinstance(expression, Truth) else "real"
