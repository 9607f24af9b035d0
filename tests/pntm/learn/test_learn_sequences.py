"""Learning sequence tasks: the methods, their order, and stopping."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from nalmx.pntm.learn import gradient
from nalmx.pntm.learn import learn as learning
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.gradient import GradientFit
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.learn.merged import merged_machine
from nalmx.pntm.machine import Machine, accuracy
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.train import Interrupted


def draw(name, count=200, longest=10, seed=0):
    return sequence_task(name).examples(np.random.default_rng(seed), count, longest)


PARITY = draw("parity")


@pytest.fixture(scope="module")
def parity():
    return fit_discrete(PARITY)


@dataclass
class Searches:
    """What stands in for the searches: what they find, and what they were asked for."""

    discrete: list
    gradient: list
    asked: list

    def fit_discrete(self, examples, vocabulary, *, most_tapes, hints, **settings):
        self.asked.append(("discrete", most_tapes, len(hints)))
        return self.discrete.pop(0)

    def fit_gradient(self, examples, vocabulary, *, seed, tapes, register, **settings):
        self.asked.append(("gradient", tapes, len(register), seed))
        return self.gradient.pop(0)


@pytest.fixture
def searches(monkeypatch):
    found = Searches([], [], [])
    monkeypatch.setattr(learning, "fit_discrete", found.fit_discrete)
    monkeypatch.setattr(gradient, "fit_gradient", found.fit_gradient)
    monkeypatch.setattr(learning, "merged_machine", lambda examples, vocabulary: None)
    return found


def by_gradients(machine, reached, errors=0.0):
    return GradientFit(machine, errors, reached, 0.0, (), 1.0, None)


def wrong(parity):
    """The machine of parity with one answer for all."""
    table = tuple(
        node if node.answer is None else replace(node, answer=parity.machine.vocabulary.end)
        for node in parity.machine.table
    )
    return replace(parity.machine, table=table)


def test_states_are_merged_first_where_examples_decide_them():
    told = []
    found = learn(PARITY, on_progress=told.append)
    assert (found.way, found.learned, found.accuracy) == ("merging", True, 1)
    assert [words.partition(",")[0] for words in told] == ["merging states", "looking for rivals"]
    few = learn(PARITY[:9], method="merging")
    assert not few.learned


def test_what_merging_finds_and_no_search_learns_is_shown(searches, parity, monkeypatch):
    monkeypatch.setattr(learning, "_BRIEFLY", 0.0)
    monkeypatch.setattr(learning, "merged_machine", merged_machine)
    monkeypatch.setattr(learning, "left_open", lambda *given: "it is left open")
    failed = replace(parity, machine=wrong(parity), learned=False, errors=0.5)
    searches.discrete = [failed, failed]
    searches.gradient = [by_gradients(wrong(parity), False, 0.4)]
    found = learn(PARITY)
    assert (found.way, found.learned, found.reason) == ("merging", False, "it is left open")
    assert len(searches.asked) == 3


def test_discrete_fitting_learns_alone():
    told = []
    found = learn(PARITY, method="discrete", on_progress=told.append)
    assert (found.way, found.learned, found.accuracy) == ("discrete", True, 1)
    assert told[0] == "discrete fitting, 0 of 300 s"
    assert told[-2].startswith(
        "discrete fitting: register of 1 state, 1 tape, best 100 % of tokens"
    )
    assert told[-1].startswith("looking for rivals")


@pytest.mark.slow
def test_gradients_learn_alone_and_answer_longer_prompts():
    found = learn(draw("parity", 300, 12), method="gradient", seed=1)
    assert (found.way, found.learned, found.accuracy) == ("gradient", True, 1)
    assert accuracy(found.machine, draw("parity", 10, 200, seed=7)) == 1


def test_one_tape_comes_before_two_and_no_register_before_segments(searches, parity):
    failed = by_gradients(wrong(parity), False, 0.5)
    searches.gradient = [failed] * 4 + [by_gradients(parity.machine, True)]
    learn(PARITY, method="gradient", seed=5)
    assert [asked[1] for asked in searches.asked] == [1, 2, 4, 4, 4]
    assert [asked[3] for asked in searches.asked] == [5, 6, 7, 8, 9]
    with_marks = [Example((*e.prompt, "+", "1"), e.answer) for e in PARITY]
    machine = replace(parity.machine, vocabulary=Vocabulary.of(with_marks))
    searches.asked.clear()
    searches.gradient = [by_gradients(machine, False, 0.5)] * 4
    with pytest.raises(IndexError):
        learn(with_marks, method="gradient")
    assert [asked[1:3] for asked in searches.asked] == [(1, 1), (1, 2), (2, 1), (2, 2), (4, 1)]


def test_a_number_of_tapes_is_kept_to(searches, parity):
    failed = replace(parity, machine=wrong(parity), learned=False, errors=0.5)
    searches.discrete = [failed, failed]
    searches.gradient = [
        by_gradients(wrong(parity), False, 0.5),
        by_gradients(parity.machine, True),
    ]
    learn(PARITY, method="auto", tapes=3)
    assert [asked[1] for asked in searches.asked] == [3, 3, 3]


def test_auto_ends_with_the_first_search_that_learns(searches, parity):
    searches.discrete = [parity]
    assert learn(PARITY).way == "discrete"
    assert searches.asked == [("discrete", None, 0)]


def test_what_makes_no_difference_to_the_examples_is_left_out(searches, parity):
    machine = parity.machine
    twice = np.concatenate([machine.actions] * 2, axis=1)
    both = replace(machine, starts=np.concatenate([machine.starts] * 2), actions=twice)
    searches.discrete = [replace(parity, machine=both)]
    found = learn(PARITY)
    assert (found.machine.tapes, found.accuracy) == (1, 1.0)


def test_auto_repairs_what_gradients_found(searches, parity, monkeypatch):
    monkeypatch.setattr(learning, "_BRIEFLY", 0.0)
    failed = replace(parity, machine=wrong(parity), learned=False, errors=0.5)
    searches.discrete = [failed, replace(parity, hinted=True)]
    searches.gradient = [by_gradients(wrong(parity), False, 0.4)]
    found = learn(PARITY)
    assert (found.way, found.learned) == ("repair", True)
    assert found.machine.decode(("1", "0", "1")) == ("1", "1", "0")
    assert searches.asked == [("discrete", None, 0), ("gradient", 1, 1, 0), ("discrete", None, 1)]


def test_where_nothing_learns_the_best_machine_is_given(searches, parity, monkeypatch):
    monkeypatch.setattr(learning, "_BRIEFLY", 0.0)
    failed = replace(parity, machine=wrong(parity), learned=False, errors=0.5)
    searches.discrete = [failed, failed]
    # One that remembers the examples is not learned, even though it answers them.
    searches.gradient = [by_gradients(parity.machine, False)]
    found = learn(PARITY)
    assert (found.way, found.learned, found.accuracy) == ("gradient", False, 1)


def test_a_spent_time_ends_after_the_first_search(searches, parity):
    searches.discrete = [replace(parity, learned=False, errors=0.5)]
    assert not learn(PARITY, seconds=0).learned
    assert searches.asked == [("discrete", None, 0)]


@pytest.mark.parametrize("method", ["auto", "discrete", "gradient"])
def test_learning_stops_on_request(method):
    with pytest.raises(Interrupted):
        learn(PARITY, method=method, stop_requested=lambda: True)


@pytest.mark.parametrize("method", ["discrete", "gradient"])
def test_learning_stops_in_the_middle(method):
    told = []
    with pytest.raises(Interrupted):
        learn(PARITY, method=method, on_progress=told.append, stop_requested=lambda: bool(told))
    assert len(told) == 1


def test_what_is_known_of_a_machine_just_learned_is_not_worked_out_twice():
    found = learn(PARITY, method="discrete")
    again = Machine.from_json(found.machine.to_json())
    assert learning.certainty_of(again, list(PARITY)) is found.certainty
    assert learning.certainty_of(again, PARITY[:-1]) is not found.certainty


def test_what_a_stop_cut_short_is_worked_out_anew():
    machine = learn(PARITY, method="discrete").machine
    cut = learning.certainty_of(machine, PARITY[1:], lambda: True)
    assert not cut.ask
    assert learning.certainty_of(machine, PARITY[1:]).ask
