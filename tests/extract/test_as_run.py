"""Networks as the operations that PyTorch performs: what they mean, and that they are what runs."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from helpers_float_programs import replay
from helpers_pytest import thinned
from torch import nn
from torch.nn import functional as F

from nalmx.errors import ExtractionError
from nalmx.expression import to_text
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.float_program import FLOAT32, FLOAT64
from nalmx.extract import as_trained, network_as_trained
from nalmx.extract.as_run import as_run
from nalmx.models import MODULES, NAU, NMU, NSR, Beside, Choice, RealNPU, Recurrent

EACH_MODULE = pytest.mark.parametrize("kind", MODULES.values(), ids=list(MODULES))
# Modules with matrix products, whose order and fused operations are not ours to know.
WITH_PRODUCTS = {"nac+", "nac*", "nalu", "g-nalu", "inalu", "nau", "npu", "realnpu"}


def new(kind, inputs, outputs=1, seed=0, dtype=torch.float32):
    module = kind(inputs, outputs, generator=torch.Generator().manual_seed(seed))
    for parameter in module.parameters():
        # Away from the values at which terms drop out.
        parameter.data += 0.1 * torch.rand(parameter.shape, generator=torch.manual_seed(seed))
    return module.to(dtype)


def assert_same_function(programs, formula, points=8):
    """Both are the same to 40 digits at rational points."""
    assert programs[0].inputs == formula.inputs
    draw = np.random.default_rng(0)
    for _ in range(points):
        point = {n: Fraction(int(draw.integers(-3000, 3000)), 1001) for n in formula.inputs}
        with precision(300):
            balls = {name: ball(value) for name, value in point.items()}
            for program, output in zip(programs, formula.outputs, strict=True):
                difference = enclose(program.expression, balls) - enclose(output, balls)
                assert difference.contains(0)
                assert difference.abs_upper() < 1e-40


@EACH_MODULE
@pytest.mark.parametrize("inputs", thinned([3, 1]))
def test_without_rounding_a_program_is_the_network_as_trained(kind, inputs):
    for seed in range(3):
        module = new(kind, inputs, 2, seed)
        assert_same_function(as_run(module), as_trained(module))


def test_networks_of_several_layers_have_programs():
    torch.manual_seed(0)
    networks = [
        nn.Sequential(new(NAU, 3, 2), nn.Linear(2, 2), new(NMU, 2)),
        Beside(new(NAU, 2), nn.Identity(), nn.Linear(2, 2, bias=False)),
        nn.Sequential(new(NMU, 2, 2), new(RealNPU, 2)),
        Choice(new(NSR, 2), new(NAU, 2), new(NMU, 2)),
    ]
    for network in networks:
        assert_same_function(as_run(network), network_as_trained(network))
    total = Recurrent(nn.Sequential(nn.Linear(3, 2), new(NMU, 2)), initial=[0.5])
    assert_same_function(as_run(total, length=3), network_as_trained(total, length=3))
    first = Recurrent(new(NAU, 2), initial="first")
    assert_same_function(as_run(first, length=2), network_as_trained(first, length=2))


def by_torch(name):
    return lambda x: getattr(torch, name)(torch.from_numpy(np.ascontiguousarray(x))).numpy()


# Where the order of sums is determined: at most two terms, and one in a matrix product.
DETERMINED = [
    pytest.param(kind, size, id=f"{name}-{size}")
    for name, kind in MODULES.items()
    for size in (1, 2, 5)
    if size <= (1 if name in WITH_PRODUCTS else 5 if kind is NMU else 2)
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("kind", "size"), DETERMINED)
def test_the_program_gives_what_pytorch_gives_bit_for_bit(kind, dtype, size):
    module = new(kind, size, 2, dtype=dtype)
    x = torch.rand(1024, size, generator=torch.manual_seed(1), dtype=dtype) * 6 - 3
    with torch.no_grad():
        expected = module(x).numpy()
    programs = as_run(module)
    assert programs[0].precision == (FLOAT32 if dtype == torch.float32 else FLOAT64)
    point = {f"x{i + 1}": x[:, i].numpy() for i in range(size)}
    functions = {name: by_torch(name) for name in ("exp", "log", "sin", "cos", "tanh")}
    for place, program in enumerate(programs):
        found = replay(program, point, functions)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected[:, place])


class Written(nn.Module):
    """A network of one operation on two inputs."""

    def __init__(self, function):
        super().__init__()
        self.layer = nn.Linear(2, 2, bias=False)
        self.layer.weight.data = torch.eye(2)
        self.function = function

    def forward(self, x):
        return self.function(self.layer(x))


OPERATIONS = {
    "sub": lambda x: x[..., :1] - 2.5 * x[..., 1:],
    "rsub": lambda x: 1 - x,
    "div": lambda x: x[..., :1] / x[..., 1:],
    "inverse": lambda x: 1 / x,
    "square": lambda x: x**2 + x.square(),
    "cube": lambda x: x**3,
    "root": lambda x: x**0.5 + x.sqrt(),
    "powers": lambda x: x**-1 + x**-2 + x**-0.5,
    "other power": lambda x: x**1.7,
    "power of both": lambda x: x[..., :1] ** x[..., 1:],
    "clamp": lambda x: x.clamp(0.5, 1.5) + x.clamp(max=1.2) + x.clamp_min(0.7),
    "clamp by tensors": lambda x: torch.minimum(x, 2 - x) + torch.maximum(x, 2 * x),
    "relu and sigmoid": lambda x: torch.relu(x - 1) + torch.sigmoid(x),
    "where": lambda x: torch.where((x > 1) & ~(x >= 1.5), x, -x),
    "steps": lambda x: x.sign() + x.floor() + (x != 1).to(x.dtype),
    "in place": lambda x: (x * 2).mul_(3).relu_(),
    "waves": lambda x: x.sin() + x.cos() + x.tan() + x.tanh(),
    "functions": lambda x: x.atan() + x.sinh() + x.cosh() + x.log2() + x.log10() + x.ceil(),
    "inverse waves": lambda x: (x / 4).asin() - (x / 4).acos(),
    "reductions": lambda x: x.sum(-1, keepdim=True) + x.mean(-1, True) * x.prod(-1, True),
    "extremes": lambda x: x.amax(-1, keepdim=True) - x.amin(-1, keepdim=True),
    "whole sum": lambda x: x.sum().reshape(1, 1),
    "shapes": lambda x: torch.stack([x, x.flip(-1)], -2).flatten(-2)[..., 1:3],
    "matrices": lambda x: torch.bmm(x.unsqueeze(-1), x.unsqueeze(-2)).flatten(-2),
}


def test_a_network_that_computes_a_literal_step_by_step_has_no_program():
    one, five = torch.tensor([1.0]), torch.tensor([5.0])
    network = Written(lambda x: (x + one + five) * ((one + five.sqrt()) / 2).log())
    with pytest.raises(ExtractionError, match="golden ratio"):
        as_run(network)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_mean_what_they_compute(name):
    network = Written(OPERATIONS[name]).double()
    programs = as_run(network)
    for values in ([0.75, 1.25], [1.75, 0.5], [1.125, 1.0625]):
        with torch.no_grad():
            found = network(torch.tensor([values], dtype=torch.float64)).flatten().tolist()
        with precision(100):
            point = {f"x{i + 1}": ball(Fraction(v)) for i, v in enumerate(values)}
            expected = [float(enclose(p.expression, point).mid()) for p in programs]
        assert found == pytest.approx(expected, rel=1e-13)


def test_numbers_in_the_source_are_the_decimals_and_constants_they_spell():
    (program, _) = as_run(Written(lambda x: math.pi * x + 0.1))
    assert to_text(program.expression) == "(x1*1 + x2*0)*pi + 0.1"


def test_powers_are_taken_as_pytorch_takes_them():
    """Small whole exponents by multiplication, others and those in tensors by the library."""
    by_library = torch.tensor([2.0, 3.0])
    for function, places in (
        (lambda x: x**2, 0),
        (lambda x: x**3, 0),
        (lambda x: x**by_library, 1),
    ):
        texts = [to_text(program.expression) for program in as_run(Written(function))]
        assert [text.count("**") for text in texts] == [places, places]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: x.cumsum(-1), "cumsum"),
        (lambda x: x + float(x.detach().numpy().sum()), "numpy"),
        (lambda x: x + sum(x.flatten().tolist()), "tolist"),
        (lambda x: x + torch.rand(2), "random numbers"),
        (lambda x: torch.add(x, x, alpha=2), "add"),
        (lambda x: x.div(2 * x, rounding_mode="floor"), "div"),
        (lambda x: x if x[0, 0].item() > 0 else -x, "local_scalar"),
        (lambda x: x.double().float(), "converts"),
        (lambda x: x + x.view(2).mul_(2), "mul_"),
        (lambda x: F.gelu(x), "gelu"),
        (lambda x: x * math.inf, "not a finite number"),
    ],
)
def test_what_has_no_program_is_refused_by_name(function, name):
    with pytest.raises(ExtractionError, match=name):
        as_run(Written(function))


def test_networks_that_cannot_run_so_are_refused():
    with pytest.raises(ExtractionError, match="float16"):
        as_run(NAU(2, 1).half())
    with pytest.raises(ExtractionError, match="Recurrent"):
        as_run(NAU(2, 1), length=2)
    with pytest.raises(ExtractionError, match="length"):
        as_run(Recurrent(NAU(2, 1), initial=[0.0]))
    lost = NAU(2, 1)
    lost.raw_weight.data.fill_(math.nan)
    with pytest.raises(ExtractionError, match="not all finite"):
        as_run(lost)


def test_tracing_leaves_the_network_as_it_was():
    module = new(NMU, 2)
    before = module.raw_weight.clone()
    as_run(module)
    assert "weights" not in vars(module)
    assert torch.equal(module.raw_weight, before)
    module.raw_weight.data.fill_(1.0)
    assert module(torch.tensor([2.0, 3.0])).item() == 6.0
