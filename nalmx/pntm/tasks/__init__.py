"""Sequence tasks, one file each: prompts, answers, and the exact-match metric."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from ...errors import SettingError
from ...plugins import Plugins, is_own
from ._base import Example, SequenceTask, exact_match
from .examples import read_examples, write_examples
from .tokens import Token, Tokens

# A new task is its file and its line here.
BASIC_TASK_NAMES = (
    "parity",
    "cycle-navigation",
    "modular-arithmetic",
    "s3",
    "s5",
    "copy",
    "reverse",
    "repeat-copy",
    "duplicate",
    "associative-recall",
    "addition",
    "addition-big-endian",
    "subtraction",
    "multiply",
    "comparison",
    "sort",
    "majority",
    "anbncn",
    "stack",
)
"""Tasks that are learned from lengths up to 20."""

SUITE_TASK_NAMES = (
    "even-pairs",
    "modular-arithmetic-simple",
    "parity-check",
    "cycle-position",
    "stack-manipulation",
    "modular-arithmetic-brackets",
    "solve-equation",
    "duplicate-string",
    "missing-duplicate",
    "odds-first",
    "binary-multiplication",
    "compute-sqrt",
    "bucket-sort",
)
"""Tasks of "Neural networks and the Chomsky hierarchy", in the presentation of that suite."""

TASK_NAMES = (*BASIC_TASK_NAMES, *SUITE_TASK_NAMES)

__all__ = [
    "BASIC_TASK_NAMES",
    "OWN_TASKS",
    "SUITE_TASK_NAMES",
    "TASK_NAMES",
    "Example",
    "SequenceTask",
    "Token",
    "Tokens",
    "exact_match",
    "read_examples",
    "sequence_task",
    "task_names",
    "write_examples",
]


def _made(name: str, thing: object) -> SequenceTask:
    if not isinstance(thing, SequenceTask):
        raise SettingError(
            f"{name} is no sequence task; name a value of nalmx.pntm.tasks.SequenceTask"
        )
    return replace(thing, name=name)


OWN_TASKS: Plugins[SequenceTask] = Plugins("sequence task", "nalmx.tasks", _made)
"""Tasks of users, named as `package.module:TASK`, or of installed packages."""


def task_names() -> list[str]:
    """The names of all tasks, those of installed packages last."""
    return [*TASK_NAMES, *OWN_TASKS.names()]


def sequence_task(name: str) -> SequenceTask:
    """The task of a name. Example: `sequence_task("copy")`."""
    known = name if is_own(name) else name.lower().replace("_", "-")
    if known not in TASK_NAMES:
        return OWN_TASKS.get(OWN_TASKS.known(known, TASK_NAMES))
    task: SequenceTask = import_module(f"{__name__}.{known.replace('-', '_')}").TASK
    return task
