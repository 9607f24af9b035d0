"""The phases of a stream (blocks of the prompt, `=`, the answer), and names for what is in them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import sympy

from ...errors import SettingError
from ..action import CELL, Action, Jump, Move, UnsupportedAction, Write, coded
from ..machine import BLANK, Machine
from ..tasks import Token

Block: TypeAlias = "frozenset[Token] | Token"

Key = TypeVar("Key", bound=Hashable)

J = sympy.Symbol("j", integer=True, positive=True)
BLANK_NAME = sympy.Symbol("blank")
_RESERVED = r"=|end|blank|nothing|state|token|target|[jmn]|[Nn]_.*|r\d+"
SIDES = {"n": "in", "N_{=}": "=", "m": "out"}  # lengths of the phases of a stream
_LETTERS = "xyzuvwabcdefghi"
_MANY = 4  # tokens in a name; a longer list is counted by what it leaves out, if that is shorter


def spelling(token: Token) -> str:
    """A token as part of a name; one that would be ambiguous is quoted: `end` → `"end"`."""
    plain = re.fullmatch(r"[^\s,;:{}()\"'\\]+", token) and token.isprintable()
    return token if plain and not re.fullmatch(_RESERVED, token) else json.dumps(token)


def spelled(machine: Machine, symbol: int) -> str:
    """A symbol of the stream, in prompt or answer, as part of a name: `=` for the sign between."""
    vocabulary = machine.vocabulary
    name = vocabulary.spell(symbol)
    return name if symbol in (vocabulary.equals, vocabulary.end) else spelling(name)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the stream, how many tokens it has, and the control rows that it can take."""

    name: str
    rows: frozenset[int]
    whole: sympy.Expr


@dataclass(frozen=True, slots=True)
class Count:
    """A symbol that counts how often a phase has taken one of these rows."""

    symbol: sympy.Symbol
    phase: str
    rows: frozenset[int]


def rows_of(
    machine: Machine, states: Iterable[int], symbols: Iterable[int], *, repeat: bool
) -> tuple[frozenset[int], frozenset[int]]:
    """The rows that symbols can take from these states, once or repeatedly; the states then."""
    register, size = machine.register.tolist(), machine.vocabulary.size
    symbols, seen, rows = tuple(symbols), set(states), set()
    fresh = seen
    while fresh:
        found = {register[state][symbol] * size + symbol for state in fresh for symbol in symbols}
        rows |= found
        fresh = {row // size for row in found} - seen if repeat else set()
        seen = seen | fresh
    return frozenset(rows), frozenset(row // size for row in rows)


def phases_of(machine: Machine, blocks: Sequence[Block]) -> tuple[Phase, ...]:
    """The phases of a stream: one for each block, one for `=`, and the answer before its token j.

    Example: blocks [digits, "+", digits] give phases x, "+" (named `1:+`), y, `=` and z.
    """
    ids = {token: number for number, token in enumerate(machine.vocabulary.prompt)}
    single = sum(not isinstance(block, str) for block in blocks) == 1
    phases: list[Phase] = []
    states: frozenset[int] = frozenset({0})
    names = iter(_LETTERS)
    if len(blocks) >= len(_LETTERS):
        raise SettingError(f"a prompt of more than {len(_LETTERS) - 1} blocks cannot be described")
    for place, block in enumerate(blocks):
        tokens = {block} if isinstance(block, str) else set(block)
        if not tokens or not tokens <= ids.keys():
            unknown = min(tokens - ids.keys(), default="")
            raise SettingError(f"the machine knows no prompt token {unknown[:40]!r}")
        symbols = sorted(ids[token] for token in tokens)
        repeat = not isinstance(block, str)
        rows, states = rows_of(machine, states, symbols, repeat=repeat)
        name = next(names) if repeat else f"{place}:{spelling(tokens.pop())}"
        length = sympy.Symbol("n" if single else f"n_{name}", integer=True, positive=True)
        phases.append(Phase(name, rows, length if repeat else sympy.S.One))
    rows, states = rows_of(machine, states, [machine.vocabulary.equals], repeat=False)
    phases.append(Phase("=", rows, sympy.S.One))
    answers = range(machine.vocabulary.equals + 1, machine.vocabulary.end)
    rows, _ = rows_of(machine, states, answers, repeat=True)
    return (*phases, Phase(next(names), rows, J - 1))


def listed(machine: Machine, phase: Phase, rows: Iterable[int]) -> str:
    """Rows in words: their tokens, and their states where those matter: `0, 1 in state 1`."""
    size = machine.vocabulary.size
    everywhere, here = defaultdict(set), defaultdict(set)
    for row in phase.rows:
        everywhere[row % size].add(row // size)
    for row in rows:
        here[row % size].add(row // size)
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for symbol in sorted(here):
        states = () if here[symbol] == everywhere[symbol] else tuple(sorted(here[symbol]))
        groups[states].append(spelled(machine, symbol))
    return "; ".join(
        ", ".join(tokens) + (f" in state {', '.join(map(str, states))}" if states else "")
        for states, tokens in sorted(groups.items())
    )


def counted(
    machine: Machine, phase: Phase, rows: Iterable[int], key: Callable[[int], Key]
) -> tuple[dict[Key, sympy.Expr], tuple[Count, ...]]:
    """How often the phase takes each class of rows, as expressions; the symbols in them.

    One class is the whole phase: its length. A large class is the length less the others.
    """
    classes: dict[Key, set[int]] = defaultdict(set)
    for row in sorted(rows):
        classes[key(row)].add(row)
    everything = frozenset().union(*classes.values()) == phase.rows
    if everything and len(classes) <= 1:
        return dict.fromkeys(classes, phase.whole), ()
    large = max(classes, key=lambda name: len(classes[name]), default=None)
    counts: dict[Key, Count] = {}
    for name, members in classes.items():
        many = len(members) > max(_MANY, len(phase.rows) // 2)
        if not (everything and name == large and many):
            text = f"N_{{{phase.name}: {listed(machine, phase, members)}}}"
            symbol = sympy.Symbol(text, integer=True, nonnegative=True)
            counts[name] = Count(symbol, phase.name, frozenset(members))
    known: dict[Key, sympy.Expr] = {name: count.symbol for name, count in counts.items()}
    rest = phase.whole - sum(known.values())
    return {name: known.get(name, rest) for name in classes}, tuple(counts.values())


def meanings(machine: Machine, tape: int) -> dict[int, sympy.Symbol]:
    """Names of the symbols a tape can hold: of the tokens, or else the states, that write them.

    Example: where only `a`, in prompt or answer, writes 1, its name is `a`. Names are one to one.
    """
    size = machine.vocabulary.size
    tokens, states = defaultdict(set), defaultdict(set)
    for row, written in machine.symbols(tape, stream_rows(machine)).items():
        if written != BLANK:
            tokens[written].add(spelled(machine, row % size))
            states[written].add(f"state {row // size}")
    for names in (tokens, states) if machine.states > 1 else (tokens,):
        if all(len(name) == 1 for name in names.values()):
            chosen = {symbol: next(iter(name)) for symbol, name in names.items()}
            if len(set(chosen.values())) == len(chosen):
                break
    else:
        one = len(tokens) == 1
        chosen = {symbol: "mark" if one else f"symbol {symbol}" for symbol in tokens}
    return {BLANK: BLANK_NAME} | {s: sympy.Symbol(name) for s, name in sorted(chosen.items())}


def stream_phases(machine: Machine) -> tuple[Phase, Phase, Phase]:
    """The stream without blocks: n prompt tokens `in` so far; `=`; m answer tokens `out` so far."""
    vocabulary = machine.vocabulary
    inputs, states = rows_of(machine, {0}, range(vocabulary.equals), repeat=True)
    equals, states = rows_of(machine, states | {0}, [vocabulary.equals], repeat=False)
    answers = range(vocabulary.equals + 1, vocabulary.end)
    outputs, _ = rows_of(machine, states, answers, repeat=True)
    n, sign, m = (sympy.Symbol(name, integer=True, nonnegative=True) for name in SIDES)
    return Phase("in", inputs, n), Phase("=", equals, sign), Phase("out", outputs, m)


def stream_rows(machine: Machine) -> list[int]:
    """The rows that any stream `prompt = answer` can take."""
    return sorted(frozenset().union(*(phase.rows for phase in stream_phases(machine))))


def way_of(action: Action) -> tuple[int, int | None]:
    """By how many cells a head moves, and the cell that it jumps to, if any."""
    match action:
        case Move(cells):
            return cells, None
        case Jump(cell):
            return 0, cell
        case other:
            raise UnsupportedAction(other, "a formula")


def with_blanks(machine: Machine) -> Machine:
    """The same machine, saying that it writes blank where it moves on to a new cell and leaves it so.

    That is the same on a tape that is written cell by cell, one step on with every write.
    """
    actions = machine.actions.copy()
    rows = stream_rows(machine)
    for tape in range(machine.tapes):
        acts = {row: machine.acts(row, tape) for row in rows}
        if all(
            act.write_head == Move(1) or (act.write_head == Move(0) and act.symbol is None)
            for act in acts.values()
        ):
            for row, act in acts.items():
                if act.write_head == Move(1) and act.symbol is None:
                    actions[row, tape, CELL] = coded(Write(BLANK))
    return replace(machine, actions=actions)
