"""The smallest machine found that answers the same on given keys.

What the machine does elsewhere is free, so parts may be merged wherever no key tells them apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ..clock import look
from .action import CELL, READ_HEAD, WRITE_HEAD, Keep, Write, check_known, coded, idle
from .keys import Keys
from .machine import BLANK, Decision, Machine

_MOST_VISITS = 600_000  # of keys, while an order of questions is looked for
# A function of the questions left: what they see → the next token.
_Function: TypeAlias = dict[tuple[int, ...], int]


def minimise(machine: Machine, keys: Keys) -> Machine:
    """A small machine with the same answers to the prompts that `keys` was collected from.

    Tapes, states, writes and symbols that make no difference are gone, and the table is a decision
    diagram: equal parts of it are one part. The result is the same on every call.

    Example: a machine that learned `parity` keeps a table of 5 rules.
    """
    needed = _of_use(machine, keys)
    enough = keys.sufficient_tapes(machine.tapes)
    candidates = (_with_tapes(needed, keys, tapes) for tapes in enough)
    return min(candidates, key=lambda known: (_edges(known), known.entries, known.tapes))


def _edges(machine: Machine) -> int:
    return sum(len(node.children) for node in machine.table)


def _of_use(machine: Machine, keys: Keys) -> Machine:
    """The machine with no controls but those that some answer depends on."""
    needed = np.zeros(machine.actions.shape[:3], bool)
    needed[:, :, READ_HEAD] = True  # rows out of use go later, with their states
    for row, tape in keys.leading:
        needed[row, tape, WRITE_HEAD] = True
    for row, tape in keys.read_writes:
        needed[row, tape, CELL] = True
    actions = np.where(needed[..., None], machine.actions, idle(*needed.shape[:2]))
    return replace(machine, actions=actions)


def _with_tapes(machine: Machine, keys: Keys, tapes: tuple[int, ...]) -> Machine:
    """The machine with these tapes only, its states merged, and its table made anew."""
    kept = list(tapes)
    machine = replace(machine, actions=machine.actions[:, kept], starts=machine.starts[kept])
    controls = {row: machine.actions[row].tobytes() for row in keys.rows}
    blocks = keys.states_alike(machine.register, controls, tapes)
    size = machine.vocabulary.size
    function = {
        (blocks[row // size] * size + row % size, *(reads[t] for t in tapes)): token
        for (row, reads), token in sorted(keys.tokens.items())
    }
    table = _table(function, len(tapes))
    # Overwrites by the rows and tapes of the new machine.
    covers = {
        (tapes.index(t), *(blocks[row // size] * size + row % size for row in rows))
        for t, *rows in keys.overwrites
        if t in tapes
    }
    return _with_symbols(replace(_with_states(machine, keys, blocks), table=table), covers)


def _with_states(machine: Machine, keys: Keys, blocks: dict[int, int]) -> Machine:
    """The machine with a state for every block; where no prompt leads, the state stays."""
    size, states, tapes = machine.vocabulary.size, max(blocks.values()) + 1, machine.tapes
    register = np.repeat(np.arange(states)[:, None], size, axis=1)
    for state, symbol in keys.steps:
        register[blocks[state], symbol] = blocks[int(machine.register[state, symbol])]
    actions = idle(states * size, tapes)
    for row in keys.rows:
        actions[blocks[row // size] * size + row % size] = machine.actions[row]
    return replace(machine, register=register, actions=actions)


def _with_symbols(machine: Machine, covers: set[tuple[int, ...]]) -> Machine:
    """The machine with one symbol for all those that its table treats alike on a tape."""
    check_known(machine.actions, "what makes a machine small")
    actions = machine.actions.copy()
    table = list(machine.table)
    for tape in range(machine.tapes):
        nodes = [node for node in table if node.tape == tape and node.answer is None]
        looks = [(dict(node.branches), node.otherwise) for node in nodes]
        first: dict[tuple[int | None, ...], int] = {}
        writes = machine.symbols(tape)
        symbols = {BLANK, *writes.values(), *(s for known, _ in looks for s in known)}
        meant = {s: tuple(b.get(s, other) for b, other in looks) for s in symbols}
        # A mark or none is plain; one token of many as a blank would be a riddle.
        if len({*meant.values()} - {meant[BLANK]}) > 1:
            meant[BLANK] = (*meant[BLANK], None)
        stands = {
            symbol: first.setdefault(meant[symbol], symbol)
            for symbol in sorted(meant, key=lambda symbol: (symbol != BLANK, symbol))
        }
        writes = {row: stands[symbol] for row, symbol in writes.items()}
        for at, node in enumerate(table):
            if node.tape == tape and node.answer is None:
                kept = tuple(pair for pair in node.branches if stands[pair[0]] == pair[0])
                table[at] = replace(node, branches=kept)
        needless = _needless(writes, {(r, o) for t, r, o in covers if t == tape})
        for row, symbol in writes.items():
            actions[row, tape, CELL] = coded(Keep() if row in needless else Write(symbol))
    return replace(machine, actions=actions, table=tuple(table))


def _needless(writes: Mapping[int, int], covers: set[tuple[int, int]]) -> set[int]:
    """The rows that write a blank over nothing but blanks, however long ago they were written."""
    needless = set()
    for row in (row for row, symbol in writes.items() if symbol == BLANK):
        below, ahead = {row}, [row]
        while ahead:
            at = ahead.pop()
            more = {old for new, old in covers if new == at} - below
            below |= more
            ahead += more
        if all(writes.get(old, BLANK) == BLANK for old in below):
            needless.add(row)
    return needless


@dataclass(frozen=True)
class _Layer:
    """A question, and where each of its nodes goes on: to a function of the next layer or a leaf."""

    column: int
    targets: list[dict[int, int]]

    @property
    def edges(self) -> int:
        return sum(_width(targets) for targets in self.targets)


def _leaf(token: int) -> int:
    """A token as a target, which is below 0, and such a target as a token."""
    return -2 - token


def _width(targets: dict[int, int]) -> int:
    """The branches of a node; none if all go the same way, so that nothing need be asked."""
    most = Counter(targets.values()).most_common(1)[0][1]
    return 0 if most == len(targets) else 1 + len(targets) - most


def _table(function: _Function, tapes: int) -> tuple[Decision, ...]:
    """The smallest diagram found; its questions come in one order on all its ways."""
    if len(set(function.values())) < 2:
        return (_last(next(iter(function.values()), -1)),)
    # Merging only where inputs agree gives the plainer diagram; it is taken if no larger.
    often = Counter(function.values())
    found = [_Search(overlap, often).best(function, tapes + 1) for overlap in (1, 0)]
    return _decisions(min(found, key=lambda layers: sum(layer.edges for layer in layers)))


class _Search:
    """The search for an order of questions; functions merge that agree on so many inputs.

    `often` says how often each token follows.
    """

    def __init__(self, overlap: int, often: Counter[int]) -> None:
        self._overlap, self._often = overlap, often
        self._visits = 0
        self._least = 2**62
        self._best: list[_Layer] = []

    def best(self, function: _Function, columns: int) -> list[_Layer]:
        self._extend([function], tuple(range(columns)), [], 0)
        return self._best

    # Branch and bound: the order that leaves least comes first, so a stop in time leaves a good one.
    def _extend(
        self, functions: list[_Function], columns: tuple[int, ...], layers: list[_Layer], edges: int
    ) -> None:
        if not functions:
            self._least, self._best = edges, layers  # no longer ways come here
            return
        options = []
        for place in range(len(columns)):
            if self._best and self._visits > _MOST_VISITS:
                return
            layer, rest = self._asked(functions, place, columns[place])
            total = edges + layer.edges
            if total + 2 * bool(rest) < self._least:
                options.append((total + sum(map(len, rest)), place, layer, rest, total))
        for _, place, layer, rest, total in sorted(options, key=lambda option: option[:2]):
            if total + 2 * bool(rest) < self._least:
                left = columns[:place] + columns[place + 1 :]
                self._extend(rest, left, [*layers, layer], total)

    def _asked(
        self, functions: list[_Function], place: int, column: int
    ) -> tuple[_Layer, list[_Function]]:
        """The layer that asks a question of all functions, and the functions that are left."""
        parts: dict[tuple[int, int], _Function] = {}
        for at, function in enumerate(functions):
            self._visits += len(function)
            for seen, token in function.items():
                rest = seen[:place] + seen[place + 1 :]
                parts.setdefault((at, seen[place]), {})[rest] = token
        classes, of = self._merged(list(parts.values()))
        ends = [set(known.values()) for known in classes]
        left = [i for i, tokens in enumerate(ends) if len(tokens) > 1]
        target = [left.index(i) if len(t) > 1 else _leaf(min(t)) for i, t in enumerate(ends)]
        targets: list[dict[int, int]] = [{} for _ in functions]
        for (at, value), i in zip(parts, of, strict=True):
            targets[at][value] = target[i]
        return _Layer(column, targets), [classes[i] for i in left]

    def _merged(self, functions: list[_Function]) -> tuple[list[_Function], list[int]]:
        """Few functions that contain the given ones, and which one contains each."""
        classes: list[_Function] = []
        of = [0] * len(functions)
        same: dict[frozenset[tuple[tuple[int, ...], int]], int] = {}
        # The most defined functions first: what others have in common with them tells most.
        for at in sorted(range(len(functions)), key=lambda at: -len(functions[at])):
            function = functions[at]
            name = frozenset(function.items())
            if name not in same:
                same[name] = self._place(function, classes)
            of[at] = same[name]
        return classes, of

    def _place(self, function: _Function, classes: list[_Function]) -> int:
        """Merge a function into the class that agrees with it on most inputs, or into a new one.

        Of several, into the one that implies the commonest tokens for what the function leaves open.
        """
        look()
        most, chosen = (self._overlap - 1, math.inf), len(classes)
        for i, known in enumerate(classes):
            self._visits += 1
            common = 0
            for seen, token in function.items():
                other = known.get(seen)
                if other is not None:
                    if other != token:
                        break
                    common += 1
            else:
                if common >= most[0]:
                    fit = common, self._likely(known, function)
                    if fit > most:
                        most, chosen = fit, i
        if chosen == len(classes):
            classes.append(dict(function))
        else:
            classes[chosen].update(function)
        return chosen

    def _likely(self, known: _Function, function: _Function) -> float:
        """How often the tokens follow, on average, that a class has and a function leaves open."""
        implied = [self._often[token] for seen, token in known.items() if seen not in function]
        return sum(implied) / max(1, len(implied))


def _last(token: int) -> Decision:
    """A leaf; a token of −1 is that of a node without branches."""
    return Decision() if token < 0 else Decision(answer=token)


def _decisions(layers: list[_Layer]) -> tuple[Decision, ...]:
    """Layers as a table, equal nodes as one; they are made from the leaves to the root."""
    made: dict[Decision, int] = {}
    below: list[int] = []
    for layer in reversed(layers):
        here = []
        for targets in layer.targets:
            children = {
                value: made.setdefault(_last(_leaf(to)), len(made)) if to < 0 else below[to]
                for value, to in sorted(targets.items())
            }
            # Of equally common ones the first, which is that of the blank.
            often = Counter(children.values()).most_common(1)[0][0]
            branches = tuple((value, to) for value, to in children.items() if to != often)
            node = Decision(None, layer.column - 1, branches, often)
            here.append(made.setdefault(node, len(made)) if branches else often)
        below = here
    last = len(made) - 1
    return tuple(
        replace(
            node,
            branches=tuple((value, last - to) for value, to in node.branches),
            otherwise=None if node.otherwise is None else last - node.otherwise,
        )
        for node in reversed(made)
    )
