"""Positions of heads: all steps at once are the steps one by one."""

from itertools import product

import pytest
import torch
from helpers_agreement import LENGTHS, assert_agreement, outputs_and_gradients

from nalmx.errors import SettingError
from nalmx.pntm import head_weights, head_weights_sequential

V, R, N, B = 4, 2, 10, 2


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def sharp(*shape, seed=0):
    return torch.nn.functional.one_hot(normal(*shape, seed=seed).argmax(-1), shape[-1]).double()


def random_tokens(*shape, vocabulary=V, seed=0):
    return torch.randint(vocabulary, shape, generator=torch.Generator().manual_seed(seed))


def kernels(kind, size=3):
    if kind == "sharp":
        return sharp(V, R, size)
    if kind == "two points":
        # Its Fourier transform is exactly zero at the highest frequency of an even ring.
        return torch.tensor([0, 0.5, 0.5], dtype=torch.float64).expand(V, R, 3)
    return (normal(V, R, size) * {"mild": 1, "mixed": 8}[kind]).softmax(-1)


def jumps(kind):
    if kind == "none":
        return None
    if kind == "some":
        return normal(V, R, seed=3).sigmoid() * 0.2
    return torch.tensor([0, 1, 0.5, 0], dtype=torch.float64)[:, None].expand(V, R)


def agree(shifts, tokens, start, jump=None, target=None):
    assert_agreement(
        lambda s, w, j, t: head_weights_sequential(s, tokens, w, j, t),
        lambda s, w, j, t: head_weights(s, tokens, w, j, t),
        [shifts, start, jump, target],
    )


JUMPS, KERNELS = ("none", "some", "certain"), ("mild", "sharp", "mixed", "two points")
# Many steps one by one take long: every jump once, the rest in `bench`.
LONG, QUICK = {("two points", "certain")}, (1, 2, 17)
CASES = [
    pytest.param(
        *(time, kernel, jump),
        marks=[pytest.mark.slow] if time not in QUICK and (kernel, jump) not in LONG else [],
    )
    for time, kernel, jump in product(LENGTHS, KERNELS, JUMPS)
]


@pytest.mark.parametrize(("time", "kernel", "jump"), CASES)
def test_all_steps_at_once_are_the_steps_one_by_one(time, kernel, jump):
    agree(kernels(kernel), random_tokens(B, time), sharp(R, N), jumps(jump))


@pytest.mark.parametrize("kernel", ["mild", "sharp"])
@pytest.mark.parametrize("cells", [1, 2, 3, 9])
def test_five_shifts_targets_and_small_rings(cells, kernel):
    start, target = normal(R, cells, seed=4).softmax(-1), sharp(V, R, cells, seed=5)
    agree(kernels(kernel, 5), random_tokens(B, 33), start, jumps("some"), target)


@pytest.mark.parametrize("walk", [head_weights, head_weights_sequential])
def test_a_certain_shift_moves_the_head_by_one_cell(walk):
    shifts = torch.tensor([[[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]]])
    weights = walk(shifts, torch.tensor([[0, 0, 0, 1]]), torch.eye(8)[:1])
    assert weights.argmax(-1).flatten().tolist() == [1, 2, 3, 2]
    assert weights.max(-1).values.allclose(torch.ones(1, 4, 1))


def test_a_head_returns_home_by_a_certain_jump():
    shifts = torch.tensor([0.0, 0.0, 1.0]).expand(2, 1, 3)
    tokens, start = torch.tensor([[0, 0, 1, 0]]), torch.eye(8)[5:6]
    weights = head_weights(shifts, tokens, start, torch.tensor([[0.0], [1.0]]))
    assert weights.argmax(-1).flatten().tolist() == [6, 7, 5, 6]


def test_a_sharp_head_stays_sharp_for_thousands_of_steps():
    tokens = random_tokens(1, 4096, vocabulary=2)
    shifts = torch.tensor([[[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]]])
    weights = head_weights(shifts, tokens, torch.eye(101)[:1])
    places = (1 - 2 * tokens[0]).cumsum(0) % 101
    assert (weights[0, :, 0] - torch.eye(101)[places]).abs().max() < 1e-5


def test_every_member_of_a_stack_walks_alone():
    shifts, start = normal(2, 3, V, R, 3).softmax(-1), sharp(2, 3, R, N)
    own, shared = random_tokens(2, 3, B, 40), random_tokens(B, 40)
    together, with_shared = head_weights(shifts, own, start), head_weights(shifts, shared, start)
    for i in range(2):
        for j in range(3):
            alone = head_weights(shifts[i, j], own[i, j], start[i, j])
            assert (together[i, j] - alone).abs().max() < 1e-13
            alone = head_weights(shifts[i, j], shared, start[i, j])
            assert (with_shared[i, j] - alone).abs().max() < 1e-13
    agree(shifts, own, start)


@pytest.mark.parametrize("walk", [head_weights, head_weights_sequential])
def test_ten_thousand_settings_give_numbers(walk):
    many = 10_000
    shifts = torch.cat((normal(many // 2, 3, 1, 3).softmax(-1), sharp(many // 2, 3, 1, 3)))
    jump = (normal(many, 3, 1, seed=2) * 3).clamp(0, 1)
    inputs = [x.float() for x in (shifts, sharp(many, 1, 5), jump)]
    tokens = random_tokens(1, 9, vocabulary=3)
    found = outputs_and_gradients(lambda s, w, j: walk(s, tokens, w, j), inputs, torch.ones_like)
    assert all(x.isfinite().all() for x in found)
    assert (found[0].sum(-1) - 1).abs().max() < 1e-5


def test_what_does_not_fit_is_named():
    shifts, start = kernels("mild"), sharp(R, N)
    with pytest.raises(SettingError, match="numbers from 0 to 3; 0 to 4 given"):
        head_weights(shifts, torch.tensor([[0, 4]]), start)
    with pytest.raises(SettingError, match="reach equally far"):
        head_weights(shifts[..., :2], random_tokens(B, 3), start)
    with pytest.raises(SettingError, match="start needs the shape"):
        head_weights(shifts, random_tokens(B, 3), start[:1])
    with pytest.raises(SettingError, match="time ≥ 1"):
        head_weights(shifts, random_tokens(B, 0), start)
