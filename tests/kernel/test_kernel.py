"""Generated kernels against plain loops, the printer's refusals, and the cache."""

import math
from pathlib import Path

import numpy as np
import pytest
import sympy
import torch
from torch.nn import functional

from nalmx import generated
from nalmx.kernel import kernel
from nalmx.kernel.printer import source
from nalmx.models import MODULES, NAU, NSR, AwayFromZero
from nalmx.tasks import OPERATIONS, arithmetic
from nalmx.tasks.arithmetic import BATCH_SIZE, training_stream
from nalmx.train import Config, Run
from nalmx.train.adam import rates
from nalmx.train.engine import new_engine
from nalmx.train.network import train_network
from nalmx.train.stacked import stacked
from nalmx.train.torch_engine import TorchEngine
from nalmx.train.trainer import Trainer

CPU = torch.device("cpu")
UPDATES = 1_500
SIZES = (2, 3, 10)
CASES = [
    (name, kind.operations[k % len(kind.operations)], SIZES[k % len(SIZES)])
    for name, kind in MODULES.items()
    if kind.operations
    for k in range(max(len(SIZES), len(kind.operations)))
]


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache directory, for kernels that are made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    generated.cache_directory.cache_clear()
    yield tmp_path / "cache" / "nalmx" / "kernels"
    generated.cache_directory.cache_clear()


def new_stack(module, operation, **settings):
    return stacked([Config.checked(module=module, operation=operation, **settings)])


def test_the_cases_cover_every_operation_of_every_module_and_every_size():
    for name, kind in MODULES.items():
        own = [case for case in CASES if case[0] == name]
        assert {operation for _, operation, _ in own} == set(kind.operations)
        assert {inputs for *_, inputs in own} == (set(SIZES) if own else set())


@pytest.mark.parametrize(("module", "operation", "inputs"), CASES)
def test_the_kernel_follows_torch(tmp_path, module, operation, inputs):
    """In float32, where roundings of both differ and Adam amplifies them; usually within 1e-6."""
    found = {}
    for engine in ("kernel", "torch"):
        settings = {"inputs": inputs, "seeds": 2, "iterations": UPDATES - 1}
        config = Config.checked(module=module, operation=operation, **settings)
        trainer = Trainer([Run.create(tmp_path / engine, config)], CPU, engine)
        trainer.train()
        found[engine] = trainer.engine.parameters()
    assert set(found["torch"]) == set(found["kernel"])
    for name, values in found["torch"].items():
        torch.testing.assert_close(found["kernel"][name], values, rtol=1e-4, atol=1e-4)


def torch_in_float64(kind, operation, raw, draws):
    """The parameters after an update for each batch of draws on [1,2), by autograd and Adam."""
    module = kind(draws.shape[1], 1, dtype=torch.float64)
    for name in kind.raw_names:
        module.get_parameter(name).data.copy_(raw[name])
    facts = kind.training_for(operation)
    adam = torch.optim.Adam(module.parameters(), facts.learning_rate)
    x = torch.from_numpy(1 + draws).mT
    t = OPERATIONS[operation].values(x[..., 0], x[..., 1]).unsqueeze(-1)
    for iteration in range(len(draws)):
        loss = functional.mse_loss(module(x[iteration]), t[iteration])
        if facts.penalty is not None:
            strength = facts.penalty.schedule.at(iteration, len(draws))
            loss = loss + strength * penalty(module, facts.penalty)
        adam.zero_grad()
        loss.backward()
        if math.isfinite(facts.gradient_clip):
            torch.nn.utils.clip_grad_value_(module.parameters(), facts.gradient_clip)
        adam.step()
        module.constrain_()
    return {name: module.get_parameter(name).detach() for name in kind.raw_names}


def penalty(module, kind):
    """The penalties as their authors write them."""
    if isinstance(kind, AwayFromZero):
        return sum((20 - p.abs()).clamp(min=0).mean() for p in module.parameters())
    if kind.raw:
        return sum(p.abs().sum() for p in module.parameters())
    weight = module.weights()["weight"].abs()
    return torch.minimum(weight, (1 - weight).abs()).mean()


def kernel_in_float64(kind, operation, raw, draws):
    """The same by the kernel: one model, one chunk."""
    updates, inputs, _ = draws.shape
    packed = np.zeros((1, len(raw), inputs))
    for place, values in enumerate(raw.values()):
        packed[0, place, : values.numel()] = values.flatten()
    packed = packed.reshape(1, -1)
    facts = kind.training_for(operation)
    pairs = np.array([rates(facts.learning_rate, step + 1) for step in range(updates)])
    schedule = facts.penalty.schedule if facts.penalty else None
    strengths = [schedule.at(k, updates) if schedule else 0.0 for k in range(updates)]
    kernel(kind, operation, "float64").train(
        *(np.array([0]), packed, np.zeros_like(packed), np.zeros_like(packed), draws.ravel()),
        *(np.uint64(updates), np.uint64(inputs), np.array([0], dtype=np.uint64)),
        *(np.array([1.0]), np.array([1.0]), list(OPERATIONS).index(operation)),
        *(pairs[:, 0].copy(), pairs[:, 1].copy(), np.array(strengths), np.array([True])),
        *(np.array([-1]), packed),
    )
    rows = packed.reshape(len(raw), inputs)
    return {
        name: torch.from_numpy(rows[place, : values.numel()].copy()).view_as(values)
        for place, (name, values) in enumerate(raw.items())
    }


@pytest.mark.parametrize(
    ("module", "operation", "inputs"),
    [
        ("nac+", "sub", 3),
        ("nac*", "div", 2),
        ("nalu", "add", 2),
        ("g-nalu", "mul", 3),
        ("inalu", "div", 3),
        ("nau", "add", 10),
        ("nmu", "mul", 3),
        ("npu", "mul", 10),
        ("realnpu", "div", 2),
    ],
)
def test_in_float64_the_kernel_follows_autograd_to_nine_digits(module, operation, inputs):
    stack = new_stack(module, operation, inputs=inputs, seeds=1)
    initial = stack.initial(0)
    raw = {name: initial.get_parameter(name).detach().double() for name in stack.kind.raw_names}
    draws = training_stream(0).random_sample((UPDATES, BATCH_SIZE, inputs)).swapaxes(1, 2).copy()
    expected = torch_in_float64(stack.kind, operation, raw, draws)
    for name, values in kernel_in_float64(stack.kind, operation, raw, draws).items():
        torch.testing.assert_close(values, expected[name], rtol=1e-9, atol=1e-9)


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
        kernel(NSR, "add")
    stack = stacked([Config("add", "nsr", extrapolation_range="[2,6]", seeds=2)])
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
def test_the_printer_refuses_what_it_does_not_know(expression):
    with pytest.raises(NotImplementedError, match="no kernel for"):
        source(expression)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (X + 1, "(x + F(1.0))"),
        (X**3, "(x * x * x)"),
        (1 / X, "(F(1.0) / (x))"),
        (sympy.sqrt(X), "sqrt(x)"),
        (sympy.Min(X, 2), "least(F(2.0), x)"),
        (sympy.Piecewise((1, X < 0), (X, True)), "(F(1.0) if (x < F(0.0)) else x)"),
    ],
    ids=str,
)
def test_the_printer_gives_every_number_the_type_of_the_kernel(expression, text):
    assert source(expression).replace("(F(1.0) + x)", "(x + F(1.0))") == text


def test_kernels_lie_in_the_cache_directory_of_the_user(cache):
    made = kernel.__wrapped__(NAU, "add")
    assert Path(made.__file__).parent == cache
    assert [path.name.partition("_")[0] for path in cache.glob("*.py")] == ["nau"]


def test_operations_that_train_alike_share_a_kernel(cache):
    files = {kernel.__wrapped__(NAU, operation).__file__ for operation in ("add", "sub")}
    assert len(files) == 1


def test_a_source_that_was_tampered_with_is_written_anew_before_it_is_imported(cache):
    path = Path(kernel.__wrapped__(NAU, "add").__file__)
    written = path.read_bytes()
    path.write_bytes(b"raise AssertionError('imported')\n")
    made = kernel.__wrapped__(NAU, "add")
    assert path.read_bytes() == written
    assert callable(made.train)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_cache_that_cannot_be_written_gives_way_to_a_temporary_one(
    tmp_path, monkeypatch, cache, place
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / place))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = Path(kernel.__wrapped__(NAU, "add").__file__)
    assert path.is_file()
    assert path.parent.parent == tmp_path
    assert path.parent.name.startswith("nalmx-kernels-")
