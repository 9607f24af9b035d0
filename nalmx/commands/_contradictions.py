"""What is said of examples that contradict each other: how many there are, and the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..pntm.tasks import Example, Tokens
from ..pntm.tasks.contradictions import contradictions

_LONGEST = 60
_MOST_ANSWERS = 3


def contradiction_facts(
    title: str, training: Sequence[Example], tests: Mapping[str, Sequence[Example] | None]
) -> dict[str, dict[str, Any]]:
    """By file, what --json says of prompts with several answers; a test is held to the training too."""
    found = {title: contradictions(training)}
    for name, test in tests.items():
        prompts = {example.prompt for example in test or ()}
        both = contradictions([*training, *(test or ())])
        found[name] = {p: answers for p, answers in both.items() if p in prompts}
    return {name: _facts(several) for name, several in found.items() if several}


def _facts(several: Mapping[Tokens, Counter[Tokens]]) -> dict[str, Any]:
    prompt, answers = next(iter(several.items()))
    return {
        "prompts": len(several),
        "examples": sum(counts.total() for counts in several.values()),
        "first": {
            "prompt": list(prompt),
            "answers": [{"answer": list(a), "examples": n} for a, n in answers.most_common()],
        },
    }


def contradiction_lines(facts: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The same, a line a file."""
    for name, fact in facts.items():
        count, first = fact["prompts"], fact["first"]
        shown = [
            f"{_spelled(known['answer'])} ({known['examples']:,} ×)"
            for known in first["answers"][:_MOST_ANSWERS]
        ]
        more = len(first["answers"]) - len(shown)
        yield (
            f"nalmx: {name}: {count:,} {'prompt has' if count == 1 else 'prompts have'} several "
            f"answers, in {fact['examples']:,} examples; the first, {_spelled(first['prompt'])}: "
            f"{', '.join(shown)}{f' and {more:,} more' if more else ''}"
        )


def _spelled(tokens: Sequence[str]) -> str:
    text = " ".join(tokens[:_LONGEST]) or "(nothing)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
