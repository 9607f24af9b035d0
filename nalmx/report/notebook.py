"""Values as a prompt and a notebook show them: in one line, as HTML, and formulas as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..expression import to_text
from ..markup import Markup, element

_LONGEST = 200
_COLOURS = {
    "proved": "#11805f",
    "bounded": "#11805f",
    "tested": "#9a6700",
    "refuted": "#c9372c",
    "unknown": "#8f4a8b",
}
_SPACE = " \\qquad "
_MONOSPACE = "font-family: monospace; white-space: pre; overflow-x: auto"


def text(value: Any) -> str:
    """One line, short enough to be read."""
    told = " ".join(_line(value).split())
    short = told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
    return f"<{short}>"


def _line(value: Any) -> str:
    return str(_found(_TEXTS, value)(value))


def html(value: Any) -> Markup | None:
    """What a notebook puts below a cell; None where the line of text says it all."""
    shown = _found(_HTML, value)
    return None if shown is None else shown(value)


def latex(value: Any) -> str | None:
    """A formula as LaTeX between dollar signs; None for what is none."""
    drawn = _found(_LATEX, value)
    lines = [] if drawn is None else drawn(value)
    return f"$\\displaystyle {_SPACE.join(lines)}$" if lines else None


def _found(table: Mapping[str, Callable[[Any], Any]], value: Any) -> Any:
    """By the name of its class or of one that it is made from, so that no class need be loaded."""
    return next(
        (table[kind.__name__] for kind in type(value).__mro__ if kind.__name__ in table), None
    )


def _domain(domain: Any) -> str:
    from .sentences import domain_text

    return domain_text(domain.to_json()) or "no inputs"


def _claim(claim: Any) -> str:
    said = f"{to_text(claim.left)} = {to_text(claim.right)} for {_domain(claim.domain)}"
    within = "" if claim.tolerance.kind == "exact" else f", within {claim.tolerance}"
    return f"claim: {said}{within}"


def _verdict(verdict: Any) -> str:
    return f"{verdict.verdict}: {_explained(verdict)}"


def _explained(verdict: Any) -> str:
    from . import programs, sentences

    of_machine = type(verdict).__name__ == "SequenceVerdict"
    return programs.explain(verdict) if of_machine else sentences.explain(verdict)


def _machine(machine: Any) -> str:
    return f"{machine.tapes} tapes, {machine.states} register states, {machine.entries} entries"


def _outcome(outcome: Any) -> str:
    found = outcome.found
    said = "nothing found" if found is None else _line(found)
    levels = ", ".join(verdict.verdict for verdict in outcome.verdicts.values())
    return f"{said}; {levels or 'not verified'}"


def _fit(outcome: Any) -> str:
    rows, best = outcome.table.rows, outcome.fit.best
    if best is None:
        said = f"no formula for {rows.target_name}"
    else:
        law = "law" if outcome.law else "no law, best"
        said = f"{law}: {rows.target_name} = {best}"
    return f"{said}; {rows.count:,} rows"


def _drawn(*expressions: Any) -> Markup:
    from ..expression.mathml import mathml

    return element("div", *map(mathml, expressions))


def _claim_html(claim: Any) -> Markup:
    from ..expression.mathml import mathml

    sides = (mathml(side) for side in (claim.left, claim.right))
    within = "" if claim.tolerance.kind == "exact" else f" within {claim.tolerance}"
    return element("div", *sides, f"equal for all real {_domain(claim.domain)}{within}")


def _verdict_html(verdict: Any) -> Markup:
    from .html.verdicts import MEANINGS

    level = verdict.verdict
    style = f"color: {_COLOURS[level.split()[0]]}"
    word = element("strong", level, title=MEANINGS[level], style=style)
    return element("div", word, f": {_explained(verdict)}", _counterexample(verdict))


def _counterexample(verdict: Any) -> Markup | None:
    from .html.verdicts import counterexample_rows, pairs_table, wrong_table

    example = verdict.counterexample
    if example is None:
        return None
    if hasattr(example, "point"):
        return pairs_table(counterexample_rows(example))
    return wrong_table([example])


def _lines(lines: list[str]) -> Markup:
    return element("div", "\n".join(lines), style=_MONOSPACE)


def _outcome_html(outcome: Any) -> Markup:
    from ..runs.claims import CLAIMS

    found = outcome.found
    shown = element("div", repr(outcome)) if found is None else html(found)
    verdicts = [
        element("div", f"{CLAIMS[name]}: ", _verdict_html(verdict))
        for name, verdict in outcome.verdicts.items()
    ]
    return element("div", shown, *verdicts)


def _fit_html(outcome: Any) -> Markup:
    """What is said of the rows, and then what is said of the formula."""
    from .html.fits import equations_table

    best = outcome.fit.best
    statements = element("ul", *(element("li", line) for line in outcome.fit.statements))
    return element(
        "div",
        None if best is None else _drawn(best.expression),
        element("div", _fit(outcome)),
        statements,
        *equations_table(outcome),
        _outcome_html(outcome) if outcome.verdicts else None,
    )


_TEXTS: dict[str, Callable[[Any], str]] = {
    "Apply": lambda node: f"expression: {to_text(node)}",
    "Formula": lambda formula: f"formula: {formula}",
    "Domain": lambda domain: f"domain: {_domain(domain)}",
    "Claim": _claim,
    "Established": _verdict,
    "Machine": lambda machine: f"machine: {_machine(machine)}",
    "Program": lambda program: f"program of {program.rules:,} rules: {_machine(program.machine)}",
    "FitOutcome": _fit,
    "Outcome": _outcome,
}
_HTML: dict[str, Callable[[Any], Markup]] = {
    "Apply": _drawn,
    "Formula": lambda formula: _drawn(*formula.outputs),
    "Claim": _claim_html,
    "Established": _verdict_html,
    "Machine": lambda machine: _lines(_program_lines(machine)),
    "Program": lambda program: _lines(_program_lines(program.machine)),
    "FitOutcome": _fit_html,
    "Outcome": _outcome_html,
}
_LATEX: dict[str, Callable[[Any], list[str]]] = {
    "Apply": lambda node: _latex(node),
    "Formula": lambda formula: _latex(*formula.outputs),
}


def _program_lines(machine: Any) -> list[str]:
    from ..pntm.program.diagrams import program_lines

    return program_lines(machine, 60)


def _latex(*expressions: Any) -> list[str]:
    from ..expression.drawing import latex

    return [latex(expression) for expression in expressions]
