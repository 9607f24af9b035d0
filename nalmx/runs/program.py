"""The program of a run: extracted from its machine, and kept in its directory for others to use.

- `program.json`: the program, with the digest of the machine it was extracted from
- `program.py`: the same as a Python function

Both are compared with what is extracted anew, and neither is ever run.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import RunError
from ..pntm.machine import Machine
from ..pntm.program.program import Program, extract_program, program_for
from ..pntm.tasks import sequence_task
from ..storage import digest, read_bytes, read_json, same_json, write_bytes, write_json
from .machine_run import SequenceRun

SCHEMA = 1


def program_of_run(run: SequenceRun) -> Program:
    """The program of a finished run, extracted anew; what is on disk must be the same.

    A file that is missing is written.
    """
    machine = run.load_machine()
    program = _extracted(run, machine)
    sealed = digest(run.path("machine.json"))
    data = {"schema": SCHEMA, "machine_sha256": sealed, "program": program.to_json()}
    source, path = run.path("program.py"), run.path("program.json")
    if source.exists() and read_bytes(source) != program.to_python().encode():
        raise _changed(source)
    if path.exists() and not same_json(read_json(path), data):
        raise _changed(path)
    if not source.exists():
        write_bytes(source, program.to_python().encode())
    if not path.exists():
        write_json(path, data)
    return program


def _changed(path: Path) -> RunError:
    return RunError(
        f"{path} is not what is extracted from the machine; delete it to have it written anew"
    )


def _extracted(run: SequenceRun, machine: Machine) -> Program:
    if run.config.task is not None:
        return extract_program(machine, sequence_task(run.config.task), run.config.seed)
    return program_for(machine, dict.fromkeys(e.prompt for e in run.load_examples()))
