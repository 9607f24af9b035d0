"""Closed forms of a machine: its head positions, its register, its table, and what it reads.

All are derived from the controls and hold for every stream `prompt = answer`:
    head = start + Σ move · N(tokens with this move)  target + Σ … since the last jump
    state ← transition(state, token)                  next token = output(r1, r2, …, state, token)

`n` and `m` are the numbers of prompt and answer tokens so far; N_{in: 0} counts the prompt token 0
so far, N_{out: 0} the answer token 0, and N_{=} the sign between. `token`, the last one taken, is
named `in: 0`, `out: 0` or `=`. Symbols read and next tokens have their spelling alone; `nothing`
is no answer. `read_map` says what r1, r2, … are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import sympy

from ...errors import ExtractionError, SettingError
from ..machine import BLANK, ROW, STAY, Machine, Runner
from ..tasks import Token, Tokens
from . import phases as maps
from .phases import BLANK_NAME, Block, Count, Phase, spelled
from .read_map import ReadMap, read_maps

Taken: TypeAlias = "tuple[str, str, int]"  # the phase of the blocks, that of the stream, the row

END, NOTHING = sympy.Symbol("end"), sympy.Symbol("nothing")
STATE, TOKEN, TARGET = (sympy.Symbol(name) for name in ("state", "token", "target"))
_LONGEST = 240  # characters of a form that is printed; of a longer one, its symbols are


@dataclass(frozen=True, slots=True)
class HeadPosition:
    """Where a head is after any number of steps: `form` until it jumps, and then `after_jump`.

    Example: the write head of a machine that copies is at `n`, and its read head at `m + 1`.
    `targets` are the cells of rows that jump. `after_jump` is `target`, the cell of the last jump,
    plus what was moved by the tokens since, which alone are counted in it.
    """

    tape: int
    head: str  # write or read
    form: sympy.Expr
    targets: Mapping[int, int]
    after_jump: sympy.Expr | None
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """All forms of a machine on prompts of certain blocks."""

    machine: Machine
    blocks: tuple[Block, ...]
    heads: tuple[HeadPosition, ...]
    reads: tuple[ReadMap, ...]
    transition: sympy.Expr
    output: sympy.Expr


def head_positions(machine: Machine) -> tuple[HeadPosition, ...]:
    """The position of every head, by tape, the write head first.

    Equation: start + Σ over rows of move · count. Example: +1 on all prompt tokens gives n.
    """
    found, names, reached = [], ("write", "read"), maps.stream_rows(machine)
    for tape, head in product(range(machine.tapes), (0, 1)):
        moves, jumps = (a[:, tape, head].tolist() for a in (machine.moves, machine.jumps))
        targets = {row: jumps[row] for row in reached if jumps[row] != STAY}
        moved, counts = sympy.S.Zero, list[Count]()
        for phase in maps.stream_phases(machine):
            rows = phase.rows - targets.keys()
            numbers, symbols = maps.counted(machine, phase, rows, moves.__getitem__)
            moved += sum(move * number for move, number in numbers.items())
            counts += symbols
        form = sympy.expand(int(machine.starts[tape, head]) + moved)
        after = sympy.expand(TARGET + moved) if targets else None
        found.append(HeadPosition(tape, names[head], form, targets, after, tuple(counts)))
    return tuple(found)


def _token_name(machine: Machine, symbol: int) -> sympy.Symbol:
    """The value of `token`: `in: a` for a prompt token, `out: a` for one of the answer."""
    sign, name = machine.vocabulary.equals, spelled(machine, symbol)
    return sympy.Symbol(name if symbol == sign else f"{'in' if symbol < sign else 'out'}: {name}")


def _cases(groups: Mapping[Any, list[sympy.Basic]]) -> sympy.Expr:
    """Values and when they hold; the one that holds most often is what is left."""
    ordered = sorted(groups, key=lambda value: len(groups[value]))
    if len(ordered) == 1:
        return ordered[0]
    pairs = [(value, sympy.Or(*groups[value], evaluate=False)) for value in ordered[:-1]]
    return sympy.Piecewise(*pairs, (ordered[-1], True), evaluate=False)


def _of_rows(machine: Machine, values: Mapping[int, sympy.Expr]) -> sympy.Expr:
    """A function of the row (state, token), by token first and then, where it matters, by state."""
    size = machine.vocabulary.size
    by_token: dict[int, dict[int, sympy.Expr]] = defaultdict(dict)
    for row, value in values.items():
        by_token[row % size][row // size] = value
    groups: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
    for symbol, by_state in by_token.items():
        states: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
        for state, result in by_state.items():
            states[result].append(sympy.Eq(STATE, state, evaluate=False))
        kept = len(by_state) > 1 and all(result == state for state, result in by_state.items())
        value = STATE if kept else _cases(states)
        groups[value].append(sympy.Eq(TOKEN, _token_name(machine, symbol), evaluate=False))
    return _cases(groups)


def transition_form(machine: Machine) -> sympy.Expr:
    """The next state of the register, a `Piecewise` over `token` and the `state` before.

    Equation: state ← register[state, token]. Example: Piecewise((1, token = in: +), (state, True)).
    """
    size = machine.vocabulary.size
    states = {0, *(row // size for row in maps.stream_rows(machine))}
    # The end of an answer is never taken in.
    rows = [state * size + symbol for state in sorted(states) for symbol in range(size - 1)]
    after = machine.register.flatten().tolist()
    return _of_rows(machine, {row: sympy.Integer(after[row]) for row in rows})


def output_form(machine: Machine) -> sympy.Expr:
    """The next token of the answer, a `Piecewise` over r1, r2, … read, `state` and `token`.

    Where the answer is what a tape reads it is that symbol: copy gives
    Piecewise((end, Eq(r1, blank)), (r1, True)). It holds for every symbol that a tape can hold.
    """
    _, equals, outputs = maps.stream_phases(machine)
    asked = sorted(equals.rows | outputs.rows)
    names = [maps.meanings(machine, tape) for tape in range(machine.tapes)]
    forms: dict[int, sympy.Expr] = {}
    # A node's children come after it: from the last to the first, nothing is needed before it is
    # known, and what branches share is built once.
    for place in reversed(range(len(machine.table))):
        node = machine.table[place]
        if node.answer is not None:
            forms[place] = sympy.Symbol(spelled(machine, node.answer))
            continue
        rest = NOTHING if node.otherwise is None else forms[node.otherwise]
        seen = {value: forms[child] for value, child in node.branches}
        if node.tape == ROW:
            forms[place] = _of_rows(machine, {row: seen.get(row, rest) for row in asked})
            continue
        read = sympy.Symbol(f"r{node.tape + 1}")
        values = {name: seen.get(symbol, rest) for symbol, name in names[node.tape].items()}
        same = [name for name, value in values.items() if value == name]
        groups: dict[sympy.Expr, list[sympy.Basic]] = defaultdict(list)
        for name, value in values.items():
            kept = read if len(same) > 1 and name in same else value
            groups[kept].append(sympy.Eq(read, name, evaluate=False))
        forms[place] = _cases(groups)
    return forms[0]


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


def closed_form(machine: Machine, blocks: Sequence[Block]) -> ClosedForm:
    """Every form of a machine, for prompts of these blocks."""
    heads, reads = head_positions(machine), read_maps(machine, blocks)
    transition, output = transition_form(machine), output_form(machine)
    return ClosedForm(maps.with_blanks(machine), tuple(blocks), heads, reads, transition, output)


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
        token = _token_name(machine, symbol)
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
                written = BLANK if row is None else int(forms.machine.writes[row, read.tape])
                if (wanted := names[read.tape][written]) != name:
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


def show(form: sympy.Basic) -> str:
    """A form in one line: `n + 1 - j`, `x(j)`, `end if r1 = blank else r1`."""
    if isinstance(form, sympy.Piecewise):
        parts = []
        for value, condition in form.args:
            text = f"({show(value)})" if isinstance(value, sympy.Piecewise) else show(value)
            parts.append(text if condition == sympy.true else f"{text} if {show(condition)}")
        return " else ".join(parts)
    if isinstance(form, sympy.And | sympy.Or):
        if isinstance(form, sympy.And):
            return " and ".join(sorted(map(show, form.args)))
        # Of a table: one symbol, and the values that it may have.
        names = sorted(show(part.args[1]) for part in form.args)
        return f"{show(form.args[0].args[0])} in {{{', '.join(names)}}}"
    if isinstance(form, sympy.Eq | sympy.Le):
        sign = "=" if isinstance(form, sympy.Eq) else "<="
        return f"{show(form.args[0])} {sign} {show(form.args[1])}"
    if isinstance(form, sympy.core.function.AppliedUndef):
        return f"{form.func.__name__}({', '.join(map(show, form.args))})"
    if isinstance(form, sympy.Add):
        # What is added comes first: n + 1 - j, not -j + n + 1.
        terms = sorted(form.as_coefficients_dict().items(), key=lambda t: (t[0] == 1, str(t[0])))
        text = " + ".join(str(value * term) for term, value in terms if value > 0)
        return (text or "0") + "".join(f" - {-value * term}" for term, value in terms if value < 0)
    return str(form)


def _size(form: sympy.Basic, known: dict[sympy.Basic, int]) -> int:
    """How many symbols a form shows; what branches share is measured once but counted each time."""
    if form not in known:
        known[form] = 1 + sum(_size(part, known) for part in form.args)
    return known[form]


def _table(name: str, form: sympy.Expr) -> str:
    if _size(form, {}) <= _LONGEST and len(text := show(form)) <= _LONGEST:
        return f"{name} = {text}"
    asked = {str(part.args[0]) for part in form.atoms(sympy.Eq)}
    return f"{name} = a table over {', '.join(sorted(asked))}"


def _answer_line(forms: ClosedForm, name: str) -> str:
    """The answer as a formula of the prompt where it is what one tape reads, else its table."""
    for read in forms.reads:
        symbol = sympy.Symbol(f"r{read.tape + 1}")
        copied = _cases({END: [sympy.Eq(symbol, BLANK_NAME)], symbol: [sympy.true] * 2})
        if forms.output == copied and read.reason is None and len(read.cases) == 1:
            (case,) = read.cases
            bounded = isinstance(case.condition, sympy.Le) and case.condition.args[0] == maps.J
            where = (" for 1 <= ", ", then end") if bounded else (" where ", ", else end")
            return f"{name} = {show(case.value)}{where[0]}{show(case.condition)}{where[1]}"
    return _table(name, forms.output)


def _head_line(machine: Machine, head: HeadPosition) -> str:
    text = f"{head.head} {head.tape + 1}: {show(head.form)}"
    if head.after_jump is None:
        return text
    spell = {row: spelled(machine, row % machine.vocabulary.size) for row in head.targets}
    cells = dict.fromkeys(f"{spell[row]} -> {cell}" for row, cell in head.targets.items())
    return f"{text} until a jump, then {show(head.after_jump)} since the last of {'; '.join(cells)}"


def closed_form_lines(machine: Machine, blocks: Sequence[Block]) -> list[str]:
    """The closed forms of a machine in words, after they were checked on prompts of these blocks.

    Example, of a machine that copies: "head positions: write 1: n, read 1: m + 1" and
    "y(j) = x(j) for 1 <= j <= n, then end". Forms that disagree with it are an `ExtractionError`.
    """
    forms = closed_form(machine, blocks)
    if found := check_forms(machine, blocks, sample_prompts(blocks), forms):
        raise ExtractionError(f"the closed forms of a machine disagree with it: {found}")
    heads = [_head_line(machine, head) for head in forms.heads]
    lines = [f"head positions: {', '.join(heads)}"] if heads else []
    lines += [_table("state", forms.transition)] if machine.states > 1 else []
    for read in forms.reads:
        cell = "" if read.position is None else f"; its head is at {show(read.position)}"
        reason = f" has no closed form: {read.reason}{cell}"
        lines.append(f"r{read.tape + 1}{reason if read.reason else f' = {show(read.form)}'}")
    answer = maps.phases_of(machine, blocks)[-1].name
    return [*lines, _answer_line(forms, f"{answer}(j)")]
