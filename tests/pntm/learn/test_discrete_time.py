"""Learning ends when its time is over or a stop is requested, wherever it is, with the best it has."""

import numpy as np
import pytest

from nalmx import clock
from nalmx.clock import Deadline, OutOfTime, until
from nalmx.pntm.keys import Keys
from nalmx.pntm.learn.discrete import fit as fitting
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.discrete.automaton import learn_automaton
from nalmx.pntm.learn.discrete.data import Data, Streams
from nalmx.pntm.learn.discrete.fill import filled
from nalmx.pntm.learn.discrete.judge import plain
from nalmx.pntm.learn.discrete.smooth import smoothed
from nalmx.pntm.learn.discrete.table import Coder
from nalmx.pntm.learn.discrete.tree import grow
from nalmx.pntm.minimise import minimise
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.train.interrupted import ending

PARITY = sequence_task("parity").examples(np.random.default_rng(0), 120, 8)

RANDOM = np.random.default_rng(0)
SEEN, TARGETS = (
    RANDOM.integers(0, most, size).astype(np.int32) for most, size in ((4, (3, 60)), (3, 60))
)


class Looks:
    """A clock that is looked at so often before the time is over."""

    def __init__(self, before_the_end):
        self.left = before_the_end

    def __call__(self):
        self.left -= 1
        return 0.0 if self.left >= 0 else 2.0


def looks_of(work):
    """How often work looks at the clock."""
    clock_of = Looks(10**9)
    with until(Deadline(1.0, clock_of)):
        work()
    return 10**9 - clock_of.left


def keys_of_parity():
    machine = plain(Data(PARITY, Vocabulary.of(PARITY))).machine
    return machine, Keys.of(machine, [e.prompt for e in PARITY])


LOOPS = {
    "an automaton": lambda: learn_automaton(
        Vocabulary.of(PARITY), [Example(e.prompt, e.answer) for e in PARITY]
    ),
    "a tree": lambda: grow(Coder(TARGETS, 3), SEEN, np.arange(60), exact=True),
    "entries that follow": lambda: filled(SEEN, (SEEN.sum(0) % 3).astype(np.int32), 3),
    "entries among noise": lambda: smoothed(SEEN, TARGETS, 3),
    "keys": keys_of_parity,
    "a small machine": lambda: minimise(*keys_of_parity()),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_every_loop_looks_at_the_clock_and_leaves_when_the_time_is_over(name):
    work = LOOPS[name]
    assert looks_of(work) >= 2
    with pytest.raises(OutOfTime):
        with_clock(Looks(1), work)


def with_clock(now, work):
    token = clock._current.set(Deadline(1.0, now))
    try:
        work()
    finally:
        clock._current.reset(token)


@pytest.mark.parametrize("looks", [0, 3, 20, 60])
def test_a_search_whose_time_is_over_gives_the_best_machine_it_has(monkeypatch, looks):
    now = Looks(looks)
    monkeypatch.setattr(fitting, "ending", lambda seconds, stop: Deadline(1.0, now))
    guesses = [Example(e.prompt, ("01"[RANDOM.integers(2)],)) for e in PARITY[:60]]
    fitted = fit_discrete(guesses, seconds=1.0)
    assert not fitted.learned
    assert fitted.machine.vocabulary == Vocabulary.of(guesses)
    assert now.left >= -20  # a few blocks see the end; no search goes on


def test_the_end_of_work_is_also_a_stop_requested_meanwhile():
    asked = []
    end = ending(10**6, lambda: len(asked) > 0)
    assert not end.passed
    assert not end.within(5.0).passed
    inner = end.within(5.0)
    asked.append(1)
    assert end.passed
    assert inner.passed


def test_the_end_of_work_is_never_after_that_of_the_work_around_it():
    with until(Deadline(1.0, lambda: 0.5)):
        assert ending(10**6, lambda: False).at == 1.0


def test_long_examples_are_asked_a_few_questions_at_their_ends_and_between():
    answer = tuple("ab"[i % 2] for i in range(5_000))
    streams = Streams.of([Example(("x",), answer)] * 2, Vocabulary(("x",), ("a", "b")), most=100)
    own = streams.asked[:100] - 1
    assert len(streams.asked) == len(streams.targets) == 200
    assert {0, 1, 4_999, 5_000} <= set(own.tolist())
    assert (np.diff(streams.asked) > 0).all()
    assert [streams.vocabulary.spell(t) for t in streams.targets[:4]] == ["a", "b", "a", "b"]
    assert streams.targets[99] == streams.vocabulary.end
