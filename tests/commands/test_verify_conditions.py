"""Conditions and integers on the command line."""

import json

import pytest

from nalmx.cli import main


def run(capsys, *arguments):
    code = main(["verify", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_condition_is_a_claim_by_itself_and_its_certificate_is_replayed(capsys, tmp_path):
    file = str(tmp_path / "certificate.json")
    code, out, _ = run(
        capsys, "expr", "exp(x) >= 1 + x", "--range", "[-5,5]", "--certificate", file
    )
    assert code == 0
    assert out.startswith("proved: true for all real x in [-5,5] (signs on boxes")
    code, out, _ = run(capsys, "certificate", file)
    assert code == 0
    assert "second arithmetic" in out


def test_a_condition_that_fails_is_refuted_with_what_its_sides_are(capsys):
    code, out, _ = run(capsys, "expr", "exp(x) > 1 + x", "--range", "[-5,5]")
    assert code == 1
    assert out.startswith("refuted: the condition does not hold: 1 > 1 is false\n  x = 0\n")


def test_integers_are_named(capsys):
    claim = ["expr", "Mod(n*m, 2)", "--truth", "Mod(n, 2)*Mod(m, 2)", "--range", "[0,99]"]
    code, out, _ = run(capsys, *claim, "--integers", "n,m")
    assert code == 0
    assert out.startswith("proved: equal for all m, n in integers [0,99], and both defined there")
    assert run(capsys, *claim)[0] == 1
    code, out, _ = run(capsys, *claim, "--integers", "n", "--integers", "m", "--json")
    assert json.loads(out)["domain"] == {"m": "integers [0,99]", "n": "integers [0,99]"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["exp(x)", "--range", "[0,1]"], "'exp(x)' is a number, and a claim says what it equals"),
        (
            ["x >= 0", "--range", "[0,1]", "--integers", "n"],
            "there is no input 'n' to be an integer",
        ),
        (["x >= 0", "--range", "[0.1,0.9]", "--integers", "x"], "of 'x' holds no integer"),
        (
            ["x", "--truth", "x", "--range", "[0,1]", "--integers", "x", "--export-tests", "t.py"],
            "tests of claims on integers cannot be exported",
        ),
    ],
)
def test_what_cannot_be_claimed_is_refused_in_one_line(
    capsys, tmp_path, monkeypatch, arguments, says
):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "expr", *arguments)
    assert code == 2
    (line,) = err.strip().splitlines()
    assert says in line
    assert not list(tmp_path.iterdir())
