"""Whether what a machine lacks may be noise: errors that nothing in the prompt tells.

Noise changes tokens of answers, each with the same chance, whatever the prompt and whatever else is
wrong. A machine that fails leaves other errors: on some prompts, in some places, before some tokens. So the
errors are compared (χ², Bonferroni) over groups of tokens, by what stands around them; and where prompts
were given more than once, their answers must differ from each other about as often as from the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, chdtrc

from ....tasks.sequences import Example, Tokens

_BY_CHANCE = 1e-4  # a chance below which errors are no noise, of all tests together
_EXPECTED = 5.0  # errors, in a group that is compared
_FAR = 4  # places from either end that are told apart
_MOST_WORDS = 200  # pairs of tokens whose presence is looked at
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Noise:
    """Answer tokens that are taken for errors: `wrong` of `tokens`, in `examples` examples."""

    wrong: int
    tokens: int
    examples: int

    @property
    def rate(self) -> float:
        return self.wrong / self.tokens

    @property
    def interval(self) -> tuple[float, float]:
        """The Clopper–Pearson interval of the rate, 95 %."""
        k, n, tail = self.wrong, self.tokens, (1 - _CONFIDENCE) / 2
        low = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
        high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
        return low, high


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
    by_place: dict[str, list[object]] = {}
    by_prompt: dict[str, list[object]] = {}
    words: dict[object, int] = {}
    for example, said in pairs:
        prompt, n = example.prompt, len(said)
        for at, token in enumerate(said):
            for name, key in (
                ("the place in the answer", min(at, _FAR)),
                ("how far the end of the answer is", min(n - at, _FAR)),
                ("whether the place is even", at % 2),
                ("the half of the answer", 2 * at >= n),
                ("what is to be said", token),
                ("what is to be said and what was before", (token, said[at - 1] if at else None)),
                ("the prompt's token at the place", prompt[at] if at < len(prompt) else None),
                ("the prompt's tokens at the place", prompt[max(0, at - 1) : at + 2]),
                ("the prompt's token as far from the end", prompt[-1 - at] if at < len(prompt) else None),
            ):  # fmt: skip
                by_place.setdefault(name, []).append(key)
        for name, key in (
            ("the first token of the prompt", prompt[:1]),
            ("the last token of the prompt", prompt[-1:]),
            ("the first two tokens of the prompt", prompt[:2]),
            ("the last two tokens of the prompt", prompt[-2:]),
            ("whether the prompt begins as it ends", prompt[:1] == prompt[-1:]),
            ("whether the prompt is its own reverse", prompt == prompt[::-1]),
            ("the length of the prompt", len(prompt)),
            *((f"the length of the prompt modulo {m}", len(prompt) % m) for m in (2, 3, 4)),
        ):
            by_prompt.setdefault(name, []).extend([key] * n)
        for word in {*((t,) for t in prompt), *pairwise(prompt)}:
            words.setdefault(word, len(words))
    for name, keys in (*by_place.items(), *by_prompt.items()):
        yield name, _numbered(keys)
    for word in list(words)[:_MOST_WORDS]:
        shown = " ".join(map(str, word))  # type: ignore[arg-type]
        has = [word in ({(t,) for t in e.prompt} | {*pairwise(e.prompt)}) for e, _ in pairs]
        sizes = [len(s) for _, s in pairs]
        yield f"whether the prompt has {shown!r}", np.repeat(np.array(has, np.int64), sizes)
    for token in dict.fromkeys(t for e, _ in pairs for t in e.prompt):
        counts = [min(e.prompt.count(token), _FAR) for e, _ in pairs]
        parity = [e.prompt.count(token) % 2 for e, _ in pairs]
        sizes = [len(s) for _, s in pairs]
        yield f"how many {token!r} the prompt has", np.repeat(np.array(counts, np.int64), sizes)
        yield f"the parity of {token!r} in the prompt", np.repeat(np.array(parity), sizes)


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
