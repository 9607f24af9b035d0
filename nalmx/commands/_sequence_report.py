"""What is printed of a run of a sequence task."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..pntm.learn.config import SequenceConfig
from ..pntm.tasks import sequence_task
from ._options import output

if TYPE_CHECKING:
    from ..pntm.learn.run import SequenceResults, SequenceRun
    from ..pntm.learn.score import Score

_WAYS = {
    "discrete": "discrete fitting",
    "gradient": "gradient descent",
    "repair": "gradient descent and repair",
}
_MOST_UNSEEN = 8  # lines


def record_of(run: SequenceRun, results: SequenceResults) -> dict[str, Any]:
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
        "reason": results.reason,
        "held_out": None if results.exam is None else results.exam.to_json(),
        "noise": None if results.noise is None else results.noise.to_json(),
        "rivals": results.certainty.rivals,
        "difference": results.certainty.to_json()["difference"],
        "unseen": results.certainty.unseen,
        "implied": results.certainty.implied,
        "task": run.config.task,
        "examples": run.config.examples,
        "run": str(run.directory),
    }


def print_results(
    run: SequenceRun, results: SequenceResults, computed: Sequence[Score], recorded: str
) -> None:
    """The report; `recorded` goes behind what cannot be computed again."""
    console, config = output(), run.config
    what = config.title
    if config.task is not None:
        what += f", {sequence_task(config.task).summary}"
    outcome = "learned" if results.learned else "not learned"
    how = f"by {_WAYS[results.way]} in {results.seconds:.1f} s"
    console.print(f"{what}: {outcome} {how}{f' ({recorded})' if recorded else ''}")
    if results.reason is not None:
        console.print(f"because {results.reason}")
    elif results.exam is not None:
        console.print(f"held out: {results.exam}")
    if results.noise is not None:
        console.print(f"taken for errors: {results.noise}")
    kept = "machine" if results.learned else "best machine found"
    console.print(f"{kept}: {size_of(results)}")
    now = {one.name: one for one in computed}
    for one in results.scores:
        known = one.name in now
        lost = "" if known else " (as recorded; the file cannot be read any more)"
        console.print(f"{_line(config, now.get(one.name, one))}{lost}")
    if config.task is not None:
        console.print(f"lengths count {sequence_task(config.task).counts}")
    for text in results.certainty.unseen[:_MOST_UNSEEN]:
        console.print(f"never seen in training: {text}", soft_wrap=True)
    if results.certainty.implied:
        implied = _count(results.certainty.implied, "entry", "entries")
        console.print(f"implied by the examples, not shown: {implied}")


def print_asked(results: SequenceResults, count: int | None) -> None:
    """Prompts to ask for, a JSON line each, to be completed with their answers."""
    if results.reason is not None and results.certainty.ask and count is None:
        output().print("--ask N lists prompts whose answers would decide")
    for prompt in results.certainty.ask[: count or 0]:
        line = json.dumps({"prompt": list(prompt), "answer": None}, ensure_ascii=False)
        output().print(line, soft_wrap=True, markup=False, highlight=False)


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
