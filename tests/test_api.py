"""What nalmx does in Python: train, learn, extract, verify, save and open again."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
import sympy
import torch

import nalmx
from nalmx.cli import main
from nalmx.errors import ExtractionError, RunError, SettingError, UnknownNameError
from nalmx.runs.outcome import Outcome

SMALL = {"seeds": 2, "iterations": 4_000}


@pytest.fixture(scope="module")
def trained():
    return nalmx.train("mul", "nmu", **SMALL)


@pytest.fixture(scope="module")
def learned():
    return nalmx.learn("parity", sequences=100, longest=8, test_lengths=(20,), method="discrete")


def test_a_trained_module_is_verified_saved_and_opened_again(trained, tmp_path):
    assert str(trained.formula) == "x1*x2"
    assert not trained.verdicts
    assert not trained.holds("tested")
    checked = nalmx.verify(trained)
    assert {name: one.verdict for name, one in checked.verdicts.items()} == {
        "model_formula": "proved",
        "formula_truth": "proved",
        "model_truth": "proved",
    }
    assert checked.holds("proved")
    kept = checked.save(tmp_path / "mul")
    again = nalmx.open_run(kept)
    assert again.formula == trained.formula
    assert again.run.config == trained.run.config
    nalmx.verify(again).check_saved()
    with pytest.raises(RunError, match="exists already"):
        checked.save(tmp_path / "mul")


def test_what_python_saved_the_command_line_verifies(trained, tmp_path, capsys):
    kept = nalmx.verify(trained).save(tmp_path / "mul")
    assert main(["verify", "run", str(kept), "--require", "proved", "--quiet"]) == 0
    assert "python: x1*x2" in capsys.readouterr().out


def test_a_run_without_an_output_goes_with_its_last_outcome():
    run = nalmx.train("add", "nau", seeds=1, iterations=10)
    directory = run.run.directory
    assert directory.is_dir()
    del run
    assert not directory.exists()


def test_a_stopped_training_is_resumed(tmp_path):
    from nalmx.train import Interrupted

    output = tmp_path / "mul"
    with pytest.raises(Interrupted):
        nalmx.train("mul", "nmu", output=output, stop_requested=lambda: True, **SMALL)
    with pytest.raises(RunError, match="not finished"):
        nalmx.open_run(output)
    assert str(nalmx.resume(output).formula) == "x1*x2"


def test_rows_of_data_are_a_source_too():
    from nalmx.train.sources import Table

    rows = [[1 + i / 30, 2 - i / 40] for i in range(40)]
    table = Table(rows, [a + b for a, b in rows], truth="x2 + x1")
    checked = nalmx.verify(nalmx.train(table, "nau", **SMALL))
    assert str(checked.formula) == "x1 + x2"
    assert checked.verdicts["formula_truth"].verdict == "proved"


def test_a_learned_task_is_verified_saved_and_opened_again(learned, tmp_path):
    assert learned.program is not None
    assert learned.program.run(("1", "1", "0")) == ("1", "0", "0")
    checked = nalmx.verify(learned)
    assert checked.holds("proved")
    kept = checked.save(tmp_path / "parity")
    again = nalmx.open_run(kept)
    assert again.machine.to_json() == learned.machine.to_json()
    assert nalmx.resume(kept).results == learned.results
    assert {p.name for _, p in checked.save_certificates(tmp_path)} == {
        "certificate-program-truth.json",
        "certificate-model-truth.json",
    }


def test_examples_are_learned_as_they_are_given():
    from nalmx.pntm.tasks import sequence_task

    examples = [(e.prompt, e.answer) for e in drawn(sequence_task("parity"))]
    found = nalmx.learn(examples=examples, method="discrete")
    assert found.program is not None
    checked = nalmx.verify(found)
    assert checked.verdicts["program_truth"].verdict == "tested"
    assert checked.uncertified == "what is right is known of the examples only"


def drawn(task):
    import numpy as np

    return task.examples(np.random.default_rng(0), 100, 8)


def test_tokens_are_texts():
    with pytest.raises(SettingError, match=r"the token 1 is not a text; write str\(token\)"):
        nalmx.learn(examples=[([1], ["1"])])
    with pytest.raises(SettingError, match="'abc' is no example; give pairs"):
        nalmx.learn(examples=["abc"])


def test_a_module_is_extracted_and_verified(tmp_path):
    module = nalmx.NMU(3, 1)
    module.raw_weight.data = torch.tensor([[1.0, 0.0, 0.999]])
    found = nalmx.extract(module)
    assert str(found.formula) == "x1*x3"
    checked = nalmx.verify(found, "x3*x1", "[1,2]", tolerance="abs:0.01")
    assert {name: one.verdict for name, one in checked.verdicts.items()} == {
        "model_formula": "bounded",
        "formula_truth": "proved",
        "model_truth": "bounded",
    }
    kept = checked.save(tmp_path / "found")
    assert main(["verify", "certificate", str(kept / "certificate-formula-truth.json")]) == 0


@pytest.mark.parametrize("truth", ["x2*x1", nalmx.parse("x2*x1"), sympy.sympify("x1*x2")])
def test_expressions_are_verified(truth):
    checked = nalmx.verify("x1*x2", truth, {"x1": "[20,40]", "x2": "[2,6]"})
    assert checked.holds("proved")
    assert checked.verdict.domain == {"x1": "[20,40]", "x2": "[2,6]"}
    assert nalmx.verify("x1 + 1", "x1", "[0,1]").exit_code("tested") == 1


def test_what_is_missing_or_too_much_is_said(trained, learned):
    with pytest.raises(SettingError, match="needs a truth and a domain, such as verify"):
        nalmx.verify("x1")
    with pytest.raises(SettingError, match="a run has its own truth"):
        nalmx.verify(trained, "x1*x2", "[1,2]")
    with pytest.raises(SettingError, match="are for formulas"):
        nalmx.verify(learned, tolerance="abs:1")
    with pytest.raises(SettingError, match="either a task or"):
        nalmx.learn()


@pytest.mark.parametrize(
    "before",
    [
        "",
        "from nalmx.train import Config; from nalmx.extract import extract; import nalmx.verify.checker",
        *(
            pytest.param(code, marks=pytest.mark.slow)
            for code in (
                "import nalmx.train, nalmx.extract, nalmx.verify",
                "import nalmx.cli; nalmx.verify; import nalmx.verify.checker",
            )
        ),
    ],
)
def test_the_verbs_are_functions_whatever_was_imported_before(before):
    code = (
        f"{before}\nimport nalmx, inspect\n"
        "for verb in ('train', 'learn', 'extract', 'verify'):\n"
        "    assert inspect.isfunction(getattr(nalmx, verb)), verb\n"
        "from nalmx.train import Config\nfrom nalmx.verify import Claim\n"
        "assert nalmx.verify('x', 'x', '[0,1]').holds('proved')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_are_shown():
    names = {"train", "learn", "extract", "verify", "open_run", "Claim", "NMU", "__version__"}
    assert names <= set(dir(nalmx))
    assert set(nalmx.__all__) == set(dir(nalmx))
    with pytest.raises(AttributeError, match="'nalmx' has no attribute 'nothing'"):
        _ = nalmx.nothing


@pytest.mark.parametrize("verb", ["train", "learn", "extract", "verify", "open_run", "resume"])
def test_every_verb_says_what_it_does(verb):
    assert inspect.getdoc(getattr(nalmx, verb))


def test_no_outcome_is_true_or_false(trained):
    assert isinstance(trained, Outcome)
    with pytest.raises(TypeError, match="holds"):
        bool(trained)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: nalmx.train("mul", "nmu", sedes=2), UnknownNameError, "no setting 'sedes'"),
        (lambda: nalmx.learn("parity", lengths=2), UnknownNameError, "no setting 'lengths'"),
        (lambda: nalmx.learn(examples=[]), SettingError, "example"),
        (lambda: nalmx.extract(42), ExtractionError, "a int has no formula to extract"),
    ],
    ids=["a setting of train", "a setting of learn", "no examples", "a number"],
)
def test_what_is_not_known_is_refused_in_one_line(call, error, said):
    with pytest.raises(error, match=said) as found:
        call()
    assert "\n" not in str(found.value)
    assert "No such file" not in str(found.value)
