"""Simple rules that fit all examples: what a machine must be told from.

A rule says an answer that depends on one simple thing about a prompt (its last token, its length modulo
a number), or gives the tokens of the prompt in some order, each in its place or translated. Where such
a rule fits as well as a machine of about its size or more, the examples do not say which is meant.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ...tasks import Example, Token, Tokens
from .probes import Shape

_PLACES = 4  # tokens from either end
_MOST_MODULUS = 6
_MOST_TOKENS = 20  # for rules about one token each
_SHOWN = 3  # examples for each value of what an answer depends on, on average


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule in words, its answers (None where it has none), and nats to tell it."""

    words: str
    answer: Callable[[Tokens], Tokens | None]
    size: float


def fitting_rules(shape: Shape, examples: Sequence[Example]) -> list[Rule]:
    """The rules that answer every example, the simplest first."""
    answers = {example.answer for example in examples}
    features = list(_features(shape))
    found = []
    for words, feature in features:
        rule = _by_feature(words, feature, examples, len(answers), len(features))
        if rule is not None:
            found.append(rule)
    for words, order in _ORDERS.items():
        rule = _by_order(words, order, examples)
        if rule is not None:
            found.append(rule)
    return sorted(found, key=lambda rule: rule.size)


def _by_feature(
    words: str,
    feature: Callable[[Tokens], object],
    examples: Sequence[Example],
    answers: int,
    features: int,
) -> Rule | None:
    known: dict[object, Tokens] = {}
    for example in examples:
        if known.setdefault(feature(example.prompt), example.answer) != example.answer:
            return None
    if len({example.prompt for example in examples}) < _SHOWN * len(known):
        return None

    def answer(prompt: Tokens) -> Tokens | None:
        return known.get(feature(prompt))

    return Rule(words, answer, math.log(features) + len(known) * math.log(answers))


def _features(shape: Shape) -> Iterator[tuple[str, Callable[[Tokens], object]]]:
    for place in range(_PLACES):
        words = "what depends on token {} alone"
        yield words.format(f"{place + 1}"), partial(_token, place)
        last = "the last token" if place == 0 else f"the token {place} before the last"
        yield f"what depends on {last} alone", partial(_token, -1 - place)
    yield "what depends on the greatest token alone", max
    yield "what depends on the least token alone", min
    yield "what depends on the commonest token alone", _commonest
    yield "what depends on which tokens occur alone", frozenset
    for modulus in range(2, _MOST_MODULUS + 1):
        yield f"what depends on the length modulo {modulus} alone", partial(_length, modulus)
        for token in shape.free if len(shape.tokens) <= _MOST_MODULUS else ():
            yield (
                f"what depends on how often {token} occurs, modulo {modulus}, alone",
                partial(_count, token, modulus),
            )
    for token in shape.free[:_MOST_TOKENS]:
        yield f"what depends on whether {token} occurs alone", partial(_occurs, token)


def _token(place: int, prompt: Tokens) -> Token | None:
    return prompt[place] if -len(prompt) <= place < len(prompt) else None


def _commonest(prompt: Tokens) -> Token | None:
    ranked = Counter(prompt).most_common(2)
    return None if len(ranked) > 1 and ranked[0][1] == ranked[1][1] else ranked[0][0]


def _length(modulus: int, prompt: Tokens) -> int:
    return len(prompt) % modulus


def _count(token: Token, modulus: int, prompt: Tokens) -> int:
    return prompt.count(token) % modulus


def _occurs(token: Token, prompt: Tokens) -> bool:
    return token in prompt


def _without_runs(prompt: Tokens) -> Tokens:
    return tuple(t for at, t in enumerate(prompt) if at == 0 or prompt[at - 1] != t)


_ORDERS: dict[str, Callable[[Tokens], Tokens]] = {
    "the prompt": lambda prompt: prompt,
    "the prompt backwards": lambda prompt: prompt[::-1],
    "the prompt sorted": lambda prompt: tuple(sorted(prompt)),
    "the prompt sorted downwards": lambda prompt: tuple(sorted(prompt, reverse=True)),
    "the prompt without repetitions": _without_runs,
    "each token once": lambda prompt: tuple(dict.fromkeys(prompt)),
    "the first token, as often as there are tokens": lambda prompt: prompt[:1] * len(prompt),
    "the last token, as often as there are tokens": lambda prompt: prompt[-1:] * len(prompt),
    "the first half of the prompt": lambda prompt: prompt[: len(prompt) // 2],
    "the second half of the prompt": lambda prompt: prompt[len(prompt) // 2 :],
    "the prompt but its last token": lambda prompt: prompt[:-1],
    "the prompt but its first token": lambda prompt: prompt[1:],
}


def _by_order(
    words: str, order: Callable[[Tokens], Tokens], examples: Sequence[Example]
) -> Rule | None:
    means: dict[Token, Token] = {}
    for example in examples:
        ordered = order(example.prompt)
        if len(ordered) != len(example.answer):
            return None
        for token, said in zip(ordered, example.answer, strict=True):
            if means.setdefault(token, said) != said:
                return None
    if not means:
        return None
    plain = all(token == said for token, said in means.items())

    def answer(prompt: Tokens) -> Tokens | None:
        ordered = order(prompt)
        return tuple(means[t] for t in ordered) if means.keys() >= set(ordered) else None

    kinds = len(set(means.values()))
    size = math.log(len(_ORDERS)) + (0.0 if plain else len(means) * math.log(kinds))
    return Rule(words if plain else f"{words}, translated", answer, size)
