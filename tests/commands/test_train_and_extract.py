"""`nalmx train-and-extract` and `nalmx verify run`, end to end on short trainings."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nalmx.cli import main
from nalmx.storage import read_tensors, write_tensors

SHORT = ["--iterations", "9000", "--seeds", "3", "--quiet"]


def run(capsys, *arguments):
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of NMU on multiplication."""
    directory = tmp_path_factory.mktemp("runs") / "mul nmu"
    arguments = ["--operation", "mul", "--module", "nmu", "--output", str(directory), *SHORT]
    assert main(["train-and-extract", *arguments]) == 0
    return directory


def copied(trained, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in trained.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


@pytest.mark.parametrize(
    ("operation", "module", "formula"),
    [("mul", "nmu", "x1*x2"), ("add", "nau", "x1 + x2"), ("sub", "NAU", "x1 - x2")],
)
def test_the_formula_is_found_and_proved(capsys, tmp_path, operation, module, formula):
    directory = tmp_path / "run"
    arguments = ["--operation", operation, "--module", module, "--output", str(directory)]
    code, out, err = run(capsys, "train-and-extract", *arguments, *SHORT, "--json")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["formula"] == formula
    assert (result["successes"], result["seeds"]) == (3, 3)
    assert result["largest_snap"] == 0.0
    assert {v["verdict"] for v in result["verdicts"].values()} == {"proved"}
    assert list(result["verdicts"]) == ["model_formula", "formula_truth", "model_truth"]
    assert result["run"] == str(directory)


def test_what_is_printed_for_a_person(capsys, trained):
    code, out, _ = run(capsys, "verify", "run", str(trained))
    assert code == 0
    assert "3 of 3 seeds succeeded on [2,6]" in out
    assert "python: x1*x2" in out
    assert "formula ↔ truth: proved" in out
    assert "model ↔ formula: proved" in out


def test_everything_lands_in_the_run_directory(trained):
    names = {file.name for file in trained.iterdir()}
    assert names == {
        "config.json",
        "formula.json",
        "metrics.jsonl",
        "results.json",
        "verdicts.json",
        "weights.safetensors",
    }


def test_verify_run_repeats_the_verdicts_from_disk(capsys, trained):
    before = {file.name: file.read_bytes() for file in trained.iterdir()}
    code, out, _ = run(capsys, "verify", "run", str(trained), "--json")
    assert code == 0
    saved = json.loads((trained / "verdicts.json").read_text())["verdicts"]
    found = json.loads(out)["verdicts"]
    assert {n: v["verdict"] for n, v in found.items()} == {
        n: v["verdict"] for n, v in saved.items()
    }
    assert {file.name: file.read_bytes() for file in trained.iterdir()} == before


@pytest.mark.slow
def test_a_network_off_its_grid_is_bounded_and_never_proved(capsys, tmp_path):
    directory = tmp_path / "run"
    arguments = ["--operation", "add", "--module", "nac+", "--interpolation-range", "[10,20]"]
    code, out, _ = run(
        capsys, "train-and-extract", *arguments, "--seeds", "1", "--output", str(directory),
        "--quiet", "--json",
    )  # fmt: skip
    result = json.loads(out)
    assert result["formula"] == "x1 + x2"
    assert 0 < result["largest_snap"] < 1e-3
    assert result["verdicts"]["formula_truth"]["verdict"] == "proved"
    found = result["verdicts"]["model_formula"]
    assert found["verdict"] == "bounded"
    assert found["tolerance"] == "abs:0.0008"
    assert 0 < float(found["largest_difference"]) <= float(found["bound"]) < 0.0008
    assert code == 0
    code, out, _ = run(capsys, "verify", "run", str(directory), "--as-it-runs", "--json")
    running = json.loads(out)["verdicts"]["running_formula"]
    assert running["verdict"] == "bounded"
    assert running["inputs"] == "float32"
    assert running["arithmetic"].startswith("float32 on a CPU: round to nearest")
    assert float(found["bound"]) < float(running["bound"]) <= 0.0008
    assert code == 0
    code, out, _ = run(capsys, "verify", "run", str(directory), "--tolerance", "0", "--json")
    assert code == 1
    assert json.loads(out)["verdicts"]["model_formula"]["verdict"] == "refuted"


def test_no_success_means_no_formula_and_exit_code_3(capsys, tmp_path):
    directory = tmp_path / "run"
    arguments = ["--operation", "mul", "--module", "nau", "--iterations", "1000", "--seeds", "2"]
    code, out, _ = run(
        capsys, "train-and-extract", *arguments, "--output", str(directory), "--quiet", "--json"
    )
    result = json.loads(out)
    assert code == 3
    assert result["formula"] is None
    assert result["reason"] == "none of 2 seeds succeeded"
    assert {v["verdict"] for v in result["verdicts"].values()} == {"unknown"}
    code, out, _ = run(capsys, "verify", "run", str(directory))
    assert code == 3
    assert "no formula: none of 2 seeds succeeded" in out


@pytest.mark.parametrize("formula", ["x1*x2 + 1e-9", "x1*x2 + Max(0, x1-7)", "x1*x2 + 0*log(x1-1)"])
def test_a_formula_that_the_weights_do_not_give_is_noticed(capsys, trained, tmp_path, formula):
    copy = copied(trained, tmp_path)
    saved = json.loads((copy / "formula.json").read_text())
    saved["formula"]["outputs"] = [formula]
    (copy / "formula.json").write_text(json.dumps(saved))
    code, out, err = run(capsys, "verify", "run", str(copy), "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is not what is extracted from the weights (see formula); delete it" in err
    (copy / "formula.json").unlink()
    assert run(capsys, "train-and-extract", "--output", str(copy), "--resume")[0] == 0
    assert (copy / "formula.json").read_bytes() == (trained / "formula.json").read_bytes()


def test_a_formula_in_another_spelling_is_the_same(capsys, trained, tmp_path):
    copy = copied(trained, tmp_path)
    text = (copy / "formula.json").read_text()
    assert '"x1*x2"' in text
    (copy / "formula.json").write_text(text.replace('"x1*x2"', '"(x1*x2)"'))
    assert run(capsys, "verify", "run", str(copy))[0] == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b""),
        ("config.json", b"{}"),
        ("config.json", b'{"schema": 99}'),
        ("config.json", b"[" * 100_000),
        ("formula.json", b"not json"),
        ("formula.json", b'{"schema": 99}'),
        ("formula.json", b"{}"),
        ("formula.json", b'{"schema": 1, "formula": {"outputs": ["__import__(1)"]}}'),
        ("results.json", b"[]"),
        ("results.json", b'{"seeds": [1, 2, 3]}'),
        ("results.json", b'{"seeds": [], "seconds": NaN}'),
        ("config.json", b'{"schema": 1, "seeds": "5"}'),
        ("formula.json", b'{"schema": 1, "formula": {"largest_snap": NaN}}'),
        ("weights.safetensors", b""),
        ("weights.safetensors", b"\xff" * 100),
        ("weights.safetensors", None),
        ("formula.json", None),
    ],
    ids=str,
)
def test_a_damaged_run_is_refused_in_one_line(capsys, trained, tmp_path, name, content):
    copy = copied(trained, tmp_path)
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)
    code, out, err = run(capsys, "verify", "run", str(copy))
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "command", [["verify", "run"], ["train-and-extract", "--resume", "--output"]]
)
def test_changed_weights_are_noticed_and_change_nothing(capsys, trained, tmp_path, command):
    copy = copied(trained, tmp_path)
    weights = read_tensors(copy / "weights.safetensors")
    write_tensors(copy / "weights.safetensors", {n: w * 0.5 for n, w in weights.items()})
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    code, out, err = run(capsys, *command, str(copy))
    assert (code, out) == (2, "")
    assert "was changed after the training" in err
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == before


@pytest.mark.parametrize(
    "command", [["verify", "run"], ["train-and-extract", "--resume", "--output"]]
)
def test_a_configuration_changed_after_the_training_is_noticed(capsys, trained, tmp_path, command):
    copy = copied(trained, tmp_path)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "first_seed": 5}))
    code, _, err = run(capsys, *command, str(copy))
    assert code == 2
    assert "does not fit config.json" in err


TASK = ["--operation", "mul", "--module", "nmu"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--operation", "mul"],
        ["--module", "nmu"],
        ["--operation", "pow", "--module", "nmu"],
        ["--operation", "mul", "--module", "mlp"],
        [*TASK, "--interpolation-range", "[2,1]"],
        [*TASK, "--interpolation-range", "[1,1]"],
        [*TASK, "--interpolation-range", "[nan,1]"],
        [*TASK, "--interpolation-range", "[1,inf]"],
        [*TASK, "--interpolation-range", "[3,4]"],
        [*TASK, "--extrapolation-range", "everywhere"],
        [*TASK, "--inputs", "1"],
        [*TASK, "--inputs", "two"],
        [*TASK, "--seeds", "0"],
        [*TASK, "--iterations", "-5"],
        [*TASK, "--seed", "-1"],
        [*TASK, "--device", "abacus"],
        [*TASK, "--device", "cuda:77"],
        [*TASK, "--tolerance", "some"],
        [*TASK, "--require", "sure"],
        [*TASK, "--resume"],
        [*TASK, "extra"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_and_leaves_nothing(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "train-and-extract", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_existing_output_is_never_touched(capsys, tmp_path):
    (tmp_path / "mine").write_text("precious")
    for output in (tmp_path, tmp_path / "mine"):
        code, _, err = run(capsys, "train-and-extract", *TASK, "--output", str(output))
        assert code == 2
        assert "exists already" in err
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
    assert (tmp_path / "mine").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_output_is_refused(capsys, tmp_path):
    tmp_path.chmod(0o500)
    code, _, err = run(capsys, "train-and-extract", *TASK, "--output", str(tmp_path / "run"))
    tmp_path.chmod(0o700)
    assert code == 2
    assert "cannot be written" in err


def test_resuming_needs_a_run_and_its_own_settings(capsys, trained, tmp_path):
    resume = ["train-and-extract", "--resume", "--output"]
    assert "there is no run directory" in run(capsys, *resume, str(tmp_path / "none"))[2]
    code, _, err = run(capsys, *resume, str(trained), "--seeds", "4")
    assert code == 2
    assert "was started with seeds 3, not 4" in err
    code, out, _ = run(capsys, *resume, str(trained), "--seeds", "3", "--json", "--quiet")
    assert code == 0
    assert json.loads(out)["formula"] == "x1*x2"


def test_default_outputs_are_numbered(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["--operation", "add", "--module", "nau", "--iterations", "10", "--seeds", "1"]
    for _ in range(2):
        run(capsys, "train-and-extract", *arguments, "--quiet")
    assert sorted(p.name for p in Path("runs").iterdir()) == ["add-nau", "add-nau-2"]


def interrupted(directory, settings, beyond):
    """What a training says that is interrupted once it has recorded `beyond` evaluations."""
    command = [sys.executable, "-m", "nalmx", "train-and-extract", "--output", str(directory)]
    process = subprocess.Popen(
        [*command, *settings],
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background lets them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while process.poll() is None and len(evaluated(directory)) <= beyond:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        return process.communicate(timeout=60)[1], process.returncode
    finally:
        process.kill()


def evaluated(directory):
    """The iterations of the evaluations recorded so far."""
    metrics = directory / "metrics.jsonl"
    lines = metrics.read_text().splitlines(keepends=True) if metrics.exists() else []
    return [json.loads(line)["iteration"] for line in lines if line.endswith("\n")]


def test_ctrl_c_leaves_a_run_that_resumes(tmp_path):
    directory = tmp_path / "run"
    endless = ["--operation", "add", "--module", "nau", "--seeds", "20"]
    for settings in ([*endless, "--iterations", "10000000"], ["--resume"]):
        before = evaluated(directory)
        err, code = interrupted(directory, settings, beyond=len(before))
        assert code == 130
        assert "--resume" in err
        assert "Traceback" not in err
        assert (directory / "checkpoint.safetensors").exists()
        after = evaluated(directory)
        assert after[: len(before)] == before
        assert after == list(range(0, 1000 * len(after), 1000))
        assert len(after) > len(before)
