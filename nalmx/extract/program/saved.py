"""The program of a run: extracted once, kept in its directory, read without being believed.

- `program.json`: the program, with the digest of the machine it was extracted from
- `program.py`: the same as a Python function
"""

from __future__ import annotations

from typing import Any

from ...errors import RunError
from ...pntm.machine import Machine
from ...storage import digest, read_json, write_bytes, write_json
from ...tasks.sequences import sequence_task
from ...train.sequences.run import SequenceRun
from .program import Program, extract_program, program_for

SCHEMA = 1


def program_of_run(run: SequenceRun) -> Program:
    """The program of a finished run; it is extracted if the run has none yet."""
    machine, path = run.load_machine(), run.path("program.json")
    sealed = digest(run.path("machine.json"))
    if path.exists():
        return _read(path.name, read_json(path), machine, sealed)
    program = _extracted(run, machine)
    write_bytes(run.path("program.py"), program.to_python().encode())
    # Last, since it is what says that there is a program.
    write_json(path, {"schema": SCHEMA, "machine_sha256": sealed, "program": program.to_json()})
    return program


def _extracted(run: SequenceRun, machine: Machine) -> Program:
    if run.config.task is not None:
        return extract_program(machine, sequence_task(run.config.task), run.config.seed)
    return program_for(machine, dict.fromkeys(e.prompt for e in run.load_examples()))


def _read(name: str, data: Any, machine: Machine, sealed: str) -> Program:
    try:
        if data["schema"] != SCHEMA:
            raise RunError(f"{name} has another schema than {SCHEMA}; use the nalmx that wrote it")
        if data["machine_sha256"] != sealed:
            raise RunError(
                f"{name} was extracted from another machine than that of the run; move it away, and "
                "the program is extracted again"
            )
        try:
            program = Program.from_json(data["program"])
        except RunError as error:
            raise RunError(f"{name} is damaged: {error}") from None
    except (KeyError, TypeError):
        raise RunError(f"{name} is damaged: parts of it are missing or of a wrong kind") from None
    if program.machine.vocabulary != machine.vocabulary:
        raise RunError(f"{name} is damaged: it has other tokens than the machine of the run")
    return program
