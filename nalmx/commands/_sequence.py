"""`nalmx train-and-extract --module pntm`: a sequence task, learned as a machine and tested."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from ..devices import check_device_name
from ..exit_codes import INTERRUPTED, NOT_ESTABLISHED, REFUTED
from ..tasks.sequences import Example, read_examples, sequence_task
from ..train.sequences.config import LONGEST, METHODS, SEQUENCES, SequenceConfig
from ._certificate import check_new
from ._figure import check_figure, figure_option
from ._options import (
    SECONDS_FOR_A_STEP,
    messages,
    no_traces,
    output,
    print_json,
    stop_on_signal,
    unused_directory,
)
from ._progress import Spinner

if TYPE_CHECKING:
    from ..train.sequences.run import SequenceResults, SequenceRun
    from ..train.sequences.score import Score

F = TypeVar("F", bound=Callable[..., Any])

MODULE = "pntm"
_WAYS = {
    "discrete": "discrete fitting",
    "gradient": "gradient descent",
    "repair": "gradient descent and repair",
}
# What these options are called in a configuration.
_SETTINGS = {
    "task": "task",
    "examples": "examples",
    "sequences": "sequences",
    "longest": "longest",
    "test_lengths": "test_lengths",
    "test": "tests",
    "tapes": "tapes",
    "method": "method",
}
_SHARED = {
    "module",
    "directory",
    "resume",
    "figure",
    "require",
    "device",
    "seed",
    "as_json",
    "quiet",
}
_OPTIONS = (
    click.option("--task", help="pntm: a sequence task such as addition; see `nalmx tasks`."),
    click.option(
        "--examples",
        metavar="FILE",
        help='pntm: examples instead of a task, {"prompt": […], "answer": […]} a line.',
    ),
    click.option(
        "--test", multiple=True, metavar="FILE", help="pntm: examples to test; may be repeated."
    ),
    click.option(
        "--sequences",
        type=int,
        help=f"pntm: training sequences of a task; by default {SEQUENCES:,}.",
    ),
    click.option(
        "--longest", type=int, help=f"pntm: the greatest training length; by default {LONGEST}."
    ),
    click.option(
        "--test-lengths",
        metavar="LIST",
        help="pntm: lengths of fresh test sequences; by default 40,100,500,1000,10000.",
    ),
    click.option(
        "--tapes",
        default="auto",
        show_default=True,
        help="pntm: so many at most; auto: those of the simplest machine.",
    ),
    click.option(
        "--method", default="auto", show_default=True, help=f"pntm: {', '.join(METHODS)}."
    ),
    figure_option,
)


def sequence_options(command: F) -> F:
    """Add the options of sequence tasks to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_sequence(context: click.Context, options: dict[str, Any]) -> bool:
    """Whether a sequence task is asked for; options of the other kind are refused."""
    given = _given(context)
    own = (options["module"] or "").lower().replace("-", "") == MODULE
    if options["module"] is None and options["resume"] and options["directory"] is not None:
        from ..train.sequences.run import is_sequence_run

        own = is_sequence_run(options["directory"])
    for name, flag in given.items():
        if own and name not in _SETTINGS and name not in _SHARED:
            raise click.UsageError(f"{flag} is not for --module pntm; leave it out")
        if not own and (name in _SETTINGS or name == "figure"):
            raise click.UsageError(f"{flag} is for --module pntm only; add that, or leave it out")
    return own


def run_sequence(context: click.Context, options: dict[str, Any]) -> int:
    """Learn a sequence task, test the machine, and report."""
    from ..train import Interrupted
    from ..train.sequences.run import learn_run

    device = check_device_name(options["device"])
    check_figure(options["figure"])
    run, tests = _resumed(context, options) if options["resume"] else _created(context, options)
    notes = messages(options["quiet"])

    # Below, SymPy and Numba are loaded; whatever is wrong with the input has been said by now.
    from ._programs import (
        effort_of,
        print_program,
        save_verdicts,
        verify_sequence_run,
        write_figure,
    )

    try:
        with (
            no_traces(),
            stop_on_signal(SECONDS_FOR_A_STEP) as stop,
            Spinner(notes, "learning") as show,
        ):
            results = learn_run(run, tests, device, on_progress=show, stop_requested=stop)
            effort = effort_of(options["seed"], show, stop)
            outcome = verify_sequence_run(run, effort, tests)
    except (Interrupted, KeyboardInterrupt):
        again = ["nalmx", "train-and-extract", "--output", str(run.directory), "--resume"]
        notes.print(f"nalmx: interrupted; go on with: {shlex.join(again)}", soft_wrap=True)
        return INTERRUPTED
    for one in results.scores:
        if one.unseen:
            notes.print(
                f"nalmx: {one.name}: {one.unseen:,} of {one.sequences:,} examples have tokens never "
                "seen in training; they count as wrong",
                soft_wrap=True,
            )
    save_verdicts(run, outcome)
    if options["as_json"]:
        print_json({**_record(run, results), **outcome.to_json()})
    else:
        _print(run, results)
        print_program(outcome)
        output().print(f"run: {run.directory}")
    write_figure(options["figure"], run, outcome, options["quiet"])
    code = outcome.exit_code(options["require"])
    return code if code == REFUTED or results.holds else NOT_ESTABLISHED


def verify_sequence(directory: Path, options: dict[str, Any]) -> int:
    """Repeat the verdicts on a finished run, from what is on disk."""
    from ..train import Interrupted
    from ..train.sequences.run import SequenceRun
    from ._programs import (
        effort_of,
        print_program,
        sequence_paths,
        verify_sequence_run,
        write_figure,
        write_sequence_certificates,
    )

    run = SequenceRun.open(directory)
    check_figure(options["figure"])
    check_new(*(sequence_paths(directory).values() if options["certificates"] else ()))
    notes = messages(options["quiet"])
    try:
        with (
            no_traces(),
            stop_on_signal(SECONDS_FOR_A_STEP) as stop,
            Spinner(notes, "verifying") as show,
        ):
            outcome = verify_sequence_run(run, effort_of(options["seed"], show, stop))
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED
    if options["as_json"]:
        print_json({**_record(run, run.load_results()), **outcome.to_json()})
    else:
        output().print(f"{run.config.title}: {_size(run.load_results())}")
        print_program(outcome)
        output().print(f"run: {run.directory}")
    if options["certificates"]:
        write_sequence_certificates(run, outcome, quiet=options["quiet"])
    write_figure(options["figure"], run, outcome, options["quiet"])
    return outcome.exit_code(options["require"])


def _created(
    context: click.Context, options: dict[str, Any]
) -> tuple[SequenceRun, dict[str, Sequence[Example]]]:
    """A new run and its tests; everything is checked and read before its directory is made."""
    from ..train.sequences.run import SequenceRun

    if (options["task"] is None) == (options["examples"] is None):
        raise click.UsageError(
            "give --task or --examples, and not both; `nalmx tasks` lists the tasks"
        )
    config = SequenceConfig.checked(**_settings(context, options))
    tests = _tests(config)
    examples = (
        config.draw_training() if config.examples is None else read_examples(Path(config.examples))
    )
    name = config.task or Path(config.title).stem[:60]
    directory = options["directory"] or unused_directory(Path("runs") / f"{name}-{MODULE}")
    return SequenceRun.create(directory, config, examples), tests


def _resumed(
    context: click.Context, options: dict[str, Any]
) -> tuple[SequenceRun, dict[str, Sequence[Example]]]:
    """The run to go on with; settings given again must be those it was started with."""
    from ..train.sequences.run import SequenceRun

    if options["directory"] is None:
        raise click.UsageError("--resume needs --output with the directory of the run")
    run = SequenceRun.open(options["directory"])
    saved = run.config.to_json()
    given = _settings(context, options)
    for name, value in given.items():
        wanted = list(value) if isinstance(value, tuple) else value
        if name == "task":
            wanted = sequence_task(value).name
        if wanted != saved[name]:
            shown, before = name.replace("_", " "), saved[name]
            raise click.UsageError(
                f"the run in {run.directory} was started with {shown} {before}, not {wanted}; leave "
                "the option out, or start a new run with another --output"
            )
    return run, {} if run.finished else _tests(run.config)


def _settings(context: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    """The settings given on the command line, by their names in a configuration."""
    given = _given(context)
    settings = {own: options[name] for name, own in _SETTINGS.items() if name in given}
    if "seed" in given:
        settings["seed"] = options["seed"]
    if "tapes" in settings:
        settings["tapes"] = _tapes(settings["tapes"])
    if "test_lengths" in settings:
        settings["test_lengths"] = _lengths(settings["test_lengths"])
    return settings


def _given(context: click.Context) -> dict[str, str]:
    """The parameters on the command line, and how their options are spelled."""
    return {
        parameter.name: parameter.opts[0]
        for parameter in context.command.params
        if parameter.name
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }


def _tests(config: SequenceConfig) -> dict[str, Sequence[Example]]:
    tests: dict[str, Sequence[Example]] = {name: read_examples(Path(name)) for name in config.tests}
    return {**{f"length {n}": config.draw_test(n) for n in config.test_lengths}, **tests}


def _tapes(text: str) -> int | None:
    if text.lower() == "auto":
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise click.UsageError(f"--tapes {text[:40]!r} is neither auto nor an integer; write 2")
    return int(text)


def _lengths(text: str) -> tuple[int, ...]:
    entries = [entry.strip() for entry in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,9}", entry) for entry in entries):
        raise click.UsageError(
            f"--test-lengths {text[:60]!r} is not a list of integers; write 40, or 40,100"
        )
    return tuple(map(int, entries))


def _record(run: SequenceRun, results: SequenceResults) -> dict[str, Any]:
    """What --json prints."""
    return {
        "learned": results.learned,
        "method": results.way,
        "accuracy": {one.name: one.accuracy for one in results.scores},
        "sequences": {one.name: one.sequences for one in results.scores},
        "tapes": results.tapes,
        "states": results.states,
        "entries": results.entries,
        "seconds": results.seconds,
        "task": run.config.task,
        "examples": run.config.examples,
        "run": str(run.directory),
    }


def _print(run: SequenceRun, results: SequenceResults) -> None:
    console, config = output(), run.config
    what = config.title
    if config.task is not None:
        what += f", {sequence_task(config.task).summary}"
    outcome = "learned" if results.learned else "not learned"
    console.print(f"{what}: {outcome} by {_WAYS[results.way]} in {results.seconds:.1f} s")
    kept = "machine" if results.learned else "best machine found"
    console.print(f"{kept}: {_size(results)}")
    for one in results.scores:
        console.print(_line(config, one))
    if config.task is not None:
        console.print(f"lengths count {sequence_task(config.task).counts}")


def _size(results: SequenceResults) -> str:
    return (
        f"{_count(results.tapes, 'tape')}, {_count(results.states, 'register state')}, "
        f"table of {_count(results.entries, 'entry', 'entries')}"
    )


def _line(config: SequenceConfig, one: Score) -> str:
    """`exact on 100 of 100 sequences of length 40`."""
    counted = f"exact on {one.right:,} of {one.sequences:,} sequences"
    if one.name == "train":
        lengths = f" of length {config.longest} or less" if config.longest is not None else ""
        return f"training: {counted}{lengths}"
    if one.name in config.tests:
        return f"{one.name}: {counted}"
    return f"test: {counted} of length {int(one.name.split()[1]):,}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
