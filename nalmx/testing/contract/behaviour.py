"""What a module promises as a part of PyTorch: stacks of seeds, shapes, saving, export, training."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from ...errors import SettingError
from ...models import ArithmeticModule, member, stack
from ...train.one_thread import one_thread
from .modules import new


class Behaviour:
    kind: ClassVar[type[ArithmeticModule]]

    def test_a_stack_gives_the_numbers_of_a_loop(self) -> None:
        modules = [new(self.kind, seed=seed) for seed in range(5)]
        x = torch.randn(5, 7, 3, generator=torch.Generator().manual_seed(1))
        together = stack(modules)(x)
        assert together.shape == (5, 7, 2 * self.kind.outputs_per_feature)
        for place, module in enumerate(modules):
            torch.testing.assert_close(together[place], module(x[place]))

    def test_a_stack_shares_one_batch(self) -> None:
        modules = [new(self.kind, seed=seed) for seed in range(3)]
        x = torch.randn(7, 3, generator=torch.Generator().manual_seed(1))
        together = stack(modules)(x)
        for place, module in enumerate(modules):
            torch.testing.assert_close(together[place], module(x))

    def test_a_member_of_a_stack_has_its_own_parameters(self) -> None:
        modules = [new(self.kind, seed=seed) for seed in range(3)]
        alone = member(stack(modules), 1)
        for name in self.kind.raw_names:
            assert torch.equal(alone.get_parameter(name), modules[1].get_parameter(name))

    @pytest.mark.parametrize("adjacent", ["inputs", "batch"])
    @pytest.mark.parametrize("inputs", [2, 3, 10])
    def test_outputs_and_gradients_do_not_depend_on_the_size_of_a_stack(
        self, inputs: int, adjacent: str
    ) -> None:
        """Bit for bit, whichever values of x are adjacent in memory; in training it is the batch."""
        random = torch.Generator().manual_seed(2)
        modules = [new(self.kind, inputs, 1, seed=seed) for seed in range(64)]
        values = 2 * torch.rand(64, inputs, 128, generator=random) - 1

        def evaluate(places: list[int]) -> list[Tensor]:
            x = values[places].mT
            module = stack([modules[place] for place in places])
            y = module(x if adjacent == "batch" else x.contiguous())
            return [y.detach(), *torch.autograd.grad(y.square().sum(), list(module.parameters()))]

        with one_thread():
            for size in (2, 7, 25, 64):
                places = torch.randperm(64, generator=random)[:size].tolist()
                place = int(torch.randint(size, (), generator=random))
                for whole, part in zip(evaluate(places), evaluate([places[place]]), strict=True):
                    assert torch.equal(whole[place], part[0])

    def test_state_dict_round_trip(self) -> None:
        module, other = new(self.kind, seed=0), new(self.kind, seed=1)
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))
        assert not torch.equal(module(x), other(x))
        other.load_state_dict(module.state_dict())
        assert torch.equal(module(x), other(x))

    def test_export_gives_the_same_numbers(self) -> None:
        module = new(self.kind)
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(4))
        exported = torch.export.export(module, (x,)).module()
        torch.testing.assert_close(exported(x), module(x))

    def test_it_compiles_as_one_graph(self) -> None:
        module = new(self.kind)
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(4))
        torch._dynamo.reset()  # One graph for each self.kind of module: together they exceed its cache.
        compiled = torch.compile(module, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(x), module(x))

    @pytest.mark.parametrize("shape", [(), (5,), (2, 4)])
    def test_shapes_are_those_of_linear(self, shape: tuple[int, ...]) -> None:
        x = torch.zeros(*shape, 3)
        assert new(self.kind)(x).shape == nn.Linear(3, 2 * self.kind.outputs_per_feature)(x).shape

    def test_the_apply_of_torch_still_visits_submodules(self) -> None:
        visited: list[Any] = []
        network = nn.Sequential(new(self.kind), nn.ReLU())
        network.apply(lambda module: visited.append(type(module)))
        assert visited == [self.kind, nn.ReLU, nn.Sequential]
        network[0].apply(fn=lambda module: visited.append("again"))
        assert visited[-1] == "again"

    def test_it_trains_inside_an_ordinary_network(self) -> None:
        last = nn.Linear(2 * self.kind.outputs_per_feature, 1)
        network = nn.Sequential(nn.Linear(4, 3), new(self.kind), last)
        network(torch.ones(5, 4)).sum().backward()
        gradients = [p.grad for p in network.parameters()]
        assert len(gradients) > 4
        assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)

    def test_a_constrained_module_keeps_its_function(self) -> None:
        module = new(self.kind)
        for parameter in module.parameters():
            parameter.data.mul_(3)
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(5))
        before = module(x)
        module.constrain_()
        assert torch.equal(module(x), before)
        for name, (lower, upper) in self.kind.raw_bounds.items():
            values = module.get_parameter(name)
            assert values.min() >= lower
            assert values.max() <= upper

    def test_the_same_seed_gives_the_same_initialisation(self) -> None:
        first, second, other = (new(self.kind, seed=seed) for seed in (7, 7, 8))
        for name in self.kind.raw_names:
            assert torch.equal(first.get_parameter(name), second.get_parameter(name))
        pairs = zip(first.parameters(), other.parameters(), strict=True)
        assert not all(torch.equal(one, another) for one, another in pairs)

    @pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 2), (2.0, 1), (True, 1)])
    def test_sizes_must_be_positive_integers(self, sizes: tuple[Any, Any]) -> None:
        with pytest.raises(SettingError, match="must be a positive integer"):
            self.kind(*sizes)
