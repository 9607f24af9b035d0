"""Sequence tasks on the command line: learned as machines, kept in runs, tested, compared."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from helpers_machine_runs import remembered

from nalmx.cli import main
from nalmx.errors import RunError, SettingError
from nalmx.pntm import from_machine
from nalmx.pntm.learn import learn as learning
from nalmx.pntm.learn.config import MOST_TAPES, TEST_LENGTHS, SequenceConfig
from nalmx.pntm.learn.discrete import search
from nalmx.pntm.learn.score import score
from nalmx.pntm.tasks import TASK_NAMES, Example, read_examples, sequence_task, write_examples
from nalmx.runs.machine_run import SequenceRun
from nalmx.storage import read_tensors
from nalmx.train import Interrupted, Run

PNTM = ["--module", "pntm"]
PARITY = [*PNTM, "--task", "parity"]
SHORT = ["--sequences", "200", "--longest", "10", "--method", "discrete"]
BRIEF = [*SHORT, "--test-lengths", "20"]
FILES = {"config.json", "examples.jsonl", "machine.json", "results.json", "weights.safetensors"}


def run(capsys, *arguments):
    code = main(["train-and-extract", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True, scope="module")
def found_once():
    with remembered():
        yield


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A finished run of parity."""
    directory = tmp_path_factory.mktemp("runs") / "my parity"
    arguments = [*PARITY, *SHORT, "--test-lengths", "30,60", "--output", str(directory)]
    assert main(["train-and-extract", *arguments, "--quiet"]) == 0
    return directory


@pytest.fixture
def instant(monkeypatch, learned):
    """Learning that finds the machine of parity at once; what it is told is in the list."""
    machine, told = SequenceRun.open(learned).load_machine(), []

    def learn(examples, **settings):
        told.append({"examples": len(examples), **settings})
        return learning.Learned(machine, "discrete", True, 1.0, 0.5)

    monkeypatch.setattr(learning, "learn", learn)
    return told


def copied(directory, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in directory.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def parity_file(path, count=150, longest=10, rename=lambda token: token):
    random = np.random.default_rng(5)
    found = [
        Example(tuple(map(rename, e.prompt)), tuple(map(rename, e.answer)))
        for e in sequence_task("parity").examples(random, count, longest)
    ]
    write_examples(path, found)
    return found


def test_a_task_is_learned_and_tested_at_lengths_never_seen(capsys, tmp_path):
    directory = tmp_path / "run"
    code, out, err = run(capsys, *PARITY, *SHORT, "--output", directory, "--json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["accuracy"] == {"train": 1.0, **{f"length {n}": 1.0 for n in TEST_LENGTHS}}
    assert list(found["sequences"].values()) == [200, 100, 100, 100, 20, 5]
    assert (found["learned"], found["method"], found["run"]) == (True, "discrete", str(directory))
    assert found["tapes"] >= 1
    assert found["states"] >= 1
    assert found["entries"] > 1
    assert {path.name for path in directory.iterdir()} >= FILES


def test_a_run_holds_its_examples_and_its_machine(learned):
    opened = SequenceRun.open(learned)
    assert opened.config.task == "parity"
    assert len(opened.load_examples()) == 200
    assert opened.load_machine().decode(("1", "1", "0", "1")) == ("1", "0", "0", "1")
    assert [one.name for one in opened.load_results().scores] == ["train", "length 30", "length 60"]
    assert max(len(e.prompt) for e in opened.load_examples()) == 10


def test_the_weights_of_a_run_are_those_of_the_module_of_its_machine(learned):
    module = from_machine(SequenceRun.open(learned).load_machine())
    saved = read_tensors(learned / "weights.safetensors")
    module.load_state_dict(saved)
    assert set(saved) == set(module.state_dict())


def test_what_was_tested_and_what_was_proved_is_printed(capsys, learned):
    code, out, _ = run(capsys, "--output", learned, "--resume")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("parity, the parity of the ones so far, after each bit: learned by")
    assert "training: exact on 200 of 200 sequences of length 10 or less" in lines
    assert "test: exact on 100 of 100 sequences of length 60" in lines
    assert "lengths count bits" in lines
    assert "program of 5 rules:" in lines
    assert "    start: tape 1 write head at 0, read head at 1" in lines
    assert "    r1 = x(j) if j <= n else blank" in lines
    proved = ", the same answer to every prompt {0, 1}+, of any length ("
    for claim in ("model ↔ program", "program ↔ truth", "model ↔ truth"):
        assert any(line.startswith(f"{claim}: proved{proved}") for line in lines)


def test_examples_in_files_are_learned_and_tested(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spelled = {"0": "even", "1": "odd"}.get
    parity_file(tmp_path / "train.jsonl", rename=spelled)
    parity_file(tmp_path / "long.jsonl", count=9, longest=300, rename=spelled)
    arguments = [*PNTM, "--examples", "train.jsonl", "--test", "./long.jsonl", "--json"]
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    found = json.loads(out)
    assert found["accuracy"] == {"train": 1.0, "./long.jsonl": 1.0}
    assert found["run"] == os.path.join("runs", "train-pntm")
    assert read_examples(tmp_path / "runs/train-pntm/examples.jsonl") == read_examples(
        tmp_path / "train.jsonl"
    )


def test_tokens_never_seen_count_as_wrong(capsys, tmp_path, instant):
    file = tmp_path / "odd.jsonl"
    parity_file(file, count=3)
    with file.open("a") as lines:
        lines.write('{"prompt": ["7"], "answer": ["1"]}\n{"prompt": ["1"], "answer": ["9"]}\n')
    arguments = [*PARITY, *SHORT, "--test", file, "--output", tmp_path / "run"]
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 3
    assert json.loads(out)["accuracy"][str(file)] == 0.6
    assert f"{file}: 2 of 5 examples have tokens never seen in training" in err.replace("\n", "")
    code, out, _ = run(capsys, "--output", tmp_path / "run", "--resume")
    assert code == 3
    assert f"{file}: exact on 3 of 5 sequences" in out


def test_what_was_not_learned_is_said_plainly(capsys, tmp_path, monkeypatch, instant):
    known = learning.learn
    monkeypatch.setattr(learning, "learn", lambda *a, **s: replace(known(*a, **s), learned=False))
    code, out, _ = run(capsys, *PARITY, *BRIEF, "--output", tmp_path / "run")
    assert code == 3
    assert ": not learned by discrete fitting" in out.splitlines()[0]
    assert "best machine found: " in out
    code, out, _ = run(capsys, "--output", tmp_path / "run", "--resume", "--json")
    assert (code, json.loads(out)["learned"]) == (3, False)


def test_settings_reach_the_learning(capsys, tmp_path, instant):
    given = ["--tapes", "3", "--method", "gradient", "--seed", "7", "--sequences", "20"]
    few = ["--test-lengths", "40"]
    assert run(capsys, *PARITY, *given, *few, "--output", tmp_path / "a")[0] == 0
    assert run(capsys, *PARITY, *few, "--tapes", "AUTO", "--output", tmp_path / "b")[0] == 0
    first, second = instant
    assert (first["tapes"], first["method"], first["seed"]) == (3, "gradient", 7)
    assert (first["examples"], second["examples"]) == (20, 1500)
    assert (second["tapes"], second["method"], second["seed"]) == (None, "auto", 0)


def test_training_and_test_sequences_depend_on_the_seed_and_differ():
    one, other = (SequenceConfig.checked(task="copy", seed=seed) for seed in (1, 2))
    assert one.draw_training() == SequenceConfig.checked(task="COPY", seed=1).draw_training()
    assert one.draw_training() != other.draw_training()
    assert one.draw_test(40) != other.draw_test(40)
    assert {len(e.prompt) for e in one.draw_test(40)} == {40}


def test_lengths_that_were_trained_on_are_not_tested():
    assert SequenceConfig.checked(task="copy", longest=100).test_lengths == (500, 1_000, 10_000)


def test_a_finished_run_is_not_learned_again(capsys, learned, monkeypatch):
    monkeypatch.setattr(learning, "learn", None)
    before = {path.name: path.read_bytes() for path in learned.iterdir()}
    arguments = ["--output", learned, "--resume", "--json", "--quiet"]
    for module in ([], ["--task", "Parity", *PNTM, "--longest", "10"]):
        code, out, err = run(capsys, *module, *arguments)
        assert (code, err) == (0, "")
        assert json.loads(out)["accuracy"]["length 60"] == 1.0
    assert {path.name: path.read_bytes() for path in learned.iterdir()} == before


@pytest.mark.parametrize("stop", ["signal", "flag", "interrupt"])
def test_ctrl_c_leaves_a_run_that_resumes(capsys, tmp_path, monkeypatch, instant, stop):
    known = learning.learn

    def stopped(*examples, on_progress, stop_requested, **settings):
        if stop == "interrupt":
            raise KeyboardInterrupt
        os.kill(os.getpid(), signal.SIGINT)
        assert stop_requested()
        if stop == "flag":
            raise Interrupted(0)
        # One that goes on regardless is stopped before its machine is tested.
        return known(*examples, **settings)

    monkeypatch.setattr(learning, "learn", stopped)
    code, out, err = run(capsys, *PARITY, *BRIEF, "--output", tmp_path / "run")
    assert (code, out) == (130, "")
    assert f"--output {tmp_path / 'run'} --resume" in err
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"config.json", "examples.jsonl"}
    monkeypatch.setattr(learning, "learn", known)
    code, out, _ = run(capsys, "--output", tmp_path / "run", "--resume", "--json")
    assert code == 0
    assert json.loads(out)["accuracy"]["train"] == 1.0
    assert [told["examples"] for told in instant][-1] == 200


def test_resuming_needs_a_run_and_its_own_settings(capsys, learned, tmp_path):
    resume = ["--resume", "--output", learned]
    for wrong, said in (
        (["--longest", "11"], "was started with longest 10, not 11"),
        (["--tapes", "2"], "was started with tapes None, not 2"),
        (["--seed", "1"], "was started with seed 0, not 1"),
        (["--task", "copy"], "was started with task parity, not copy"),
        (["--test-lengths", "40"], "was started with test lengths [30, 60], not [40]"),
    ):
        code, _, err = run(capsys, *PNTM, *resume, *wrong)
        assert code == 2
        assert said in err
    assert run(capsys, *PNTM, "--resume")[0] == 2
    assert "no run directory" in run(capsys, *PNTM, "--resume", "--output", tmp_path / "none")[2]


def test_runs_of_the_two_kinds_are_not_mixed_up(capsys, learned, tmp_path):
    for option in (["--tolerance", "0"], ["--as-it-runs"], ["--export-tests", "test_it.py"]):
        assert main(["verify", "run", str(learned), *option]) == 2
        err = capsys.readouterr().err
        assert f"{option[0]} is not for a run of --module pntm" in err
        assert err.count("\n") == 1
    with pytest.raises(RunError, match="is a run of a sequence task"):
        Run.open(learned)
    assert run(capsys, "--module", "nau", "--resume", "--output", learned)[0] == 2
    other = tmp_path / "config.json"
    other.write_text('{"schema": 1, "operation": "add"}')
    code, _, err = run(capsys, *PNTM, "--resume", "--output", tmp_path)
    assert code == 2
    assert "not that of a sequence task" in err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", b"", "damaged"),
        ("config.json", b'{"kind": "sequence"}', "damaged"),
        ("config.json", b'{"kind": "sequence", "schema": 99}', "newer"),
        ("config.json", b'{"kind": "sequence", "schema": 1, "fly": 1}', "fly"),
        ("results.json", b"[]", "damaged"),
        ("results.json", b'{"schema": 99}', "newer"),
        ("results.json", b'{"schema": "1"}', "damaged"),
        ("machine.json", b"{}", "digest differs"),
        ("weights.safetensors", b"{}", "digest differs"),
        ("examples.jsonl", b"{}", "digest differs"),
        ("examples.jsonl", None, "missing"),
    ],
    ids=str,
)
def test_a_damaged_run_is_refused_in_one_line(capsys, learned, tmp_path, name, content, said):
    copy = copied(learned, tmp_path)
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)
    code, out, err = run(capsys, *PNTM, "--resume", "--output", copy)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("longest", "ten"), ("sequences", -1), ("tests", "a"), ("test_lengths", [1.5]),
        ("task", None), ("task", 7), ("tapes", 0), ("seed", 0.5), ("method", "prayer"), ("seed", 3),
    ],
)  # fmt: skip
def test_an_altered_configuration_is_refused(capsys, learned, tmp_path, name, value):
    copy = copied(learned, tmp_path)
    saved = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**saved, name: value}))
    code, out, err = run(capsys, *PNTM, "--resume", "--output", copy)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "config.json" in err


def test_altered_scores_are_refused(learned, tmp_path):
    copy = copied(learned, tmp_path)
    saved = json.loads((copy / "results.json").read_text())
    for scores in ([], [{}], [{**saved["scores"][0], "right": 999}], saved["scores"][1:]):
        (copy / "results.json").write_text(json.dumps({**saved, "scores": scores}))
        with pytest.raises(RunError, match="damaged"):
            SequenceRun.open(copy).load_results()


@pytest.mark.parametrize(
    "arguments",
    [
        PNTM,
        ["--task", "parity"],
        ["--module", "nau", "--task", "parity"],
        [*PNTM, "--task", "flying"],
        [*PARITY, "--examples", "good.jsonl"],
        [*PARITY, "--tapes", "0"],
        [*PARITY, "--tapes", "x"],
        [*PARITY, "--tapes", "1.5"],
        [*PARITY, "--tapes", "999"],
        [*PARITY, "--method", "prayer"],
        [*PARITY, "--seed", "-1"],
        [*PARITY, "--sequences", "0"],
        [*PARITY, "--longest", "0"],
        [*PARITY, "--longest", "1001"],
        [*PARITY, "--test-lengths", "40,,100"],
        [*PARITY, "--test-lengths", "20"],
        [*PARITY, "--test-lengths", "1000000"],
        [*PARITY, "--test", "none.jsonl"],
        [*PARITY, "--test", "bad.jsonl"],
        [*PARITY, "--test", "train"],
        [*PARITY, "--device", "abacus"],
        [*PARITY, "--operation", "mul"],
        [*PARITY, "--iterations", "5"],
        [*PARITY, "--tolerance", "0"],
        [*PARITY, "--figure", "heads.txt"],
        [*PARITY, "--figure", "none/heads.svg"],
        [*PARITY, "--figure", "good.jsonl"],
        [*PARITY, "--show-seeds"],
        [*PARITY, "--output", "."],
        [*PNTM, "--examples", "none.jsonl"],
        [*PNTM, "--examples", "empty.jsonl"],
        [*PNTM, "--examples", "."],
        [*PNTM, "--examples", ""],
        [*PNTM, "--examples", "good.jsonl", "--sequences", "5"],
        [*PNTM, "--examples", "good.jsonl", "--longest", "5"],
        [*PNTM, "--examples", "good.jsonl", "--test-lengths", "40"],
        [*PNTM, "--examples", "good.jsonl", "--test", "none.jsonl"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_before_learning(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learning, "learn", None)
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "bad.jsonl").write_text('{"prompt": ["1"], "answer": ["1"]}\n{"prompt": 3}\n')
    parity_file(tmp_path / "good.jsonl", count=5)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert len(list(tmp_path.iterdir())) == 3


def test_a_bad_line_is_named(capsys, tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"prompt": ["1"], "answer": ["1"]}\n{"prompt": ["1"\n')
    _, _, err = run(capsys, *PNTM, "--examples", tmp_path / "bad.jsonl")
    assert "bad.jsonl, line 2: not JSON" in err


def test_default_outputs_are_numbered(capsys, tmp_path, monkeypatch, instant):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        run(capsys, *PARITY, *BRIEF, "--quiet")
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [
        "parity-pntm", "parity-pntm-2",
    ]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}


def test_limits_are_those_of_the_learning():
    assert MOST_TAPES == search.MOST_TAPES


def test_scoring_stops_on_request(learned):
    opened = SequenceRun.open(learned)
    with pytest.raises(Interrupted):
        score("x", opened.load_machine(), opened.load_examples(), lambda: True)


def test_reserved_names_are_told_with_a_way_out():
    with pytest.raises(SettingError, match=r"write \./length 40"):
        SequenceConfig.checked(task="copy", tests=("length 40",))


def loaded_after(arguments, code, directory):
    text = f"from nalmx.cli import main; assert main({arguments!r}) == {code}\n"
    text += "import sys; print(*sys.modules, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=directory
    )
    return set(result.stderr.split())


def test_bad_input_is_refused_without_waiting_for_torch_or_numba(tmp_path):
    for arguments in (
        ["train-and-extract", *PARITY, "--test", "none.jsonl"],
        ["bench", "sequence", "--task", "flying"],
        ["bench", "sequence", "--output", str(os.path.dirname(__file__))],
    ):
        assert not loaded_after(arguments, 2, tmp_path) & {"torch", "numba", "sympy"}


def test_discrete_learning_needs_no_torch(tmp_path):
    few = ["--sequences", "60", "--longest", "8", "--test-lengths", "20"]
    arguments = ["train-and-extract", *PARITY, "--method", "discrete", *few, "--quiet"]
    assert not loaded_after(arguments, 0, tmp_path) & {"torch"}


def test_the_program_of_a_run_stands_beside_it(capsys, tmp_path, instant):
    directory, figure = tmp_path / "run", tmp_path / "heads.svg"
    arguments = [*PARITY, *SHORT, "--test-lengths", "30", "--output", directory]
    code, out, err = run(capsys, *arguments, "--figure", figure, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["program"]["rules"] == 5
    assert (directory / "program.py").read_text() == found["program"]["python"]
    assert {name: v["verdict"] for name, v in found["verdicts"].items()} == dict.fromkeys(
        ("model_program", "program_truth", "model_truth"), "proved"
    )
    assert "y(j) = " in found["closed_forms"][-1]
    assert figure.read_text().startswith("<?xml")
    saved = json.loads((directory / "verdicts.json").read_text())["verdicts"]
    assert saved["model_truth"]["verdict"] == "proved"


def test_verdicts_on_a_run_are_repeated_and_certified(capsys, learned, tmp_path):
    directory = copied(learned, tmp_path)
    arguments = ["verify", "run", str(directory), "--certificates", "--require", "proved"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdicts"]["program_truth"]["verdict"] == "proved"
    assert main(arguments) == 2  # nothing is overwritten
    capsys.readouterr()
    for name in ("program-truth", "model-truth"):
        assert main(["verify", "certificate", str(directory / f"certificate-{name}.json")]) == 0
        assert capsys.readouterr().out.startswith("established: proved\n")


def test_a_machine_that_is_wrong_is_refuted_with_the_shortest_prompt(
    capsys, tmp_path, monkeypatch, instant
):
    known = learning.learn(())
    table = list(known.machine.table)
    leaf = next(at for at, n in enumerate(table) if n.answer == known.machine.vocabulary.end)
    table[leaf] = replace(table[leaf], answer=known.machine.vocabulary.end - 1)
    wrong = replace(known, machine=replace(known.machine, table=tuple(table)), learned=False)
    monkeypatch.setattr(learning, "learn", lambda *a, **s: wrong)
    arguments = [*PARITY, *SHORT, "--test-lengths", "30", "--output", tmp_path / "run"]
    code, out, _ = run(capsys, *arguments, "--quiet")
    assert code == 1
    assert "model ↔ truth: refuted, found by" in out
    assert "  the shortest prompt that shows it: 0" in out
    assert main(["verify", "run", str(tmp_path / "run"), "--certificates"]) == 1
    capsys.readouterr()
    certificate = str(tmp_path / "run" / "certificate-model-truth.json")
    assert main(["verify", "certificate", certificate]) == 1
    assert "the machine answers a prompt of 1 tokens wrongly" in capsys.readouterr().out


def test_a_level_that_is_not_reached_is_no_success(capsys, tmp_path, instant):
    file = tmp_path / "train.jsonl"
    parity_file(file, count=60)
    arguments = [*PNTM, "--examples", file, "--output", tmp_path / "run", "--json"]
    code, out, _ = run(capsys, *arguments, "--require", "proved")
    assert code == 3
    found = json.loads(out)
    assert found["verdicts"]["program_truth"]["verdict"] == "tested"
    assert found["verdicts"]["program_truth"]["prompts"] == 60
    assert found["closed_forms"] == []


@pytest.mark.slow
def test_gradients_find_their_device_themselves(capsys, tmp_path):
    arguments = [*PARITY, "--sequences", "300", "--longest", "12", "--method", "gradient"]
    arguments += ["--test-lengths", "40", "--output", tmp_path / "run", "--json"]
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    assert json.loads(out)["method"] == "gradient"


def test_what_needs_no_tape_has_a_program_too(capsys, tmp_path):
    file = tmp_path / "train.jsonl"
    running = sequence_task("parity").examples(np.random.default_rng(0), 200, 10)
    write_examples(file, [Example(e.prompt, e.answer[-1:]) for e in running])
    arguments = [*PNTM, "--examples", file, "--method", "discrete", "--output", tmp_path / "run"]
    code, out, err = run(capsys, *arguments, "--figure", tmp_path / "run.svg")
    assert code == 0, err
    assert "machine: 0 tapes, 2 register states" in out
    assert "program ↔ truth: tested, no counterexample in 200 of the training examples" in out


def test_a_task_with_tokens_never_seen_is_refuted_not_an_error(capsys, tmp_path, monkeypatch):
    draw = SequenceConfig.draw_training
    monkeypatch.setattr(
        SequenceConfig, "draw_training", lambda self: [e for e in draw(self) if "d" not in e.prompt]
    )
    arguments = [*PNTM, "--task", "copy", "--sequences", "100", "--longest", "6", "--seed", "0"]
    arguments += ["--method", "discrete", "--test-lengths", "7", "--output", tmp_path / "run"]
    code, out, _ = run(capsys, *arguments)
    assert code == 1
    assert "none: the machine knows no prompt token" in out
    assert "program ↔ truth: refuted" in out


def test_tasks_and_modules_are_listed(capsys):
    assert main(["tasks", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["sequence_tasks"]
    assert tuple(listed) == TASK_NAMES
    assert listed["sort"]["length_counts"] == "symbols"
    assert main(["tasks"]) == 0
    assert "associative-recall" in capsys.readouterr().out
    assert main(["modules", "--json"]) == 0
    assert "pntm" in [m["name"] for m in json.loads(capsys.readouterr().out)["modules"]]
    assert main(["modules"]) == 0
    assert "pntm" in capsys.readouterr().out


def bench(capsys, *arguments):
    code = main(["bench", "sequence", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_models_are_compared(capsys, tmp_path, instant):
    output = tmp_path / "bench"
    arguments = ["--task", "parity", "--model", "pntm", "--longest", "4", "--output", output]
    code, out, err = bench(capsys, *arguments, "--json", "--quiet")
    assert (code, err) == (0, "")
    (row,) = json.loads(out)["rows"]
    assert [a["length"] for a in row["accuracies"]] == [4, 20, 100, 200]
    assert all(a["right"] == a["sequences"] for a in row["accuracies"])
    assert {path.name for path in output.iterdir()} == {
        "cells", "figures", "results.csv", "results.json",
    }  # fmt: skip
    code, out, _ = bench(capsys, *arguments)
    assert code == 0
    assert "100 100 100 100" in out
    assert len(instant) == 1


def test_an_interrupted_comparison_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    def stopped(*examples, **settings):
        os.kill(os.getpid(), signal.SIGINT)
        raise Interrupted(0)

    monkeypatch.setattr(learning, "learn", stopped)
    arguments = ["--task", "parity", "--model", "pntm", "--output", tmp_path / "bench"]
    code, _, err = bench(capsys, *arguments)
    assert code == 130
    assert "continue with: nalmx bench sequence --task parity --model pntm" in " ".join(err.split())


def test_a_spent_budget_is_not_an_interruption(capsys, tmp_path, monkeypatch, instant):
    known = learning.learn
    monkeypatch.setattr(learning, "learn", lambda *a, **s: replace(known(*a, **s), learned=False))
    code, out, _ = bench(
        capsys, "--task", "parity", "--model", "pntm-discrete", "--budget", "0",
        "--output", tmp_path / "b", "--json",
    )  # fmt: skip
    (row,) = json.loads(out)["rows"]
    assert (code, row["reached"], row["accuracies"][0]["right"]) == (0, False, 100)
    assert [(told["seconds"], told["method"]) for told in instant] == [(0, "discrete")]


@pytest.mark.parametrize(
    "arguments",
    [["--task", "flying"], ["--task", "copy,"], ["--model", "oracle"], ["--seeds", "0"]],
    ids=" ".join,
)
def test_a_comparison_of_nothing_is_refused(capsys, tmp_path, arguments):
    code, out, err = bench(capsys, *arguments, "--output", tmp_path / "bench")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []
