"""What the README shows is what happens."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nalmx.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def examples():
    """Commands of `nalmx verify expr` with the lines shown below each."""
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, *lines = part.strip().splitlines()
            if command.startswith("nalmx verify expr"):
                yield command, lines


def lasting(lines):
    """The lines that do not depend on how fast the machine is."""
    return [line for line in lines if not line.startswith("  arithmetic")]


@pytest.mark.parametrize(("command", "lines"), list(examples()), ids=lambda value: str(value)[:40])
def test_verification_examples_print_what_is_shown(capsys, command, lines):
    main(shlex.split(command)[1:])
    assert lasting(capsys.readouterr().out.splitlines()) == lasting(lines)


def test_there_are_such_examples():
    assert len(list(examples())) >= 2


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (0, ["('c', 'b', 'a')", "proved"]),
        (1, ["(x1 + x2)*x3", "x1 + h1"]),
        (2, ["proved", "[x1*x3] ['x_{1} x_{3}']"]),
        (3, ["x1*x2 proved", "True"]),
    ],
)
def test_the_python_examples_run(place, lines):
    code = blocks("python")[place]
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == lines


def test_the_algorithm_shown_is_the_one_that_is_learned(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (block,) = (b for b in blocks("console") if "--task addition" in b)
    command, *shown = block.removeprefix("$ ").strip().splitlines()
    assert main([*shlex.split(command)[1:], "--test-lengths", "40"]) == 0
    printed = capsys.readouterr().out.splitlines()
    left_out = {"…", "    …"}
    missing = [line for line in shown[1:] if line not in left_out and line not in printed]
    assert not missing


def test_every_linked_file_exists():
    text = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 3
    for target in targets:
        assert (Path(__file__).parents[1] / target).exists()


def test_what_a_prompt_shows_in_the_page_on_reports_is_what_it_shows():
    text = (Path(__file__).parents[1] / "docs" / "reports.md").read_text(encoding="utf-8")
    (session,) = re.findall(r"```pycon\n(.*?)```", text, flags=re.DOTALL)
    examples = doctest.DocTestParser().get_examples(session)
    test = doctest.DocTest(examples, {}, "reports.md", None, 0, None)
    assert doctest.DocTestRunner().run(test) == (0, len(examples))
    assert len(examples) == 3
