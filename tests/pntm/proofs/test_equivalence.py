"""Two machines held against each other: what is proved, what is refuted, and what only is tested."""

from itertools import product
from random import Random

import pytest
from helpers_machines import changed, copier, counter, endless, parity, recall

from nalmx.errors import RunError
from nalmx.pntm.program.program import Program
from nalmx.pntm.proofs import answers, provers
from nalmx.pntm.proofs.checking.pairs import shows_equal
from nalmx.pntm.proofs.equivalence import check_machines
from nalmx.pntm.transducer import Transducer, agreement
from nalmx.pntm.transducer_machine import finite_transducer, machine_of
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.runs.machine_pair import verify_machines
from nalmx.storage import write_json
from nalmx.verify.effort import Effort

QUICK = Effort(tokens=5_000)


@pytest.fixture(scope="module", autouse=True)
def _short():
    """Fewer prompts than on the command line."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provers, "_FIRST_TOKENS", 2_000)
        patched.setattr(answers, "LENGTHS", {30: 10})
        patched.setattr(answers, "_HYPOTHESIS_EXAMPLES", 20)
        patched.setattr(answers, "_SHRINKING_EXAMPLES", 20)
        yield


def drawn(source, states, letters, longest=2, gaps=0.0):
    """A random transducer, with words of up to `longest` tokens."""

    def word():
        return tuple(source.choices("xy", k=source.randint(0, longest)))

    def way():
        return None if source.random() < gaps else (source.randrange(states), word())

    steps = tuple(tuple(way() for _ in letters) for _ in range(states))
    return Transducer(tuple(letters), steps, tuple(word() for _ in range(states)))


def said_otherwise(transducer, source):
    """The same answers by other states: each is there twice, and some words are said a step later."""
    count = transducer.states
    late = {
        q: source.choice("xy")
        for q in range(1, count)
        if source.random() < 0.5 and _ends_with_one_token(transducer, q)
    }
    held = {q: _last_token(transducer, q) for q in late}

    def word(q, way):
        said = held.get(q, ()) + way[1]
        return said[: len(said) - len(held.get(way[0], ()))]

    steps = tuple(
        tuple(
            way and (way[0] + count * source.randrange(2), word(q, way))
            for way in transducer.steps[q]
        )
        for q in [*range(count)] * 2
    )
    finals = tuple(
        None if last is None else held.get(q, ()) + last for q, last in enumerate(transducer.finals)
    )
    return Transducer(transducer.tokens, steps, finals * 2)


def _arriving(transducer, q):
    return {way[1] for row in transducer.steps for way in row if way is not None and way[0] == q}


def _last_token(transducer, q):
    return next(iter(_arriving(transducer, q)))[-1:]


def _ends_with_one_token(transducer, q):
    """Whether every way into a state says something, and the same in the end."""
    arriving = _arriving(transducer, q)
    return len({word[-1:] for word in arriving}) == 1 and () not in arriving


def by_walking(one, other, longest):
    """The shortest prompt of one token or more that two transducers answer otherwise, by trying all."""
    tokens = sorted({*one.tokens, *other.tokens})
    every = (p for n in range(1, longest + 1) for p in product(tokens, repeat=n))
    return next((p for p in every if one.answer(p) != other.answer(p)), None)


def vocabulary():
    return Vocabulary(("a", "b"), ("x", "y"))


@pytest.mark.parametrize("seed", range(60))
def test_machines_of_random_transducers_are_told_apart_as_all_short_prompts_tell_them(seed):
    source = Random(seed)
    one = drawn(source, source.randint(1, 3), "ab", gaps=source.choice([0, 0.2]))
    other = said_otherwise(one, source)
    if seed % 2:
        q, a = source.randrange(other.states), source.randrange(2)
        steps = [list(row) for row in other.steps]
        steps[q][a] = (
            source.randrange(other.states),
            tuple(source.choices("xy", k=source.randint(0, 2))),
        )
        other = Transducer(other.tokens, tuple(map(tuple, steps)), other.finals)
    machines = [machine_of(side.minimal(), vocabulary()) for side in (one, other)]
    verdict = check_machines(*machines, QUICK)
    wrong = by_walking(one, other, 9)
    assert verdict.verdict == ("proved" if wrong is None else "refuted")
    assert wrong is None or len(verdict.counterexample.prompt) == len(wrong)
    assert wrong is None or verdict.counterexample.shortest
    assert seed % 2 == 1 or verdict.verdict == "proved"


@pytest.mark.parametrize("seed", range(20))
def test_pairs_that_are_changed_show_nothing(seed):
    source = Random(seed)
    one = drawn(source, 3, "ab")
    other = said_otherwise(one, source)
    pairs = agreement(one, other)
    assert shows_equal(one, other, pairs)
    for pair, (own, its) in pairs.items():
        assert not shows_equal(one, other, {p: r for p, r in pairs.items() if p != pair})
        assert not shows_equal(one, other, {**pairs, pair: (("x", *own), its)})
    q = source.choice([*{pair[1] for pair in pairs}])
    finals = [(*word, "x") if at == q else word for at, word in enumerate(other.finals)]
    assert not shows_equal(one, Transducer(other.tokens, other.steps, tuple(finals)), pairs)


def test_the_empty_prompt_is_none():
    one = Transducer(("a",), (((1, ("x",)),), ((1, ("x",)),)), ((), ()))
    other = Transducer(("a",), (((1, ("x",)),), ((1, ("x",)),)), (("y",), ()))
    letters = Vocabulary(("a",), ("x", "y"))
    assert check_machines(*(machine_of(t.minimal(), letters) for t in (one, other))).holds("proved")


def test_a_token_that_one_machine_does_not_know_has_no_answer_there():
    one = machine_of(Transducer(("a",), (((0, ("x",)),),), ((),)), Vocabulary(("a",), ("x",)))
    more = Transducer(("a", "b"), (((0, ("x",)), (0, ("x",))),), ((),))
    verdict = check_machines(one, machine_of(more, Vocabulary(("a", "b"), ("x",))))
    assert verdict.verdict == "refuted"
    assert verdict.counterexample.prompt == ("b",)
    assert (verdict.counterexample.left, verdict.counterexample.right) == (None, ("x",))


def test_a_register_without_tapes_is_a_transducer():
    one = counter()
    steps = tuple(((s, ()), ((s + 1) % 3, ())) for s in range(3))
    finals = (("0",), ("1",), ("2",))
    other = machine_of(Transducer(("0", "1"), steps, finals), one.vocabulary)
    assert check_machines(one, other).holds("proved")
    verdict = check_machines(one, changed(one, "register", (2, 1), 1))
    assert verdict.verdict == "refuted"
    assert verdict.counterexample.prompt == ("1", "1", "1")
    assert finite_transducer(endless()).answer(("a",)) is None


def test_machines_with_heads_are_tested_and_their_shortest_difference_is_found():
    verdict = check_machines(parity(), parity(), QUICK)
    assert verdict.verdict == "proved up to length"
    assert not verdict.holds("proved")
    assert "reads its tapes otherwise" in verdict.reason
    other = changed(parity(), "starts", (0, 1), 2)
    wrong = check_machines(parity(), other, QUICK).counterexample
    assert (len(wrong.prompt), wrong.shortest) == (1, True)
    assert finite_transducer(recall()) is None


def test_machines_come_from_files_and_from_programs(tmp_path):
    one = copier()
    write_json(tmp_path / "machine.json", one.to_json())
    program = {"schema": 1, "machine_sha256": "", "program": one.to_json()}
    write_json(tmp_path / "program.json", program)
    files = [str(tmp_path / name) for name in ("machine.json", "program.json")]
    assert verify_machines(*files, effort=QUICK).verdict == "proved up to length"
    assert verify_machines(Program(one), one, effort=QUICK).verdict == "proved up to length"
    write_json(tmp_path / "other.json", {"schema": 1})
    with pytest.raises(RunError, match=r"other\.json: .* give a run, or its machine\.json"):
        verify_machines(one, tmp_path / "other.json")


def test_long_delays_are_found_in_time():
    """One says each token at once, the other all but the last `n` of them: rests grow long."""
    n = 9
    words = [word for k in range(n + 1) for word in product("ab", repeat=k)]
    number = {word: at for at, word in enumerate(words)}
    steps = tuple(
        tuple((number[(*word, t)[-n:]], word[: max(0, len(word) + 1 - n)]) for t in "ab")
        for word in words
    )
    slow = Transducer(("a", "b"), steps, tuple(words))
    plain = Transducer(("a", "b"), (((0, ("a",)), (0, ("b",))),), ((),))
    found = agreement(plain, slow)
    assert isinstance(found, dict)
    assert max(len(rest) for rest, _ in found.values()) == n
    assert shows_equal(plain, slow, found)
