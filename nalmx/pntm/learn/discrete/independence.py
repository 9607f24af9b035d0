"""Whether what a machine lacks may be noise: errors that nothing in the prompt tells.

Noise changes tokens of answers, each with the same chance, whatever the prompt and whatever else is
wrong. A machine that fails leaves other errors: on some prompts, in some places, before some tokens. So the
errors are compared (χ², Bonferroni) over groups of tokens, by what stands around them; and where prompts
were given more than once, their answers must differ from each other about as often as from the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, chdtrc

from ...tasks import Example, Tokens

_BY_CHANCE = 1e-4  # a chance below which errors are no noise, of all tests together
_EXPECTED = 5.0  # errors, in a group that is compared
_FAR = 4  # places from either end that are told apart
_MOST_WORDS = 200  # tokens and pairs of tokens that are counted in prompts


def dependence(examples: Sequence[Example], said: Sequence[Tokens | None]) -> str | None:
    """What the errors of answers depend on, in a few words; None where they may be noise.

    Answers of another length than the machine's are no noise of tokens, and are not looked at here.
    """
    pairs = [
        (e, s)
        for e, s in zip(examples, said, strict=True)
        if s is not None and len(s) == len(e.answer) > 0
    ]
    if not pairs:
        return "no answer has the right length"
    wrong = np.array([a != b for e, s in pairs for a, b in zip(e.answer, s, strict=True)])
    if not wrong.any():
        return None
    too_even = _unlike_equal_prompts([e for e, _ in pairs], wrong)
    if too_even is not None:
        return too_even
    tests = [(name, _chance(wrong, groups)) for name, groups in _groups(pairs)]
    name, least = min(tests, key=lambda test: test[1])
    return f"errors depend on {name}" if least * len(tests) < _BY_CHANCE else None


def _chance(wrong: NDArray[np.bool_], groups: NDArray[np.int64]) -> float:
    """How likely error rates in groups differ as much by chance, if all are the same."""
    rate = wrong.mean()
    sizes = np.bincount(groups)
    errors = np.bincount(groups, weights=wrong.astype(float))
    large = sizes * min(rate, 1 - rate) >= _EXPECTED
    rest = ~large & (sizes > 0)
    sizes = np.append(sizes[large], sizes[rest].sum())
    errors = np.append(errors[large], errors[rest].sum())
    there = sizes * min(rate, 1 - rate) >= _EXPECTED
    sizes, errors = sizes[there], errors[there]
    if len(sizes) < 2 or rate == 1:
        return 1.0
    squares = (errors - sizes * rate) ** 2 / (sizes * rate * (1 - rate))
    return float(chdtrc(len(sizes) - 1, squares.sum()))


def _groups(pairs: Sequence[tuple[Example, Tokens]]) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Every answer token in a group, in many ways, each with its name."""
    prompts = [example.prompt for example, _ in pairs]
    sizes = [len(said) for _, said in pairs]
    for name, of_place in _OF_PLACES.items():
        keys = [of_place(e.prompt, said, at) for e, said in pairs for at in range(len(said))]
        yield name, _numbered(keys)
    for name, of_prompt in _OF_PROMPTS.items():
        yield name, np.repeat(_numbered([of_prompt(prompt) for prompt in prompts]), sizes)
    counts = [Counter((*prompt, *pairwise(prompt))) for prompt in prompts]
    common = Counter(word for count in counts for word in count)
    for word, _ in common.most_common(_MOST_WORDS):
        shown = word if isinstance(word, str) else " ".join(word)
        of_word = np.array([count[word] for count in counts], np.int64)
        for what, groups in (
            (f"whether the prompt has {shown!r}", np.minimum(of_word, 1)),
            (f"how many {shown!r} the prompt has", np.minimum(of_word, _FAR)),
            (f"whether the number of {shown!r} in the prompt is even", of_word % 2),
        ):
            yield what, np.repeat(groups, sizes)


# What may tell a group of answer tokens: a prompt, what is said to it, and the place of a token in that.
_OF_PLACES: dict[str, Callable[[Tokens, Tokens, int], object]] = {
    "the place in the answer": lambda prompt, said, at: min(at, _FAR),
    "how far the end of the answer is": lambda prompt, said, at: min(len(said) - at, _FAR),
    "whether the place is even": lambda prompt, said, at: at % 2,
    "the half of the answer": lambda prompt, said, at: 2 * at >= len(said),
    "what is to be said": lambda prompt, said, at: said[at],
    "what is to be said and what was before": lambda prompt, said, at: said[
        max(0, at - 1) : at + 1
    ],
    "the prompt's token at the place": lambda prompt, said, at: prompt[at : at + 1],
    "the prompt's tokens at the place": lambda prompt, said, at: prompt[max(0, at - 1) : at + 2],
    "the prompt's token as far from its end": lambda prompt, said, at: prompt[::-1][at : at + 1],
}
_OF_PROMPTS: dict[str, Callable[[Tokens], object]] = {
    "the first token of the prompt": lambda prompt: prompt[:1],
    "the last token of the prompt": lambda prompt: prompt[-1:],
    "the first two tokens of the prompt": lambda prompt: prompt[:2],
    "the last two tokens of the prompt": lambda prompt: prompt[-2:],
    "whether the prompt begins as it ends": lambda prompt: prompt[:1] == prompt[-1:],
    "whether the prompt is its own reverse": lambda prompt: prompt == prompt[::-1],
    "the length of the prompt": len,
    "the length of the prompt modulo 2": lambda prompt: len(prompt) % 2,
    "the length of the prompt modulo 3": lambda prompt: len(prompt) % 3,
    "the length of the prompt modulo 4": lambda prompt: len(prompt) % 4,
}


def _numbered(keys: Sequence[object]) -> NDArray[np.int64]:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _unlike_equal_prompts(examples: Sequence[Example], wrong: NDArray[np.bool_]) -> str | None:
    """Whether equal prompts have answers that are too much alike for so many errors."""
    before: dict[Tokens, Tokens] = {}
    differing = compared = 0
    for example in examples:
        other = before.pop(example.prompt, None)
        if other is None:
            before[example.prompt] = example.answer
        elif len(other) == len(example.answer):
            compared += len(other)
            differing += sum(a != b for a, b in zip(other, example.answer, strict=True))
    rate = float(wrong.mean())
    # At least: two wrong tokens may be wrong alike.
    expected = 2 * rate * (1 - rate)
    if compared and bdtr(differing, compared, expected) < _BY_CHANCE:
        return (
            f"the answers of equal prompts differ in {differing / compared:.1%} of tokens, where noise "
            f"would make them differ in {expected:.1%}"
        )
    return None
