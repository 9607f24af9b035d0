"""`nalmx train-and-extract`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..devices import check_device_name
from ..exit_codes import INTERRUPTED
from ..run_directory import safe_name, unused_directory
from ..supervisor import continue_with, interrupted
from ..verify import Effort, Tolerance
from ._options import (
    messages,
    no_traces,
    report_formula,
    say_idle_gpu,
    stop_on_signal,
)
from ._progress import ProgressBar, Spinner
from ._request import asking, own_words
from ._sequence import run_sequence
from ._train_request import TrainRequest

if TYPE_CHECKING:
    from ..train import Progress, Run


@click.command(name="train-and-extract")
@asking(TrainRequest)
def command(asked: TrainRequest) -> int:
    """Train on a task, extract what was learned, and verify it.

    An arithmetic task gives a formula and verdicts on it.

    Example: nalmx train-and-extract --operation mul --module nmu

    With --module pntm, a sequence task or examples in a file give a program, and verdicts on what it
    answers to prompts of any length.

    Example: nalmx train-and-extract --module pntm --task addition
    """
    if asked.of_machine:
        return run_sequence(asked)
    tolerance = None if asked.tolerance is None else Tolerance.parse(asked.tolerance)
    check_device_name(asked.device)
    run = _opened(asked)
    again = ["nalmx", "train-and-extract", "--output", str(run.directory), "--resume"]
    again += own_words("--module", run.config.module)
    again += ["--source", asked.source] if asked.source else []
    continue_with(shlex.join(again))

    # Below, torch is loaded; whatever is wrong with the input has been said by now.
    from ..runs.formulas import train_run, verify_run
    from ..train import Interrupted

    notes, trained = messages(asked.quiet), not run.finished
    if trained:
        say_idle_gpu(notes, asked.device, "modules")
    try:
        with stop_on_signal() as stop_requested, ProgressBar(notes) as show:
            train_run(
                run,
                asked.device,
                on_progress=lambda progress: show(*_shown(progress)),
                stop_requested=stop_requested,
            )
    except Interrupted as stopped:
        how_far = f" at iteration {stopped.iteration}"
        notes.print(f"nalmx: {interrupted(how_far)}", soft_wrap=True)
        return INTERRUPTED
    effort = Effort(seed=asked.seed, device=asked.device)
    with no_traces(), Spinner(notes, "verifying", brief=True) as tell:
        outcome = verify_run(run, tolerance, effort, on_progress=tell)
    outcome.save()
    report_formula(outcome, as_json=asked.as_json, seeds=asked.show_seeds, trained=trained)
    return outcome.exit_code(asked.require)


def _opened(asked: TrainRequest) -> Run:
    """The run to continue, or a new one, its settings checked before its directory is made."""
    from ..train import Config, Run

    if asked.resume:
        run = Run.open(asked.resumed(), asked.own_source())
        run.check_settings(asked.module_settings(given=True))
        return run
    for name, listing in (("operation", "tasks"), ("module", "modules")):
        if getattr(asked, name) is None and not (name == "operation" and asked.source):
            raise click.UsageError(f"give --{name}; `nalmx {listing}` lists what there is")
    config = Config.checked(source=asked.own_source(), **asked.module_settings())
    directory = asked.directory or unused_directory(
        Path("runs") / f"{config.source.name}-{safe_name(config.module)}"
    )
    return Run.create(directory, config)


def _shown(progress: Progress) -> tuple[float, float, str]:
    """How far the training is, and what there is to say."""
    at, of = progress.iteration, progress.iterations
    text = (
        f"training {at:,}/{of:,}, loss {progress.validation_error:.2e}, "
        f"{progress.succeeding} succeed, {progress.model_steps_per_second:,.0f} model-steps/s"
    )
    return at, of, text
