"""`nalmx bench single-module`, end to end on short trainings."""

import csv
import json
import shlex
import signal
import subprocess
import sys

import pytest

from nalmx.bench import CellSummary, cells
from nalmx.cli import main
from nalmx.train import Run

SMALL = ["--operation", "mul,sub", "--module", "NMU,nau", "--range", "[1,2]"]
SHORT = ["--range", "[-1.2,-1.1]", "--seeds", "2", "--iterations", "2000"]


def bench(capsys, *arguments):
    code = main(["bench", "single-module", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def snapshot(directory):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished benchmark of two modules on two ranges."""
    directory = tmp_path_factory.mktemp("runs") / "my benchmark"
    arguments = [*SMALL, *SHORT, "--output", str(directory), "--quiet"]
    assert main(["bench", "single-module", *arguments]) == 0
    return directory


def test_everything_lands_in_the_output_directory(finished):
    assert {path.name for path in finished.iterdir()} == {
        "cells", "figures", "results.csv", "results.json",
    }  # fmt: skip
    assert {path.name for path in (finished / "cells").iterdir()} == {
        f"{pair}_{extent}_2-inputs_2-seeds_2000-iterations"
        for pair in ("mul-nmu", "sub-nau")
        for extent in ("1_2", "-1.2_-1.1")
    }
    assert {path.name for path in (finished / "figures").iterdir()} == {
        f"single-module-{operation}.{kind}"
        for operation in ("mul", "sub")
        for kind in ("svg", "pdf", "png")
    }


def test_the_table_holds_the_results_of_the_runs(finished):
    with (finished / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["operation"], row["module"], row["range"]) for row in rows] == [
        ("mul", "NMU", "[1,2]"), ("mul", "NMU", "[-1.2,-1.1]"),
        ("sub", "NAU", "[1,2]"), ("sub", "NAU", "[-1.2,-1.1]"),
    ]  # fmt: skip
    for row in rows:
        name = f"{row['operation']}-{row['module'].lower()}_{row['low']}_{row['high']}"
        run = Run.open(finished / "cells" / f"{name}_2-inputs_2-seeds_2000-iterations")
        won = sum(seed["success"] for seed in run.load_results()["seeds"])
        assert float(row["success_rate"]) == won / 2
        assert row["extrapolation_range"] == run.config.task.extrapolation_range
        assert (row["inputs"], row["seeds"], row["iterations"]) == ("2", "2", "2000")
        assert 0 <= float(row["pcc_success"]) <= 1
        assert 0 <= float(row["mape_success"]) <= 1
        assert 0 <= float(row["pre_regularisation_success"]) <= 1
        assert row["within_published"] == ""
    assert (rows[0]["formula"], rows[0]["formula_verdict"]) == ("x1*x2", "proved")


def test_a_second_call_is_quick_and_changes_nothing(capsys, finished, monkeypatch):
    before = snapshot(finished)
    monkeypatch.setattr(cells, "summarise", None)
    monkeypatch.setattr("nalmx.report.benchmark_figure.benchmark_figure", None)
    code, out, err = bench(capsys, *SMALL, *SHORT, "--output", str(finished), "--quiet")
    assert (code, err) == (0, "")
    assert "4 cells in" in out
    assert snapshot(finished) == before


def test_json_is_one_object_with_all_rows_and_the_agreement(capsys, finished):
    code, out, err = bench(capsys, *SMALL, *SHORT, "--output", str(finished), "--json", "--quiet")
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert len(record["rows"]) == 4
    assert record["agreement"]["compared"] == 0
    assert record["agreement"]["text"] == (
        "a comparison with the published results needs 2 inputs, 25 seeds and 50,000 iterations"
    )
    assert record["settings"]["modules"] == ["nmu", "nau"]
    assert record["output"] == str(finished)
    saved = json.loads((finished / "results.json").read_text())
    assert {name: record[name] for name in saved} == saved
    names = CellSummary.__dataclass_fields__
    first = {name: record["rows"][0][name] for name in names}
    assert CellSummary.from_json(first).formula == "x1*x2"


def test_what_is_printed_for_a_person(capsys, finished):
    code, out, err = bench(capsys, *SMALL, *SHORT, "--output", str(finished))
    assert code == 0
    assert "x1*x2 proved" in out
    assert "a comparison with the published results needs 2 inputs, 25 seeds" in out
    assert f"results: {finished}" in out
    assert err.splitlines() == [
        "nalmx: nau cannot learn mul; left out", "nalmx: nmu cannot learn sub; left out",
    ]  # fmt: skip


def test_cells_of_other_settings_live_beside_each_other(capsys, tmp_path):
    task = ["--operation", "add", "--module", "nau", "--range", "[1,2]", "--iterations", "1000"]
    for settings in (
        ["--seeds", "1", "--seed", "4"],
        ["--seeds", "1", "--inputs", "3"],
    ):
        code, _, _ = bench(capsys, *task, *settings, "--output", str(tmp_path / "out"), "--quiet")
        assert code == 0
    assert {path.name for path in (tmp_path / "out" / "cells").iterdir()} == {
        "add-nau_1_2_2-inputs_1-seeds_from-4_1000-iterations",
        "add-nau_1_2_3-inputs_1-seeds_1000-iterations",
    }
    assert len(json.loads((tmp_path / "out" / "results.json").read_text())["rows"]) == 1


def test_an_interrupted_benchmark_says_how_to_go_on_and_does(capsys, tmp_path, monkeypatch):
    directory = tmp_path / "a benchmark"
    summarise = cells.summarise

    def interrupted(run, device):
        signal.raise_signal(signal.SIGINT)
        return summarise(run, device)

    arguments = ["--module", "nmu", "--range", "[1,2]", *SHORT, "--output", str(directory)]
    monkeypatch.setattr(cells, "summarise", interrupted)
    code, out, err = bench(capsys, *arguments)
    assert (code, out) == (130, "")
    assert err.count("\n") == 1
    assert "interrupted, 1 of 2 cells are finished; nothing is lost" in err
    again = shlex.split(err.split("continue with: ")[1])
    assert again[:3] == ["nalmx", "bench", "single-module"]
    assert not (directory / "results.json").exists()
    first = directory / "cells" / "mul-nmu_1_2_2-inputs_2-seeds_2000-iterations"
    before = snapshot(first)

    monkeypatch.setattr(cells, "summarise", summarise)
    assert main(again[1:]) == 0
    assert snapshot(first) == before
    assert len(json.loads((directory / "results.json").read_text())["rows"]) == 2


def test_an_interrupted_training_keeps_its_checkpoint(capsys, tmp_path, monkeypatch):
    from nalmx.train import trainer

    fit_together = trainer.fit_together

    def interrupted(*args, **kwargs):
        signal.raise_signal(signal.SIGINT)
        return fit_together(*args, **kwargs)

    monkeypatch.setattr(trainer, "fit_together", interrupted)
    arguments = ["--module", "nmu", "--range", "[1,2]", *SHORT, "--output", str(tmp_path / "out")]
    code, _, err = bench(capsys, *arguments)
    assert code == 130
    assert "0 of 2 cells are finished" in err
    assert len(list(tmp_path.rglob("checkpoint.safetensors"))) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--operation", "pow"],
        ["--module", "mlp"],
        ["--module", "nmu,,nau"],
        ["--operation", ""],
        ["--module", ","],
        ["--inputs", ""],
        ["--inputs", "1"],
        ["--inputs", "two"],
        ["--inputs", "2,-7"],
        ["--inputs", "9" * 50],
        ["--inputs", "9" * 20],
        ["--range", ""],
        ["--range", "[2,1]"],
        ["--range", "[3,4]"],
        ["--range", "[1,2],[10,20]"],
        ["--range", "nan"],
        ["--seeds", "0"],
        ["--seeds", "9" * 30],
        ["--seeds", "some"],
        ["--seed", "-1"],
        ["--iterations", "0"],
        ["--iterations", "1e9"],
        ["--iterations", "9" * 30],
        ["--operation", "add", "--module", "nmu"],
        ["--module", "nlrl"],
        ["--device", "abacus"],
        ["--resume"],
        ["extra"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_and_leaves_nothing(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = bench(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_no_benchmark_is_refused_and_untouched(capsys, tmp_path):
    (tmp_path / "results.json").write_text("precious")
    for output in (tmp_path, tmp_path / "results.json", tmp_path / "results.json" / "deeper"):
        code, out, err = bench(capsys, *SMALL, *SHORT, "--output", str(output))
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "--output" in err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


def test_bad_input_is_refused_without_waiting_for_torch(tmp_path):
    (tmp_path / "something").touch()
    code = (
        "import sys; from nalmx.cli import main\n"
        "for option in ('--module mlp', '--range [3,4]', '--output .', '--inputs 1'):\n"
        "    assert main(['bench', 'single-module', *option.split()]) == 2, option\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not set(result.stdout.split()) & {"torch", "sympy", "hypothesis"}


def test_the_help_has_an_example(capsys):
    assert main(["bench", "single-module", "--help"]) == 0
    assert "Example: nalmx bench single-module" in " ".join(capsys.readouterr().out.split())
