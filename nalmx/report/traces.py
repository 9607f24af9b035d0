"""A learned machine at work on a prompt, step by step, for those who draw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..errors import SettingError
from ..pntm.machine import Machine, Runner
from ..pntm.program._words import word_of
from ..pntm.tasks import Example, Token

if TYPE_CHECKING:
    from ..runs.machines import MachineOutcome

_MOST_STEPS = 150


class TraceStep(NamedTuple):
    """The token taken in, and the register and every tape behind it."""

    token: str
    state: int
    heads: list[list[int]]
    cells: list[dict[int, int]]


def at_work(outcome: MachineOutcome, tokens: int, most: int) -> tuple[Machine, list[Example]]:
    """The program of a run, or its machine where there is none, and training examples to show it on.

    They are the longest of at most so many tokens, with different prompts, or else the shortest one.
    """
    machine = outcome.machine if outcome.program is None else outcome.program.machine
    every = {example.prompt: example for example in outcome.run.load_examples()}
    examples = sorted(every.values(), key=lambda e: len(e.prompt) + len(e.answer))
    wanted = [e for e in examples if len(e.prompt) + len(e.answer) <= tokens]
    return machine, wanted[: -most - 1 : -1] or examples[:1]


def steps_of(machine: Machine, prompt: Sequence[Token]) -> list[TraceStep]:
    """Every step of answering a prompt; one that takes too many, or never ends, is a `SettingError`."""
    vocabulary = machine.vocabulary
    answer = machine.decode(prompt, _MOST_STEPS)
    count = len(prompt) + 1 + len(answer or ())
    if answer is None or count > _MOST_STEPS:
        raise SettingError(
            f"the machine takes more than {_MOST_STEPS} steps for this prompt, or does not end on "
            "it; draw a shorter one"
        )
    words = [*map(word_of, prompt), "=", *map(word_of, answer)]
    said = [vocabulary.answer.index(token) + vocabulary.equals + 1 for token in answer]
    runner, steps = Runner(machine), []
    for word, symbol in zip(words, [*vocabulary.encode_prompt(prompt), *said], strict=True):
        runner.take(int(symbol))
        heads = [list(pair) for pair in runner.heads]
        steps.append(TraceStep(word, runner.state, heads, [dict(cells) for cells in runner.cells]))
    return steps


def cells_of(steps: Sequence[TraceStep], tape: int) -> Sequence[int]:
    """Every cell between those that the heads come to, or only these where they lie far apart."""
    places = {place for step in steps for place in step.heads[tape]}
    whole = range(min(places), max(places) + 1)
    return whole if len(whole) <= 2 * len(places) else sorted(places)
