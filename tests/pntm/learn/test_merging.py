"""States by merging: what is found, what is left unknown, and what is no rule."""

from itertools import accumulate
from random import Random

import numpy as np
import pytest

from nalmx.pntm.learn.certainty.automata import neighbours
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.learn.merged import merged_machine
from nalmx.pntm.learn.merging.merge import merged
from nalmx.pntm.learn.merging.tree import FIELDS, forms_of, tree_of
from nalmx.pntm.tasks import Example
from nalmx.pntm.transducer import Transducer, difference
from nalmx.pntm.transducer_machine import transducer_of
from nalmx.pntm.vocabulary import Vocabulary


def examples_of(answer, letters, seed=0, count=400, longest=14):
    source = Random(seed)
    prompts = [source.choices(letters, k=source.randint(1, longest)) for _ in range(count)]
    return [Example(tuple(p), tuple(answer(p))) for p in prompts]


def mealy(states, letters, outputs, seed):
    source = Random(seed)
    return Transducer(
        tuple(letters),
        tuple(
            tuple((source.randrange(states), (source.choice(outputs),)) for _ in letters)
            for _ in range(states)
        ),
        ((),) * states,
    ).minimal()


def quotient(prompt):
    rests = list(accumulate(prompt, lambda rest, digit: (rest * 10 + int(digit)) % 7, initial=0))
    return [str((r * 10 + int(d)) // 7) for r, d in zip(rests, prompt, strict=False)]


def stuffed(prompt):
    ones, said = 0, []
    for bit in prompt:
        said.append(bit)
        ones = ones + 1 if bit == "1" else 0
        if ones == 3:
            said.append("0")
            ones = 0
    return said


def test_a_random_mealy_machine_is_found_again():
    truth = mealy(20, "abcd", "xyz", 2)
    examples = examples_of(truth.answer, "abcd", count=800, longest=20)
    found = merged(examples, Vocabulary.of(examples), "beside")
    assert found == truth


def test_decimal_division_is_seven_rests():
    few = learn(examples_of(quotient, "0123456789"), method="merging")
    assert (few.machine.states, few.accuracy, few.learned) == (7, 1, False)
    assert few.reason.endswith("and less than 8 is little")
    learned = learn(examples_of(quotient, "0123456789", count=6_000), method="merging")
    assert (learned.way, learned.accuracy, learned.learned) == ("merging", 1, True)
    assert learned.machine.states == 7
    number = tuple("314159265358979323846264338327950288")
    assert learned.machine.decode(number) == tuple(quotient(number))


def test_a_last_answer_counts():
    examples = examples_of(lambda p: [str(p.count("a") % 3)], "ab")
    learned = learn(examples, method="merging")
    assert learned.learned
    assert learned.machine.decode(("a",) * 100) == ("1",)


def test_words_are_said_as_early_as_all_examples_agree():
    examples = examples_of(stuffed, "01")
    found = merged(examples, Vocabulary.of(examples), "early")
    assert found is not None
    assert found.states == 3
    assert found.answer("1111110") == tuple(stuffed("1111110"))


@pytest.mark.parametrize("form", ["beside", "last", "early"])
def test_a_tree_says_what_its_examples_say(form):
    examples = [Example(tuple("ab"), tuple("xy")), Example(tuple("aa"), tuple("xz"))]
    tree = tree_of(examples, Vocabulary.of(examples), form)
    assert tree is not None
    assert len(tree.nodes()) == 4
    child = tree.nodes()[:, FIELDS::2]
    assert np.count_nonzero(child >= 0) == 3


def test_contradictions_have_no_tree():
    examples = [Example(("a",), ("x",)), Example(("a",), ("y",))]
    assert all(
        tree_of(examples, Vocabulary.of(examples), form) is None for form in forms_of(examples)
    )
    later = [Example(("a",), ("x",)), Example(("a", "b"), ("y", "y"))]
    assert tree_of(later, Vocabulary.of(later), "beside") is None
    assert tree_of(later, Vocabulary.of(later), "early") is not None


def test_what_no_example_shows_has_no_answer():
    """Of c no example says what comes after b."""
    source = Random(0)
    prompts = [source.choices("abc", k=source.randint(1, 14)) for _ in range(600)]
    prompts = [p for p in prompts if "bc" not in "".join(p)]
    answers = [[str(p[:at].count("b") % 2) for at in range(1, len(p) + 1)] for p in prompts]
    examples = [Example(tuple(p), tuple(a)) for p, a in zip(prompts, answers, strict=True)]
    machine = learn(examples, method="merging").machine
    assert machine.decode(tuple("abab")) == tuple("0110")
    known = transducer_of(machine)
    assert known is not None
    assert all(known.answer(e.prompt) == e.answer for e in examples)


@pytest.mark.parametrize("seed", range(3))
def test_random_answers_are_not_merged(seed):
    source = Random(seed)
    examples = examples_of(lambda p: source.choices("xy", k=len(p)), "abc", seed)
    unique = {e.prompt: e for e in examples}
    assert merged_machine(tuple(unique.values()), Vocabulary.of(examples)) is None


def test_too_few_examples_leave_a_transition_open_and_a_prompt_says_which():
    truth = mealy(30, "ab", "xy", 3)
    learned = learn(examples_of(truth.answer, "ab", count=250, longest=14), method="merging")
    assert not learned.learned
    assert learned.reason is not None


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_that_survive_answer_all_examples_and_others_do_not(seed):
    truth = mealy(4, "ab", "xy", seed)
    examples = examples_of(truth.answer, "ab", seed, count=6, longest=5)
    around = neighbours(truth, examples)
    for one in (*around.redirected, *around.divided):
        assert all(one.answer(e.prompt) == e.answer for e in examples)
    redirected = {
        Transducer(truth.tokens, tuple(map(tuple, steps)), truth.finals)
        for steps in _redirections(truth)
    }
    fitting = {t for t in redirected if all(t.answer(e.prompt) == e.answer for e in examples)}
    assert set(around.redirected) == fitting
    more = neighbours(truth, examples_of(truth.answer, "ab", seed, count=300))
    assert all(difference(truth, one) is None for one in more.redirected)


def _redirections(transducer):
    for q, row in enumerate(transducer.steps):
        for a, (target, word) in enumerate(row):
            for other in set(range(transducer.states)) - {target}:
                steps = [list(r) for r in transducer.steps]
                steps[q][a] = other, word
                yield steps
