"""Runs of sequence tasks that share what is found of their machines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nalmx.pntm.machine import Machine
from nalmx.pntm.tasks import SequenceTask
from nalmx.runs import machines, program
from nalmx.storage import canonical_json


@contextmanager
def remembered() -> Iterator[pytest.MonkeyPatch]:
    """The verdict on a machine, and the program of it, are found once: many runs share them."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((machines, "check_truth"), (program, "extract_program")):
            patch.setattr(module, name, _once_a_machine(getattr(module, name)))
        yield patch


def _once_a_machine(found_by: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[str, str], Any] = {}

    def found(machine: Machine, task: SequenceTask, *rest: Any) -> Any:
        key = canonical_json(machine.to_json()), task.name
        if key not in known:
            known[key] = found_by(machine, task, *rest)
        return known[key]

    return found
