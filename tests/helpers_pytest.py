"""pytest in a process of its own, on test files that a test has written."""

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest


def is_installed() -> bool:
    """Whether nalmx is installed, so that pytest finds its plugin by itself."""
    try:
        distribution("nalmx")
    except PackageNotFoundError:
        return False
    return True


def thinned(cases: Iterable[Any], every: int = 2) -> list[Any]:
    """Parameters of which the first of so many is always tried, the others with the slow tests."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=[pytest.mark.slow] if place % every else [],
        )
        for place, case in enumerate(cases)
    ]


def pytest_run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What pytest does in a folder, without the plugins that happen to be installed here."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
