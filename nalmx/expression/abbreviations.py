"""Functions that are written by other ones while they are read: `sec(x)` becomes `1/cos(x)`.

They are no operations, so nothing else has to know them; their names can name inputs, too (`gamma` is
an input, and `gamma(5)` is 24). Ties of `round` go to the even number, as in Python and in IEEE 754;
`heaviside(x)` is 1/2 at 0; `atan2(y, x)` is the angle of the point (x, y), and has no value at (0, 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from .build import product, rational
from .nodes import Apply, Constant, Expression

MAX_FACTORIAL = 800  # of more the digits would be too many to be read back


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What stands for a function of some parameters; one of the name `condition` is a truth value."""

    parameters: tuple[str, ...]
    meaning: str


def _abbreviations(lines: str) -> dict[tuple[str, int], Abbreviation]:
    """Read lines such as `sec(x) = 1/cos(x)`: by their names and the number of their parameters."""
    found = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        head, _, meaning = line.partition(" = ")
        name, _, inside = head.removesuffix(")").partition("(")
        parameters = tuple(inside.split(", "))
        found[name, len(parameters)] = Abbreviation(parameters, meaning)
    return found


_WRITTEN = _abbreviations("""
    square(x) = x**2
    cube(x) = x**3
    inv(x) = 1/x
    exp2(x) = 2**x
    expm1(x) = exp(x) - 1
    log1p(x) = log(1 + x)
    log(x, b) = log(x)/log(b)
    ln(x, b) = log(x)/log(b)
    hypot(x, y) = sqrt(x**2 + y**2)
    sec(x) = 1/cos(x)
    csc(x) = 1/sin(x)
    cot(x) = cos(x)/sin(x)
    sech(x) = 1/cosh(x)
    csch(x) = 1/sinh(x)
    coth(x) = cosh(x)/sinh(x)
    erfc(x) = 1 - erf(x)
    trunc(x) = sign(x)*floor(abs(x))
    round(x) = floor(x + 1/2) - Piecewise((1, Mod(x, 2) == 1/2), (0, True))
    remainder(x, y) = x - y*round(x/y)
    copysign(x, y) = Piecewise((abs(x), y >= 0), (-abs(x), True))
    relu(x) = Max(x, 0)
    sigmoid(x) = 1/(1 + exp(-x))
    softplus(x) = log(1 + exp(x))
    silu(x) = x/(1 + exp(-x))
    gelu(x) = x*(1 + erf(x/sqrt(2)))/2
    heaviside(x) = (1 + sign(x))/2
    Heaviside(x) = (1 + sign(x))/2
    heaviside(x, h) = Piecewise((0, x < 0), (1, x > 0), (h, True))
    Heaviside(x, h) = Piecewise((0, x < 0), (1, x > 0), (h, True))
    clip(x, a, b) = Min(Max(x, a), b)
    where(condition, a, b) = Piecewise((a, condition), (b, True))
    Eq(x, y) = x == y
    Ne(x, y) = x != y
    Lt(x, y) = x < y
    Le(x, y) = x <= y
    Gt(x, y) = x > y
    Ge(x, y) = x >= y
    add(x, y) = x + y
    sub(x, y) = x - y
    mul(x, y) = x*y
    div(x, y) = x/y
    neg(x) = -x
    pow(x, y) = x**y
""") | {
    ("atan2", 2): Abbreviation(
        ("y", "x"),
        "Piecewise((atan(y/x), x > 0), (2*atan(y/(x + sqrt(x**2 + y**2))), x + sqrt(x**2 + y**2) > 0), "
        "(pi, x < 0))",
    )
}
# Libraries compute these by themselves, and round them otherwise than what is written for them here.
OF_LIBRARIES = frozenset({"exp2", "expm1", "log1p", "hypot", "erfc", "remainder", "atan2"})
_OF_ANY_NUMBER: dict[str, Callable[[int], str]] = {
    "logsumexp": lambda n: f"log({' + '.join(f'exp(x{k})' for k in range(1, n + 1))})",
}


def _factorial(n: Fraction) -> Expression | None:
    """n! of a whole number; None where there is none that is written out."""
    whole = n.denominator == 1 and 0 <= n <= MAX_FACTORIAL
    return rational(factorial(n.numerator)) if whole else None


def _gamma(x: Fraction) -> Expression | None:
    """Γ(n) = (n − 1)! and Γ(n + 1/2) = (2n)!/(4ⁿ n!)·√π for whole n, also where n < 0."""
    if x.denominator == 1:
        return _factorial(x - 1)
    n, half = divmod(x, 1)
    if half != Fraction(1, 2) or 2 * abs(n) > MAX_FACTORIAL:
        return None
    m = abs(n)
    ratio = Fraction(factorial(2 * m), 4**m * factorial(m))
    ratio = ratio if n >= 0 else (-1) ** m / ratio
    return product([rational(ratio), Apply("sqrt", (Constant("pi"),))])


# Functions of constants only: what they give, and which constants they take.
OF_CONSTANTS: dict[str, tuple[Callable[[Fraction], Expression | None], str]] = {
    "factorial": (_factorial, f"a whole number from 0 to {MAX_FACTORIAL}"),
    "gamma": (_gamma, f"a whole number from 1 to {MAX_FACTORIAL + 1}, or a half such as 5/2"),
}
NAMES = tuple(dict.fromkeys([*(name for name, _ in _WRITTEN), *_OF_ANY_NUMBER, *OF_CONSTANTS]))


def abbreviation(name: str, given: int) -> Abbreviation | None:
    """What `name` stands for with so many arguments."""
    if name in _OF_ANY_NUMBER and given:
        meaning = _OF_ANY_NUMBER[name](given)
        return Abbreviation(tuple(f"x{k}" for k in range(1, given + 1)), meaning)
    return _WRITTEN.get((name, given))


def numbers_of_arguments(name: str) -> list[int]:
    """With how many arguments an abbreviation can be written; none where with any number."""
    return sorted(given for known, given in _WRITTEN if known == name)
