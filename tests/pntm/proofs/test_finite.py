"""Tasks that are finite automata: machines are proved for every length, or refuted by the shortest prompt."""

from itertools import product
from random import Random

import numpy as np
import pytest

from nalmx.pntm.proofs.certificate import SequenceCertificate
from nalmx.pntm.proofs.check import check_truth
from nalmx.pntm.proofs.finite import automaton_of, decided
from nalmx.pntm.tasks import sequence_task
from nalmx.pntm.tasks.prompts import prompts_of
from nalmx.pntm.transducer import Transducer
from nalmx.pntm.transducer_machine import machine_of
from nalmx.pntm.vocabulary import Vocabulary

STATES = {
    "even-pairs": 5,
    "parity-check": 2,
    "cycle-position": 5,
    "modular-arithmetic-simple": 51,
}


def automaton(name):
    return automaton_of(sequence_task(name).specification)


def machine_for(name, transducer):
    task = sequence_task(name)
    return machine_of(transducer.minimal(), Vocabulary(task.prompt_tokens, task.answer_tokens))


def said(transducer, prompt):
    """What a transducer says in the end, step by step."""
    state = 0
    for token in prompt:
        way = transducer.steps[state][transducer.tokens.index(token)]
        if way is None:
            return None
        state = way[0]
    return transducer.finals[state]


def mutant(transducer, random):
    """Another target for one transition, or another word in the end."""
    steps, finals = [list(row) for row in transducer.steps], list(transducer.finals)
    q = random.randrange(len(steps))
    if random.random() < 0.7:
        steps[q][random.randrange(len(steps[q]))] = random.choice(
            [None, *((n, ()) for n in range(len(steps)))]
        )
    else:
        finals[q] = random.choice(sorted({word for word in finals if word is not None}))
    return Transducer(transducer.tokens, tuple(map(tuple, steps)), tuple(finals))


@pytest.mark.parametrize("name", STATES)
def test_the_automaton_of_a_task_answers_as_the_task(name):
    task, found = sequence_task(name), automaton(name)
    assert found.states == STATES[name]
    for tokens in (1, 2, 3, 4):
        for prompt in product(task.prompt_tokens, repeat=tokens):
            wanted = task.answer(prompt) if task.is_prompt(prompt) else None
            assert found.answer(prompt) == wanted


@pytest.mark.parametrize("name", ["parity", "copy", "stack", "majority"])
def test_other_tasks_are_no_finite_automata(name):
    assert automaton(name) is None


@pytest.mark.parametrize("name", ["even-pairs", "cycle-position"])
def test_a_right_machine_is_proved_and_its_certificate_replayed(name):
    task, machine = sequence_task(name), machine_for(name, automaton(name))
    verdict = check_truth(machine, task)
    assert (verdict.verdict, verdict.reason) == ("proved", None)
    saved = SequenceCertificate.of(machine, task, verdict, "a test")
    replay = saved.replay()
    assert replay.established
    assert "finite automata" in replay.steps[0]
    wrong = mutant(automaton(name), Random(1))
    assert decided(machine_for(name, wrong), task.specification) is not True
    forged = SequenceCertificate.of(machine_for(name, wrong), task, verdict, "a test")
    assert forged.replay().reason == "it holds no proof"


@pytest.mark.parametrize(("name", "count"), [("parity-check", 40), ("cycle-position", 150)])
def test_no_wrong_machine_is_proved_and_refuted_ones_by_the_shortest_prompt(name, count):
    """Judged by prompts that are answered one by one: those of up to 11 tokens tell such machines apart."""
    task, truth, random = sequence_task(name), automaton(name), Random(0)
    prompts = [p for tokens in range(1, 8) for p in prompts_of(task, tokens)]
    levels = set()
    for _ in range(count):
        made = mutant(truth, random)
        wrong = [p for p in prompts if said(made, p) != task.answer(p)]
        found = decided(machine_for(name, made), task.specification)
        levels.add(found is True)
        assert (found is True) == (not wrong)
        assert found is True or len(found) == len(wrong[0])
    assert levels == {True, False}


@pytest.mark.slow
def test_no_wrong_machine_for_expressions_is_proved():
    """Of expressions, only what an expression can begin with matters."""
    name, random = "modular-arithmetic-simple", Random(0)
    task, truth = sequence_task(name), automaton(name)
    assert decided(machine_for(name, truth), task.specification) is True
    drawn = [task.draw(np.random.default_rng(n), 1 + n % 7) for n in range(500)]
    proved = 0
    for _ in range(60):
        made = mutant(truth, random)
        found = decided(machine_for(name, made), task.specification)
        if found is True:
            proved += 1
            assert all(said(made, prompt) == task.answer(prompt) for prompt in drawn)
        else:
            assert task.is_prompt(found)
            assert said(made, found) != task.answer(found)
    assert proved < 30


def test_a_machine_that_knows_fewer_tokens_is_refuted():
    task = sequence_task("parity-check")
    short = Transducer(("1",), (((1, ()),), ((0, ()),)), (("0",), ("1",)))
    verdict = check_truth(machine_of(short, Vocabulary(("1",), ("0", "1"))), task)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample.prompt == ("0",)
