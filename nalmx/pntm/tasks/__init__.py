"""Sequence tasks, one file each: prompts, answers, and the exact-match metric."""

from __future__ import annotations

from importlib import import_module

from ...errors import UnknownNameError
from ._base import Example, SequenceTask, exact_match
from .examples import read_examples, write_examples
from .tokens import Token, Tokens

# A new task is its file and its line here.
TASK_NAMES = (
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

__all__ = [
    "TASK_NAMES",
    "Example",
    "SequenceTask",
    "Token",
    "Tokens",
    "exact_match",
    "read_examples",
    "sequence_task",
    "write_examples",
]


def sequence_task(name: str) -> SequenceTask:
    """The task of a name. Example: `sequence_task("copy")`."""
    known = name.lower().replace("_", "-")
    if known not in TASK_NAMES:
        raise UnknownNameError("sequence task", name[:40], list(TASK_NAMES))
    task: SequenceTask = import_module(f"{__name__}.{known.replace('-', '_')}").TASK
    return task
