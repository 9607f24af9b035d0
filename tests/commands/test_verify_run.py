"""`nalmx verify run` of each kind: what it has no use for is refused."""

import json

import pytest

from nalmx.cli import main

TOLERANCE, FLOATS = ["--tolerance", "abs:1"], ["--as-it-runs"]
FIGURE, TESTS = ["--figure", "a.svg"], ["--export-tests", "test_a.py"]
TRUTH = ["--truth", "tasks.py:answer"]
REFUSED = [
    *(("", "a module", option) for option in (FIGURE, TRUTH)),
    *(("fit", "nalmx fit", option) for option in (TOLERANCE, FLOATS, FIGURE, TRUTH)),
    *(("sequence", "--module pntm", option) for option in (TOLERANCE, FLOATS, TESTS)),
]


@pytest.mark.parametrize(("kind", "maker", "option"), REFUSED)
def test_an_option_that_a_run_has_no_use_for_is_refused(capsys, tmp_path, kind, maker, option):
    (tmp_path / "config.json").write_text(json.dumps({"kind": kind} if kind else {}))
    assert main(["verify", "run", str(tmp_path), *option]) == 2
    said = capsys.readouterr().err
    assert said == f"nalmx: {option[0]} is not for a run of {maker}; leave it out\n"
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_certificates_of_a_run_that_is_not_there_are_no_matter(capsys, tmp_path):
    assert main(["verify", "run", str(tmp_path / "none"), "--certificates"]) == 2
    assert "train one with" in capsys.readouterr().err
