"""`--certificate`, `--certificates` and `nalmx verify certificate` as a user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from nalmx.cli import main

CLAIM = ["verify", "expr", "x1*x2 + 1e-6*x1", "--truth", "x2*x1", "--range", "[2,6]"]
BOUNDED = [*CLAIM, "--tolerance", "abs:1e-4"]


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def file(capsys, tmp_path):
    path = tmp_path / "claim.json"
    code, out, err = run(capsys, *BOUNDED, "--certificate", path)
    assert (code, err) == (0, f"certificate: {path}\n")
    assert out.startswith("bounded: ")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    directory = tmp_path_factory.mktemp("runs") / "run"
    arguments = ["--operation", "add", "--module", "nau", "--inputs", "2", "--seeds", "1"]
    short = ["--iterations", "6000", "--quiet", "--output", str(directory)]
    assert main(["train-and-extract", *arguments, *short]) == 0
    return directory


def test_a_certificate_is_established_again(capsys, file):
    code, out, err = run(capsys, "verify", "certificate", file)
    assert (code, err) == (0, "")
    assert out.startswith("established: bounded, at most ")
    assert "✓ the second arithmetic shows the bound on boxes that cover the domain" in out
    assert "x1, x2 in [2,6]" in out


def test_json_holds_the_claim_and_what_was_replayed(capsys, file):
    code, out, _ = run(capsys, "verify", "certificate", file, "--json")
    replay = json.loads(out)
    assert code == 0
    assert replay["established"] is True
    assert replay["verdict"] == "bounded"
    assert replay["claim"]["right"] == "x2*x1"
    assert replay["boxes"] > 0
    assert replay["reason"] is None


def test_a_refutation_that_is_established_again_exits_with_1(capsys, tmp_path):
    path = tmp_path / "claim.json"
    assert run(capsys, *CLAIM, "--certificate", path, "--quiet")[0] == 1
    code, out, _ = run(capsys, "verify", "certificate", path)
    assert code == 1
    assert out.startswith("established: refuted\n")


def test_what_is_not_established_exits_with_3(capsys, file):
    from nalmx.verify.certificate import digest_of

    data = json.loads(file.read_text())
    data["claim"]["right"] = "x2*x1 + 1"
    file.write_text(json.dumps({**data, "sha256": digest_of(data)}))
    code, out, _ = run(capsys, "verify", "certificate", file)
    assert code == 3
    assert out.startswith("not established: bounded")
    assert "✗ " in out


def test_a_record_of_a_sweep_exits_with_3(capsys, tmp_path):
    path = tmp_path / "claim.json"
    tested = ["verify", "expr", "acos(cos(4))", "--truth", "2*pi - 4"]
    code, out, _ = run(capsys, *tested, "--points", "1000", "--certificate", path, "--quiet")
    assert (code, out.split(":")[0]) == (0, "tested")
    code, out, _ = run(capsys, "verify", "certificate", path)
    assert code == 3
    assert "nothing to replay" in out


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": 2}', None])
def test_a_damaged_or_altered_file_is_refused_in_one_line(capsys, file, content):
    file.write_text(content if content is not None else file.read_text().replace("2,6", "2,7"))
    code, out, err = run(capsys, "verify", "certificate", file)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1


def test_an_existing_file_is_never_overwritten(capsys, file):
    before = file.read_bytes()
    code, out, err = run(capsys, *BOUNDED, "--certificate", file)
    assert (code, out) == (2, "")
    assert "never overwritten" in err
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_said_before_any_work(capsys, tmp_path):
    code, out, err = run(capsys, *BOUNDED, "--certificate", tmp_path / "nowhere" / "c.json")
    assert (code, out) == (2, "")
    assert "make it first" in err
    os.symlink(tmp_path / "missing", tmp_path / "link.json")
    assert run(capsys, *BOUNDED, "--certificate", tmp_path / "link.json")[0] == 2


def test_a_missing_file_is_said(capsys, tmp_path):
    code, out, err = run(capsys, "verify", "certificate", tmp_path / "none.json")
    assert (code, out) == (2, "")
    assert "there is no file" in err


def test_a_run_has_a_certificate_of_every_claim(capsys, trained):
    code, out, err = run(capsys, "verify", "run", trained, "--certificates")
    assert code == 0
    names = ("model-formula", "formula-truth", "model-truth")
    files = [trained / f"certificate-{name}.json" for name in names]
    for path in files:
        assert f"certificate: {path}\n" in err
        code, out, _ = run(capsys, "verify", "certificate", path)
        assert code == 0
        assert out.startswith("established: ")
    saved = json.loads((trained / "formula.json").read_text())["formula"]["weights_sha256"]
    assert json.loads(files[0].read_text())["provenance"]["weights_sha256"] == saved
    code, out, err = run(capsys, "verify", "run", trained, "--certificates")
    assert (code, out) == (2, "")
    assert "never overwritten" in err


def test_a_run_without_a_formula_has_no_certificates_and_says_so(capsys, tmp_path):
    directory = tmp_path / "run"
    arguments = ["--operation", "mul", "--module", "nau", "--output", directory]
    run(capsys, "train-and-extract", *arguments, "--iterations", "50", "--seeds", "1", "--quiet")
    code, _, err = run(capsys, "verify", "run", directory, "--certificates")
    assert code == 3
    assert "no certificates were written" in err
    assert not list(directory.glob("certificate*"))


def test_a_replay_runs_without_torch(file):
    code = (
        "import sys\nfrom nalmx.cli import main\n"
        f"assert main(['verify', 'certificate', {str(file)!r}]) == 0\n"
        "assert not {'torch', 'sympy', 'hypothesis', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
