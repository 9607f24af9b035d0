"""Two machines, from runs or files, held against each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ..errors import RunError
from ..pntm.machine import Machine
from ..pntm.program.program import Program
from ..pntm.proofs.check import check_agreement, check_truth
from ..pntm.proofs.equivalence import check_machines
from ..pntm.proofs.verdict import SequenceVerdict
from ..pntm.tasks import sequence_task
from ..storage import read_json
from ..verify.effort import Effort
from .machine_run import SequenceRun
from .machines import MachineOutcome

# A run, its directory, a file of a machine (machine.json) or a program (program.json), or what these hold.
Source: TypeAlias = str | Path | Machine | Program | MachineOutcome


def verify_machines(
    left: Source,
    right: Source,
    *,
    effort: Effort | None = None,
    on_progress: Callable[[str], None] = lambda doing: None,
) -> SequenceVerdict:
    """Whether two machines give the same answer to every prompt.

    Where both are runs of the same task, to every prompt of the task; otherwise to every prompt of one
    token or more of what either knows. Where one has no answer, the other must have none.

    Example: `verify_machines("runs/one", "runs/two/machine.json").holds("proved")`.
    """
    (one, task), (other, its) = _read(left), _read(right)
    if task is None or task != its:
        return check_machines(one, other, effort, on_progress)
    known = sequence_task(task)
    left_truth, right_truth = (check_truth(m, known, effort, on_progress) for m in (one, other))
    return check_agreement(left_truth, right_truth, one, other, known, effort, on_progress)


def _read(source: Source) -> tuple[Machine, str | None]:
    """A machine, and the task of its run."""
    match source:
        case Machine():
            return source, None
        case Program():
            return source.machine, None
        case MachineOutcome():
            return source.machine, source.run.config.task
    path = Path(source)
    if path.is_file():
        data = read_json(path)
        if isinstance(data, dict) and "program" in data:
            data = data["program"]
        try:
            return Machine.from_json(data), None
        except RunError as error:
            raise RunError(
                f"{path}: {error}; give a run, or its machine.json or program.json"
            ) from None
    run = SequenceRun.open(path)
    run.check_finished()
    return run.load_machine(), run.config.task
