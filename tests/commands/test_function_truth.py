"""A function of a user's own file as the truth of examples: in a process of its own, and only `tested`."""

import json
import os
import sys

import numpy as np
import pytest
from helpers_machines import parity

import nalmx
from nalmx.cli import main
from nalmx.errors import SettingError
from nalmx.pntm.learn import learn as learning
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.learn import Learned
from nalmx.pntm.proofs import answers, provers
from nalmx.pntm.tasks import Example, sequence_task, write_examples
from nalmx.runs import function_truth
from nalmx.runs.function_truth import FunctionTruth, check_function

PARITY = """
def answer(prompt):
    print("what is printed goes nowhere")
    return [sum(map(int, prompt[: at + 1])) % 2 for at in range(len(prompt))] or None
"""


@pytest.fixture
def written(tmp_path):
    """A file of a function, by its text; the name that --truth takes."""

    def write(text):
        (tmp_path / "tasks.py").write_text(text)
        return f"{tmp_path / 'tasks.py'}:answer"

    return write


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Fewer prompts than on the command line."""
    monkeypatch.setattr(function_truth, "_TOKENS", 2_000)
    monkeypatch.setattr(provers, "_FIRST_TOKENS", 2_000)
    monkeypatch.setattr(answers, "LENGTHS", {30: 10})
    monkeypatch.setattr(answers, "_HYPOTHESIS_EXAMPLES", 20)
    monkeypatch.setattr(answers, "_SHRINKING_EXAMPLES", 20)


def examples_of(machine, *prompts):
    return [Example(tuple(p), machine.decode(tuple(p))) for p in prompts]


GIVEN = examples_of(parity(), "1", "01", "110", "0110", "10101")


def test_a_file_that_changed_within_a_second_is_read_again(written):
    for says in ("a", "b"):
        name = written(f"def answer(p):\n    return ['{says}']")
        os.utime(name.rpartition(":")[0], (1_000_000_000, 1_000_000_000))
        with FunctionTruth(name) as truth:
            assert truth.answer(("x",)) == (says,)


def test_a_function_answers_in_a_process_of_its_own(written):
    with FunctionTruth(written("import os\ndef answer(p):\n    return [os.getpid(), *p]")) as truth:
        said = truth.answer(("a", "b"))
    assert said[1:] == ("a", "b")
    assert said[0] != str(os.getpid())
    assert "tasks" not in sys.modules


def test_a_machine_that_is_right_is_tested_and_no_more(written):
    with FunctionTruth(written(PARITY)) as truth:
        verdict = check_function(parity(), truth, GIVEN)
    assert verdict.verdict == "tested"
    assert not verdict.holds("proved")
    assert verdict.prompts > 200
    assert "is known to the function alone" in verdict.reason


@pytest.mark.parametrize(
    ("change", "shortest"),
    [
        ("if len(prompt) > 2: right[-1] = 1 - right[-1]", 3),
        ("if len(prompt) > 20: right[-1] = 1 - right[-1]", 21),
        ("if prompt[-3:] == ('1', '1', '1'): right[0] = 7", 3),
    ],
)
def test_a_machine_that_is_wrong_is_refuted_by_a_short_prompt(written, change, shortest):
    text = PARITY.replace("return", "right =").replace(" or None", "")
    with FunctionTruth(written(f"{text}    {change}\n    return right or None")) as truth:
        verdict = check_function(parity(), truth, GIVEN)
        wrong = verdict.counterexample
        assert truth.answer(wrong.prompt) == wrong.right
    assert verdict.verdict == "refuted"
    assert len(wrong.prompt) == shortest
    assert wrong.left == parity().decode(wrong.prompt) != wrong.right


def test_what_has_no_answer_is_no_prompt(written):
    """Of prompts that begin with 0 the function says nothing, and there the machine may be wrong."""
    text = PARITY.replace("return", "return None if prompt[:1] == ('0',) else")
    wrong = text.replace("% 2", "% 2 + (prompt[0] == '0')")
    with FunctionTruth(written(wrong)) as truth:
        assert truth.answer(("0",)) is None
        assert check_function(parity(), truth, GIVEN).verdict == "tested"


def asked(name, seconds):
    """Ask for two answers, each within so many seconds once the process has begun."""
    with FunctionTruth(name) as truth:
        truth._seconds = seconds
        truth.answers([("1",), ("1", "0")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answer = 3", "has no function answer"),
        ("", "has no function answer"),
        ("1/0", "cannot be imported: ZeroDivisionError: division by zero"),
        (
            "def answer(p): return p[9]",
            "raised IndexError: tuple index out of range, at the prompt `1`",
        ),
        ("def answer(p): return 'even'", "the answer 'even' is no list of tokens"),
        ("def answer(p): return [None]", "the token None is neither a text nor a number"),
        ("def answer(p): return ['\\ud800']", "has an answer that is no text at the prompt `1`"),
        ("import os\ndef answer(p): os._exit(3)", "ended its process at the prompt `1`"),
        ("def answer(p):\n    while True: pass", "took longer than 0.4 s at the prompt `1`"),
    ],
)
def test_what_a_function_does_otherwise_is_said_in_one_line(written, text, said):
    with pytest.raises(SettingError) as raised:
        asked(written(text), 0.4 if "0.4 s" in said else 60.0)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "name", ["answer", "tasks:answer", "tasks.py", "tasks.py:", "no.py:answer"]
)
def test_what_names_no_function_is_refused(capsys, tmp_path, name):
    write_examples(tmp_path / "a.jsonl", GIVEN)
    run = tmp_path / "run"
    asked = ["--examples", str(tmp_path / "a.jsonl"), "--truth", name, "--output", str(run)]
    assert main(["train-and-extract", "--module", "pntm", *asked]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not run.exists()


def test_a_task_has_its_own_truth(capsys, written):
    asked = ["--task", "parity", "--truth", written(PARITY)]
    assert main(["train-and-extract", "--module", "pntm", *asked]) == 2
    assert "--truth is for --examples" in capsys.readouterr().err


def test_a_run_is_compared_with_the_function_where_it_is_named(
    capsys, monkeypatch, tmp_path, written
):
    examples = sequence_task("parity").examples(np.random.default_rng(5), 60, 8)
    learned = Learned(fit_discrete(examples).machine, "discrete", True, 1.0, 0.5)
    monkeypatch.setattr(learning, "learn", lambda given, **_: learned)
    write_examples(tmp_path / "a.jsonl", examples)
    run = str(tmp_path / "run")
    asked = ["--examples", str(tmp_path / "a.jsonl"), "--output", run, "--truth", written(PARITY)]
    assert main(["train-and-extract", "--module", "pntm", *asked]) == 0
    assert "\nprogram ↔ function: tested, no counterexample in " in capsys.readouterr().out
    wrong = written(PARITY.replace("% 2", "% 3"))
    assert main(["verify", "run", run, "--truth", wrong, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["verdicts"]
    assert found["program_function"]["counterexample"]["prompt"] == ["1", "1"]
    assert main(["verify", "run", run]) == 0  # which knows of the examples alone
    assert "function" not in capsys.readouterr().out
    checked = nalmx.verify(nalmx.open_run(run), wrong)
    assert checked.verdicts["program_function"].verdict == "refuted"
