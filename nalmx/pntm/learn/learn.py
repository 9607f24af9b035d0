"""Learning a sequence task: by gradients, discretely, or one after the other.

Measured on the tasks of this package, discrete fitting is both faster and more reliable than
gradient descent, so `auto` begins with it; before, states are merged, which takes a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import TypeAlias

import numpy as np

from ...clock import until
from ...errors import NoTruthValue
from ...storage import canonical_json, same_json
from ...train.interrupted import Interrupted, ending
from ..keys import Keys
from ..machine import Machine
from ..minimise import minimise
from ..soft.conversion import weights_fit
from ..tasks import Example
from ..tasks.contradictions import contradictions
from ..vocabulary import Ids, Vocabulary
from .certainty import Certainty, assess
from .config import MOST_TAPES, SECONDS, Method, NoiseLevel, Way, check_noise, learnable
from .discrete import TOLERATED, FittedMachine, fit_discrete, judged
from .discrete.data import Data, first_questions
from .discrete.judge import plain
from .discrete.noise import agreement
from .discrete.registers import candidate_registers
from .findings import Exam, Noise
from .merged import Merged, left_open, merged_machine
from .nested import Nested, nested_words
from .nested import left_open as left_open_nested
from .nesting.forest import pairs_of
from .score import score

# Of the time there is; what a search leaves goes to those after it.
_DISCRETE, _BRIEFLY = 0.6, 0.2
_TOO_LITTLE = 4.0  # seconds: less is not enough to load torch, or to begin another training
# Tapes and seconds of gradient trainings; the last is repeated with other seeds.
_EFFORTS = ((1, 15.0), (2, 25.0), (4, 60.0))
_REGISTERS = 2  # none, and segments where there are any
_QUESTIONS = 20_000  # to train on and to judge by; all examples are answered in the end
# Tokens of an example to train on by gradients, and as many times the vocabulary: what fits memory.
_LONGEST_TRAINED, _MOST_LOGITS = 500, 100_000
Merge: TypeAlias = Callable[[tuple[Example, ...], Vocabulary], Merged | Nested | None]
# What was found last, by machine and examples: a run is learned, and then verified.
_LAST: dict[tuple[str, tuple[Example, ...]], Certainty] = {}


@dataclass(frozen=True, eq=False)
class Learned(NoTruthValue):
    """A machine, how it was found, and how well it answers the examples it was found from.

    `learned` is true where every example is answered exactly, or where what is left can only be
    `noise` in the examples, where the machine passed its `exam` on prompts held out, and where the
    examples determine it; `machine` is the best one found in any case, or the plainest one where that
    is too large to be kept. `reason` says why it is not learned, where more is to be said than that
    some examples are answered wrongly. `certainty` has rivals that fit as well, and what to ask for.
    """

    _ask = "learned.learned"

    machine: Machine
    way: Way
    learned: bool
    accuracy: float  # whole answers of the training examples
    seconds: float
    reason: str | None = None
    exam: Exam | None = None
    noise: Noise | None = None
    certainty: Certainty = field(default_factory=Certainty)

    @property
    def settled(self) -> bool:
        """Whether no other search would do: it is learned, or more examples are needed."""
        failed = self.exam is None or self.exam.failed
        return self.learned or (not failed and self.certainty.reason is not None)


def learn(
    examples: Sequence[Example],
    *,
    method: Method = "auto",
    tapes: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    noise: NoiseLevel = None,
    seconds: float = SECONDS,
    on_progress: Callable[[str], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> Learned:
    """The simplest machine that answers the examples, with `tapes` at most if they are given.

    - `merging`: states merged from the examples, for answers that a register alone decides
    - `discrete`: fitting with tapes, without gradients, and without torch
    - `gradient`: gradient descent, simple registers and few tapes first
    - `auto`: merging; if that is not learned, discrete; if that fails, gradients, briefly, and then
      discrete once more, with the tapes that the gradients found (the way is `repair` where one of
      them is used)

    `noise` is the part of answer tokens that may be wrong: 0 for none, a number, or `auto` for what
    the examples show (a quarter at most). None is 0, and auto where equal prompts have different
    answers. Noise is claimed only where errors look like noise (`discrete.accept`).

    A search ends after `seconds` at the latest, with the best machine found till then. `seed` and
    `device` (auto, cpu, cuda) are those of gradient descent; a search that its time ends depends on
    how fast the computer is.
    `on_progress` is told in a few words what is being tried. Raises `Interrupted` once
    `stop_requested()` is true.
    """
    return _Learning(
        examples, tapes, seed, device, tolerated(noise, examples), seconds,
        on_progress or (lambda doing: None), stop_requested or (lambda: False),
    ).by(method)  # fmt: skip


class _Learning:
    """The searches for a machine, and the time they have."""

    def __init__(
        self,
        examples: Sequence[Example],
        tapes: int | None,
        seed: int,
        device: str,
        noise: float,
        seconds: float,
        tell: Callable[[str], None],
        stop: Callable[[], bool],
    ) -> None:
        self._began, self._seconds = time.perf_counter(), seconds
        self._examples, self._vocabulary = examples, learnable(examples)
        self._tapes, self._seed, self._device, self._noise = tapes, seed, device, noise
        self._tell, self._stop = tell, stop

    def by(self, method: Method) -> Learned:
        """The best machine of a method."""
        if method == "gradient":
            trained = self._by_gradients(self._seconds)
            return self._discretely(0.0) if trained is None else trained
        merged = self._merged() if method in ("merging", "auto") else None
        # No other search follows brackets.
        if merged is not None and (
            merged.learned or method == "merging" or merged.way == "nesting"
        ):
            return merged
        if method == "merging":
            return self._discretely(0.0)
        # Gradients find nothing among wrong tokens.
        alone = method == "discrete" or self._noise > 0
        found = [self._discretely((1.0 if alone else _DISCRETE) * self._seconds)]
        # Where the examples leave a choice, no other search decides it.
        if not alone and not any(one.settled for one in found) and self._left > _TOO_LITTLE:
            trained = self._by_gradients(_BRIEFLY * self._seconds)
            more = [] if trained is None else [trained]
            found += more
            if not found[-1].settled and self._left > 0:
                found.append(self._discretely(self._left, [m.machine for m in more]))
        found += [] if merged is None else [merged]
        best = max(found, key=lambda one: (one.learned, one.accuracy))
        return replace(best, seconds=self._passed)

    @property
    def _passed(self) -> float:
        return time.perf_counter() - self._began

    @property
    def _left(self) -> float:
        return self._seconds - self._passed

    def _check(self) -> None:
        if self._stop():
            raise Interrupted(0)

    def _say(self, doing: str) -> None:
        self._tell(f"{doing}, {self._passed:.0f} of {self._seconds:g} s")

    def _merged(self) -> Learned | None:
        """By merging states, of nested words first where there are brackets; None if it foretells nothing."""
        ways: list[tuple[Way, Merge]] = [("merging", merged_machine), ("nesting", nested_words)]
        if pairs_of([example.prompt for example in self._examples]):
            ways.reverse()
        found: Learned | None = None
        for way, merge in ways:
            new = self._by_merging(way, merge)
            if new is not None and new.learned:
                return new
            found = new if found is None else found
        return found

    def _by_merging(self, way: Way, merge: Merge) -> Learned | None:
        if self._noise:
            return None
        self._check()
        self._say("merging states")
        found: Merged | Nested | None = None
        with until(ending(self._left, self._stop)):
            found = merge(tuple(self._examples), self._vocabulary)
        self._check()
        most = MOST_TAPES if self._tapes is None else self._tapes
        if found is None or found.machine.tapes > most or not weights_fit(found.machine):
            return None
        return self._learned(found.machine, way, True)

    def _discretely(self, seconds: float, hints: Sequence[Machine] = ()) -> Learned:
        """By discrete fitting; `repair` is that with hints, where it uses one."""
        what = "repairing" if hints else "discrete fitting"

        def tell(best: FittedMachine) -> None:
            self._check()
            self._say(f"{what}: {_size(best.machine)}, best {_right(best.errors)}")

        self._check()
        self._say(what)
        fitted = fit_discrete(
            self._examples,
            self._vocabulary,
            most_tapes=self._tapes,
            hints=hints,
            noise=self._noise,
            seconds=max(0.0, min(seconds, self._left)),
            on_progress=tell,
            stop_requested=self._stop,
        )
        self._check()
        way: Way = "repair" if fitted.hinted else "discrete"
        found = self._learned(fitted.machine, way, fitted.errors == 0 or fitted.learned)
        reason = found.reason or fitted.reason
        return found if found.learned else replace(found, reason=reason)

    def _by_gradients(self, seconds: float) -> Learned | None:
        """By gradient descent: the first machine that answers everything, or the best one.

        None where the examples are too long, or the time is over before there is a machine.
        """
        from ...devices import find_device
        from .gradient import GradientProgress, fit_gradient
        from .gradient.fit import StackSettings

        ends = self._passed + min(seconds, self._left)
        examples = self._trainable()
        best: tuple[float, Learned] | None = None
        for register, tapes, seed, budget in self._efforts(examples, ends) if examples else ():
            if self._left <= _TOO_LITTLE or (best is not None and self._passed >= ends):
                break
            doing = f"gradient descent: {_states(len(register))}, {_count(tapes, 'tape')}"

            def tell(progress: GradientProgress, doing: str = doing) -> None:
                self._say(f"{doing}, loss {progress.loss:.2g}, best {_right(progress.errors)}")

            self._check()
            self._say(doing)
            fit = fit_gradient(
                examples,
                self._vocabulary,
                seed=seed,
                tapes=tapes,
                register=register,
                budget_seconds=max(0.0, min(budget, ends - self._passed)),
                device=find_device(self._device, "sequences"),
                on_progress=tell,
                stop_requested=self._stop,
                # The machine is what counts: its table needs no training.
                settings=replace(StackSettings.of(tapes), last_steps=0),
            )
            self._check()
            if fit.machine is not None and (best is None or fit.reached or fit.errors < best[0]):
                best = fit.errors, self._learned(fit.machine, "gradient", fit.reached)
                if best[1].settled:
                    break
        return None if best is None else replace(best[1], seconds=self._passed)

    def _trainable(self) -> list[Example]:
        """Examples short enough to train on by gradients, in a random order."""
        longest = min(_LONGEST_TRAINED, _MOST_LOGITS // self._vocabulary.size)
        mixed = np.random.default_rng(0).permutation(len(self._examples))
        chosen = (self._examples[i] for i in mixed)
        short = [e for e in chosen if len(e.prompt) + len(e.answer) < longest]
        return first_questions(short, _QUESTIONS)

    def _efforts(
        self, examples: Sequence[Example], ends: float
    ) -> Iterator[tuple[Ids, int, int, float]]:
        """Register, tapes, seed and seconds of one training after the other."""
        made = []
        with until(ending(ends - self._passed, self._stop)):
            for make in islice(candidate_registers(self._vocabulary, examples), _REGISTERS):
                # What is made is kept where the time ends.
                made.append(make())
        registers = [register.table for register in made if register is not None and register.apart]
        for attempt in count():
            tapes, seconds = _EFFORTS[min(attempt, len(_EFFORTS) - 1)]
            for register in registers:
                yield register, self._tapes or tapes, self._seed + attempt, seconds

    def _learned(self, machine: Machine, way: Way, answers: bool) -> Learned:
        """What is to be said of a machine that answers everything, or all but noise, or not."""
        if answers and way not in ("merging", "nesting"):
            # What makes no difference to the examples can only do harm elsewhere.
            prompts = dict.fromkeys(example.prompt for example in self._examples)
            with until(ending(self._left, self._stop)):
                machine = minimise(machine, Keys.of(machine, prompts))
            self._check()
        elif not answers and not weights_fit(machine):
            machine = plain(Data(self._examples, self._vocabulary)).machine
        right = score("train", machine, self._examples, self._stop).accuracy
        found = Learned(machine, way, False, right, self._passed)
        if not answers:
            return found
        # The machine as it is kept, by all examples: whoever has both can judge again.
        last = judgement(machine, way, self._examples, self._vocabulary, self._noise)
        found = replace(
            found, learned=last.learned, reason=last.reason, exam=last.exam, noise=last.noise
        )
        if not last.learned and right < 1:
            return found
        self._say("looking for rivals")
        certainty = certainty_of(machine, self._examples, self._stop)
        self._check()
        if certainty.reason is None:
            return replace(found, certainty=certainty)
        reason = f"under-determined; {certainty.reason}"
        return replace(found, learned=False, reason=reason, certainty=certainty)


@dataclass(frozen=True)
class Judgement(NoTruthValue):
    """Whether a machine is learned, by the examples alone."""

    _ask = "judgement.learned"

    learned: bool
    reason: str | None = None
    exam: Exam | None = None
    noise: Noise | None = None


def judgement(
    machine: Machine, way: Way, examples: Sequence[Example], vocabulary: Vocabulary, noise: float
) -> Judgement:
    """A machine as it was found in some way, judged by examples; a merged one is merged again."""
    if way not in ("merging", "nesting"):
        last = judged(machine, examples, vocabulary, noise)
        return Judgement(last.learned, last.reason, last.exam, last.noise)
    found = (merged_machine if way == "merging" else nested_words)(tuple(examples), vocabulary)
    if found is None or not same_json(found.machine.to_json(), machine.to_json()):
        return Judgement(False, "it is not what merging states gives")
    if isinstance(found, Merged):
        reason = left_open(found, examples, vocabulary)
    else:
        reason = left_open_nested(found, examples)
    return Judgement(reason is None, reason, found.exam)


def certainty_of(
    machine: Machine,
    examples: Sequence[Example],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Certainty:
    """How sure examples make a machine; among wrong tokens, rivals must say what the machine says."""
    asked = canonical_json(machine.to_json()), tuple(examples)
    if asked not in _LAST:
        told = agreement(machine, examples)
        given = told.mended if told.wrong else examples
        found = assess(machine, given, stop_requested=stop_requested)
        if stop_requested():  # not all was looked at
            return found
        _LAST.clear()
        _LAST[asked] = found
    return _LAST[asked]


def tolerated(noise: NoiseLevel, examples: Sequence[Example]) -> float:
    """The greatest part of answer tokens that may be taken for errors."""
    if check_noise(noise) is None:
        noise = "auto" if contradictions(examples) else 0.0
    return TOLERATED if noise == "auto" else noise or 0.0


def _right(errors: float) -> str:
    """`98.2 % of tokens right`, never 100 for less."""
    return f"{int((1 - errors) * 1000) / 10:g} % of tokens right"


def _size(machine: Machine) -> str:
    return f"{_states(machine.states)}, {_count(machine.tapes, 'tape')}"


def _states(count: int) -> str:
    return f"register of {_count(count, 'state')}"


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'s' * (number != 1)}"
