"""What Ruff and mypy say of exported Python, each in one process for a whole folder of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def changes_of_ruff(folder: Path) -> str:
    """What the formatter would change, at its default settings."""
    pytest.importorskip("ruff", reason="ruff is not installed: pip install 'nalmx[check]'")
    return _said("ruff", "format", "--diff", "--isolated", ".", folder=folder)


def findings_of_ruff(folder: Path) -> str:
    """What the linter finds with its default rules."""
    pytest.importorskip("ruff", reason="ruff is not installed: pip install 'nalmx[check]'")
    return _said("ruff", "check", "--isolated", ".", folder=folder)


def findings_of_mypy(folder: Path) -> str:
    pytest.importorskip("mypy", reason="mypy is not installed: pip install 'nalmx[check]'")
    return _said("mypy", "--strict", "--config-file=", "--cache-dir=/dev/null", ".", folder=folder)


def _said(*command: str, folder: Path) -> str:
    """What a command says where it finds something."""
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True
    )
    return run.stdout + run.stderr if run.returncode else ""
