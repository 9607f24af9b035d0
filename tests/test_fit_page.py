"""What the page on laws from data shows is what happens."""

import io
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nalmx.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "fit.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOLD = ("law: ", "no law found", "  formula ↔ truth: ")


def blocks(language, text):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def examples():
    """Commands of `nalmx fit` with the lines shown below each."""
    for block in (*blocks("console", PAGE), *blocks("console", README)):
        command, *lines = block.removeprefix("$ ").rstrip().splitlines()
        if "nalmx fit" in command and not _several(lines):
            yield command, lines


def _several(lines):
    return lines[-1].startswith("runs: ")


def told(lines):
    """What is found and how far it is established; the numbers beside it are not compared."""
    return [line.rstrip() for line in lines if line.startswith(TOLD)]


def shapes(lines):
    """Lines without the digits of their numbers, which may differ from machine to machine."""
    return [re.sub(r"\d[\d.,]*(e[+-]?\d+)?", "#", " ".join(line.split())) for line in lines]


@pytest.mark.parametrize(("command", "lines"), list(examples()), ids=lambda value: str(value)[:40])
def test_examples_print_what_is_shown(capsys, monkeypatch, command, lines):
    monkeypatch.chdir(ROOT)
    before, _, own = command.rpartition("| ")
    if before:
        script = shlex.split(before)[1]
        data = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    code = main(shlex.split(own)[1:])
    printed = capsys.readouterr().out.splitlines()
    assert told(lines)
    assert told(printed) == told(lines)
    assert "…" in lines or shapes(printed) == shapes(lines)
    assert code == (3 if "no law found" in lines else 0)


def test_the_example_of_several_tables_prints_what_is_shown(capsys, monkeypatch, tmp_path):
    ((command, lines),) = (
        (command, lines)
        for block in blocks("console", PAGE)
        for command, *lines in [block.removeprefix("$ ").rstrip().splitlines()]
        if _several(lines)
    )
    monkeypatch.chdir(ROOT)
    assert main([*shlex.split(command)[1:], "--output", str(tmp_path / "fits")]) == 1
    table = [line.split() for line in lines[: lines.index("")]]
    assert [line.split() for line in capsys.readouterr().out.splitlines()][: len(table)] == table


def test_every_table_of_the_examples_is_on_the_page():
    shown = " ".join(command for command, _ in examples())
    tables = (p for p in (ROOT / "examples").glob("[!.]*") if p.suffix != ".ipynb")
    files = [path.name for path in tables]
    assert len(files) >= 8
    assert [name for name in files if name not in shown] == []


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (0, ["True x1*x2/x3 proved", r"['\\frac{x_{1} x_{2}}{x_{3}}']"]),
        (1, ["x1*x2 True 1.0"]),
    ],
)
def test_the_python_examples_run(capsys, tmp_path, place, lines):
    script = tmp_path / "example.py"
    script.write_text(blocks("python", PAGE)[place], encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.splitlines() == lines


def test_every_linked_file_and_figure_exists():
    targets = re.findall(r"\]\(([^)]+)\)", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))
    assert len(targets) > 7
    assert [name for name in targets if not (ROOT / "docs" / name).exists()] == []
