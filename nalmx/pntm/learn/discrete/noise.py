"""Examples with wrong tokens: the machine by which they are told most briefly, wrong tokens included.

Where a wrong token is fed back it spoils the next questions too, and a table that hedges against that
codes the examples better than the true one. Answers decoded from the prompt alone do not see wrong
tokens, so machines are compared by those; and what the best one says, where it nearly agrees with an
example, is fed back in its place in another search.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....clock import look
from ...keys import Keys
from ...machine import Machine
from ...minimise import minimise
from ...tasks import Example, Tokens
from ..findings import Noise

_NEAR = 0.25  # of its tokens (or one) may differ in an example that a machine mends
_KEPT = 0.85  # of all examples must be mended for what is left to be noise
_SPREAD = 1.6
_DEVIATIONS = 4.0
_MUCH, _MUCH_OF_ALL = 30, 0.02  # tokens
_SUSPICIOUS, _SUSPICIOUS_SPREAD = 0.75, 2.0
_SMALL = 400  # entries: a larger machine is not made smaller, it tells nothing briefly
_TAPE = 8.0  # nats to tell a tape from the others of a library


@dataclass(frozen=True)
class Agreement:
    """Examples as a machine says them where it nearly agrees, and how far it agrees with all.

    `spread` compares the differences of examples with those of tokens that are wrong independently
    of each other: about 1 for such noise, more where a machine fails on some examples.
    """

    mended: tuple[Example, ...]
    tokens: float
    examples: float
    spread: float
    half: float  # how far the second halves of answers differ more than the first, in deviations
    uneven: float  # how far some tokens are said wrongly more often than others, in deviations
    noise: Noise  # what is said wrongly
    heard: Mapping[Example, Tokens]  # what to feed back instead of an answer that has wrong tokens
    said: tuple[Tokens | None, ...]

    @property
    def wrong(self) -> int:
        """Tokens."""
        return self.noise.wrong

    @property
    def suspicious(self) -> bool:
        """Whether much is wrong, and so evenly that noise may be the greater part of it."""
        much = self.wrong >= _MUCH and 1 - self.tokens >= _MUCH_OF_ALL
        far = max(abs(self.half), self.uneven)
        even = self.spread < _SUSPICIOUS_SPREAD and far < 2 * _DEVIATIONS
        return much and even and self.examples >= _SUSPICIOUS

    @property
    def unlike_noise(self) -> str | None:
        """Why the differences are no wrong tokens that have nothing to do with each other.

        None where they may be.
        """
        if self.examples < _KEPT:
            return f"only {self.examples:.1%} of examples are right but for a few tokens"
        if self.spread >= _SPREAD:
            return "errors come together, in some examples rather than in others"
        if abs(self.half) >= _DEVIATIONS:
            return "errors depend on the half of the answer"
        if self.uneven >= _DEVIATIONS:
            return "errors depend on what is to be said"
        return None

    @property
    def only_noise(self) -> bool:
        """Whether every difference may be a wrong token that has nothing to do with the others."""
        return self.unlike_noise is None


def agreement(machine: Machine, examples: Sequence[Example]) -> Agreement:
    """How far decoded answers agree with examples that may hold wrong tokens."""
    mended: list[Example] = []
    heard: dict[Example, Tokens] = {}
    lengths: list[int] = []
    wrong: list[int] = []
    answers: list[Tokens | None] = []
    early = late = 0
    by_token: dict[str, list[int]] = {}
    for example in examples:
        look()
        answer = example.answer
        said = machine.decode(example.prompt, len(answer))
        answers.append(said)
        differs = _differences(said, answer)
        lengths.append(len(differs))
        wrong.append(sum(differs))
        early += sum(differs[: len(answer) // 2])
        late += sum(differs[len(answer) - len(answer) // 2 : len(answer)])
        for token, differing in zip(said or (), differs, strict=False):
            count = by_token.setdefault(token, [0, 0])
            count[0] += 1
            count[1] += differing
        if said is not None and sum(differs) <= max(1, _NEAR * len(differs)):
            mended.append(Example(example.prompt, said))
            if len(said) == len(answer):
                heard[example] = said
    n, k = np.array(lengths, float), np.array(wrong, float)
    rate = k.sum() / max(1.0, n.sum())
    chance = np.maximum(n * rate * (1 - rate), 1e-9)
    return Agreement(
        tuple(mended),
        1 - float(rate),
        len(mended) / max(1, len(examples)),
        float(((k - n * rate) ** 2).sum() / max(1e-9, chance.sum())),
        (late - early) / max(1.0, (late + early) ** 0.5),
        _unevenness(np.array(list(by_token.values()), float).reshape(-1, 2)),
        Noise(int(k.sum()), int(n.sum()), int((k > 0).sum())),
        heard,
        tuple(answers),
    )


def code_length(machine: Machine, told: Agreement) -> float:
    """How long it takes to tell the tapes, and which tokens are wrong and what they are."""
    others = max(1, len(machine.vocabulary.outputs) - 2)
    # A machine that is wrong more often than guesses are must gain nothing by that.
    part = min(max(1 - told.tokens, 1e-9), others / (others + 1))
    right = told.wrong * told.tokens / max(1e-9, 1 - told.tokens)
    errors = -told.wrong * math.log(part / others) - right * math.log1p(-part)
    return errors + _TAPE * machine.tapes


def description_length(
    machine: Machine, told: Agreement, examples: Sequence[Example], most: float
) -> float:
    """The same with the table, for the smallest machine that gives the same answers.

    At least `most` where it would be: then the smallest machine is not looked for.
    """
    length = code_length(machine, told)
    if length >= most:
        return length
    small = machine
    if machine.entries <= _SMALL:
        small = minimise(machine, Keys.of(machine, [example.prompt for example in examples]))
    length -= _TAPE * (machine.tapes - small.tapes)
    # Where each way out of a node leads: entries alone are few where nodes are shared.
    return length + math.log(1 + len(small.table)) * sum(len(n.children) for n in small.table)


def _unevenness(counts: NDArray[np.float64]) -> float:
    """χ² of equal error rates, for rows of (said, wrong), in deviations above what is expected."""
    said, wrong = counts.T
    freedom = len(counts) - 1
    rate = wrong.sum() / max(1.0, said.sum())
    if freedom < 1 or rate in (0, 1):
        return 0.0
    squares = (wrong - said * rate) ** 2 / (said * rate * (1 - rate))
    return float((squares.sum() - freedom) / (2 * freedom) ** 0.5)


def _differences(said: Tokens | None, answer: Tokens) -> list[bool]:
    """For every token of an answer, whether something else was said; one more for a wrong length."""
    if said is None:
        return [True] * (len(answer) + 1)
    pairs = [at >= len(said) or said[at] != token for at, token in enumerate(answer)]
    return pairs if len(said) == len(answer) else [*pairs, True]
