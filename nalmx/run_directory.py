"""The directory of a run: made once, never overwritten, and trained by one process at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from .errors import RunError
from .storage import read_json, write_bytes

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no advisory locks of this kind.
    fcntl = None


class RunDirectory:
    """What runs of every kind share; `_last` names the files that a finished one has."""

    _last: ClassVar[tuple[str, ...]]

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        return self.directory / name

    @property
    def finished(self) -> bool:
        """Whether training is complete."""
        return all(self.path(name).exists() for name in self._last)

    def check_finished(self) -> None:
        """Refuse a run that is not finished."""
        if not self.finished:
            raise RunError(
                f"the run {self.directory} is not finished; continue it with nalmx train-and-extract "
                f"--output {self.directory} --resume"
            )

    def check_setting(self, name: str, before: object, now: object) -> None:
        """Refuse a setting of a run to continue that is not the one it was started with."""
        if before != now:
            raise RunError(
                f"the run in {self.directory} was started with {name.replace('_', ' ')} {before}, not "
                f"{now}; leave the option out, or start a new run with another --output"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training the same run; one that tries gets a `RunError`."""
        if fcntl is None:
            yield
            return
        with self.path("config.json").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(
                    f"another process is training the run {self.directory}; wait until it has ended"
                ) from None
            yield

    def save(self, directory: str | Path) -> Path:
        """Copy the run into a directory that must not exist."""
        target = Path(directory)
        new_directory(target, lambda: None)
        shutil.copytree(self.directory, target, dirs_exist_ok=True)
        return target


def new_directory(directory: Path, fill: Callable[[], object]) -> None:
    """Make the directory of a new run, which must not exist, and fill it; or leave nothing."""
    resume = (directory / "config.json").is_file()
    check_unused(directory, ", or add --resume to continue that run" if resume else "")
    try:
        directory.mkdir(parents=True)
    except OSError as error:
        raise RunError(
            f"{directory} cannot be written: {error.strerror or error}; give another --output"
        ) from None
    try:
        fill()
    except RunError:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def files_of(directory: Path) -> dict[str, bytes]:
    """The files of a run by their names, to be sent to where `place_files` puts them."""
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def place_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Put a run made elsewhere where one that was begun may lie; never half of it."""
    with tempfile.TemporaryDirectory(prefix=".", dir=directory.parent) as folder:
        made = Path(folder) / directory.name
        made.mkdir()
        for name, data in files.items():
            write_bytes(made / name, data)
        if directory.exists():
            shutil.rmtree(directory)
        made.rename(directory)


def check_unused(directory: Path, hint: str = "") -> None:
    """Refuse a directory for a new run that is there already."""
    if os.path.lexists(directory):
        raise RunError(f"{directory} exists already; give another --output{hint}")


def safe_name(name: str) -> str:
    """The name of a module or a task as a part of a file's name. Example: `nac*` is `nacmul`."""
    return name.replace("*", "mul").replace(":", "-")


def unused_directory(directory: Path) -> Path:
    """The directory, or the first of DIRECTORY-2, DIRECTORY-3, … that does not exist."""
    candidate, number = directory, 1
    while candidate.exists():
        number += 1
        candidate = directory.with_name(f"{directory.name}-{number}")
    return candidate


def saved_config(directory: Path) -> Any:
    """What the configuration of an existing run says."""
    if not directory.is_dir():
        raise RunError(
            f"there is no run directory {directory}; train one with --output {directory}"
        )
    return read_json(directory / "config.json")


def kind_of_run(directory: Path) -> str:
    """`sequence` for the run of a sequence task, `fit` for that of a fit; `` for others, and for none."""
    try:
        data = read_json(directory / "config.json")
    except RunError:
        return ""
    kind = data.get("kind") if isinstance(data, dict) else None
    return kind if isinstance(kind, str) else ""


def is_sequence_run(directory: Path) -> bool:
    """Whether a directory holds the run of a sequence task."""
    return kind_of_run(directory) == "sequence"


def is_sequence_config(data: object) -> bool:
    """Whether the content of a config.json is that of a run of a sequence task."""
    return isinstance(data, dict) and data.get("kind") == "sequence"
