"""The pages of the documentation that are made from the package itself while the site is built."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import api_reference
import command_reference
import module_gallery
import notebook_pages
import published_tables

ROOT = Path(__file__).parents[1]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The reference has a page for the commands, and one for each public package."""
    for entry in config.nav or []:
        if entry.get("Reference") == "reference/":
            pages = [{name: path} for name, path, _ in api_reference.pages()]
            entry["Reference"] = [{"Commands": command_reference.PATH}, *pages]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, content in generated():
        files.append(File.generated(config, path, content=content))
    return files


def generated() -> Iterator[tuple[str, str]]:
    """Path and content of every page and picture that no file holds."""
    yield from module_gallery.pages()
    yield "gallery/tables.md", published_tables.page()
    yield command_reference.PATH, command_reference.page()
    yield from ((path, text) for _, path, text in api_reference.pages())
    yield from notebook_pages.pages(ROOT / "examples")
