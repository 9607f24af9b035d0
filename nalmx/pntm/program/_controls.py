"""The controls of a machine in groups of tokens that act alike, with names for its symbols.

Only tapes that the table looks at, and states and rows that decoding can reach, are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ..action import IDLE, HeadAction
from ..machine import BLANK, Machine
from ._decisions import LAST, STATE, DecisionTable, Look, Reach, reach_of, table_of

# A symbol is called by the token that writes it, by the state that does, or it is a blank.
Name: TypeAlias = str | int | None
_MARKS = "xyzuvw"


class Writing(NamedTuple):
    """What is written: the token taken in, the state, or the symbol of a name."""

    what: str
    name: Name = None


class TapeEffect(NamedTuple):
    """What one tape does in a step: heads move first, then a symbol is written."""

    tape: int
    write_head: HeadAction
    read_head: HeadAction
    writing: Writing | None


Effect: TypeAlias = tuple[TapeEffect, ...]


class Act(NamedTuple):
    """Tokens that act alike: their transitions, old state to new, and effects by new state."""

    tokens: tuple[int, ...]
    transitions: dict[int, int]
    effects: dict[int, Effect]

    @property
    def keeps_state(self) -> bool:
        return all(old == new for old, new in self.transitions.items())

    def by_effect(self) -> list[tuple[tuple[int, ...], Effect]]:
        """States that act alike, those without any effect last."""
        groups: dict[Effect, list[int]] = {}
        for state, effect in self.effects.items():
            groups.setdefault(effect, []).append(state)
        pairs = [(tuple(states), effect) for effect, states in groups.items()]
        return sorted(pairs, key=lambda pair: (not pair[1], pair[0]))


@dataclass(frozen=True)
class Description:
    """All that is told of a machine."""

    machine: Machine
    reach: Reach
    table: DecisionTable
    tapes: tuple[int, ...]
    names: dict[int, dict[int, Name]]  # of each tape's symbols
    prompt: tuple[Act, ...]
    equals: Act
    answer: tuple[Act, ...]
    has_states: bool
    says: tuple[int, ...]  # tokens that can be answered, without the end

    def cases(self, look: Look) -> list[tuple[tuple[int, ...], int | None]]:
        """The branches of a look; one without a node answers with just what is seen."""
        vocabulary, same, cases = self.machine.vocabulary, [], []
        for values, child in look.branches:
            node = self.table.nodes[child]
            if isinstance(node, int) and look.column != STATE and node != vocabulary.end:
                own = [v for v in values if self.name(look.column, v) == vocabulary.spell(node)]
                same += own
                values = tuple(value for value in values if value not in own)
            if values:
                cases.append((values, child))
        if len(same) < 2:
            return list(look.branches)
        return [*cases, (tuple(sorted(same)), None)]

    def name(self, column: int, value: int) -> Name:
        """What a column shows: a token or None for the prompt's end, a state, or a symbol."""
        if column == STATE:
            return value
        if column == LAST:
            vocabulary = self.machine.vocabulary
            return None if value == vocabulary.equals else vocabulary.spell(value)
        return self.names[column][value]


def description_of(machine: Machine) -> Description:
    """What there is to tell of a machine."""
    reach = reach_of(machine)
    table = table_of(machine, reach)
    columns = {look.column for _, look in table.looks()}
    tapes = tuple(tape for tape in range(machine.tapes) if tape in columns)
    names = {tape: _names(machine, reach, tape) for tape in tapes}
    equals = machine.vocabulary.equals
    says = tuple(sorted(table.answers() - {machine.vocabulary.end}))
    acts = []
    for tokens, before in (
        (range(equals), reach.before_prompt),
        ((equals,), reach.before_prompt),
        (says, reach.before_answer),
    ):
        acts.append([_act(machine, names, token, before) for token in tokens])
    has_states = STATE in columns or any(
        len(act.by_effect()) > 1 or any("state" in _kinds(e) for e in act.effects.values())
        for act in (a for group in acts for a in group)
    )
    if not has_states:
        acts = [[Act(a.tokens, {}, {0: a.by_effect()[0][1]}) for a in group] for group in acts]
    prompt, (only,), answer = (_grouped(group) for group in acts)
    return Description(
        machine, reach, table, tapes, names, tuple(prompt), only, tuple(answer), has_states, says
    )


def apart(acts: Iterable[Act]) -> tuple[list[Act], list[Act]]:
    """Transitions alone and effects alone, which may make fewer groups than both together."""
    acts = list(acts)
    changes = _grouped(Act(act.tokens, act.transitions, {}) for act in acts)
    return changes, _grouped(Act(act.tokens, {}, act.effects) for act in acts)


def _kinds(effect: Effect) -> set[str]:
    return {tape.writing.what for tape in effect if tape.writing is not None}


def _act(
    machine: Machine, names: dict[int, dict[int, Name]], token: int, before: Sequence[int]
) -> Act:
    transitions = {state: int(machine.register[state, token]) for state in before}
    spelling = machine.vocabulary.spell(token) if token != machine.vocabulary.equals else None
    effects = {}
    for state in sorted(set(transitions.values())):
        row = state * machine.vocabulary.size + token
        parts = []
        for tape, known in names.items():
            acts = machine.acts(row, tape)
            writing, symbol = None, acts.symbol
            if symbol is not None:
                name = known[symbol]
                if isinstance(name, int):
                    writing = Writing("state")
                elif name is not None and name == spelling:
                    writing = Writing("token")
                else:
                    writing = Writing("symbol", name)
            if acts != IDLE:
                parts.append(TapeEffect(tape, acts.write_head, acts.read_head, writing))
        effects[state] = tuple(parts)
    return Act((token,), transitions, effects)


def _grouped(acts: Iterable[Act]) -> list[Act]:
    """Tokens that act alike in every state in which more than one of them can come."""
    groups: list[Act] = []
    for act in acts:
        for at, group in enumerate(groups):
            if _agree(group.transitions, act.transitions) and (
                group.effects == act.effects
                or (
                    _agree(group.effects, act.effects) and group.effects.keys() & act.effects.keys()
                )
            ):
                groups[at] = Act(
                    tuple(sorted(group.tokens + act.tokens)),
                    group.transitions | act.transitions,
                    dict(sorted((group.effects | act.effects).items())),
                )
                break
        else:
            groups.append(act)
    return groups


def _agree(some: Mapping[int, object], others: Mapping[int, object]) -> bool:
    return all(others.get(key, value) == value for key, value in some.items())


def _names(machine: Machine, reach: Reach, tape: int) -> dict[int, Name]:
    """Names of the symbols on a tape, each a different one."""
    vocabulary, size = machine.vocabulary, machine.vocabulary.size
    writers: dict[int, list[int]] = {}
    for row, symbol in machine.symbols(tape, reach.rows).items():
        if symbol != BLANK:
            writers.setdefault(symbol, []).append(row)
    names: dict[int, Name] = {BLANK: None}
    taken: set[Name] = set()
    several = len({*reach.before_prompt, *reach.before_answer}) > 1
    # A prompt's token has the first claim to its spelling, then the answer's, then states.
    order = sorted(writers, key=lambda symbol: min(row % size for row in writers[symbol]))
    clashes = []
    for symbol in order:
        spellings = {vocabulary.spell(row % size) for row in writers[symbol]}
        states = {row // size for row in writers[symbol]}
        spelling = next(iter(spellings))
        if len(spellings) == 1 and spelling not in taken:
            names[symbol] = spelling
        elif len(states) == 1 and several and min(states) not in taken:
            names[symbol] = min(states)
        else:
            clashes.append((symbol, spelling if len(spellings) == 1 else None))
            continue
        taken.add(names[symbol])
    for symbol, wanted in clashes:
        names[symbol] = _free(wanted, taken | {*vocabulary.prompt, *vocabulary.answer})
        taken.add(names[symbol])
    return names


def _free(spelling: str | None, taken: set[Name]) -> str:
    """A name that is not taken: a spelling with stars behind it, or a mark."""
    if spelling is None:
        lap = 0
        while True:
            for mark in _MARKS:
                name = f"{mark}{lap or ''}"
                if name not in taken:
                    return name
            lap += 1
    while spelling in taken:
        spelling += "*"
    return spelling
