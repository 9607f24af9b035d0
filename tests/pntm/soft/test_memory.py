"""Reads of a tape: all steps at once are the steps one by one."""

import pytest
import torch
from helpers_agreement import LENGTHS, assert_agreement, outputs_and_gradients

from nalmx.errors import SettingError
from nalmx.pntm import memory_reads, memory_reads_sequential

N, W = 6, 3


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def sharp(*shape, seed=0):
    return torch.nn.functional.one_hot(normal(*shape, seed=seed).argmax(-1), shape[-1]).double()


def settings(kind, *steps):
    """Weights, gates and symbols: soft, sharp with full erasure, nearly sharp, or never erased."""
    symbols = normal(*steps, W, seed=1)
    gates = (normal(2, *steps, seed=2) * 2).sigmoid()
    if kind == "sharp":
        return [sharp(*steps, N), sharp(*steps, N, seed=3), *torch.ones_like(gates), symbols]
    scale = {"soft": 1, "nearly sharp": 20, "kept": 3}[kind]
    heads = [(normal(*steps, N, seed=seed) * scale).softmax(-1) for seed in (0, 3)]
    if kind == "nearly sharp":
        gates = (gates * 3 - 1).clamp(0, 1)
    if kind == "kept":
        gates[0] = 0
    return [*heads, *gates, symbols]


@pytest.mark.parametrize(
    ("time", "kind"),
    [
        pytest.param(time, kind, marks=[pytest.mark.slow] if time > 20 and kind != "kept" else [])
        for time in LENGTHS
        for kind in ("soft", "sharp", "nearly sharp", "kept")
    ],
)
def test_all_steps_at_once_are_the_steps_one_by_one(time, kind):
    assert_agreement(memory_reads_sequential, memory_reads, settings(kind, 2, time))


def test_weights_a_little_outside_their_domain_do_no_harm():
    heads = sharp(2, 100, N) + 1e-6 * normal(2, 100, N, seed=7)
    assert_agreement(memory_reads_sequential, memory_reads, [heads, *settings("sharp", 2, 100)[1:]])


@pytest.mark.parametrize("read", [memory_reads, memory_reads_sequential])
def test_an_erased_cell_holds_what_was_written_last(read):
    heads = torch.eye(4)[[0, 1, 0, 1, 0]]
    symbols = torch.tensor([[1.0], [2.0], [3.0], [4.0], [5.0]])
    at_zero = torch.eye(4)[:1].expand(5, 4)
    gate = torch.ones(5)
    assert read(heads, at_zero, gate, gate, symbols).flatten().tolist() == [1, 1, 3, 3, 5]
    assert read(heads, at_zero, 0 * gate, gate, symbols).flatten().tolist() == [1, 1, 4, 4, 9]
    assert read(heads, at_zero, gate, 0 * gate, symbols).flatten().tolist() == [0] * 5


@pytest.mark.parametrize("read", [memory_reads, memory_reads_sequential])
def test_ten_thousand_settings_give_numbers(read):
    many = 10_000
    parts = [settings(kind, many // 2, 9) for kind in ("sharp", "nearly sharp")]
    inputs = [torch.cat(pair).float() for pair in zip(*parts, strict=True)]
    found = outputs_and_gradients(read, inputs, torch.ones_like)
    assert all(x.isfinite().all() for x in found)
    assert found[0].abs().max() < 10 * 9


def test_every_member_of_a_stack_has_its_own_tape():
    inputs = settings("soft", 2, 3, 70)
    together = memory_reads(*inputs)
    for i in range(2):
        for j in range(3):
            alone = memory_reads(*[x[i, j] for x in inputs])
            assert (together[i, j] - alone).abs().max() < 1e-14


def test_what_does_not_fit_is_named():
    heads, other, erase, write, symbols = settings("soft", 2, 5)
    with pytest.raises(SettingError, match="read_weights needs the shape"):
        memory_reads(heads, other[..., :3], erase, write, symbols)
    with pytest.raises(SettingError, match="write needs the shape"):
        memory_reads(heads, other, erase, write[:, :4], symbols)
    with pytest.raises(SettingError, match="time ≥ 1"):
        memory_reads(*[x[:, :0] for x in (heads, other, erase, write, symbols)])
