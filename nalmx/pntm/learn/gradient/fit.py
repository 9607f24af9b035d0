"""Gradient training of P-NTMs, ending in a machine with hard controls.

A stack of initialisations is trained on short examples while their controls grow sharp. Then each
one's controls are rounded and run, hard, on longer examples: is the next token a function of the row
and of what the tapes read? The code length of that relation judges a member. Where no member is
right, each keeps those tapes that tell something about the next token and begins the others anew,
and the worst members give way to the best.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch

from ....clock import move_on_after, until
from ....errors import NoTruthValue, SettingError
from ....train.interrupted import Interrupted, ending
from ...machine import Machine
from ...soft.module import PNTM
from ...tasks import Example
from ...vocabulary import Ids, Vocabulary
from .batches import Pool
from .hardening import harden, train_output
from .relation import ControlJudge, Judged
from .rounding import rounded, uncertain
from .stack import Parameters, Stack

_COLD, _COLD_AFTER = 0.1, 0.6  # the last temperature, reached after this part of a life
_CHECK_STEPS = 50
_SMOOTHED = 0.1
_JUDGED_EXAMPLES = 150
_ENTRIES_BELOW = 0.25  # a table of more entries for each question remembers, it does not explain
_NEARLY = 1.25  # some examples cannot tell machines apart whose code lengths are this close
_TOLD_EVERY = 0.5
_TO_JUDGE = 1.0  # seconds, where there is no machine yet when the time is over


@dataclass(frozen=True, slots=True)
class StackSettings:
    """How a stack is trained.

    The `shortest` examples are trained on. A member lives `life` steps before it is judged, and is
    looked at sooner once its loss is below `learnt`. Up to `turns` uncertain controls are tried both
    ways. After each life `replaced` members give way. Of several tapes there are `spare` times as
    many in training as in the machine. At most `last_steps` train the hardened module.
    """

    members: int = 8
    batch: int = 16
    width: int = 8
    hidden: int = 32
    shortest: int = 300
    life: int = 300
    learnt: float = 0.1
    turns: int = 40
    replaced: int = 3
    spare: int = 2
    last_steps: int = 800

    @classmethod
    def of(cls, tapes: int) -> StackSettings:
        """What was found to work: several tapes need longer examples and shorter lives."""
        if tapes == 1:
            return cls()
        return cls(members=4, batch=8, hidden=64, shortest=450, life=200, replaced=2)


@dataclass(frozen=True, slots=True)
class GradientProgress:
    """What a caller is told: the least loss of the members, lives lived by the whole stack, and
    the part of answer positions that the best hard machine so far gets wrong."""

    step: int
    loss: float
    lives: int
    errors: float
    seconds: float


@dataclass(frozen=True, eq=False)
class GradientFit(NoTruthValue):
    """A hard machine, what it gets wrong, and its soft machine.

    `errors` is the part of answer positions, teacher forced, that the machine gets wrong: above 0
    where its controls leave the next token no function of row and reads. `reached` says that there
    are none, and that the table is small enough to be no mere list of the examples. `soft_loss` is
    the loss of `module`, whose controls are hard as well.
    """

    _ask = "fit.reached"

    machine: Machine | None
    errors: float
    reached: bool
    soft_loss: float
    history: tuple[GradientProgress, ...]
    seconds: float
    module: PNTM


def fit_gradient(
    examples: Sequence[Example],
    vocabulary: Vocabulary,
    *,
    seed: int,
    tapes: int,
    register: Ids | None = None,
    starts: Ids | None = None,
    budget_seconds: float = 60.0,
    device: torch.device | str = "cpu",
    on_progress: Callable[[GradientProgress], None] | None = None,
    stop_requested: Callable[[], bool] | None = None,
    settings: StackSettings | None = None,
) -> GradientFit:
    """Train until a hard machine answers every example, or until the budget is spent.

    `register` (states, vocabulary) gives the next state and `starts` (tapes, 2) the first cells of
    the heads; zeros by default. The same seed gives the same machine unless the budget ends first.
    Raises `Interrupted` once `stop_requested()` is true.
    """
    if not examples or tapes < 1:
        raise SettingError(f"at least 1 example and 1 tape; {len(examples)} and {tapes} given")
    register = np.zeros((1, vocabulary.size), np.int64) if register is None else register
    starts = np.zeros((tapes, 2), np.int64) if starts is None else starts
    fit = _Fit(
        examples, vocabulary, register, starts, seed, budget_seconds, device,
        on_progress or (lambda progress: None), stop_requested or (lambda: False),
        settings or StackSettings.of(tapes),
    )  # fmt: skip
    try:
        with until(ending(budget_seconds, stop_requested or (lambda: False))):
            while True:
                fit.live()
                fit.begin_anew()
    except _Ended:
        pass
    return fit.result()


class _Ended(Exception):
    """A machine was found, or the budget is spent."""


@dataclass(frozen=True, eq=False)
class _Best:
    """The best machine so far."""

    reached: bool
    judged: Judged
    machine: Machine
    errors: float
    module: PNTM


class _Fit:
    """A stack in training, with the best that was found in the line of each member."""

    def __init__(
        self,
        examples: Sequence[Example],
        vocabulary: Vocabulary,
        register: Ids,
        starts: Ids,
        seed: int,
        budget: float,
        device: torch.device | str,
        on_progress: Callable[[GradientProgress], None],
        stop_requested: Callable[[], bool],
        settings: StackSettings,
    ) -> None:
        self._began = self._told = time.perf_counter()
        self._budget, self._settings = budget, settings
        self._on_progress, self._stop_requested = on_progress, stop_requested
        self._random = np.random.default_rng(seed)
        generator = torch.Generator(device).manual_seed(seed)
        some = self._random.permutation(len(examples))[:_JUDGED_EXAMPLES]
        tapes = len(starts)
        # Spare tapes: what each tells is seen when they are hard, and the best of them are taken.
        if tapes > 1:
            starts = np.tile(starts, (settings.spare, 1))
        self._judge = ControlJudge(examples, vocabulary, register, starts, tapes)
        self._some = ControlJudge([examples[i] for i in some], vocabulary, register, starts, tapes)
        self._kinds, self._used = self._judge.kinds()
        self._pool = Pool(examples, vocabulary, device, self._random)
        self._longest = self._pool.shortest(settings.shortest)
        sizes = {
            "vocabulary_size": vocabulary.size,
            "tapes": len(starts),
            "width": settings.width,
            "hidden": settings.hidden,
            "states": len(register),
        }
        self._stack = Stack(
            sizes, self._kinds, register, starts, settings.members, device, generator
        )
        self._lines: list[tuple[Judged, Parameters] | None] = [None] * settings.members
        self._best: _Best | None = None
        self._known: set[bytes] = set()
        self._tried = self._loss = np.inf
        self._steps = self._lives = 0
        self._history: list[GradientProgress] = []

    def live(self) -> None:
        """Train all members from warm to cold, then judge them."""
        settings, smooth = self._settings, np.zeros(0)
        for age in range(settings.life):
            heat = max(_COLD, _COLD ** (age / settings.life / _COLD_AFTER))
            batch = self._pool.draw(settings.batch, self._longest)
            losses = self._stack.step(batch, heat).cpu().numpy()
            self._steps += 1
            smooth = smooth + _SMOOTHED * (losses - smooth) if len(smooth) else losses
            self._loss = float(smooth.min())
            self._tell()
            if (age + 1) % _CHECK_STEPS == 0:
                for member in np.flatnonzero(smooth < settings.learnt).tolist():
                    self._try(member)
        for member in range(settings.members):
            judged = self._try(member)
            line = self._lines[member]
            if line is None or judged.cost < line[0].cost:
                self._lines[member] = judged, self._stack.parameters_of(member)
        self._lives += 1

    def begin_anew(self) -> None:
        """The next life: useful tapes are kept; the worst lines end, for the best one or a new one."""
        lines = self._lines
        order = sorted(range(len(lines)), key=lambda m: _cost(lines[m]))
        many = self._stack.tapes > 1
        worst = order[max(1, len(order) - self._settings.replaced) :] if many else order
        for member in worst:
            lines[member] = lines[order[0]] if many and member != worst[-1] else None
        for member, line in enumerate(lines):
            if line is None:
                self._stack.begin(member)
            else:
                judged, parent = line
                kept = self._some.useful(judged, self._random)
                self._stack.begin(member, parent, judged.hard, kept)

    def result(self) -> GradientFit:
        """The best machine; its module, hardened and trained on with frozen controls."""
        if self._best is None:
            with suppress(_Ended), move_on_after(_TO_JUDGE):
                self._keep_best(0, self._some.judge(rounded(self._stack.control_logits(0))))
        best = self._best
        if best is None:
            passed, module = time.perf_counter() - self._began, self._stack.alone(0, [0])
            return GradientFit(None, 1.0, False, np.inf, tuple(self._history), passed, module)
        module, settings = best.module, self._settings
        steps = settings.last_steps if best.reached else settings.last_steps // 10
        loss = train_output(module, self._pool, steps, settings.batch, self._stop_requested)
        self._tell(always=True)
        return GradientFit(
            best.machine, best.errors, best.reached, loss, tuple(self._history),
            time.perf_counter() - self._began, module,
        )  # fmt: skip

    def _try(self, member: int) -> Judged:
        """Round a member, its uncertain controls both ways; the end where that is right."""
        logits = self._stack.control_logits(member)
        judged = self._some.judge(rounded(logits))
        seen = [c - 1 for c in judged.columns]
        turns = [t for t in uncertain(logits, self._kinds, self._used) if t.tape in seen]
        for turn in turns[: self._settings.turns]:
            other = self._some.judge_again(turn.of(judged.hard, logits), judged.columns)
            if other.cost < judged.cost:
                judged = other
        controls = judged.hard.moves.tobytes() + judged.hard.write.tobytes()
        if judged.cost < _NEARLY * self._tried and controls not in self._known:
            self._tried = min(self._tried, judged.cost)
            self._known.add(controls)
            self._keep_best(member, judged)
        return judged

    def _keep_best(self, member: int, judged: Judged) -> None:
        machine, errors = self._judge.machine(judged)
        explained = machine.entries < _ENTRIES_BELOW * self._judge.questions
        reached = errors == 0 and explained
        if self._best is None or reached or errors < self._best.errors:
            tapes = [c - 1 for c in judged.columns if c] or [0]
            module = self._stack.alone(member, tapes)
            harden(module, judged.hard, tapes)
            self._best = _Best(reached, judged, machine, errors, module)
        if reached:
            raise _Ended

    def _tell(self, *, always: bool = False) -> None:
        """Report now and then; stop where that is asked for or the budget is spent."""
        if self._stop_requested():
            raise Interrupted(self._steps)
        now = time.perf_counter()
        if always or now - self._told >= _TOLD_EVERY:
            self._told = now
            errors = 1.0 if self._best is None else self._best.errors
            progress = GradientProgress(
                self._steps, self._loss, self._lives, errors, now - self._began
            )
            self._history.append(progress)
            self._on_progress(progress)
        if not always and now - self._began > self._budget:
            raise _Ended


def _cost(line: tuple[Judged, Parameters] | None) -> float:
    return np.inf if line is None else line[0].cost
