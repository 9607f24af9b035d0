"""Layers of `torch.nn` and modules with a forward of their own: formulas against PyTorch itself."""

from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from helpers_pytest import thinned
from torch import nn

from nalmx import NAU
from nalmx.errors import ExtractionError
from nalmx.expression import parse
from nalmx.expression.ball import ball, enclose, precision
from nalmx.extract import extract_network, network_as_trained
from nalmx.extract.as_run import as_run
from nalmx.models import Beside
from nalmx.ranges import Interval
from nalmx.testing import assert_equivalent
from nalmx.verify import Claim, Effort, check
from nalmx.verify.rounding.float_values import as_fraction
from nalmx.verify.rounding.running_error import NoBound, rounding_bound

ELEMENTWISE = [
    nn.ReLU(),
    nn.LeakyReLU(),
    nn.LeakyReLU(1.5),
    nn.LeakyReLU(-0.5),
    nn.ELU(),
    nn.ELU(0.7),
    nn.CELU(2.0),
    nn.SELU(),
    nn.Tanh(),
    nn.Sigmoid(),
    nn.LogSigmoid(),
    nn.Softsign(),
    nn.Softplus(),
    nn.Softplus(2.0, 3.0),
    nn.SiLU(),
    nn.Mish(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Hardtanh(),
    nn.Hardtanh(-0.25, 2.5),
    nn.ReLU6(),
    nn.Tanhshrink(),
    nn.Identity(),
    nn.Dropout(0.5),
    nn.Dropout(0.0),
    nn.PReLU(),
]


def normalising() -> nn.BatchNorm1d:
    layer = nn.BatchNorm1d(3, eps=1e-3)
    layer.running_mean = torch.tensor([0.5, -1.0, 0.0])
    layer.running_var = torch.tensor([2.0, 0.25, 1.0])
    layer.weight.data = torch.tensor([1.5, -1.0, 0.75])
    layer.bias.data = torch.tensor([0.0, 2.0, -0.125])
    return layer


def linear(inputs: int, outputs: int, seed: int = 0) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(inputs, outputs)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(linear(3, 3), nn.SiLU(inplace=True), linear(3, 3, 1))
        self.norm = normalising()

    def forward(self, x):
        return x + F.silu(self.norm(self.inner(x)))


class Curved(nn.Module):
    def forward(self, x):
        return x * F.gelu(x) - F.gelu(x, approximate="tanh")


class Passed(nn.Sequential):
    """A Sequential that is not what its type says."""

    def forward(self, x):
        return x + super().forward(x)


class Shared(nn.Module):
    """Functions of torch, a buffer, and a layer that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear(3, 3)
        self.register_buffer("scale", torch.tensor([0.5, 2.0, -1.0]))

    def forward(self, x):
        x = F.leaky_relu(self.layer(x) * self.scale, 0.1)
        return F.softmax(torch.tanh(self.layer(x)) + F.elu(x) - F.hardswish(x), dim=-1)


LAYERS = [
    *ELEMENTWISE,
    linear(3, 2),
    nn.Linear(3, 1, bias=False),
    normalising(),
    nn.BatchNorm1d(3, affine=False),
    nn.Softmax(-1),
    nn.LogSoftmax(1),
    nn.Sequential(nn.Flatten(), linear(3, 4), nn.Sequential(nn.ReLU(inplace=True), linear(4, 2))),
    Residual(),
    Passed(linear(3, 3), nn.Tanh()),
    Shared(),
    nn.Sequential(linear(3, 3), Residual(), nn.Softplus()),
]
GELUS = [nn.GELU(), nn.GELU("tanh"), Curved()]


def named(layer: nn.Module) -> str:
    return str(layer) if not list(layer.children()) else type(layer).__name__


EACH = pytest.mark.parametrize("layer", [*LAYERS, *GELUS], ids=named)
EACH_THAT_RUNS = pytest.mark.parametrize("layer", thinned(LAYERS), ids=[*map(named, LAYERS)])
POINTS = torch.cat(
    [
        torch.randn(40, 3, generator=torch.manual_seed(5)) * 4,
        torch.tensor([[0.0, 3.0, -3.0], [1.0, -1.0, 6.0], [25.0, -25.0, 0.5], [1e-4, -1e-4, 2.5]]),
    ]
)


def written(layer: nn.Module) -> nn.Module:
    """The layer as one of a network of three inputs, in use."""
    first = nn.Linear(3, 3, bias=False)
    first.weight.data = torch.eye(3)
    return nn.Sequential(first, layer).eval()


def value(expression, point, bits=120):
    with precision(bits):
        return enclose(expression, {f"x{i + 1}": ball(Fraction(v)) for i, v in enumerate(point)})


@EACH
def test_the_formula_is_what_pytorch_computes_in_float64(layer) -> None:
    network = written(layer).double()
    formula = network_as_trained(network)
    with torch.no_grad():
        expected = network(POINTS.double())
    for point, row in zip(POINTS.tolist(), expected.tolist(), strict=True):
        found = [float(value(output, point)) for output in formula.outputs]
        assert found == pytest.approx(row, rel=1e-12, abs=1e-13)


@EACH_THAT_RUNS
def test_what_runs_in_float32_is_within_the_bound_on_its_rounding(layer) -> None:
    network = written(layer).float()
    programs = as_run(network)
    points = POINTS[::4]
    with torch.no_grad():
        # One row at a time, as the program is of one sample.
        rows = [network(point.unsqueeze(0))[0].tolist() for point in points]
    for point, row in zip(points.tolist(), rows, strict=True):
        box = {f"x{i + 1}": Interval(Fraction(v), Fraction(v)) for i, v in enumerate(point)}
        for program, computed in zip(programs, row, strict=True):
            bound = rounding_bound(program, box)
            assert not isinstance(bound, NoBound), bound
            gap = abs(value(program.expression, point) - ball(Fraction(computed)))
            assert gap <= bound
            assert as_fraction(bound) < Fraction(1, 500)


@EACH_THAT_RUNS
def test_the_program_without_rounding_is_the_formula(layer) -> None:
    network = written(layer)
    formula = network_as_trained(network)
    for point in POINTS[::5].tolist():
        for program, output in zip(as_run(network), formula.outputs, strict=True):
            gap = value(program.expression, point, 300) - value(output, point, 300)
            assert gap.contains(0)
            assert gap.abs_upper() < 1e-40


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (nn.ReLU(), "relu(x1)"),
        (nn.GELU(), "gelu(x1)"),
        (nn.SiLU(), "silu(x1)"),
        (nn.Sigmoid(), "sigmoid(x1)"),
        (nn.Softplus(), "softplus(x1)"),
        (nn.ELU(), "Piecewise((x1, x1 > 0), (exp(x1) - 1, True))"),
        (nn.Sequential(nn.Hardtanh(), nn.Tanh()), "tanh(clip(x1, -1, 1))"),
    ],
)
def test_activations_alone_are_functions_of_one_input(layer, formula) -> None:
    assert assert_equivalent(layer, formula, "[-5,5]", require="proved").verdict == "proved"


def test_the_straight_part_of_softplus_is_in_its_formula() -> None:
    assert check(Claim.of(nn.Softplus(), "softplus(x1)", "[-5,30]")).verdict == "refuted"


def maximum(weight: float = 1.0) -> nn.Sequential:
    """max(x1, x2) as relu(x1 - x2) + relu(x2) - relu(-x2)."""
    network = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 1, bias=False))
    network[0].weight.data = torch.tensor([[1.0, -1.0], [0.0, 1.0], [0.0, -1.0]])
    network[2].weight.data = torch.tensor([[weight, 1.0, -1.0]])
    return network


def test_a_small_network_is_proved_by_its_cases() -> None:
    assert check(Claim.of(maximum(), "Max(x1, x2)", "[-5,5]")).verdict == "proved"
    assert extract_network(maximum()).largest_snap == 0


def test_one_weight_that_is_off_by_an_ulp_is_seen() -> None:
    above = torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)).item()
    verdict = check(Claim.of(maximum(above), "Max(x1, x2)", "[-5,5]"))
    assert verdict.verdict == "refuted"
    close = check(Claim.of(maximum(above), "Max(x1, x2)", "[-5,5]", "abs:1e-5"))
    assert close.verdict == "bounded"


@pytest.mark.parametrize("seed", range(3))
def test_random_networks_are_bounded_and_false_ones_refuted(seed) -> None:
    network = nn.Sequential(
        linear(2, 6, seed), nn.ReLU(), linear(6, 6, seed), nn.ReLU(), linear(6, 1)
    )
    formula = network_as_trained(network).outputs[0]
    assert check(Claim.of(formula, 0, "[-2,2]", "abs:3")).verdict == "bounded"
    last = network[4].bias.data
    last[0] = torch.nextafter(last[0], last[0] + 1)
    assert check(Claim.of(network, formula, "[-2,2]")).verdict == "refuted"


def hooked() -> nn.Module:
    layer = linear(2, 2)
    layer.register_forward_hook(lambda module, given, output: 2 * output)
    return layer


def test_hooks_are_part_of_the_function() -> None:
    layer = hooked()
    plain = network_as_trained(linear(2, 2))
    assert check(
        Claim.of(network_as_trained(layer).outputs[0], plain.outputs[0], "[1,2]")
    ).verdict == ("refuted")
    doubled = Claim.of(network_as_trained(layer).outputs[1], f"2*({plain.python()[1]})", "[1,2]")
    assert check(doubled).verdict == "proved"


class Guessing(nn.Module):
    def forward(self, x):
        return x + torch.rand(1)


class Branching(nn.Module):
    def forward(self, x):
        return x if bool(x.sum() > 0) else -x


class Around(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = NAU(2, 1)

    def forward(self, x):
        return 2 * self.inner(x)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (nn.Conv1d(2, 1, 1), "a Conv1d has no formula"),
        (nn.LSTM(2, 2), "a LSTM has no formula"),
        (nn.MultiheadAttention(2, 1), "a MultiheadAttention has no formula"),
        (nn.Dropout().train(), "training mode.*Dropout.*eval"),
        (nn.BatchNorm1d(2).train(), "training mode.*BatchNorm1d.*eval"),
        (nn.BatchNorm1d(2, track_running_stats=False).eval(), "keeps no running statistics"),
        (nn.BatchNorm1d(3).eval(), "takes 3 inputs and gets 2"),
        (linear(3, 1), "takes 3 inputs and gets 2"),
        (nn.Flatten(0), "start_dim=1"),
        (nn.Softmax(dim=0), "dim=-1"),
        (Guessing(), "random numbers"),
        (Branching(), "local_scalar"),
    ],
    ids=str,
)
def test_what_is_no_function_of_the_inputs_here_is_refused_by_name(part, reason) -> None:
    with pytest.raises(
        ExtractionError, match=rf"^the (layer 'network\.1'|network).*{reason}"
    ) as caught:
        network_as_trained(nn.Sequential(linear(2, 2), part))
    assert "\n" not in str(caught.value)


def test_weights_that_are_not_finite_are_refused() -> None:
    layer = linear(2, 1)
    layer.weight.data[0, 1] = float("nan")
    with pytest.raises(ExtractionError, match="not finite"):
        network_as_trained(layer)


def test_grids_are_not_looked_for_behind_a_forward_of_its_own() -> None:
    assert network_as_trained(Around()).inputs == ("x1", "x2")
    with pytest.raises(ExtractionError, match="around a NAU"):
        extract_network(Around())


def test_a_weight_of_zero_keeps_what_may_be_undefined() -> None:
    class Inverse(nn.Module):
        def forward(self, x):
            return 1 / x

    first, last = nn.Linear(1, 1), nn.Linear(1, 1, bias=False)
    first.weight.data, first.bias.data = torch.tensor([[1.0]]), torch.tensor([-2.0])
    last.weight.data.zero_()
    network = nn.Sequential(first, Inverse(), last)
    assert check(Claim.of(network, "0", "[0,5]")).verdict == "refuted"
    assert network_as_trained(nn.Sequential(first, last)).outputs[0] == parse("0")


def test_what_works_in_place_changes_what_others_read() -> None:
    class Twice(nn.Module):
        def forward(self, x):
            return torch.relu_(x) + x

    network = nn.Sequential(nn.Linear(1, 1), Twice())
    network[0].weight.data, network[0].bias.data = torch.tensor([[1.0]]), torch.tensor([0.0])
    assert check(Claim.of(network, "2*relu(x1)", "[-1,1]")).verdict == "proved"
    beside = Beside(nn.ReLU(inplace=True), nn.Identity())
    with pytest.raises(ExtractionError, match="inplace=False"):
        network_as_trained(nn.Sequential(linear(1, 1), beside))


FEW = Effort(examples=100, points=10_000)


def test_what_runs_in_float32_is_bounded_and_what_is_false_there_refuted() -> None:
    network = maximum()
    verdict = assert_equivalent(
        network, "Max(x1, x2)", "[-5,5]", tolerance="abs:1e-5", as_it_runs=True, effort=FEW
    )
    assert (verdict.verdict, verdict.inputs) == ("bounded", "float32")
    assert verdict.arithmetic.startswith("float32 on a CPU")
    with pytest.raises(AssertionError, match="refuted, what is computed differs by at least 9"):
        assert_equivalent(
            network,
            "Max(x1, x2) + 1/1000",
            "[-5,5]",
            tolerance="abs:9e-5",
            as_it_runs=True,
            effort=FEW,
        )
    smooth = nn.Sequential(linear(1, 3), nn.Tanh(), nn.Linear(3, 1))
    assert_equivalent(
        *(smooth, network_as_trained(smooth), "[-2,2]"),
        tolerance="abs:1e-5",
        as_it_runs=True,
        effort=FEW,
    )


def test_a_float_claim_within_rounding_is_neither_bounded_nor_refuted() -> None:
    with pytest.raises(AssertionError, match="unknown"):
        assert_equivalent(
            maximum(), "Max(x1, x2)", "[-5,5]", tolerance="abs:1e-12", as_it_runs=True, effort=FEW
        )
    with pytest.raises(AssertionError, match="abs:SIZE"):
        assert_equivalent(maximum(), "Max(x1, x2)", "[-5,5]", as_it_runs=True)
    with pytest.raises(ExtractionError, match="no program in floats"):
        assert_equivalent("x1", "x1", "[0,1]", as_it_runs=True)
