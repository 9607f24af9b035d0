"""Closed forms held against a machine at work: at every step, every form gives what it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import sympy

from ...errors import ExtractionError, SettingError
from ..machine import BLANK, Machine, Runner
from ..tasks import Token, Tokens
from . import phases as maps
from .closed_form import (
    NOTHING,
    STATE,
    TARGET,
    TOKEN,
    ClosedForm,
    HeadPosition,
    closed_form,
    token_name,
)
from .phases import Block, Phase, spelled
from .read_map import ReadMap

Taken: TypeAlias = "tuple[str, str, int]"  # the phase of the blocks, that of the stream, the row


def value_of(form: sympy.Expr, values: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """A table form where its symbols have these values: the first case whose condition holds."""
    while isinstance(form, sympy.Piecewise):
        form = next(value for value, condition in form.args if _holds(condition, values))
    return values.get(form, form)


def _holds(condition: sympy.Basic, values: Mapping[sympy.Symbol, sympy.Expr]) -> bool:
    if isinstance(condition, sympy.Or):
        return any(_holds(part, values) for part in condition.args)
    # Any other is `True`, or asks for the value of one symbol.
    return bool(condition == sympy.true or values[condition.args[0]] == condition.args[1])


def _phase_of_each(blocks: Sequence[Block], phases: Sequence[Phase], prompt: Tokens) -> list[str]:
    """The names of the phases that the tokens of a prompt and the sign after it belong to."""
    found: list[str] = []
    for block, phase in zip(blocks, phases, strict=False):
        begin, tokens = len(found), {block} if isinstance(block, str) else block
        end = begin + 1 if isinstance(block, str) else len(prompt)
        while len(found) < min(end, len(prompt)) and prompt[len(found)] in tokens:
            found.append(phase.name)
        if len(found) == begin:
            break
    else:
        if len(found) == len(prompt):
            return [*found, "="]
    raise SettingError("a prompt is not of the blocks that it is described by")


def check_forms(
    machine: Machine,
    blocks: Sequence[Block],
    prompts: Iterable[Sequence[Token]],
    forms: ClosedForm | None = None,
) -> str | None:
    """The first disagreement of a machine at work with its forms, or with given ones; else None.

    All forms are evaluated in whole numbers at every step of every prompt and its answer.
    """
    forms = closed_form(machine, blocks) if forms is None else forms
    phases = maps.phases_of(machine, blocks)
    checks = (_check(machine, forms, phases, tuple(prompt)) for prompt in prompts)
    return next(filter(None, checks), None)


def _check(
    machine: Machine, forms: ClosedForm, phases: Sequence[Phase], prompt: Tokens
) -> str | None:
    vocabulary, runner = machine.vocabulary, Runner(machine)
    names = [maps.meanings(forms.machine, tape) for tape in range(machine.tapes)]
    order = _phase_of_each(forms.blocks, phases, prompt)
    stream, taken = vocabulary.encode_prompt(prompt).tolist(), list[Taken]()
    since = [0] * len(forms.heads)  # where the count of a head starts
    targets: list[int | None] = [None] * len(forms.heads)
    while len(taken) < 5 * len(prompt) + 8:
        step, symbol = len(taken), stream[len(taken)]
        where = f"after {step + 1} tokens of the prompt {' '.join(prompt)[:60]!r}"
        before, said = sympy.Integer(runner.state), runner.step(symbol)
        state, row = sympy.Integer(runner.state), runner.state * vocabulary.size + symbol
        token = token_name(machine, symbol)
        if value_of(forms.transition, {STATE: before, TOKEN: token}) != state:
            return f"the state {where} is {state}"
        side = "in" if step < len(prompt) else "=" if step == len(prompt) else "out"
        taken.append((order[step] if step < len(order) else phases[-1].name, side, row))
        for place, head in enumerate(forms.heads):
            if row in head.targets:
                since[place], targets[place] = step + 1, head.targets[row]
            cell = runner.heads[head.tape][head.head == "read"]
            if _head_at(head, taken[since[place] :], targets[place]) != cell:
                return f"the {head.head} head of tape {head.tape + 1} {where} is at {cell}"
        if step < len(prompt):
            continue
        under = [
            cells.get(at[1], BLANK) for at, cells in zip(runner.heads, runner.cells, strict=True)
        ]
        seen = [names[tape].get(symbol, NOTHING) for tape, symbol in enumerate(under)]
        for read, name in zip(forms.reads, seen, strict=True):
            known = _known(read, phases, taken)
            cell = runner.heads[read.tape][1]
            if read.position is not None and _in_numbers(read.position, known) != cell:
                return f"the read head of tape {read.tape + 1} {where} is at {cell}"
            if read.reason is None:
                row = _row_read(read, known, taken)
                written = None if row is None else forms.machine.acts(row, read.tape).symbol
                if (wanted := names[read.tape][written or BLANK]) != name:
                    return f"tape {read.tape + 1} {where} reads {name}, not {wanted}"
        values = {sympy.Symbol(f"r{tape + 1}"): name for tape, name in enumerate(seen)}
        named = NOTHING if said < 0 else sympy.Symbol(spelled(machine, said))
        if value_of(forms.output, {**values, STATE: state, TOKEN: token}) != named:
            return f"the answer {where} is {named}"
        if said < 0 or said == vocabulary.end:
            break
        stream.append(said)
    return None


def _head_at(head: HeadPosition, taken: Sequence[Taken], target: int | None) -> sympy.Expr:
    """A head's position by its form, after these tokens, the last jump of which led to `target`."""
    form: Any = head.form if target is None else head.after_jump
    known = {c.symbol: sum(s == c.phase and r in c.rows for _, s, r in taken) for c in head.counts}
    lengths = {name: sum(side == s for _, s, _ in taken) for name, side in maps.SIDES.items()}
    known |= {s: lengths[s.name] for s in form.free_symbols if s.name in lengths}
    return _in_numbers(form, {**known, TARGET: 0 if target is None else target})


def _in_numbers(form: sympy.Basic, known: Mapping[sympy.Symbol, int]) -> sympy.Basic:
    return form.xreplace({symbol: sympy.Integer(value) for symbol, value in known.items()})


def _known(read: ReadMap, phases: Sequence[Phase], taken: Sequence[Taken]) -> Any:
    """The numbers of a read map after these tokens: lengths of blocks, counts and j."""
    known = {c.symbol: sum(p == c.phase and r in c.rows for p, _, r in taken) for c in read.counts}
    for phase in phases:
        length = sum(p == phase.name for p, _, _ in taken)
        known |= dict.fromkeys(phase.whole.free_symbols, length + (phase is phases[-1]))
    return known


def _row_read(
    read: ReadMap, known: Mapping[sympy.Symbol, int], taken: Sequence[Taken]
) -> int | None:
    """The row that wrote what a tape reads, by its map; None for blank."""
    for case in read.cases:
        if _in_numbers(case.condition, known) == sympy.true:
            rows = [row for phase, _, row in taken if phase == case.phase and row in case.rows]
            index = int(_in_numbers(case.index, known))
            if 1 <= index <= len(rows):
                return rows[index - 1]
            raise ExtractionError(f"{case.value} is no item where {case.condition}")
    return None


def sample_prompts(blocks: Sequence[Block], seed: int = 0) -> list[Tokens]:
    """Prompts of blocks to check forms on: short and long ones, whose blocks differ in length."""
    random = np.random.default_rng(seed)
    found = []
    for longest in (1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12, 20):
        prompt: list[Token] = []
        for block in blocks:
            tokens = [block] if isinstance(block, str) else sorted(block)
            number = random.integers(1, 2 if isinstance(block, str) else longest + 1)
            prompt += random.choice(np.array(tokens, object), number).tolist()
        found.append(tuple(prompt))
    return found
