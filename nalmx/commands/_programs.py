"""What `train-and-extract` and `verify run` share of sequence tasks: program, verdicts, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ExtractionError, NoTruthValue, RunError, SettingError
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ..pntm.machine import Machine
from ..pntm.proofs.check import (
    Checked,
    SequenceEffort,
    check_agreement,
    check_agreement_on,
    check_examples,
    check_truth,
)
from ..pntm.proofs.verdict import SequenceVerdict
from ..pntm.tasks import Example, read_examples, sequence_task
from ..report.programs import sequence_verdict_lines
from ..verify import Level
from ._options import messages, output

if TYPE_CHECKING:
    from ..pntm.learn.run import SequenceResults, SequenceRun
    from ..pntm.learn.score import Score
    from ..pntm.program import Program

CLAIMS = {
    "model_program": "model ↔ program",
    "program_truth": "program ↔ truth",
    "model_truth": "model ↔ truth",
}
_MOST_LINES = 60


_FIGURE_TOKENS = 20


@dataclass(frozen=True, slots=True)
class SequenceOutcome(NoTruthValue):
    """A learned machine, its program, and the verdicts on both; no program of what was not learned."""

    _ask = "outcome.exit_code('tested') == 0"

    machine: Machine
    program: Program | None
    closed_forms: Sequence[str]
    checked: Mapping[str, Checked] = field(default_factory=dict)
    scores: Sequence[Score] = ()  # those that were computed again

    def exit_code(self, require: Level) -> int:
        """The worst of the verdicts."""
        codes = [one.verdict.exit_code(require) for one in self.checked.values()]
        if REFUTED in codes:
            return REFUTED
        return NOT_ESTABLISHED if NOT_ESTABLISHED in codes or not self.program else HOLDS

    def to_json(self) -> dict[str, Any]:
        """What --json adds to the record of a run."""
        program = self.program
        return {
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
            "verdicts": self.verdicts(),
        }

    def verdicts(self) -> dict[str, dict[str, Any]]:
        return {name: one.verdict.to_json() for name, one in self.checked.items()}


def effort_of(
    seed: int, on_progress: Callable[[str], None], stop_requested: Callable[[], bool]
) -> SequenceEffort:
    """The effort of verdicts on the command line; a stop is an `Interrupted` at the next step."""
    from ..train import Interrupted

    def tell(doing: str) -> None:
        if stop_requested():
            raise Interrupted(0)
        on_progress(doing)

    return SequenceEffort(seed=seed, stop_requested=stop_requested, on_progress=tell)


def verify_sequence_run(
    run: SequenceRun, effort: SequenceEffort, tests: Mapping[str, Sequence[Example]] | None = None
) -> SequenceOutcome:
    """Extract the program of a finished run, and compare machine, program and truth."""
    from ..pntm.learn.recomputed import checked_scores
    from ..pntm.program.saved import program_of_run

    if not run.finished:
        raise RunError(
            f"the run {run.directory} is not finished; continue it with nalmx train-and-extract --output "
            f"{run.directory} --resume"
        )
    machine = run.load_machine()
    effort.on_progress("computing the scores again")
    results, given = run.load_results(), Given.of(run, tests)
    scores = checked_scores(run, machine, given.readable, effort.stop_requested)
    task = None if run.config.task is None else sequence_task(run.config.task)
    if not results.learned:
        wrong = (
            check_truth(machine, task, effort)
            if task is not None
            else Checked(_truth_of_examples(machine, given, results))
        )
        return SequenceOutcome(machine, None, (), {"model_truth": wrong}, scores)
    effort.on_progress("extracting the program")
    program = program_of_run(run)
    if task is None:
        checked = _on_examples(machine, program, given, results)
        return SequenceOutcome(machine, program, (), checked, scores)
    from ..pntm.program.program import blocks_of

    blocks = blocks_of(task)
    forms: Sequence[str] = ()
    if blocks is not None:
        try:
            forms = program.closed_forms(blocks)
        except (ExtractionError, SettingError) as error:  # a token was never seen in training
            forms = (f"none: {error}",)
    model, own = (check_truth(one, task, effort) for one in (machine, program.machine))
    agreement = check_agreement(model, own, machine, program.machine, task, effort)
    checked = {"model_program": Checked(agreement), "program_truth": own, "model_truth": model}
    return SequenceOutcome(machine, program, forms, checked, scores)


@dataclass(frozen=True, slots=True)
class Given:
    """The examples of a run: to train with, and to test with, by file.

    None where a file cannot be read any more.
    """

    training: Sequence[Example]
    tests: Mapping[str, Sequence[Example] | None]

    @classmethod
    def of(cls, run: SequenceRun, tests: Mapping[str, Sequence[Example]] | None) -> Given:
        """Those of a run; `tests` has what was read already."""
        found: dict[str, Sequence[Example] | None] = {}
        for name in run.config.tests:
            try:
                found[name] = (tests or {}).get(name) or read_examples(Path(name))
            except SettingError:
                found[name] = None
        return cls(run.load_examples(), found)

    @property
    def readable(self) -> dict[str, Sequence[Example]]:
        """The tests that can be read, by file."""
        return {name: some for name, some in self.tests.items() if some is not None}

    @property
    def tested(self) -> list[Example]:
        return [example for some in self.tests.values() for example in some or ()]


def _on_examples(
    machine: Machine, program: Program, given: Given, results: SequenceResults
) -> dict[str, Checked]:
    """The verdicts where nothing is known of the truth but examples."""
    known = set(machine.vocabulary.prompt)
    every = [*given.training, *given.tested]
    prompts = [e.prompt for e in every if known.issuperset(e.prompt)]
    agreement = check_agreement_on(machine, program.machine, prompts, "the given prompts")
    truth = _truth_of_examples(program.machine, given, results)
    return {"model_program": Checked(agreement), "program_truth": Checked(truth)}


def _truth_of_examples(machine: Machine, given: Given, results: SequenceResults) -> SequenceVerdict:
    """Whether a machine answers every example as it says.

    Where it was learned despite noise, training examples may be errors; those to test with never are.
    """
    names = [name for name, some in given.tests.items() if some is not None]
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


def print_program(outcome: SequenceOutcome) -> None:
    """Print a program, its closed forms, and the verdicts."""
    console, program = output(), outcome.program
    if program is not None:
        console.print()
        console.print(f"program of {program.rules:,} rules:")
        for line in program.lines(_MOST_LINES):
            console.print(f"    {line}")
        if outcome.closed_forms:
            console.print("closed forms:")
            for line in outcome.closed_forms:
                console.print(f"    {line}")
    console.print()
    verdicts = {name: one.verdict for name, one in outcome.checked.items()}
    for text in sequence_verdict_lines(verdicts, CLAIMS):
        console.print(text)


def write_sequence_certificates(run: SequenceRun, outcome: SequenceOutcome, *, quiet: bool) -> None:
    """Write a certificate of what the program and the machine answer, each compared with the truth."""
    from ..pntm.proofs.certificate import SequenceCertificate

    if run.config.task is None:
        messages(quiet).print(
            "no certificates were written: what is right is known of the examples only",
            soft_wrap=True,
        )
        return
    for name, path in sequence_paths(run.directory).items():
        if name not in outcome.checked:
            continue
        machine = outcome.machine if name == "model_truth" else None
        if machine is None:
            assert outcome.program is not None
            machine = outcome.program.machine
        source = f"{CLAIMS[name]}, learned from {len(run.load_examples()):,} examples"
        SequenceCertificate.of(
            machine, sequence_task(run.config.task), outcome.checked[name], source
        ).save(path)
        messages(quiet).print(f"certificate: {path}", soft_wrap=True)


def sequence_paths(directory: Path) -> dict[str, Path]:
    """Where the certificates of a run lie."""
    names = ("program_truth", "model_truth")
    return {name: directory / f"certificate-{name.replace('_', '-')}.json" for name in names}


def write_figure(
    path: Path | None, run: SequenceRun, outcome: SequenceOutcome, quiet: bool
) -> None:
    """Draw the program, or the machine where there is none, on a short training prompt."""
    if path is None:
        return
    from ..report.program_figure import write_program_figure

    machine = outcome.machine if outcome.program is None else outcome.program.machine
    examples = sorted(run.load_examples(), key=lambda e: len(e.prompt) + len(e.answer))
    wanted = [e for e in examples if len(e.prompt) + len(e.answer) <= _FIGURE_TOKENS]
    example = wanted[-1] if wanted else examples[0]
    title = f"{run.config.title}: {' '.join(example.prompt)}"
    write_program_figure(path, machine, example.prompt, title[:100])
    messages(quiet).print(f"figure: {path}", soft_wrap=True)
