"""Rivals of the P-NTM: one step at a time or all at once, never from the future, always finite."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers_pytest import thinned

from nalmx.errors import UnknownNameError
from nalmx.pntm.baselines import BASELINES, baseline_name, new_baseline
from nalmx.pntm.baselines.ntm import NTM, Address, addressed
from nalmx.pntm.baselines.transformer import rotated

VOCABULARY = 9
NTMS = ("ntm", "ntm-feedforward")


def tokens(batch, length, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, VOCABULARY, (batch, length), generator=generator)


def normal(*size, seed=0):
    return torch.randn(*size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def model_of(name, **settings):
    return new_baseline(name, VOCABULARY, seed=3, **settings).double()


def test_names_are_known_without_torch():
    code = "import nalmx.pntm.baselines, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_may_be_spelled_otherwise_but_not_invented():
    assert baseline_name("NTM_Feedforward") == "ntm-feedforward"
    with pytest.raises(UnknownNameError, match="there is no baseline 'mamba'; choose one of: ntm"):
        baseline_name("mamba")


@pytest.mark.parametrize("name", BASELINES)
def test_steps_give_what_the_whole_stream_gives(name):
    model, stream = model_of(name), tokens(3, 25)
    with torch.no_grad():
        whole = model(stream)
        state = model.start(3, 25)
        first, state = model.advance(stream[:, :10], state)
        logits = [first]
        for token in stream[:, 10:].unbind(1):
            one, state = model.step(token, state)
            logits.append(one[:, None])
    assert whole.shape == (3, 25, VOCABULARY)
    torch.testing.assert_close(torch.cat(logits, 1), whole, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", BASELINES)
def test_later_tokens_do_not_change_earlier_logits(name):
    model, stream = model_of(name), tokens(2, 20)
    changed = stream.clone()
    changed[:, 12:] = (changed[:, 12:] + 1) % VOCABULARY
    with torch.no_grad():
        before, after = model(stream), model(changed)
    assert torch.equal(before[:, :12], after[:, :12])
    assert not torch.allclose(before[:, 12:], after[:, 12:])


@pytest.mark.parametrize("name", BASELINES)
def test_streams_of_a_batch_do_not_see_each_other(name):
    model, stream = model_of(name), tokens(4, 15)
    with torch.no_grad():
        together, alone = model(stream), model(stream[2:3])
    torch.testing.assert_close(together[2:3], alone, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", BASELINES)
def test_weights_depend_on_the_seed_alone(name):
    before = torch.get_rng_state()
    first, again, other = (new_baseline(name, VOCABULARY, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    pairs = zip(first.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(first.embedding.weight, other.embedding.weight)


@pytest.mark.parametrize("name", BASELINES)
def test_all_weights_have_a_gradient(name):
    model = model_of(name)
    model(tokens(2, 12)).square().mean().backward()
    for label, parameter in model.named_parameters():
        assert parameter.grad is not None, label
        assert parameter.grad.isfinite().all(), label


@pytest.mark.parametrize("name", thinned(NTMS))
def test_an_ntm_stays_finite_over_300_tokens(name):
    model = new_baseline(name, VOCABULARY, seed=0)
    with torch.no_grad():
        model.heads.weight.mul_(20)
        logits, state = model.advance(tokens(1, 300), model.start(1, 300))
    assert logits.isfinite().all()
    assert all(part.isfinite().all() for part in state)
    assert state[3].sum(-1) == pytest.approx(np.ones((1, 2)), abs=1e-4)


@pytest.mark.parametrize("name", thinned(NTMS))
def test_the_gradient_of_an_ntm_is_finite_over_100_tokens(name):
    model = new_baseline(name, VOCABULARY, seed=0)
    with torch.no_grad():
        model.heads.weight.mul_(10)
    model(tokens(1, 100)).square().mean().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def literal_address(memory, previous, raw):
    """One head of one sample: equations 5 to 9 of Graves et al. (2014), cell by cell."""
    cells, width = memory.shape
    key = np.tanh(raw[:width])
    strength, gate = np.logaddexp(0, raw[width]), 1 / (1 + np.exp(-raw[width + 1]))
    shift = np.exp(raw[width + 2 : width + 5]) / np.exp(raw[width + 2 : width + 5]).sum()
    sharpness = 1 + np.logaddexp(0, raw[width + 5])
    similarity = [
        key @ row / np.sqrt((key @ key + 1e-4) * (row @ row + 1e-4)) * strength for row in memory
    ]
    content = np.exp(similarity) / np.exp(similarity).sum()
    mixed = gate * content + (1 - gate) * previous
    shifted = np.zeros(cells)
    for i in range(cells):
        for j, move in enumerate((-1, 0, 1)):
            shifted[(i + move) % cells] += mixed[i] * shift[j]
    sharp = (shifted + 1e-12) ** sharpness
    return sharp / sharp.sum()


def test_addressing_is_that_of_the_literal_equations():
    batch, heads, cells, width = 3, 2, 7, 5
    memory, raw = normal(batch, cells, width), 2 * normal(batch, heads, width + 6, seed=1)
    previous = normal(batch, heads, cells, seed=2).softmax(-1)
    found = addressed(memory, previous, Address.of(raw, width))
    for b in range(batch):
        for h in range(heads):
            expected = literal_address(memory[b].numpy(), previous[b, h].numpy(), raw[b, h].numpy())
            np.testing.assert_allclose(found[b, h].numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize(("raw", "cell"), [([9, 0, 0], 2), ([0, 9, 0], 3), ([0, 0, 9], 4)])
def test_a_head_that_ignores_content_moves_by_its_shift(raw, cell):
    address = torch.tensor([0.0] * 4 + [0, -30, *(30 * x for x in raw), 0]).double()
    previous = torch.eye(8).double()[None, 3:4]
    found = addressed(normal(1, 8, 4), previous, Address.of(address[None, None], 4))
    assert found[0, 0, cell] == pytest.approx(1, abs=1e-6)


def test_a_head_that_seeks_a_key_finds_its_cell():
    memory = 3 * torch.eye(6, 4).double()[None]
    address = torch.tensor([0, 0, 9, 0, 60, 30, 0, 90, 0, 0]).double()
    previous = torch.eye(6).double()[None, :1]
    assert addressed(memory, previous, Address.of(address[None, None], 4))[0, 0, 2] > 0.999


def test_a_written_cell_holds_what_was_added_and_nothing_of_what_was_erased():
    memory = torch.ones(1, 3, 2)
    raw = torch.tensor([[40.0, 40.0, 0.5, -40.0]])
    written = NTM._written(memory, torch.tensor([[0.0, 1.0, 0.0]]), raw)
    expected = torch.tensor([[1, 1], [np.tanh(0.5), -1], [1, 1]], dtype=torch.float32)
    torch.testing.assert_close(written[0], expected)


@pytest.mark.parametrize("name", NTMS)
def test_an_ntm_gets_a_cell_for_every_token_of_a_long_stream(name):
    model = model_of(name, cells=16)
    assert model.start(2, 10)[2].shape == (2, 16, 16)
    assert model.start(2, 50)[2].shape == (2, 50, 16)


def test_rotary_products_depend_on_distances_only():
    query, key = normal(1, 8), normal(1, 8, seed=1)
    near = rotated(query, 5) @ rotated(key, 2).T
    far = rotated(query, 1005) @ rotated(key, 1002).T
    torch.testing.assert_close(near, far, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(rotated(query, 0), query)


def test_a_transformer_remembers_every_token():
    model = model_of("transformer")
    _, state = model.advance(tokens(2, 7), model.start(2, 7))
    assert {tuple(part.shape) for part in state} == {(2, 4, 7, 16)}
