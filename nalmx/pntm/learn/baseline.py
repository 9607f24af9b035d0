"""Train a baseline on a sequence task: every one of them in the same way.

Next-token cross entropy on the answer and its end, fresh examples at every step, lengths that grow
from short ones to `longest` as the network masters them. Training ends when whole answers are
decoded without a fault, twice, on fresh examples inside the training lengths.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ...devices import find_device
from ...errors import NoTruthValue
from ...train import Interrupted
from ...train.one_thread import one_thread
from ..baselines import Baseline, baseline_name, new_baseline
from ..tasks import Example, SequenceTask, Tokens, exact_match
from ..vocabulary import Ids, Vocabulary

_IGNORED = -100
_MOSTLY, _MASTERED, _PROMISING = 0.7, 0.9, 0.97
_CHECKED = 100
_CHECKS_IN_A_ROW = 2
_STEPS_BETWEEN_CHECKS = 20
_LARGEST_GRADIENT = 1.0
# Steps of rising; examples after which the learning rate is halved; its least part.
_WARM_UP, _HALVED_AFTER, _LEAST = 50, 32_000, 0.1
_TOLD_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """How a baseline is trained: how fast Adam goes, with which lengths it begins, its size."""

    learning_rate: float
    batch: int
    first: int = 4
    model: tuple[tuple[str, Any], ...] = ()


SETTINGS = {
    "ntm": BaselineSettings(5e-3, 32),
    "ntm-feedforward": BaselineSettings(5e-3, 32),
    "lstm": BaselineSettings(5e-3, 128),
    "gru": BaselineSettings(5e-3, 128),
    "transformer": BaselineSettings(2e-3, 64),
}


@dataclass(frozen=True, slots=True)
class FitProgress:
    """What a caller is told while a baseline is trained; `length` is the longest so far."""

    step: int
    loss: float
    accuracy: float
    length: int
    seconds: float


@dataclass(frozen=True)
class FittedBaseline(NoTruthValue):
    """A trained baseline. `reached` says whether it was perfect inside the training lengths."""

    _ask = "fitted.reached"

    name: str
    task: str
    model: Baseline
    vocabulary: Vocabulary
    seed: int
    longest: int
    reached: bool
    inside: float
    steps: int
    seconds: float
    method: str = "gradient"

    def decode(self, prompts: Sequence[Tokens], limit: int) -> list[Tokens]:
        """What the network answers, up to its end or to `limit` tokens."""
        return decode(self.model, self.vocabulary, prompts, limit)


def fit_baseline(
    name: str,
    task: SequenceTask,
    *,
    longest: int = 20,
    seed: int = 0,
    budget_seconds: float = 300.0,
    device: torch.device | str = "cpu",
    on_progress: Callable[[FitProgress], None] = lambda progress: None,
    stop_requested: Callable[[], bool] = lambda: False,
    settings: BaselineSettings | None = None,
) -> FittedBaseline:
    """Train until perfect on prompts of up to `longest`, or until the budget is spent.

    The same seed gives the same network, unless the budget ends first. Raises `Interrupted` once
    `stop_requested()` is true.
    """
    name = baseline_name(name)
    chosen = settings or SETTINGS[name]
    vocabulary = Vocabulary(task.prompt_tokens, task.answer_tokens)
    model = new_baseline(name, vocabulary.size, seed=seed, **dict(chosen.model))
    place = find_device(device, "sequences") if isinstance(device, str) else device
    fit = _Fit(model.to(place), vocabulary, task, chosen, longest, seed)
    began = told = time.perf_counter()
    reached = False
    while not reached and time.perf_counter() - began < budget_seconds:
        if stop_requested():
            raise Interrupted(fit.steps)
        with one_thread():
            loss, accuracy = fit.step()
        now = time.perf_counter()
        if now - told >= _TOLD_EVERY:
            told = now
            on_progress(FitProgress(fit.steps, loss, accuracy, fit.length, now - began))
        reached = fit.checked()
    seconds = time.perf_counter() - began
    inside = 1.0 if reached else fit.inside()
    return FittedBaseline(
        name, task.name, model, vocabulary, seed, longest, reached, inside, fit.steps, seconds
    )


def decode(
    model: Baseline, vocabulary: Vocabulary, prompts: Sequence[Tokens], limit: int
) -> list[Tokens]:
    """Greedy answers, token by token; of every prompt up to its end or to `limit` tokens.

    Prompts of several lengths go together: while some answer, others still read.
    """
    given = [vocabulary.encode_prompt(prompt) for prompt in prompts]
    if not given:
        return []
    device = next(model.parameters()).device
    shortest, most = min(map(len, given)), max(map(len, given))
    padded = torch.from_numpy(_padded(given, vocabulary.end)).to(device)
    lengths = torch.tensor([len(ids) for ids in given], device=device)
    first = vocabulary.equals + 1
    answers: list[Tensor] = []
    ended = torch.zeros(len(given), dtype=torch.bool, device=device)
    with torch.no_grad():
        state = model.start(len(given), most + limit)
        all_logits, state = model.advance(padded[:, :shortest], state)
        logits = all_logits[:, -1]
        for position in range(shortest, most + limit):
            said = first + logits[:, first:].argmax(-1)
            answers.append(said)
            reading = lengths > position
            ended |= ~reading & (said == vocabulary.end)
            if ended.all() or position + 1 == most + limit:
                break
            token = torch.where(reading, padded[:, min(position, most - 1)], said)
            logits, state = model.step(token, state)
    rows = torch.stack(answers, 1).tolist() if answers else [[]] * len(given)
    return [
        vocabulary.decode(_until(row[len(ids) - shortest :][:limit], vocabulary.end))
        for row, ids in zip(rows, given, strict=True)
    ]


class _Fit:
    """A network in training, with the lengths that it has reached."""

    def __init__(
        self,
        model: Baseline,
        vocabulary: Vocabulary,
        task: SequenceTask,
        settings: BaselineSettings,
        longest: int,
        seed: int,
    ) -> None:
        self.model, self.vocabulary, self.task = model, vocabulary, task
        self.batch, self.longest = settings.batch, max(longest, task.shortest)
        self.length = min(self.longest, max(task.shortest, settings.first))
        self.steps = 0
        self._random, self._fresh = (
            np.random.default_rng([seed, 0]),
            np.random.default_rng([seed, 1]),
        )
        self._adam = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, foreach=True)
        self._rate, self._late_steps = settings.learning_rate, 0
        self._mastery, self._passed, self._next_check = 0.0, 0, 0

    def step(self) -> tuple[float, float]:
        """One update on fresh examples: its loss, and the part of answers right throughout."""
        examples = self.task.examples(self._random, self.batch, self.length)
        inputs, targets = self._tensors(examples)
        logits = self.model(inputs)
        loss = cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=_IGNORED)
        self._adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), _LARGEST_GRADIENT)
        self._adam.param_groups[0]["lr"] = self._learning_rate()
        self._adam.step()
        self.steps += 1
        accuracy = _right_throughout(logits, targets)
        self._mastery += 0.3 * (accuracy - self._mastery)
        if self._mastery >= _MASTERED and self.length < self.longest:
            self.length += 1
            self._mastery *= 0.8
        return float(loss.detach()), accuracy

    def checked(self) -> bool:
        """Whether the network has now been perfect inside on enough fresh sets in a row."""
        promising = self.length == self.longest and self._mastery >= _PROMISING
        if not promising or self.steps < self._next_check:
            return False
        while self._passed < _CHECKS_IN_A_ROW:
            if self.inside() < 1:
                self._passed, self._next_check = 0, self.steps + _STEPS_BETWEEN_CHECKS
                return False
            self._passed += 1
        return True

    def inside(self) -> float:
        """Exact match on fresh examples: half of any training length, half of the longest."""
        examples = self.task.examples(self._fresh, _CHECKED, self.longest)
        examples += self.task.examples(self._fresh, _CHECKED, self.longest, self.longest)
        limit = 1 + max(len(example.answer) for example in examples)
        prompts = [example.prompt for example in examples]
        return exact_match(decode(self.model, self.vocabulary, prompts, limit), examples)

    def _learning_rate(self) -> float:
        """Rising at first; falling once most answers of every length are right, down to a tenth."""
        if self.length == self.longest and self._mastery >= _MOSTLY:
            self._late_steps += 1
        falling: float = max(_LEAST, 0.5 ** (self._late_steps * self.batch / _HALVED_AFTER))
        return self._rate * min(1.0, (self.steps + 1) / _WARM_UP) * falling

    def _tensors(self, examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """Inputs and targets (B, T); targets that are not of an answer are ignored."""
        streams = [self.vocabulary.encode(example) for example in examples]
        tokens = _padded(streams, self.vocabulary.end)
        targets = np.full_like(tokens, _IGNORED)
        for row, stream, example in zip(targets, streams, examples, strict=True):
            answer = slice(len(example.prompt) + 1, len(stream))
            row[answer] = stream[answer]
        device = next(self.model.parameters()).device
        inputs = torch.from_numpy(tokens[:, :-1]).to(device)
        return inputs, torch.from_numpy(targets[:, 1:]).to(device)


def _right_throughout(logits: Tensor, targets: Tensor) -> float:
    right = (logits.argmax(-1) == targets) | (targets == _IGNORED)
    return float(right.all(-1).float().mean())


def _padded(streams: Sequence[Ids], filler: int) -> Ids:
    tokens = np.full((len(streams), max(map(len, streams))), filler, np.int64)
    for row, stream in zip(tokens, streams, strict=True):
        row[: len(stream)] = stream
    return tokens


def _until(answer: Sequence[int], end: int) -> Sequence[int]:
    return answer[: answer.index(end)] if end in answer else answer
