"""Verdicts on a run of a sequence task: its machine, the program of that, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import ExtractionError, SettingError
from ..pntm.learn.score import Score
from ..pntm.machine import Machine
from ..pntm.program.program import Program, blocks_of
from ..pntm.proofs.check import (
    check_agreement,
    check_agreement_on,
    check_examples,
    check_truth,
)
from ..pntm.proofs.verdict import SequenceVerdict
from ..pntm.tasks import SequenceTask, sequence_task
from ..train.interrupted import interruptible, telling
from ..verify.effort import Effort
from .claims import CLAIMS
from .examples import Given, Tests
from .function_truth import FunctionTruth, check_function
from .machine_run import SequenceResults, SequenceRun
from .outcome import RunOutcome
from .program import program_of_run
from .rescored import checked_scores

if TYPE_CHECKING:
    from ..pntm.proofs.certificate import SequenceCertificate


@dataclass(frozen=True, slots=True, repr=False)
class MachineOutcome(RunOutcome):
    """A learned machine, its program, and the verdicts on both; no program of what was not learned.

    `results` are those that were saved, and `scores` those that were computed again.
    """

    run: SequenceRun
    results: SequenceResults
    machine: Machine
    program: Program | None = None
    closed_forms: Sequence[str] = ()
    verdicts: Mapping[str, SequenceVerdict] = field(default_factory=dict)
    scores: Sequence[Score] = ()

    @property
    def found(self) -> Program | None:
        return self.program

    @property
    def established(self) -> SequenceResults:
        """The results with no other scores than those that were computed again."""
        return replace(self.results, scores=tuple(self.scores))

    @property
    def uncertified(self) -> str | None:
        known = self.run.config.task is not None
        return None if known else "what is right is known of the examples only"

    def check_saved(self) -> None:
        """As of every run, unless a file of tests is lost, without which less is known."""
        if len(self.scores) == len(self.results.scores):
            RunOutcome.check_saved(self)

    def certificates(self) -> Iterator[tuple[str, Callable[[], SequenceCertificate]]]:
        from ..pntm.proofs.certificate import SequenceCertificate

        assert self.run.config.task is not None
        machines = {"model_truth": self.machine}
        if self.program is not None:
            machines = {"program_truth": self.program.machine, **machines}
        for name, machine in machines.items():
            task = sequence_task(self.run.config.task)
            source = f"{CLAIMS[name]}, learned from {len(self.run.load_examples()):,} examples"
            yield name, partial(SequenceCertificate.of, machine, task, self.verdicts[name], source)

    def to_json(self, results: SequenceResults | None = None) -> dict[str, Any]:
        """What --json prints."""
        program, config = self.program, self.run.config
        known = self.results if results is None else results
        return {
            **known.to_json(),
            "accuracy": {one.name: one.accuracy for one in known.scores},
            "sequences": {one.name: one.sequences for one in known.scores},
            "rivals": known.certainty.rivals,
            "difference": known.certainty.to_json()["difference"],
            "unseen": known.certainty.unseen,
            "implied": known.certainty.implied,
            "task": config.task,
            "examples": config.examples,
            "run": str(self.run.directory),
            "program": None
            if program is None
            else {
                "rules": program.rules,
                "tapes": program.machine.tapes,
                "states": program.machine.states,
                "lines": program.lines(),
                "python": program.to_python(),
            },
            "closed_forms": list(self.closed_forms),
            "verdicts": self.verdict_records(),
        }


def machine_outcome(run: SequenceRun) -> MachineOutcome:
    """A finished run with its machine and the program of that, if it was learned."""
    run.check_finished()
    results = run.load_results()
    program = program_of_run(run) if results.learned else None
    return MachineOutcome(run, results, run.load_machine(), program)


def verify_machine(
    run: SequenceRun,
    effort: Effort | None = None,
    tests: Tests | None = None,
    *,
    truth: FunctionTruth | None = None,
    on_progress: Callable[[str], None] = lambda doing: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> MachineOutcome:
    """Extract the program of a finished run, and compare machine, program and truth.

    `truth` is a function, as a block that was entered, for a run from examples; what was learned is
    compared with it, too. Raises `Interrupted` once `stop_requested()` is true.
    """
    run.check_finished()
    if truth is not None and run.config.task is not None:
        raise SettingError(
            f"the task {run.config.task} has its own truth; leave the function {truth.name[:60]} out"
        )
    machine, tell = run.load_machine(), telling(on_progress, stop_requested)
    tell("computing the scores again")
    results, given = run.load_results(), Given.of(run, tests)
    scores = checked_scores(run, machine, given.readable, stop_requested)
    task = None if run.config.task is None else sequence_task(run.config.task)
    with interruptible(stop_requested):
        if not results.learned:
            wrong = (
                check_truth(machine, task, effort, tell)
                if task is not None
                else _truth_of_examples(machine, given, results)
            )
            found = {"model_truth": wrong}
            if truth is not None:
                examples = [*given.training, *given.tested]
                found["model_function"] = check_function(machine, truth, examples, effort, tell)
            return MachineOutcome(run, results, machine, None, (), found, scores)
        tell("extracting the program")
        program = program_of_run(run)
        if task is None:
            verdicts = _on_examples(machine, program, given, results)
            if truth is not None:
                verdicts["program_function"] = check_function(
                    program.machine, truth, [*given.training, *given.tested], effort, tell
                )
            return MachineOutcome(run, results, machine, program, (), verdicts, scores)
        own = check_truth(program.machine, task, effort, tell)
        model = check_truth(machine, task, effort, tell)
        agreement = check_agreement(model, own, machine, program.machine, task, effort, tell)
    verdicts = {"model_program": agreement, "program_truth": own, "model_truth": model}
    return MachineOutcome(
        run, results, machine, program, _closed_forms(program, task), verdicts, scores
    )


def _closed_forms(program: Program, task: SequenceTask) -> Sequence[str]:
    """What a program computes of each part of its prompt, as formulas, or why there are none."""
    blocks = blocks_of(task)
    if blocks is None:
        return ()
    try:
        return program.closed_forms(blocks)
    except (ExtractionError, SettingError) as error:  # a token was never seen in training
        return (f"none: {error}",)


def _on_examples(
    machine: Machine, program: Program, given: Given, results: SequenceResults
) -> dict[str, SequenceVerdict]:
    """The verdicts where nothing is known of the truth but examples."""
    known = set(machine.vocabulary.prompt)
    every = [*given.training, *given.tested]
    prompts = [e.prompt for e in every if known.issuperset(e.prompt)]
    return {
        "model_program": check_agreement_on(machine, program.machine, prompts, "the given prompts"),
        "program_truth": _truth_of_examples(program.machine, given, results),
    }


def _truth_of_examples(machine: Machine, given: Given, results: SequenceResults) -> SequenceVerdict:
    """Whether a machine answers every example as it says.

    Where it was learned despite noise, training examples may be errors; those to test with never are.
    """
    names = list(given.readable)
    if results.learned and results.scores[0].accuracy < 1:
        what = f"the examples of {' and '.join(names) or 'no test'}"
        verdict = check_examples(machine, given.tested, what, given.training)
    else:
        what = " and ".join(["the training examples", *(f"those of {name}" for name in names)])
        verdict = check_examples(machine, [*given.training, *given.tested], what)
    lost = [one for one in results.scores if given.tests.get(one.name, ()) is None]
    if not lost or verdict.verdict != "tested":
        return verdict
    reason = "; ".join(
        f"{one.name} cannot be read any more, of which {one.right:,} of {one.sequences:,} examples "
        "were answered exactly"
        for one in lost
    )
    exact = all(one.right == one.sequences for one in lost)
    return replace(verdict, verdict="tested" if exact else "unknown", reason=reason)
