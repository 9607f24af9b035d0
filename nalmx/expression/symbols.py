"""Symbols of a module's equation that must keep their shape: sums, products, clamps, sigmoids.

SymPy would merge a plain sum or product with its surroundings. These stay what they are until
`.doit()`, so that one equation serves extraction, where they become ordinary arithmetic, and the
training kernel, where they become loops over the inputs.
"""

from __future__ import annotations

from typing import Any

import sympy


class Total(sympy.Function):  # type: ignore[misc]
    """The sum of its arguments; a sum of numbers is a number."""

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        return sympy.Add(*arguments) if all(a.is_number for a in arguments) else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.One

    def doit(self, **hints: Any) -> Any:
        return sympy.Add(*(argument.doit(**hints) for argument in self.args))


class Times(sympy.Function):  # type: ignore[misc]
    """The product of its arguments; a product of numbers is a number."""

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        return sympy.Mul(*arguments) if all(a.is_number for a in arguments) else None

    def fdiff(self, argindex: int = 1) -> Any:
        return Times(*(a for place, a in enumerate(self.args, 1) if place != argindex))

    def doit(self, **hints: Any) -> Any:
        return sympy.Mul(*(argument.doit(**hints) for argument in self.args))


class Clamp(sympy.Function):  # type: ignore[misc]
    """Clamp(x, lower, upper), with slope 1 from lower to upper, the ends included."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> Any:
        return Within(*self.args) if argindex == 1 else sympy.S.Zero

    def doit(self, **hints: Any) -> Any:
        value, lower, upper = (argument.doit(**hints) for argument in self.args)
        return sympy.Min(sympy.Max(value, lower), upper)


class Within(sympy.Function):  # type: ignore[misc]
    """1 where lower ≤ x ≤ upper, else 0: the slope of `Clamp`."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero

    def doit(self, **hints: Any) -> Any:
        value, lower, upper = (argument.doit(**hints) for argument in self.args)
        return sympy.Piecewise((1, sympy.And(lower <= value, value <= upper)), (0, True))


class Sigmoid(sympy.Function):  # type: ignore[misc]
    """σ(x) = 1 / (1 + e⁻ˣ)."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)

    def doit(self, **hints: Any) -> Any:
        return 1 / (1 + sympy.exp(-self.args[0].doit(**hints)))


class Negative(sympy.Function):  # type: ignore[misc]
    """1 where x < 0, else 0."""

    nargs = 1

    @classmethod
    def eval(cls, value: Any) -> Any:
        if value.is_nonnegative:
            return sympy.S.Zero
        return sympy.S.One if value.is_negative else None

    def doit(self, **hints: Any) -> Any:
        return sympy.Piecewise((1, self.args[0].doit(**hints) < 0), (0, True))
