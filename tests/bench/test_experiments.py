"""The frame of the published experiments: cells on disk, results, and what the catalogue says."""

import csv
import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from nalmx.bench.cells import Stopped
from nalmx.bench.experiments import CATALOGUE, Entry, chomsky
from nalmx.bench.experiments._inalu import Distribution
from nalmx.bench.experiments._subsets import EPSILON, OPERATIONS, SubsetTask
from nalmx.bench.experiments.experiment import Experiment
from nalmx.bench.experiments.running import _name, run_experiment
from nalmx.cli import main
from nalmx.errors import RunError
from nalmx.expression.ball import ball, enclose
from nalmx.pntm.tasks import SUITE_TASK_NAMES, TASK_NAMES
from nalmx.ranges import Range


class Counting:
    """An experiment of two cells that counts how often they are run."""

    def __init__(self, monkeypatch):
        self.ran = []
        self.size = 3
        experiment = Experiment(self.cells, self.run, hidden=("size",))
        monkeypatch.setattr(Entry, "experiment", lambda entry: experiment)
        self.entry = Entry("counting", "counting", "Counts.", "nowhere", 1)

    def cells(self, quick):
        size = 1 if quick else self.size
        return [{"letter": letter, "size": size} for letter in "ab"]

    def run(self, cell, tell):
        tell(0.5, "counting")
        self.ran.append(cell["letter"])
        return {"twice": cell["letter"] * 2 * cell["size"], "published": "?"}


@pytest.fixture
def counting(monkeypatch):
    return Counting(monkeypatch)


def test_results_are_written_beside_the_cells(counting, tmp_path):
    results = run_experiment(counting.entry, tmp_path)
    assert results.shown()[1] == {"letter": "b", "twice": "bbbbbb", "published": "?"}
    assert results.common == {"size": "3"}
    with (tmp_path / "results.csv").open(newline="") as file:
        assert [row["twice"] for row in csv.DictReader(file)] == ["aaaaaa", "bbbbbb"]
    saved = json.loads((tmp_path / "results.json").read_text())
    assert saved["experiment"] == "counting"
    assert saved["rows"][0]["settings"] == {"letter": "a", "size": 3}


def test_a_finished_cell_is_not_run_again_and_another_size_is(counting, tmp_path):
    first = run_experiment(counting.entry, tmp_path)
    assert run_experiment(counting.entry, tmp_path).shown() == first.shown()
    assert counting.ran == ["a", "b"]
    counting.size = 4
    assert run_experiment(counting.entry, tmp_path).rows[0]["twice"] == "a" * 8
    assert counting.ran == ["a", "b"] * 2


def test_what_is_stopped_continues(counting, tmp_path):
    with pytest.raises(Stopped, match="1 of 2"):
        run_experiment(counting.entry, tmp_path, stop_requested=lambda: bool(counting.ran))
    run_experiment(counting.entry, tmp_path)
    assert counting.ran == ["a", "b"]


def test_progress_says_which_cell_is_run(counting, tmp_path):
    seen = []
    run_experiment(counting.entry, tmp_path, on_progress=lambda *told: seen.append(told))
    assert (1.5, 2, "1/2 cells, b_3: counting") in seen


@pytest.mark.parametrize("damage", ["[1]", '{"schema": 9}'])
def test_a_file_that_is_no_cell_is_named(counting, tmp_path, damage):
    run_experiment(counting.entry, tmp_path)
    (tmp_path / "cells" / "a_3.json").write_text(damage)
    with pytest.raises(RunError, match=r"a_3\.json is no cell"):
        run_experiment(counting.entry, tmp_path)


def test_the_command_lists_what_there_is(capsys):
    assert main(["bench", "--list"]) == 0
    out = capsys.readouterr().out
    names = [entry.name for entry in CATALOGUE] + ["single-module", "sequence"]
    assert all(name in out for name in names)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_every_experiment_has_cells_of_its_own(entry):
    experiment = entry.experiment()
    quick, full = experiment.cells(True), experiment.cells(False)
    assert 0 < len(quick) <= len(full)
    for cells in (quick, full):
        names = [_name(cell) for cell in cells]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) < 120
        assert set(experiment.hidden) <= set(cells[0])
    assert entry.title.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_every_experiment_runs_quickly(entry, tmp_path, capsys):
    assert main(["bench", entry.name, "--quick", "--json", "-q", "--output", str(tmp_path)]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len(rows) == len(entry.experiment().cells(True))
    assert all(len(row) > 2 for row in rows)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_truth_of_a_subset_task_is_what_its_targets_are(operation):
    task = SubsetTask(operation, 20, subset=0.25, overlap=0.5, seed=3)
    x, t = task.evaluation(Range.parse("[1,2]"), 50)
    first, second = task.slices
    a, b = (x[:, part].double().sum(-1).numpy() for part in (first, second))
    expected = {
        "add": a + b, "sub": a - b, "mul": a * b, "div": a / b,
        "square": a**2, "root": np.sqrt(a), "reciprocal": 1 / a,
    }[operation]  # fmt: skip
    np.testing.assert_allclose(t[:, 0].numpy(), expected, rtol=1e-6)
    point = {f"x{i + 1}": ball(Fraction(float(v))) for i, v in enumerate(x[0])}
    assert float(enclose(task.truth, point)) == pytest.approx(float(t[0, 0]), rel=1e-6)


def test_subsets_have_the_size_and_the_overlap_of_the_benchmark():
    for seed in range(5):
        first, second = SubsetTask("mul", 100, seed=seed).slices
        assert first.stop - first.start == second.stop - second.start == 25
        assert first.stop - second.start == 12
        assert second.stop <= 100


def test_the_threshold_is_that_of_weights_off_by_epsilon():
    task, extent = SubsetTask("add", 10), Range.parse("[2,6]")
    x, t = task.evaluation(extent, 10_000)
    weights = torch.full((10, 2), EPSILON, dtype=torch.float64)
    for column, part in enumerate(task.slices):
        weights[part, column] = 1 - EPSILON
    error = ((x.double() @ weights).sum(-1) - t[:, 0]).square().mean()
    assert task.threshold(extent, 10_000) == pytest.approx(float(error), rel=0.05)


@pytest.mark.parametrize("text", ["uniform(-5,5)", "normal(-2,4)", "exponential(0.2)"])
def test_distributions_stay_within_their_ranges(text):
    distribution = Distribution.parse(text)
    x = distribution.draw(np.random.default_rng(0), (20_000, 2))
    assert x.min() >= distribution.extent.lower
    assert x.max() <= distribution.extent.upper
    middle = {"u": 0.0, "n": 1.0, "e": 0.2}[text[0]]
    assert x.mean() == pytest.approx(middle, abs=0.05)


def test_the_cells_of_a_seeded_experiment_are_run_for_each_seed(monkeypatch, tmp_path):
    counting = Counting(monkeypatch)
    entry = replace(counting.entry, seeded=True)
    results = run_experiment(entry, tmp_path, seeds=2)
    assert [(row["letter"], row["seed"]) for row in results.shown()] == [
        *(("a", 0), ("a", 1), ("b", 0), ("b", 1))
    ]
    assert counting.ran == ["a", "a", "b", "b"]
    run_experiment(entry, tmp_path, seeds=3)
    assert counting.ran[4:] == ["a", "b"]


def test_the_suite_of_the_chomsky_hierarchy_has_fifteen_tasks_that_there_are():
    (entry,) = [entry for entry in CATALOGUE if entry.name == "chomsky"]
    cells = entry.experiment().cells(quick=False)
    assert len(cells) == len(chomsky.TASKS) == 15
    assert Counter(cell["language"] for cell in cells) == {
        "regular": 4,
        "context-free": 4,
        "context-sensitive": 7,
    }
    tasks = {one.task for one in chomsky.TASKS}
    assert set(SUITE_TASK_NAMES) < tasks < set(TASK_NAMES)


def test_a_cell_of_the_chomsky_hierarchy_learns_tests_and_proves_a_task():
    told = []
    cell = {
        "task": "parity check",
        "language": "regular",
        "examples": 200,
        "longest": 40,
        "seconds": 60,
        "prompts": 20,
        "seed": 0,
    }
    row = chomsky.EXPERIMENT.run(cell, lambda share, doing: told.append(doing))
    assert (row["learned"], row["exact_percent"], row["verdict"]) == (True, 100.0, "proved")
    assert row["states"] == 2
    assert "testing" in told
