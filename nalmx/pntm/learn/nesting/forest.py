"""Prompts as terms: what was read so far, a token, and what stands in the bracket that it closes.

Brackets are found in the examples: two tokens are a pair where every prompt closes what it opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ....clock import look
from ...nested import ALONE
from ...tasks import Example, Token, Tokens
from ...vocabulary import Ids
from .terms import COUNT, FIELDS, FIRST_STATE, INSIDE, LABEL, LEFT, NOTHING, SYMBOL

_MOST_NODES = 400_000
_MOST_ANSWERS = 200


@dataclass(frozen=True, eq=False)
class Forest:
    """All prompts as terms, each once: `left` is the term before, `symbols` the token or pair, and `inside`
    the term in the bracket, or `ALONE`. Term 0 is the empty prompt; parts come before the whole.

    `ends[k]` is the term of example k, the short prompts first, and `said[k]` the number of its answer.
    """

    tokens: Tokens
    pairs: tuple[tuple[Token, Token], ...]
    left: Ids
    symbols: Ids
    inside: Ids
    ends: Ids
    said: Ids
    answers: tuple[Tokens, ...]

    def first(self, examples: int) -> Forest:
        """The terms of the first examples alone."""
        last = int(self.ends[:examples].max()) + 1
        return Forest(
            self.tokens, self.pairs, self.left[:last], self.symbols[:last], self.inside[:last],
            self.ends[:examples], self.said[:examples], self.answers,
        )  # fmt: skip

    def terms(self) -> Ids:
        """The terms for reading (`terms`), without the first one, which is the first state."""
        found = np.full((len(self.left), FIELDS), NOTHING, np.int64)
        found[:, LEFT] = np.where(self.left > 0, self.left - 1, FIRST_STATE)
        found[:, SYMBOL] = self.symbols
        found[:, INSIDE] = np.where(
            self.inside > 0, self.inside - 1, np.where(self.inside == 0, FIRST_STATE, NOTHING)
        )
        found[self.ends, LABEL] = self.said
        found[:, COUNT] = np.bincount(self.ends, minlength=len(found))
        for term in range(len(found) - 1, 0, -1):
            for part in (self.left[term], self.inside[term]):
                if part >= 0:
                    found[part, COUNT] += found[term, COUNT]
        return found[1:]


def forest_of(examples: Sequence[Example]) -> Forest | None:
    """The terms of examples; None where an answer is no single token, or equal prompts have two."""
    answers = tuple(dict.fromkeys(example.answer for example in examples))
    if not 1 < len(answers) <= _MOST_ANSWERS or any(len(answer) != 1 for answer in answers):
        return None
    answer_of = {answer: at for at, answer in enumerate(answers)}
    prompts = sorted(dict.fromkeys(e.prompt for e in examples), key=lambda p: (len(p), p))
    pairs = pairs_of(prompts)
    brackets = {token for pair in pairs for token in pair}
    tokens = tuple(sorted({token for p in prompts for token in p} - brackets))
    alone = {token: at for at, token in enumerate(tokens)}
    opening = {first: at for at, (first, _) in enumerate(pairs, len(tokens))}
    number: dict[tuple[int, int, int], int] = {(ALONE, ALONE, ALONE): 0}
    end_of: dict[Tokens, int] = {}
    for prompt in prompts:
        look()
        around: list[tuple[int, int]] = []
        term = 0
        for token in prompt:
            if token in opening:
                around.append((term, opening[token]))
                term = 0
                continue
            key = (term, alone[token], ALONE) if token in alone else (*around.pop(), term)
            term = number.setdefault(key, len(number))
        end_of[prompt] = term
        if len(number) > _MOST_NODES:
            break
    said: dict[int, int] = {}
    for example in examples:
        term_of = end_of.get(example.prompt)
        if term_of is not None:
            answer = answer_of[example.answer]
            if said.setdefault(term_of, answer) != answer:
                return None
    left, symbols, inside = np.array([*number], np.int64).T
    ends = np.array([*end_of.values()], np.int64)
    return Forest(
        tokens,
        pairs,
        left,
        symbols,
        inside,
        ends,
        np.array([said[t] for t in ends.tolist()]),
        answers,
    )


def pairs_of(prompts: Sequence[Tokens]) -> tuple[tuple[Token, Token], ...]:
    """Pairs of tokens that stand in prompts as brackets do, all together; none where nothing is nested."""
    tokens = sorted({token for prompt in prompts for token in prompt})
    found: list[tuple[Token, Token]] = []
    for one in tokens:
        for other in tokens:
            free = one != other and not any({one, other} & {*pair} for pair in found)
            if free and _nested(prompts, [*found, (one, other)]):
                found.append((one, other))
    deep = any(_depth(prompt, found) > 1 for prompt in prompts)
    return tuple(found) if deep else ()


def _nested(prompts: Iterable[Tokens], pairs: Sequence[tuple[Token, Token]]) -> bool:
    return all(_depth(prompt, pairs) >= 0 for prompt in prompts)


def _depth(prompt: Tokens, pairs: Sequence[tuple[Token, Token]]) -> int:
    """How deep the brackets of a prompt are nested; −1 where they are not."""
    closes = dict(pairs)
    closing = {*closes.values()}
    awaited: list[Token] = []
    deepest = 0
    for token in prompt:
        if token in closes:
            awaited.append(closes[token])
            deepest = max(deepest, len(awaited))
        elif token in closing and (not awaited or awaited.pop() != token):
            return -1
    return -1 if awaited else deepest
