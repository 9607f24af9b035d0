"""The speed benchmark measures what it says, on sizes that take no time."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import torch

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "pntm_speed.py"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def benchmark():
    spec = spec_from_file_location("pntm_speed", BENCHMARK)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_figure_is_there_and_above_zero(benchmark):
    row = benchmark.speed(8, turns=1, samples=1, device=CPU, batch=2)
    for measure in ("seconds", "processor_seconds", "best_seconds"):
        assert row[measure].keys() == {benchmark.PARALLEL, *benchmark.STEPWISE}
        assert min(row[measure].values()) > 0
    seconds = row["seconds"]
    assert row["ratio_of_seconds"] == {
        name: seconds[name] / seconds["pntm"] for name in benchmark.STEPWISE
    }


def test_losses_that_are_compared_are_the_same(benchmark):
    named = benchmark.tasks(8, 2, CPU, batch=2)
    losses = {name: loss().item() for name, (_, loss, _) in named.items()}
    assert losses["pntm"] == pytest.approx(losses["pntm_step_by_step"], rel=1e-5)
    assert losses["ntm_lstm"] == pytest.approx(losses["ntm_lstm_sample_by_sample"], rel=1e-5)


def test_what_is_kept_grows_with_the_length_and_no_faster(benchmark):
    kept = benchmark.memory((64, 128, 256), CPU, batch=2)
    assert kept["largest_relative_distance_from_the_line"] < 0.01
    # A tape of 64 × 16 numbers after every step would be 4096 bytes.
    assert 1000 < kept["bytes_per_step_and_sample"] < 4096


def test_the_hard_machine_copies(benchmark):
    assert benchmark.decoding((10, 20), 1)["microseconds_per_token"].keys() == {"10", "20"}
