"""Prompts that come with several answers: no function of the prompt gives them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ._base import Example
from .tokens import Tokens


def answers_by_prompt(examples: Iterable[Example]) -> dict[Tokens, Counter[Tokens]]:
    """How often each answer stands beside each prompt, in the order of the examples."""
    answers: dict[Tokens, Counter[Tokens]] = {}
    for example in examples:
        answers.setdefault(example.prompt, Counter())[example.answer] += 1
    return answers


def contradictions(examples: Iterable[Example]) -> dict[Tokens, Counter[Tokens]]:
    """The prompts with more than one answer, and how often each answer stands beside them.

    Example: `contradictions([Example(("a",), ("b",)), Example(("a",), ("c",))])` is
    `{("a",): Counter({("b",): 1, ("c",): 1})}`.
    """
    answers = answers_by_prompt(examples)
    return {prompt: counts for prompt, counts in answers.items() if len(counts) > 1}
