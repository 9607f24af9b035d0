"""The documentation: its pages, what is made from the package, and the notebooks."""

import os
import re
import subprocess
import sys
from pathlib import Path

import api_reference
import click
import command_reference
import module_gallery
import nbformat
import notebook_pages
import program_gallery
import published_tables
import pytest
import surfaces
from nbclient import NotebookClient

import nalmx
from nalmx.bench.experiments import CATALOGUE
from nalmx.cli import group
from nalmx.models import MODULES

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def test_every_page_and_every_notebook_is_in_the_navigation():
    navigation = set(
        re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    )
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    notebooks = {f"notebooks/{path.stem}.md" for path in NOTEBOOKS}
    assert navigation == pages | notebooks | {"gallery/modules.md", "gallery/tables.md"}
    assert len(notebooks) == 3


def test_the_gallery_shows_every_module_in_its_own_words():
    texts = {name: module_gallery.section(name, kind, "stem") for name, kind in MODULES.items()}
    for name, kind in MODULES.items():
        assert f"## {kind.title}" in texts[name]
        assert f"`--module {name}`" in texts[name]
    assert "mₒ = ∏ᵢ (wₒᵢ · xᵢ + 1 − wₒᵢ)" in texts["nmu"]
    assert "| NMU |" in texts["nmu"]


@pytest.mark.parametrize("name", ["nmu", "nsr"])
def test_a_picture_of_a_module_has_text_and_is_the_same_every_time(name):
    picture = surfaces.svg(MODULES[name])
    assert "<text" in picture
    assert surfaces.svg(MODULES[name]) == picture


def test_the_published_table_is_the_published_one():
    rows = [line.split(" | ") for line in published_tables.rates("mul").splitlines()]
    row = next(row for row in rows if row[0] == "| NMU")
    assert row[rows[0].index("[-2,-1]")] == "80%"


def test_the_reference_has_every_public_name():
    name, _, text = next(api_reference.pages())
    assert name == "nalmx"
    named = {line.rpartition(".")[2] for line in text.splitlines() if line.startswith(":::")}
    assert named == set(nalmx.__all__) - {"__version__"}


def commands(command, path):
    """Every command below this one that is no group, by how it is called."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        return [(path, command)]
    names = command.list_commands(context)
    below = [(command.get_command(context, name), f"{path} {name}") for name in names]
    return [one for part in below for one in commands(*part)]


def test_the_reference_has_every_command_with_every_option():
    sections = command_reference.page().split("\n## ")
    texts = {section.partition("\n")[0]: section for section in sections}
    called = dict(commands(group(), "nalmx"))
    alike = {f"nalmx bench {entry.name}" for entry in CATALOGUE[1:]}
    assert alike < called.keys()
    assert called.keys() - alike <= texts.keys()
    options = [(p, o) for p in called.keys() - alike for one in called[p].params for o in one.opts]
    assert [(p, o) for p, o in options if o.startswith("-") and o not in texts[p]] == []
    assert len(options) > 100


def test_the_tables_of_notebooks_have_the_form_of_the_site():
    pages = dict(notebook_pages.pages(ROOT / "examples"))
    text = pages["notebooks/a-law-from-data.md"]
    assert "<table><thead>" in text
    assert "<table " not in text


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 30
    loaded = [
        url
        for page in pages
        for url in re.findall(
            r"<(?:script|link|img)[^>]*(?:src|href)=\"([^\"]*)\"", page.read_text()
        )
    ]
    assert loaded
    assert not [url for url in loaded if url.startswith(("http", "//"))]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_gives(path):
    saved = nbformat.read(path, as_version=4)
    again = nbformat.read(path, as_version=4)
    NotebookClient(again, timeout=300, resources={"metadata": {"path": path.parent}}).execute()
    shown = [c.outputs for c in saved.cells if c.cell_type == "code"]
    assert all(shown)
    assert [c.outputs for c in again.cells if c.cell_type == "code"] == shown


@pytest.mark.slow
def test_the_gallery_of_programs_is_what_is_learned():
    text = program_gallery.PAGE.read_text(encoding="utf-8")
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        *program_gallery.TASKS
    ]
    assert text.count("program ↔ truth: proved") == len(program_gallery.TASKS)
    assert program_gallery.section("parity") in text
