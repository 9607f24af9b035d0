"""The tasks of "Neural networks and the Chomsky hierarchy" (Delétang et al., ICLR 2023).

Learned from lengths up to 40, tested on lengths from 41 to 500, as there. An answer counts where it is
right to the last token and ends there; the paper counts tokens one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from .experiment import Cell, Experiment, Row, Tell

_LONGEST, _FIRST, _LAST = 40, 41, 500
_BELOW, _TEST = 0, 1  # streams of random numbers
_ALL = "100 by a network with a tape"
_SOLVED = "at least 90 by a network with a tape"


@dataclass(frozen=True, slots=True)
class _Task:
    """A task of the suite: its class of languages, ours, and what is published: accuracies in percent.

    `half` says that a length of ours counts about two tokens.
    """

    name: str
    language: str
    task: str
    published: str
    half: bool = False


# Table 2 of the paper as far as its figures were at hand: the best of its architectures.
TASKS = (
    _Task("even pairs", "regular", "even-pairs", _SOLVED),
    _Task("modular arithmetic (simple)", "regular", "modular-arithmetic-simple", _SOLVED, True),
    _Task("parity check", "regular", "parity-check", _SOLVED),
    _Task("cycle navigation", "regular", "cycle-position", _SOLVED),
    _Task("stack manipulation", "context-free", "stack-manipulation", _SOLVED),
    _Task("reverse string", "context-free", "reverse", _SOLVED),
    _Task("modular arithmetic", "context-free", "modular-arithmetic-brackets", _SOLVED),
    _Task("solve equation", "context-free", "solve-equation", "64 by a network with a tape"),
    _Task("duplicate string", "context-sensitive", "duplicate-string", _ALL),
    _Task("missing duplicate", "context-sensitive", "missing-duplicate", _ALL),
    _Task("odds first", "context-sensitive", "odds-first", _ALL),
    _Task("binary addition", "context-sensitive", "addition", _ALL, True),
    _Task("binary multiplication", "context-sensitive", "binary-multiplication", "58.5"),
    _Task("compute sqrt", "context-sensitive", "compute-sqrt", "57.8"),
    _Task("bucket sort", "context-sensitive", "bucket-sort", "99.3 by an LSTM"),
)
_OF = {one.name: one for one in TASKS}
_QUICK = ("even pairs", "parity check", "duplicate string")


def _cells(quick: bool) -> list[Cell]:
    examples, seconds = (1_000, 20) if quick else (10_000, 300)
    return [
        {
            "task": one.name,
            "language": one.language,
            "examples": examples,
            "longest": _LONGEST,
            "seconds": seconds,
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
    hidden=("examples", "longest", "seconds", "prompts"),
    note="Whole answers on lengths from 41 to 500; published: tokens, the best of several trainings.",
)
