"""What of a machine no training example exercises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ...machine import ROW, Machine, Runner
from ...tasks import Tokens

# A step of the register ("step", state, token), a way out of a node of the table ("branch", node,
# value), or a value of what is not asked for there ("value", node, value, column, its value).
Unseen: TypeAlias = tuple[str | int, ...]


@dataclass(eq=False)
class Coverage:
    """The steps, the ways through the table, and what else was to be seen there, on given prompts.

    A leaf says that what its way did not ask for makes no difference. That is shown where it varied;
    where it was always the same, another value of it is something new.
    """

    machine: Machine
    limit: int  # tokens of an answer
    steps: set[tuple[int, int]] = field(default_factory=set)
    # What each column (the row first, then the tapes) held on each last way to a leaf.
    held: dict[tuple[int, int], list[set[int]]] = field(default_factory=dict)
    branches: set[tuple[int, int]] = field(default_factory=set)
    ways: set[tuple[tuple[int, int], ...]] = field(default_factory=set)

    @classmethod
    def of(cls, machine: Machine, prompts: Iterable[Tokens], limit: int) -> Coverage:
        """What the machine does while it answers these prompts with so many tokens at most."""
        found = cls(machine, limit)
        for prompt in prompts:
            for state, symbol, row, reads in found._run(prompt):
                found.steps.add((state, symbol))
                if row >= 0:
                    way, _ = found._way(row, reads)
                    found.ways.add(tuple(way))
                    found.branches.update(way)
                    held = found.held.setdefault(way[-1], [set() for _ in range(len(reads) + 1)])
                    for values, value in zip(held, (row, *reads), strict=True):
                        values.add(value)
        return found

    def unseen(self, prompt: Tokens) -> tuple[set[Unseen], set[tuple[tuple[int, int], ...]]]:
        """What the answer to a prompt rests on that the given prompts did not show.

        Second, ways through the table that are new, though every part of them was seen: these
        entries are implied.
        """
        found: set[Unseen] = set()
        implied: set[tuple[tuple[int, int], ...]] = set()
        for state, symbol, row, reads in self._run(prompt):
            if (state, symbol) not in self.steps:
                found.add(("step", state, symbol))
            if row < 0:
                continue
            way, asked = self._way(row, reads)
            new = [at for at in way if at not in self.branches]
            found.update(("branch", *at) for at in new)
            if not new and way[-1] in self.held:
                for column, (values, value) in enumerate(
                    zip(self.held[way[-1]], (row, *reads), strict=True), ROW
                ):
                    if column not in asked and len(values) == 1 and value not in values:
                        found.add(("value", *way[-1], column, value))
                if tuple(way) not in self.ways:
                    implied.add(tuple(way))
        return found, implied

    def _run(self, prompt: Tokens) -> Iterator[tuple[int, int, int, list[int]]]:
        """Every step: state, symbol, and row and reads where an answer is asked for (or −1)."""
        machine, runner = self.machine, Runner(self.machine)
        stream = machine.vocabulary.encode_prompt(prompt).tolist()
        row, reads = -1, list[int]()
        for at, symbol in enumerate(stream):
            state = runner.state
            row, reads = runner.take(symbol)
            yield state, symbol, row if at == len(stream) - 1 else -1, reads
        for _ in range(self.limit):
            symbol = self._says(row, reads)
            if symbol <= machine.vocabulary.equals or symbol == machine.vocabulary.end:
                break
            state = runner.state
            row, reads = runner.take(symbol)
            yield state, symbol, row, reads

    def _says(self, row: int, reads: list[int]) -> int:
        at, _ = self._way(row, reads)
        node, value = at[-1]
        child = dict(self.machine.table[node].branches).get(
            value, self.machine.table[node].otherwise
        )
        leaf = self.machine.table[node] if child is None else self.machine.table[child]
        return -1 if leaf.answer is None else leaf.answer

    def _way(self, row: int, reads: list[int]) -> tuple[list[tuple[int, int]], set[int]]:
        """The ways out of nodes that lead to a leaf, and the columns asked for on it."""
        way: list[tuple[int, int]] = []
        asked: set[int] = set()
        at: int | None = 0
        while at is not None:
            node = self.machine.table[at]
            if node.answer is not None:
                break
            value = row if node.tape == ROW else reads[node.tape]
            way.append((at, value))
            asked.add(node.tape)
            at = dict(node.branches).get(value, node.otherwise)
        return way or [(0, 0)], asked


def in_words(machine: Machine, unseen: Unseen) -> str:
    """What was never seen, for readers."""
    kind, *rest = unseen
    spell, size = machine.vocabulary.spell, machine.vocabulary.size

    def said(tape: int, value: int) -> str:
        if tape != ROW:
            return f"tape {tape} reads symbol {value}"
        state, symbol = divmod(value, size)
        return f"the token is {spell(symbol)}" + (
            f" in state {state}" if machine.states > 1 else ""
        )

    numbers = [int(number) for number in rest]
    if kind == "step":
        state, symbol = numbers
        return f"the token {spell(symbol)}" + (f" in state {state}" if machine.states > 1 else "")
    node = machine.table[numbers[0]]
    first = said(node.tape, numbers[1]) if node.answer is None else "anything"
    return first if kind == "branch" else f"{said(numbers[2], numbers[3])} where {first}"
