"""What a module promises of its mathematics: two equations, weights, grids and penalties that agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, ClassVar

import pytest
import sympy
import torch
from torch import Tensor

from ...expression.ball import ball, enclose, precision
from ...expression.symbolic import from_sympy
from ...models import PUBLISHED_ITERATIONS, ArithmeticModule, Grid, Penalty
from .modules import new


class Equations:
    kind: ClassVar[type[ArithmeticModule]]

    @pytest.mark.parametrize("fan_in", [1, 2, 3])
    def test_equation_equals_symbolic_on_the_points_of_the_grids(self, fan_in: int) -> None:
        """Every point where there are few, evenly spread ones where there are many."""
        inputs = [Fraction(-3, 2), Fraction(5, 4), Fraction(7)][:fan_in]
        sizes = shapes(self.kind, fan_in, 1)
        names = list(sizes)
        choices = []
        for name in names:
            points = (
                discrete(self.kind)[name].points
                if name in discrete(self.kind)
                else (Fraction(-1, 3), 2)
            )
            choices.append(list(product(points, repeat=math.prod(sizes[name]))))
        total = math.prod(map(len, choices))
        assert total > 0
        for number in range(0, total, max(1, total // 50)):
            weights = {}
            for name, options in zip(names, choices, strict=True):
                number, place = divmod(number, len(options))
                weights[name] = options[place]
            assert_equation_holds(self.kind, weights, sizes, inputs)

    @pytest.mark.parametrize("seed", range(5))
    def test_equation_equals_symbolic_on_random_exact_weights(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)

        def draw(low: Any, high: Any, count: int) -> list[Fraction]:
            raw = torch.randint(0, 2**20, (count,), generator=generator).tolist()
            return [Fraction(low) + Fraction(high - low) * Fraction(r, 2**20) for r in raw]

        def hull(name: str) -> tuple[Any, Any]:
            grid = discrete(self.kind).get(name)
            return (grid.points[0], grid.points[-1]) if grid else (-2, 2)

        sizes = shapes(self.kind, 3, 2)
        weights = {n: draw(*hull(n), math.prod(size)) for n, size in sizes.items()}
        assert_equation_holds(self.kind, weights, sizes, draw(-4, 4, 3))

    @pytest.mark.parametrize("seed", range(5))
    def test_symbolic_weights_are_the_weights_and_have_their_gradient(self, seed: int) -> None:
        module = new(self.kind, 1, 1, seed=seed, dtype=torch.float64)
        symbols = {name: sympy.Symbol(name, real=True) for name in self.kind.raw_names}
        try:
            exact = self.kind.symbolic_weights(**symbols)
        except NotImplementedError:
            pytest.skip("the weights depend on raw parameters of other places")
        raw = {name: module.get_parameter(name) for name in self.kind.raw_names}
        point = {symbols[name]: value.item() for name, value in raw.items()}
        assert set(module.weights()) == set(exact)
        for name, weight in module.weights().items():
            assert weight.item() == pytest.approx(float(exact[name].doit().subs(point)), rel=1e-13)
            slopes = torch.autograd.grad(weight.sum(), list(raw.values()), allow_unused=True)
            for raw_name, slope in zip(raw, slopes, strict=True):
                expected = exact[name].diff(symbols[raw_name]).doit().subs(point)
                found = 0.0 if slope is None else slope.item()
                assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-15)

    def test_gradients_are_right_in_float64(self) -> None:
        module = new(self.kind, dtype=torch.float64)
        x = torch.linspace(-2, 2, 12, dtype=torch.float64).view(4, 3).requires_grad_()

        def output(x: Tensor, *raw: Tensor) -> Tensor:
            named = dict(zip(self.kind.raw_names, raw, strict=True))
            y: Tensor = torch.func.functional_call(module, named, x)
            return y

        raw = [p.detach().clone().requires_grad_() for p in module.parameters()]
        assert torch.autograd.gradcheck(output, (x, *raw))

    def test_gradients_are_right_at_inputs_of_zero(self) -> None:
        """In the parameters; in x, where the equation has a kink there, they are at least finite."""
        module = new(self.kind, dtype=torch.float64)
        x = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)

        def output(*raw: Tensor) -> Tensor:
            named = dict(zip(self.kind.raw_names, raw, strict=True))
            y: Tensor = torch.func.functional_call(module, named, x)
            return y

        raw = [p.detach().clone().requires_grad_() for p in module.parameters()]
        assert torch.autograd.gradcheck(output, raw)
        (slope,) = torch.autograd.grad(module(x).sum(), x)
        assert slope.isfinite().all()

    def test_snapping_is_idempotent_and_lands_on_the_grid(self) -> None:
        weights = new(self.kind, 40, 5).weights()
        for name, grid in discrete(self.kind).items():
            weight = weights[name]
            snapped = grid.nearest(weight)
            assert torch.equal(grid.nearest(snapped), snapped)
            assert set(snapped.flatten().tolist()) <= set(map(float, grid.points))

    def test_snapping_tensors_and_exact_numbers_agree(self) -> None:
        for grid in discrete(self.kind).values():
            values = torch.linspace(grid.points[0] - 0.75, grid.points[-1] + 0.75, 301).double()
            exact = [float(grid.nearest_exact(Fraction(v))) for v in values.tolist()]
            assert grid.nearest(values).tolist() == exact

    def test_the_sparsity_error_is_the_mean_over_matrices_of_the_largest_distance(self) -> None:
        module = new(self.kind, 4, 3, dtype=torch.float64)
        weights = module.weights()
        largest = [
            max(min(abs(w - p) for p in grid.points) for w in weights[name].flatten().tolist())
            for name, grid in self.kind.grids.items()
        ]
        assert module.sparsity_error().item() == pytest.approx(sum(largest) / len(largest))

    def test_the_slope_of_its_penalty_is_the_same_in_torch_and_in_symbols(self) -> None:
        for penalty in penalties(self.kind):
            grid = None if penalty.raw else next(iter(self.kind.grids.values()))
            symbol = sympy.Symbol("w", real=True)
            exact = penalty.symbolic_slope(symbol, grid).doit()
            for value in (-25.0, -0.8, -0.3, 0.0, 0.2, 0.7, 1.0, 30.0):
                found = penalty.slope(torch.tensor([value], dtype=torch.float64), grid).item()
                assert found == float(exact.subs(symbol, sympy.Rational(Fraction(value)))), value

    def test_its_schedule_ends_within_the_published_training(self) -> None:
        for schedule in [penalty.schedule for penalty in penalties(self.kind)]:
            begins = schedule.begins()
            assert begins == 0 or schedule.at(begins - 1) == 0
            assert schedule.at(begins) > 0
            assert schedule.at(PUBLISHED_ITERATIONS) >= schedule.at(begins)


def matrix(values: Sequence[Any], rows: int) -> list[list[sympy.Expr]]:
    """A list of values as `rows` rows of exact rationals."""
    width = len(values) // rows
    exact = [sympy.Rational(Fraction(v).numerator, Fraction(v).denominator) for v in values]
    return [exact[row * width : (row + 1) * width] for row in range(rows)]


def shapes(kind: type[ArithmeticModule], fan_in: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Rows and columns of every effective weight."""
    return {n: tuple(w.shape) for n, w in new(kind, fan_in, outputs).weights().items()}


def discrete(kind: type[ArithmeticModule]) -> dict[str, Grid]:
    """The weights that are discrete once the module has converged."""
    return {**kind.grids, **kind.gates}


def assert_equation_holds(
    kind: type[ArithmeticModule],
    weights: Mapping[str, Sequence[Any]],
    sizes: Mapping[str, tuple[int, ...]],
    inputs: Sequence[Any],
) -> None:
    """`equation` in float64 equals `symbolic` in exact arithmetic at one point."""
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(len(inputs))]
    exact = kind.symbolic(symbols, **{n: matrix(w, sizes[n][0]) for n, w in weights.items()})
    with precision(200):
        point = {symbol.name: ball(v) for symbol, v in zip(symbols, inputs, strict=True)}
        balls: list[Any] = [enclose(from_sympy(e), point) for e in exact]
        expected = [float(value.mid()) for value in balls]
    tensors = {
        name: torch.tensor([float(v) for v in w], dtype=torch.float64).view(sizes[name])
        for name, w in weights.items()
    }
    x = torch.tensor([float(v) for v in inputs], dtype=torch.float64)
    found = kind.equation(x, **tensors).tolist()
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def penalties(kind: type[ArithmeticModule]) -> list[Penalty]:
    """The penalties of a module's operations; a test of them is skipped where there are none."""
    each = [kind.training_for(operation).penalty for operation in kind.operations]
    found = [penalty for penalty in each if penalty is not None]
    return found or pytest.skip("it has no penalty")
