"""Discrete fitting: a machine with hard controls, found from examples without gradients.

What tapes read is known from the examples once their controls are, whatever the table says. So the
controls are right exactly when some tapes, among all that are worth trying, make the next token a
function of the row and of what they read. Simple controls are tried before elaborate ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from ....clock import deadline, until
from ....train.interrupted import ending
from ...machine import Machine
from ...tasks import Example
from ...vocabulary import Vocabulary
from .accept import COMPARED_QUESTIONS, EVIDENCE, TOLERATED, Told, accepted, examined
from .data import Data, Heard, first_questions
from .judge import FittedMachine, coder_of, plain
from .noise import agreement, code_length, description_length
from .refit import refitted
from .registers import Register, candidate_registers
from .search import MOST_TAPES
from .space import NEAR_EFFORTS, NOISY_EFFORTS, Space

_LEVELS = (0, 1)
_TO_FINISH = 1.0  # seconds, for a machine that answers everything when the time is over
_SEARCH = 2 / 3  # of the time; what it leaves is for wrong tokens
# What a space is hoped to cost, in code lengths of knowing nothing: the simple ones, and the others.
_SIMPLE, _HOPE, _DOUBT = 8, 0.05, 1.2
_RIVAL = 2.0  # how much more than the best machine a space must cost to be given up
_CHANCES = 3
_COMPARED, _FINALISTS = 40, 8
_ENTRY = 2.0  # nats that an entry may cost, before tables are made smallest
_LIKELY = 2  # spaces to search again among noise
_ROUNDS = 6


def fit_discrete(
    examples: Sequence[Example],
    vocabulary: Vocabulary | None = None,
    *,
    most_tapes: int | None = None,
    hints: Sequence[Machine] = (),
    noise: float = 0.0,
    seconds: float = 60.0,
    on_progress: Callable[[FittedMachine], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> FittedMachine:
    """The simplest machine found that answers every example; the best one after `seconds`.

    Tapes of `hints` are tried as if they were simple. Where no machine answers every example, one
    is sought by which they are told most briefly, wrong tokens included; it is learned only where
    those may be noise, in the part `noise` of answer tokens at most.
    """
    known = Vocabulary.of(examples) if vocabulary is None else vocabulary
    tapes = MOST_TAPES if most_tapes is None else most_tapes
    stop = stop_requested or (lambda: False)
    search = _Search(known, tapes, hints, noise, on_progress, stop)
    end = ending(seconds, stop)
    with until(end.within(_SEARCH * seconds)):
        search(examples)
    found = search.found or [plain(Data(examples, known))]
    best = search.best = min(found, key=search.worth)
    if best.errors == 0:
        with until(deadline().within(max(end.left, _TO_FINISH))):
            search.best = examined(best.finished)
    if not stop() and (best.errors > 0 or (noise and not search.best.learned)):
        with until(end):
            told = _despite_noise(examples, search, found)
            search.best = accepted(told, examples, known, noise)
    return search.best


@dataclass
class _Search:
    """What does not change between searches among the same examples, as given or mended.

    The time may be over anywhere, so what there is so far is kept: the `spaces` of the first search,
    the machines `found` in them, and the `best` one, wrong tokens considered.
    """

    vocabulary: Vocabulary
    most_tapes: int
    hints: Sequence[Machine]
    noise: float
    on_progress: Callable[[FittedMachine], None] | None
    stop: Callable[[], bool]
    spaces: list[Space] = field(default_factory=list)
    found: list[FittedMachine] = field(default_factory=list)
    best: FittedMachine | None = None

    @property
    def places(self) -> list[int]:
        """The spaces that were searched, by what their best machine costs, least first."""
        tried = [at for at, space in enumerate(self.spaces) if space.efforts]
        return sorted(tried, key=lambda at: self.spaces[at].cost)

    def worth(self, fitted: FittedMachine) -> tuple[bool, float]:
        """What machines are compared by: where no token may be wrong, those with errors come last."""
        return not self.noise and fitted.errors > 0, fitted.cost

    def __call__(self, examples: Sequence[Example]) -> None:
        """Find machines, the search continued first in the space that came closest to an answer."""
        data = Data(examples, self.vocabulary)
        nothing = coder_of(data.streams).whole().cost
        hopes = [
            nothing * (_HOPE if at < _SIMPLE else _DOUBT) for at in range(len(self._kinds(data)))
        ]
        every = self.spaces = [
            Space(data, *kind, hope, most_tapes=self.most_tapes, hints=self.hints)
            for kind, hope in zip(self._kinds(data), hopes, strict=True)
        ]
        spaces = list(every)
        best: FittedMachine | None = None
        home: Space | None = None
        while spaces:
            space = min(spaces, key=lambda space: space.promise)
            if best is not None and _settled(best, home, spaces):
                break
            if space.register is None:
                spaces.remove(space)
                continue
            new = space.search()
            self.found += new
            if space.exhausted:
                spaces.remove(space)
            first = min(new, key=self.worth)
            if best is None or self.worth(first) < self.worth(best):
                best, home = first, space
            if self.on_progress is not None:
                self.on_progress(best)
            if best.sure(nothing) or self.stop():
                break
            simple = [s for s in spaces if s in every[:_SIMPLE]]
            tried = self.noise > 0 and best.errors > 0 and all(s.efforts for s in simple)
            if tried and _noisy(new, examples):
                break

    def despite(
        self, examples: Sequence[Example], heard: Heard, near: Machine | None = None
    ) -> list[FittedMachine]:
        """Machines of the likeliest spaces where tokens are wrong, and others are fed back.

        With `near`, from its tapes and the plainest others, which takes little time.
        """
        data = Data(examples, self.vocabulary, heard)
        kinds = self._kinds(data)
        efforts = NOISY_EFFORTS if near is None else NEAR_EFFORTS
        hints = self.hints if near is None else (near,)
        found: list[FittedMachine] = []
        for at in self.places[:_LIKELY]:
            space = Space(
                data, *kinds[at], 0.0,
                most_tapes=self.most_tapes, hints=hints, all_efforts=efforts,
            )  # fmt: skip
            while space.register is not None and not space.exhausted and not self.stop():
                found += space.search()
        return [replace(f, hinted=bool(self.hints) and f.hinted) for f in found]

    def settled(self, told: Told, examples: Sequence[Example]) -> Told:
        """The machine with the table that its own answers, fed back, give it, until it stays so."""
        while len(told.told.heard) >= EVIDENCE:
            data = Data(examples, self.vocabulary, told.told.heard)
            again = replace(refitted(told.fitted.machine, data), hinted=told.fitted.hinted)
            new = _briefest([again], examples)
            if new.length >= told.length:
                break
            told = new
        return told

    def _kinds(self, data: Data) -> list[tuple[Callable[[], Register | None], int]]:
        return [
            (register, level)
            for register in map(cache, candidate_registers(self.vocabulary, data.shown))
            for level in _LEVELS
        ]


def _noisy(found: Sequence[FittedMachine], examples: Sequence[Example]) -> bool:
    """Whether what some machine lacks looks like noise."""
    some = first_questions(examples, COMPARED_QUESTIONS)
    for fitted in sorted(found, key=lambda fitted: fitted.cost)[:_CHANCES]:
        if fitted.errors <= TOLERATED and len(examples) >= EVIDENCE:
            told = agreement(fitted.machine, some)
            if told.suspicious:
                return True
    return False


def _settled(best: FittedMachine, home: Space | None, spaces: Sequence[Space]) -> bool:
    """Whether no space promises to come near the best machine, its own having had its chances."""
    tried = home is not None and home.efforts >= _CHANCES
    tried = tried and (best.errors == 0 or all(space.efforts for space in spaces))
    return tried and all(s is home or s.promise > _RIVAL * best.cost for s in spaces)


def _despite_noise(
    examples: Sequence[Example], search: _Search, found: Sequence[FittedMachine]
) -> Told:
    """The machine by which the answers are told most briefly, wrong tokens included.

    A wrong token that is fed back spoils what comes after it. So the search begins again with what
    the best machine says fed back.
    """
    best = search.settled(_briefest(found, examples), examples)
    search.best = best.not_learned
    latest, thoroughly = best, True
    for _ in range(_ROUNDS):
        if search.stop() or latest.told.tokens < 1 - 2 * TOLERATED:
            break
        if len(latest.told.heard) < EVIDENCE:
            break
        near = None if thoroughly else latest.fitted.machine
        again = search.despite(examples, latest.told.heard, near)
        new = search.settled(_briefest(again, examples), examples) if again else latest
        # What agrees better makes better company for the next machine, be it told less briefly.
        better = new.length < best.length or new.told.wrong < latest.told.wrong
        if not better and (thoroughly or best.told.only_noise):
            break
        # A better machine soon gets better with its own answers; then it is time to look farther.
        latest, thoroughly = (new, False) if better else (best, True)
        if new.length < best.length:
            best = new
            search.best = best.not_learned
    return best


def _briefest(found: Sequence[FittedMachine], examples: Sequence[Example]) -> Told:
    """The machine, of those that cost least, by which decoded answers are told most briefly."""
    some = first_questions(examples, COMPARED_QUESTIONS)
    likely = sorted(found, key=lambda fitted: fitted.cost)[:_COMPARED]
    smallest = sorted(likely, key=lambda fitted: fitted.machine.tapes)[:_FINALISTS]
    versions = [
        v for f in dict.fromkeys([*smallest, *likely[:_FINALISTS]]) for v in (f, f.finished)
    ]
    told = [(version, agreement(version.machine, some)) for version in versions]
    # The smallest machine takes long to find: only for those that seem brief, and until one is.
    told.sort(
        key=lambda pair: code_length(pair[0].machine, pair[1]) + _ENTRY * pair[0].machine.entries
    )
    best: Told | None = None
    for version, agrees in told[:_FINALISTS]:
        most = math.inf if best is None else best.length
        length = description_length(version.machine, agrees, some, most)
        if best is None or length < best.length:
            best = Told(version, agrees, length)
    assert best is not None
    return replace(best, told=agreement(best.fitted.machine, examples))
