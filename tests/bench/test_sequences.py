"""Cells of a sequence benchmark: kept, never run twice, and shown in a table and a figure."""

import csv
import json
from dataclasses import replace
from io import StringIO

import matplotlib as mpl
import pytest
from rich.console import Console

from nalmx.bench import sequences as bench
from nalmx.bench.fitters import FITTERS, model_name
from nalmx.bench.sequence_grid import SequenceCell, SequenceGrid
from nalmx.bench.sequences import Accuracy, SequenceResult, Stopped, run_sequences
from nalmx.errors import RunError, SettingError, UnknownNameError
from nalmx.pntm.tasks import BASIC_TASK_NAMES, sequence_task
from nalmx.report import sequence_figure as drawing
from nalmx.report.sequence_figure import sequence_figure
from nalmx.report.sequence_table import sequence_table
from nalmx.train import Interrupted


class Stub:
    """A model of copy that is right up to some length."""

    method, reached, seconds, steps = "gradient", True, 1.5, 7

    def __init__(self, task, right_up_to):
        self._task, self._right_up_to = task, right_up_to

    def decode(self, prompts, limit):
        return [self._task.answer(p) if len(p) <= self._right_up_to else () for p in prompts]


@pytest.fixture
def fitted(monkeypatch):
    """What was trained, in order."""
    seen = []

    def fit(task, *, longest, seed, budget_seconds, device, on_progress, stop_requested):
        if stop_requested():
            raise Interrupted(0)
        seen.append((task.name, seed, longest, budget_seconds, device))
        on_progress("half")
        return Stub(task, right_up_to=20)

    monkeypatch.setitem(FITTERS, "stub", fit)
    return seen


def grid(**settings):
    given = {"tasks": ["copy"], "models": ["stub"], "sequences": (6, 4, 3, 2), **settings}
    return SequenceGrid.checked(**given)


def result(model="lstm", seed=0, rights=(100, 40, 0, 0), reached=True, task="copy"):
    accuracies = tuple(
        Accuracy(multiple, 20 * multiple, 100, right)
        for multiple, right in zip((1, 5, 25, 50), rights, strict=True)
    )
    return SequenceResult(
        SequenceCell(task, model, seed), "gradient", reached, 12.3, 900, accuracies
    )


def test_a_model_is_tested_at_multiples_of_its_training_length(tmp_path, fitted):
    (found,) = run_sequences(grid(budget_seconds=9), tmp_path)
    assert fitted == [("copy", 0, 20, 9, "cpu")]
    assert [(a.length, a.sequences, a.right) for a in found.accuracies] == [
        (20, 6, 6),
        (100, 4, 0),
        (500, 3, 0),
        (1000, 2, 0),
    ]
    assert (found.method, found.reached, found.training_seconds, found.steps) == (
        "gradient",
        True,
        1.5,
        7,
    )


def test_finished_cells_are_not_run_again(tmp_path, fitted):
    first = run_sequences(grid(), tmp_path)
    again = run_sequences(grid(seeds=2), tmp_path)
    assert [seed for _, seed, *_ in fitted] == [0, 1]
    assert again[0] == first[0]


def test_a_stopped_benchmark_goes_on_where_it_was(tmp_path, fitted):
    with pytest.raises(Stopped) as stopped:
        run_sequences(grid(seeds=3), tmp_path, stop_requested=lambda: len(fitted) == 2)
    # The second cell was trained but not tested: it is not kept.
    assert (stopped.value.finished, stopped.value.cells) == (1, 3)
    assert [path.name for path in (tmp_path / "cells").iterdir()] == ["copy_stub_seed-0.json"]
    assert not (tmp_path / "results.json").exists()
    results = run_sequences(grid(seeds=3), tmp_path)
    assert [seed for _, seed, *_ in fitted] == [0, 1, 1, 2]
    assert [r.cell.seed for r in results] == [0, 1, 2]


def test_results_are_written_as_json_and_csv(tmp_path, fitted):
    results = run_sequences(grid(seeds=2), tmp_path)
    record = json.loads((tmp_path / "results.json").read_text())
    assert [SequenceResult.from_json(row) for row in record["rows"]] == results
    assert record["settings"]["multiples"] == [1, 5, 25, 50]
    with (tmp_path / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert rows[1]["length"] == "100"
    assert rows[0]["accuracy"] == "1.0"


def test_a_cell_with_other_settings_is_refused(tmp_path, fitted):
    run_sequences(grid(), tmp_path)
    with pytest.raises(RunError, match=r"budget seconds 300.*not 10; give another --output"):
        run_sequences(grid(budget_seconds=10), tmp_path)


@pytest.mark.parametrize("text", ["{}", '{"schema": 1}', "[1]"])
def test_a_damaged_cell_is_refused(tmp_path, fitted, text):
    run_sequences(grid(), tmp_path)
    (tmp_path / "cells" / "copy_stub_seed-0.json").write_text(text)
    with pytest.raises(RunError, match="damaged"):
        run_sequences(grid(), tmp_path)


def test_all_models_of_a_task_get_the_same_test_prompts(tmp_path, fitted, monkeypatch):
    seen = []
    decode = Stub.decode
    monkeypatch.setattr(Stub, "decode", lambda *given: seen.append(given[1]) or decode(*given))
    run_sequences(grid(seeds=2), tmp_path)
    assert seen[:4] == seen[4:]


def test_the_caller_is_told_what_is_done(tmp_path, fitted):
    told = []
    run_sequences(grid(seeds=2), tmp_path, on_progress=told.append)
    assert [s.finished for s in told] == [0] * 6 + [1] * 6
    assert [(s.doing, s.training) for s in told[:3]] == [
        ("training", None),
        ("training", "half"),
        ("testing", None),
    ]


def test_another_directory_is_not_touched(tmp_path, fitted):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(RunError, match="holds other files"):
        run_sequences(grid(), tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tasks": []}, "the list of tasks is empty"),
        ({"seeds": 0}, "^seeds must be within 1 … 1000; 0 given$"),
        ({"multiples": (1, 5)}, "4 numbers of test sequences do not fit 2 multiples"),
        ({"multiples": (1, 5, 2, 9)}, "not in ascending order"),
        ({"sequences": (1, 1, 1, 0)}, "^number of test sequences must be"),
        ({"longest": 0}, "^longest must be within 1 … 1000"),
    ],
)
def test_settings_out_of_their_limits_are_refused(settings, message):
    with pytest.raises(SettingError, match=message):
        SequenceGrid.checked(**settings)


def test_the_nineteen_basic_tasks_are_compared_where_none_is_named():
    tasks = SequenceGrid().tasks
    assert tasks == BASIC_TASK_NAMES
    assert len(tasks) == 19


def test_names_are_brought_into_their_one_spelling():
    chosen = SequenceGrid.checked(tasks=["COPY", "repeat_copy", "copy"], models=["LSTM"])
    assert chosen.tasks == ("copy", "repeat-copy")
    assert chosen.cells()[0].name == "copy_lstm_seed-0"
    with pytest.raises(UnknownNameError, match="sequence model"):
        model_name("oracle")


def test_a_baseline_is_trained_and_tested(tmp_path):
    chosen = SequenceGrid.checked(
        tasks=["parity"],
        models=["gru"],
        longest=2,
        budget_seconds=90,
        multiples=(1, 2),
        sequences=(5, 5),
    )
    (found,) = run_sequences(chosen, tmp_path)
    assert found.reached
    assert found.accuracies[0].rate == 1


def text_of(table):
    console = Console(file=StringIO(), width=120)
    console.print(table)
    return console.file.getvalue()


def test_the_table_has_a_row_for_each_task_and_a_column_for_each_model():
    rows = [result(), result("ntm", rights=(100,) * 4), result(task="sort", reached=False)]
    text = text_of(sequence_table(rows))
    assert "100 40 0 0" in text
    assert "100 100 100 100" in text
    assert "12 s †" in text
    assert "at lengths 20, 100, 500, 1000" in " ".join(text.split())
    assert text_of(sequence_table(rows, ascii_only=True)).isascii()


def test_the_caption_is_not_as_narrow_as_a_table_of_one_model():
    lines = text_of(sequence_table([result()])).splitlines()
    assert len(lines) == 4
    assert "at lengths 20, 100, 500, 1000; seconds of training; † not perfect" in lines[-1]


def test_the_table_shows_means_over_seeds_and_how_many_learnt():
    rows = [result(seed=0), result(seed=1, rights=(99, 20, 1, 0), reached=False)]
    text = text_of(sequence_table(rows))
    assert "99.5 30 0.5 0" in text
    assert "12 s 1/2 †" in text


def test_the_figure_has_a_panel_for_each_task_and_a_line_for_each_model():
    rows = [result(), result("ntm", reached=False), result(task="sort")]
    copy, sort = drawing._figure(rows).axes
    assert [axes.get_title() for axes in (copy, sort)] == ["copy", "sort"]
    assert [list(line.get_ydata()) for line in copy.get_lines()] == [[100, 40, 0, 0]] * 2
    assert [line.get_markerfacecolor() == "none" for line in copy.get_lines()] == [False, True]


def test_the_span_between_seeds_is_shaded():
    rows = [result(), replace(result(seed=1, rights=(100, 60, 0, 0)))]
    (axes,) = drawing._figure(rows).axes
    assert list(axes.get_lines()[0].get_ydata()) == [100, 50, 0, 0]
    assert len(axes.collections) == 1


def test_the_same_results_give_the_same_files(tmp_path):
    before = dict(mpl.rcParams)
    first = sequence_figure([result()], tmp_path / "first")
    second = sequence_figure([result()], tmp_path / "second")
    assert [path.name for path in first] == ["first.svg", "first.pdf", "first.png"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert dict(mpl.rcParams) == before


def test_every_answer_needs_its_end_to_be_right():
    endless = Stub(sequence_task("copy"), 20)
    endless.decode = lambda prompts, limit: [(*p, "a")[:limit] for p in prompts]
    assert bench._accuracy(endless, sequence_task("copy"), 1, 5, 4).right == 0
