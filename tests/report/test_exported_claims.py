"""Exported tests of claims of every class: they fail on what is refuted, and pass once it is mended."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from claims import KINDS, false_claims
from claims.true_claims import true_claims
from helpers_formatters import changes_of_ruff, findings_of_mypy, findings_of_ruff
from helpers_machines import copier, counter, either, gated, parity, random_machine, recall
from helpers_trees import claim

from nalmx.cli import main
from nalmx.pntm.program.python_code import python_source
from nalmx.report.exported_tests import exported_tests
from nalmx.report.regression import regression
from nalmx.verify import Claim, Counterexample, Effort, Verdict, check
from nalmx.verify.witness import judge

EFFORT = Effort(examples=40, points=500)
ABOUT = "formula ↔ truth"
FOUND = "test_the_counterexample_that_nalmx_found"
# Fail, each for another reason why floats may not show it.
HIDDEN = {
    "worst of the domain": ("exp(x) + 5", "exp(x)", "[-50,60]", "0", "0"),
    "relative": ("exp(x)*1.001", "exp(x)", "[-50,60]", "rel:1e-4", "50"),
    "below rounding": ("sin(x) + 1e-30", "sin(x)", "[1,2]", "0", "1"),
    "just beyond": ("exp(x) + 1.00000000000000000001e-3", "exp(x)", "[30,40]", "abs:1e-3", "30"),
    "cancelled": ("sqrt(x + 1e30) - 1e15 + 1e-20", "sqrt(x + 1e30) - 1e15", "[1,2]", "0", "1"),
    "between": ("exp(x) + Max(0, 1 - 1e20*Abs(x - 1/3))", "exp(x)", "[0,1]", "0", "1/3"),
    "beyond floats": ("exp(x)*1.01", "exp(x)", "[800,900]", "0", "800"),
    "huge": ("sqrt(x**2 + 4)", "x", "[1e100,4e100]", "0", "1e100"),
    "tiny": ("exp(-x) + 1e-400", "exp(-x)", "[900,1000]", "0", "900"),
    "many turns": ("cos(x*pi)", "1", "[100000001,100000003]", "0", "100000001"),
    "powers": ("x**pi + 1e-25", "x**pi", "[2,3]", "0", "2"),
    "every function": ("log(tan(x)) + tanh(x) + 1e-25", "log(tan(x)) + tanh(x)", "[1,2]", "0", "1"),
    "condition": ("exp(x) < 1 + 1e-40", "exp(x) < 1 - 1e-40", "[0,1]", "0", "0"),
    "condition of floats": ("exp(x) < 2 + 1/x", "exp(x) > 2", "[1,2]", "0", "2"),
    "formula undefined": ("log(x)", "x - 1", "[0,1]", "0", "0"),
    "truth undefined": ("sqrt(x)", "sqrt(x)*(x - 1)/(x - 1)", "[1,2]", "0", "1"),
    "exact": ("x + 1e-30", "x", "[1,2]", "0", "1"),
    "exact within": ("x*1.00100001", "x", "[1,2]", "rel:1e-3", "1"),
    "truth undefined exactly": ("x", "x*x/x", "[0,1]", "0", "0"),
    "ambiguous": ("l + O*I + sqrt(Fraction)", "Max(l, O) + sign(I) + Any", "[1,2]", "0", "2"),
}  # fmt: skip

# Between them they have every function that a file may have, and every kind of test.
TYPED = {
    *("every_function", "relative", "exact_within", "condition_of_floats", "ambiguous"),
    *("no_inputs", "machine_3", "machine_40"),
}


def refutation(made: Claim, point: Mapping[str, Fraction]) -> Verdict:
    found = judge(made, dict(point), most_bits=2_048)
    assert isinstance(found, Counterexample)
    return Verdict.on(made, "refuted", "given", reason=found.reason, counterexample=found)


def exported(made: Claim) -> str:
    return exported_tests(made, {ABOUT: check(made, EFFORT)}, ABOUT)


def outcomes(folder: Path, files: dict[str, str]) -> dict[str, dict[str, str]]:
    """What the tests of some files say in a Python without nalmx, with few examples."""
    for name, text in files.items():
        fewer = text.replace("max_examples=500", "max_examples=5")
        (folder / f"{name}.py").write_text(fewer, encoding="utf-8")
    script = """\
import json, pathlib, runpy, sys
sys.modules["nalmx"] = None
told = {}
for path in sorted(pathlib.Path().glob("*.py")):
    tests = {n: f for n, f in runpy.run_path(str(path)).items() if n.startswith("test_")}
    told[path.stem] = {}
    for name, test in tests.items():
        try:
            test()
            told[path.stem][name] = "passed"
        except BaseException as error:
            told[path.stem][name] = f"failed: {error!r}"
print(json.dumps(told))
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert not run.returncode, run.stderr
    return dict(json.loads(run.stdout))


def mended(text: str) -> str:
    """The file with the truth as the formula."""
    return text.replace("def test_", "formula = truth\n\n\ndef test_", 1).replace(
        "@example", "formula = truth\n\n\n@example", 1
    )


@pytest.fixture(scope="module")
def refuted() -> dict[str, str]:
    files = {}
    for name, (left, right, extent, tolerance, value) in HIDDEN.items():
        made = claim(left, right, extent, tolerance=tolerance)
        verdict = refutation(made, dict.fromkeys(made.domain.names, Fraction(value)))
        files[name.replace(" ", "_")] = exported_tests(made, {ABOUT: verdict}, ABOUT)
    for stated in [*false_claims(len(KINDS), "exported")][::3]:
        if not (stated.divisor or stated.integers):
            verdict = refutation(stated.claim(), stated.witness)
            text = exported_tests(stated.claim(), {ABOUT: verdict}, ABOUT)
            files[stated.name.replace(" ", "_")] = text
    return files


def test_the_regression_test_of_a_refuted_claim_fails_until_it_is_mended(refuted, tmp_path) -> None:
    only = {name: _without_search(text) for name, text in refuted.items()}
    told = outcomes(tmp_path, {**only, **{f"mended_{n}": mended(t) for n, t in only.items()}})
    for name in only:
        assert told[name][FOUND].startswith("failed"), name
        assert told[f"mended_{name}"][FOUND] == "passed", name


def _without_search(text: str) -> str:
    """The functions and the test of the counterexample."""
    start, _, rest = text.partition(
        "\n\n\nPOINTS = " if "\n\n\nPOINTS = " in text else "\n\n\nFLOATS = "
    )
    return f"{start}\n\n\ndef {FOUND}{rest.partition(f'def {FOUND}')[2]}"


def test_what_holds_passes(tmp_path) -> None:
    chosen = true_claims()[:: len(true_claims()) // 12]
    told = outcomes(tmp_path, {c.name.replace(" ", "_"): exported(c.claim()) for c in chosen})
    assert len(told) == len(chosen)
    assert {word for tests in told.values() for word in tests.values()} == {"passed"}


def test_what_no_test_can_show_gets_none_and_a_reason(tmp_path, capsys) -> None:
    file = tmp_path / "test_formula.py"
    command = ["verify", "expr", "0/(x**2 - 2)", "--truth", "0", "--range", "[1,2]"]
    assert main([*command, "--export-tests", str(file)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("refuted")
    assert "no tests were written" in captured.err
    assert "an irrational point only" in captured.err
    assert not file.exists()


def test_a_counterexample_has_the_tolerance_of_its_own_point() -> None:
    made = claim("exp(x) + 5", "exp(x)", "[-50,60]")
    example = judge(made, {"x": Fraction(0)})
    assert isinstance(example, Counterexample)
    shown = regression(made, example, exact=False)
    assert shown.digits is None
    rounding = next(line for line in shown.lines if "rounding = " in line)
    assert float(rounding.rpartition("=")[2]) < 1e-10


@pytest.fixture(scope="module")
def files(refuted) -> dict[str, str]:
    """Files of every kind."""
    machines = [
        *(copier(), counter(), either(), gated(), parity(), recall()),
        *(copier(tuple(f"{'long' * n}{i}" for i in range(9))) for n in range(1, 20)),
        *map(random_machine, range(80)),
    ]
    made = {**refuted, "no_inputs": exported(claim("floor(3/2) + sin(1)", "1 + sin(1)"))}
    for stated in true_claims()[:: len(true_claims()) // 12]:
        made[stated.name.replace(" ", "_")] = exported(stated.claim())
    return made | {f"machine_{n}": python_source(machine) for n, machine in enumerate(machines)}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_exported_files_are_formatted_and_without_findings(files, tmp_path) -> None:
    assert not changes_of_ruff(written(tmp_path, files))
    assert not findings_of_ruff(tmp_path)
    assert not re.findall("# (?:fmt|ruff|noqa|type)", "".join(files.values()))


@pytest.mark.slow
def test_exported_files_are_typed(files, tmp_path) -> None:
    some = {name: text for name, text in files.items() if name in TYPED}
    assert len(some) == len(TYPED)
    assert not findings_of_mypy(written(tmp_path, some))
