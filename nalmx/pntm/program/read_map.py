"""Which item of the prompt a read head sees at each step of the answer, solved from the controls.

A prompt is described in blocks, say x⁺ "+" y⁺. In a block in which every writing token moves the
write head alike, and nothing else moves it, the i-th writing item lies in a cell affine in i. So
what a head at position p(j) reads just before answer token j is the solution of one equation,

    cell(i) = base + slope·i = p(j)                e.g. reverse: i = p(j) = n + 1 − j

and blank where no i between 1 and the number of items solves it.

Symbols: the blocks are x, y, …, and the answer has the letter after theirs; n, or n_x, n_y, …, are
lengths of blocks; j is the number of the answer token; N_{x: 0, 1} counts the tokens 0 and 1 in x,
and N_{z: 0} the token 0 among the j − 1 answer tokens so far. Functions: x(i) is the i-th item of
x, x_{2, 3}(i) the i-th of those that are 2 or 3, x[1](i) is x(i) where that is 1 and else blank,
state_x(i) the register after it, and w1_x(i) what it wrote on tape 1. Tokens that could be taken
for something else are in double quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sympy

from ..machine import BLANK, Machine
from .phases import (
    BLANK_NAME,
    Block,
    Count,
    J,
    Phase,
    counted,
    listed,
    meanings,
    phases_of,
    spelled,
    way_of,
    with_blanks,
)

Moves: TypeAlias = "tuple[int, int, bool]"  # of the write head and the read head; whether it writes


@dataclass(frozen=True, slots=True)
class ReadCase:
    """The head reads what the `index`-th of the rows `rows` in `phase` wrote, where `condition`."""

    phase: str
    rows: frozenset[int]
    value: sympy.Expr  # x(index), or the one symbol that all of them write
    index: sympy.Expr
    condition: sympy.Basic


@dataclass(frozen=True, slots=True)
class ReadMap:
    """What the read head of a tape sees before answer token j: the first case that holds, or blank.

    Where `reason` is not None it says why there are no cases; `position`, the cell that is read,
    may be known even then.
    """

    tape: int
    position: sympy.Expr | None
    cases: tuple[ReadCase, ...]
    counts: tuple[Count, ...]
    reason: str | None = None

    @property
    def form(self) -> sympy.Expr | None:
        """The cases as one expression, e.g. Piecewise((x(j), j <= n), (blank, True))."""
        if self.reason is not None:
            return None
        pairs = [(case.value, case.condition) for case in self.cases]
        return sympy.Piecewise(*pairs, (BLANK_NAME, True), evaluate=False)


@dataclass(frozen=True, slots=True)
class _Written:
    """Item i of a phase, i = 1 … number, is in cell base + slope·i; slope 0: the last stays."""

    phase: Phase
    rows: frozenset[int]
    base: sympy.Expr
    slope: int
    number: sympy.Expr


class _Walk:
    """The heads of one tape through the phases; what is not affine there has a reason instead."""

    def __init__(self, machine: Machine, phases: Sequence[Phase], tape: int) -> None:
        self.machine, self.phases, self.tape = machine, phases, tape
        rows = sorted(frozenset().union(*(phase.rows for phase in phases)))
        self.writes = machine.symbols(tape, rows)
        acts = {row: machine.acts(row, tape) for row in rows}
        # Cells moved by and the cell jumped to, of the write head and of the read head.
        self.ways = {
            row: (way_of(act.write_head), way_of(act.read_head)) for row, act in acts.items()
        }
        self.heads: list[sympy.Expr | str] = [sympy.Integer(p) for p in machine.starts[tape]]
        self.written: list[_Written] = []
        self.reason: str | None = None
        self.counts: list[Count] = []
        self.facts: list[dict[sympy.Symbol, sympy.Expr]] = [{}, {}]
        for phase in phases:
            self._pass(phase)

    def _pass(self, phase: Phase) -> None:
        classes, counts = counted(self.machine, phase, phase.rows, self._class)
        self.counts += counts
        for length in phase.whole.free_symbols:
            # Two facts of a length: it is at least 1, and at least what is counted in it.
            self.facts[0][length] = length + 1
            total = sum(count.symbol for count in counts)
            self.facts[1][length] = length + total + (length - phase.whole)
        writing = phase.rows & self.writes.keys()
        if writing:
            self._write(phase, writing, classes)
        for head in (0, 1):
            targets = {self.ways[row][head][1] for row in phase.rows}
            if targets <= {None}:
                moves = {key[head] for key in classes}
                moved = sum(key[head] * number for key, number in classes.items())
                moved = moves.pop() * phase.whole if len(moves) == 1 else moved
                before = self.heads[head]
                self.heads[head] = before if isinstance(before, str) else before + moved
            elif len(targets) == 1 and phase.whole != J - 1:
                self.heads[head] = sympy.Integer(targets.pop())
            else:
                name = ("write", "read")[head]
                self.heads[head] = f"tokens of {phase.name} make the {name} head jump apart"

    def _class(self, row: int) -> tuple[int, int, bool]:
        (write, _), (read, _) = self.ways[row]
        return write, read, row in self.writes

    def _write(self, phase: Phase, rows: frozenset[int], classes: dict[Moves, sympy.Expr]) -> None:
        """What a phase writes, as items in cells, or the reason why that is not affine."""
        number = sum(count for key, count in classes.items() if key[2])
        targets = {self.ways[row][0][1] for row in phase.rows}
        moves = {self.ways[row][0][0] for row in rows}
        others = {self.ways[row][0][0] for row in phase.rows - rows}
        before = self.heads[0]
        if targets != {None}:
            if len(targets) > 1:
                self.reason = f"tokens of {phase.name} make the write head jump apart"
                return
            before, moves, others = sympy.Integer(targets.pop()), {0}, {0}
        if isinstance(before, str):
            self.reason = before
        elif len(moves) > 1 or not others <= {0}:
            self.reason = f"tokens of {phase.name} move the write head apart"
        else:
            (slope,) = moves
            base, slope = (before + slope, 0) if phase.whole == 1 else (before, slope)
            self.written.append(_Written(phase, rows, base, slope, number))

    def at_most(self, low: sympy.Expr, high: sympy.Expr) -> sympy.Basic:
        """low ≤ high, as true or false where the lengths decide it, and tidied otherwise."""
        gap = sympy.expand(high - low)
        if any(_nonnegative(gap.xreplace(known)) for known in self.facts):
            return sympy.true
        if any(_nonnegative((-gap - 1).xreplace(known)) for known in self.facts):
            return sympy.false
        terms = gap.as_coefficients_dict()
        right = sum(value * term for term, value in terms.items() if value > 0)
        return sympy.Le(right - gap, right)

    def cases(self, position: sympy.Expr) -> tuple[ReadCase, ...]:
        """What lies in a cell, latest first; a case that always holds ends the list."""
        found: list[ReadCase] = []
        names = meanings(self.machine, self.tape)
        item = sympy.Symbol("i", integer=True)
        for written in reversed(self.written):
            if written.slope == 0:
                index = written.number
                conditions = [_equal(position, written.base), self.at_most(sympy.S.One, index)]
            else:
                roots = sympy.solve(written.base + written.slope * item - position, item)
                if not roots:  # no whole number solves it, as 2·i = 2·j + 1
                    continue
                index = sympy.expand(roots[0])
                conditions = [
                    self.at_most(sympy.S.One, index),
                    self.at_most(index, written.number),
                ]
                if abs(written.slope) > 1:
                    offset = sympy.expand(position - written.base)
                    conditions.append(_equal(sympy.Mod(offset, abs(written.slope)), sympy.S.Zero))
            condition = sympy.And(*conditions)
            if condition == sympy.false:
                continue
            value = self._value(written, index, names)
            found.append(ReadCase(written.phase.name, written.rows, value, index, condition))
            if condition == sympy.true:
                break
        return tuple(found)

    def _value(
        self, written: _Written, index: sympy.Expr, names: dict[int, sympy.Symbol]
    ) -> sympy.Expr:
        """The name of an item: the symbol itself where all write one, else x(i) or the like."""
        size, phase = self.machine.vocabulary.size, written.phase
        symbols = {self.writes[row] for row in written.rows}
        if len(symbols) == 1:
            return names[symbols.pop()]
        shown = [row for row in sorted(written.rows) if self.writes[row] != BLANK]
        if all(names[self.writes[row]].name == spelled(self.machine, row % size) for row in shown):
            kind = phase.name
            if len(shown) < len(written.rows):
                kind += f"[{listed(self.machine, phase, shown)}]"
        elif all(names[self.writes[row]].name == f"state {row // size}" for row in written.rows):
            kind = f"state_{phase.name}"
        else:
            kind = f"w{self.tape + 1}_{phase.name}"
        if written.rows != phase.rows:
            kind += f"_{{{listed(self.machine, phase, written.rows)}}}"
        return sympy.Function(kind)(index)


def _equal(left: sympy.Expr, right: sympy.Expr) -> sympy.Basic:
    gap = sympy.expand(left - right)
    return sympy.Eq(left, right) if gap.free_symbols else sympy.true if gap == 0 else sympy.false


def _nonnegative(gap: sympy.Expr) -> bool:
    """Whether a sum of symbols that are at least 0 has no negative coefficient."""
    return all(value >= 0 for value in sympy.expand(gap).as_coefficients_dict().values())


def read_maps(machine: Machine, blocks: Sequence[Block]) -> tuple[ReadMap, ...]:
    """For each tape, what its read head sees just before answer token j, on these blocks.

    Example: a machine that reverses, on [letters], reads x(n + 1 - j) where j <= n, else blank.
    """
    machine, found = with_blanks(machine), []
    phases = phases_of(machine, blocks)
    for tape in range(machine.tapes):
        walk = _Walk(machine, phases, tape)
        end = walk.heads[1]
        position = None if isinstance(end, str) else sympy.expand(end)
        reason = walk.reason if position is not None else walk.reason or str(end)
        cases = walk.cases(position) if reason is None and position is not None else ()
        found.append(ReadMap(tape, position, cases, tuple(walk.counts), reason))
    return tuple(found)
