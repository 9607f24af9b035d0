"""A verified formula as a pytest file that needs pytest, Hypothesis and Python, and not nalmx.

The file holds formula and truth as plain functions, the domain as strategies, and tests: exactly over
fractions where both sides are rational, within a stated tolerance over floats, with the corners of the
domain and every counterexample among the examples.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .. import __version__
from ..errors import SettingError
from ..expression import sort_of, to_text
from ..python_layout import STEP, Code, call, laid_out, number, tuple_of
from ..verify import Claim, Counterexample, Verdict
from . import precise
from .exported_points import Close, FloatRanges, closeness, corners, float_intervals, rounded
from .python_function import HELPERS, PythonFunction, python_function, python_names
from .python_writer import fraction_code
from .regression import Regression, compared, regression
from .sentences import domain_text, explain

_MOST_COUNTEREXAMPLES = 8
_WIDTH = 88
_LONGEST_SHOWN = 2_000
_RESERVED = {
    *("formula", "truth", "point", "pytest", "given", "example", "settings", "assume", "st"),
    *(
        "Callable",
        "expected",
        "HealthCheck",
        "POINTS",
        "FLOATS",
        "SIZES",
        "fractions_in",
        "floats_in",
        "steady",
    ),
}

_FRACTIONS_IN = '''\
def fractions_in(*intervals: tuple[Fraction, Fraction]) -> st.SearchStrategy[Fraction]:
    """Rational numbers of closed intervals: whole ones, the ends and any others."""
    kinds: list[st.SearchStrategy[Fraction]] = []
    for lower, upper in intervals:
        if math.ceil(lower) <= math.floor(upper):
            kinds.append(st.integers(math.ceil(lower), math.floor(upper)).map(Fraction))
        kinds += [st.sampled_from((lower, upper)), st.fractions(lower, upper)]
    return st.one_of(kinds)
'''
_FLOATS_IN = '''\
def floats_in(*intervals: tuple[float, float]) -> st.SearchStrategy[float]:
    """Floats of closed intervals, the ends among them."""
    return st.one_of([st.sampled_from(ends) | st.floats(*ends) for ends in intervals])
'''
_STEADY = '''\
def steady(function: Callable[..., Any], point: tuple[float, ...]) -> bool:
    """Whether a function has no jump so close to a point that rounding may cross it."""
    try:
        value = function(*point)
        for even, odd in ((1, 1), (-1, -1), (1, -1), (-1, 1)):
            moved = [
                x + (odd if place % 2 else even) * 1e-9 * (abs(x) + 1e-3 * size)
                for place, (x, size) in enumerate(zip(point, SIZES, strict=True))
            ]
            if not math.isclose(function(*moved), value, rel_tol=1e-6, abs_tol=1e-6):
                return False
    except (ArithmeticError, ValueError):
        return False
    return True
'''


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two functions of a claim, and what can be tested of them."""

    formula: PythonFunction
    truth: PythonFunction
    conditions: bool
    inputs: bool

    @property
    def exact(self) -> bool:
        return self.formula.exact and self.truth.exact

    @property
    def jumps(self) -> bool:
        return self.inputs and (self.formula.jumps or self.truth.jumps or self.conditions)


def exported_tests(
    claim: Claim,
    verdicts: Mapping[str, Verdict],
    about: str = "formula ↔ truth",
    facts: Mapping[str, str] | None = None,
) -> str:
    """The text of a test file for `claim`, whose left side is the formula and whose right the truth.

    `verdicts` are all that is known, by the names of their claims; that of `claim` itself is named
    `about`. `facts` are further lines for the head of the file, such as the digest of the weights.
    """
    if claim.domain.integers:
        raise SettingError(
            "tests of claims on integers cannot be exported; leave out --integers or --export-tests"
        )
    names = python_names(claim.domain.names, _RESERVED)
    refuted = verdicts[about].counterexample if about in verdicts else None
    sides = _sides(claim, names)
    shown = None if refuted is None else regression(claim, refuted, exact=sides.exact)
    if shown is not None and shown.digits is not None:
        sides = _sides(claim, names, many_digits=True)
    floats = {name: float_intervals(extent) for name, extent in claim.domain.ranges.items()}
    in_floats = all(floats.values())
    if not sides.exact and not in_floats:
        raise SettingError(
            "these tests would need floats, and a range of the domain holds none; take a wider range"
        )
    known = [v.counterexample for v in verdicts.values() if v.counterexample is not None]
    examples = [*corners(claim), *(_point(claim, c) for c in known[:_MOST_COUNTEREXAMPLES])]
    parts: list[str] = []
    uses = sides.formula.uses | sides.truth.uses
    if shown is not None and shown.digits is not None:
        parts.append(precise.source(shown.digits))
    parts += [HELPERS[helper] for helper in HELPERS if helper in uses]
    parts += [sides.formula.text, sides.truth.text]
    if sides.exact:
        parts += [
            _FRACTIONS_IN,
            _strategy("POINTS", _exact_intervals(claim), "fractions_in"),
        ]
        parts.append(_exact_test(claim, examples))
    if in_floats:
        if sides.jumps:
            parts += [_sizes(floats), _STEADY]
        parts += [_FLOATS_IN, _strategy("FLOATS", _spelled(floats), "floats_in")]
        parts.append(_float_test(sides, floats, examples, closeness(claim, floats)))
    else:
        parts.append("# No test over floats: a range of the domain holds no float of 64 bits.\n")
    if refuted is not None and shown is not None:
        parts.append(_regression(claim, shown, about, refuted))
    body = "\n\n".join(parts)
    return "\n".join([_head(claim, verdicts, facts or {}, names), _imports(body), "", body])


def _sides(claim: Claim, names: Mapping[str, str], *, many_digits: bool = False) -> _Sides:
    return _Sides(
        python_function("formula", claim.left, names, many_digits=many_digits),
        python_function("truth", claim.right, names, many_digits=many_digits),
        sort_of(claim.left) == "truth",
        bool(names),
    )


def _head(
    claim: Claim,
    verdicts: Mapping[str, Verdict],
    facts: Mapping[str, str],
    names: Mapping[str, str],
) -> str:
    lines = [
        f"Tests of a formula, written by nalmx {__version__}. They need pytest and Hypothesis alone.",
        "",
        *_entry("formula", to_text(claim.left)),
        *_entry("truth", to_text(claim.right)),
        *_entry("domain", domain_text(claim.domain.to_json()) or "no inputs"),
        *_entry("tolerance", str(claim.tolerance)),
    ]
    for name, fact in facts.items():
        lines += _entry(name, fact)
    renamed = [f"{new} stands for {name}" for name, new in names.items() if new != name]
    if renamed:
        lines += _entry("names", ", ".join(renamed) + " (a name that Python has already)")
    lines += ["", "What nalmx said when it wrote this file:", ""]
    for name, verdict in verdicts.items():
        text = f"{verdict.verdict}, {explain(verdict)}"
        if verdict.counterexample is not None:
            point = verdict.counterexample.to_json()["point"].items()
            text += " at " + ", ".join(f"{n} = {v}" for n, v in point)
        lines += _entry(name, text)
    if not verdicts:
        lines.append("    nothing")
    lines += [
        "",
        "Both functions raise ZeroDivisionError or ValueError where they have no value, and the",
        "claim is that both have one everywhere in the domain.",
    ]
    return '"""' + "\n".join(lines) + '\n"""\n'


def _entry(name: str, text: str) -> list[str]:
    """Lines of a docstring; nothing in them can end it, whatever was in a file."""
    clean = "".join(c if c.isprintable() else " " for c in f"{name}: {text}")
    clean = clean.replace("\\", "/").replace('"', "'")
    if len(clean) > _LONGEST_SHOWN:
        clean = f"{clean[:_LONGEST_SHOWN]} … ({len(clean)} characters)"
    return textwrap.wrap(clean, _WIDTH, initial_indent="    ", subsequent_indent="        ")


_IMPORTS = {
    "math": "import math",
    "Callable": "from collections.abc import Callable",
    "MANY": precise.IMPORTS,
    "Fraction": "from fractions import Fraction",
    "cache": "from functools import cache",
    "Any": "from typing import Any",
    "pytest": "\nimport pytest",
}
_HYPOTHESIS = ("HealthCheck", "assume", "example", "given", "settings")


def _imports(body: str) -> str:
    """What a file needs of other modules: the names of these stand for nothing else in it."""
    words = set(re.findall(r"\w+", body))
    lines = [line for name, line in _IMPORTS.items() if name in words]
    lines += [] if "pytest" in words else [""]
    lines.append(f"from hypothesis import {', '.join(n for n in _HYPOTHESIS if n in words)}")
    lines.append("from hypothesis import strategies as st")
    return "\n".join(lines) + "\n"


def _strategy(name: str, intervals: Mapping[str, list[tuple[Code, Code]]], kind: str) -> str:
    lines = [f"{name} = st.tuples("]
    for given, held in intervals.items():
        lines.append(f"{STEP}# {given}")
        lines += laid_out(call(kind, map(tuple_of, held)), 1, after=",")
    return "\n".join([*lines, ")"]) + "\n" if intervals else f"{name} = st.tuples()\n"


def _sizes(floats: FloatRanges) -> str:
    sizes = [number(max(map(abs, (held[0][0], held[-1][1])))) for held in floats.values()]
    lines = laid_out(tuple_of(sizes), before="SIZES = ")
    return "\n".join(["# The largest magnitude of each input.", *lines]) + "\n"


def _exact_intervals(claim: Claim) -> dict[str, list[tuple[Code, Code]]]:
    return {
        name: [(fraction_code(i.lower), fraction_code(i.upper)) for i in extent.intervals]
        for name, extent in claim.domain.ranges.items()
    }


def _spelled(floats: FloatRanges) -> dict[str, list[tuple[Code, Code]]]:
    return {name: [(number(a), number(b)) for a, b in held] for name, held in floats.items()}


def _exact_test(claim: Claim, examples: Sequence[Sequence[Fraction]]) -> str:
    shown = [tuple(map(fraction_code, point)) for point in dict.fromkeys(map(tuple, examples))]
    within = "" if claim.tolerance.kind == "exact" else f", within {claim.tolerance}"
    return "\n".join(
        [
            *_examples(shown),
            "@settings(max_examples=500, deadline=None)",
            "@given(point=POINTS)",
            "def test_the_formula_equals_the_truth_exactly(point: tuple[Fraction, ...]) -> None:",
            f'    """Over fractions, where nothing is rounded{within}."""',
            *compared(claim),
            "",
        ]
    )


def _float_test(
    sides: _Sides,
    floats: FloatRanges,
    examples: Sequence[Sequence[Fraction]],
    close: Close,
) -> str:
    near = [rounded(point, floats) for point in examples]
    shown = [tuple(map(number, point)) for point in dict.fromkeys(near)]
    passed_over = ["OverflowError"]
    if sides.exact or close.undefined:
        passed_over += ["ZeroDivisionError", "ValueError"]
    caught = passed_over[0] if len(passed_over) == 1 else f"({', '.join(passed_over)})"
    lines = [
        *_examples(shown),
        "@settings(",
        "    max_examples=500,",
        "    deadline=None,",
        "    suppress_health_check=[HealthCheck.filter_too_much],",
        ")",
        "@given(point=FLOATS)",
        "def test_the_formula_equals_the_truth_in_floats(point: tuple[float, ...]) -> None:",
        f'    """{close.sentence}"""',
    ]
    if sides.jumps:
        lines.append("    assume(steady(formula, point) and steady(truth, point))")
    lines += [
        "    try:",
        "        left, right = float(formula(*point)), float(truth(*point))",
        f"    except {caught}:",
        "        assume(False)  # too large for a float, or lost in its rounding",
        "    assume(math.isfinite(left) and math.isfinite(right))",
        *laid_out(close.compared("left", "right"), 1, "assert "),
        "",
    ]
    return "\n".join(lines)


def _regression(claim: Claim, shown: Regression, about: str, example: Counterexample) -> str:
    """The counterexample as a test."""
    point = tuple_of(fraction_code(shown.point[name]) for name in claim.domain.names)
    fields = example.to_json()
    head = [
        *_entry(
            "REFUTED", f"nalmx found that {about} fails at the point below: {fields['reason']}."
        ),
        *_entry(
            "formula",
            f"{fields['left']}, truth: {fields['right']} (checked in {fields['checked_in']})",
        ),
    ]
    return "\n".join(
        [
            "def test_the_counterexample_that_nalmx_found() -> None:",
            '    """A regression test: it fails until the formula is mended, and guards it then.',
            "",
            *head,
            '    """',
            *laid_out(point, 1, "point = "),
            *shown.lines,
            "",
        ]
    )


def _examples(points: Sequence[Iterable[Code]]) -> list[str]:
    return [
        line for point in points for line in laid_out(call("@example", [tuple_of(point, "point=")]))
    ]


def _point(claim: Claim, example: Counterexample) -> tuple[Fraction, ...]:
    return tuple(example.point[name] for name in claim.domain.names)
