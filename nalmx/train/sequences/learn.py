"""Learning a sequence task: by gradients, discretely, or one after the other.

Measured on the tasks of this package, discrete fitting is both faster and more reliable than
gradient descent, so `auto` begins with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice

import numpy as np

from ...pntm.keys import Keys
from ...pntm.machine import Machine
from ...pntm.minimise import minimise
from ...pntm.vocabulary import Ids, Vocabulary
from ...tasks.sequences import Example
from ..interrupted import Interrupted
from .certainty import Certainty, assess
from .config import Method, Way
from .discrete import Fitted, fit_discrete
from .discrete.data import first_questions
from .discrete.noise import agreement
from .discrete.registers import candidate_registers
from .score import score

# Seconds of each search where there are as many.
_DISCRETE, _GRADIENT, _BRIEFLY, _REPAIR = 120.0, 600.0, 60.0, 60.0
_ENDLESS = 86_400.0
# Tapes and seconds of gradient trainings; the last is repeated with other seeds.
_EFFORTS = ((1, 15.0), (2, 25.0), (4, 60.0))
_REGISTERS = 2  # none, and segments where there are any
_QUESTIONS = 20_000  # to train on and to judge by; all examples are answered in the end


@dataclass(frozen=True, eq=False)
class Learned:
    """A machine, how it was found, and how well it answers the examples it was found from.

    `learned` is true where every example is answered exactly, or where what is left can only be
    noise in the examples, and where they determine the machine; `machine` is the best one found in
    any case. `certainty` has rivals that fit as well, and what to ask for.
    """

    machine: Machine
    way: Way
    learned: bool
    accuracy: float  # whole answers of the training examples
    seconds: float
    certainty: Certainty = field(default_factory=Certainty)
    reason: str | None = None  # why it is not learned, where that is known


def learn(
    examples: Sequence[Example],
    *,
    method: Method = "auto",
    tapes: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    seconds: float = _ENDLESS,
    on_progress: Callable[[str], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
) -> Learned:
    """The simplest machine that answers the examples, with `tapes` at most if they are given.

    - `discrete`: fitting without gradients, and without torch
    - `gradient`: gradient descent, simple registers and few tapes first
    - `auto`: the first; if that fails the second, briefly, and then the first once more, with the
      tapes that the gradients found (the way is `repair` where one of them is used)

    No search is begun after `seconds`, but for the first. `seed` and `device` (auto, cpu, cuda) are
    those of gradient descent; a search that its time ends depends on how fast the computer is.
    `on_progress` is told in a few words what is being tried. Raises `Interrupted` once
    `stop_requested()` is true.
    """
    return _Learning(
        examples, tapes, seed, device, seconds,
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
        seconds: float,
        tell: Callable[[str], None],
        stop: Callable[[], bool],
    ) -> None:
        self._began, self._seconds = time.perf_counter(), seconds
        self._examples, self._vocabulary = examples, Vocabulary.of(examples)
        self._tapes, self._seed, self._device = tapes, seed, device
        self._tell, self._stop = tell, stop

    def by(self, method: Method) -> Learned:
        """The best machine of a method."""
        if method == "discrete":
            return self._discretely(_DISCRETE)
        if method == "gradient":
            return self._by_gradients(_GRADIENT)
        found = [self._discretely(_DISCRETE)]
        if not found[0].learned and found[0].reason is None and self._left > 0:
            found.append(self._by_gradients(_BRIEFLY))
            if not found[1].learned and self._left > 0:
                found.append(self._discretely(_REPAIR, [found[1].machine]))
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

    def _discretely(self, seconds: float, hints: Sequence[Machine] = ()) -> Learned:
        """By discrete fitting; `repair` is that with hints, where it uses one."""
        what = "repairing" if hints else "discrete fitting"

        def tell(best: Fitted) -> None:
            self._check()
            self._tell(f"{what}: {_size(best.machine)}, {_right(best.errors)}")

        self._check()
        self._tell(what)
        fitted = fit_discrete(
            self._examples,
            self._vocabulary,
            most_tapes=self._tapes,
            hints=hints,
            seconds=min(seconds, self._left),
            on_progress=tell,
            stop_requested=self._stop,
        )
        self._check()
        way: Way = "repair" if fitted.hinted else "discrete"
        return self._learned(fitted.machine, way, fitted.learned)

    def _by_gradients(self, seconds: float) -> Learned:
        """By gradient descent: the first machine that answers everything, or the best one."""
        from ...devices import find_device
        from .gradient import GradientProgress, fit_gradient
        from .gradient.fit import Settings

        ends = self._passed + min(seconds, self._left)
        mixed = np.random.default_rng(0).permutation(len(self._examples))
        examples = first_questions([self._examples[i] for i in mixed], _QUESTIONS)
        best: tuple[float, Learned] | None = None
        for register, tapes, seed, budget in self._efforts(examples):
            if best is not None and self._passed >= ends:
                break
            doing = f"gradient descent: {_count(tapes, 'tape')}, {_count(len(register), 'state')}"

            def tell(progress: GradientProgress, doing: str = doing) -> None:
                self._tell(f"{doing}, loss {progress.loss:.2g}, {_right(progress.errors)}")

            self._check()
            self._tell(doing)
            fit = fit_gradient(
                examples,
                self._vocabulary,
                seed=seed,
                tapes=tapes,
                register=register,
                budget_seconds=min(budget, ends - self._passed),
                device=find_device(self._device),
                on_progress=tell,
                stop_requested=self._stop,
                # The machine is what counts: its table needs no training.
                settings=replace(Settings.of(tapes), last_steps=0),
            )
            if fit.machine is not None and (best is None or fit.reached or fit.errors < best[0]):
                found = self._learned(fit.machine, "gradient", fit.reached)
                found = replace(found, learned=found.learned and found.accuracy == 1)
                best = fit.errors, found
                if found.learned or found.reason is not None:
                    break
        assert best is not None
        return replace(best[1], seconds=self._passed)

    def _efforts(self, examples: Sequence[Example]) -> Iterator[tuple[Ids, int, int, float]]:
        """Register, tapes, seed and seconds of one training after the other."""
        candidates = islice(candidate_registers(self._vocabulary, examples), _REGISTERS)
        made = [make() for make in candidates]
        registers = [register.table for register in made if register is not None and register.apart]
        for attempt in count():
            tapes, seconds = _EFFORTS[min(attempt, len(_EFFORTS) - 1)]
            for register in registers:
                yield register, self._tapes or tapes, self._seed + attempt, seconds

    def _learned(self, machine: Machine, way: Way, learned: bool) -> Learned:
        if learned:
            # What makes no difference to the examples can only do harm elsewhere.
            prompts = [example.prompt for example in self._examples]
            machine = minimise(machine, Keys.of(machine, prompts, stop_requested=self._stop))
            self._check()
        right = score("train", machine, self._examples, self._stop).accuracy
        if not learned:
            return Learned(machine, way, False, right, self._passed)
        self._tell("looking for rivals")
        # Among wrong tokens, rivals must say what the machine says.
        given = self._examples if right == 1 else agreement(machine, self._examples).mended
        certainty = assess(machine, given, stop_requested=self._stop)
        self._check()
        reason = certainty.reason and f"under-determined; {certainty.reason}"
        return Learned(machine, way, not reason, right, self._passed, certainty, reason)


def _right(errors: float) -> str:
    """`98.2 % of tokens right`, never 100 for less."""
    return f"{int((1 - errors) * 1000) / 10:g} % of tokens right"


def _size(machine: Machine) -> str:
    return f"{_count(machine.tapes, 'tape')}, {_count(machine.states, 'state')}"


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'s' * (number != 1)}"
