"""What the guide to modules of one's own shows is what happens, and nothing is imported unasked."""

import importlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import torch
from helpers_pytest import is_installed

import nalmx.models
from nalmx.cli import main
from nalmx.errors import OwnNameError, SettingError, UnknownNameError
from nalmx.models import OWN_MODULES
from nalmx.pntm.tasks import OWN_TASKS, sequence_task
from nalmx.train import Config, Run
from nalmx.train.kernel_engine import KernelEngine
from nalmx.train.trainer import Trainer

GUIDE = (Path(__file__).parents[1] / "docs" / "add-a-module.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`(\w+)\.py`:\n\n```python\n(.*?)```", GUIDE, flags=re.DOTALL))
COMMANDS = [
    (first.removeprefix("nalmx "), lines)
    for block in re.findall(r"```console\n(.*?)```", GUIDE, flags=re.DOTALL)
    for first, *lines in (part.splitlines() for part in block.split("$ ")[1:])
    if first.startswith("nalmx ")
]
MODULE, TASK = "quarter_square:QuarterSquare", "last_first:BACKWARDS"


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """The files of the guide, where commands are called."""
    for name, code in FILES.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in FILES:
        sys.modules.pop(name, None)
    for plugins in (OWN_MODULES, OWN_TASKS):
        for name in [*plugins._added]:
            plugins.remove(name)


def assert_shown(lines, printed):
    """Every line that a page shows is printed, in this order; … stands for any others."""
    rest = iter(printed)
    for line in lines:
        assert line == "…" or line in rest, line


def test_the_guide_has_the_files_and_commands_that_are_tried_here():
    assert [*FILES] == ["quarter_square", "test_quarter_square", "areas", "last_first"]
    assert [command.split()[0] for command, _ in COMMANDS] == [
        *("train-and-extract", "verify", "bench"),
        *("train-and-extract", "train-and-extract"),
    ]


def contract(directory, *options):
    plugin = [] if is_installed() else ["-p", "nalmx.pytest_plugin"]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *options]
    return subprocess.run(
        [*words, "test_quarter_square.py"], cwd=directory, capture_output=True, text=True
    )


def test_the_module_keeps_the_contract(directory):
    some = ("kernel", "compiles", "export", "grids", "stack")
    found = contract(directory, "-k", " and ".join(f"not {word}" for word in some))
    assert found.returncode == 0, found.stdout
    assert int(re.search(r"(\d+) passed", found.stdout)[1]) > 25


@pytest.mark.slow
def test_the_module_keeps_all_of_the_contract(directory):
    found = contract(directory)
    assert found.returncode == 0, found.stdout
    assert int(re.search(r"(\d+) passed", found.stdout)[1]) > 40


@pytest.mark.slow
def test_a_module_whose_equations_differ_breaks_the_contract(directory):
    path = directory / "quarter_square.py"
    path.write_text(path.read_text().replace("square()) / 4", "square()) / 3"))
    found = contract(directory, "-k", "random_exact_weights and 1")
    assert found.returncode == 1
    assert "assert [" in found.stdout  # values are shown, as in a test of one's own


def test_it_is_trained_extracted_verified_and_benchmarked_by_its_name(directory, capsys):
    (train, shown), (verify, _), (bench, _), *_ = COMMANDS
    assert main(shlex.split(train)) == 0
    printed = capsys.readouterr().out.splitlines()
    assert_shown(shown, printed)
    assert main(shlex.split(verify)) == 0
    assert capsys.readouterr().out.splitlines() == printed
    few = ["--seeds", "2", "--iterations", "200", "--output", "cells"]
    assert main([*shlex.split(bench), *few]) == 0
    assert "Quarter-square" in capsys.readouterr().out
    run = Run.open(directory / "runs" / "mul-quarter_square-QuarterSquare")
    assert run.config.module == MODULE


def test_rows_of_ones_own_are_trained_on(directory, capsys):
    command, shown = COMMANDS[3]
    assert main(shlex.split(command)) == 0
    assert_shown(shown, capsys.readouterr().out.splitlines())
    assert main(["verify", "run", "runs/area-nmu"]) == 0  # rows are saved, and no function
    assert main([*shlex.split(command), "--inputs", "3"]) == 2
    assert "--inputs is not for --source" in capsys.readouterr().err


@pytest.mark.slow
def test_a_task_of_ones_own_is_learned_and_proved(directory, capsys):
    command, shown = COMMANDS[4]
    assert main(shlex.split(command)) == 0
    assert_shown(shown, capsys.readouterr().out.splitlines())
    run = ["verify", "run", "runs/last_first-BACKWARDS-pntm"]
    assert main([*run, "--task", TASK, "--certificates"]) == 0
    certificate = next((directory / run[-1]).glob("certificate-*.json"))
    replay = ["verify", "certificate", str(certificate)]
    assert main([*replay, "--task", TASK]) == 0
    OWN_TASKS.remove(TASK)  # as in a new process
    for words in (run, replay):
        assert main(words) == 2
        assert f"add --task {TASK}" in capsys.readouterr().err


def test_the_python_of_the_guide_prints_what_is_shown(directory, capsys):
    (code,) = re.findall(
        r"```python\n((?:(?!```).)*print\((?:(?!```).)*)```", GUIDE, flags=re.DOTALL
    )
    (directory / "from_python.py").write_text(code)
    importlib.import_module("from_python")
    del sys.modules["from_python"]
    assert capsys.readouterr().out.splitlines() == re.findall(
        r"^print.*# (.*)$", code, re.MULTILINE
    )


def installed(directory, groups):
    """What an installer would leave of the package of the guide."""
    info = directory / "quarter_square-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: quarter-square\nVersion: 0.1\n")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    importlib.invalidate_caches()


def test_an_installed_package_gives_modules_and_tasks_short_names(directory, capsys):
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)
    groups = tomllib.loads(text)["project"]["entry-points"]
    installed(directory, groups)
    assert nalmx.models.module_names()[-1] == "quarter-square"
    assert main(["modules"]) == 0
    assert "Quarter-square unit" in capsys.readouterr().out
    assert main(["tasks", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sequence_tasks"]["backwards"]
    config = Config.checked(operation="mul", module="quarter-square", seeds=2, iterations=20)
    trainer = Trainer([Run.create(directory / "run", config)], torch.device("cpu"))
    assert isinstance(trainer.engine, KernelEngine)
    assert sequence_task("backwards").answer(("a", "b")) == ("b", "a")
    with pytest.raises(UnknownNameError, match=r"did you mean quarter-square\?"):
        Config.checked(operation="mul", module="quarter-squares")


def test_a_broken_package_is_told_in_the_list_and_breaks_nothing_else(directory, capsys):
    installed(directory, {"nalmx.modules": {"broken": "no_such_file:Unit"}})
    assert "broken" in {entry.name for entry in entry_points(group="nalmx.modules")}
    assert main(["modules"]) == 0
    assert "no_such_file cannot be imported" in capsys.readouterr().out
    assert main(["train-and-extract", "--operation", "mul", "--module", "broken"]) == 2


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--module", "no_such_package:Unit", "no_such_package cannot be imported"),
        ("--module", "raising:Unit", "ValueError: on purpose"),
        ("--module", "quarter_square:Unit", "quarter_square has no Unit"),
        ("--module", "os:path", "os:path is no module"),
        ("--module", "quarter_square:ArithmeticModule", "does not say its name, label"),
        ("--module", "quarter square:Unit", "write package.module:NAME"),
        ("--module", "taken:Unit", "the label 'NMU' of taken:Unit is that of a module of nalmx"),
        ("--source", "os:path", "os:path is no source of data"),
    ],
)
def test_a_wrong_name_is_one_clear_line(directory, capsys, option, name, said):
    (directory / "raising.py").write_text("raise ValueError('on purpose')")
    (directory / "taken.py").write_text("from nalmx.models.nmu import NMU\nclass Unit(NMU): pass\n")
    given = [] if option == "--module" else ["--module", "nmu"]
    operation = ["--operation", "mul"] if option == "--module" else []
    assert main(["train-and-extract", *operation, *given, option, name]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out
    assert not (directory / "runs").exists()
    for stem in ("raising", "taken"):
        sys.modules.pop(stem, None)


def test_a_task_must_be_a_task(directory, capsys):
    assert main(["train-and-extract", "--module", "pntm", "--task", "last_first:LETTERS"]) == 2
    assert "last_first:LETTERS is no sequence task" in capsys.readouterr().err


def test_no_file_makes_anything_be_imported(directory, capsys):
    """The module of a run is named by its file, which may come from anyone."""
    (directory / "evil.py").write_text("open('imported', 'w').close()\nUnit = TASK = None\n")
    run = Run.create(directory / "run", Config.checked(operation="mul", module="nmu", seeds=2))
    path = run.path("config.json")
    path.write_text(path.read_text().replace('"nmu"', '"evil:Unit"'))
    for command in (["verify", "run", "run"], ["report", "run"]):
        assert main(command) == 2
        assert "imported only where you name it; add --module evil:Unit" in capsys.readouterr().err
    with pytest.raises(OwnNameError):
        Config.checked(operation="mul", module="evil:Unit")
    with pytest.raises(OwnNameError):
        sequence_task("evil:TASK")
    assert not (directory / "imported").exists()


def test_a_registered_module_is_found_by_its_name_and_hides_none(directory, monkeypatch):
    kind = importlib.import_module("quarter_square").QuarterSquare
    nalmx.models.register(kind)
    assert nalmx.models.module_class("Quarter-Square") is kind
    for taken in ("nau", "gnalu", "Mine"):
        monkeypatch.setattr(kind, "name", taken)
        with pytest.raises(SettingError, match="cannot name a module of yours"):
            nalmx.models.register(kind)


def test_what_the_guide_names_exists():
    names = {n for n in re.findall(r"`(\w+)`", GUIDE) if "Schedule" in n} - {"schedule"}
    assert len(names) == 3
    for name in ("GridDistance", "L1", "AwayFromZero", "Training", *sorted(names)):
        assert getattr(nalmx.models, name)
