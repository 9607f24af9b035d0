"""The tasks of "Neural networks and the Chomsky hierarchy" (Delétang et al., ICLR 2023).

Learned from at most 10,000 examples of lengths up to 40, and tested on lengths from 41 to 500, as there. An
answer counts where it is right to the last token and ends there; the paper counts tokens one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from .experiment import Cell, Experiment, Row, Tell

_FIRST, _LAST = 41, 500  # lengths of the test
_BELOW, _TEST = 0, 1  # streams of random numbers
_ALL = "100 by a network with a tape"
_SOLVED = "at least 90 by a network with a tape"


@dataclass(frozen=True, slots=True)
class _Task:
    """A task of the suite: its class of languages, ours, and what is published: accuracies in percent.

    It is learned from so many examples of up to `longest` tokens. `half` says that a length of ours counts
    about two tokens.
    """

    name: str
    language: str
    task: str
    published: str
    examples: int = 1_500
    longest: int = 40
    half: bool = False


# What the paper reports of its architectures, as far as the figures were at hand.
TASKS = (
    _Task("even pairs", "regular", "even-pairs", _SOLVED),
    _Task(
        "modular arithmetic (simple)",
        "regular",
        "modular-arithmetic-simple",
        _SOLVED,
        10_000,
        28,
        half=True,
    ),
    _Task("parity check", "regular", "parity-check", _SOLVED),
    _Task("cycle navigation", "regular", "cycle-position", _SOLVED),
    _Task("stack manipulation", "context-free", "stack-manipulation", _SOLVED),
    _Task("reverse string", "context-free", "reverse", _SOLVED),
    _Task("modular arithmetic", "context-free", "modular-arithmetic-brackets", _SOLVED, 5_000),
    _Task(
        "solve equation",
        "context-free",
        "solve-equation",
        "64 by a network with a tape",
        10_000,
    ),
    _Task("duplicate string", "context-sensitive", "duplicate-string", _ALL),
    _Task("missing duplicate", "context-sensitive", "missing-duplicate", _ALL),
    _Task("odds first", "context-sensitive", "odds-first", _ALL),
    _Task("binary addition", "context-sensitive", "addition", _ALL, half=True),
    _Task(
        "binary multiplication",
        "context-sensitive",
        "binary-multiplication",
        "58.5 by a network with a tape",
    ),
    _Task("compute sqrt", "context-sensitive", "compute-sqrt", "57.8 by a network with a tape"),
    _Task("bucket sort", "context-sensitive", "bucket-sort", "99.3 by an LSTM"),
)
_OF = {one.name: one for one in TASKS}
_QUICK = ("even pairs", "parity check", "duplicate string")


def _cells(quick: bool) -> list[Cell]:
    return [
        {
            "task": one.name,
            "language": one.language,
            "examples": 500 if quick else one.examples,
            "longest": one.longest,
            "seconds": 20 if quick else 300,
            "prompts": 92 if quick else 920,
        }
        for one in TASKS
        if not quick or one.name in _QUICK
    ]


def _run(cell: Cell, tell: Tell) -> Row:
    from ...pntm.learn.learn import learn
    from ...pntm.machine import accuracy
    from ...pntm.proofs.check import check_truth
    from ...pntm.tasks import sequence_task
    from ...verify.effort import Effort

    one = _OF[str(cell["task"])]
    task, step = sequence_task(one.task), 2 if one.half else 1
    count, longest, seconds, seed, prompts = (
        cast(int, cell[name]) for name in ("examples", "longest", "seconds", "seed", "prompts")
    )
    examples = task.examples(np.random.default_rng([seed, _BELOW]), count, longest // step)
    learned = learn(
        examples,
        seed=seed,
        seconds=seconds,
        on_progress=lambda doing: tell(0.1, doing),
    )
    tell(0.7, "testing")
    random = np.random.default_rng([seed, _TEST])
    lengths = np.linspace(_FIRST, _LAST, prompts).round().astype(int)
    tests = [task.example(random, -(-int(length) // step)) for length in lengths]
    exact = accuracy(learned.machine, tests)
    tell(0.8, "proving")
    verdict = check_truth(learned.machine, task, Effort(seed=seed), lambda doing: tell(0.8, doing))
    said = verdict.verdict
    return {
        "learned": learned.learned,
        "exact_percent": round(100 * exact, 1),
        "verdict": f"{said} {verdict.longest}" if said == "proved up to length" else said,
        "method": learned.way,
        "states": learned.machine.states,
        "tapes": learned.machine.tapes,
        "learning_seconds": round(learned.seconds, 1),
        "published": one.published,
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seconds", "prompts"),
    note="Whole answers on lengths from 41 to 500; published: tokens, the best of several trainings.",
)
