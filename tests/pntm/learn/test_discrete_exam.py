"""What was held out, said by a rule or by none."""

from itertools import product

import numpy as np
import pytest

from nalmx.pntm.learn.discrete import fit_discrete, judged
from nalmx.pntm.learn.discrete.data import Data
from nalmx.pntm.learn.discrete.exam import contexts, examine
from nalmx.pntm.learn.findings import Exam
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.vocabulary import Vocabulary

PARITY = sequence_task("parity").examples(np.random.default_rng(0), 300, 12)


def data_of(examples):
    return Data(examples, Vocabulary.of(examples))


def one_token(answer, count=400, longest=10, seed=0):
    """Prompts of a and b, each with an answer of one token."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, longest + 1, count).tolist()
    prompts = [tuple(random.choice(["a", "b"], size).tolist()) for size in sizes]
    return [Example(prompt, (answer(prompt),)) for prompt in prompts]


def sat(examples, right):
    """The exam of who is right on those questions held out whose targets `right` allows."""
    data = data_of(examples)
    spelled = [data.vocabulary.spell(t) for t in data.streams.targets[data.held].tolist()]
    return examine(data, np.array([right(token) for token in spelled], bool))


def test_no_prompt_is_shown_and_held_out():
    copies = [e for e in PARITY for _ in "12"]
    data = data_of(copies)
    shown, held = ({e.prompt for e in some} for some in (data.shown, data.held_out))
    assert shown
    assert held
    assert not shown & held
    assert len(data.shown) + len(data.held_out) == len(copies)
    owners = {data.examples[at].prompt for at in data.owner[data.held].tolist()}
    assert owners == held


def test_who_says_everything_passes():
    exam = sat(PARITY, lambda token: True)
    assert exam.right == 1
    assert exam.passed
    assert exam.reason is None


def test_who_says_the_commonest_answer_always_does_not_pass():
    rare = one_token(lambda prompt: "alarm" if prompt == prompt[::-1] else "ok")
    exam = sat(rare, lambda token: token != "alarm")
    assert exam.right == pytest.approx(2 / 3)  # of three tokens, however rare the third
    assert not exam.passed
    assert "held out" in exam.reason


def test_an_answer_is_counted_once_however_often_its_prompt_is_asked():
    many = [e for e in PARITY for _ in range(3)]
    exam, held = sat(many, lambda token: token != "1"), data_of(many).held_out
    assert len(held) > exam.prompts == len({e.prompt for e in held})
    assert exam.tokens == sum(len(e.answer) + 1 for e in set(held))


def test_too_few_prompts_leave_nothing_to_hold_out():
    exam = sat([Example(("a",), ("x",)), Example(("b",), ("y",))] * 50, lambda token: True)
    assert exam.prompts == 0
    assert not exam.passed
    assert "too few different prompts" in exam.reason


@pytest.mark.parametrize(
    "answer, knows",
    [
        (lambda prompt: prompt[0], "the first token"),
        (lambda prompt: prompt[-1], "the last token"),
        (lambda prompt: "".join(prompt[-2:]), "3 tokens before"),
        (lambda prompt: "always", "the token before"),
    ],
)
def test_predictors_say_what_they_look_at(answer, knows):
    exam = sat(one_token(answer), lambda token: True)
    assert exam.predictors[knows] == 1
    assert exam.best == next(name for name, part in exam.predictors.items() if part == 1)
    assert exam.passed


def test_no_predictor_knows_what_depends_on_everything():
    exam = sat(one_token(lambda prompt: str(prompt.count("a") % 2)), lambda token: True)
    assert max(exam.predictors.values()) < 0.8
    assert exam.passed


def test_contexts_are_of_the_tokens_of_their_own_example():
    examples = [Example(tuple(p), ("x",)) for p in product("ab", repeat=2)]
    streams = data_of(examples).streams
    found = contexts(streams)
    last = streams.symbols[streams.asked - 1][::2]
    groups = found["the last token"][::2]
    assert len(set(groups.tolist())) == 2
    for at, other in product(range(4), repeat=2):
        assert (groups[at] == groups[other]) == (last[at] == last[other])


def test_a_learned_machine_passes_its_exam_and_one_that_remembers_does_not():
    parity = fit_discrete(PARITY)
    assert parity.learned
    assert parity.exam.passed
    assert judged(parity.machine, PARITY, Vocabulary.of(PARITY), 0.0).learned
    random = np.random.default_rng(0)
    marks = [Example(("1",) * n, tuple(f"{n:b}")) for n in random.integers(1, 21, 300).tolist()]
    found = fit_discrete(marks, seconds=5)
    assert not found.learned


def test_an_exam_is_read_as_it_was_written():
    exam = sat(PARITY, lambda token: token != "1")
    assert Exam.from_json(exam.to_json()) == exam
    for name, value in (
        ("prompts", -1),
        ("tokens", True),
        ("balanced_accuracy", 2),
        ("by_chance", "0"),
    ):
        with pytest.raises((TypeError, ValueError)):
            Exam.from_json({**exam.to_json(), name: value})
