"""What a machine does on given prompts: the keys its table is asked for, and the parts that matter.

A key is the control row and the symbols read. Nothing a machine does depends on what it reads but
its next token, and while it takes in a prompt nobody hears that, so only the keys from `=` on count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from ..clock import look
from .action import CELL, WRITE
from .machine import Machine, Runner, longest_answer
from .tasks import Token
from .vocabulary import Ids

Key: TypeAlias = tuple[int, tuple[int, ...]]  # a control row, and what each tape reads
RowTape: TypeAlias = tuple[int, int]  # a control row and a tape

_MOST_TAPES_IN_SUBSETS = 8
_STEPS = 1_000  # between two looks at the clock


@dataclass(frozen=True)
class Keys:
    """Everything a machine does on a collection of prompts.

    A write is read if some answer reads the cell before it is overwritten. A row whose writes are
    never read may as well not write.

    Example: `Keys.of(machine, [("a", "b"), ("b",)]).tokens` has the next token of every key that
    the machine meets while it answers these two prompts.
    """

    tokens: dict[Key, int]  # the next token, −1 where the table has none
    steps: frozenset[tuple[int, int]]  # states, with the symbols taken in there
    rows: frozenset[int]  # control rows in use, also those of prompts
    read_writes: frozenset[RowTape]  # rows and tapes whose write some answer reads
    leading: frozenset[RowTape]  # rows no later than a write of these, whose moves lead it there
    overwrites: frozenset[tuple[int, int, int]]  # tape, row, and the row whose write it replaces
    prompts: int  # how many were answered

    @classmethod
    def of(
        cls,
        machine: Machine,
        prompts: Iterable[Sequence[Token]],
        limit: int | None = None,
        stop_requested: Callable[[], bool] = lambda: False,
    ) -> Keys:
        """The keys of a machine that answers the prompts with at most `limit` tokens each.

        Without a limit it is that of `Machine.decode`. Prompts after a stop are left out.
        """
        watcher = _Watcher(machine)
        count = 0
        for prompt in prompts:
            if stop_requested():
                break
            most = longest_answer(prompt) if limit is None else limit
            watcher.answer(machine.vocabulary.encode_prompt(prompt).tolist(), most)
            count += 1
        tapes = list(enumerate(watcher.tapes))
        return cls(
            watcher.tokens,
            frozenset(watcher.steps),
            frozenset(int(machine.register[c, u]) * watcher.size + u for c, u in watcher.steps),
            frozenset((row, t) for t, tape in tapes for row in tape.read_writes),
            frozenset((row, t) for t, tape in tapes for row in tape.leading()),
            frozenset((t, *rows) for t, tape in tapes for rows in tape.overwrites),
            count,
        )

    def sufficient_tapes(self, tapes: int) -> list[tuple[int, ...]]:
        """The sets of tapes that tell next tokens apart, and no longer do with any tape less.

        The last tape always stays, since a machine without tapes cannot be saved.
        """
        if tapes > _MOST_TAPES_IN_SUBSETS:
            kept = tuple(range(tapes))
            for tape in reversed(range(tapes)):
                fewer = tuple(t for t in kept if t != tape)
                kept = fewer if fewer and self._tell(fewer) else kept
            return [kept]
        found: list[tuple[int, ...]] = []
        for count in range(min(1, tapes), tapes + 1):
            for subset in combinations(range(tapes), count):
                if not any(set(known) <= set(subset) for known in found) and self._tell(subset):
                    found.append(subset)
        return found

    def _tell(self, tapes: tuple[int, ...]) -> bool:
        look()
        known: dict[Key, int] = {}
        return all(
            known.setdefault((row, tuple([reads[t] for t in tapes])), token) == token
            for (row, reads), token in self.tokens.items()
        )

    def states_alike(
        self, register: Ids, controls: dict[int, bytes], tapes: tuple[int, ...]
    ) -> dict[int, int]:
        """A block for every state in use: its states act alike wherever several are in use.

        `controls` has what a row does, and `tapes` are those to look at.
        """
        size = register.shape[1]
        tokens = [
            (divmod(row, size), tuple([reads[t] for t in tapes]), token)
            for (row, reads), token in self.tokens.items()
        ]
        steps = [(c, u, int(register[c, u])) for c, u in sorted(self.steps)]

        def fit(block: dict[int, int]) -> bool:
            look()
            acts: dict[tuple[int, int], bytes] = {}
            says: dict[tuple[int, int, tuple[int, ...]], int] = {}
            return all(
                acts.setdefault((block[row // size], row % size), what) == what
                for row, what in controls.items()
            ) and all(
                says.setdefault((block[state], symbol, reads), token) == token
                for (state, symbol), reads, token in tokens
            )

        states = sorted({row // size for row in self.rows} | {0})
        blocks = {state: state for state in states}
        for low, high in combinations(states, 2):
            if blocks[low] == low and blocks[high] == high:
                merged = _closed(_merged(blocks, low, high), steps)
                blocks = merged if fit(merged) else blocks
        number = {block: i for i, block in enumerate(sorted(set(blocks.values())))}
        return {state: number[block] for state, block in blocks.items()}


def _merged(blocks: dict[int, int], low: int, high: int) -> dict[int, int]:
    return {state: low if block == high else block for state, block in blocks.items()}


def _closed(blocks: dict[int, int], steps: list[tuple[int, int, int]]) -> dict[int, int]:
    """Blocks with all merges that they ask for: a symbol leads a block to one block."""
    while True:
        following: dict[tuple[int, int], int] = {}
        for state, symbol, new in steps:
            known = following.setdefault((blocks[state], symbol), blocks[new])
            if known != blocks[new]:
                blocks = _merged(blocks, *sorted((known, blocks[new])))
                break
        else:
            return blocks


class _Tape:
    """Whose writes a tape's cells hold, and what is known of them from all runs."""

    def __init__(self, machine: Machine, tape: int) -> None:
        self.writes = (machine.actions[:, tape, CELL, 0] == WRITE).tolist()
        self.read_writes: set[int] = set()
        self.overwrites: set[tuple[int, int]] = set()
        # For every row the rows that write in its step or later, as bits.
        self._followed: dict[int, int] = {}
        self.restart()

    def restart(self) -> None:
        self._cells: dict[int, int] = {}

    def write(self, row: int, cell: int) -> None:
        old = self._cells.get(cell)
        if old is not None:
            self.overwrites.add((row, old))
        self._cells[cell] = row

    def read(self, cell: int) -> None:
        row = self._cells.get(cell)
        if row is not None:
            self.read_writes.add(row)

    def finish(self, rows: Sequence[int]) -> None:
        later = 0
        for row in reversed(rows):
            if self.writes[row]:
                later |= 1 << row
            self._followed[row] = self._followed.get(row, 0) | later

    def leading(self) -> list[int]:
        # A row whose write is read in one run writes in every run, and must hit no other cell there.
        read = sum(1 << row for row in self.read_writes)
        return [row for row, later in self._followed.items() if later & read]


class _Watcher:
    """A machine at work on one prompt after another."""

    def __init__(self, machine: Machine) -> None:
        self.size = machine.vocabulary.size
        self.tokens: dict[Key, int] = {}
        self.steps: set[tuple[int, int]] = set()
        self.tapes = [_Tape(machine, tape) for tape in range(machine.tapes)]
        self._machine = machine

    def answer(self, stream: list[int], most: int) -> None:
        """Take in `prompt =`, then up to so many tokens of the machine's own answer."""
        end, equals = self._machine.vocabulary.end, self._machine.vocabulary.equals
        for tape in self.tapes:
            tape.restart()
        runner, rows, token = Runner(self._machine), list[int](), -1
        heads = list(zip(self.tapes, runner.heads, strict=True))
        for at in range(len(stream) + most):
            if at % _STEPS == 0:
                look()
            if at >= len(stream) and (token == end or token <= equals):
                break
            symbol = stream[at] if at < len(stream) else token
            self.steps.add((runner.state, symbol))
            row, reads = runner.take(symbol)
            rows.append(row)
            for tape, head in heads:
                if tape.writes[row]:
                    tape.write(row, head[0])
            if at + 1 >= len(stream):
                for tape, head in heads:
                    tape.read(head[1])
                token = self._token(runner, (row, tuple(reads)))
        for tape in self.tapes:
            tape.finish(rows)

    def _token(self, runner: Runner, key: Key) -> int:
        token = self.tokens.get(key)
        if token is None:
            token = self.tokens[key] = runner.answer_to(*key)
        return token
