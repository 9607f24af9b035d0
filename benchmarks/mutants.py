"""Machines with one change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from plain_machines import Data

from nalmx.pntm.machine import STAY

KINDS = ("answer", "shift", "gate", "start", "register")
AMOUNTS = (-7, -3, -2, -1, 1, 2, 3, 7)


def mutant(data: Data, kind: str, random: np.random.Generator) -> Data | None:
    """A machine with one change of a kind; None where there is nothing to change."""
    made = copy.deepcopy(data)
    change: Callable[[Data, np.random.Generator], bool] = _CHANGES[kind]
    return made if change(made, random) and made != data else None


def _answer(data: Data, random: np.random.Generator) -> bool:
    """Another answer for one way into a leaf; other ways into the same leaf keep theirs."""
    table = data["table"]
    first = len(data["prompt_tokens"]) + 1
    outputs = range(first, first + len(data["answer_tokens"]) + 1)
    ways: list[tuple[list[Any], int]] = []
    for node in table:
        if isinstance(node, list):
            ways += [(branch, 1) for branch in node[1] if isinstance(table[branch[1]], int)]
            if node[2] is not None and isinstance(table[node[2]], int):
                ways.append((node, 2))
    if not ways:
        return False
    holder, place = ways[random.integers(len(ways))]
    others = [token for token in outputs if token != table[holder[place]]]
    table.append(int(random.choice(others)))
    holder[place] = len(table) - 1
    return True


def _shift(data: Data, random: np.random.Generator) -> bool:
    row, tape, head = _row_of(data, random), _tape_of(data, random), int(random.integers(2))
    jumping = data["jumps"][row][tape][head] != STAY
    data["jumps" if jumping else "moves"][row][tape][head] += int(random.choice(AMOUNTS))
    return True


def _gate(data: Data, random: np.random.Generator) -> bool:
    row, tape = _row_of(data, random), _tape_of(data, random)
    written = {line[tape] for line in data["writes"]} - {STAY}
    looked_for = {v for n in data["table"] if isinstance(n, list) and n[0] == tape for v, _ in n[1]}
    symbols = written | looked_for | {0}
    others = (symbols | {max(symbols) + 1, STAY}) - {data["writes"][row][tape]}
    data["writes"][row][tape] = int(random.choice(sorted(others)))
    return True


def _start(data: Data, random: np.random.Generator) -> bool:
    data["starts"][_tape_of(data, random)][random.integers(2)] += int(random.choice(AMOUNTS))
    return True


def _register(data: Data, random: np.random.Generator) -> bool:
    states = len(data["register"])
    if states == 1:
        return False
    line = data["register"][random.integers(states)]
    at = random.integers(len(line))
    line[at] = int(random.choice([state for state in range(states) if state != line[at]]))
    return True


def _row_of(data: Data, random: np.random.Generator) -> int:
    return int(random.integers(len(data["moves"])))


def _tape_of(data: Data, random: np.random.Generator) -> int:
    return int(random.integers(len(data["starts"])))


_CHANGES = {
    "answer": _answer,
    "shift": _shift,
    "gate": _gate,
    "start": _start,
    "register": _register,
}
