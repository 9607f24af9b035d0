"""The source text of a check at every float32: both sides, and how far rounding can have taken them.

In float64 every value v comes with a bound e on its distance from the exact value, by running error
analysis: an operation adds half a unit in the last place of its result to what it passes on. `GROWN`
covers the rounding of the bounds themselves, `TINY` underflow. Where the value may be undefined or
has overflowed, e is infinite or NaN, and every operation keeps it so; no such point can be certain.
Nothing is compiled with liberties, so that no product and sum are rounded together.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from ...errors import SettingError
from ...expression.straight_line import Program, Step, squarings

Arithmetic = Literal["reals", "float32"]
BLOCK = 512
_INDENT = " " * 8
RIGOROUS = {"number", "constant", "input", "power"}
RIGOROUS |= {"add", "mul", "div", "sqrt", "neg", "abs", "min", "max"}

_HEADER = '''\
"""Check at every float32, generated from a claim."""

import numpy as np
from numba import njit
from nalmx.codegen.maths64 import bits, float32_from_bits, from_bits

F, S, U, W = np.float64, np.float32, np.uint64, np.uint32
BLOCK = U({block})
HALF_UNIT, GROWN, TINY = F(2.0**-53), F(1.0 + 2.0**-48), F(2.0**-1000)
INFINITY = F(np.inf)
ONE = S(1.0)
sqrt = np.sqrt


@njit(error_model="numpy", nogil=True)
def block(first, size, exact, errors, narrow, tolerance, differences, open_):
    unsure = 0
    largest = bits(F(0.0))
    bound = bits(F(0.0))
{loads}\
    for j in range(size):
        single = float32_from_bits(W(first + U(j)))
        x = F(single)
{lines}\
        gap = abs(left - right)
        off = ({errors}gap) * GROWN + TINY
{relative}        sure = (off <= tolerance) & (off < INFINITY)
        unsure += not sure
        open_[j] = not sure
        gap = gap if gap < INFINITY else F(0.0)
        differences[j] = gap
        largest = bits(gap) if bits(gap) > largest else largest
        off = off if sure else F(0.0)
        bound = bits(off) if bits(off) > bound else bound
    return unsure, from_bits(largest), from_bits(bound)
'''

_RELATIVE = """\
        least = abs(right){error}
        off = off / least * GROWN + TINY if least > F(0.0) else INFINITY
        gap = gap / abs(right)
"""

_CHECK = """

@njit(error_model="numpy", nogil=True, cache=True)
def check(first, stop, exact, errors, narrow, tolerance, places):
    differences = np.empty(BLOCK, F)
    open_ = np.empty(BLOCK, np.bool_)
    unsure = 0
    kept = 0
    largest = F(-1.0)
    bound = F(0.0)
    at = first
    while first < stop:
        size = min(BLOCK, stop - first)
        found = block(first, size, exact, errors, narrow, tolerance, differences, open_)
        if found[0] > 0:
            unsure += found[0]
            for j in range(size):
                if open_[j] and kept < places.size:
                    places[kept] = first + U(j)
                    kept += 1
        if found[1] > largest:
            largest = found[1]
            at = first
        if found[2] > bound:
            bound = found[2]
        first += size
    size = min(BLOCK, stop - at)
    block(at, size, exact, errors, narrow, tolerance, differences, open_)
    for j in range(size):
        if differences[j] == largest:
            at += U(j)
            break
    return unsure, kept, largest, at, bound
"""


def bound_source(left: Program, right: Program, arithmetic: Arithmetic, relative: bool) -> str:
    """A Python module with a function `check` for Numba to compile.

    With `reals`, `left` and `right` are one program with two results. With `float32` every step
    of the left side is rounded to float32.
    """
    if arithmetic == "reals":
        exact = _Exact("v", left)
        (a, a_error), (b, b_error) = (exact.result(place) for place in left.results)
        lines, loads = exact.lines, exact.loads
    else:
        single, exact = _Single("s", left), _Exact("v", right)
        a, a_error = f"F({single.result(left.results[0])})", None
        b, b_error = exact.result(right.results[0])
        lines, loads = [*single.lines, *exact.lines], [*single.loads, *exact.loads]
    return (
        _HEADER.format(
            block=BLOCK,
            loads="".join(f"    {line}\n" for line in loads),
            lines="".join(f"{_INDENT}{x}\n" for x in [*lines, f"left = {a}", f"right = {b}"]),
            errors="".join(f"{error} + " for error in (a_error, b_error) if error),
            relative=_RELATIVE.format(error=f" - {b_error}" if b_error else "") if relative else "",
        )
        + _CHECK
    )


def check_rigorous(program: Program) -> None:
    """Refuse operations whose rounding in float64 has no bound here."""
    for step in program.steps:
        if step.operation not in RIGOROUS:
            raise SettingError(
                f"an exhaustive check cannot bound the rounding of {step.operation!r}; it knows "
                "+ - * / sqrt, whole powers up to 64, Abs, min and max"
            )


def exactly_float(step: Step) -> bool:
    """Whether a number is a float64."""
    if not isinstance(step.content, Fraction):
        return False
    try:
        return Fraction(float(step.content)) == step.content
    except OverflowError:
        return False


class _Exact:
    """Lines that give every step a value `v…` and, unless it is exact, a bound `e…`."""

    def __init__(self, prefix: str, program: Program) -> None:
        self.prefix = prefix
        self.lines: list[str] = []
        self.loads: list[str] = []
        self._known: list[tuple[str, str | None]] = []
        constants = 0
        for place, step in enumerate(program.steps):
            name = f"{prefix}{place}"
            if step.operation in ("number", "constant"):
                self.loads.append(f"{name} = exact[{constants}]")
                error = None if exactly_float(step) else f"e{name}"
                if error:
                    self.loads.append(f"{error} = errors[{constants}]")
                constants += 1
                self._known.append((name, error))
            else:
                self._known.append(self._step(name, step, [self._known[a] for a in step.arguments]))

    def result(self, place: int) -> tuple[str, str | None]:
        """The names of a value and of its bound."""
        return self._known[place]

    def _step(
        self, name: str, step: Step, parts: Sequence[tuple[str, str | None]]
    ) -> tuple[str, str | None]:
        operation = step.operation
        if operation == "input":
            return "x", None
        if operation == "power":
            assert isinstance(step.content, int)
            return self._power(name, parts[0], step.content)
        value, error = parts[0]
        if operation in ("neg", "abs"):
            self.lines.append(f"{name} = {'-' if operation == 'neg' else 'abs'}({value})")
            return name, error
        if operation == "sqrt":
            return self._root(name, value, error)
        if operation == "div":
            return self._quotient(name, parts[0], parts[1])
        join = {"add": self._sum, "mul": self._product}.get(operation)
        for k, part in enumerate(parts[1:]):
            target = f"{name}_{k}"
            if join:
                value, error = join(target, (value, error), part)
            else:
                symbol = "<" if operation == "min" else ">"
                value, error = self._extreme(target, symbol, (value, error), part)
        return value, error

    def _sum(
        self, name: str, a: tuple[str, str | None], b: tuple[str, str | None]
    ) -> tuple[str, str]:
        self.lines.append(f"{name} = {a[0]} + {b[0]}")
        return self._bounded(name, [part for part in (a[1], b[1]) if part])

    def _product(
        self, name: str, a: tuple[str, str | None], b: tuple[str, str | None]
    ) -> tuple[str, str]:
        self.lines.append(f"{name} = {a[0]} * {b[0]}")
        parts = [f"abs({a[0]}) * {b[1]}"] if b[1] else []
        if a[1]:
            size = f"(abs({b[0]}) + {b[1]})" if b[1] else f"abs({b[0]})"
            parts.append(f"{size} * {a[1]}")
        return self._bounded(name, parts)

    def _quotient(
        self, name: str, a: tuple[str, str | None], b: tuple[str, str | None]
    ) -> tuple[str, str]:
        self.lines.append(f"{name} = {a[0]} / {b[0]}")
        if not b[1]:
            return self._bounded(name, [f"{a[1]} / abs({b[0]})"] if a[1] else [])
        # The divisor is at least d. Where it is less than its own bound away from 0, nothing is known.
        self.lines.append(f"d{name} = abs({b[0]}) - {b[1]}")
        self.lines.append(f"d{name} = d{name} if d{name} > {b[1]} else F(0.0)")
        above = f"abs({name}) * {b[1]}"
        above = f"({a[1]} + {above})" if a[1] else above
        self.lines.append(f"q{name} = {above} / d{name} if d{name} > F(0.0) else INFINITY")
        return self._bounded(name, [f"q{name}"])

    def _root(self, name: str, value: str, error: str | None) -> tuple[str, str]:
        self.lines.append(f"{name} = sqrt({value})")
        if not error:
            return self._bounded(name, [])
        self.lines.append(f"q{name} = {error} / {name} if {value} >= {error} else INFINITY")
        return self._bounded(name, [f"q{name}"])

    def _power(
        self, name: str, base: tuple[str, str | None], exponent: int
    ) -> tuple[str, str | None]:
        if exponent == 0:
            # 1, unless the base itself is undefined: then its bound is not finite, and 0 times it NaN.
            self.lines.append(f"{name} = F(1.0)")
            if base[1]:
                self.lines.append(f"e{name} = F(0.0) * {base[1]}")
            return name, f"e{name}" if base[1] else None
        known = {base[0]: base}
        products, result = squarings(base[0], abs(exponent), f"{name}_")
        for target, one, other in products:
            known[target] = self._product(target, known[one], known[other])
        if exponent > 0:
            return known[result]
        return self._quotient(name, ("F(1.0)", None), known[result])

    def _extreme(
        self, name: str, symbol: str, a: tuple[str, str | None], b: tuple[str, str | None]
    ) -> tuple[str, str | None]:
        self.lines.append(f"{name} = {a[0]} if {a[0]} {symbol} {b[0]} else {b[0]}")
        if not (a[1] and b[1]):
            return name, a[1] or b[1]
        self.lines.append(f"e{name} = {a[1]} if ({a[1]} > {b[1]}) | ({a[1]} != {a[1]}) else {b[1]}")
        return name, f"e{name}"

    def _bounded(self, name: str, parts: Sequence[str]) -> tuple[str, str]:
        """The bound of a rounded result: what its arguments pass on and half a unit of its own."""
        passed = "".join(f"{part} + " for part in parts)
        self.lines.append(f"e{name} = ({passed}abs({name}) * HALF_UNIT) * GROWN + TINY")
        return name, f"e{name}"


class _Single:
    """Lines that give every step a value in float32, rounded after each operation."""

    def __init__(self, prefix: str, program: Program) -> None:
        self.lines: list[str] = []
        self.loads: list[str] = []
        self._names: list[str] = []
        constants = 0
        for place, step in enumerate(program.steps):
            name = f"{prefix}{place}"
            if step.operation in ("number", "constant"):
                self.loads.append(f"{name} = narrow[{constants}]")
                constants += 1
            elif step.operation == "input":
                name = "single"
            else:
                text = self._text(name, step, [self._names[a] for a in step.arguments])
                self.lines.append(f"{name} = {text}")
            self._names.append(name)

    def result(self, place: int) -> str:
        """The name of a value."""
        return self._names[place]

    def _text(self, name: str, step: Step, names: list[str]) -> str:
        if step.operation == "power":
            assert isinstance(step.content, int)
            if step.content == 0:
                return "ONE"
            products, result = squarings(names[0], abs(step.content), f"{name}_")
            self.lines += [f"{target} = {a} * {b}" for target, a, b in products]
            return result if step.content > 0 else f"ONE / {result}"
        if step.operation in ("min", "max"):
            current, symbol = names[0], "<" if step.operation == "min" else ">"
            for k, other in enumerate(names[1:]):
                choice = f"({current} {symbol} {other}) | ({current} != {current})"
                self.lines.append(f"{name}_{k} = {current} if {choice} else {other}")
                current = f"{name}_{k}"
            return current
        symbols = {"add": " + ", "mul": " * ", "div": " / "}
        if step.operation in symbols:
            return symbols[step.operation].join(names)
        return {"neg": "-{}", "abs": "abs({})", "sqrt": "sqrt({})"}[step.operation].format(names[0])
