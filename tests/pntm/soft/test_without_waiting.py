"""A training step on a GPU never asks the device for a number: it would wait for all that runs."""

from __future__ import annotations

import pytest
import torch
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.nn.functional import cross_entropy

from nalmx.pntm import PNTM
from nalmx.pntm.soft import _tables


def loss_and_gradients() -> None:
    """Forward and backward on tensors that have shapes and no numbers: whoever asks for one fails."""
    model = PNTM(20, tapes=1, cells=64, width=16, generator=torch.Generator().manual_seed(0))
    tokens = torch.zeros(4, 33, dtype=torch.int64)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        made = dict(model.named_parameters()) | dict(model.named_buffers())
        state = {
            name: mode.from_tensor(t.detach()).requires_grad_(t.requires_grad)
            for name, t in made.items()
        }
        fake = mode.from_tensor(tokens)
        logits = torch.func.functional_call(model, state, (fake[:, :-1],))
        cross_entropy(logits.flatten(0, -2), fake[:, 1:].flatten()).backward()
        assert state["raw_shift"].grad.shape == model.raw_shift.shape


def test_forward_and_backward_ask_for_no_number_on_a_gpu(monkeypatch) -> None:
    monkeypatch.setattr(_tables, "_waits", lambda tokens: True)
    loss_and_gradients()


def test_on_a_processor_tokens_are_looked_at() -> None:
    with pytest.raises(DataDependentOutputException):
        loss_and_gradients()


def test_a_token_outside_the_vocabulary_ends_the_step_on_a_gpu_too(monkeypatch) -> None:
    monkeypatch.setattr(_tables, "_waits", lambda tokens: True)
    with pytest.raises(RuntimeError, match="nonzero value, but got zero"):
        _tables.look_up(torch.zeros(3, 2), torch.tensor([[0, 3]]), -2)
