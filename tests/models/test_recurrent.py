"""Networks made of modules: step by step, side by side, by choice, and in stacks."""

import pytest
import torch
from torch import nn

from nalmx.errors import SettingError
from nalmx.models import NAU, NSR, Beside, Choice, Recurrent, network_member, stack_networks


def summing():
    """A cell that adds its item to its state."""
    cell = NAU(2, 1)
    cell.raw_weight.data = torch.tensor([[1.0, 1.0]])
    return cell


def test_a_recurrent_network_ends_with_its_last_state():
    x = torch.tensor([[1.0, 2.0, 4.0], [0.0, 0.0, 3.0]]).unsqueeze(-1)
    assert Recurrent(summing(), [10])(x).tolist() == [[17.0], [13.0]]


def test_it_may_start_from_the_first_item():
    x = torch.tensor([[[5.0], [2.0], [4.0]]])
    assert Recurrent(summing(), "first")(x).tolist() == [[11.0]]
    assert Recurrent(summing(), "first")(x[:, :1]).tolist() == [[5.0]]


def test_the_initial_state_is_what_an_empty_sequence_gives():
    assert Recurrent(summing(), [10])(torch.zeros(2, 0, 1)).tolist() == [[10.0], [10.0]]
    with pytest.raises(SettingError, match="needs an item to start from"):
        Recurrent(summing(), "first")(torch.zeros(2, 0, 1))
    with pytest.raises(SettingError, match="one number for each state"):
        Recurrent(summing(), [])


def test_the_state_sees_items_in_their_order():
    cell = NAU(2, 1)
    cell.raw_weight.data = torch.tensor([[1.0, -1.0]])
    x = torch.tensor([[[1.0], [10.0], [100.0]]])
    assert Recurrent(cell, [0])(x).tolist() == [[91.0]]


def test_beside_puts_outputs_one_after_the_other():
    x = torch.tensor([[1.0, 2.0]])
    assert Beside(summing(), nn.Identity())(x).tolist() == [[3.0, 1.0, 2.0]]


def test_choice_takes_the_network_that_the_condition_names():
    class Given(nn.Module):
        def forward(self, x):
            return torch.stack([x[..., 0], 1 - x[..., 0]], -1)

    class Constant(nn.Module):
        def __init__(self, value):
            super().__init__()
            self.value = value

        def forward(self, x):
            return torch.full_like(x[..., :1], self.value)

    choice = Choice(Given(), Constant(5.0), Constant(7.0))
    assert choice(torch.tensor([[1.0], [0.0]])).tolist() == [[5.0], [7.0]]


def network(seed):
    generator = torch.Generator().manual_seed(seed)
    choice = Choice(
        NSR(2, 1, generator=generator),
        NAU(2, 1, generator=generator),
        nn.Sequential(Beside(nn.Identity(), NAU(2, 1, generator=generator)), NAU(3, 1)),
    )
    return Recurrent(choice, "first")


def test_a_stack_of_networks_gives_the_numbers_of_a_loop():
    networks = [network(seed) for seed in range(3)]
    together = stack_networks(networks)
    x = torch.randn(3, 6, 4, 1, generator=torch.Generator().manual_seed(5))
    for place, alone in enumerate(networks):
        torch.testing.assert_close(together(x)[place], alone(x[place]))
        torch.testing.assert_close(together(x[0])[place], alone(x[0]))


def test_a_member_of_a_stack_is_the_network_again():
    networks = [network(seed) for seed in range(3)]
    alone = network_member(stack_networks(networks), 2)
    for name, parameter in networks[2].named_parameters():
        assert torch.equal(alone.get_parameter(name), parameter)


def test_a_single_module_is_a_network_too():
    together = stack_networks([summing(), summing()])
    assert together.raw_weight.shape == (2, 1, 2)
    assert network_member(together, 0).raw_weight.shape == (1, 2)


def test_other_parameters_cannot_be_stacked():
    with pytest.raises(ValueError, match=r"'0\.weight' is not one of an arithmetic module"):
        stack_networks([nn.Sequential(nn.Linear(2, 2), NAU(2, 1))])
    with pytest.raises(ValueError, match="at least one network"):
        stack_networks([])
