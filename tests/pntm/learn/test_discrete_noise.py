"""Independent wrong tokens told apart from a machine that fails."""

from dataclasses import replace

import numpy as np
import pytest
from helpers_machines import changed

from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.discrete.accept import Told, accepted
from nalmx.pntm.learn.discrete.data import Data
from nalmx.pntm.learn.discrete.judge import FittedMachine
from nalmx.pntm.learn.discrete.noise import agreement
from nalmx.pntm.learn.discrete.refit import refitted
from nalmx.pntm.machine import Decision, accuracy
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.vocabulary import Vocabulary

COPY = sequence_task("copy")
CLEAN = COPY.examples(np.random.default_rng(1), 400, 20)


@pytest.fixture(scope="module")
def machine():
    found = fit_discrete(CLEAN[:150]).machine
    assert accuracy(found, CLEAN) == 1
    return found


def other_than(token, random):
    others = [t for t in COPY.answer_tokens if t != token]
    return others[random.integers(len(others))]


def spoiled(examples, chance, seed):
    """Examples, each of whose answer tokens is wrong with a chance told by its place."""
    random = np.random.default_rng(seed)
    found = []
    for example in examples:
        n = len(example.answer)
        answer = tuple(
            other_than(t, random) if random.random() < chance(at, n) else t
            for at, t in enumerate(example.answer)
        )
        found.append(Example(example.prompt, answer))
    return found


def test_examples_that_are_answered_agree_wholly(machine):
    told = agreement(machine, CLEAN)
    assert (told.tokens, told.examples, told.half) == (1.0, 1.0, 0.0)
    assert told.mended == tuple(CLEAN)
    assert told.only_noise


@pytest.mark.parametrize("part", [0.03, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_independent_noise_is_taken_for_noise(machine, part, seed):
    noisy = spoiled(CLEAN, lambda at, n: part, seed)
    told = agreement(machine, noisy)
    tokens = sum(len(e.answer) for e in CLEAN)
    wrong = sum(
        a != b for e, f in zip(CLEAN, noisy, strict=True)
        for a, b in zip(e.answer, f.answer, strict=True)
    )  # fmt: skip
    assert wrong > 0
    assert told.tokens == pytest.approx(1 - wrong / tokens)
    assert 0.75 < told.spread < 1.3
    assert told.only_noise
    # What the machine says takes the place of what was wrong.
    assert set(told.mended) <= set(CLEAN)
    assert len(told.mended) == round(told.examples * len(CLEAN)) > 0.85 * len(CLEAN)


def test_a_machine_that_fails_on_some_examples_is_not_excused(machine):
    other = [Example(e.prompt, e.answer[::-1]) if at % 10 == 0 else e for at, e in enumerate(CLEAN)]
    told = agreement(machine, other)
    assert told.tokens > 0.9
    assert told.spread > 2
    assert not told.only_noise


def test_a_machine_that_fails_late_in_answers_is_not_excused(machine):
    late = spoiled(CLEAN, lambda at, n: 0.1 if 2 * at >= n else 0.0, 0)
    told = agreement(machine, late)
    assert told.tokens > 0.9
    assert told.half > 4
    assert not told.only_noise
    early = agreement(machine, spoiled(CLEAN, lambda at, n: 0.1 if 2 * at < n else 0.0, 0))
    assert early.half < -4
    assert not early.only_noise


def test_a_machine_that_never_ends_where_answers_do_is_wrong_throughout(machine):
    cut = [Example(e.prompt, e.answer[:-3]) for e in CLEAN if len(e.answer) > 3]
    told = agreement(machine, cut)
    assert (told.tokens, told.examples, told.mended) == (0.0, 0.0, ())
    assert not told.only_noise


def unjudged(machine):
    return FittedMachine(machine, 1.0, 1.0, 0.0, 0.0, lambda: machine, lambda: None)


@pytest.mark.parametrize("part", [0.0, 0.1])
def test_a_table_is_grown_anew_on_the_tapes_of_a_machine(machine, part):
    silent = replace(machine, table=(Decision(answer=machine.vocabulary.end),))
    assert accuracy(silent, CLEAN) == 0
    noisy = spoiled(CLEAN, lambda at, n: part, 0)
    found = refitted(silent, Data(noisy, Vocabulary.of(noisy)))
    assert accuracy(found.finished.machine, CLEAN) == 1
    assert not found.hinted


def judged(machine, examples, length=0.0, noise=0.25):
    told = Told(unjudged(machine), agreement(machine, examples), length)
    return accepted(told, examples, Vocabulary.of(examples), noise)


def test_a_machine_is_learned_despite_noise_that_is_allowed(machine):
    noisy = spoiled(CLEAN, lambda at, n: 0.1, 0)
    found = judged(machine, noisy)
    assert found.learned
    assert found.reason is None
    low, high = found.noise.interval
    assert low < 0.1 < high
    assert found.noise.rate == pytest.approx(found.errors)
    assert found.exam.right > 0.8 > 0.5 > found.exam.predictors[found.exam.best]


def test_no_token_is_taken_for_an_error_where_none_is_allowed(machine):
    found = judged(machine, spoiled(CLEAN, lambda at, n: 0.02, 0), noise=0.0)
    assert not found.learned
    assert found.noise is None


def test_no_more_tokens_are_taken_for_errors_than_are_allowed(machine):
    noisy = spoiled(CLEAN, lambda at, n: 0.1, 0)
    assert judged(machine, noisy, noise=0.1).learned
    found = judged(machine, noisy, noise=0.05)
    assert not found.learned
    assert "more than 5%" in found.reason


def test_few_examples_tell_no_errors(machine):
    found = judged(machine, spoiled(CLEAN[:40], lambda at, n: 0.1, 0))
    assert not found.learned
    assert "40 examples are too few" in found.reason


def test_errors_that_the_prompt_tells_are_no_noise(machine):
    noisy = spoiled(CLEAN, lambda at, n: 0.05, 0)
    chosen = [
        Example(e.prompt, (other_than(e.answer[0], np.random.default_rng(at)), *e.answer[1:]))
        if e.prompt[-1] == "a"
        else e
        for at, e in enumerate(noisy)
    ]
    found = judged(machine, chosen)
    assert not found.learned
    assert "errors depend on" in found.reason


def test_a_machine_must_say_examples_that_its_table_was_not_grown_from(machine):
    noisy = spoiled(CLEAN, lambda at, n: 0.1, 0)
    still = changed(machine, "moves", ..., 0)
    told = Told(unjudged(still), agreement(machine, noisy), 0.0)
    found = accepted(told, noisy, Vocabulary.of(noisy), 0.25)
    assert not found.learned
    assert "held out" in found.reason


def test_a_machine_that_takes_longer_to_tell_than_the_answers_explains_nothing(machine):
    noisy = spoiled(CLEAN, lambda at, n: 0.1, 0)
    assert judged(machine, noisy, length=100.0).learned
    assert "no shorter" in judged(machine, noisy, length=1e6).reason
    many = np.zeros((5_000, machine.vocabulary.size), np.int64)
    counting = replace(machine, register=many)
    told = Told(unjudged(counting), agreement(machine, noisy), 100.0)
    assert "no shorter" in accepted(told, noisy, Vocabulary.of(noisy), 0.25).reason
