"""Closed forms of a machine: its head positions, its register, its table, and what it reads.

All are derived from the controls and hold for every stream `prompt = answer`:
    head = start + Σ move · N(tokens with this move)  target + Σ … since the last jump
    state ← transition(state, token)                  next token = output(r1, r2, …, state, token)

`n` and `m` are the numbers of prompt and answer tokens so far; N_{in: 0} counts the prompt token 0
so far, N_{out: 0} the answer token 0, and N_{=} the sign between. `token`, the last one taken, is
named `in: 0`, `out: 0` or `=`. Symbols read and next tokens have their spelling alone; `nothing`
is no answer. `read_map` says what r1, r2, … are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy

from ..machine import ROW, Machine
from . import phases as maps
from .phases import Block, Count, spelled
from .read_map import ReadMap, read_maps

END, NOTHING = sympy.Symbol("end"), sympy.Symbol("nothing")
STATE, TOKEN, TARGET = (sympy.Symbol(name) for name in ("state", "token", "target"))


@dataclass(frozen=True, slots=True)
class HeadPosition:
    """Where a head is after any number of steps: `form` until it jumps, and then `after_jump`.

    Example: the write head of a machine that copies is at `n`, and its read head at `m + 1`.
    `targets` are the cells of rows that jump. `after_jump` is `target`, the cell of the last jump,
    plus what was moved by the tokens since, which alone are counted in it.
    """

    tape: int
    head: str  # write or read
    form: sympy.Expr
    targets: Mapping[int, int]
    after_jump: sympy.Expr | None
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """All forms of a machine on prompts of certain blocks."""

    machine: Machine
    blocks: tuple[Block, ...]
    heads: tuple[HeadPosition, ...]
    reads: tuple[ReadMap, ...]
    transition: sympy.Expr
    output: sympy.Expr


def head_positions(machine: Machine) -> tuple[HeadPosition, ...]:
    """The position of every head, by tape, the write head first.

    Equation: start + Σ over rows of move · count. Example: +1 on all prompt tokens gives n.
    """
    found, names, reached = [], ("write", "read"), maps.stream_rows(machine)
    for tape, head in product(range(machine.tapes), (0, 1)):
        ways = {row: maps.way_of(machine.acts(row, tape)[head]) for row in reached}
        moves = {row: cells for row, (cells, _) in ways.items()}
        targets = {row: cell for row, (_, cell) in ways.items() if cell is not None}
        moved, counts = sympy.S.Zero, list[Count]()
        for phase in maps.stream_phases(machine):
            rows = phase.rows - targets.keys()
            numbers, symbols = maps.counted(machine, phase, rows, moves.__getitem__)
            moved += sum(move * number for move, number in numbers.items())
            counts += symbols
        form = sympy.expand(int(machine.starts[tape, head]) + moved)
        after = sympy.expand(TARGET + moved) if targets else None
        found.append(HeadPosition(tape, names[head], form, targets, after, tuple(counts)))
    return tuple(found)


def token_name(machine: Machine, symbol: int) -> sympy.Symbol:
    """The value of `token`: `in: a` for a prompt token, `out: a` for one of the answer."""
    sign, name = machine.vocabulary.equals, spelled(machine, symbol)
    return sympy.Symbol(name if symbol == sign else f"{'in' if symbol < sign else 'out'}: {name}")


def cases_of(groups: Mapping[Any, list[sympy.Basic]]) -> sympy.Expr:
    """Values and when they hold; the one that holds most often is what is left."""
    ordered = sorted(groups, key=lambda value: len(groups[value]))
    if len(ordered) == 1:
        return ordered[0]
    pairs = [(value, sympy.Or(*groups[value], evaluate=False)) for value in ordered[:-1]]
    return sympy.Piecewise(*pairs, (ordered[-1], True), evaluate=False)


def _of_rows(machine: Machine, values: Mapping[int, sympy.Expr]) -> sympy.Expr:
    """A function of the row (state, token), by token first and then, where it matters, by state."""
    size = machine.vocabulary.size
    by_token: dict[int, dict[int, sympy.Expr]] = defaultdict(dict)
    for row, value in values.items():
        by_token[row % size][row // size] = value
    groups: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
    for symbol, by_state in by_token.items():
        states: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
        for state, result in by_state.items():
            states[result].append(sympy.Eq(STATE, state, evaluate=False))
        kept = len(by_state) > 1 and all(result == state for state, result in by_state.items())
        value = STATE if kept else cases_of(states)
        groups[value].append(sympy.Eq(TOKEN, token_name(machine, symbol), evaluate=False))
    return cases_of(groups)


def transition_form(machine: Machine) -> sympy.Expr:
    """The next state of the register, a `Piecewise` over `token` and the `state` before.

    Equation: state ← register[state, token]. Example: Piecewise((1, token = in: +), (state, True)).
    """
    size = machine.vocabulary.size
    states = {0, *(row // size for row in maps.stream_rows(machine))}
    # The end of an answer is never taken in.
    rows = [state * size + symbol for state in sorted(states) for symbol in range(size - 1)]
    after = machine.register.flatten().tolist()
    return _of_rows(machine, {row: sympy.Integer(after[row]) for row in rows})


def output_form(machine: Machine) -> sympy.Expr:
    """The next token of the answer, a `Piecewise` over r1, r2, … read, `state` and `token`.

    Where the answer is what a tape reads it is that symbol: copy gives
    Piecewise((end, Eq(r1, blank)), (r1, True)). It holds for every symbol that a tape can hold.
    """
    _, equals, outputs = maps.stream_phases(machine)
    asked = sorted(equals.rows | outputs.rows)
    names = [maps.meanings(machine, tape) for tape in range(machine.tapes)]
    forms: dict[int, sympy.Expr] = {}
    # A node's children come after it: from the last to the first, nothing is needed before it is
    # known, and what branches share is built once.
    for place in reversed(range(len(machine.table))):
        node = machine.table[place]
        if node.answer is not None:
            forms[place] = sympy.Symbol(spelled(machine, node.answer))
            continue
        rest = NOTHING if node.otherwise is None else forms[node.otherwise]
        seen = {value: forms[child] for value, child in node.branches}
        if node.tape == ROW:
            forms[place] = _of_rows(machine, {row: seen.get(row, rest) for row in asked})
            continue
        read = sympy.Symbol(f"r{node.tape + 1}")
        values = {name: seen.get(symbol, rest) for symbol, name in names[node.tape].items()}
        same = [name for name, value in values.items() if value == name]
        groups: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
        for name, value in values.items():
            kept = read if len(same) > 1 and name in same else value
            groups[kept].append(sympy.Eq(read, name, evaluate=False))
        forms[place] = cases_of(groups)
    return forms[0]


def closed_form(machine: Machine, blocks: Sequence[Block]) -> ClosedForm:
    """Every form of a machine, for prompts of these blocks."""
    heads, reads = head_positions(machine), read_maps(machine, blocks)
    transition, output = transition_form(machine), output_form(machine)
    return ClosedForm(maps.with_blanks(machine), tuple(blocks), heads, reads, transition, output)
