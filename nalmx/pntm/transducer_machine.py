"""A transducer as a machine, and machines that are one.

While the prompt is read, tape 1 gets the last token of every word, tape 2 the one before it, and so
on: all write heads move on by the length of a word, the one of tape j stays j − 1 cells behind that
of tape 1. So a cell holds a token on one tape, and the read heads, which begin at cell 1, go through
the answer cell by cell. Where no tape holds anything the answer ends; where nothing is known, tape 1
holds a symbol to which the table has no answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .action import CELL, READ_HEAD, WRITE, WRITE_HEAD, idle, moving, writing
from .machine import BLANK, ROW, Decision, Machine, Runner
from .tasks import Tokens
from .transducer import Transducer, Transition
from .vocabulary import Vocabulary

_Word = Tokens | None


def machine_of(transducer: Transducer, vocabulary: Vocabulary) -> Machine:
    """The machine that answers as a transducer does.

    A row knows the state after a token, and must know the word; so a state that is reached with
    several words by one token is as many states of the register. A last one, where nothing is known,
    is there only if it is needed.
    """
    ways = transducer.steps
    if transducer.unseen:  # a state more, which nothing leaves
        lost: Transition = (len(ways), ())
        nowhere = tuple(None for _ in transducer.tokens)
        ways = (*(tuple(way or lost for way in row) for row in ways), nowhere)
    arriving = _arriving(ways)
    copies = [max((len(words) for words in of.values()), default=1) for of in arriving]
    first = np.cumsum([0, *copies]).tolist()
    last_words: list[_Word] = sorted(set(transducer.finals), key=lambda word: (word is None, word))
    states, size = max(first[-1], len(last_words)), vocabulary.size
    register = np.repeat(np.arange(states)[:, None], size, axis=1)
    word_of: dict[int, _Word] = {}
    for q, row in enumerate(ways):
        own = slice(first[q], first[q + 1])
        for a, way in enumerate(row):
            target, word = (q, None) if way is None else way
            new = first[target] + (0 if way is None else arriving[target][a].index(way[1]))
            register[own, a] = new
            word_of[new * size + a] = None if target == len(transducer.steps) else word
        final = transducer.finals[q] if q < transducer.states else None
        register[own, vocabulary.equals] = last_words.index(final) if final in last_words else 0
    for at, word in enumerate(last_words):
        word_of[at * size + vocabulary.equals] = word
    return _writing_words(vocabulary, register, word_of)


def transducer_of(machine: Machine) -> Transducer | None:
    """The transducer that a machine is; None for a machine that answers in another way.

    It is taken for one only if it is, number for number, what `machine_of` makes of that transducer.
    """
    vocabulary, size = machine.vocabulary, machine.vocabulary.size
    if vocabulary.silent:
        return None
    unknown = len(vocabulary.answer) + 1
    words: dict[int, _Word] = {}

    def word(row: int) -> _Word:
        if row not in words:
            length = int(machine.actions[row, 0, WRITE_HEAD, 1]) if machine.tapes else 0
            cells = machine.actions[row, :length, CELL, 1].tolist()[::-1]
            if not all(BLANK < symbol <= unknown for symbol in cells) or unknown in cells[1:]:
                raise ValueError
            known = unknown not in cells
            words[row] = tuple(vocabulary.answer[s - 1] for s in cells) if known else None
        return words[row]

    def way(state: int, symbol: int) -> Transition:
        new = int(machine.register[state, symbol])
        said = word(new * size + symbol)
        return None if said is None else (new, said)

    try:
        steps = tuple(
            tuple(way(q, a) for a in range(len(vocabulary.prompt))) for q in range(machine.states)
        )
        finals = tuple(
            word(int(machine.register[q, vocabulary.equals]) * size + vocabulary.equals)
            for q in range(machine.states)
        )
    except ValueError:
        return None
    found = Transducer(vocabulary.prompt, steps, finals).minimal()
    return found if machine_of(found, vocabulary).to_json() == machine.to_json() else None


def finite_transducer(machine: Machine) -> Transducer | None:
    """The transducer that a machine is: one that was made of it, or one whose table asks no tape."""
    if any(node.answer is None and node.tape != ROW for node in machine.table):
        return transducer_of(machine)
    tokens = machine.vocabulary.prompt
    steps = tuple(
        tuple((int(after), ()) for after in row[: len(tokens)]) for row in machine.register
    )
    finals = tuple(_said(machine, state) for state in range(machine.states))
    return Transducer(tokens, steps, finals).minimal()


def _said(machine: Machine, state: int) -> Tokens | None:
    """What a machine says without its tapes from a state on; None where that does not end."""
    runner, vocabulary = Runner(machine), machine.vocabulary
    runner.state, token = state, vocabulary.equals
    said: list[int] = []
    for _ in range(machine.states * vocabulary.size):  # after that, all comes again
        token = runner.step(token)
        if token == vocabulary.end:
            return vocabulary.decode(said)
        if token <= vocabulary.equals:
            return None
        said.append(token)
    return None


def _arriving(ways: Sequence[Sequence[Transition]]) -> list[dict[int, list[Tokens]]]:
    """For every state, the words that it is reached with by each token."""
    found: list[dict[int, list[Tokens]]] = [{} for _ in ways]
    for row in ways:
        for a, way in enumerate(row):
            if way is not None:
                words = found[way[0]].setdefault(a, [])
                if way[1] not in words:
                    words.append(way[1])
    for of in found:
        for words in of.values():
            words.sort()
    return found


def _writing_words(
    vocabulary: Vocabulary, register: np.ndarray, words: dict[int, _Word]
) -> Machine:
    """The machine whose rows write words, nothing known for None."""
    tapes = max([1, *(len(word) for word in words.values() if word)])
    symbols = {token: at for at, token in enumerate(vocabulary.answer, BLANK + 1)}
    unknown = len(symbols) + 1
    actions = idle(register.size, tapes)
    for row, word in words.items():
        written = [unknown] if word is None else [symbols[token] for token in reversed(word)]
        actions[row, :, WRITE_HEAD] = moving(len(written))
        actions[row, : len(written), CELL] = writing(True, written)
    spoken = np.zeros(register.shape, bool)
    spoken[:, vocabulary.equals + 1 :] = True
    actions[spoken.ravel(), :, READ_HEAD] = moving(1)
    starts = np.stack([-np.arange(tapes), np.ones(tapes, np.int64)], axis=1)
    return Machine(vocabulary, register, actions, starts, _table(vocabulary, actions))


def _table(vocabulary: Vocabulary, actions: np.ndarray) -> tuple[Decision, ...]:
    """Looks at one tape after the other; the first that holds something has the next token."""
    unknown = len(vocabulary.answer) + 1
    cells = actions[:, :, CELL]
    used = [
        sorted(set(cells[cells[:, t, 0] == WRITE, t, 1].tolist())) for t in range(cells.shape[1])
    ]
    looks = [(tape, symbols) for tape, symbols in enumerate(used) if symbols]
    said = sorted({symbol for _, symbols in looks for symbol in symbols} - {unknown})
    leaf = {symbol: len(looks) + at for at, symbol in enumerate([*said, BLANK])}
    nodes = []
    for at, (tape, symbols) in enumerate(looks, 1):
        ways = [(symbol, leaf[symbol]) for symbol in symbols if symbol != unknown]
        nodes.append(Decision(None, tape, ((BLANK, at if at < len(looks) else leaf[BLANK]), *ways)))
    answers = [Decision(answer=vocabulary.equals + symbol) for symbol in said]
    return (*nodes, *answers, Decision(answer=vocabulary.end))
