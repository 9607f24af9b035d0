"""The speed benchmark measures what it says, on sizes that take no time."""

import pntm_speed
import pytest
import torch

pytestmark = pytest.mark.slow  # of a benchmark

CPU = torch.device("cpu")


def test_every_figure_is_there_and_above_zero():
    row = pntm_speed.speed(8, turns=1, samples=1, device=CPU, batch=2)
    for measure in ("seconds", "processor_seconds", "best_seconds"):
        assert row[measure].keys() == {pntm_speed.PARALLEL, *pntm_speed.STEPWISE}
        assert min(row[measure].values()) > 0
    seconds = row["seconds"]
    assert row["ratio_of_seconds"] == {
        name: seconds[name] / seconds["pntm"] for name in pntm_speed.STEPWISE
    }


def test_losses_that_are_compared_are_the_same():
    named = pntm_speed.tasks(8, 2, CPU, batch=2)
    losses = {name: loss().item() for name, (_, loss, _) in named.items()}
    assert losses["pntm"] == pytest.approx(losses["pntm_step_by_step"], rel=1e-5)
    assert losses["ntm_lstm"] == pytest.approx(losses["ntm_lstm_sample_by_sample"], rel=1e-5)


def test_what_is_kept_grows_with_the_length_and_no_faster():
    kept = pntm_speed.memory((64, 128, 256), CPU, batch=2)
    assert kept["largest_relative_distance_from_the_line"] < 0.01
    # A tape of 64 × 16 numbers after every step would be 4096 bytes.
    assert 1000 < kept["bytes_per_step_and_sample"] < 4096


def test_the_hard_machine_copies():
    assert pntm_speed.decoding((10, 20), 1)["microseconds_per_token"].keys() == {"10", "20"}
