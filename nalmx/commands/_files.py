"""Files that a command is asked to write: looked at before time is spent on verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import CertificateError, NalmxError, SettingError
from ..report.figure_style import check_kind
from . import _request as ask


def tolerance_option() -> Any:
    return ask.option(
        "--tolerance",
        "Tolerance of the claims about the network; by default the largest error of a model that is "
        "perfect but for 1e-5.",
    )


def figure_option() -> Any:
    return ask.file_option(
        "--figure",
        "pntm: draw heads and tapes on an example, beside the program (.svg, .pdf or .png), or the states of "
        "a finite machine (.dot for Graphviz, .mmd for Mermaid).",
    )


def truth_option() -> Any:
    return ask.option(
        "--truth",
        "pntm, with --examples: a Python function of a file of yours that answers a list of tokens, or None "
        "to what is no prompt; the file is run, in a process of its own.",
        metavar="FILE.py:NAME",
    )


def tests_option() -> Any:
    return ask.file_option(
        "--export-tests",
        "Write the formula and the truth as a pytest file that runs without nalmx.",
    )


def check_figure(path: Path | None) -> None:
    """Refuse a figure that could not be written."""
    if path is not None:
        if path.suffix.lower() not in (".dot", ".mmd"):
            check_kind(path)
        _check_new(path, "the figure", SettingError)


def check_tests(path: Path | None) -> None:
    """Refuse a file of tests that could not be written."""
    if path is not None:
        if path.suffix != ".py":
            raise SettingError(
                f"{str(path)!r} is not a Python file; name one such as test_formula.py for "
                "--export-tests"
            )
        _check_new(path, "--export-tests", SettingError)


def check_certificates(*paths: Path | None) -> None:
    """Refuse certificates that could not be written."""
    for path in paths:
        if path is not None:
            _check_new(path, "the certificate", CertificateError)


def _check_new(path: Path, purpose: str, error: type[NalmxError]) -> None:
    if path.exists() or path.is_symlink():
        raise error(
            f"{path} exists and is never overwritten; move it, or name another file for {purpose}"
        )
    if not path.parent.is_dir():
        raise error(f"there is no folder {str(path.parent)!r} for {purpose}; make it first")
