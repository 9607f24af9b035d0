"""What a prompt and a notebook show: one readable line, escaped HTML, LaTeX of formulas."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nalmx
from nalmx.extract import Formula
from nalmx.pntm.proofs.verdict import SequenceVerdict, WrongAnswer

OLD = Path(__file__).parents[1] / "old"
CLAIM = nalmx.Claim.of("x1*x2", "x2*x1 + 1/3000000007", "[2,6]", "abs:0.0000000001")
FORMULA = Formula(("x1", "x2"), (nalmx.parse("x1/2 - x2"),), "nau", "")


@pytest.mark.parametrize(
    "value, line",
    [
        (nalmx.parse("x1*(x2 + 1)"), "<expression: x1*(x2 + 1)>"),
        (FORMULA, "<formula: x1/2 - x2>"),
        (CLAIM.domain, "<domain: x1, x2 in [2,6]>"),
        (
            CLAIM,
            "<claim: x1*x2 = x2*x1 + 1/3000000007 for x1, x2 in [2,6], within abs:0.0000000001>",
        ),
        (nalmx.check(CLAIM), "<refuted: they differ by 3.33333e-10 (tolerance abs:0.0000000001)>"),
    ],
)
def test_a_value_is_one_line_that_people_can_read(value, line):
    assert repr(value) == line


def test_a_line_of_text_loads_nothing_that_draws():
    """Hypothesis asks for it in the middle of a draw, where rich, as it is loaded, would draw numbers."""
    code = (
        "import sys, nalmx\n"
        "claim = nalmx.Claim.of('x1', '2*x1/2', '[-3,3]')\n"
        "repr(claim.domain), repr(claim), repr(nalmx.check(claim))\n"
        "import nalmx.report.programs\n"
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_long_value_is_cut():
    long = nalmx.parse(" + ".join(f"x{n}*x{n + 1}" for n in range(200)))
    assert len(repr(long)) < 220
    assert repr(long).endswith("…>")


def test_formulas_are_drawn_and_written_as_latex():
    assert "<mfrac>" in FORMULA._repr_html_()
    assert FORMULA._repr_latex_() == r"$\displaystyle \frac{x_{1}}{2} - x_{2}$"
    assert nalmx.parse("x1/2")._repr_latex_() == r"$\displaystyle \frac{x_{1}}{2}$"
    assert CLAIM._repr_latex_() is None
    assert CLAIM._repr_html_().count("<math") == 2


def test_a_verdict_shows_its_counterexample_with_decimals():
    shown = nalmx.check(CLAIM)._repr_html_()
    assert ">refuted</strong>" in shown
    assert "12000000029/3000000007 ≈ 4.00000000033" in shown


def test_a_verdict_on_a_machine_is_escaped():
    wrong = WrongAnswer(("<b>",), ("x",), None, shortest=True)
    verdict = SequenceVerdict("refuted", "trying", "<i>", counterexample=wrong)
    shown = verdict._repr_html_()
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown
    assert repr(verdict) == "<refuted: found by trying>"


def test_runs_show_what_was_found_and_its_verdicts(tmp_path):
    run = nalmx.open_run(shutil.copytree(OLD / "mul-nmu", tmp_path / "mul"))
    assert repr(run) == "<formula: x1*x2; not verified>"
    checked = nalmx.verify(run)
    assert repr(checked) == "<formula: x1*x2; proved, proved, proved>"
    assert checked._repr_html_().count(">proved</strong>") == 3


def test_machines_and_programs_show_their_rules(tmp_path):
    run = nalmx.open_run(shutil.copytree(OLD / "parity", tmp_path / "parity"))
    assert repr(run.program).startswith("<program of ")
    assert repr(run.machine).startswith("<machine: ")
    assert "next token" in run.program._repr_html_()
    assert "next token" in run._repr_html_()
