"""Automata of nested words, and the machines that they are: silent tokens, brackets, answers."""

import json
from itertools import product

import numpy as np
import pytest

from nalmx.errors import RunError
from nalmx.pntm.action import idle
from nalmx.pntm.batch import decode_batch
from nalmx.pntm.machine import Decision, Machine
from nalmx.pntm.nested import ALONE, NestedAutomaton
from nalmx.pntm.nested_machine import nested_machine
from nalmx.pntm.program.python_code import python_source
from nalmx.pntm.proofs.checking import check_proof
from nalmx.pntm.proofs.finite import decided
from nalmx.pntm.proofs.proof import Memory, Proof
from nalmx.pntm.tasks import sequence_task
from nalmx.pntm.transducer_machine import finite_transducer, transducer_of
from nalmx.pntm.vocabulary import Vocabulary

# Whether a bracket holds an odd number of ones, where a bracket in it counts as a one if it is even.
ODD = NestedAutomaton(
    ("0", "1"),
    (("(", ")"), ("[", "]")),
    {
        **{(q, a, ALONE): (q + a) % 2 for q in (0, 1) for a in (0, 1)},
        **{(q, 2, inside): (q + 1 - inside) % 2 for q in (0, 1) for inside in (0, 1)},
        **{(q, 3, inside): (q + inside) % 2 for q in (0, 1) for inside in (0, 1)},
    },
    (("even",), ("odd",)),
)
VOCABULARY = Vocabulary(("(", ")", "0", "1", "[", "]"), ("even", "odd"))
MACHINE = nested_machine(ODD, VOCABULARY)


def by_counting(prompt):
    """What is right, by a stack of numbers; None for what is not nested."""
    around, ones = [], 0
    for token in prompt:
        if token in "([":
            around.append((token, ones))
            ones = 0
        elif token in ")]":
            if not around or around[-1][0] + token not in ("()", "[]"):
                return None
            opening, before = around.pop()
            ones = before + (1 - ones % 2 if opening == "(" else ones % 2)
        else:
            ones += int(token)
    return None if around else (("odd",) if ones % 2 else ("even",))


PROMPTS = [tuple(p) for n in range(1, 6) for p in product("()01[]", repeat=n)]


def test_an_automaton_answers_what_is_nested_and_nothing_else():
    for prompt in PROMPTS:
        assert ODD.answer(prompt) == by_counting(prompt)
    assert ODD.answer(("x",)) is None
    assert ODD.run(tuple("1(0)"))[0] == [(0, 1, ALONE), (0, 0, ALONE), (1, 2, 0)]


def test_the_machine_of_an_automaton_answers_as_it_does():
    some = PROMPTS[:: len(PROMPTS) // 500]
    for prompt in some:
        assert MACHINE.decode(prompt) == by_counting(prompt)
    assert decode_batch(MACHINE, PROMPTS, [1] * len(PROMPTS)) == list(map(by_counting, PROMPTS))


def test_long_and_deep_prompts_are_answered():
    deep = ("(",) * 5_000 + ("1",) + (")",) * 5_000
    assert decode_batch(MACHINE, [deep, deep[:-1]], [1, 1]) == [by_counting(deep), None]
    assert MACHINE.decode(deep) == by_counting(deep)


def test_what_is_silent_is_no_part_of_an_answer_and_does_not_count_against_its_limit():
    prompt = tuple("(1)" * 20)
    assert MACHINE.decode(prompt, 1) == by_counting(prompt)
    assert MACHINE.decode(prompt, 0) is None
    assert decode_batch(MACHINE, [prompt], [0]) == [None]


def test_a_machine_that_says_silent_tokens_without_end_has_no_answer():
    vocabulary = Vocabulary(("a",), ("x", "~"), 1)
    endless = Machine(
        vocabulary, np.zeros((1, 5), np.int64), idle(5, 0), np.zeros((0, 2), np.int64),
        (Decision(answer=3),),
    )  # fmt: skip
    assert endless.vocabulary.is_silent(3)
    assert endless.decode(("a",)) is None
    assert decode_batch(endless, [("a",)], [5]) == [None]


def test_a_machine_with_silent_tokens_is_kept_in_a_file():
    saved = json.loads(json.dumps(MACHINE.to_json()))
    again = Machine.from_json(saved)
    assert again.to_json() == MACHINE.to_json()
    assert again.vocabulary.silent == len(MACHINE.vocabulary.answer) - 2
    for wrong in (-1, len(saved["answer_tokens"]) + 1, True, "1", 0):
        with pytest.raises(RunError):
            Machine.from_json({**saved, "silent": wrong})


def test_its_python_function_says_the_answer_alone(tmp_path, monkeypatch):
    (tmp_path / "odd_ones.py").write_text(python_source(MACHINE, "odd_ones"))
    monkeypatch.syspath_prepend(tmp_path)
    from odd_ones import odd_ones

    for prompt in (tuple("1"), tuple("(1)"), tuple("[1(0)]1"), tuple("((()))")):
        assert tuple(odd_ones(list(prompt))) == by_counting(prompt)
    with pytest.raises(ValueError, match="no next token"):
        odd_ones(["("])


def test_silent_tokens_have_names_that_nothing_begins_with():
    odd = NestedAutomaton(("~q0",), (), {(0, 0, ALONE): 0}, (("~",),))
    machine = nested_machine(odd, Vocabulary(("~q0",), ("~",)))
    assert all(token.startswith("~~") for token in machine.vocabulary.answer[1:])
    assert machine.decode(("~q0", "~q0")) == ("~",)


def test_nothing_is_proved_of_what_is_said_silently():
    """The checker knows no silent tokens, and says so, however a proof looks."""
    task = sequence_task("parity-check")
    own = NestedAutomaton(
        ("0", "1"), (), {(q, a, ALONE): (q + a) % 2 for q in (0, 1) for a in (0, 1)},
        (("0",), ("1",)),
    )  # fmt: skip
    machine = nested_machine(own, Vocabulary(("0", "1"), ("0", "1")))
    assert transducer_of(machine) is None
    assert finite_transducer(machine) is None
    assert decided(machine, task.specification) is None
    gap = check_proof(machine, task.specification, Proof({}, Memory()))
    assert gap is not None
    assert "silently" in gap.reason
