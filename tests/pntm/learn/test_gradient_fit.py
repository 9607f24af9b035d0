"""Gradient training of P-NTMs: machines with hard controls, found by a soft one."""

import numpy as np
import pytest
import torch

from nalmx.errors import SettingError
from nalmx.pntm.learn.gradient import fit_gradient
from nalmx.pntm.learn.gradient.fit import StackSettings
from nalmx.pntm.learn.gradient.hardening import one_thread
from nalmx.pntm.learn.gradient.relation import ControlJudge
from nalmx.pntm.learn.gradient.rounding import Hard, Logits, rounded, uncertain
from nalmx.pntm.machine import accuracy
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.train import Interrupted

COPY = sequence_task("copy")
NO_REGISTER = np.zeros((1, 18), np.int64)
STARTS = np.zeros((1, 2), np.int64)
SHORT = StackSettings(members=2, batch=4, life=10, shortest=40, last_steps=3)


def examples(task, count=300, longest=12, seed=3):
    return task.examples(np.random.default_rng(seed), count, longest)


def vocabulary(task):
    return Vocabulary(task.prompt_tokens, task.answer_tokens)


def fit(task, **settings):
    return fit_gradient(examples(task), vocabulary(task), seed=1, tapes=1, **settings)


def copying():
    """Hard controls that copy: the prompt is written ahead, the answer read from its start."""
    moves, write = np.zeros((18, 1, 2), np.int64), np.zeros((18, 1), bool)
    moves[:8, 0, 0] = 1
    moves[8:, 0, 1] = 1
    write[:8] = True
    return Hard(moves, write)


@pytest.fixture(scope="module")
def learnt():
    return fit(sequence_task("parity"))


def test_parity_is_learnt_for_all_lengths(learnt):
    assert learnt.reached
    assert learnt.errors == 0
    task = sequence_task("parity")
    long = [task.example(np.random.default_rng(i), 200) for i in range(10)]
    assert accuracy(learnt.machine, long) == 1


def test_the_module_has_the_controls_of_the_machine(learnt):
    controls, machine = learnt.module.controls(), learnt.machine
    moves = controls.shifts.argmax(-1) - 1
    assert torch.equal(moves, torch.from_numpy(machine.arrays()["moves"].reshape(len(moves), -1)))
    assert set(controls.write.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(controls.erase, controls.write)
    assert torch.equal(controls.write > 0, torch.from_numpy(machine.arrays()["writes"] > 0))
    assert learnt.soft_loss < 0.1
    assert learnt.history[-1].errors == 0


def test_the_same_seed_gives_the_same_machine(learnt):
    again = fit(sequence_task("parity"))
    assert again.machine.to_json() == learnt.machine.to_json()
    assert again.soft_loss == learnt.soft_loss


def test_steps_take_one_thread_whatever_was_set():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


@pytest.mark.slow
def test_of_several_tapes_those_that_tell_something_are_kept():
    starts = np.array([[0, 1], [2, 0]])
    found = fit_gradient(
        examples(COPY), vocabulary(COPY), seed=0, tapes=2, starts=starts, budget_seconds=30
    )
    machine, module = found.machine, found.module
    assert found.reached
    assert module.tapes == machine.tapes == 1
    assert machine.starts.tolist() in ([[0, 1]], [[2, 0]])
    assert module.start_cell.tolist() == machine.starts.flatten().tolist()
    long = [COPY.example(np.random.default_rng(i), 100) for i in range(5)]
    assert accuracy(machine, long) == 1
    stream = torch.from_numpy(vocabulary(COPY).encode(long[0]))[None]
    said = module(stream[:, :-1], cells=128).argmax(-1)
    assert torch.equal(said[:, 100:], stream[:, 101:])


def test_a_relation_that_is_no_function_has_errors():
    coin = np.random.default_rng(0)
    noise = [Example(e.prompt, tuple(coin.choice(["a", "b"], 4))) for e in examples(COPY, 60, 3)]
    found = fit_gradient(noise, vocabulary(COPY), seed=0, tapes=1, budget_seconds=1, settings=SHORT)
    assert not found.reached
    assert found.errors > 0.1
    assert found.machine is not None


def test_judging_controls_that_copy_finds_a_function():
    judge = ControlJudge(examples(COPY), vocabulary(COPY), NO_REGISTER, STARTS, 1)
    judged = judge.judge(copying())
    assert judged.columns == (1,)
    machine, errors = judge.machine(judged)
    assert errors == 0
    assert sum(node.answer is not None for node in machine.table) == 9


def test_an_uncertain_gate_is_tried_both_ways():
    right = copying()
    shift = 9.0 * np.eye(3)[right.moves.reshape(18, 2) + 1]
    write = np.where(right.write, 9.0, -9.0)
    write[2] = -0.1
    logits = Logits(shift, write)
    judge = ControlJudge(examples(COPY), vocabulary(COPY), NO_REGISTER, STARTS, 1)
    kinds, used = judge.kinds()
    turns = uncertain(logits, kinds, used)
    assert [(turn.gate, turn.rows.tolist()) for turn in turns] == [(True, [2])]
    wrong = rounded(logits)
    assert not wrong.write[2, 0]
    turned = turns[0].of(wrong, logits)
    assert np.array_equal(turned.write, right.write)
    assert judge.judge(turned).cost < judge.judge(wrong).cost


def test_the_other_shift_of_an_uncertain_head_is_the_second_likeliest():
    shift = np.zeros((18, 2, 3))
    shift[..., 0] = 9.0
    shift[4, 1] = [1.0, 0.0, 0.5]
    logits = Logits(shift, np.full((18, 1), 9.0))
    judge = ControlJudge(examples(COPY), vocabulary(COPY), NO_REGISTER, STARTS, 1)
    (turn,) = uncertain(logits, *judge.kinds())
    once = turn.of(rounded(logits), logits)
    assert once.moves[4, 0].tolist() == [-1, 1]
    assert np.array_equal(turn.of(once, logits).moves, rounded(logits).moves)


def test_training_stops_on_request():
    with pytest.raises(Interrupted):
        fit(COPY, settings=SHORT, stop_requested=lambda: True)


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(SettingError, match="at least 1 example"):
        fit_gradient([], vocabulary(COPY), seed=0, tapes=1)
