"""Files of examples on the command line: verdicts that can refute, contradictions, time, old runs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nalmx.cli import main
from nalmx.pntm.learn import learn as learning
from nalmx.pntm.learn.config import SequenceConfig
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.learn import Learned
from nalmx.pntm.tasks import Example, sequence_task, write_examples

RIGHT = sequence_task("parity").examples(np.random.default_rng(5), 60, 8)
WRONG = [Example(("1",) * n, ("0",) * n) for n in range(30, 4, -1)]


@pytest.fixture(scope="module")
def machine():
    return fit_discrete(RIGHT).machine


@pytest.fixture
def instant(monkeypatch, machine):
    """Learning that finds the machine of parity at once; what it is told is in the list."""
    told = []

    def learn(examples, **settings):
        told.append(settings)
        return Learned(machine, "discrete", True, 1.0, 0.5)

    monkeypatch.setattr(learning, "learn", learn)
    return told


def train(capsys, tmp_path, training, *arguments, tests=()):
    """Learn examples in a file; the exit code, what --json prints, and stderr."""
    tmp_path.mkdir(exist_ok=True)
    write_examples(tmp_path / "train.jsonl", training)
    for at, test in enumerate(tests):
        write_examples(tmp_path / f"test{at}.jsonl", test)
        arguments += ("--test", str(tmp_path / f"test{at}.jsonl"))
    base = ["train-and-extract", "--module", "pntm", "--examples", str(tmp_path / "train.jsonl")]
    code = main([*base, "--output", str(tmp_path / "run"), *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_test_file_with_counterexamples_refutes_with_the_shortest_first(
    capsys, tmp_path, instant
):
    code, out, _ = train(capsys, tmp_path, RIGHT, "--json", tests=[RIGHT[:9], WRONG])
    assert code == 1
    found = json.loads(out)["verdicts"]["program_truth"]
    assert (found["verdict"], found["prompts"]) == ("refuted", 60 + 9 + 26)
    assert (found["wrong"]["count"], found["wrong"]["examples"]) == (26, 95)
    assert [len(one["prompt"]) for one in found["wrong"]["shortest"]] == [5, 6, 7]
    assert main(["verify", "run", str(tmp_path / "run")]) == 1
    out = capsys.readouterr().out
    assert "program ↔ truth: refuted, 26 of 95 of the training examples and those of " in out
    assert "  and 23 more\n" in out


def test_examples_taken_for_errors_are_listed_and_those_to_test_with_are_not_taken_for_any(
    capsys, tmp_path, instant
):
    noisy = [*RIGHT, Example(("1", "1"), ("1", "1"))]
    code, out, _ = train(capsys, tmp_path, noisy, tests=[RIGHT[:9]])
    assert (
        "program ↔ truth: tested, answers 60 of 61 training examples; 1 is taken for an error"
        in out
    )
    assert "  taken for an error: 1 1\n  program: 1 0\n  truth: 1 1\n" in out
    assert code == 0
    write_examples(tmp_path / "test0.jsonl", noisy)
    (tmp_path / "run" / "verdicts.json").unlink()
    assert main(["verify", "run", str(tmp_path / "run"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["verdicts"]["program_truth"]
    assert (found["verdict"], found["wrong"]["count"]) == ("refuted", 1)
    assert (found["taken_for_errors"]["count"], found["taken_for_errors"]["examples"]) == (1, 61)


def test_a_test_file_that_is_gone_is_said_and_its_failures_are_not_forgotten(
    capsys, tmp_path, instant
):
    assert train(capsys, tmp_path, RIGHT, tests=[RIGHT[:9], WRONG])[0] == 1
    (tmp_path / "test0.jsonl").unlink()
    assert main(["verify", "run", str(tmp_path / "run")]) == 1
    (tmp_path / "test1.jsonl").unlink()
    capsys.readouterr()
    assert main(["verify", "run", str(tmp_path / "run")]) == 3
    out = capsys.readouterr().out
    assert "program ↔ truth: unknown, " in out
    assert (
        "test1.jsonl cannot be read any more, of which 0 of 26 examples were answered exactly"
        in out
    )


def test_what_was_not_learned_from_a_file_is_refuted_by_the_shortest_examples(
    capsys, tmp_path, monkeypatch, instant
):
    known = learning.learn
    monkeypatch.setattr(learning, "learn", lambda *a, **s: replace(known(*a, **s), learned=False))
    code, out, _ = train(capsys, tmp_path, [*RIGHT, *WRONG], "--json")
    assert code == 1
    found = json.loads(out)
    assert (found["learned"], found["program"]) == (False, None)
    assert found["verdicts"]["model_truth"]["wrong"]["count"] == 26


def test_equal_prompts_with_different_answers_are_counted_and_the_first_is_shown(
    capsys, tmp_path, instant
):
    twice = [Example(("0",), ("1",)), Example(("0",), ("0",)), Example(("1",), ("0",))]
    code, out, err = train(capsys, tmp_path, [*RIGHT, *twice[:2]], "--json", tests=[twice])
    first, second = json.loads(out)["contradictions"].values()
    assert (first["prompts"], first["first"]["prompt"]) == (1, ["0"])
    assert sum(one["examples"] for one in first["first"]["answers"]) == first["examples"]
    assert second["prompts"] == 2
    assert "train.jsonl: 1 prompt has several answers, in " in err
    assert "test0.jsonl: 2 prompts have several answers, in " in err
    assert f"; the first, 0: 0 ({first['examples'] - 1} ×), 1 (1 ×)" in err
    assert code == 1


def test_files_without_contradictions_say_nothing_of_any(capsys, tmp_path, instant):
    _, out, err = train(capsys, tmp_path, [*RIGHT, *RIGHT], "--json")
    assert json.loads(out)["contradictions"] == {}
    assert "several answers" not in err


def test_files_that_spell_a_token_in_two_ways_are_refused_together(capsys, tmp_path, instant):
    numbers = tmp_path / "numbers.jsonl"
    numbers.write_text('{"prompt": [1], "answer": [1]}\n')
    code, out, err = train(capsys, tmp_path, RIGHT, "--test", str(numbers))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert 'numbers.jsonl, line 1: 1 stands here, and "1" in ' in err
    assert not (tmp_path / "run").exists()


def test_too_many_different_tokens_are_refused_in_one_line(capsys, tmp_path, instant):
    many = [Example((f"p{i}",), (f"a{i}",)) for i in range(3_001)]
    code, out, err = train(capsys, tmp_path, many)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "train.jsonl: the examples have 3,001 different tokens in prompts and 3,001 in" in err
    assert not (tmp_path / "run").exists()


def test_the_time_reaches_the_learning_and_is_kept_with_the_run(capsys, tmp_path, instant):
    train(capsys, tmp_path, RIGHT, "--time", "7.5")
    assert instant[0]["seconds"] == 7.5
    assert json.loads((tmp_path / "run" / "config.json").read_text())["time"] == 7.5
    resume = ["train-and-extract", "--output", str(tmp_path / "run"), "--resume"]
    assert main([*resume, "--module", "pntm", "--time", "7.5"]) == 0
    assert main([*resume, "--module", "pntm", "--time", "8"]) == 2
    assert "was started with time 7.5, not 8.0" in capsys.readouterr().err


@pytest.mark.parametrize("time", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_a_time_that_is_none_is_refused(capsys, tmp_path, instant, time):
    code, out, err = train(capsys, tmp_path, RIGHT, "--time", time)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_run_of_before_there_was_a_time_is_still_read(capsys, tmp_path, instant):
    train(capsys, tmp_path, RIGHT)
    for name in ("config.json", "results.json"):
        path = tmp_path / "run" / name
        data = json.loads(path.read_text())
        config = data if name == "config.json" else data["config"]
        assert (config.pop("time"), config.pop("noise")) == (300, None)
        config["schema"] = 1
        path.write_text(json.dumps(data))
    assert main(["verify", "run", str(tmp_path / "run")]) == 0
    with_time = {**json.loads((tmp_path / "run" / "config.json").read_text()), "time": 3}
    (tmp_path / "run" / "config.json").write_text(json.dumps(with_time))
    capsys.readouterr()
    assert main(["verify", "run", str(tmp_path / "run")]) == 2
    assert "see time" in capsys.readouterr().err


def test_the_default_time_is_said_in_the_configuration():
    assert SequenceConfig.checked(task="copy").time == 300


def test_right_answers_are_counted_by_what_is_to_be_answered(capsys, tmp_path, instant):
    short = [example for example in RIGHT if len(example.prompt) == 1]
    odd = [Example(("1", "1", "0"), ("1",)), Example(("0", "1"), ("0",)), *short]
    code, out, _ = train(capsys, tmp_path, RIGHT, tests=[odd])
    assert code == 1
    zeros, ones = (sum(e.answer == (bit,) for e in short) for bit in "01")
    said = f"  by answer: 0 {zeros} of {zeros + 1}, 1 {ones} of {ones + 1}"
    assert said in out.splitlines()


def test_a_machine_by_merging_is_learned_where_the_examples_decide_it(capsys, tmp_path):
    code, out, _ = train(capsys, tmp_path, RIGHT)
    assert code == 0
    assert "learned by merging states in" in out
    assert "\ndecided: no other machine of its size or smaller answers the examples\n" in out
    assert main(["verify", "run", str(tmp_path / "run")]) == 0
    capsys.readouterr()
    code, out, _ = train(capsys, tmp_path / "few", RIGHT[:12], "--method", "merging")
    assert code != 0
    assert "not learned" in out
