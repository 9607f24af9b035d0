"""Compare two sides prompt by prompt: every short prompt, random and long ones; shrink what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress, count, islice
from random import Random
from typing import Any, TypeAlias

import hypothesis
import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ...clock import deadline, limited, look, until
from ...errors import NoTruthValue
from ..batch import decode_batch
from ..machine import Machine, longest_answer
from ..tasks import SequenceTask, Tokens
from ..tasks.prompts import prompts_of
from ..tasks.specification import Block
from .verdict import WrongAnswer

Side: TypeAlias = Callable[[Sequence[Tokens]], list[Tokens | None]]

# Random prompts by length; the longest show what a slow drift of a head does.
LENGTHS = {12: 60, 30: 60, 100: 30, 300: 20, 1_000: 10, 10_000: 3}
_HYPOTHESIS_EXAMPLES = 200
_SHRINKING_EXAMPLES = 2_000
_HYPOTHESIS_LONGEST = 40
_BATCH = 2_000
_TOKENS_BELOW = 500_000  # of the prompts below a wrong one, among which a shorter one is looked for
_ROOM = 4  # tokens that an answer may be too long before it counts as endless


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a machine answers, beside what another side answers."""

    left: Machine
    right: Side

    def wrong(self, prompts: Sequence[Tokens]) -> WrongAnswer | None:
        """The first prompt that is answered differently."""
        return next(self.differences(prompts), None)

    def differences(self, prompts: Sequence[Tokens]) -> Iterator[WrongAnswer]:
        """The prompts that are answered differently, in their order."""
        wanted = self.right(prompts)
        limits = [
            longest_answer(prompt) if answer is None else _ROOM + len(answer)
            for prompt, answer in zip(prompts, wanted, strict=True)
        ]
        said = _decoded(self.left, prompts, limits)
        known = set(self.left.vocabulary.prompt)
        for prompt, own, other in zip(prompts, said, wanted, strict=True):
            if own != other:
                unseen = next((token for token in prompt if token not in known), None)
                yield WrongAnswer(prompt, own, other, shortest=False, unseen=unseen)


def truth_of(task: SequenceTask) -> Side:
    """The answers of a task."""
    return lambda prompts: [task.answer(prompt) for prompt in prompts]


def answers_of(machine: Machine) -> Side:
    """The answers of a machine, with its usual limit of their length."""
    return lambda prompts: _decoded(machine, prompts, list(map(longest_answer, prompts)))


@dataclass(frozen=True, slots=True)
class Enumerated(NoTruthValue):
    """All prompts with up to `longest` tokens were answered alike; `wrong` is the first that was not."""

    _ask = "enumerated.wrong is None"

    longest: int
    prompts: int
    wrong: WrongAnswer | None = None


NOTHING = Enumerated(0, 0)


def enumerated(
    comparison: Comparison,
    task: SequenceTask,
    tokens: int,
    known: Enumerated = NOTHING,
    *,
    shorter_than: int | None = None,
    tell: Callable[[str], None] = lambda doing: None,
) -> Enumerated:
    """Answer every prompt, from the shortest on; go on from what is known.

    It ends with the last length all prompts of which are answered before they come to so many `tokens`, or
    before the time of the block around it is over.
    """
    done = known
    with until(deadline()), limited(tokens):
        for length in count(done.longest + 1) if shorter_than is None else range(1, shorter_than):
            tried = 0
            for batch in _batches(prompts_of(task, length)):
                tell(f"answering all prompts of {length} tokens")
                look(length * len(batch))
                wrong = comparison.wrong(batch)
                tried += len(batch)
                if wrong is not None:
                    return Enumerated(done.longest, done.prompts, replace(wrong, shortest=True))
            done = Enumerated(length, done.prompts + tried)
    return done


def random_prompts(task: SequenceTask, seed: int) -> list[Tokens]:
    """Prompts as they are drawn for training, of all lengths up to 10,000."""
    random = np.random.default_rng([seed, 2])
    return [
        task.draw(random, max(length, task.shortest))
        for length, many in LENGTHS.items()
        for _ in range(many)
    ]


def searched(comparison: Comparison, task: SequenceTask, seed: int) -> WrongAnswer | None:
    """A simple prompt that is answered differently, if Hypothesis finds one."""
    if comparison.wrong(_simple_prompts(task, seed, _HYPOTHESIS_EXAMPLES)) is None:
        return None
    return _found(comparison, _short_prompts(task), seed, _HYPOTHESIS_EXAMPLES)


@lru_cache(maxsize=8)
def _simple_prompts(task: SequenceTask, seed: int, most: int) -> tuple[Tokens, ...]:
    """What Hypothesis tries as long as nothing is wrong: the same prompts for every machine."""
    tried: list[Tokens] = []
    with suppress(NoSuchExample):
        _find(_short_prompts(task), tried.append, seed, most)
    return tuple(tried)


def shrunk(comparison: Comparison, task: SequenceTask, wrong: WrongAnswer) -> WrongAnswer:
    """A shorter prompt that is answered differently: the shortest, if all shorter ones can be tried."""
    simple = _found(comparison, _short_prompts(task), 1, _SHRINKING_EXAMPLES)
    best = _thinned(comparison, task, wrong) if simple is None else simple
    below = enumerated(comparison, task, _TOKENS_BELOW, shorter_than=len(best.prompt))
    if below.wrong is not None:
        return below.wrong
    return replace(best, shortest=below.longest >= len(best.prompt) - 1)


def _thinned(comparison: Comparison, task: SequenceTask, wrong: WrongAnswer) -> WrongAnswer:
    """Take tokens away, many at first, as long as a prompt of the task is answered differently."""
    many = len(wrong.prompt) // 2
    while many:
        at = 0
        while at < len(wrong.prompt):
            prompt = wrong.prompt[:at] + wrong.prompt[at + many :]
            less = comparison.wrong([prompt]) if task.is_prompt(prompt) else None
            if less is None:
                at += many
            else:
                wrong = less
        many //= 2
    return wrong


def _found(
    comparison: Comparison, prompts: st.SearchStrategy[Tokens], seed: int, examples: int
) -> WrongAnswer | None:
    try:
        prompt = _find(prompts, lambda one: comparison.wrong([one]) is not None, seed, examples)
    except NoSuchExample:
        return None
    return comparison.wrong([prompt])


def _find(
    prompts: st.SearchStrategy[Tokens], wanted: Callable[[Tokens], Any], seed: int, examples: int
) -> Tokens:
    """The simplest prompt that is wanted, of so many that are tried."""
    return hypothesis.find(
        prompts,
        wanted,
        settings=settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
        random=Random(seed),
    )


def _short_prompts(task: SequenceTask) -> st.SearchStrategy[Tokens]:
    """Prompts of a task, built from its shape where it has one."""
    specification = task.specification
    if specification is None:
        lengths = st.integers(task.shortest, _HYPOTHESIS_LONGEST)
        seeds = st.integers(0, 2**32 - 1)
        return st.builds(lambda n, s: task.draw(np.random.default_rng(s), n), lengths, seeds)
    parts = [
        st.lists(st.sampled_from(part.tokens), min_size=part.least, max_size=_HYPOTHESIS_LONGEST)
        if isinstance(part, Block)
        else st.just([part])
        for part in specification.shape
    ]
    joined = st.tuples(*parts).map(lambda words: tuple(t for word in words for t in word))
    return joined.filter(specification.admits)


def _decoded(
    machine: Machine, prompts: Sequence[Tokens], limits: Sequence[int]
) -> list[Tokens | None]:
    """The answers; none to a prompt with a token that was never seen in training."""
    known = set(machine.vocabulary.prompt)
    asked = [known.issuperset(prompt) for prompt in prompts]
    answers = iter(
        decode_batch(machine, list(compress(prompts, asked)), list(compress(limits, asked)))
    )
    return [next(answers) if can else None for can in asked]


def _batches(prompts: Iterable[Tokens]) -> Iterator[list[Tokens]]:
    rest = iter(prompts)
    # Short batches first: where a side is wrong, that is seldom late.
    size = 50
    while batch := list(islice(rest, size)):
        yield batch
        size = _BATCH
