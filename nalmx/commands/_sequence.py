"""`nalmx train-and-extract --module pntm`: a sequence task, learned as a machine and tested."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..devices import check_device_name
from ..errors import SettingError
from ..exit_codes import INTERRUPTED, NOT_ESTABLISHED, REFUTED
from ..pntm.learn.config import (
    SequenceConfig,
    learnable,
)
from ..pntm.tasks import Example, read_examples, sequence_task
from ..pntm.tasks.examples import Spellings
from ..runs.saved_verdicts import check_saved_verdicts, save_verdicts
from ._certificate import check_new
from ._contradictions import contradiction_facts, contradiction_lines
from ._figure import check_figure
from ._options import (
    SECONDS_FOR_A_STEP,
    messages,
    no_traces,
    output,
    print_json,
    say_idle_gpu,
    stop_on_signal,
    unused_directory,
)
from ._progress import Spinner
from ._sequence_options import MODULE, settings_of
from ._sequence_report import print_asked, print_results, record_of, size_of

if TYPE_CHECKING:
    from rich.console import Console

    from ..pntm.learn.run import SequenceRun


def run_sequence(context: click.Context, options: dict[str, Any]) -> int:
    """Learn a sequence task, test the machine, and report."""
    from ..pntm.learn.run import learn_run
    from ..train import Interrupted

    device = check_device_name(options["device"])
    check_figure(options["figure"])
    run, tests = _resumed(context, options) if options["resume"] else _created(context, options)
    notes = messages(options["quiet"])
    facts = _contradictions(run, tests, notes)

    # Below, SymPy and Numba are loaded; whatever is wrong with the input has been said by now.
    from ._programs import (
        effort_of,
        print_program,
        verify_sequence_run,
        write_figure,
    )

    finished = run.finished
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
    if results.way != "discrete":
        say_idle_gpu(notes, device, "sequences")
    for one in results.scores:
        if one.unseen:
            notes.print(
                f"nalmx: {one.name}: {one.unseen:,} of {one.sequences:,} examples have tokens never "
                "seen in training; they count as wrong",
                soft_wrap=True,
            )
    save_verdicts(run.path("verdicts.json"), outcome.verdicts())
    if options["as_json"]:
        asked = {} if options["ask"] is None else {"ask": results.certainty.ask[: options["ask"]]}
        record = {**record_of(run, results), "contradictions": facts, **asked}
        print_json({**record, **outcome.to_json()})
    else:
        print_results(run, results, outcome.scores, "as recorded" if finished else "")
        print_program(outcome)
        print_asked(results, options["ask"])
        output().print(f"run: {run.directory}")
    write_figure(options["figure"], run, outcome, options["quiet"])
    code = outcome.exit_code(options["require"])
    return code if code == REFUTED or results.holds else NOT_ESTABLISHED


def verify_sequence(directory: Path, options: dict[str, Any]) -> int:
    """Repeat the verdicts on a finished run, from what is on disk."""
    from ..pntm.learn.run import SequenceRun
    from ..train import Interrupted
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
    results = replace(run.load_results(), scores=tuple(outcome.scores))
    if options["as_json"]:
        record = record_of(run, results)
        # How and how fast it was found is nothing that a machine shows.
        established = {n: v for n, v in record.items() if n not in ("method", "seconds")}
        print_json({**established, **outcome.to_json()})
    else:
        output().print(f"{run.config.title}: {size_of(results)}")
        print_program(outcome)
        output().print(f"run: {run.directory}")
    if len(outcome.scores) == len(run.load_results().scores):  # no file of tests is lost
        check_saved_verdicts(run.path("verdicts.json"), outcome.verdicts())
    if options["certificates"]:
        write_sequence_certificates(run, outcome, quiet=options["quiet"])
    write_figure(options["figure"], run, outcome, options["quiet"])
    return outcome.exit_code(options["require"])


def _created(
    context: click.Context, options: dict[str, Any]
) -> tuple[SequenceRun, dict[str, Sequence[Example]]]:
    """A new run and its tests; everything is checked and read before its directory is made."""
    from ..pntm.learn.run import SequenceRun

    if (options["task"] is None) == (options["examples"] is None):
        raise click.UsageError(
            "give --task or --examples, and not both; `nalmx tasks` lists the tasks"
        )
    config = SequenceConfig.checked(**settings_of(context, options))
    spellings = Spellings()
    examples = (
        config.draw_training()
        if config.examples is None
        else read_examples(Path(config.examples), spellings)
    )
    try:
        learnable(examples)
    except SettingError as error:
        raise SettingError(f"{config.title}: {error}") from None
    tests = _tests(config, spellings)
    name = config.task or Path(config.title).stem[:60]
    directory = options["directory"] or unused_directory(Path("runs") / f"{name}-{MODULE}")
    return SequenceRun.create(directory, config, examples), tests


def _resumed(
    context: click.Context, options: dict[str, Any]
) -> tuple[SequenceRun, dict[str, Sequence[Example]]]:
    """The run to go on with; settings given again must be those it was started with."""
    from ..pntm.learn.run import SequenceRun

    if options["directory"] is None:
        raise click.UsageError("--resume needs --output with the directory of the run")
    run = SequenceRun.open(options["directory"])
    saved = run.config.to_json()
    given = settings_of(context, options)
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


def _tests(
    config: SequenceConfig, spellings: Spellings | None = None
) -> dict[str, Sequence[Example]]:
    spellings = spellings or Spellings()
    tests: dict[str, Sequence[Example]] = {
        name: read_examples(Path(name), spellings) for name in config.tests
    }
    return {**{f"length {n}": config.draw_test(n) for n in config.test_lengths}, **tests}


def _contradictions(
    run: SequenceRun, tests: Mapping[str, Sequence[Example]], notes: Console
) -> dict[str, Any]:
    """What --json says of equal prompts with different answers, which is told first."""
    files = {name: tests.get(name) for name in run.config.tests}
    facts = contradiction_facts(run.config.title, run.load_examples(), files)
    for line in contradiction_lines(facts):
        notes.print(line, soft_wrap=True)
    return facts
