"""Runs of sequence tasks, as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ..pntm.learn.config import SequenceConfig
from ..pntm.learn.score import scores_by_answer
from ..pntm.tasks import sequence_task
from ..runs.claims import CLAIMS
from ..runs.examples import Given
from .programs import sequence_verdict_lines

if TYPE_CHECKING:
    from ..pntm.learn.score import Score
    from ..runs.machine_run import SequenceResults
    from ..runs.machines import MachineOutcome

_WAYS = {
    "merging": "merging states",
    "nesting": "merging states of nested words",
    "discrete": "discrete fitting",
    "gradient": "gradient descent",
    "repair": "gradient descent and repair",
}
_MOST_UNSEEN, _MOST_LINES = 8, 60
_LONGEST = 60
_MOST_ANSWERS = 3


def learned_lines(outcome: MachineOutcome, recorded: str) -> Iterator[str]:
    """What was learned and how; `recorded` goes behind what cannot be computed again."""
    config, results = outcome.run.config, outcome.results
    what = config.title
    if config.task is not None:
        what += f", {sequence_task(config.task).summary}"
    how = f"by {_WAYS[results.way]} in {results.seconds:.1f} s"
    yield (
        f"{what}: {'learned' if results.learned else 'not learned'} {how}"
        f"{f' ({recorded})' if recorded else ''}"
    )
    if results.reason is not None:
        yield f"because {results.reason}"
    elif results.exam is not None:
        yield f"held out: {results.exam}"
    if results.learned and results.way == "merging":
        yield "decided: no other machine of its size or smaller answers the examples"
    if results.noise is not None:
        yield f"taken for errors: {results.noise}"
    yield f"{'machine' if results.learned else 'best machine found'}: {size_of(results)}"
    now = {one.name: one for one in outcome.scores}
    for one in results.scores:
        lost = "" if one.name in now else " (as recorded; the file cannot be read any more)"
        yield f"{_line(config, now.get(one.name, one))}{lost}"
        if one.right < one.sequences and not lost:
            yield from answers_line(outcome, one.name)
    if config.task is not None:
        yield f"lengths count {sequence_task(config.task).counts}"
    for text in results.certainty.unseen[:_MOST_UNSEEN]:
        yield f"never seen in training: {text}"
    if results.certainty.implied:
        implied = _count(results.certainty.implied, "entry", "entries")
        yield f"implied by the examples, not shown: {implied}"


def answers_line(outcome: MachineOutcome, name: str) -> Iterator[str]:
    """How many examples of each answer are answered exactly, where answers are single tokens."""
    scores = answer_scores(outcome).get(name, ())
    if scores:
        each = ", ".join(f"{one.name} {one.right:,} of {one.sequences:,}" for one in scores)
        yield f"  by answer: {each}"


def answer_scores(outcome: MachineOutcome) -> dict[str, Sequence[Score]]:
    """By the name of training or test, a score for each answer; nothing of tests that are drawn."""
    given = Given.of(outcome.run)
    every = {"train": given.training, **given.readable}
    return {name: scores_by_answer(outcome.machine, some) for name, some in every.items()}


def program_lines(outcome: MachineOutcome) -> Iterator[str | Text]:
    """A program, its closed forms, and the verdicts."""
    program = outcome.program
    if program is not None:
        yield ""
        yield f"program of {program.rules:,} rules:"
        for line in program.lines(_MOST_LINES):
            yield f"    {line}"
        if outcome.closed_forms:
            yield "closed forms:"
            for line in outcome.closed_forms:
                yield f"    {line}"
    yield ""
    yield from sequence_verdict_lines(outcome.verdicts, CLAIMS)


def asked_lines(results: SequenceResults, count: int | None) -> Iterator[str]:
    """Prompts to ask for, a JSON line each, to be completed with their answers."""
    if results.reason is not None and results.certainty.ask and count is None:
        yield "--ask N lists prompts whose answers would decide"
    for prompt in results.certainty.ask[: count or 0]:
        yield json.dumps({"prompt": list(prompt), "answer": None}, ensure_ascii=False)


def size_of(results: SequenceResults) -> str:
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


def contradiction_lines(facts: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """How many prompts have several answers, and the first of them, a line a file."""
    for name, fact in facts.items():
        count, first = fact["prompts"], fact["first"]
        shown = [
            f"{_spelled(known['answer'])} ({known['examples']:,} ×)"
            for known in first["answers"][:_MOST_ANSWERS]
        ]
        more = len(first["answers"]) - len(shown)
        yield (
            f"nalmx: {name}: {count:,} {'prompt has' if count == 1 else 'prompts have'} several "
            f"answers, in {fact['examples']:,} examples; the first, {_spelled(first['prompt'])}: "
            f"{', '.join(shown)}{f' and {more:,} more' if more else ''}"
        )


def _spelled(tokens: Sequence[str]) -> str:
    text = " ".join(tokens[:_LONGEST]) or "(nothing)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
