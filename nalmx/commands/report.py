"""`nalmx report`."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from ..errors import CertificateError, RunError, SettingError
from ..exit_codes import HOLDS
from ..run_directory import kind_of_run
from ..storage import write_bytes
from . import _request as ask
from ._options import messages, no_traces, print_lines
from ._progress import Spinner

if TYPE_CHECKING:
    from ..report.html.parts import Chapter
    from ..runs.outcome import Outcome

    Tell: TypeAlias = Callable[[str], None]

# Bytes of certificates in a file, so that it stays small enough to be sent.
_LARGEST_CERTIFICATE, _ALL_CERTIFICATES = 60_000, 130_000


@dataclass(frozen=True, slots=True)
class ReportRequest(ask.Request):
    directories: tuple[Path, ...] = ask.argument(
        "RUN...", nargs=-1, required=True, type=click.Path(path_type=Path)
    )
    output: Path = ask.option(
        "--output",
        "The HTML file to write.",
        default="report.html",
        type=click.Path(path_type=Path),
        metavar="FILE",
    )
    force: bool = ask.flag("--force", "Write over a report that is there.")
    modules: tuple[str, ...] = ask.named_own("module")
    tasks: tuple[str, ...] = ask.named_own("task")
    open_it: bool = ask.flag("--open", "Show it in the browser.")
    quiet: bool = ask.quiet_flag()
    verbose: bool = ask.verbose_flag()


@click.command(name="report")
@ask.asking(ReportRequest)
def command(asked: ReportRequest) -> int:
    """Write what runs came to as one HTML file.

    The file needs nothing but a browser. RUN is the directory of a training, of a fit or of a benchmark,
    or a certificate. The verdicts of runs are established again, as nalmx verify run does, certificates
    are replayed, and what stands in a benchmark is marked as recorded.

    Example: nalmx report runs/mul-nmu --output mul.html --open
    """
    _check_output(asked.output, asked.force)
    for directory in asked.directories:
        if not directory.exists():
            raise RunError(f"there is no run directory {directory}; name one such as runs/mul-nmu")

    from ..report.html.page import page

    with no_traces(), Spinner(messages(asked.quiet), "verifying") as show:
        parts = [_part(place, show) for place in asked.directories]
    write_bytes(asked.output, page(parts).encode())
    print_lines([f"report: {asked.output}"])
    if asked.open_it:
        page_at = asked.output.resolve().as_uri()
        if _has_screen():
            click.launch(page_at)
        else:
            said = f"nalmx: there is no screen to show it on; open {page_at} in a browser"
            messages(asked.quiet).print(said, soft_wrap=True)
    return HOLDS


def _has_screen() -> bool:
    given = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not sys.platform.startswith("linux") or any(map(os.environ.get, given))


def _check_output(path: Path, force: bool) -> None:
    if path.suffix.lower() not in (".html", ".htm"):
        raise SettingError(f"{path.name} is no HTML file; end its name with .html")
    if path.is_dir() or ((path.exists() or path.is_symlink()) and not force):
        raise SettingError(
            f"{path} exists already; add --force to write over it, or give another --output"
        )
    if not path.parent.is_dir():
        raise SettingError(f"there is no folder {str(path.parent)!r} for the report; make it first")


def _part(directory: Path, tell: Tell) -> Chapter:
    """What one directory or certificate holds, established again but for benchmarks."""
    if not directory.is_dir():
        from ..report.html.certificates import certificate_part
        from ._certificate import load_certificate

        certificate = load_certificate(directory)
        return certificate_part(directory, certificate, certificate.replay(tell))
    from ..report.html.benchmarks import benchmark_part, read_benchmark
    from ._repeat import benchmark_command

    record = read_benchmark(directory)
    if record is not None:
        return benchmark_part(directory, record, [benchmark_command(record["settings"])])
    return _PARTS.get(kind_of_run(directory), _formula)(directory, tell)


def _formula(directory: Path, tell: Tell) -> Chapter:
    from ..train import Run

    run = Run.open(directory)
    from ..report.html.formulas import formula_part
    from ..runs.formulas import verify_run
    from ._repeat import training_command, verify_command

    outcome = verify_run(run, on_progress=tell)
    outcome.check_saved()
    named = ask.own_words("--module", run.config.module)
    repeat = [training_command(run.config), verify_command(directory, *named)]
    return formula_part(outcome, repeat, _certificates(outcome))


def _fit(directory: Path, tell: Tell) -> Chapter:
    from ..report.html.fits import fit_part
    from ..runs.fits import verify_fit
    from ._repeat import fit_command, verify_command

    outcome = verify_fit(directory, on_progress=tell)
    outcome.check_saved()
    repeat = [fit_command(outcome), verify_command(directory)]
    return fit_part(outcome, repeat, _certificates(outcome))


def _machine(directory: Path, tell: Tell) -> Chapter:
    from ..report.html.machines import machine_part
    from ..runs.machine_run import SequenceRun
    from ..runs.machines import verify_machine
    from ._repeat import learning_command, verify_command

    outcome = verify_machine(SequenceRun.open(directory), on_progress=tell)
    outcome.check_saved()
    named = ask.own_words("--task", outcome.run.config.task)
    repeat = [learning_command(outcome.run.config), verify_command(directory, *named)]
    replay = shlex.join(["nalmx", "verify", "run", str(directory), *named])
    return machine_part(outcome, repeat, replay, _certificates(outcome))


_PARTS: dict[str, Callable[[Path, Tell], Chapter]] = {"fit": _fit, "sequence": _machine}


def _certificates(outcome: Outcome) -> dict[str, bytes]:
    """The certificates that there are, as long as they are small."""
    found: dict[str, bytes] = {}
    if outcome.uncertified is not None:
        return found
    for name, made in outcome.certificates():
        try:
            data = made().data
        except CertificateError:
            continue
        text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
        certificate = f"{text}\n".encode()
        room = _ALL_CERTIFICATES - sum(map(len, found.values()))
        if len(certificate) <= min(room, _LARGEST_CERTIFICATE):
            found[name] = certificate
    return found
