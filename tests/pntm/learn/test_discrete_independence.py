"""Errors that are independent of the prompt, and errors that only look so."""

import numpy as np
import pytest

from nalmx.pntm.learn.discrete.independence import dependence
from nalmx.pntm.learn.findings import Noise
from nalmx.pntm.tasks import Example

LETTERS = np.array(["a", "b", "c"])


def prompts(count=600, shortest=3, longest=10, seed=0):
    random = np.random.default_rng(seed)
    sizes = random.integers(shortest, longest + 1, count).tolist()
    return [tuple(LETTERS[random.integers(3, size=size)].tolist()) for size in sizes]


def other_than(token, random):
    return str(random.choice([t for t in LETTERS.tolist() if t != token]))


def copied(wrong, drawn=None, seed=1):
    """Copies of prompts, with other tokens where `wrong(prompt, at, random)` says so."""
    random = np.random.default_rng(seed)
    drawn = drawn or prompts()
    return [
        Example(
            p, tuple(other_than(t, random) if wrong(p, at, random) else t for at, t in enumerate(p))
        )
        for p in drawn
    ]


def depends(examples):
    return dependence(examples, [e.prompt for e in examples])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.2])
def test_independent_errors_depend_on_nothing(rate, seed):
    examples = copied(lambda p, at, random: random.random() < rate, prompts(seed=seed), seed)
    assert depends(examples) is None


@pytest.mark.parametrize("seed", range(4))
def test_independent_errors_of_short_answers_depend_on_nothing(seed):
    random = np.random.default_rng(seed)
    drawn = prompts(1_000, seed=seed)
    said = [(p[0],) for p in drawn]
    examples = [
        Example(p, (other_than(p[0], random),) if random.random() < 0.1 else (p[0],)) for p in drawn
    ]
    assert dependence(examples, said) is None


@pytest.mark.parametrize(
    "name, told",
    [
        ("first token", lambda p, at: p[0] == "a"),
        ("last token", lambda p, at: p[-1] == "a"),
        ("place", lambda p, at: at == 2),
        ("end", lambda p, at: at == len(p) - 1),
        ("is even", lambda p, at: at % 2),
        ("said", lambda p, at: p[at] == "b"),
        ("before", lambda p, at: at > 0 and p[at - 1] == p[at]),
        ("modulo", lambda p, at: len(p) % 3 == 0),
        ("length", lambda p, at: len(p) > 8),
        ("begins as it ends", lambda p, at: p[0] == p[-1]),
        ("'a b'", lambda p, at: "ab" in "".join(p)),
        ("even", lambda p, at: p.count("c") % 2 == 0),
    ],
)
def test_errors_that_something_tells_depend_on_it(name, told):
    examples = copied(lambda p, at, random: told(p, at) and random.random() < 0.5)
    assert depends(examples) is not None


def test_it_is_said_what_errors_depend_on():
    examples = copied(lambda p, at, random: p[0] == "a" and random.random() < 0.3)
    assert depends(examples) == "errors depend on the first token of the prompt"


def test_exceptions_that_come_again_with_their_prompts_are_no_noise():
    drawn = prompts(60) * 5
    wrong = {p for p in drawn if hash_of(p) % 4 == 0}
    once = np.random.default_rng(0)
    errors = {p: other_than(p[0], once) for p in wrong}
    examples = [Example(p, (errors.get(p, p[0]), *p[1:])) for p in drawn]
    assert "equal prompts" in depends(examples)


def hash_of(prompt):
    return sum(ord(t) * 7**at for at, t in enumerate(prompt))


def test_noise_on_prompts_that_come_again_is_noise():
    examples = copied(lambda p, at, random: random.random() < 0.1, prompts(120) * 5)
    assert depends(examples) is None


def test_answers_of_another_length_are_no_noise_of_tokens():
    assert dependence([Example(("a",), ("a", "b"))], [("a",)]) == "no answer has the right length"
    assert dependence([Example(("a",), ("a",))], [None]) == "no answer has the right length"


@pytest.mark.parametrize("wrong, tokens", [(0, 10), (3, 10), (10, 10), (98, 1_001)])
def test_an_interval_holds_the_rate_that_was_met(wrong, tokens):
    noise = Noise(wrong, tokens, min(wrong, 5))
    low, high = noise.interval
    assert 0 <= low <= noise.rate <= high <= 1
    assert (low == 0) == (wrong == 0)
    assert (high == 1) == (wrong == tokens)
    assert Noise.from_json(noise.to_json()) == noise


def test_an_interval_is_that_of_clopper_and_pearson():
    # Of 10 of 100, as published in tables of the interval.
    assert Noise(10, 100, 10).interval == pytest.approx((0.0490, 0.1762), abs=1e-4)
