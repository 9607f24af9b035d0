"""A run of a sequence task on a page: program, verdicts, scores, heads and tapes step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import SettingError
from ...markup import Markup, element
from ...pntm.machine import BLANK, Machine
from ...pntm.program._controls import Name, description_of
from ...pntm.program._words import name_word
from ...pntm.tasks import Token
from ...pntm.transducer_machine import finite_transducer
from .. import machine_runs
from ..program_figure import STATES
from ..programs import spelled
from ..traces import TraceStep, at_work, cells_of, steps_of
from .parts import Chapter, command, download, listing, section, table
from .states import MOST_STATES, counted, states_picture
from .verdicts import legend, sequence_verdicts

if TYPE_CHECKING:
    from ...runs.machines import MachineOutcome

_MOST_LINES, _TOKENS, _EXAMPLES, _MOST_WORDS = 400, 20, 3, 4_000


def machine_part(
    outcome: MachineOutcome, repeat: Sequence[str], replay: str, certificates: Mapping[str, bytes]
) -> Chapter:
    """What a finished and verified run of a sequence task came to."""
    sections = [_program(outcome), *states_sections(outcome.machine)]
    cards = sequence_verdicts(outcome.verdicts, replay, certificates)
    sections.append(section("Verdicts", *cards, legend()))
    sections.append(section("Step by step", *_at_work(outcome)))
    sections.append(section("Learning", *_learning(outcome)))
    sections.append(section("Repeat it", *map(command, repeat)))
    title = outcome.run.config.title
    return Chapter(f"{title}: {'a program' if outcome.program else 'not learned'}", sections)


def _program(outcome: MachineOutcome) -> Markup:
    program = outcome.program
    if program is None:
        reason = outcome.results.reason or "it does not answer the examples"
        return section("Program", element("p", f"Not learned, because {reason}."))
    parts = [listing(program.lines(_MOST_LINES))]
    if outcome.closed_forms:
        title = element("summary", "Closed forms")
        parts.append(element("details", title, listing(outcome.closed_forms)))
    link = download("program.py", program.to_python().encode(), "the program as Python")
    return section(f"Program of {program.rules:,} rules", *parts, element("p", link))


def states_sections(machine: Machine) -> Iterator[Markup]:
    """The states of a finite machine, as a picture where there are not too many, and as files."""
    transducer = finite_transducer(machine)
    if transducer is None:
        return
    files = [
        download(f"states{kind}", write(transducer).encode(), word)
        for (kind, write), word in zip(STATES.items(), ("for Graphviz", "for Mermaid"), strict=True)
    ]
    shown = states_picture(transducer) if transducer.states <= MOST_STATES else None
    links = element("p", files[0], ", ", files[1])
    yield section(counted(transducer), shown, links)


def _learning(outcome: MachineOutcome) -> Iterator[Markup]:
    """How it was learned, and what could not be decided; how and how fast are as they were recorded."""
    for line in machine_runs.learned_lines(outcome, "as recorded"):
        yield element("p", line)
    by_answer = [
        (name, one.name, f"{one.right:,}", f"{one.sequences:,}")
        for name, scores in machine_runs.answer_scores(outcome).items()
        for one in scores
    ]
    if by_answer:
        yield table(("examples", "answer", "right", "of"), by_answer, numbers=[2, 3])
    certainty = outcome.results.certainty
    if certainty.difference is not None:
        one = certainty.difference
        yield element(
            "p", f"{certainty.rivals} rival machines fit the examples; the first: {one.rival}"
        )
        rows = [(spelled(one.prompt), spelled(one.says), spelled(one.machine_says))]
        yield table(("to the prompt", "it says", "the machine says"), rows)


def _at_work(outcome: MachineOutcome) -> Iterator[Markup]:
    """A player for a few prompts: counterexamples first, then training examples."""
    machine, examples = at_work(outcome, _TOKENS, _EXAMPLES)
    wrong = [
        one.prompt
        for verdict in outcome.verdicts.values()
        for one in ([verdict.counterexample] if verdict.counterexample else [])
    ]
    traces, tables = [], []
    for prompt in dict.fromkeys([*wrong[:1], *(e.prompt for e in examples)]):
        try:
            steps = steps_of(machine, prompt)
        except SettingError:  # too long, or it does not end
            continue
        trace = _trace(machine, steps, prompt, f"{' '.join(prompt)} =")
        if sum(len(tape["places"]) for tape in trace["tapes"]) * len(steps) <= _MOST_WORDS:
            traces.append(trace)
            tables.append(_steps_table(steps, len(prompt)))
    if not traces:
        yield element("p", "None of the examples is short enough to be shown.")
        return
    data = Markup(json.dumps(traces).replace("<", "\\u003c"))  # no end of the element inside
    yield element("div", element("script", data, type="application/json"), class_="player")
    title = element("summary", f"Every step of {traces[0]['title']}")
    yield element("details", title, tables[0], class_="steps")


def _trace(
    machine: Machine, steps: Sequence[TraceStep], prompt: Sequence[Token], title: str
) -> dict[str, Any]:
    """What the player needs; symbols on tapes are called by the token that writes them."""
    description = description_of(machine)
    tapes = []
    for tape in description.tapes:
        places, names = [*cells_of(steps, tape)], description.names[tape]
        row_of = {place: row for row, place in enumerate(places)}
        told = [
            {
                "heads": [row_of[place] for place in step.heads[tape]],
                "cells": [_word(names, step.cells[tape].get(place, BLANK)) for place in places],
            }
            for step in steps
        ]
        tapes.append({"name": f"tape {tape + 1}", "places": places, "steps": told})
    tokens = [step.token for step in steps]
    states = [step.state for step in steps] if machine.states > 1 else []
    return {
        "title": title,
        "tokens": tokens,
        "prompt": len(prompt),
        "states": states,
        "tapes": tapes,
    }


def _word(names: Mapping[int, Name], symbol: int) -> str:
    return "" if symbol == BLANK else name_word(names[symbol])


def _steps_table(steps: Sequence[TraceStep], prompt: int) -> Markup:
    """Where every head stands after each token, for those who cannot play."""
    tapes = range(len(steps[0].heads))
    rows = [
        (
            at + 1,
            "given" if at < prompt else "at" if at == prompt else "said",
            step.token,
            f"q{step.state}",
            *(f"write {step.heads[tape][0]}, read {step.heads[tape][1]}" for tape in tapes),
        )
        for at, step in enumerate(steps)
    ]
    headings = ("step", "", "token", "state", *(f"tape {tape + 1}" for tape in tapes))
    return table(headings, rows, numbers=[0])
