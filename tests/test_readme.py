"""What the README and the pages of docs/ show is what happens."""

import doctest
import re
import runpy
import shlex
from pathlib import Path

import pytest

from nalmx.cli import main

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
PAGES["README.md"] = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language, *names):
    """Blocks of these pages, or of all."""
    texts = [PAGES[name] for name in names or sorted(PAGES)]
    return [b for t in texts for b in re.findall(rf"```{language}\n(.*?)```", t, flags=re.DOTALL)]


def test_the_readme_is_short():
    assert len(PAGES["README.md"].splitlines()) <= 120


def examples():
    """Commands of `nalmx verify expr` with the lines shown below each."""
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, *lines = part.strip().splitlines()
            if command.startswith("nalmx verify expr") and lines:
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
    ("page", "place", "lines"),
    [
        ("sequence-tasks.md", 0, ["('c', 'b', 'a')", "proved"]),
        ("train.md", 0, ["(x1 + x2)*x3", "x1 + h1"]),
        ("python.md", 0, ["proved", "[x1*x3] ['x_{1} x_{3}']"]),
        ("python.md", 1, ["x1*x2 proved", "True"]),
        ("for-engineers.md", 0, ["proved"]),
        ("coding-assistants.md", 0, ["True proved"]),
    ],
)
def test_the_python_examples_run(capsys, tmp_path, page, place, lines):
    script = tmp_path / "example.py"
    script.write_text(blocks("python", page)[place], encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.slow
def test_the_algorithm_shown_is_the_one_that_is_learned(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = [
        b for b in blocks("console") if b.startswith("$ nalmx train") and "--task addition" in b
    ]
    assert len(shown) == 2
    command = shown[0].removeprefix("$ ").splitlines()[0]
    assert main([*shlex.split(command)[1:], "--test-lengths", "40"]) == 0
    printed = capsys.readouterr().out.splitlines()
    left_out = {"…", "    …"}
    for block in shown:
        lines = block.strip().splitlines()[2:]
        assert not [line for line in lines if line not in left_out and line not in printed]


def test_every_page_can_be_reached_from_the_readme():
    reached, new = set(), {"README.md"}
    while new:
        reached |= new
        named = {
            n for page in new for n in PAGES if re.search(rf"\]\((docs/)?{n}[)#]", PAGES[page])
        }
        new = named - reached
    assert reached == PAGES.keys()


def test_what_a_prompt_shows_in_the_page_on_reports_is_what_it_shows():
    (session,) = blocks("pycon", "reports.md")
    examples = doctest.DocTestParser().get_examples(session)
    test = doctest.DocTest(examples, {}, "reports.md", None, 0, None)
    assert doctest.DocTestRunner().run(test) == (0, len(examples))
    assert len(examples) == 3
