"""`nalmx verify machines`: whether two machines answer every prompt alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from ..supervisor import last_will
from . import _request as ask
from ._options import as_text, json_line, messages, no_traces, write
from ._progress import Spinner


@dataclass(frozen=True, slots=True)
class MachinesRequest(ask.VerdictRequest):
    left: Path = ask.argument("A", type=click.Path(path_type=Path))
    right: Path = ask.argument("B", type=click.Path(path_type=Path))
    timeout: float = ask.option(
        "--timeout",
        "Seconds for the check; what is not established by then is tested or unknown.",
        default=60.0,
        type=ask.SECONDS,
    )
    tasks: tuple[str, ...] = ask.named_own("task")


@click.command(name="machines")
@ask.asking(MachinesRequest)
def machines(asked: MachinesRequest) -> int:
    """Compare what the machines A and B answer, and give a verdict.

    A and B are run directories, or files of machines (machine.json, program.json). Finite transducers
    are compared exactly, for prompts of every length; for others, prompts are answered.

    Example: nalmx verify machines runs/monday runs/tuesday
    """
    from ..pntm.proofs.verdict import SequenceVerdict
    from ..report.programs import sequence_verdict_lines
    from ..runs.machine_pair import verify_machines
    from ..verify.effort import Effort, late

    names = {"machines": f"{asked.left} ↔ {asked.right}"}

    def text(verdict: SequenceVerdict) -> str:
        if asked.as_json:
            sides = {"left": str(asked.left), "right": str(asked.right)}
            return json_line({**sides, **verdict.to_json()})
        return as_text(sequence_verdict_lines({"machines": verdict}, names))

    effort = Effort(seed=asked.seed, seconds=asked.timeout)
    unknown = SequenceVerdict("unknown", "none", "prompts", reason=late(asked.timeout))
    unknown = replace(unknown, seconds=asked.timeout)
    # Two verdicts on the truth, and one on both.
    will = last_will(3 * asked.timeout, lambda: text(unknown), unknown.exit_code(asked.require))
    with no_traces(), Spinner(messages(asked.quiet), "verifying") as tell, will:
        verdict = verify_machines(asked.left, asked.right, effort=effort, on_progress=tell)
    write(text(verdict))
    return verdict.exit_code(asked.require)
