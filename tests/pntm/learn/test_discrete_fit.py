"""Machines found from examples: exact far beyond training lengths, or not called learned."""

from dataclasses import replace

import numpy as np
import pytest
from helpers_pytest import thinned

from nalmx.pntm.learn.config import learnable
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.discrete.data import Data
from nalmx.pntm.learn.discrete.registers import candidate_registers
from nalmx.pntm.learn.discrete.space import Space
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.machine import accuracy
from nalmx.pntm.tasks import Example, sequence_task

LONG = 300
PUBLISHED = {"copy": 300, "comparison": 400, "sort": 400, "stack": 300}


def tokens(random, letters, length):
    return tuple(random.choice(list(letters), length).tolist())


def drawn(make, seed, count, longest=20, shortest=1):
    random = np.random.default_rng(seed)
    return [make(random, int(random.integers(shortest, longest + 1))) for _ in range(count)]


def delay(by):
    def make(random, length):
        prompt = tokens(random, "01", length)
        return Example(prompt, ("0",) * min(by, length) + prompt[: max(0, length - by)])

    return make


TEN = np.random.default_rng(3).integers(0, 10, (10, 2))


def final_state(random, length):
    prompt, state = tokens(random, "ab", length), 0
    for token in prompt:
        state = int(TEN[state, "ab".index(token)])
    return Example(prompt, (f"s{state}",))


def palindrome(random, length):
    half = tokens(random, "ab", (length + 1) // 2)
    prompt = half + half[::-1][length % 2 :]
    if random.random() < 0.5:
        prompt = tokens(random, "ab", length)
    return Example(prompt, ("yes" if prompt == prompt[::-1] else "no",))


def random_answer(random, length):
    return Example(tokens(random, "abc", length), tokens(random, "xyz", length))


def assert_exact(fitted, make):
    assert fitted.learned
    assert fitted.errors == 0
    assert accuracy(fitted.machine, drawn(make, 1, 100)) == 1
    assert accuracy(fitted.machine, drawn(make, 2, 10, LONG, LONG)) == 1


@pytest.fixture(scope="module")
def copy_examples():
    return sequence_task("copy").examples(np.random.default_rng(0), 300, 20)


@pytest.fixture(scope="module")
def delayed():
    return fit_discrete(drawn(delay(3), 0, 400))


@pytest.mark.parametrize("name", thinned(PUBLISHED, 2))
def test_a_known_task_is_learned_for_every_length(name):
    task = sequence_task(name)
    fitted = fit_discrete(task.examples(np.random.default_rng(0), PUBLISHED[name], 10))
    assert fitted.learned
    assert fitted.errors == 0
    assert accuracy(fitted.machine, task.examples(np.random.default_rng(1), 10, LONG, LONG)) == 1


@pytest.mark.parametrize(
    ("name", "register", "level"), [("stack-manipulation", 0, 1), ("odds-first", 3, 1)]
)
def test_a_task_of_the_suite_is_found_with_its_register(name, register, level):
    """Pops at the bottom of a stack, and odd places before even ones, are among the first that is tried."""
    task = sequence_task(name)
    examples = task.examples(np.random.default_rng(0), 300, 12)
    data = Data(examples, learnable(examples))
    kinds = [*candidate_registers(data.vocabulary, examples)]
    space = Space(data, kinds[register], level, 0.0, most_tapes=14, hints=())
    best = min(space.search(), key=lambda fitted: fitted.cost)
    assert best.errors == best.unseen_errors == 0
    for length in (LONG, LONG + 1):
        tests = task.examples(np.random.default_rng(1), 20, length, length)
        assert accuracy(best.machine, tests) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stack-manipulation", "odds-first"])
def test_a_task_of_the_suite_is_learned(name):
    task = sequence_task(name)
    learned = learn(task.examples(np.random.default_rng(0), 1_500, 40), method="discrete")
    assert learned.learned
    for length in (LONG, LONG + 1):
        tests = task.examples(np.random.default_rng(1), 20, length, length)
        assert accuracy(learned.machine, tests) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 9])
def test_few_examples_are_enough_where_they_imply_the_rest(seed):
    # With seed 1 no carry meets a 1 of the first operand where the second has ended.
    task = sequence_task("addition")
    examples = task.examples(np.random.default_rng(seed), 50, 20)
    learned = learn(examples, method="discrete", seconds=30)
    assert learned.learned
    assert accuracy(learned.machine, task.examples(np.random.default_rng(99), 300, 100)) == 1


def test_a_delay_is_learned_for_every_length(delayed):
    assert_exact(delayed, delay(3))
    assert accuracy(delayed.machine, drawn(delay(2), 2, 10, LONG, LONG)) == 0


@pytest.mark.slow
def test_hidden_states_are_learned_from_the_last_one_alone():
    fitted = fit_discrete(drawn(final_state, 0, 400))
    assert_exact(fitted, final_state)
    reached = {example.answer for example in drawn(final_state, 1, 500)}
    assert fitted.machine.states >= len(reached) > 5


@pytest.mark.parametrize("make", [palindrome, random_answer])
def test_what_no_machine_answers_is_not_called_learned(make):
    fitted = fit_discrete(drawn(make, 0, 300), seconds=1)
    assert not fitted.learned
    assert fitted.errors > 0


@pytest.mark.slow
def test_a_machine_has_no_more_tapes_than_asked_for():
    examples = sequence_task("addition").examples(np.random.default_rng(0), 300, 10)
    one = fit_discrete(examples, most_tapes=1, seconds=1)
    assert one.machine.tapes <= 1
    assert not one.learned
    none = fit_discrete(examples, most_tapes=0, seconds=1)
    assert none.machine.tapes == 0
    assert not none.learned
    two = fit_discrete(drawn(delay(3), 0, 300), most_tapes=2)
    assert two.learned
    assert 0 < two.machine.tapes <= 2


def test_hints_are_used(delayed):
    # A head that starts twelve cells back is not among the tapes that are tried by themselves.
    far = delayed.machine.starts.copy()
    far[far[:, 1] == far[:, 1].min(), 1] -= 9
    hint = replace(delayed.machine, starts=far)
    examples = drawn(delay(12), 0, 300)
    fitted = fit_discrete(examples, hints=[hint])
    assert fitted.hinted
    assert_exact(fitted, delay(12))
    assert not delayed.hinted


def test_the_same_examples_give_the_same_machine(copy_examples):
    first, again = fit_discrete(copy_examples), fit_discrete(list(copy_examples))
    assert first.machine.to_json() == again.machine.to_json()
    assert (first.cost, first.errors) == (again.cost, again.errors)
    fewer = fit_discrete([e for e in copy_examples if len(e.prompt) > 1])
    assert accuracy(fewer.machine, copy_examples) > 0.9


def test_progress_is_told_and_a_stop_is_heeded():
    told = []
    examples = drawn(random_answer, 0, 200)
    fit_discrete(examples, on_progress=told.append, stop_requested=lambda: bool(told))
    assert len(told) == 1
    assert not fit_discrete(examples, on_progress=told.append, stop_requested=lambda: True).learned
    assert len(told) == 1
    assert told[0].errors > 0


def test_a_few_contradicting_examples_are_not_learned():
    examples = [Example(("ab"[i % 2],), ("xyz"[i // 2],)) for i in range(6)]
    fitted = fit_discrete(examples, seconds=1)
    assert not fitted.learned
    assert fitted.errors > 0
