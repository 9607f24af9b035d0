"""A P-NTM with hard controls, as a program of whole numbers.

In a step the machine takes in a token, updates its register, moves every head, writes, reads, and
answers with the next token:

    c ← register[c, u]                                     e = c·V + u, the control row
    head ← head + cells, or a cell, as e says              a write and a read head a tape
    tape[write head] ← symbol of e, where e writes         blank is symbol 0
    r = tape[read head];   next token = table(e, r)

What a row does to a tape is a value (`action`). The table is a decision tree over the row and the
symbols read. Decoding takes constant work a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import RunError
from ..showing import Shown
from ..storage import same_json
from .action import (
    CELL,
    JUMP,
    MOVE,
    WRITE,
    Coded,
    TapeActions,
    check_known,
    decoded,
    idle,
    numbers_of,
)
from .tasks import Example, Token, Tokens
from .vocabulary import Ids, Vocabulary

STAY = -(2**31)  # in files: no jump, nothing written
BLANK = 0
ROW = -1  # the column of a decision that looks at the control row instead of a tape
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """A node of the table: a leaf with a next token, or a look at the row or at what a tape reads.

    `branches` maps what is seen to the node to go on with; `otherwise` is for anything else.
    """

    answer: int | None = None
    tape: int = ROW
    branches: tuple[tuple[int, int], ...] = ()
    otherwise: int | None = None

    @property
    def children(self) -> list[int]:
        children = [child for _, child in self.branches]
        return children if self.otherwise is None else [*children, self.otherwise]


@dataclass(frozen=True, eq=False, repr=False)
class Machine(Shown):
    """Controls and table; arrays are indexed by control row, tape, and head (0 writes, 1 reads)."""

    vocabulary: Vocabulary
    register: Ids  # (states, vocabulary): the next state; the first is 0
    actions: Coded  # (rows, tapes, 3, 2): of the write head, the read head and the cell
    starts: Ids  # (tapes, 2): cells of the heads before the first token
    table: tuple[Decision, ...]  # the first one is the root

    @classmethod
    def of_arrays(
        cls,
        vocabulary: Vocabulary,
        register: Ids,
        moves: Ids,
        jumps: Ids,
        starts: Ids,
        writes: Ids,
        table: tuple[Decision, ...],
    ) -> Machine:
        """A machine by the arrays of its file: moves and jumps (rows, tapes, 2), writes (rows, tapes).

        A head moves where its jump is `STAY`, and nothing is written where the symbol is.
        """
        actions = idle(*writes.shape)
        actions[..., :CELL, 0] = np.where(jumps == STAY, MOVE, JUMP)
        actions[..., :CELL, 1] = np.where(jumps == STAY, moves, jumps)
        written = writes != STAY
        actions[written, CELL, 0], actions[written, CELL, 1] = WRITE, writes[written]
        return cls(vocabulary, register, actions, starts, table)

    def arrays(self) -> dict[str, Ids]:
        """The arrays of its file."""
        check_known(self.actions, "the file of a machine")
        heads, cells = self.actions[..., :CELL, :], self.actions[..., CELL, :]
        return {
            "register": self.register,
            "moves": numbers_of(heads, MOVE),
            "jumps": numbers_of(heads, JUMP, STAY),
            "starts": self.starts,
            "writes": numbers_of(cells, WRITE, STAY),
        }

    def acts(self, row: int, tape: int) -> TapeActions:
        """What a row does to a tape."""
        write, read, cell = (decoded(*pair) for pair in self.actions[row, tape].tolist())
        return TapeActions(write, read, cell)  # type: ignore[arg-type]

    def states_after(self, states: Iterable[int], symbols: Iterable[int]) -> frozenset[int]:
        """The register states that any number of these symbols lead to, from these states."""
        found, waiting, listed = set(states), list(states), list(symbols)
        while waiting:
            new = {int(after) for after in self.register[waiting.pop(), listed]} - found
            found |= new
            waiting += new
        return frozenset(found)

    def symbols(self, tape: int, rows: Iterable[int] | None = None) -> dict[int, int]:
        """The symbols that rows write to a tape, of those rows (all of them) that write one."""
        check_known(self.actions, "who asks for symbols on tapes")
        every = range(self.register.size) if rows is None else rows
        cells = self.actions[:, tape, CELL].tolist()
        return {row: cells[row][1] for row in every if cells[row][0] == WRITE}

    @property
    def tapes(self) -> int:
        return int(self.starts.shape[0])

    @property
    def states(self) -> int:
        return int(self.register.shape[0])

    @property
    def entries(self) -> int:
        """Rules of the table: the ways into its leaves, which several may share."""
        leaves = {at for at, node in enumerate(self.table) if node.answer is not None}
        return sum(child in leaves for node in self.table for child in node.children) or 1

    @cached_property
    def lists(self) -> tuple[Any, ...]:
        """Register, actions (six numbers a tape) and nodes as lists, faster to step through."""
        check_known(self.actions, "the machine at work")
        nodes = [(n.answer, n.tape, dict(n.branches), n.otherwise) for n in self.table]
        return (
            self.register.tolist(),
            self.actions.reshape(*self.actions.shape[:2], 6).tolist(),
            nodes,
        )

    def decode(self, prompt: Sequence[Token], limit: int | None = None) -> Tokens | None:
        """The answer to a prompt; None where the machine does not end within `limit` tokens.

        What it says silently counts apart, and is as long as the longest answer at most.

        Example: a machine that learned `copy` answers ("a", "b") to ("a", "b").
        """
        most = longest_answer(prompt) if limit is None else limit
        runner = Runner(self)
        token = -1
        for symbol in self.vocabulary.encode_prompt(prompt).tolist():
            token = runner.step(symbol)
        answer: list[int] = []
        end, silent = self.vocabulary.end, longest_answer(prompt)
        while token != end:
            quiet = self.vocabulary.is_silent(token)
            if token <= self.vocabulary.equals or (silent == 0 if quiet else len(answer) == most):
                return None
            if quiet:
                silent -= 1
            else:
                answer.append(token)
            token = runner.step(token)
        return self.vocabulary.decode(answer)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": _SCHEMA,
            "prompt_tokens": list(self.vocabulary.prompt),
            "answer_tokens": list(self.vocabulary.answer),
            **({"silent": self.vocabulary.silent} if self.vocabulary.silent else {}),
            **{name: array.tolist() for name, array in self.arrays().items()},
            "table": [
                node.answer
                if node.answer is not None
                else [node.tape, [list(b) for b in node.branches], node.otherwise]
                for node in self.table
            ],
        }

    @classmethod
    def from_json(cls, data: Any) -> Machine:
        """A machine of `to_json`; anything else is a `RunError`."""
        try:
            if data["schema"] != _SCHEMA:
                raise RunError(
                    f"a machine of schema {str(data['schema'])[:20]} is newer than this program"
                )
            prompt, answer = (_tokens(data[f"{side}_tokens"]) for side in ("prompt", "answer"))
            vocabulary = Vocabulary(prompt, answer, data.get("silent", 0))
            if type(vocabulary.silent) is not int or not 0 <= vocabulary.silent <= len(answer):
                raise ValueError
            arrays = {name: np.array(data[name], np.int64) for name in _ARRAYS}
            if arrays["starts"].size == 0:  # no tapes: empty lists have lost their shape
                rows = arrays["register"].size
                empty = {"moves": (rows, 0, 2), "jumps": (rows, 0, 2), "writes": (rows, 0)}
                shapes = {**empty, "starts": (0, 2)}
                arrays |= {name: arrays[name].reshape(shape) for name, shape in shapes.items()}
            table = tuple(_node(n) for n in data["table"])
            _check(vocabulary, table, **arrays)
            machine = cls.of_arrays(vocabulary, table=table, **arrays)
            # True, 1.0 and "1" are no integers. What a head that jumps would move by says nothing.
            if not same_json({**machine.to_json(), "moves": arrays["moves"].tolist()}, data):
                raise ValueError
        except (KeyError, TypeError, ValueError, OverflowError, IndexError):
            raise RunError(
                "a machine is damaged: parts of it are missing or of a wrong kind"
            ) from None
        return machine


def _check(vocabulary: Vocabulary, table: tuple[Decision, ...], **arrays: Ids) -> None:
    register, tapes = arrays["register"], len(arrays["starts"])
    states, rows = len(register), len(register) * vocabulary.size
    shapes = {
        "register": (states, vocabulary.size),
        "moves": (rows, tapes, 2),
        "jumps": (rows, tapes, 2),
        "starts": (tapes, 2),
        "writes": (rows, tapes),
    }
    whole = all(arrays[name].shape == shape for name, shape in shapes.items())
    # Compiled loops count in 64 bits.
    whole = whole and all(bool(((a >= STAY) & (a <= -STAY)).all()) for a in arrays.values())
    whole = whole and bool(((register >= 0) & (register < states)).all())
    for at, node in enumerate(table):
        if node.answer is not None:
            whole = whole and node.answer in vocabulary.outputs
            continue
        # Children come after their node, so that no walk through the table can be endless.
        whole = (
            whole and ROW <= node.tape < tapes and all(at < c < len(table) for c in node.children)
        )
    if not whole or not table:
        raise RunError("a machine is damaged: its parts do not fit together")


_ARRAYS = ("register", "moves", "jumps", "starts", "writes")


def _tokens(data: Any) -> Tokens:
    if not isinstance(data, list) or not all(isinstance(token, str) for token in data):
        raise TypeError
    return tuple(data)


def _node(data: Any) -> Decision:
    if isinstance(data, int) and not isinstance(data, bool):
        return Decision(answer=data)
    tape, branches, otherwise = data
    pairs = tuple((int(value), int(child)) for value, child in branches)
    return Decision(None, int(tape), pairs, None if otherwise is None else int(otherwise))


class Runner:
    """A machine at work: its register, heads and tapes; `step` takes a token and gives the next."""

    def __init__(self, machine: Machine) -> None:
        self._size = machine.vocabulary.size
        self._register, self._actions, self._nodes = machine.lists
        self.state = 0
        self.heads: list[list[int]] = machine.starts.tolist()
        self.cells: list[dict[int, int]] = [{} for _ in self.heads]

    def step(self, symbol: int) -> int:
        """Take in one symbol and answer with the next one; −1 where the table has no entry."""
        return self.answer_to(*self.take(symbol))

    def answer_to(self, row: int, reads: Sequence[int]) -> int:
        """What the table says for a control row and what every tape reads; −1 for no entry."""
        answer, tape, branches, otherwise = self._nodes[0]
        while answer is None:
            child = branches.get(row if tape == ROW else reads[tape], otherwise)
            if child is None:
                return -1
            answer, tape, branches, otherwise = self._nodes[child]
        said: int = answer
        return said

    def take(self, symbol: int) -> tuple[int, list[int]]:
        """Take in one symbol; the control row and what every tape reads."""
        self.state = self._register[self.state][symbol]
        row = self.state * self._size + symbol
        reads = []
        for head, cells, (write, there, read, far, cell, written) in zip(
            self.heads, self.cells, self._actions[row], strict=True
        ):
            head[0] = there if write == JUMP else head[0] + there
            head[1] = far if read == JUMP else head[1] + far
            if cell == WRITE:
                cells[head[0]] = written
            reads.append(cells.get(head[1], BLANK))
        return row, reads


def longest_answer(prompt: Sequence[Token]) -> int:
    """The tokens after which an answer counts as one that does not end, where nobody says."""
    return max(1000, 20 * len(prompt))


def accuracy(machine: Machine, examples: Iterable[Example]) -> float:
    """The part of examples whose whole answer the machine decodes, to the last token and the end."""
    hits = [machine.decode(e.prompt, len(e.answer)) == e.answer for e in examples]
    return sum(hits) / len(hits) if hits else 1.0
