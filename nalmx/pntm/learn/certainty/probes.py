"""Prompts that were not given but are like those that were: what examples may leave open shows there.

Tokens that every prompt has equally often are separators, and stay where they are. Near prompts differ
from a given one by a token or a transposition, and hold no pair of neighbours that none of the given
ones holds. Wide prompts keep the separators, and nothing else need be as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product
from typing import TypeAlias

import numpy as np

from ...tasks import Example, Token, Tokens
from ...transducer import END, START

_TRIES = 8  # for each probe that is asked for
_MOST_TOKENS = 40_000  # of all probes together
_SURE = 7  # times; what was expected this often and never seen is missing
_MOST_TOKENS_APART = 300  # with so many, no pair of them is expected often
_ALL_SHORT = 4
_MOST_SHORT = 400


_Place: TypeAlias = tuple[int, int, Token]  # two parts, and a token of one of them


@dataclass(frozen=True)
class Shape:
    """What all given prompts have in common."""

    prompts: tuple[Tokens, ...]  # those given, each once

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Shape:
        return cls(tuple(dict.fromkeys(example.prompt for example in examples)))

    @cached_property
    def separators(self) -> frozenset[Token]:
        """Tokens that every prompt has, always equally often, with others beside them."""
        counts = [Counter(prompt) for prompt in self.prompts]
        constant = {t for t in counts[0] if all(c[t] == counts[0][t] for c in counts)}
        # Where there is but one prompt, or all hold the same tokens, nothing is told apart.
        return frozenset() if constant == set(self.tokens) else frozenset(constant)

    @cached_property
    def tokens(self) -> Tokens:
        return tuple(sorted({token for prompt in self.prompts for token in prompt}))

    @cached_property
    def free(self) -> Tokens:
        """Tokens that are no separators."""
        return tuple(token for token in self.tokens if token not in self.separators)

    @cached_property
    def bigrams(self) -> frozenset[tuple[Token, Token]]:
        return frozenset(pair for prompt in self.prompts for pair in _pairs(prompt))

    @cached_property
    def aligned(self) -> bool:
        """Whether the parts between separators are equally long in every prompt."""
        return all(len({len(part) for part in self.parts(p)}) <= 1 for p in self.prompts)

    def has_pairs_of(self, prompt: Tokens) -> bool:
        """Whether every pair of neighbours of a prompt stands in a given one, ends included."""
        return self.bigrams.issuperset(_pairs(prompt))

    @cached_property
    def missing(self) -> frozenset[tuple[int, int, Token, Token]]:
        """Tokens at the same place of two parts (their numbers first) that never stand there together,
        though each stands in its part so often that they would, were they independent."""
        together = Counter(pair for prompt in self.prompts for pair in self.together(prompt))
        first, second = Counter[_Place](), Counter[_Place]()
        every = Counter[tuple[int, int]]()
        for (i, j, a, b), times in together.items():
            first[i, j, a] += times
            second[i, j, b] += times
            every[i, j] += times
        if len(first) > _MOST_TOKENS_APART:
            return frozenset()
        pairs = [(one, other) for one in first for other in second if one[:2] == other[:2]]
        return frozenset(
            (*one, other[2])
            for one, other in pairs
            if (*one, other[2]) not in together
            and first[one] * second[other] > _SURE * every[one[:2]]
        )

    def together(self, prompt: Tokens) -> Iterator[tuple[int, int, Token, Token]]:
        """Tokens at the same place of two parts, with the numbers of the parts."""
        for (i, one), (j, other) in combinations(enumerate(self.parts(prompt)), 2):
            for a, b in zip(one, other, strict=False):
                yield i, j, a, b

    def parts(self, prompt: Tokens) -> list[Tokens]:
        """The parts between separators."""
        found: list[list[Token]] = [[]]
        for token in prompt:
            if token in self.separators:
                found.append([])
            else:
                found[-1].append(token)
        return [tuple(part) for part in found]

    def joined(self, prompt: Tokens, parts: Sequence[Tokens]) -> Tokens:
        """New parts between the separators of a prompt."""
        marks = [token for token in prompt if token in self.separators]
        found = list(parts[0])
        for mark, part in zip(marks, parts[1:], strict=True):
            found += [mark, *part]
        return tuple(found)


def near_probes(shape: Shape, count: int, seed: int = 0) -> list[Tokens]:
    """Up to so many near prompts."""
    random = np.random.default_rng(seed)
    known, found, left = set(shape.prompts), dict[Tokens, None](), _MOST_TOKENS
    for _ in range(count * _TRIES):
        prompt = shape.prompts[random.integers(len(shape.prompts))]
        edited = _edited(shape, prompt, random)
        if edited not in known and shape.has_pairs_of(edited):
            found[edited] = None
        left -= len(edited)
        if len(found) == count or left < 0:
            break
    return sorted(found, key=len)


def wide_probes(shape: Shape, count: int, seed: int = 0) -> list[Tokens]:
    """Up to so many wide prompts, the short ones first."""
    random = np.random.default_rng(seed + 1)
    known, found = set(shape.prompts), dict[Tokens, None]()
    for probe in _short(shape):
        if probe not in known:
            found[probe] = None
    left = _MOST_TOKENS
    for attempt in range(count * _TRIES):
        if len(found) >= count or left < 0:
            break
        prompt = shape.prompts[random.integers(len(shape.prompts))]
        probe = _WAYS[attempt % len(_WAYS)](shape, prompt, random)
        if probe and probe not in known:
            found[probe] = None
        left -= len(probe)
    return sorted(found, key=len)


def _pairs(prompt: Tokens) -> Iterator[tuple[Token, Token]]:
    return pairwise((START, *prompt, END))


def _edited(shape: Shape, prompt: Tokens, random: np.random.Generator) -> Tokens:
    """A prompt with a token replaced, or with two neighbours in the other order."""
    places = [at for at, token in enumerate(prompt) if token not in shape.separators]
    if not places:
        return prompt
    at, tokens = places[random.integers(len(places))], list(prompt)
    if random.random() < 0.25 and at + 1 in places:
        tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]
    else:
        tokens[at] = shape.free[random.integers(len(shape.free))]
    return tuple(tokens)


def _shuffled(shape: Shape, prompt: Tokens, random: np.random.Generator) -> Tokens:
    parts = [tuple(p[i] for i in random.permutation(len(p))) for p in shape.parts(prompt)]
    return shape.joined(prompt, parts)


def _spliced(shape: Shape, prompt: Tokens, random: np.random.Generator) -> Tokens:
    """Parts of two prompts, cut to one length where they always have one."""
    other = shape.parts(shape.prompts[random.integers(len(shape.prompts))])
    parts = [
        theirs if random.random() < 0.5 else own
        for own, theirs in zip(shape.parts(prompt), other, strict=True)
    ]
    if shape.aligned:
        size = min(map(len, parts))
        parts = [part[:size] for part in parts]
    return shape.joined(prompt, parts)


def _pumped(shape: Shape, prompt: Tokens, random: np.random.Generator) -> Tokens:
    """Every part with that of another prompt after it."""
    other = shape.parts(shape.prompts[random.integers(len(shape.prompts))])
    return shape.joined(
        prompt, [own + theirs for own, theirs in zip(shape.parts(prompt), other, strict=True)]
    )


_WAYS = (_edited, _shuffled, _spliced, _pumped)


def _short(shape: Shape) -> Iterator[Tokens]:
    """All short prompts without separators, where there are not too many."""
    if shape.separators:
        return
    total = 0
    for length in range(1, _ALL_SHORT + 1):
        total += len(shape.tokens) ** length
        if total > _MOST_SHORT:
            return
        yield from product(shape.tokens, repeat=length)
