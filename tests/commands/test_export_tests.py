"""`--export-tests` of `nalmx verify expr` and `nalmx verify run`."""

from __future__ import annotations

import json
import os

import pytest
from helpers_pytest import pytest_run

from nalmx.cli import main

CLAIM = ["verify", "expr", "x1*x2", "--truth", "x2*x1", "--range", "[2,6]"]
SHORT = ["--iterations", "9000", "--seeds", "2", "--quiet"]


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def outcome(path):
    """What pytest says of a file when nalmx cannot be imported, with few examples."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("max_examples=500", "max_examples=20"), encoding="utf-8")
    (path.parent / "conftest.py").write_text("import sys\nsys.modules['nalmx'] = None\n")
    return pytest_run(path.parent, "-q", path.name).stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    directory = tmp_path_factory.mktemp("runs") / "run"
    arguments = [
        "--operation",
        "mul",
        "--module",
        "nmu",
        "--inputs",
        "3",
        "--output",
        str(directory),
    ]
    assert main(["train-and-extract", *arguments, *SHORT]) == 0
    return directory


def test_an_expression_becomes_a_test_file(capsys, tmp_path):
    file = tmp_path / "test_formula.py"
    code, out, err = run(capsys, *CLAIM, "--export-tests", file)
    assert (code, err) == (0, f"tests: {file}\n")
    assert out.startswith("proved: ")
    assert "formula ↔ truth: proved" in file.read_text(encoding="utf-8")
    assert "2 passed" in outcome(file)


def test_a_refuted_expression_becomes_a_failing_one(capsys, tmp_path):
    file = tmp_path / "test_formula.py"
    wrong = [*CLAIM[:2], "x1 + x2", *CLAIM[3:]]
    code, out, _ = run(capsys, *wrong, "--export-tests", file, "--json", "--quiet")
    assert code == 1
    assert json.loads(out)["verdict"] == "refuted"
    assert "test_the_counterexample_that_nalmx_found" in file.read_text(encoding="utf-8")
    assert "3 failed" in outcome(file)


def test_a_run_becomes_a_test_file(capsys, tmp_path, trained):
    file = tmp_path / "test_formula.py"
    code, out, err = run(
        capsys, "verify", "run", trained, "--export-tests", file, "--json", "--quiet"
    )
    assert (code, err) == (0, "")
    text = file.read_text(encoding="utf-8")
    saved = json.loads((trained / "formula.json").read_text())["formula"]
    assert f"weights: sha256 {saved['weights_sha256']}" in " ".join(text.split())
    assert "def formula(x1: Any, x2: Any, x3: Any) -> Any:" in text
    for claim in ("model ↔ formula", "formula ↔ truth", "model ↔ truth"):
        assert f"    {claim}: {json.loads(out)['verdicts']['formula_truth']['verdict']}" in text
    assert "domain: x1, x2, x3 in [2,6]" in text
    assert "2 passed" in outcome(file)


def test_a_run_without_a_formula_has_no_tests_and_says_so(capsys, tmp_path):
    directory, file = tmp_path / "run", tmp_path / "test_formula.py"
    arguments = ["--operation", "mul", "--module", "nau", "--output", directory]
    run(capsys, "train-and-extract", *arguments, "--iterations", "50", "--seeds", "1", "--quiet")
    code, out, err = run(capsys, "verify", "run", directory, "--export-tests", file)
    assert code == 3
    assert "no formula" in out
    assert err == f"no tests were written to {file}: there is no formula\n"
    assert not file.exists()


@pytest.mark.parametrize("kind", ["expr", "run"])
def test_an_existing_file_is_never_overwritten(capsys, tmp_path, trained, kind):
    file = tmp_path / "test_formula.py"
    file.write_text("mine")
    command = CLAIM if kind == "expr" else ["verify", "run", trained]
    code, out, err = run(capsys, *command, "--export-tests", file)
    assert (code, out) == (2, "")
    assert "never overwritten" in err
    assert err.count("\n") == 1
    assert file.read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_not_overwritten_and_the_verdict_is_shown(
    capsys, tmp_path, monkeypatch
):
    file = tmp_path / "test_formula.py"
    monkeypatch.setattr("nalmx.commands._claim.check_tests", lambda path: file.write_text("mine"))
    code, out, err = run(capsys, *CLAIM, "--export-tests", file)
    assert code == 2
    assert out.startswith("proved: ")
    assert "in the meantime" in err
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["formula.txt", "test_formula", "nowhere/test_formula.py", "link.py"]
)
def test_a_file_that_cannot_be_written_is_refused_in_one_line(capsys, tmp_path, name):
    os.symlink(tmp_path / "missing", tmp_path / "link.py")
    code, out, err = run(capsys, *CLAIM, "--export-tests", tmp_path / name)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["link.py"]
