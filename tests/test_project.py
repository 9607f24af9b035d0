"""What the project says of itself beside its code."""

import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import nalmx

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_the_version_is_the_same_everywhere():
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), flags=re.MULTILINE)
    assert cited is not None
    assert cited[1] == PROJECT["project"]["version"] == nalmx.__version__


def test_all_that_is_shipped_is_there():
    shipped = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [name for name in shipped if not (ROOT / name.lstrip("/")).exists()] == []
    assert {"/nalmx", "/tests", "/examples", "/CITATION.cff", "/CONTRIBUTING.md"} <= set(shipped)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)", text)
    made = ("gallery/", "notebooks/", "reference/")  # with the site, which is tested there
    own = [link for link in links if "://" not in link and not link.startswith(made)]
    assert [link for link in own if not (page.parent / link).exists()] == []


def test_names_of_the_package_in_the_pages_are_there():
    named = {
        (page.name, name)
        for page in PAGES
        if page.name != "CHANGELOG.md"
        for name in re.findall(r"\bnalmx(?:\.[A-Za-z_]+)+", page.read_text(encoding="utf-8"))
    }
    groups = re.findall(r"nalmx\.\w+", (ROOT / "nalmx" / "models" / "__init__.py").read_text())
    assert "nalmx.modules" in groups  # of entry points
    missing = [both for both in sorted(named) if both[1] not in groups and not _is_there(both[1])]
    assert len(named) > 30
    assert missing == []


def _is_there(name):
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_contributing_names_targets_that_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    named = re.findall(r"\bmake ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text())
    assert named
    assert set(named) <= set(targets)
    for path in re.findall(r"\btests/\S+\.py", (ROOT / "CONTRIBUTING.md").read_text()):
        assert (ROOT / path).is_file()
