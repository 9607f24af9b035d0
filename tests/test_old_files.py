"""Runs and certificates that earlier versions wrote: they open, say the same, replay and go on.

`old/` is never written anew: what a version wrote once stays readable.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nalmx.cli import main

OLD = Path(__file__).parent / "old"
CERTIFICATES = sorted((OLD / "certificates").glob("*.json"))
FINISHED = {"mul-nmu": 0, "mul-npu": 0, "add-nac-plus": 3, "parity": 0}


@pytest.fixture
def run(tmp_path):
    """A copy of an old run, by its name."""

    def copied(name):
        return str(shutil.copytree(OLD / name, tmp_path / name))

    return copied


def test_old_holds_runs_of_both_kinds_and_certificates_of_every_level():
    levels = {json.loads(path.read_text())["verdict"] for path in CERTIFICATES}
    assert levels == {"proved", "bounded", "refuted"}
    assert {path.name for path in OLD.iterdir()} == {
        *FINISHED,
        "certificates",
        "sub-nau-interrupted",
    }


@pytest.mark.parametrize("path", CERTIFICATES, ids=lambda path: path.stem)
def test_an_old_certificate_is_established_again(capsys, path):
    held = json.loads(path.read_text())
    code, said = (1 if held["verdict"] == "refuted" else 0), "established: "
    if held.get("arithmetic", "reals") != "reals":  # a record, which has nothing to replay
        code, said = 3, "not established: "
    assert main(["verify", "certificate", str(path)]) == code
    assert capsys.readouterr().out.startswith(said + held["verdict"])


@pytest.mark.parametrize(("name", "code"), FINISHED.items())
def test_an_old_run_opens_and_its_verdicts_are_found_again(capsys, run, name, code):
    saved = json.loads((OLD / name / "verdicts.json").read_text())["verdicts"]
    assert main(["verify", "run", run(name), "--json", "--quiet"]) == code
    found = json.loads(capsys.readouterr().out)["verdicts"]
    unknown = {"verdict": "unknown"}  # of a run without a formula, no verdicts are saved
    for claim, verdict in found.items():
        assert verdict["verdict"] == saved.get(claim, unknown)["verdict"]
    assert found.keys() >= saved.keys()
    assert found


@pytest.mark.parametrize(
    "path", sorted(OLD.glob("*/certificate-*.json")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_an_old_certificate_of_a_run_is_established_again(capsys, path):
    assert main(["verify", "certificate", str(path)]) == 0
    assert capsys.readouterr().out.startswith("established: ")


def test_an_old_training_that_was_interrupted_goes_on(capsys, run):
    directory = run("sub-nau-interrupted")
    assert main(["train-and-extract", "--resume", "--output", directory, "--quiet"]) == 0
    assert "python: x1 - x2" in capsys.readouterr().out
