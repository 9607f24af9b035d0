"""Decoding many prompts at once with compiled loops: the meaning of `Machine.decode`, faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from .action import CELL, JUMP, MOVE, READ_HEAD, WRITE_HEAD, check_known, numbers_of
from .machine import BLANK, ROW, Machine, longest_answer
from .step import led, mark
from .tasks import Token, Tokens

_BLANK, _ROW = BLANK, ROW
_PEN, _EYE, _CELL = WRITE_HEAD, READ_HEAD, CELL
_FIRST_ROOM = 64
# Cells and answers of one prompt; where more could be needed, a dictionary does better.
_MOST_CELLS = 1 << 24
_FARTHEST = 1 << 32
_BIG = 1 << 63  # no symbol is greater
_ENDLESS, _OUT_OF_ROOM = -1, -2


def decode_batch(
    machine: Machine, prompts: Sequence[Sequence[Token]], limits: Sequence[int]
) -> list[Tokens | None]:
    """What `machine.decode(prompt, limit)` gives for every prompt and its limit.

    Prompts of thousands of tokens take well under a microsecond a token. A prompt that a head
    could leave millions of cells behind in is decoded by the machine itself.

    Example: `decode_batch(copy, [("a", "b")], [10])` is `[("a", "b")]`.
    """
    compiled = _Compiled(machine)
    return [compiled.decode(p, limit) for p, limit in zip(prompts, limits, strict=True)]


class _Compiled:
    """A machine as arrays, and storage that every prompt uses again."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        check_known(machine.actions, "compiled decoding")
        self._controls = (
            np.ascontiguousarray(machine.register, np.int64),
            np.ascontiguousarray(machine.actions, np.int64),
        )
        self._starts = np.ascontiguousarray(machine.starts, np.int64)
        self._table = _table_arrays(machine)
        pens = machine.actions[:, :, WRITE_HEAD]
        every = [*machine.starts[:, 0].tolist(), *pens[pens[..., 0] == JUMP, 1].tolist()]
        moves = numbers_of(pens, MOVE).ravel().tolist()
        self._lowest, self._highest = min(every, default=0), max(every, default=0)
        self._back, self._forth = min([0, *moves]), max([0, *moves])
        numbers = [machine.actions[:, :, :CELL, 1], machine.starts]
        self._tame = all(
            bool(((values > -_FARTHEST) & (values < _FARTHEST)).all()) for values in numbers
        )
        self._heads = np.zeros((machine.tapes, 2), np.int64)
        self._cells = np.zeros((machine.tapes, 2, 0), np.int64)
        self._stamp = 0

    def decode(self, prompt: Sequence[Token], limit: int) -> Tokens | None:
        vocabulary = self._machine.vocabulary
        stream = vocabulary.encode_prompt(prompt)
        if limit < 0 or not self._tame:
            return self._machine.decode(prompt, limit)
        silent = longest_answer(prompt) if vocabulary.silent else 0
        most = limit + silent
        room = min(most, 2 * len(stream) + _FIRST_ROOM)
        while True:
            steps = len(stream) + room
            low = self._lowest + self._back * steps
            span = self._highest + self._forth * steps - low + 1
            if span * max(1, self._machine.tapes) > _MOST_CELLS or room > _MOST_CELLS:
                return self._machine.decode(prompt, limit)
            answer = np.empty(room, np.int64)
            said = self._run(stream, low, span, answer)
            if said == _OUT_OF_ROOM and room < most:
                room = min(most, 4 * room)
                continue
            if said < 0:
                return None
            ids = answer[:said] - (vocabulary.equals + 1)
            if silent:
                heard = ids[ids < len(vocabulary.answer) - vocabulary.silent]
                if len(heard) > limit or len(ids) - len(heard) > silent:
                    return None
                ids = heard
            return tuple(map(vocabulary.answer.__getitem__, ids.tolist()))

    def _run(self, stream: NDArray[Any], low: int, span: int, answer: NDArray[Any]) -> int:
        if self._cells.shape[2] < span:
            self._cells = np.zeros((self._machine.tapes, 2, span), np.int64)
            self._stamp = 0
        self._stamp += 1
        self._heads[:] = self._starts
        vocabulary = self._machine.vocabulary
        said: int = _decode(
            stream,
            *self._controls,
            *self._table,
            self._heads,
            self._cells,
            low,
            self._stamp,
            vocabulary.equals,
            vocabulary.end,
            answer,
        )
        return said


def _table_arrays(machine: Machine) -> tuple[NDArray[Any], NDArray[Any]]:
    """Nodes: answer or −1, column, first and last branch, otherwise; branches sorted by value."""
    nodes: list[tuple[int, ...]] = []
    branches: list[tuple[int, int]] = []
    for node in machine.table:
        first = len(branches)
        # Of branches with the same value, a dict keeps the last one as the machine does.
        known = sorted(dict(node.branches).items())
        branches += [(value, child) for value, child in known if -_BIG <= value < _BIG]
        answer = -1 if node.answer is None else node.answer
        otherwise = -1 if node.otherwise is None else node.otherwise
        nodes.append((answer, node.tape, first, len(branches), otherwise))
    return np.array(nodes, np.int64), np.array(branches, np.int64).reshape(-1, 2)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _decode(
    stream: Any,
    register: Any,
    actions: Any,
    nodes: Any,
    branches: Any,
    heads: Any,
    cells: Any,
    low: int,
    stamp: int,
    equals: int,
    end: int,
    answer: Any,
) -> int:
    """The length of the answer filled in; or that there is none, or none of that length.

    `cells` (tapes, 2, span) has symbols, and the stamp of the prompt that wrote them.
    """
    tapes, span, size = heads.shape[0], cells.shape[2], register.shape[1]
    state, said, at, token = 0, 0, 0, -1
    while True:
        if at < stream.shape[0]:
            token = stream[at]
        elif token == end:
            return said
        elif token <= equals:
            return _ENDLESS
        elif said == answer.shape[0]:
            return _OUT_OF_ROOM
        else:
            answer[said] = token
            said += 1
        at += 1
        state = register[state, token]
        row = state * size + token
        for tape in range(tapes):
            does = actions[row, tape]
            pen = led(heads[tape, 0], does[_PEN, 0], does[_PEN, 1])
            heads[tape, 0] = pen
            heads[tape, 1] = led(heads[tape, 1], does[_EYE, 0], does[_EYE, 1])
            mark(cells[tape], pen - low, does[_CELL, 0], does[_CELL, 1], stamp)
        if at < stream.shape[0]:
            continue
        node = 0
        while node >= 0 and nodes[node, 0] < 0:
            tape = nodes[node, 1]
            if tape == _ROW:
                seen = row
            else:
                place = heads[tape, 1] - low
                seen = _BLANK
                # The read head may stand where no write head can come.
                if 0 <= place < span and cells[tape, 1, place] == stamp:
                    seen = cells[tape, 0, place]
            first, last = nodes[node, 2], nodes[node, 3]
            after = nodes[node, 4]
            while first < last:
                middle = (first + last) // 2
                if branches[middle, 0] < seen:
                    first = middle + 1
                elif branches[middle, 0] > seen:
                    last = middle
                else:
                    after = branches[middle, 1]
                    break
            node = after
        token = nodes[node, 0] if node >= 0 else -1
