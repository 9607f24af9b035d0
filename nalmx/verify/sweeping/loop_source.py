"""The source text of a sweep: draw points, evaluate both sides, keep the worst.

Only the operations listed here are printed, and only names made here: no text that a user gave
reaches the source. Numbers come in as an array, so that claims of one shape share compiled code.
The loop has no branch and calls nothing that a compiler could not vectorise, where the expressions
allow it; sin, cos, tan and powers that are not whole call the C library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...expression.operations import OPERATIONS
from ...expression.straight_line import Program, Step, numbers_of, squarings
from .samples import GOLDEN
from .values import ROUNDING

BLOCK = 512
_INDENT = " " * 12
_SYMBOLS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_CALLS = {
    *(name for name, record in OPERATIONS.items() if record.is_function),
    *("abs", "floor", "ceil"),
}
# What neither vectorises nor is in Numba's `math` with floats for values.
_FROM_NUMPY = _CALLS - {"abs", "sqrt", "exp", "log", "tanh", "floor", "sin", "cos", "tan"}
_JOINED = {"add": " + ", "mul": " * ", "and": " & ", "or": " | "}

_HEADER = '''\
"""Sweep of a claim, generated from its expressions."""

from math import cos, sin, tan

import numpy as np
from numba import njit
from numpy import {functions}
from nalmx.codegen.maths64 import counted, exp, floor, log, tanh

F, U = np.float64, np.uint64
BLOCK = U({block})
GOLDEN = U({golden})
INFINITY = F(np.inf)
sqrt = np.sqrt


@njit(error_model="numpy", nogil=True)
def keep(scores, size, first, worst, places):
    last = worst.size - 1
    doubtful = 0
    above = 0
    for j in range(size):
        score = scores[j] if scores[j] == scores[j] else INFINITY
        scores[j] = score
        doubtful += score > F(0.0)
        above += score > worst[last]
    if above == 0:
        return doubtful
    for j in range(size):
        score = scores[j]
        if score > worst[last]:
            k = last
            while k > 0 and worst[k - 1] < score:
                worst[k] = worst[k - 1]
                places[k] = places[k - 1]
                k -= 1
            worst[k] = score
            places[k] = first + j
    return doubtful


@njit(error_model="numpy", nogil=True, cache=True)
def sweep(first, stop, keys, table, constants, tolerance, worst, places):
    scores = np.empty(BLOCK, F)
    doubtful = 0
'''
_LOOP = """\
    while first < stop:
        size = min(BLOCK, stop - first)
        threshold = min(worst[worst.size - 1], F(0.0))
        above = False
"""
_TAIL = """\
        if above:
            doubtful += keep(scores, size, first, worst, places)
        first += size
    return doubtful
"""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a loop: its name in the expressions and how many intervals its range has."""

    name: str
    intervals: int


def loop_source(
    program: Program,
    inputs: Sequence[Input],
    kind: Literal["exact", "abs", "rel"],
) -> str:
    """A Python module with a function `sweep` for Numba to compile.

    `program` has two results, the left and the right side. `keys` has a number for each input,
    `table` three (start, base, scale) for each interval, `constants` those of
    `numbers_of(program)`.
    """
    functions = ", ".join(f"{OPERATIONS[n].numpy} as {n}" for n in sorted(_FROM_NUMPY))
    lines = [_HEADER.format(block=BLOCK, golden=GOLDEN, functions=functions)]
    lines += _loads(program, inputs)
    lines.append(_LOOP)
    lines += [f"        z{n} = keys[{n}] + (first + U(1)) * GOLDEN\n" for n in range(len(inputs))]
    lines.append("        for j in range(size):\n")
    printer = _Printer({item.name: f"x{n}" for n, item in enumerate(inputs)})
    text = [*_draws(inputs), *printer.program(program), *_score(printer, program, kind)]
    lines += [f"{_INDENT}{line}\n" for line in text]
    lines.append(_TAIL)
    return "".join(lines)


def _loads(program: Program, inputs: Sequence[Input]) -> list[str]:
    lines = [f"    c{n} = constants[{n}]\n" for n in range(len(numbers_of(program)))]
    row = 0
    for n, item in enumerate(inputs):
        for k in range(item.intervals):
            for column, part in enumerate(("start", "base", "scale")):
                lines.append(f"    {part}{n}_{k} = table[{row}, {column}]\n")
            row += 1
    return lines


def _draws(inputs: Sequence[Input]) -> list[str]:
    lines = []
    for n, item in enumerate(inputs):
        lines.append(f"t = counted(z{n} + U(j) * GOLDEN)")
        if item.intervals == 1:
            lines.append(f"x{n} = base{n}_0 + t * scale{n}_0")
            continue
        lines += [f"base = base{n}_0", f"scale = scale{n}_0"]
        for k in range(1, item.intervals):
            lines.append(f"later = t >= start{n}_{k}")
            lines += [f"{part} = {part}{n}_{k} if later else {part}" for part in ("base", "scale")]
        lines.append(f"x{n} = base + t * scale")
    return lines


def _score(printer: _Printer, program: Program, kind: str) -> list[str]:
    left, right = (printer.real(program, place) for place in program.results)
    limit = {"exact": "", "abs": "tolerance + ", "rel": "tolerance * size_of_right + "}[kind]
    masks = sorted({printer.masks[place] or "" for place in program.results} - {""})
    excess = "INFINITY" if masks else "excess"
    return [
        f"left = {left}",
        f"right = {right}",
        "size_of_right = abs(right)",
        f"excess = abs(left - right) - ({limit}F({ROUNDING!r}) * size_of_right)",
        *([f"excess = {excess} if {' | '.join(masks)} else excess"] if masks else []),
        "scores[j] = excess",
        "above = True if not (excess <= threshold) else above",
    ]


class _Printer:
    """Lines that give every step a value `v…`, and a mask `m…` where it may be undefined."""

    def __init__(self, inputs: dict[str, str]) -> None:
        self.inputs = inputs
        self.masks: list[str | None] = []
        self.lines: list[str] = []
        self.constants = 0

    def program(self, program: Program) -> list[str]:
        for place, step in enumerate(program.steps):
            value = self._value(place, step)
            self.lines.append(f"v{place} = {value}")
        return self.lines

    def real(self, program: Program, place: int) -> str:
        """A value as a number; a truth value is 1 or 0."""
        operation = program.steps[place].operation
        truth = operation in (*_SYMBOLS, "and", "or", "not", "truth")
        return f"F(1.0) if v{place} else F(0.0)" if truth else f"v{place}"

    def _mask(self, place: int, step: Step, *own: str) -> None:
        parts = [m for m in (self.masks[a] for a in step.arguments) if m is not None]
        parts = [*dict.fromkeys(parts), *own]
        if len(parts) > 1 or own:
            self.lines.append(f"m{place} = {' | '.join(parts)}")
            parts = [f"m{place}"]
        self.masks.append(parts[0] if parts else None)

    def _value(self, place: int, step: Step) -> str:
        operation, names = step.operation, [f"v{argument}" for argument in step.arguments]
        if operation == "piecewise":
            return self._piecewise(place, step)
        self._mask(place, step, *_undefined(step, names))
        if operation in ("number", "constant"):
            self.constants += 1
            return f"c{self.constants - 1}"
        if operation == "input":
            return self.inputs[str(step.content)]
        if operation == "truth":
            return "True" if step.content else "False"
        if operation == "power":
            return self._power(place, names[0], step.content)
        if operation in ("min", "max"):
            return self._extreme(place, "<" if operation == "min" else ">", names)
        if operation in _JOINED:
            return _JOINED[operation].join(names)
        if operation in _SYMBOLS:
            return f" {_SYMBOLS[operation]} ".join(names)
        if operation in _CALLS:
            return f"{operation}({names[0]})"
        return _FORMS[operation].format(*names)

    def _power(self, place: int, base: str, exponent: object) -> str:
        assert isinstance(exponent, int)
        if exponent == 0:
            return "F(1.0)"
        products, result = squarings(base, abs(exponent), f"p{place}")
        self.lines += [f"{name} = {one} * {other}" for name, one, other in products]
        return result if exponent > 0 else f"F(1.0) / {result}"

    def _extreme(self, place: int, symbol: str, names: Sequence[str]) -> str:
        """What is not a number stays so, on either side."""
        current = names[0]
        for k, name in enumerate(names[1:]):
            choice = f"({current} {symbol} {name}) | ({current} != {current})"
            self.lines.append(f"e{place}_{k} = {current} if {choice} else {name}")
            current = f"e{place}_{k}"
        return current

    def _piecewise(self, place: int, step: Step) -> str:
        value, undefined = "F(0.0)", "True"
        pairs = list(zip(step.arguments[::2], step.arguments[1::2], strict=True))
        for k, (piece, condition) in enumerate(reversed(pairs)):
            own = self.masks[piece] or "False"
            self.lines.append(f"w{place}_{k} = v{piece} if v{condition} else {value}")
            chosen = f"{own} if v{condition} else {undefined}"
            self.lines.append(f"n{place}_{k} = {chosen}")
            value, undefined = f"w{place}_{k}", f"n{place}_{k}"
            if self.masks[condition] is not None:
                self.lines.append(f"o{place}_{k} = {undefined} | {self.masks[condition]}")
                undefined = f"o{place}_{k}"
        self.masks.append(undefined)
        return value


def _undefined(step: Step, names: Sequence[str]) -> list[str]:
    """Where an operation itself is not defined."""
    if step.operation == "power":
        assert isinstance(step.content, int)
        return [f"({names[0]} == F(0.0))"] if step.content < 0 else []
    form = _UNDEFINED.get("compared" if step.operation in _SYMBOLS else step.operation)
    return [] if form is None else [form.format(*names)]


_VIOLATED = {"gt": "<=", "ge": "<", "le": ">", "ne": "=="}
_UNDEFINED = {
    **{
        name: " | ".join(
            f"({{{need.place}}} {_VIOLATED[need.relation]} F({float(need.bound)!r}))"
            for need in record.requires
        )
        for name, record in OPERATIONS.items()
        if record.requires
    },
    "pow": "(({0} < F(0.0)) & ({1} != floor({1}))) | (({0} == F(0.0)) & ({1} < F(0.0)))",
    "compared": "({0} != {0}) | ({1} != {1})",
}
_FORMS = {
    "neg": "-{0}",
    "div": "{0} / {1}",
    "pow": "{0} ** {1}",
    "mod": "{0} - {1} * floor({0} / {1})",
    "sign": "F(1.0) if {0} > F(0.0) else (F(-1.0) if {0} < F(0.0) else {0})",
    "not": "not {0}",
}
