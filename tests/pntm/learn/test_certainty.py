"""Examples that leave the machine open: not called learned, with a prompt that would decide."""

from itertools import product
from random import Random

import numpy as np
import pytest
import underdetermined
from helpers_pytest import thinned

from nalmx.pntm.learn.certainty import Rival, assess
from nalmx.pntm.learn.certainty.automata import automaton_of, neighbours
from nalmx.pntm.learn.certainty.probes import Shape, near_probes, wide_probes
from nalmx.pntm.learn.certainty.unseen import Coverage, in_words
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.learn.record import CertaintyRecord
from nalmx.pntm.machine import Machine
from nalmx.pntm.tasks import Example, sequence_task

COPY = sequence_task("copy").examples(np.random.default_rng(0), 100, 12)


def divisible(by, longest):
    prompts = [p for n in range(1, longest + 1) for p in product("01", repeat=n)]
    return [Example(p, ("yes" if int("".join(p), 2) % by == 0 else "no",)) for p in prompts]


@pytest.fixture(scope="module")
def copied():
    return learn(COPY, method="discrete")


@pytest.mark.parametrize(
    ("case", "why"),
    thinned(
        {
            "divisible by 5, up to 4 digits": "an automaton of 4 states",
            "first token, the last one alike": "token 1 alone",
            "copy, one example": "nothing shows when another is due",
            "copy of palindromes": "said by the prompt",
            "sort of sorted tokens": "the prompt sorted",
            "parity, at most one 1": "how often 1 occurs, modulo 2",
            "xor of equal operands": "never stand there together",
        }.items(),
        4,
    ),
)
def test_what_several_rules_fit_is_not_learned(case, why):
    found = learn(underdetermined.examples_of(case), method="discrete")
    assert not found.learned
    assert found.accuracy == 1
    assert found.reason.startswith("under-determined; ")
    assert why in found.reason
    assert found.certainty.ask


def test_rivals_fit_every_example_and_differ_on_their_prompts():
    examples = underdetermined.examples_of("first token, the last one alike")[:60]
    found = learn(examples, method="discrete")
    kinds = set()
    for rival in found.certainty.rivals:
        kinds.add(rival.words)
        assert all(rival.answer(e.prompt) == e.answer for e in examples)
        assert rival.answer(rival.prompt) == rival.says != rival.machine_says
        assert found.machine.decode(rival.prompt) == rival.machine_says
    assert {"what depends on token 1 alone", "the machine with another tape"} <= kinds


def test_entries_that_no_example_shows_are_named():
    examples = sequence_task("parity").examples(np.random.default_rng(0), 100, 8)
    machine = learn(examples, method="discrete").machine
    # Once a 1 was seen, nothing follows: neither 1 0 nor 1 1 is shown.
    some = Coverage.of(machine, [("0",) * n + ("1",) for n in range(5)], 20)
    assert some.unseen(("0", "0", "0", "1"))[0] == set()
    for prompt in (("1", "0"), ("1", "1")):
        words = [in_words(machine, one) for one in some.unseen(prompt)[0]]
        assert any("1" in one for one in words)
    every = Coverage.of(machine, [e.prompt for e in examples], 20)
    assert every.unseen(("1", "0"))[0] == every.unseen(("1", "1", "1"))[0] == set()


def test_examples_that_show_everything_leave_nothing_open(copied):
    assert copied.learned
    assert copied.reason is None
    assert (copied.certainty.rivals, copied.certainty.unseen) == ((), ())
    assert len(copied.certainty.ask) == 100
    assert not {e.prompt for e in COPY}.intersection(copied.certainty.ask)


def test_the_same_examples_leave_the_same_open(copied):
    again = assess(copied.machine, COPY)
    assert again.ask == copied.certainty.ask
    assert again.implied == copied.certainty.implied


def test_a_stop_ends_the_search_for_rivals(copied):
    assert assess(copied.machine, COPY, stop_requested=lambda: True).ask == ()


def test_an_automaton_is_told_from_its_neighbours_by_long_prompts_alone():
    short, long = divisible(3, 2), divisible(3, 8)
    automaton = automaton_of(learn(long, method="merging").machine, long)
    assert automaton.states == 3
    assert all(automaton.answer(e.prompt) == e.answer for e in divisible(3, 10))
    assert neighbours(automaton, long).redirected == ()
    assert neighbours(automaton, long).divided == ()
    around = neighbours(automaton, short)
    assert 0 < len(around.redirected) + len(around.divided) < around.tried
    assert all(other.states == 3 for other in around.redirected)
    assert all(other.states == 4 for other in around.divided)
    for other in (*around.redirected, *around.divided):
        assert all(other.answer(e.prompt) == e.answer for e in short)


def test_probes_keep_what_all_prompts_have_in_common():
    examples = sequence_task("addition").examples(np.random.default_rng(0), 50, 6)
    shape = Shape.of(examples)
    assert shape.separators == {"+"}
    given = {e.prompt for e in examples}
    near, wide = near_probes(shape, 50), wide_probes(shape, 50)
    assert len(near) == len(wide) == 50
    assert all(probe.count("+") == 1 for probe in [*near, *wide])
    assert given.isdisjoint([*near, *wide])
    assert all(shape.has_pairs_of(probe) for probe in near)
    assert not shape.has_pairs_of(("0", "+"))


def test_who_answers_what_is_asked_for_gets_the_true_machine():
    truth = underdetermined.divisible(7)
    examples = divisible(7, 6)
    first = learn(examples, method="discrete")
    assert not first.learned
    assert any(first.machine.decode(e.prompt) != e.answer for e in divisible(7, 9))
    examples += [Example(prompt, truth(prompt)) for prompt in first.certainty.ask[:60]]
    then = learn(examples, method="discrete")
    assert then.learned
    assert all(then.machine.decode(e.prompt) == e.answer for e in divisible(7, 9))


def test_a_record_is_read_as_it_was_written(copied):
    rival = Rival("another", lambda prompt: None, 1.0, ("a", "b"), ("a",), ())
    certainty = copied.certainty
    record = CertaintyRecord.of(copied.machine, type(certainty)("why", (rival,), (), 2, (("a",),)))
    assert CertaintyRecord.from_json(record.to_json()) == record
    for damaged in ({**record.to_json(), "rivals": True}, {**record.to_json(), "ask": [["a", 1]]}):
        with pytest.raises((TypeError, ValueError)):
            CertaintyRecord.from_json(damaged)


def test_machines_read_from_files_can_be_assessed(copied):
    machine = Machine.from_json(copied.machine.to_json())
    assert assess(machine, COPY).reason is None


@pytest.mark.slow
def test_what_a_token_of_two_prompts_does_is_not_learned():
    """A rare token fills a stack as others do; that what it leaves there is read shows in no example."""
    random = Random(0)

    def stacked(letters):
        stack = []
        for token in letters:
            stack = stack[:-1] if token == "a" else [*stack, "0"]
        return Example(tuple(letters), tuple(stack))

    def drawn(weight):
        lengths = (random.randint(1, 15) for _ in range(150))
        return [stacked(random.choices("abcd", [1, 1, 1, weight], k=n)) for n in lengths]

    assert "hardly a prompt holds `d`: 2" in learn(drawn(0.01), method="discrete").reason
    assert learn(drawn(1), method="discrete").learned
