"""`nalmx verify machines`: runs and files, exit codes, and what is printed."""

import json
from dataclasses import replace
from itertools import product

import pytest
from helpers_machines import changed, copier, counter, parity

from nalmx.cli import main
from nalmx.pntm.learn.config import SequenceConfig
from nalmx.pntm.learn.score import Score
from nalmx.pntm.proofs import answers, provers
from nalmx.pntm.tasks import Example
from nalmx.runs import machine_pair
from nalmx.runs.machine_run import SequenceResults, SequenceRun
from nalmx.storage import write_json


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Fewer prompts than on the command line."""
    monkeypatch.setattr(provers, "_FIRST_TOKENS", 2_000)
    monkeypatch.setattr(answers, "LENGTHS", {30: 10})
    monkeypatch.setattr(answers, "_HYPOTHESIS_EXAMPLES", 20)
    exactly = machine_pair.check_machines
    monkeypatch.setattr(
        machine_pair,
        "check_machines",
        lambda one, other, effort, tell: exactly(one, other, replace(effort, tokens=5_000), tell),
    )


@pytest.fixture
def files(tmp_path):
    """Files of machines by name."""

    def written(**machines):
        for name, machine in machines.items():
            write_json(tmp_path / f"{name}.json", machine.to_json())
        return [str(tmp_path / f"{name}.json") for name in machines]

    return written


def test_machines_that_are_the_same_are_proved_to_be(capsys, files):
    one, other = files(one=counter(), other=counter())
    assert main(["verify", "machines", one, other, "--require", "proved"]) == 0
    assert capsys.readouterr().out == (
        f"{one} ↔ {other}: proved, the same answer to every prompt {{0, 1}}+, of any length "
        "(exact equivalence of finite transducers of 3 and 3 states)\n"
    )


def test_machines_that_differ_are_refuted_by_the_shortest_prompt(capsys, files):
    one, other = files(one=counter(), other=changed(counter(), "register", (2, 1), 1))
    assert main(["verify", "machines", one, other]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  the shortest prompt that shows it: 1 1 1",
        f"  {one}: 0",
        f"  {other}: 1",
    ]
    assert main(["verify", "machines", one, other, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["left"], told["right"], told["verdict"]) == (one, other, "refuted")
    assert told["counterexample"]["prompt"] == ["1", "1", "1"]
    assert told["counterexample"]["shortest"]


def test_what_is_tested_only_is_not_proved(capsys, files):
    one, other = files(one=copier(), other=copier())
    assert main(["verify", "machines", one, other, "--require", "proved", "--quiet"]) == 3
    assert ": proved up to length " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"schema": 1}', "a machine is damaged"),
        ("[1, 2]", "a machine is damaged"),
        ("{", "is not JSON"),
        (None, "there is no run directory"),
    ],
)
def test_what_is_no_machine_is_refused_in_one_line(capsys, tmp_path, files, content, said):
    (one,) = files(one=copier())
    other = tmp_path / "other.json"
    if content is not None:
        other.write_text(content)
    assert main(["verify", "machines", one, str(other)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def finished(directory, machine):
    """A run of parity that found a machine."""
    config = SequenceConfig.checked(task="parity", sequences=6, longest=2)
    prompts = [p for n in (1, 2) for p in product("01", repeat=n)]
    run = SequenceRun.create(directory, config, [Example(p, machine.decode(p)) for p in prompts])
    sizes = machine.tapes, machine.states, machine.entries
    scores = (Score("train", len(prompts), len(prompts)),)
    run.save_results(machine, SequenceResults(True, "discrete", 0.1, *sizes, scores))
    return str(directory)


def test_runs_of_one_task_are_compared_on_its_prompts(capsys, tmp_path):
    one, other = (finished(tmp_path / name, parity()) for name in ("one", "other"))
    assert main(["verify", "machines", one, other, "--require", "proved"]) == 0
    assert "(both are proved to answer as the task says)" in capsys.readouterr().out
