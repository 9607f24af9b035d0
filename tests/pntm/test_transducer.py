"""Finite transducers: answers, the smallest one, the shortest difference, and machines that are one."""

from itertools import product
from random import Random

import pytest

from nalmx.pntm.batch import decode_batch
from nalmx.pntm.machine import Machine
from nalmx.pntm.transducer import END, START, Transducer, difference
from nalmx.pntm.transducer_machine import machine_of, transducer_of
from nalmx.pntm.vocabulary import Vocabulary

DOUBLED = Transducer(("a", "b"), (((0, ("x", "x")), (1, ())), (None, (0, ("y",)))), ((), ("end",)))


def drawn(source, most=5, letters="abc"):
    """A small transducer with words of up to three tokens, now and then with gaps."""
    gaps = source.choice([0, 0, 0.2])
    states, tokens = source.randint(1, most), letters[: source.randint(1, 3)]

    def word():
        return tuple(source.choices("xy", k=source.randint(0, 3)))

    def way():
        return None if source.random() < gaps else (source.randrange(states), word())

    steps = tuple(tuple(way() for _ in tokens) for _ in range(states))
    finals = tuple(None if source.random() < gaps else word() for _ in range(states))
    return Transducer(tuple(tokens), steps, finals)


def vocabulary_of(transducer):
    said = {token for word in transducer.words for token in word}
    return Vocabulary(transducer.tokens, tuple(sorted(said)))


def prompts(tokens, longest):
    return [p for n in range(longest + 1) for p in product(tokens, repeat=n)]


def test_an_answer_is_the_words_on_the_way_and_the_last_one():
    assert DOUBLED.answer("aab") == ("x", "x", "x", "x", "end")
    assert DOUBLED.answer("bba") == ("y", "x", "x")
    assert DOUBLED.answer("") == ()
    assert DOUBLED.answer("ba") is None
    assert DOUBLED.answer("c") is None
    assert DOUBLED.unseen == [(1, 0)]


@pytest.mark.parametrize("seed", range(40))
def test_the_smallest_transducer_and_its_machine_say_the_same(seed):
    own = drawn(Random(seed))
    small = own.minimal()
    machine = machine_of(small, vocabulary_of(small))
    asked = prompts(own.tokens, 5)
    said = [own.answer(p) for p in asked]
    assert [small.answer(p) for p in asked] == said
    assert [machine.decode(p, 50) for p in asked] == said
    assert decode_batch(machine, asked, [50] * len(asked)) == said
    assert small.states <= own.states
    assert transducer_of(Machine.from_json(machine.to_json())) == small


@pytest.mark.parametrize("seed", range(60))
def test_the_shortest_difference_is_what_all_short_prompts_show(seed):
    source = Random(seed)
    one = drawn(source, 4)
    other = drawn(source, 3, "".join(one.tokens)) if seed % 3 else changed(one, source)
    found = difference(one, other)
    tokens = sorted({*one.tokens, *other.tokens})
    shown = next((p for p in prompts(tokens, 6) if one.answer(p) != other.answer(p)), None)
    if shown is not None:
        assert found is not None
        assert len(found) == len(shown)
    assert found is None or one.answer(found) != other.answer(found)


def changed(transducer, source):
    """With one transition that may lead elsewhere."""
    steps = [list(row) for row in transducer.steps]
    q, a = source.randrange(len(steps)), source.randrange(len(transducer.tokens))
    steps[q][a] = source.randrange(len(steps)), ("x",) * source.randint(0, 2)
    return Transducer(transducer.tokens, tuple(map(tuple, steps)), transducer.finals)


def test_what_is_said_later_is_the_same_in_the_end():
    late = Transducer(("a",), (((1, ()),), ((1, ("x",)),)), ((), ("x",)))
    early = Transducer(("a",), (((0, ("x",)),),), ((),))
    assert difference(late, early) is None


def test_a_difference_may_be_asked_for_among_some_prompts_only():
    plain = Transducer(("a", "b"), (((0, ("x",)), (0, ("x",))),), ((),))
    other = Transducer(
        ("a", "b"), (((1, ("x",)), (0, ("x",))), ((0, ("x",)), (0, ("y",)))), ((), ())
    )
    assert difference(plain, other) == ("a", "b")
    allowed = {(START, "a"), ("a", "a"), ("a", END)}
    assert difference(plain, other, lambda before, token: (before, token) in allowed) is None


def test_a_machine_that_does_one_thing_more_is_no_transducer():
    machine = machine_of(DOUBLED, vocabulary_of(DOUBLED))
    assert transducer_of(machine) == DOUBLED.minimal()
    data = machine.to_json()
    data["moves"][0][0][1] += 1  # a read head that moves while the prompt is read
    assert transducer_of(Machine.from_json(data)) is None
    data = machine.to_json()
    data["starts"][0][1] = 0
    assert transducer_of(Machine.from_json(data)) is None
