"""Cells run as a grid: their numbers, what is kept, and the criteria of Appendix E."""

import json
import math
import statistics

import numpy as np
import pytest
import torch

from nalmx.bench import alternatives as criteria
from nalmx.bench.cells import Stopped, run_cells
from nalmx.bench.grid import CellGrid
from nalmx.errors import RunError
from nalmx.models import member
from nalmx.ranges import Range
from nalmx.runs.extraction import load_extraction
from nalmx.tasks import OPERATIONS, operation_named
from nalmx.tasks.arithmetic import sample, success_threshold
from nalmx.train import Run, trained_stack, trainer

CPU = torch.device("cpu")
GRID = CellGrid.checked(
    operations=("mul",),
    modules=("nmu", "npu"),
    ranges=("[-1.2,-1.1]", "[1,2]"),
    seeds=2,
    iterations=2_000,
)


def snapshot(directory):
    return {path: path.stat().st_mtime_ns for path in directory.rglob("*") if path.is_file()}


def cell_directory(output, part):
    (found,) = (path for path in (output / "cells").iterdir() if path.name.startswith(part))
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    output = tmp_path_factory.mktemp("benchmark") / "out"
    return output, run_cells(GRID.groups(), output, CPU)


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished cells, to be damaged."""
    output = tmp_path / "copy"
    for path in finished[0].rglob("*"):
        if path.is_file():
            copy = output / path.relative_to(finished[0])
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return output


def test_cells_come_in_the_order_of_the_grid(finished):
    found = [(c.summary.module, c.summary.interpolation) for c in finished[1]]
    assert found == [
        ("NMU", "[-1.2,-1.1]"), ("NMU", "[1,2]"), ("NPU", "[-1.2,-1.1]"), ("NPU", "[1,2]"),
    ]  # fmt: skip


def test_a_summary_is_that_of_the_runs_results(finished):
    output, cells = finished
    for cell, directory in zip(
        cells, ("mul-nmu_-1", "mul-nmu_1", "mul-npu_-1", "mul-npu_1"), strict=True
    ):
        run = Run.open(cell_directory(output, directory))
        results, summary = run.load_results(), cell.summary
        won = [seed for seed in results["seeds"] if seed["success"]]
        assert summary.success_rate.mean == len(won) / 2
        assert (summary.solved_at is None) == (not won)
        if won:
            assert summary.solved_at.mean == statistics.fmean(s["solved_at"] for s in won)
        assert sum(summary.formulas.values()) <= len(won)
        assert summary.formulas == {
            text: len(seeds) for text, seeds in load_extraction(run).by_formula.items()
        }
        assert cell.training_seconds == results["seconds"]


def test_the_formula_of_a_learned_cell_is_proved(finished):
    learned = finished[1][1].summary
    assert learned.formulas == {"x1*x2": 2}
    assert learned.formula_verdict == "proved"


def test_a_cell_has_the_results_that_its_run_has_alone(finished, tmp_path):
    output, _ = finished
    alone = CellGrid.checked(
        operations=("mul",), modules=("nmu",), ranges=("[1,2]",), seeds=2, iterations=2_000
    )
    run_cells(alone.groups(), tmp_path / "alone", CPU)
    seeds = [
        Run.open(cell_directory(place, "mul-nmu_1")).load_results()["seeds"]
        for place in (output, tmp_path / "alone")
    ]
    assert seeds[0] == seeds[1]


def test_finished_cells_are_neither_trained_nor_checked_again(finished, monkeypatch):
    output, cells = finished
    before = snapshot(output)

    def fail(*args, **kwargs):
        raise AssertionError("a finished cell is run again")

    monkeypatch.setattr(trainer, "fit_together", fail)
    monkeypatch.setattr("nalmx.bench.cells.summarise", fail)
    assert run_cells(GRID.groups(), output, CPU) == cells
    assert snapshot(output) == before


@pytest.mark.parametrize("stop_after", [0, 1, 3])
def test_stopped_cells_continue_and_give_the_same_results(finished, tmp_path, stop_after):
    output = tmp_path / "out"
    finished_cells = 0

    def count(standing):
        nonlocal finished_cells
        finished_cells = standing.finished

    def enough():
        return finished_cells >= stop_after

    with pytest.raises(Stopped, match=f"{stop_after} of 4 cells are finished"):
        run_cells(GRID.groups(), output, CPU, on_progress=count, stop_requested=enough)
    done = set(output.rglob("summary.json"))
    assert len(done) == stop_after
    before = {
        path: when
        for path, when in snapshot(output).items()
        if path.parent / "summary.json" in done
    }
    cells = run_cells(GRID.groups(), output, CPU)
    assert {path: snapshot(output)[path] for path in before} == before
    for mine, theirs in zip(cells, finished[1], strict=True):
        assert mine.summary.success_rate == theirs.summary.success_rate
        assert mine.summary.solved_at == theirs.summary.solved_at
        assert mine.summary.pre_regularisation_success == theirs.summary.pre_regularisation_success


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("{"),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), "seal": {}})),
        lambda path: (path.parent / "formula.json").unlink(),
    ],
    ids=["missing", "damaged", "another kind", "of other results", "without formula"],
)
def test_a_summary_that_does_not_fit_is_computed_anew(finished, copied, damage):
    directory = cell_directory(copied, "mul-nmu_1")
    damage(directory / "summary.json")
    weights = (directory / "weights.safetensors").stat().st_mtime_ns
    cells = run_cells(GRID.groups(), copied, CPU)
    assert [cell.summary for cell in cells] == [cell.summary for cell in finished[1]]
    assert (directory / "weights.safetensors").stat().st_mtime_ns == weights


def test_a_cell_of_another_configuration_is_refused(copied):
    path = cell_directory(copied, "mul-nmu_1") / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "first_seed": 3}))
    with pytest.raises(RunError, match="was begun with first seed 3, not 0"):
        run_cells(GRID.groups(), copied, CPU)


def test_changed_weights_are_noticed(copied):
    path = cell_directory(copied, "mul-npu_1") / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(RunError, match="was changed after the training"):
        run_cells(GRID.groups(), copied, CPU)


def test_progress_grows_to_the_number_of_cells(tmp_path):
    heard = []
    grid = CellGrid.checked(
        operations=("mul",), modules=("nmu", "npu"), ranges=("[1,2]",), seeds=1, iterations=1_000
    )
    run_cells(grid.groups(), tmp_path / "out", CPU, on_progress=heard.append)
    assert [s.done for s in heard] == sorted(s.done for s in heard)
    assert (heard[-1].done, heard[-1].finished, heard[-1].cells) == (2, 2, 2)
    assert {(s.doing, s.module) for s in heard} == {
        (doing, module) for doing in ("training", "checking") for module in ("NMU", "NPU")
    }


def plain_correlation(first, second):
    """Pearson's coefficient from its definition, one value after the other."""
    first, second = first.tolist(), second.tolist()
    means = math.fsum(first) / len(first), math.fsum(second) / len(second)
    products = math.fsum(
        (a - means[0]) * (b - means[1]) for a, b in zip(first, second, strict=True)
    )
    squares = [
        math.fsum((value - mean) ** 2 for value in values)
        for values, mean in zip((first, second), means, strict=True)
    ]
    return products / math.sqrt(squares[0] * squares[1]) if all(squares) else math.nan


@pytest.mark.parametrize("extent", ["[-6.1,-1.2]", "[[-6,-2],[2,6]]"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("inputs", [2, 5])
def test_the_thresholds_are_those_of_the_perfect_model(operation, extent, inputs):
    found = criteria.thresholds(operation, extent, inputs, samples=3_000)
    task = OPERATIONS[operation]
    x = sample(Range.parse(extent), np.random.RandomState(0), (3_000, inputs))
    t, y = task.targets(x), task.perfect(x, 1e-5)
    plain = math.fsum(abs((b - a) / a) for a, b in zip(t.tolist(), y.tolist(), strict=True)) / 3_000
    assert found.mape == pytest.approx(plain, rel=1e-9)
    distance = max(1 - plain_correlation(y, t), 5e-11)
    assert found.pcc_distance == pytest.approx(distance, abs=1e-15)


def test_the_distance_of_pcc_keeps_digits_that_a_difference_loses():
    random = np.random.RandomState(1)
    t, noise = random.standard_normal(10_000), random.standard_normal(10_000)
    far = criteria.pcc_distance(t + 1e-3 * noise, t)
    assert far == pytest.approx(1 - plain_correlation(t + 1e-3 * noise, t), rel=1e-6)
    near = criteria.pcc_distance(t + 1e-10 * noise, t)
    assert near == pytest.approx(far * 1e-14, rel=1e-2)
    assert criteria.pcc_distance(3 * t + 4, t) < 1e-30


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [1.0, math.nan, 2.0], [1.0, math.inf, 2.0]])
def test_what_has_no_pcc_is_infinitely_far(values):
    assert criteria.pcc_distance(np.array(values), np.array([1.0, 2.0, 3.0])) == math.inf


def test_thresholds_are_computed_once():
    assert criteria.thresholds("mul", "[2,6]", 2) is criteria.thresholds("mul", "[2,6]", 2)


@pytest.mark.parametrize("name", ["mul-nmu_-1", "mul-nmu_1", "mul-npu_-1", "mul-npu_1"])
def test_seeds_are_judged_by_each_criterion(finished, name):
    run = Run.open(cell_directory(finished[0], name))
    judged = criteria.alternatives(run)
    config = run.config
    x, t = config.source.test()
    t = t.astype(np.float32).astype(float)
    limits = criteria.thresholds("mul", config.task.extrapolation_range, 2)
    for place in range(2):
        with torch.no_grad():
            y = (
                member(trained_stack(run), place)(torch.from_numpy(x).float())[:, 0]
                .double()
                .numpy()
            )
        assert judged.mape[place] == (float(np.mean(np.abs(y / t - 1))) < limits.mape)
        assert judged.pcc[place] == (1 - plain_correlation(y, t) <= limits.pcc_distance)


def test_success_before_the_regularisation_is_judged_before_the_penalty(finished):
    run = Run.open(cell_directory(finished[0], "mul-nmu_-1"))
    records = [json.loads(line) for line in run.path("metrics.jsonl").read_text().splitlines()]
    # The penalty of NMU begins after 20,000 of 50,000 iterations, so after 800 of 2,000.
    assert records[0]["iteration"] == 0
    assert records[1]["iteration"] == 1_000
    task = run.config.task
    threshold = success_threshold(operation_named(task.operation), task.extrapolation, 2, 0.49)
    expected = [error < threshold for error in records[0]["extrapolation"]]
    assert criteria.alternatives(run).pre_regularisation == expected


def test_there_is_nothing_before_a_penalty_that_acts_from_the_start(finished):
    assert finished[1][2].summary.pre_regularisation_success is None


def test_damaged_metrics_are_refused(copied):
    run = Run.open(cell_directory(copied, "mul-nmu_1"))
    run.path("metrics.jsonl").write_text('{"iteration": 0, "extrapolation": [1.0]}\n')
    with pytest.raises(RunError, match=r"metrics\.jsonl is damaged"):
        criteria.alternatives(run)


def test_a_threshold_beyond_floats_is_no_threshold():
    assert not math.isfinite(criteria.loose_threshold("mul", "[20,40]", 180))
