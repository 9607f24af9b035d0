"""`--module pntm` and its runs: a sequence task, learned as a machine and verified."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..devices import check_device_name
from ..exit_codes import INTERRUPTED, NOT_ESTABLISHED, REFUTED
from ..pntm.learn.config import SequenceConfig
from ..run_directory import safe_name, unused_directory
from ..supervisor import continue_with, interrupted
from ._files import check_figure
from ._options import (
    SECONDS_FOR_A_STEP,
    messages,
    no_traces,
    print_json,
    print_lines,
    say_idle_gpu,
    stop_on_signal,
)
from ._progress import Spinner
from ._request import own_words
from ._train_request import MODULE, TrainRequest

if TYPE_CHECKING:
    from ..runs.examples import Tests
    from ..runs.function_truth import FunctionTruth
    from ..runs.machine_run import SequenceRun
    from ..runs.machines import MachineOutcome


def run_sequence(asked: TrainRequest) -> int:
    """Learn a sequence task, test the machine, and report."""
    if asked.truth is not None and asked.task is not None:
        raise click.UsageError("--truth is for --examples, since a task has its own; leave it out")
    with function_of(asked.truth) as truth:
        return _run(asked, truth)


@contextmanager
def function_of(name: str | None) -> Iterator[FunctionTruth | None]:
    """The function that --truth names, ready to be asked."""
    if name is None:
        yield None
        return
    from ..runs.function_truth import FunctionTruth

    with FunctionTruth(name) as truth:
        yield truth


def _run(asked: TrainRequest, truth: FunctionTruth | None) -> int:
    from ..report.machine_runs import asked_lines, contradiction_lines, learned_lines, program_lines
    from ..runs.examples import contradiction_facts
    from ..runs.machine_run import learn_run
    from ..train import Interrupted

    device = check_device_name(asked.device)
    check_figure(asked.figure)
    run, tests = _resumed(asked) if asked.resume else _created(asked)
    again = ["nalmx", "train-and-extract", "--output", str(run.directory), "--resume"]
    again += own_words("--task", run.config.task)
    continue_with(shlex.join([*again, *(["--truth", truth.name] if truth is not None else [])]))
    notes = messages(asked.quiet)
    facts = contradiction_facts(run, tests)
    for line in contradiction_lines(facts):
        notes.print(line, soft_wrap=True)

    # Below, SymPy and Numba are loaded; whatever is wrong with the input has been said by now.
    from ..runs.machines import verify_machine
    from ..verify.effort import Effort

    finished = run.finished
    try:
        with (
            no_traces(),
            stop_on_signal(SECONDS_FOR_A_STEP) as stop,
            Spinner(notes, "learning") as show,
        ):
            results = learn_run(run, tests, device, on_progress=show, stop_requested=stop)
            outcome = verify_machine(
                run,
                Effort(seed=asked.seed),
                tests,
                truth=truth,
                on_progress=show,
                stop_requested=stop,
            )
    except (Interrupted, KeyboardInterrupt):
        notes.print(f"nalmx: {interrupted()}", soft_wrap=True)
        return INTERRUPTED
    if results.way not in ("merging", "discrete"):
        say_idle_gpu(notes, device, "sequences")
    for one in results.scores:
        if one.unseen:
            notes.print(
                f"nalmx: {one.name}: {one.unseen:,} of {one.sequences:,} examples have tokens never "
                "seen in training; they count as wrong",
                soft_wrap=True,
            )
    outcome.save()
    if asked.as_json:
        prompts = {} if asked.ask_for is None else {"ask": results.certainty.ask[: asked.ask_for]}
        print_json({**outcome.to_json(), "contradictions": facts, **prompts})
    else:
        print_lines(learned_lines(outcome, "as recorded" if finished else ""))
        print_lines(program_lines(outcome))
        print_lines(asked_lines(results, asked.ask_for))
        print_lines([f"run: {run.directory}"])
    draw(asked.figure, outcome, asked.quiet)
    code = outcome.exit_code(asked.require)
    return code if code == REFUTED or results.holds else NOT_ESTABLISHED


def verified(
    run: SequenceRun, seed: int, *, quiet: bool, truth: FunctionTruth | None = None
) -> MachineOutcome:
    """The verdicts on a finished run."""
    from ..runs.machines import verify_machine
    from ..train import Interrupted
    from ..verify.effort import Effort

    try:
        with (
            no_traces(),
            stop_on_signal(SECONDS_FOR_A_STEP) as stop,
            Spinner(messages(quiet), "verifying") as show,
        ):
            return verify_machine(
                run, Effort(seed=seed), truth=truth, on_progress=show, stop_requested=stop
            )
    except Interrupted:
        raise KeyboardInterrupt from None


def report_again(outcome: MachineOutcome, *, as_json: bool) -> None:
    """Print what the files of a run say of its machine, and the verdicts on it."""
    from ..report.machine_runs import program_lines, size_of

    results = outcome.established
    if as_json:
        record = outcome.to_json(results)
        # How and how fast it was found is nothing that a machine shows.
        print_json({n: v for n, v in record.items() if n not in ("method", "seconds")})
        return
    print_lines([f"{outcome.run.config.title}: {size_of(results)}"])
    print_lines(program_lines(outcome))
    print_lines([f"run: {outcome.run.directory}"])


def draw(path: Path | None, outcome: MachineOutcome, quiet: bool) -> None:
    """Draw heads and tapes, if that is asked for, and say where."""
    if path is None:
        return
    from ..report.program_figure import write_run_figure

    write_run_figure(path, outcome)
    messages(quiet).print(f"figure: {path}", soft_wrap=True)


def _created(asked: TrainRequest) -> tuple[SequenceRun, Tests]:
    """A new run and its tests; everything is checked and read before its directory is made."""
    from ..runs.examples import training_and_tests
    from ..runs.machine_run import SequenceRun

    if (asked.task is None) == (asked.examples is None):
        raise click.UsageError(
            "give --task or --examples, and not both; `nalmx tasks` lists the tasks"
        )
    config = SequenceConfig.checked(**asked.machine_settings())
    examples, tests = training_and_tests(config)
    name = safe_name(config.task) if config.task else Path(config.title).stem[:60]
    directory = asked.directory or unused_directory(Path("runs") / f"{name}-{MODULE}")
    return SequenceRun.create(directory, config, examples), tests


def _resumed(asked: TrainRequest) -> tuple[SequenceRun, Tests]:
    """The run to go on with; settings given again must be those it was started with."""
    from ..runs.examples import given_tests
    from ..runs.machine_run import SequenceRun

    run = SequenceRun.open(asked.resumed())
    run.check_settings(asked.machine_settings())
    return run, {} if run.finished else given_tests(run.config)
