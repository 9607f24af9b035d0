"""States of a register: all steps at once are the steps one by one."""

import pytest
import torch
from helpers_agreement import LENGTHS, assert_agreement, outputs_and_gradients

from nalmx.errors import SettingError
from nalmx.pntm import (
    hard_states,
    last_separator,
    register_states,
    register_states_sequential,
)

V, K = 3, 4


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def random_tokens(*shape, vocabulary=V):
    return torch.randint(vocabulary, shape, generator=torch.Generator().manual_seed(0))


def matrices(kind, *leading):
    if kind == "hard":
        chosen = normal(*leading, V, K, K).argmax(-1)
        return torch.nn.functional.one_hot(chosen, K).double()
    return (normal(*leading, V, K, K) * 2).softmax(-1)


@pytest.mark.parametrize("kind", ["soft", "hard"])
@pytest.mark.parametrize("time", LENGTHS)
def test_all_steps_at_once_are_the_steps_one_by_one(time, kind):
    tokens = random_tokens(2, time)
    assert_agreement(
        lambda a, h: register_states_sequential(a, tokens, h),
        lambda a, h: register_states(a, tokens, h),
        [matrices(kind), normal(K).softmax(-1)],
    )


@pytest.mark.parametrize("time", [1, 2, 3, 8, 1001])
def test_hard_states_are_those_of_hard_matrices(time):
    tokens, hard = random_tokens(2, 3, time), matrices("hard")
    table = hard.argmax(-1).T
    states = torch.stack(
        [register_states_sequential(hard, row, torch.eye(K).double()[2]) for row in tokens]
    )
    assert torch.equal(hard_states(table, tokens, start=2), states.argmax(-1))


def test_the_last_separator_is_remembered():
    hard = last_separator(5, [3, 1])
    tokens = torch.tensor([[0, 4, 3, 2, 0, 1, 1, 4, 3, 0]])
    expected = [0, 0, 1, 1, 1, 2, 2, 2, 1, 1]
    assert register_states(hard, tokens, torch.eye(3)[0]).argmax(-1)[0].tolist() == expected
    assert hard_states(hard.argmax(-1).T, tokens)[0].tolist() == expected


def test_every_member_of_a_stack_has_its_own_register():
    soft, start, tokens = matrices("soft", 3), normal(3, K).softmax(-1), random_tokens(3, 2, 50)
    together = register_states(soft, tokens, start)
    for i in range(3):
        alone = register_states(soft[i], tokens[i], start[i])
        assert (together[i] - alone).abs().max() < 1e-14


def test_ten_thousand_settings_give_numbers():
    soft = torch.cat((matrices("soft", 5000), matrices("hard", 5000))).float()
    start = torch.eye(K).expand(10_000, K, K)[:, 0]
    tokens = random_tokens(1, 9)
    found = outputs_and_gradients(
        lambda a, h: register_states(a, tokens, h), [soft, start], torch.ones_like
    )
    assert all(x.isfinite().all() for x in found)
    assert (found[0].sum(-1) - 1).abs().max() < 1e-5


def test_what_does_not_fit_is_named():
    with pytest.raises(SettingError, match=r"different tokens from 0 to 4; \[1, 1\] given"):
        last_separator(5, [1, 1])
    with pytest.raises(SettingError, match="start"):
        register_states(matrices("soft"), random_tokens(2, 3), torch.ones(K + 1).double())
    with pytest.raises(SettingError, match="numbers from 0 to 2"):
        register_states(matrices("soft"), torch.tensor([[3]]), torch.ones(K).double())
