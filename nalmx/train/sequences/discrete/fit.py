"""Discrete fitting: a machine with hard controls, found from examples without gradients.

What tapes read is known from the examples once their controls are, whatever the table says. So the
controls are right exactly when some tapes, among all that are worth trying, make the next token a
function of the row and of what they read. Simple controls are tried before elaborate ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from ....pntm.machine import Machine
from ....pntm.vocabulary import Vocabulary
from ....tasks.sequences import Example
from .data import Data
from .judge import Fitted, coder_of
from .noise import agreement
from .registers import candidate_registers
from .search import MOST_TAPES
from .space import EFFORTS, Space

_LEVELS = (0, 1)
# What a space is hoped to cost, in code lengths of knowing nothing: the simple ones, and the others.
_SIMPLE, _HOPE, _DOUBT = 6, 0.05, 1.2
_RIVAL = 2.0  # how much more than the best machine a space must cost to be given up
_CHANCES = 3
_COMPARED = 40
_COMPARED_EXAMPLES = 200
_ROUNDS = 3
_REFIT = 0.3  # part of the time for each search among mended examples
_TOLERATED = 0.25
_EVIDENCE = 50  # examples, for differences to be called noise


def fit_discrete(
    examples: Sequence[Example],
    vocabulary: Vocabulary | None = None,
    *,
    most_tapes: int | None = None,
    hints: Sequence[Machine] = (),
    seconds: float = 60.0,
    on_progress: Callable[[Fitted], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> Fitted:
    """The simplest machine found that answers every example; the best one after about `seconds`.

    Tapes of `hints` are tried as if they were simple. Where no machine answers every example, the
    one that agrees best with them is mended by taking what it says for the truth.
    """
    known = Vocabulary.of(examples) if vocabulary is None else vocabulary
    tapes = MOST_TAPES if most_tapes is None else most_tapes
    stop = stop_requested or (lambda: False)
    found = _searched(examples, known, tapes, hints, seconds, on_progress, stop)
    best = min(found, key=lambda fitted: fitted.cost)
    if best.errors == 0:
        return replace(best.finished, learned=best.foretold(0.0))
    if stop():
        return best
    return _despite_noise(examples, known, tapes, found, seconds, stop)


def _searched(
    examples: Sequence[Example],
    vocabulary: Vocabulary,
    most_tapes: int,
    hints: Sequence[Machine],
    seconds: float,
    on_progress: Callable[[Fitted], None] | None,
    stop: Callable[[], bool],
) -> list[Fitted]:
    """Machines, the search continued first in the space that came closest to an answer."""
    began = time.monotonic()
    data = Data(examples, vocabulary)
    nothing = coder_of(data.streams).whole().cost
    kinds = [
        (register, level)
        for register in map(cache, candidate_registers(vocabulary, data.shown))
        for level in _LEVELS
    ]
    spaces = [
        Space(
            data,
            *kind,
            nothing * (_HOPE if at < _SIMPLE else _DOUBT),
            most_tapes=most_tapes,
            hints=hints,
        )
        for at, kind in enumerate(kinds)
    ]
    found: list[Fitted] = []
    best: Fitted | None = None
    home: Space | None = None
    while spaces and (best is None or time.monotonic() - began < seconds):
        space = min(spaces, key=lambda space: space.promise)
        if best is not None and _settled(best, home, spaces):
            break
        if space.register is None:
            spaces.remove(space)
            continue
        new = space.search()
        found += new
        if space.efforts == len(EFFORTS):
            spaces.remove(space)
        if best is None or new[0].cost < best.cost:
            best, home = new[0], space
        if on_progress is not None:
            on_progress(best)
        if best.sure(nothing) or stop():
            break
    return found


def _settled(best: Fitted, home: Space | None, spaces: Sequence[Space]) -> bool:
    """Whether no space promises to come near the best machine, its own having had its chances."""
    tried = home is not None and home.efforts >= _CHANCES
    tried = tried and (best.errors == 0 or all(space.efforts for space in spaces))
    return tried and all(s is home or s.promise > _RIVAL * best.cost for s in spaces)


def _despite_noise(
    examples: Sequence[Example],
    vocabulary: Vocabulary,
    most_tapes: int,
    found: Sequence[Fitted],
    seconds: float,
    stop: Callable[[], bool],
) -> Fitted:
    """The machine that agrees best, sought again among examples that it has mended."""
    best = _most_agreeing(found, examples)
    told = agreement(best.machine, examples)
    for _ in range(_ROUNDS):
        if stop() or told.tokens < 1 - 2 * _TOLERATED:
            break
        clean = told.mended
        if len(clean) < _EVIDENCE:
            break
        again = _searched(clean, vocabulary, most_tapes, (), _REFIT * seconds, None, stop)
        refit = _most_agreeing([*again, min(again, key=lambda f: f.cost).finished], examples)
        retold = agreement(refit.machine, examples)
        if (retold.tokens, -refit.machine.entries) <= (told.tokens, -best.machine.entries):
            break
        best, told = refit, retold
    noise = 1 - told.tokens
    learned = told.only_noise and noise <= _TOLERATED and best.foretold(noise)
    learned = learned and len(examples) >= _EVIDENCE
    return replace(best, errors=noise, learned=learned)


def _most_agreeing(found: Sequence[Fitted], examples: Sequence[Example]) -> Fitted:
    """The machine, of those that cost least, whose decoded answers share most with the examples."""
    some = examples[:_COMPARED_EXAMPLES]
    likely = sorted(found, key=lambda fitted: fitted.cost)[:_COMPARED]
    return max(
        likely,
        key=lambda f: (round(agreement(f.machine, some).tokens, 2), -f.machine.entries),
    )
