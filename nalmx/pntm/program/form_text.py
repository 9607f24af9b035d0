"""Closed forms of a machine in words."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from ...errors import ExtractionError
from ..machine import Machine
from . import phases as maps
from .closed_form import END, ClosedForm, HeadPosition, cases_of, closed_form
from .form_checks import check_forms, sample_prompts
from .phases import BLANK_NAME, Block, spelled

_LONGEST = 240  # characters of a form that is printed; of a longer one, its symbols are


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
        copied = cases_of({END: [sympy.Eq(symbol, BLANK_NAME)], symbol: [sympy.true] * 2})
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
