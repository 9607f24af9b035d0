"""What every module promises; a new module inherits all of it by being in `MODULES`."""

import math
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
import sympy
import torch
from torch import nn

import nalmx.models
from nalmx.errors import SettingError
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.symbolic import from_sympy
from nalmx.models import (
    MODULES,
    PUBLISHED_ITERATIONS,
    ArithmeticModule,
    arithmetic_module_name,
    member,
    stack,
)
from nalmx.train.one_thread import one_thread

pytestmark = pytest.mark.parametrize("kind", MODULES.values(), ids=list(MODULES))


def new(kind, inputs=3, outputs=2, seed=0, **options) -> ArithmeticModule:
    generator = torch.Generator().manual_seed(seed)
    return kind(inputs, outputs, generator=generator, **options)


def matrix(values, rows):
    """A list of values as `rows` rows of exact rationals."""
    width = len(values) // rows
    exact = [sympy.Rational(Fraction(v).numerator, Fraction(v).denominator) for v in values]
    return [exact[row * width : (row + 1) * width] for row in range(rows)]


def shapes(kind, fan_in, outputs):
    """Rows and columns of every effective weight."""
    return {n: tuple(w.shape) for n, w in new(kind, fan_in, outputs).weights().items()}


def discrete(kind):
    return {**kind.grids, **kind.gates}


def assert_equation_holds(kind, weights, sizes, inputs):
    """`equation` in float64 equals `symbolic` in exact arithmetic at one point."""
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(len(inputs))]
    exact = kind.symbolic(symbols, **{n: matrix(w, sizes[n][0]) for n, w in weights.items()})
    with precision(200):
        point = {symbol.name: ball(v) for symbol, v in zip(symbols, inputs, strict=True)}
        expected = [float(enclose(from_sympy(e), point).mid()) for e in exact]
    tensors = {
        name: torch.tensor([float(v) for v in w], dtype=torch.float64).view(sizes[name])
        for name, w in weights.items()
    }
    x = torch.tensor([float(v) for v in inputs], dtype=torch.float64)
    found = kind.equation(x, **tensors).tolist()
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("fan_in", [1, 2, 3])
def test_equation_equals_symbolic_on_the_points_of_the_grids(kind, fan_in):
    """Every point where there are few, evenly spread ones where there are many."""
    inputs = [Fraction(-3, 2), Fraction(5, 4), Fraction(7)][:fan_in]
    sizes = shapes(kind, fan_in, 1)
    names = list(sizes)
    choices = []
    for name in names:
        points = discrete(kind)[name].points if name in discrete(kind) else (Fraction(-1, 3), 2)
        choices.append(list(product(points, repeat=math.prod(sizes[name]))))
    total = math.prod(map(len, choices))
    assert total > 0
    for number in range(0, total, max(1, total // 150)):
        weights = {}
        for name, options in zip(names, choices, strict=True):
            number, place = divmod(number, len(options))
            weights[name] = options[place]
        assert_equation_holds(kind, weights, sizes, inputs)


@pytest.mark.parametrize("seed", range(10))
def test_equation_equals_symbolic_on_random_exact_weights(kind, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(low, high, count):
        raw = torch.randint(0, 2**20, (count,), generator=generator).tolist()
        return [Fraction(low) + Fraction(high - low) * Fraction(r, 2**20) for r in raw]

    def hull(name):
        grid = discrete(kind).get(name)
        return (grid.points[0], grid.points[-1]) if grid else (-2, 2)

    sizes = shapes(kind, 3, 2)
    weights = {n: draw(*hull(n), math.prod(size)) for n, size in sizes.items()}
    assert_equation_holds(kind, weights, sizes, draw(-4, 4, 3))


@pytest.mark.parametrize("seed", range(5))
def test_symbolic_weights_are_the_weights_and_have_their_gradient(kind, seed):
    module = new(kind, 1, 1, seed=seed, dtype=torch.float64)
    symbols = {name: sympy.Symbol(name, real=True) for name in kind.raw_names}
    try:
        exact = kind.symbolic_weights(**symbols)
    except NotImplementedError:
        pytest.skip("the weights depend on raw parameters of other places")
    raw = {name: module.get_parameter(name) for name in kind.raw_names}
    point = {symbols[name]: value.item() for name, value in raw.items()}
    assert set(module.weights()) == set(exact)
    for name, weight in module.weights().items():
        assert weight.item() == pytest.approx(float(exact[name].doit().subs(point)), rel=1e-13)
        slopes = torch.autograd.grad(weight.sum(), list(raw.values()), allow_unused=True)
        for raw_name, slope in zip(raw, slopes, strict=True):
            expected = exact[name].diff(symbols[raw_name]).doit().subs(point)
            found = 0.0 if slope is None else slope.item()
            assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-15)


def test_gradients_are_right_in_float64(kind):
    module = new(kind, dtype=torch.float64)
    x = torch.linspace(-2, 2, 12, dtype=torch.float64).view(4, 3).requires_grad_()

    def output(x, *raw):
        return torch.func.functional_call(module, dict(zip(kind.raw_names, raw, strict=True)), x)

    raw = [p.detach().clone().requires_grad_() for p in module.parameters()]
    assert torch.autograd.gradcheck(output, (x, *raw))


def test_gradients_are_right_at_inputs_of_zero(kind):
    """In the parameters; in x, where the equation has a kink there, they are at least finite."""
    module = new(kind, dtype=torch.float64)
    x = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)

    def output(*raw):
        return torch.func.functional_call(module, dict(zip(kind.raw_names, raw, strict=True)), x)

    raw = [p.detach().clone().requires_grad_() for p in module.parameters()]
    assert torch.autograd.gradcheck(output, raw)
    (slope,) = torch.autograd.grad(module(x).sum(), x)
    assert slope.isfinite().all()


def test_snapping_is_idempotent_and_lands_on_the_grid(kind):
    weights = new(kind, 40, 5).weights()
    for name, grid in discrete(kind).items():
        weight = weights[name]
        snapped = grid.nearest(weight)
        assert torch.equal(grid.nearest(snapped), snapped)
        assert set(snapped.flatten().tolist()) <= set(map(float, grid.points))


def test_snapping_tensors_and_exact_numbers_agree(kind):
    for grid in discrete(kind).values():
        values = torch.linspace(grid.points[0] - 0.75, grid.points[-1] + 0.75, 301).double()
        exact = [float(grid.nearest_exact(Fraction(v))) for v in values.tolist()]
        assert grid.nearest(values).tolist() == exact


def test_a_stack_gives_the_numbers_of_a_loop(kind):
    modules = [new(kind, seed=seed) for seed in range(5)]
    x = torch.randn(5, 7, 3, generator=torch.Generator().manual_seed(1))
    together = stack(modules)(x)
    assert together.shape == (5, 7, 2 * kind.outputs_per_feature)
    for place, module in enumerate(modules):
        torch.testing.assert_close(together[place], module(x[place]))


def test_a_stack_shares_one_batch(kind):
    modules = [new(kind, seed=seed) for seed in range(3)]
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(1))
    together = stack(modules)(x)
    for place, module in enumerate(modules):
        torch.testing.assert_close(together[place], module(x))


def test_a_member_of_a_stack_has_its_own_parameters(kind):
    modules = [new(kind, seed=seed) for seed in range(3)]
    alone = member(stack(modules), 1)
    for name in kind.raw_names:
        assert torch.equal(alone.get_parameter(name), modules[1].get_parameter(name))


@pytest.mark.parametrize("adjacent", ["inputs", "batch"])
@pytest.mark.parametrize("inputs", [2, 3, 10])
def test_outputs_and_gradients_do_not_depend_on_the_size_of_a_stack(kind, inputs, adjacent):
    """Bit for bit, whichever values of x are adjacent in memory; in training it is the batch."""
    random = torch.Generator().manual_seed(2)
    modules = [new(kind, inputs, 1, seed=seed) for seed in range(64)]
    values = 2 * torch.rand(64, inputs, 128, generator=random) - 1

    def evaluate(places):
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


def test_state_dict_round_trip(kind):
    module, other = new(kind, seed=0), new(kind, seed=1)
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))
    assert not torch.equal(module(x), other(x))
    other.load_state_dict(module.state_dict())
    assert torch.equal(module(x), other(x))


def test_export_gives_the_same_numbers(kind):
    module = new(kind)
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(4))
    exported = torch.export.export(module, (x,)).module()
    torch.testing.assert_close(exported(x), module(x))


def test_it_compiles_as_one_graph(kind):
    module = new(kind)
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(4))
    torch._dynamo.reset()  # One graph for each kind of module: together they exceed its cache.
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), module(x))


@pytest.mark.parametrize("shape", [(), (5,), (2, 4)])
def test_shapes_are_those_of_linear(kind, shape):
    x = torch.zeros(*shape, 3)
    assert new(kind)(x).shape == nn.Linear(3, 2 * kind.outputs_per_feature)(x).shape


def test_the_apply_of_torch_still_visits_submodules(kind):
    visited = []
    network = nn.Sequential(new(kind), nn.ReLU())
    network.apply(lambda module: visited.append(type(module)))
    assert visited == [kind, nn.ReLU, nn.Sequential]
    network[0].apply(fn=lambda module: visited.append("again"))
    assert visited[-1] == "again"


def test_it_trains_inside_an_ordinary_network(kind):
    network = nn.Sequential(nn.Linear(4, 3), new(kind), nn.Linear(2 * kind.outputs_per_feature, 1))
    network(torch.ones(5, 4)).sum().backward()
    gradients = [p.grad for p in network.parameters()]
    assert len(gradients) > 4
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


def test_a_constrained_module_keeps_its_function(kind):
    module = new(kind)
    for parameter in module.parameters():
        parameter.data.mul_(3)
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(5))
    before = module(x)
    module.constrain_()
    assert torch.equal(module(x), before)
    for name, (lower, upper) in kind.raw_bounds.items():
        values = module.get_parameter(name)
        assert values.min() >= lower
        assert values.max() <= upper


def test_the_sparsity_error_is_the_mean_over_matrices_of_the_largest_distance(kind):
    module = new(kind, 4, 3, dtype=torch.float64)
    weights = module.weights()
    largest = [
        max(min(abs(w - p) for p in grid.points) for w in weights[name].flatten().tolist())
        for name, grid in kind.grids.items()
    ]
    assert module.sparsity_error().item() == pytest.approx(sum(largest) / len(largest))


def penalties(kind):
    """The penalties of a module's operations; a test of them is skipped where there are none."""
    each = [kind.training_for(operation).penalty for operation in kind.operations]
    found = [penalty for penalty in each if penalty is not None]
    return found or pytest.skip("it has no penalty")


def test_the_slope_of_its_penalty_is_the_same_in_torch_and_in_symbols(kind):
    for penalty in penalties(kind):
        grid = None if penalty.raw else next(iter(kind.grids.values()))
        symbol = sympy.Symbol("w", real=True)
        exact = penalty.symbolic_slope(symbol, grid).doit()
        for value in (-25.0, -0.8, -0.3, 0.0, 0.2, 0.7, 1.0, 30.0):
            found = penalty.slope(torch.tensor([value], dtype=torch.float64), grid).item()
            assert found == float(exact.subs(symbol, sympy.Rational(Fraction(value)))), value


def test_the_same_seed_gives_the_same_initialisation(kind):
    first, second, other = (new(kind, seed=seed) for seed in (7, 7, 8))
    for name in kind.raw_names:
        assert torch.equal(first.get_parameter(name), second.get_parameter(name))
    pairs = zip(first.parameters(), other.parameters(), strict=True)
    assert not all(torch.equal(one, another) for one, another in pairs)


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 2), (2.0, 1), (True, 1)])
def test_sizes_must_be_positive_integers(kind, sizes):
    with pytest.raises(SettingError, match="must be a positive integer"):
        kind(*sizes)


def test_it_is_exported_under_its_own_file(kind):
    assert kind.__name__ in nalmx.models.__all__
    stem = Path(__import__(kind.__module__, fromlist=["_"]).__file__).stem
    assert stem.replace("_", "") in kind.__name__.lower()


def test_every_module_file_is_registered(kind):
    files = {p.stem for p in Path(nalmx.models.__file__).parent.glob("[!_]*.py")}
    registered = {cls.__module__.rpartition(".")[2] for cls in MODULES.values()}
    assert files == registered


def test_its_schedule_ends_within_the_published_training(kind):
    for schedule in [penalty.schedule for penalty in penalties(kind)]:
        begins = schedule.begins()
        assert begins == 0 or schedule.at(begins - 1) == 0
        assert schedule.at(begins) > 0
        assert schedule.at(PUBLISHED_ITERATIONS) >= schedule.at(begins)


def test_modules_without_an_arithmetic_operation_are_known_as_logic(kind):
    if kind.operations:
        assert arithmetic_module_name(kind.name) == kind.name
    else:
        with pytest.raises(SettingError, match="learns logic, not arithmetic"):
            arithmetic_module_name(kind.name)
