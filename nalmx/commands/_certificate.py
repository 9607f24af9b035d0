"""`--certificate`, `--certificates` and `nalmx verify certificate`: verdicts that can be replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..runs.claims import CLAIMS, certificate_path
from ..supervisor import last_will
from ..verify import Claim, Verdict
from . import _request as ask
from ._options import as_text, json_line, messages, write

if TYPE_CHECKING:
    from ..pntm.proofs.certificate import SequenceCertificate
    from ..runs.outcome import Outcome
    from ..verify.certificate import Certificate
    from ..verify.replaying.replay import Replay


@dataclass(frozen=True, slots=True)
class ReplayRequest(ask.ToldRequest):
    file: Path = ask.argument("FILE", type=click.Path(path_type=Path))
    timeout: float = ask.option(
        "--timeout",
        "Seconds after which the replay gives up.",
        default=300.0,
        type=ask.SECONDS,
    )
    tasks: tuple[str, ...] = ask.named_own("task")


def certificate_paths(directory: Path) -> list[Path]:
    """Where certificates of a run would be written."""
    return [certificate_path(directory, name) for name in CLAIMS]


def write_certificate(path: Path | None, claim: Claim, verdict: Verdict, *, quiet: bool) -> None:
    """Write the certificate of one claim."""
    if path is None:
        return
    from ..verify.certificate import certify

    with messages(quiet).status("writing the certificate"):
        certify(claim, verdict=verdict).save(path)
    messages(quiet).print(f"certificate: {path}", soft_wrap=True)


def write_certificates(outcome: Outcome, directory: Path, *, quiet: bool) -> None:
    """Write a certificate of each claim of a run; say of which there can be none."""
    notes = messages(quiet)
    if outcome.uncertified is not None:
        notes.print(f"no certificates were written: {outcome.uncertified}", soft_wrap=True)
        return
    with notes.status("") as status:
        for name, made in outcome.save_certificates(directory, status.update):
            text = f"no certificate of {CLAIMS[name]}:" if isinstance(made, str) else "certificate:"
            notes.print(f"{text} {made}", soft_wrap=True)


def load_certificate(path: Path) -> Certificate | SequenceCertificate:
    """The certificate in a file, of whichever kind it is."""
    from ..verify.certificate import SEQUENCE, Certificate, read_certificate

    content = read_certificate(path)
    if isinstance(content, dict) and content.get("kind") == SEQUENCE:
        from ..pntm.proofs.certificate import SequenceCertificate

        return SequenceCertificate.from_json(content, str(path))
    return Certificate.from_json(content, str(path))


@click.command(name="certificate")
@ask.asking(ReplayRequest)
def certificate(asked: ReplayRequest) -> int:
    """Replay the certificate in FILE: establish its verdict again, from its claim alone.

    Exit code 0: established again. 1: established again that the claim is refuted. 3: not established.
    """
    from ..report.replays import replay_lines, sequence_replay_lines
    from ..verify.certificate import Certificate
    from ..verify.replaying.replay import Replay

    loaded = load_certificate(asked.file)
    facts: Callable[[Replay], dict[str, Any]]
    if isinstance(loaded, Certificate):
        lines = partial(replay_lines, loaded)
        facts = partial(_claim_and_bound, loaded)
    else:
        lines = partial(sequence_replay_lines, loaded)
        facts = partial(_task, loaded)

    def text(replay: Replay) -> str:
        return (
            json_line({**facts(replay), **replay.to_json()})
            if asked.as_json
            else as_text(lines(replay))
        )

    reason = f"{asked.timeout:g} seconds were not enough"
    late = Replay(loaded.data["verdict"], False, (), reason, seconds=asked.timeout)
    will = last_will(asked.timeout, lambda: text(late), late.exit_code())
    with messages(asked.quiet).status("replaying") as status, will:
        replay = loaded.replay(lambda step: status.update(f"replaying: {step}"), asked.timeout)
    write(text(replay))
    return replay.exit_code()


def _task(machine: SequenceCertificate, replay: Replay) -> dict[str, Any]:
    return {"task": machine.task.name}


def _claim_and_bound(formula: Certificate, replay: Replay) -> dict[str, Any]:
    return {"claim": formula.texts, "bound": formula.data["bound"] if replay.established else None}
