"""`--certificate`, `--certificates` and `nalmx verify certificate`: verdicts that can be replayed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import CertificateError
from ..runs.claims import CLAIMS
from ..supervisor import last_will
from ..verify import Claim, Verdict
from ._options import as_text, json_line, messages, shared

if TYPE_CHECKING:
    from ..pntm.proofs.certificate import SequenceCertificate
    from ..runs.formulas import FormulaOutcome
    from ..verify.certificate import Certificate
    from ..verify.replaying.replay import Replay

to_file = click.option(
    "--certificate",
    "certificate",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the verdict with its evidence to a new JSON file, for nalmx verify certificate.",
)
to_run = click.option(
    "--certificates",
    is_flag=True,
    help="Write a certificate of every claim into the directory of the run.",
)


def check_new(*paths: Path | None) -> None:
    """Refuse a certificate that could not be written, before time is spent on verdicts."""
    for path in paths:
        if path is None:
            continue
        if path.exists() or path.is_symlink():
            raise CertificateError(
                f"{path} exists and is never overwritten; move it, or name another file for the "
                "certificate"
            )
        if not path.parent.is_dir():
            raise CertificateError(
                f"there is no folder {str(path.parent)!r} for the certificate; make it first"
            )


def paths_in(directory: Path) -> dict[str, Path]:
    """Where the certificates of a run lie."""
    return {name: directory / f"certificate-{name.replace('_', '-')}.json" for name in CLAIMS}


def write_certificate(path: Path | None, claim: Claim, verdict: Verdict, *, quiet: bool) -> None:
    """Write the certificate of one claim."""
    if path is None:
        return
    from ..verify.certificate import certify

    with messages(quiet).status("writing the certificate"):
        certify(claim, verdict=verdict).save(path)
    messages(quiet).print(f"certificate: {path}", soft_wrap=True)


def write_certificates(outcome: FormulaOutcome, *, quiet: bool) -> None:
    """Write a certificate of each claim of a run; say of which there can be none."""
    from ..verify.certificate import certify

    formula, paths = outcome.extraction.formula, paths_in(outcome.run.directory)
    if formula is None:
        messages(quiet).print("no certificates were written: there is no formula", soft_wrap=True)
        return
    config = outcome.run.config
    for name, claim in outcome.claims.items():
        try:
            with messages(quiet).status(f"writing the certificate of {CLAIMS[name]}"):
                made = certify(
                    claim,
                    verdict=outcome.verdicts[name],
                    source=f"{CLAIMS[name]}, {config.module} trained on {config.source.name}",
                    weights_sha256=formula.weights_sha256,
                    seed=outcome.extraction.seed,
                )
        except CertificateError as error:
            messages(quiet).print(f"no certificate of {CLAIMS[name]}: {error}", soft_wrap=True)
            continue
        made.save(paths[name])
        messages(quiet).print(f"certificate: {paths[name]}", soft_wrap=True)


@click.command(name="certificate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    type=click.FloatRange(0.1, 1e6),
    help="Seconds after which the replay gives up.",
)
@shared("json", "quiet")
def certificate(file: Path, timeout: float, as_json: bool, quiet: bool) -> int:
    """Replay the certificate in FILE: establish its verdict again, from its claim alone.

    Exit code 0: established again. 1: established again that the claim is refuted. 3: not established.
    """
    from ..report.replays import replay_lines, sequence_replay_lines
    from ..verify.certificate import SEQUENCE, Certificate, read_certificate
    from ..verify.replaying.replay import Replay

    content = read_certificate(file)
    loaded: Certificate | SequenceCertificate
    facts: Callable[[Replay], dict[str, Any]]
    if isinstance(content, dict) and content.get("kind") == SEQUENCE:
        from ..pntm.proofs import certificate as sequences

        loaded = machine = sequences.SequenceCertificate.from_json(content, str(file))
        lines = partial(sequence_replay_lines, machine)
        facts = partial(_task, machine)
    else:
        loaded = formula = Certificate.from_json(content, str(file))
        lines = partial(replay_lines, formula)
        facts = partial(_claim_and_bound, formula)

    def text(replay: Replay) -> str:
        return (
            json_line({**facts(replay), **replay.to_json()}) if as_json else as_text(lines(replay))
        )

    reason = f"{timeout:g} seconds were not enough"
    late = Replay(loaded.data["verdict"], False, (), reason, seconds=timeout)
    will = last_will(timeout, lambda: text(late), late.exit_code())
    with messages(quiet).status("replaying") as status, will:
        replay = loaded.replay(lambda step: status.update(f"replaying: {step}"), timeout)
    sys.stdout.write(text(replay))
    return replay.exit_code()


def _task(machine: SequenceCertificate, replay: Replay) -> dict[str, Any]:
    return {"task": machine.task.name}


def _claim_and_bound(formula: Certificate, replay: Replay) -> dict[str, Any]:
    return {"claim": formula.texts, "bound": formula.data["bound"] if replay.established else None}
