"""What `--device auto` is: a GPU only where it was measured to be faster; and what is said of an idle GPU."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from nalmx.bench import cells, sequences
from nalmx.cli import main
from nalmx.commands import _bench_sequence, bench
from nalmx.devices import AUTO, Work, check_device_name, device_name, find_device, idle_gpu
from nalmx.errors import DeviceError
from nalmx.expression import parse
from nalmx.pntm.learn import gradient
from nalmx.pntm.learn import learn as learning
from nalmx.pntm.learn.baseline import fit_baseline
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.tasks import sequence_task
from nalmx.runs import machines
from nalmx.train import Config, engines, kernel_engine
from nalmx.train.kernel_engine import KernelEngine
from nalmx.train.stacked import stacked
from nalmx.verify import Claim, Domain, Effort
from nalmx.verify.sweeping import loops
from nalmx.verify.sweeping.sweep import sweep

TRAIN = ["train-and-extract", "--operation", "add", "--module", "nau", "--seeds", "1"]
TRAIN += ["--iterations", "1000"]
BENCH = ["bench", "single-module", "--operation", "add", "--module", "nau", "--range", "[1,2]"]
BENCH += ["--seeds", "1", "--iterations", "1000"]
PARITY = ["train-and-extract", "--module", "pntm", "--task", "parity", "--sequences", "100"]
PARITY += ["--longest", "8", "--test-lengths", "20"]
SEQUENCE = ["bench", "sequence", "--task", "parity", "--model", "lstm", "--budget", "0.1"]
SEQUENCE += ["--longest", "4"]
IDLE = "a GPU is there but idle"


@pytest.fixture(autouse=True)
def gpu(monkeypatch) -> None:
    """A machine that says it has a GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)


@pytest.mark.parametrize("work", get_args(Work))
def test_every_kind_of_work_has_its_device(work) -> None:
    assert find_device("auto", work) == torch.device(AUTO[work][0])
    for name in ("cpu", "cuda", "cuda:0"):
        assert device_name(name, work) == name
        assert find_device(name, work) == torch.device(name)


@pytest.mark.parametrize("work", get_args(Work))
def test_a_gpu_that_is_not_there_is_refused(work) -> None:
    with pytest.raises(DeviceError, match=r"'cuda:1' \(1 GPUs found\)"):
        find_device("cuda:1", work)
    with pytest.raises(DeviceError, match="choose auto, cpu, cuda or cuda:N"):
        check_device_name("tpu")


@pytest.mark.parametrize("operation", ["add", "mul", "div"])
def test_modules_train_in_the_compiled_kernel(operation) -> None:
    module = {"add": "nau", "mul": "nmu", "div": "npu"}[operation]
    config = Config.checked(operation=operation, module=module, seeds=1, iterations=10)
    made = engines.new_engine(stacked([config]), find_device("auto", "modules"))
    assert isinstance(made, KernelEngine)


def test_a_gpu_trains_in_its_kernels_and_what_has_none_in_torch(monkeypatch) -> None:
    devices = []
    monkeypatch.setattr(kernel_engine, "kernel", lambda *given, device: devices.append(device))
    config = Config.checked(operation="add", module="nau", seeds=1, iterations=10)
    made = engines.new_engine(stacked([config]), find_device("cuda", "modules"))
    assert isinstance(made, KernelEngine)
    assert devices == ["cuda"]

    def no_kernel(*given, device):
        raise NotImplementedError

    monkeypatch.setattr(kernel_engine, "kernel", no_kernel)
    monkeypatch.setattr(engines, "TorchEngine", lambda stack, device: devices.append(device))
    engines.new_engine(stacked([config]), find_device("cuda", "modules"))
    assert devices == ["cuda", torch.device("cuda")]


def sides() -> Claim:
    left, right = parse("Max(exp(x), exp(y))"), parse("exp(Max(x, y))")
    return Claim(left, right, Domain.parse(["[0,1]"], ["x", "y"]))


class Reached(Exception):
    """The work got as far as its device."""


def on(devices: list[str]):
    def reach(*arguments, **options):
        found = [a for a in (*arguments, *options.values()) if isinstance(a, torch.device | str)]
        devices.extend(str(a) for a in found if str(a).startswith(("cpu", "cuda", "auto")))
        raise Reached

    return reach


def test_a_sweep_takes_the_compiled_loop(monkeypatch) -> None:
    devices: list[str] = []
    monkeypatch.setattr(loops, "compiled_sweep", on(devices))
    for name in (Effort().device, "cpu"):
        assert sweep(sides(), 2_000, name).points == 2_000
    assert devices == []
    with pytest.raises(Reached):
        sweep(sides(), 2_000, "cuda")
    assert devices == ["cuda"]


@pytest.mark.parametrize(("name", "place"), [("auto", "cpu"), ("cpu", "cpu"), ("cuda", "cuda")])
def test_gradient_descent_takes_the_device_of_its_name(monkeypatch, name, place) -> None:
    devices: list[str] = []
    monkeypatch.setattr(gradient, "fit_gradient", on(devices))
    examples = sequence_task("parity").examples(np.random.default_rng(0), 50, longest=6)
    with pytest.raises(Reached):
        learn(examples, method="gradient", device=name)
    assert devices == [place]


@pytest.mark.parametrize(("name", "place"), [("auto", "cpu"), ("cuda", "cuda")])
def test_other_models_of_sequences_take_the_device_of_its_name(monkeypatch, name, place) -> None:
    devices: list[str] = []
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, *given: on(devices)(*given))
    with pytest.raises(Reached):
        fit_baseline("lstm", sequence_task("parity"), device=name)
    assert devices == [place]


def said(capsys, *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    return code, capsys.readouterr().err


@pytest.fixture
def unverified(monkeypatch) -> None:
    """Machines that are reported without a program and verdicts."""

    def outcome(run, *given, **options):
        return machines.MachineOutcome(run, run.load_results(), None)

    monkeypatch.setattr(machines, "verify_machine", outcome)


@pytest.fixture
def instant(monkeypatch, unverified) -> None:
    """Benchmarks of no cells, and gradient descent that has found its machine."""

    def found(examples, *, on_progress, stop_requested, **settings):
        return replace(learn(examples, method="discrete"), way="gradient")

    monkeypatch.setattr(learning, "learn", found)
    for module, runner in ((cells, "run_cells"), (sequences, "run_sequences")):
        monkeypatch.setattr(module, runner, lambda *given, **options: [])
    for command in (bench, _bench_sequence):
        monkeypatch.setattr(command, "_report", lambda *given: None)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (TRAIN, "whether it trains faster than the CPU's kernel is not measured yet"),
        (BENCH, "whether it trains faster than the CPU's kernel is not measured yet"),
        ([*PARITY, "--method", "gradient"], "sequences as short as these train on the CPU"),
        (SEQUENCE, "sequences as short as these train on the CPU"),
    ],
    ids=["train", "bench", "pntm", "bench sequence"],
)
@pytest.mark.usefixtures("instant")
def test_a_training_says_once_that_a_gpu_is_idle(capsys, tmp_path, command, reason) -> None:
    _, err = said(capsys, *command, "--output", str(tmp_path / "run"))
    assert err.count(IDLE) == 1
    assert f"nalmx: {IDLE}: {reason}; --device cuda uses the GPU\n" in err


@pytest.mark.usefixtures("instant")
def test_it_is_said_of_auto_alone_and_never_where_it_is_quiet_or_no_gpu_is_there(
    capsys, tmp_path, monkeypatch
) -> None:
    for command in (BENCH, SEQUENCE):
        output = ["--output", str(tmp_path / command[1])]
        assert IDLE not in said(capsys, *command, *output, "--quiet")[1]
        assert IDLE not in said(capsys, *command, *output, "--device", "cpu")[1]
        assert IDLE not in said(capsys, *command, *output, "--device", "cuda")[1]
        with monkeypatch.context() as without:
            without.setattr(torch.cuda, "is_available", lambda: False)
            assert IDLE not in said(capsys, *command, *output)[1]


@pytest.mark.usefixtures("unverified")
def test_nothing_is_said_where_nothing_is_trained(capsys, tmp_path) -> None:
    directory = ["--output", str(tmp_path / "run")]
    said(capsys, *TRAIN, *directory)
    assert IDLE not in said(capsys, *TRAIN, *directory, "--resume")[1]
    discrete = [*PARITY, "--method", "discrete", "--output", str(tmp_path / "parity")]
    assert IDLE not in said(capsys, *discrete)[1]
    claim = ["verify", "expr", "x*y", "--truth", "y*x", "--range", "[1,2]"]
    assert said(capsys, *claim) == (0, "")


def test_whoever_does_without_torch_is_not_asked(monkeypatch) -> None:
    assert idle_gpu("auto", "sweep") is not None
    monkeypatch.delitem(sys.modules, "torch")
    assert idle_gpu("auto", "sweep") is None
