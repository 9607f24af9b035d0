"""A counterexample as the body of a test that fails on the formula as it is, and passes once it is mended.

Whether it does is found out before it is written, by computing what the test will compute: over
fractions, in floats where the difference is far above their rounding, otherwise to many digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from ..expression import Expression, Undefined, evaluate, sort_of
from ..expression.ball import ball, enclose, precision
from ..python_layout import Code, call, laid_out, number
from ..verify import Claim, Counterexample
from ..verify.bounding.bounds import as_fraction, exponent_below
from ..verify.domain import Point
from ..verify.witness import judge
from .float_errors import NotFinite, computed
from .precise import to_digits
from .python_writer import fraction_code

_DIGITS = (None, 40, 80, 160, 320, 640, 1_280)
_BITS = 320
# A difference is shown where it is this many times the rounding that hides it; a mended formula may
# differ from the truth by this many times the rounding of both.
_VISIBLE, _ALLOWED = 16, 100
_UNIT = Fraction(1, 2**50)
# Where an enclosure is wider than this, it does not tell the error of a value.
_WIDE = 2.0**-40


class NotShown(Exception):
    """No test in Python can tell the formula from a mended one at the counterexample."""


@dataclass(frozen=True, slots=True)
class Regression:
    """The lines of a test after `point` is set; functions to `digits` where floats do not show it."""

    point: Point
    lines: list[str]
    digits: int | None = None


_NO_VALUE = [
    "    # The truth has no value here.",
    "    with pytest.raises((ZeroDivisionError, ValueError)):",
    "        formula(*point)",
]


def regression(claim: Claim, example: Counterexample, *, exact: bool) -> Regression:
    """The test of a counterexample; `exact` says that both functions are, over fractions."""
    points = [example.point]
    if example.beyond is not None:
        # It fails somewhere between the two, and perhaps at one of them.
        ends = (example.point, example.beyond)
        points = [end for end in ends if isinstance(judge(claim, end), Counterexample)]
    for point in points:
        no_value = _is_undefined(claim.right, point)
        if exact:
            return Regression(point, _NO_VALUE if no_value else compared(claim))
        for digits in _DIGITS:
            with to_digits(digits or 1):
                lines = _shown(claim, point, digits, no_value)
            if lines is not None:
                return Regression(point, lines, digits)
    if example.beyond is not None:
        raise NotShown("the claim fails at an irrational point only, which Python cannot be given")
    raise NotShown("the counterexample is too close, or too far out, for what Python computes")


def compared(claim: Claim, slack: Code = "") -> list[str]:
    """Both sides within the tolerance of the claim at `point`, and `slack`."""
    kind = claim.tolerance.kind
    if kind == "exact" and not slack:
        return ["    assert formula(*point) == truth(*point)"]
    lines, terms = ["    expected = truth(*point)"], []
    if kind != "exact":
        lines += laid_out(fraction_code(claim.tolerance.size), 1, "tolerance = ")
        terms.append("tolerance * abs(expected)" if kind == "rel" else "tolerance")
    if slack:
        lines += laid_out(slack, 1, "rounding = ")
        terms.append("rounding")
    return [*lines, f"    assert abs(formula(*point) - expected) <= {' + '.join(terms)}"]


def _shown(claim: Claim, point: Point, digits: int | None, no_value: bool) -> list[str] | None:
    """A test that certainly fails; None where these digits do not show the difference."""
    many = digits is not None
    left, right = (computed(s, point, many_digits=many) for s in (claim.left, claim.right))
    if no_value:
        return (
            _NO_VALUE if right is NotFinite.UNDEFINED and not isinstance(left, NotFinite) else None
        )
    if isinstance(right, NotFinite) or left is NotFinite.OVERFLOW:
        return None
    if sort_of(claim.left) == "truth":
        return compared(claim) if left is not right else None
    noise = _error(claim.right, point, right, digits)
    room = None
    if left is not NotFinite.UNDEFINED:
        noise += _error(claim.left, point, left, digits)
        limit = claim.tolerance.size
        limit *= abs(Fraction(right)) if claim.tolerance.kind == "rel" else 1
        room = abs(Fraction(left) - Fraction(right)) - limit
        if room <= _VISIBLE * noise:
            return None
    elif not _is_undefined(claim.left, point):
        return None
    allowed = _ALLOWED * noise if room is None else min(room / 2, _ALLOWED * noise)
    n = exponent_below(allowed)
    if not many and abs(n) > 300:
        return None
    if _passes(claim, left, right, Fraction(10) ** n if many else float(f"1e{n}")):
        return None
    exactly = call("Fraction", [f"10**{n}"] if n >= 0 else ["1", f"10**{-n}"])
    return compared(claim, exactly if many else number(float(f"1e{n}")))


def _passes(claim: Claim, left: Any, right: Any, slack: Any) -> bool:
    """Whether the test would pass, or could not be computed."""
    size: Any = claim.tolerance.size
    try:
        if abs(right - right) > size * abs(right) + slack:
            return True
        if left is NotFinite.UNDEFINED:
            return False
        limit = size * abs(right) if claim.tolerance.kind == "rel" else size
        return bool(abs(left - right) <= limit + slack)
    except OverflowError:
        return True


def _error(side: Expression, point: Point, found: Any, digits: int | None) -> Fraction:
    """A bound on the error of a computed value, with room for another library's last digits."""
    value = abs(Fraction(found))
    last = _UNIT if digits is None else Fraction(1, 10 ** (digits - 10))
    with precision(_BITS if digits is None else 4 * digits + 64):
        enclosed = enclose(side, {name: ball(v) for name, v in point.items()})
        if not isinstance(enclosed, flint.arb) or not enclosed.rad() < _WIDE:
            return last * (1 + value)
        return as_fraction(abs(enclosed - ball(Fraction(found)))) + last * max(value, last)


def _is_undefined(side: Expression, point: Mapping[str, Fraction]) -> bool:
    exact = evaluate(side, point)
    if isinstance(exact, Undefined):
        return True
    with precision(_BITS):
        value = enclose(side, {name: ball(v) for name, v in point.items()})
        return not isinstance(exact, Fraction | bool) and isinstance(value, Undefined)
