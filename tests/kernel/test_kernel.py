"""Generated kernels against plain loops, what is refused."""

import math

import numpy as np
import pytest
import sympy
import torch
from torch.nn import functional

from nalmx.codegen import numba_cpu
from nalmx.codegen.values import Body
from nalmx.kernel import kernel
from nalmx.kernel.traced import traced
from nalmx.models import BATCH_SIZE, MODULES, NSR, AwayFromZero, RealNPU
from nalmx.tasks import OPERATIONS, arithmetic
from nalmx.tasks.arithmetic import training_stream
from nalmx.testing.contract import KernelContract
from nalmx.train import Config
from nalmx.train.adam import BETA1, rates
from nalmx.train.engines import new_engine
from nalmx.train.network import train_network
from nalmx.train.sources import SingleModuleTask
from nalmx.train.stacked import stacked
from nalmx.train.torch_engine import TorchEngine

CPU = torch.device("cpu")
TRUTHS = SingleModuleTask("add").truths


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def new_stack(module, operation, **settings):
    return stacked([Config.checked(module=module, operation=operation, **settings)])


for _kind in (kind for kind in MODULES.values() if kind.operations):
    globals()[f"Test{_kind.__name__}"] = pytest.mark.slow(
        type(f"Test{_kind.__name__}", (KernelContract,), {"kind": _kind})
    )


class InFloat64:
    """One model that autograd and torch's own Adam train on [1,2), and the kernel in single updates."""

    def __init__(self, kind, operation, inputs, updates):
        initial = new_stack(kind.name, operation, inputs=inputs, seeds=1).initial(0)
        self.module = kind(inputs, 1, dtype=torch.float64)
        self.module.load_state_dict({n: p.double() for n, p in initial.state_dict().items()})
        self.parameters = [self.module.get_parameter(name) for name in kind.raw_names]
        self.facts = kind.training_for(operation)
        self.adam = torch.optim.Adam(self.parameters, self.facts.learning_rate)
        size = (updates, BATCH_SIZE, inputs)
        self.draws = training_stream(0).random_sample(size).swapaxes(1, 2).copy()
        self.x = torch.from_numpy(1 + self.draws).mT
        self.t = OPERATIONS[operation].values(self.x[..., 0], self.x[..., 1]).unsqueeze(-1)
        self.place = list(OPERATIONS).index(operation)
        self.train = kernel(kind, self.facts, TRUTHS, "float64").train

    def strength(self, iteration):
        penalty = self.facts.penalty
        return penalty.schedule.at(iteration, len(self.draws)) if penalty else 0.0

    def state(self):
        """Parameters, m and v as the kernel keeps them: without the factors 1 − β."""
        known = [self.adam.state[p] for p in self.parameters]
        m = [s["exp_avg"] / (1 - 0.9) if s else torch.zeros(1) for s in known]
        v = [s["exp_avg_sq"] / (1 - 0.999) if s else torch.zeros(1) for s in known]
        return [self.packed(values) for values in (self.parameters, m, v)]

    def packed(self, tensors):
        rows = np.zeros((1, len(tensors), self.draws.shape[1]))
        for place, values in enumerate(tensors):
            rows[0, place, : values.numel()] = values.detach().flatten()
        return rows.reshape(1, -1)

    def by_torch(self, iteration):
        """An update; the gradient."""
        loss = functional.mse_loss(self.module(self.x[iteration]), self.t[iteration])
        if self.facts.penalty is not None:
            loss = loss + self.strength(iteration) * penalty(self.module, self.facts.penalty)
        self.adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.parameters, min(self.facts.gradient_clip, 1e300))
        gradient = self.packed([p.grad for p in self.parameters])
        self.adam.step()
        self.module.constrain_()
        return gradient

    def by_kernel(self, iteration, raw, m, v):
        """The same update of a state, in place."""
        rate, epsilon = rates(self.facts.learning_rate, iteration + 1)
        self.train(
            *(np.array([0]), raw, m, v, self.draws[iteration].ravel(), np.empty(0)),
            *(np.uint64(1), np.uint64(self.draws.shape[1]), np.array([0], dtype=np.uint64)),
            *(np.array([1.0]), np.array([1.0]), np.array([self.place])),
            *(np.array([rate]), np.array([epsilon])),
            *(np.array([self.strength(iteration)]), np.array([True]), np.array([-1]), raw),
        )


def penalty(module, kind):
    """The penalties as their authors write them: on its grid a weight is at rest."""
    if isinstance(kind, AwayFromZero):
        return sum((20 - p.abs()).clamp(min=0).mean() for p in module.parameters())
    if kind.raw:
        return sum(p.abs().sum() for p in module.parameters())
    weight = module.weights()["weight"].abs()
    return torch.minimum(weight, (1 - weight).abs()).mean()


@pytest.mark.parametrize(
    ("module", "operation", "inputs"),
    [
        ("nac*", "div", 2),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [
                ("g-nalu", "mul", 3),
                ("nau", "add", 10),
                ("npu", "mul", 10),
                ("nac+", "sub", 3),
                ("nalu", "add", 2),
                ("inalu", "div", 3),
                ("nmu", "mul", 3),
                ("realnpu", "div", 2),
            ]
        ),
    ],
)
def test_in_float64_every_update_of_the_kernel_is_that_of_autograd(module, operation, inputs):
    """From the same state at each step of a training: where both end alone, convergence hides much."""
    both = InFloat64(MODULES[module], operation, inputs, updates=500)
    for iteration in range(500):
        raw, m, v = both.state()
        gradient = -BETA1 * m
        expected = both.by_torch(iteration)
        both.by_kernel(iteration, raw, m, v)
        gradient += m
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-11 * abs(expected).max())
        for found, wanted in zip((raw, m, v), both.state(), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("size", [60, 127, 128, 1_000, 10_000])
@pytest.mark.parametrize(("module", "operation"), [("nau", "sub"), ("nmu", "mul"), ("npu", "div")])
def test_both_engines_find_the_same_errors(monkeypatch, module, operation, size):
    monkeypatch.setattr(arithmetic, "EVALUATION_SIZE", size)
    stack = new_stack(module, operation, inputs=3, seeds=3)
    engines = [new_engine(stack, CPU, name) for name in ("kernel", "torch")]
    for extrapolation in (False, True):
        first, second = (engine.errors(extrapolation=extrapolation) for engine in engines)
        torch.testing.assert_close(first, second, rtol=1e-6, atol=0)


def test_an_output_that_is_not_a_number_counts_as_an_infinite_error():
    engine = new_engine(new_stack("nau", "add", seeds=2), CPU, "kernel")
    parameters = engine.parameters()
    parameters["raw_weight"][1] = math.nan
    engine.restore(parameters, engine.moments(), 0)
    errors = engine.errors(extrapolation=False)
    assert errors[0].isfinite()
    assert errors[1] == math.inf


def test_a_module_whose_weights_have_no_symbolic_form_has_no_kernel_and_takes_the_torch_engine():
    with pytest.raises(NotImplementedError):
        kernel(NSR, NSR.training_facts)
    stack = stacked([Config(SingleModuleTask("add", extrapolation_range="[2,6]"), "nsr", seeds=2)])
    with pytest.raises(NotImplementedError):
        new_engine(stack, CPU, "kernel")
    assert isinstance(new_engine(stack, CPU, "auto"), TorchEngine)


def test_a_module_without_a_kernel_trains_in_torch():
    generator = torch.Generator().manual_seed(0)
    module = NSR(2, 1, generator=generator)

    def sample(generator):
        x = 4 * torch.rand(64, 2, generator=generator)
        smaller = (x[:, :1] < x[:, 1:]).float()
        return x, torch.cat([smaller, 1 - smaller], -1)

    first = train_network(module, sample, 1, 1e-2, generator)
    last = train_network(module, sample, 400, 1e-2, generator)
    assert last < first / 2


X = sympy.Symbol("x", real=True)


@pytest.mark.parametrize(
    "expression",
    [
        sympy.gamma(X),
        sympy.Function("f")(X),
        X ** sympy.Rational(1, 3),
        X**9,
        2**X,
        sympy.Eq(X, 1),
        sympy.Piecewise((X, X > 0)),
        sympy.exp(sympy.erf(X)),
    ],
    ids=str,
)
def test_what_no_loop_computes_is_refused(expression):
    body = Body("float32")
    with pytest.raises(NotImplementedError, match="no kernel for"):
        traced(expression, body, {X: body.input("x")})


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (X + 1, ["v2 = S(1.0) + x"]),
        (X**3, ["v1 = x * x", "v2 = v1 * x"]),
        (1 / X, ["v2 = S(1.0) / x"]),
        (sympy.sqrt(X), ["v1 = np.sqrt(x)"]),
        (sympy.Min(X, 2), ["v2 = x < S(2.0)", "v3 = x if v2 else S(2.0)"]),
        (sympy.Piecewise((1, X < 0), (X, True)), ["v2 = x < S(0.0)", "v4 = S(1.0) if v2 else x"]),
        (sympy.sign(X), ["v2 = x > S(0.0)", "v3 = x < S(0.0)"]),
    ],
    ids=str,
)
def test_every_number_has_the_type_of_the_kernel(expression, lines):
    body = Body("float32")
    body.results["y"] = traced(expression, body, {X: body.input("x")})
    assert numba_cpu.lines(body, {"y": "y"}, 0).splitlines()[: len(lines)] == lines


def test_operations_that_train_alike_share_a_kernel():
    facts = [RealNPU.training_for(operation) for operation in ("mul", "div")]
    assert facts[0] != facts[1]
    assert len({kernel(RealNPU, own, TRUTHS).__file__ for own in facts}) == 1
