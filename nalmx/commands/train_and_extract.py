"""`nalmx train-and-extract`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..devices import check_device_name
from ..exit_codes import INTERRUPTED
from ..runs.saved_verdicts import save_verdicts
from ..verify import Effort, Tolerance
from ._options import (
    messages,
    no_traces,
    report_formula,
    say_idle_gpu,
    shared,
    stop_on_signal,
    unused_directory,
)
from ._progress import ProgressBar
from ._sequence import run_sequence
from ._sequence_options import is_sequence, sequence_options

if TYPE_CHECKING:
    from ..train import Progress

_SETTINGS = {
    "operation": "operation",
    "module": "module",
    "interpolation_range": "interpolation_range",
    "extrapolation_range": "extrapolation_range",
    "inputs": "inputs",
    "seeds": "seeds",
    "seed": "first_seed",
    "iterations": "iterations",
}


@click.command(name="train-and-extract")
@click.option("--operation", help="add, sub, mul or div; see `nalmx tasks`.")
@click.option("--module", help="nau, nmu, nac+, …, or pntm; see `nalmx modules`.")
@click.option(
    "--interpolation-range", default="[1,2]", show_default=True, help="Where training data lie."
)
@click.option(
    "--extrapolation-range",
    default="",
    help="Where success is judged and verdicts hold; by default the survey's partner.",
)
@click.option(
    "--inputs", default=2, show_default=True, help="Inputs; those after x2 are redundant."
)
@click.option("--seeds", default=25, show_default=True, help="How many seeds, trained together.")
@click.option("--iterations", default=50_000, show_default=True, help="Training iterations.")
@click.option(
    "--output",
    "directory",
    type=click.Path(path_type=Path),
    help="A new run directory; by default runs/OPERATION-MODULE (or TASK-pntm), numbered.",
)
@click.option("--resume", is_flag=True, help="Continue the run in --output.")
@click.option(
    "--tolerance",
    default=None,
    help="Tolerance of the claims about the network; by default the largest error of a model that is "
    "perfect but for 1e-5.",
)
@click.option("--show-seeds", is_flag=True, help="Print a table of every seed.")
@sequence_options
@shared("require", "device", "seed", "json", "quiet")
@click.pass_context
def command(context: click.Context, /, **options: Any) -> int:
    """Train a module on a task, extract what it computes and verify it.

    An arithmetic task gives a formula and verdicts on it.

    Example: nalmx train-and-extract --operation mul --module nmu

    With --module pntm, a sequence task or examples in a file give a program, and verdicts on what it
    answers to prompts of any length.

    Example: nalmx train-and-extract --module pntm --task addition
    """
    if is_sequence(context, options):
        return run_sequence(context, options)
    tolerance = None if options["tolerance"] is None else Tolerance.parse(options["tolerance"])
    device = check_device_name(options["device"])
    run = _resumed(context, options) if options["resume"] else _created(options)

    # Below, torch is loaded; whatever is wrong with the input has been said by now.
    from ..devices import find_device
    from ..runs.extraction import extract_run
    from ..runs.formulas import verify_run
    from ..train import Interrupted, fit

    quiet = options["quiet"]
    notes, trained = messages(quiet), not run.finished
    place = find_device(device, "modules")
    if trained:
        say_idle_gpu(notes, device, "modules")
    try:
        with stop_on_signal() as stop_requested, ProgressBar(notes) as show:
            fit(
                run,
                place,
                on_progress=lambda progress: show(*_shown(progress)),
                stop_requested=stop_requested,
            )
    except Interrupted as stopped:
        notes.print(
            f"nalmx: {stopped}; nothing is lost, continue with: nalmx train-and-extract --output "
            f"{run.directory} --resume",
            soft_wrap=True,
        )
        return INTERRUPTED
    if not run.path("formula.json").exists():
        extract_run(run)
    effort = Effort(seed=options["seed"], device=device)
    with no_traces(), messages(quiet).status("verifying") as status:
        outcome = verify_run(run, tolerance, effort, on_progress=status.update)
    save_verdicts(run.path("verdicts.json"), outcome.verdict_records())
    report_formula(
        outcome, as_json=options["as_json"], seeds=options["show_seeds"], trained=trained
    )
    return outcome.exit_code(options["require"])


def _created(options: dict[str, Any]) -> Any:
    """A new run, its settings checked before its directory is made."""
    from ..train import Config, Run

    for name in ("operation", "module"):
        if options[name] is None:
            raise click.UsageError(f"give --{name}; `nalmx {_listing(name)}` lists what there is")
    config = Config.checked(**{setting: options[name] for name, setting in _SETTINGS.items()})
    directory = options["directory"] or unused_directory(
        Path("runs") / f"{config.source.name}-{config.module.replace('*', 'mul')}"
    )
    return Run.create(directory, config)


def _resumed(context: click.Context, options: dict[str, Any]) -> Any:
    """The run to continue; settings given again must be those it was started with."""
    from ..train import Config, Run

    if options["directory"] is None:
        raise click.UsageError("--resume needs --output with the directory of the run")
    run = Run.open(options["directory"])
    saved = {name: value for name, value in run.config.to_json().items() if name != "schema"}
    given = {
        setting: options[name]
        for name, setting in _SETTINGS.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    wanted = Config.checked(**{**saved, **given}).to_json() if "operation" in saved else given
    for setting in given:
        before, now = saved.get(setting), wanted[setting]
        if before != now:
            shown = setting.replace("_", " ")
            before = "none" if before is None else before
            raise click.UsageError(
                f"the run in {run.directory} was started with {shown} {before}, not {now}; leave the "
                "option out, or start a new run with another --output"
            )
    return run


def _listing(name: str) -> str:
    return "tasks" if name == "operation" else "modules"


def _shown(progress: Progress) -> tuple[float, float, str]:
    """How far the training is, and what there is to say."""
    at, of = progress.iteration, progress.iterations
    text = (
        f"training {at:,}/{of:,}, loss {progress.validation_error:.2e}, "
        f"{progress.succeeding} succeed, {progress.model_steps_per_second:,.0f} model-steps/s"
    )
    return at, of, text
