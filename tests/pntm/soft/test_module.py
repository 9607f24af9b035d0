"""The machine: parallel and step by step, in stacks, hardened, and written by hand."""

import subprocess
import sys

import pytest
import torch
from helpers_agreement import TOLERANCE
from helpers_pytest import thinned

from nalmx.errors import SettingError
from nalmx.pntm import PNTM

V = 7


def machine(seed=0, **settings):
    generator = torch.Generator().manual_seed(seed)
    settings = {"tapes": 2, "cells": 12, "width": 4, "hidden": 8, **settings}
    made = PNTM(V, generator=generator, **settings)
    for cells in (made.start_cell, made.jump_cell):
        cells.random_(0, 50, generator=generator)
    made.transition.random_(0, made.states, generator=generator)
    return made


def random_tokens(*shape):
    return torch.randint(V, shape, generator=torch.Generator().manual_seed(0))


def logits_and_gradients(made, tokens, **options):
    made.zero_grad()
    logits = made(tokens, **options)
    (logits.log_softmax(-1)[..., 0].sum() / tokens.numel()).backward()
    return [logits.detach(), *(p.grad.clone() for p in made.parameters() if p.grad is not None)]


MACHINES = {
    "plain": {},
    "with a register, jumps and five shifts": {"states": 3, "jumps": True, "shifts": 5},
    "a stack": {"ensemble": (3,), "states": 2, "jumps": True},
    "a stack of stacks": {"ensemble": (2, 2), "tapes": 1},
}


@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("time", thinned([17, 1, 100], 3))
@pytest.mark.parametrize("settings", MACHINES.values(), ids=MACHINES)
def test_all_steps_at_once_are_the_steps_one_by_one(settings, time, dtype):
    made, tokens = machine(dtype=dtype, **settings), random_tokens(2, time)
    parallel = logits_and_gradients(made, tokens, temperature=0.5)
    sequential = logits_and_gradients(made, tokens, temperature=0.5, parallel=False)
    assert parallel[0].shape == (*made.ensemble, 2, time, V)
    for a, b in zip(parallel, sequential, strict=True):
        assert (a - b).abs().max() <= TOLERANCE[dtype] * max(1.0, float(b.abs().max()))


@pytest.mark.parametrize("time", [1, 2, 8, 16, 32])
def test_a_batch_of_one_on_several_tapes_is_computed(time):
    """Streams that need no padding: nothing is copied on the way to the tapes."""
    module = PNTM(5, tapes=3, cells=8, generator=torch.Generator().manual_seed(0))
    tokens = torch.arange(time)[None] % 5
    together, one_by_one = module(tokens), module(tokens, parallel=False)
    assert torch.allclose(together, one_by_one, atol=1e-5)
    together.sum().backward()


def test_members_of_a_stack_are_independent():
    stack = machine(ensemble=(3,), states=2, jumps=True, dtype=torch.float64)
    shared, own = random_tokens(2, 50), random_tokens(3, 2, 50)
    together, apart = stack(shared), stack(own)
    for i in range(3):
        member = stack.member(i)
        assert member.ensemble == ()
        assert (together[i] - member(shared)).abs().max() < 1e-12
        assert (apart[i] - member(own[i])).abs().max() < 1e-12
    together[1].sum().backward()
    for parameter in stack.parameters():
        assert not parameter.grad[[0, 2]].any()


def test_a_member_of_a_member_is_one_machine():
    stack, tokens = machine(ensemble=(2, 2)), random_tokens(2, 9)
    assert (stack.member(1).member(0)(tokens) - stack(tokens)[1, 0]).abs().max() < 1e-5
    before = torch.get_rng_state()
    stack.member(0)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(SettingError, match="not a stack"):
        machine().member(0)


@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
def test_hardened_controls_are_exactly_certain(dtype):
    made = machine(jumps=True, ensemble=(2,), dtype=dtype).harden_()
    controls = made.controls(temperature=3.0)
    for chances in (controls.shifts, controls.write, controls.erase, controls.jump):
        assert ((chances == 0) | (chances == 1)).all()
    assert (controls.shifts.sum(-1) == 1).all()
    logits_and_gradients(made, random_tokens(2, 40))
    assert made.raw_shift.grad is None
    assert made.symbol.grad.isfinite().all()
    trainable = machine(jumps=True).harden_(freeze=False)
    found = logits_and_gradients(trainable, random_tokens(2, 40))
    assert len(found) == 1 + len(list(trainable.parameters()))
    assert all(x.isfinite().all() for x in found)


def test_ten_thousand_machines_give_numbers():
    made = PNTM(3, tapes=1, cells=5, width=2, hidden=2, jumps=True, ensemble=(10_000,))
    with torch.no_grad():
        for parameter in made.control_parameters():
            parameter.normal_(0, 3, generator=torch.Generator().manual_seed(0))
            parameter[5000:] = parameter[5000:].sign() * 1e4
    found = logits_and_gradients(made, torch.tensor([[0, 1, 2, 2, 1, 0, 0]]))
    assert all(x.isfinite().all() for x in found)


def copying_machine(dtype):
    """Tokens a b c, `=`, A B C: a small letter is written, a capital reads on to the next."""
    made = PNTM(V, tapes=1, cells=1100, width=4, hidden=4, dtype=dtype)
    stay, right = torch.eye(3, dtype=dtype)[1:]
    with torch.no_grad():
        made.raw_shift.copy_(stay.expand(V, 2, 3))
        made.raw_shift[:3, 0] = right
        made.raw_shift[3:, 1] = right
        for gate in (made.raw_write, made.raw_erase):
            gate.copy_(torch.tensor([1.0] * 3 + [-1.0] * 4)[:, None])
        made.symbol.zero_()
        made.symbol[:3, 0, :3] = torch.eye(3)
        made.read_weight.copy_(torch.eye(4))
        made.row_bias.zero_()
        made.output_bias.zero_()
        made.output_weight.zero_()
        made.output_weight[4:, :3] = torch.eye(3)
    return made.harden_()


@pytest.mark.parametrize("parallel", [True, False])
@pytest.mark.parametrize("dtype", thinned(TOLERANCE), ids=str)
def test_a_machine_written_by_hand_copies_exactly(dtype, parallel):
    made = copying_machine(dtype)
    word = torch.randint(3, (1024,), generator=torch.Generator().manual_seed(0))
    tokens = torch.cat((word, torch.tensor([3]), 4 + word[:-1])).unsqueeze(0)
    assert tokens.shape == (1, 2048)
    rows, controls = made.rows(tokens), made.controls()
    reads = made.reads(rows, controls, made.weights(rows, controls), parallel=parallel)
    written = torch.eye(4, dtype=dtype)[word]
    assert (reads[0, 1024:] - written).abs().max() <= TOLERANCE[dtype]
    assert torch.equal(reads[0, 1024:].round(), written)
    with torch.no_grad():
        answers = made(tokens, parallel=parallel)[0, 1024:].argmax(-1)
    assert torch.equal(answers, 4 + word)


def test_the_ring_may_have_another_size_at_run_time():
    made, tokens = machine(), random_tokens(2, 20)
    same, longer = made(tokens, cells=12), made(tokens, cells=31)
    assert torch.equal(same, made(tokens))
    assert longer.shape == same.shape
    rows = made.rows(tokens)
    assert made.weights(rows, made.controls(), cells=31).shape == (2, 20, 4, 31)


def test_the_register_chooses_the_row():
    made = PNTM(3, states=2)
    made.transition.copy_(torch.tensor([[0, 0, 1], [1, 1, 0]]))
    assert made.rows(torch.tensor([[0, 2, 1, 2, 1]])).tolist() == [[0, 5, 4, 2, 1]]


def test_what_does_not_fit_is_named():
    made = machine()
    for tokens in (torch.tensor([[0, V]]), torch.tensor([[-1, 0]])):
        with pytest.raises(SettingError, match="numbers from 0 to 6"):
            made(tokens)
    with pytest.raises(SettingError, match=r"\(batch, time\)"):
        made(torch.tensor([1, 2]))
    with pytest.raises(SettingError, match="temperature"):
        made(random_tokens(1, 3), temperature=0)
    with pytest.raises(SettingError, match="at least 1 cell"):
        made(random_tokens(1, 3), cells=0)
    with pytest.raises(SettingError, match="3 or 5; 4 given"):
        PNTM(V, shifts=4)
    with pytest.raises(SettingError, match="tapes is at least 1; 0 given"):
        PNTM(V, tapes=0)


def test_the_state_is_saved_and_loaded():
    made, tokens = machine(states=2, jumps=True), random_tokens(1, 9)
    other = machine(seed=1, states=2, jumps=True)
    other.load_state_dict(made.state_dict())
    assert torch.equal(other(tokens), made(tokens))


def test_importing_the_package_loads_no_torch():
    code = "import nalmx.pntm, sys; print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "False", result.stderr
