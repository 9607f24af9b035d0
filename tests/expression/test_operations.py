"""Every operation, by its record, in everything that works on expressions.

mpmath is the judge. What does not know an operation must say so: no value, no bound, no verdict.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from helpers_float_programs import replay
from helpers_trees import claim
from mpmath import mp

from nalmx.expression import IRRATIONAL, Apply, Expression, Undefined, evaluate, parse, to_text
from nalmx.expression.ball import ball, enclose, interval, precision
from nalmx.expression.definitions import defined, definition_of, derivatives_of
from nalmx.expression.drawing import latex, pretty
from nalmx.expression.float_program import FLOAT32, FloatProgram
from nalmx.expression.nodes import Constant, Leaf, Number, Truth, Variable, fold
from nalmx.expression.operations import FUNCTIONS, OPERATIONS
from nalmx.expression.slopes import Enclosure
from nalmx.expression.symbolic import from_sympy, to_sympy
from nalmx.expression.taylor import taylor_form
from nalmx.report.float_errors import NotFinite, computed
from nalmx.report.precise import NAMES as PRECISE
from nalmx.report.python_function import python_function, python_names
from nalmx.verify import Domain, Effort, check
from nalmx.verify.certificates.second.backend import Prepared as Second
from nalmx.verify.certificates.second.bounds import slopes_of
from nalmx.verify.certificates.second.intervals import span
from nalmx.verify.points.breakpoints import breakpoints
from nalmx.verify.rounding.floating import rounding_over

NUMBERS = {name for name, record in OPERATIONS.items() if record.takes == record.gives == "real"}
NUMBERS -= {"piecewise"}
UNARY = sorted(name for name in NUMBERS if OPERATIONS[name].most == 1)
JUDGE: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(mp, name) for name in ("sqrt", "exp", "log", "sign", "floor", "ceil", "log10")
    },
    **{name: getattr(mp, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: getattr(mp, name) for name in ("asin", "acos", "atan")},
    **{name: getattr(mp, name) for name in ("asinh", "acosh", "atanh", "erf")},
    "log2": lambda x: mp.log(x, 2),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "add": lambda *xs: mp.fsum(xs),
    "mul": lambda *xs: mp.fprod(xs),
    "div": lambda x, y: x / y,
    "pow": lambda x, y: mp.power(x, y),
    "neg": lambda x: -x,
    "abs": abs,
    "min": min,
    "max": max,
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "and": lambda *xs: all(xs),
    "or": lambda *xs: any(xs),
    "not": lambda x: not x,
}
GRID = [Fraction(n, 7) for n in range(-27, 28)] + [Fraction(n, 2) for n in range(-6, 7)]


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    with mp.workprec(300):
        yield


def exactly(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


def tree(operation: str) -> Expression:
    """The operation on inputs: x1, or x1 and x2."""
    count = max(OPERATIONS[operation].least, 1 if OPERATIONS[operation].most == 1 else 2)
    return Apply(operation, tuple(Variable(f"x{n + 1}") for n in range(count)))


def judged(expression: Expression, values: dict[str, Any]) -> Any:
    """The value by mpmath."""

    def leaf(node: Leaf) -> Any:
        if isinstance(node, Variable):
            return values[node.name]
        if isinstance(node, Constant):
            return mp.pi if node.name == "pi" else mp.e
        return exactly(node.value) if isinstance(node, Number) else node.value

    return fold(expression, leaf, lambda name, given: JUDGE[name](*given))


def met(operation: str, *arguments: Fraction) -> bool:
    """Whether an operation is defined somewhere, by its record alone."""
    holds = {
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
        "le": lambda x, y: x <= y,
        "lt": lambda x, y: x < y,
        "ne": lambda x, y: x != y,
    }
    return all(
        holds[need.relation](arguments[need.place], need.bound)
        for need in OPERATIONS[operation].requires
    )


def points(operation: str) -> list[tuple[Fraction, ...]]:
    """Points where an operation has a value: for a power, those of positive bases."""
    grid = [(x,) for x in sorted(set(GRID))]
    if OPERATIONS[operation].most != 1:
        grid = [(x, y) for (x,) in grid[::5] for (y,) in grid[2::6]]
    # The judge rounds: it would not know a remainder of 0 from one just below the divisor.
    keep = {"pow": lambda x, y: x > 0, "mod": lambda x, y: not y or (x / y).denominator > 1}
    grid = [point for point in grid if operation not in keep or keep[operation](*point)]
    return [point for point in grid if met(operation, *point)]


def box(operation: str) -> dict[str, tuple[Fraction, Fraction]]:
    """A small box on which an operation is smooth."""
    low, high = (Fraction(2, 5), Fraction(3, 5)), (Fraction(13, 5), Fraction(14, 5))
    return {"x1": high if operation == "acosh" else low, "x2": high}


def holds(value: Any, number: Any) -> bool:
    """Whether a ball holds a number, with the rounding of the judge."""
    low, high = (exactly(Fraction(int(m)) * Fraction(2) ** int(e)) for m, e in ends_of(value))
    margin = abs(number) * mp.mpf(2) ** -280
    return bool(low - margin <= number <= high + margin)


def ends_of(value: Any) -> list[tuple[Any, Any]]:
    with precision(400):
        return [end.man_exp() for end in (value.lower(), value.upper())]


def test_the_judge_knows_every_operation() -> None:
    assert {*JUDGE, "piecewise"} == set(OPERATIONS)


def test_no_two_operations_share_a_name_and_readers_are_told_of_all_functions() -> None:
    spellings = [name for record in OPERATIONS.values() for name in record.spellings]
    assert len(spellings) == len(set(spellings)) == len(FUNCTIONS)
    page = Path(__file__).parents[2].joinpath("docs", "verify.md").read_text(encoding="utf-8")
    words = set(
        re.findall(r"[A-Za-z0-9]+", page.split("**Expressions**")[1].split("comparisons")[0])
    )
    for record in OPERATIONS.values():
        if record.spellings and record.takes == "real":
            assert words & set(record.spellings)


@pytest.mark.parametrize("operation", UNARY)
def test_exact_values_are_the_rational_ones(operation: str) -> None:
    for (x,) in [*points(operation), (Fraction(8),), (Fraction(1, 8),), (Fraction(1, 100),)]:
        x = next(y for y in (x, Fraction(1), Fraction(0)) if met(operation, y))
        value, judge = evaluate(tree(operation), {"x1": x}), JUDGE[operation](exactly(x))
        near = exactly(value) if isinstance(value, Fraction) else mp.nint(judge * 5040) / 5040
        assert isinstance(value, Fraction) or value is IRRATIONAL
        assert (value is IRRATIONAL) == (abs(judge - near) > mp.mpf(2) ** -250)


@pytest.mark.parametrize("operation", sorted(NUMBERS - {"pow", "tan"}))
def test_an_operation_has_a_real_value_exactly_where_its_record_says_so(operation: str) -> None:
    seen = set()
    for x in sorted(set(GRID)):
        given = (x,) if OPERATIONS[operation].most == 1 else (Fraction(3), x)
        try:
            real = mp.im(JUDGE[operation](*map(exactly, given))) == 0
            real = real and mp.isfinite(JUDGE[operation](*map(exactly, given)))
        except ZeroDivisionError:
            real = False
        assert met(operation, *given) == real
        value = evaluate(tree(operation), {f"x{n + 1}": v for n, v in enumerate(given)})
        assert isinstance(value, Undefined) == (not real)
        seen.add(real)
    assert seen == ({True} if OPERATIONS[operation].is_total else {True, False})


@pytest.mark.parametrize("operation", [n for n in sorted(NUMBERS) if OPERATIONS[n].derivative])
def test_derivatives_are_slopes(operation: str) -> None:
    record, step = OPERATIONS[operation], mp.mpf(2) ** -80
    assert len(record.derivative) == record.most
    for point in points(operation):
        inside = [x for x in point if x not in record.kinks and abs(x) != 1 and x.denominator > 2]
        whole = record.most == 2 and (point[0] / point[1]).denominator == 1
        if len(inside) < len(point) or (record.steps and whole):
            continue
        values = [exactly(x) for x in point]
        value = JUDGE[operation](*values)
        letters = dict(zip(("x", "y"), values, strict=False)) | {"value": value}
        for place, derivative in enumerate(derivatives_of(operation)):
            sides = [
                [v + sign * step * (k == place) for k, v in enumerate(values)] for sign in (1, -1)
            ]
            slope = (JUDGE[operation](*sides[0]) - JUDGE[operation](*sides[1])) / (2 * step)
            found = judged(derivative, letters)
            assert abs(slope - found) < mp.mpf(2) ** -60 * (1 + abs(found))


@pytest.mark.parametrize("operation", [n for n in sorted(NUMBERS) if OPERATIONS[n].definition])
def test_definitions_say_the_same_and_are_defined_at_the_same_points(operation: str) -> None:
    for point in points(operation):
        values = [exactly(x) for x in point]
        letters = dict(zip(("x", "y"), values, strict=False))
        found = judged(definition_of(operation), letters)  # type: ignore[arg-type]
        assert abs(found - JUDGE[operation](*values)) < mp.mpf(2) ** -250 * (1 + abs(found))
    written = defined(operation, [Variable("x1"), Variable("x2")][: OPERATIONS[operation].most])
    assert written is not None
    for x in GRID:
        given = {"x1": Fraction(3), "x2": x} if OPERATIONS[operation].most == 2 else {"x1": x}
        met_here = met(operation, *given.values())
        assert isinstance(evaluate(written, given), Undefined) != met_here or operation == "tan"


@pytest.mark.parametrize("operation", UNARY)
def test_it_rises_and_falls_as_its_record_says(operation: str) -> None:
    record = OPERATIONS[operation]
    values = [(x, JUDGE[operation](exactly(x))) for (x,) in points(operation)]
    signs = set()
    for (x, low), (_, high) in pairwise(values):
        turned = sum(turn <= x for turn in record.turns)
        signs.add(mp.sign(high - low) * (-1) ** turned)
    if record.rises is None:
        assert {1, -1} <= signs
    else:
        assert signs <= {record.rises, 0}


@pytest.mark.parametrize("operation", [name for name in UNARY if name != "tan"])
def test_it_jumps_where_its_record_says_and_nowhere_else(operation: str) -> None:
    record, close = OPERATIONS[operation], Fraction(1, 2**120)
    gaps = [
        abs(JUDGE[operation](exactly(x + close)) - JUDGE[operation](exactly(x - close)))
        for x in sorted(set(GRID))
        if met(operation, x - close) and met(operation, x + close)
    ]
    assert record.jumps == (max(gaps) > mp.mpf(2) ** -30)


@pytest.mark.parametrize("operation", [name for name in UNARY if OPERATIONS[name].odd])
def test_it_is_odd_where_its_record_says_so(operation: str) -> None:
    for (x,) in points(operation):
        value = JUDGE[operation](exactly(x))
        assert abs(JUDGE[operation](exactly(-x)) + value) < mp.mpf(2) ** -280


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_balls_hold_the_values_and_slopes_hold_the_chords(operation: str) -> None:
    form, ends = Enclosure(tree(operation)), box(operation)
    with precision(200):
        value, slopes = form.with_slopes({n: interval(*ends[n]) for n in form.names})
        assert isinstance(value, flint.arb)
        assert slopes is not None
        chosen = {name: [exactly(e) for e in ends[name]] for name in form.names}
        low = {name: pair[0] for name, pair in chosen.items()}
        for name, (a, b) in chosen.items():
            first, last = (judged(tree(operation), low | {name: end}) for end in (a, b))
            assert holds(value, first)
            assert holds(value, last)
            slope = slopes.get(name, flint.arb(0))
            assert holds(slope.union(slope + flint.arb(0, 1e-50)), (last - first) / (b - a))


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_thin_balls_are_thin_and_hold_the_value(operation: str) -> None:
    for point in points(operation):
        with precision(200):
            inputs = {f"x{n + 1}": ball(x) for n, x in enumerate(point)}
            value = enclose(tree(operation), inputs)
            # A ball around a third may reach beyond a bound, or past a jump.
            thin = isinstance(value, flint.arb)
            assert thin or OPERATIONS[operation].requires or OPERATIONS[operation].steps
            assert not thin or holds(value, JUDGE[operation](*map(exactly, point)))
            assert not thin or OPERATIONS[operation].steps or value.rad() < 1e-40


@pytest.mark.parametrize("operation", UNARY)
def test_taylor_forms_are_tighter_than_balls_and_hold_the_values(operation: str) -> None:
    form = Enclosure(Apply("add", (tree(operation), Apply("neg", (Variable("x1"),)))))
    low, high = box(operation)["x1"]
    with precision(200):
        middle, half = ball((low + high) / 2), ball((high - low) / 2)
        found = taylor_form(form, interval(low, high), middle, half)
        assert found is not None
        for x in (low, (low + 2 * high) / 3, high):
            assert holds(found, judged(tree(operation), {"x1": exactly(x)}) - exactly(x))
        assert found.rad() <= form.value({"x1": interval(low, high)}).rad() * 1.1  # type: ignore[union-attr]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_an_operation_is_written_drawn_and_read_back(operation: str) -> None:
    expression = tree(operation)
    if OPERATIONS[operation].takes == "truth":
        given = tuple(Apply("lt", (v, Number(Fraction(0)))) for v in expression.arguments)  # type: ignore[union-attr]
        expression = Apply(operation, given)
    if operation == "piecewise":
        expression = Apply(operation, (Variable("x1"), Truth(True)))
    assert parse(to_text(expression)) == expression
    assert latex(expression)
    assert pretty(expression)
    point = {"x1": Fraction(3, 5), "x2": Fraction(27, 10)}
    point["x1"] += operation == "acosh"
    back = from_sympy(to_sympy(expression))
    with precision(200):
        inputs = {name: ball(value) for name, value in point.items()}
        one, other = enclose(expression, inputs), enclose(back, inputs)
        assert one.overlaps(other) if isinstance(one, flint.arb) else one == other


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_a_float_program_is_replayed_and_its_rounding_bounded_or_refused(operation: str) -> None:
    program = FloatProgram(("x1", "x2"), tree(operation), FLOAT32)
    ends = box(operation)
    x = {n: np.linspace(*map(float, ends[n]), 11).astype(np.float32) for n in ends}
    with np.errstate(all="raise"):
        values = np.broadcast_to(replay(program, x), (11,))
    domain = Domain.parse([f"{n}=[{a},{b}]" for n, (a, b) in ends.items()], list(ends))
    found = rounding_over(program, domain, 50)
    assert (found.bound is None) == (operation == "mod") == (found.reason is not None)
    bound = mp.inf if found.bound is None else exactly(found.bound)
    for k, value in enumerate(values):
        exact = judged(tree(operation), {n: mp.mpf(float(x[n][k])) for n in x})
        assert abs(mp.mpf(float(value)) - exact) <= bound


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_exported_python_computes_it_or_has_no_value(operation: str, many: bool) -> None:
    names = python_names(["x1", "x2"])
    function = python_function("f", tree(operation), names, many_digits=many)
    ast.parse(function.text)
    assert function.jumps == OPERATIONS[operation].jumps
    grid = points(operation) + [(x,) for x in GRID if OPERATIONS[operation].most == 1]
    for point in grid:
        given = {f"x{n + 1}": x if many else float(x) for n, x in enumerate(point)}
        value = computed(tree(operation), given, many_digits=many)
        if not met(operation, *point):
            assert value is NotFinite.UNDEFINED
            continue
        judge = JUDGE[operation](*(exactly(Fraction(v)) for v in given.values()))
        size = mp.mpf(10) ** (-50 if many else -13)
        assert not isinstance(value, NotFinite)
        assert abs(exactly(Fraction(value)) - judge) <= size * (1 + abs(judge))


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_algebra_knows_it_where_it_is_defined_and_proves_nothing_elsewhere(operation: str) -> None:
    text = to_text(tree(operation))
    ranges = [f"{n}=[{a},{b}]" for n, (a, b) in box(operation).items() if n in text]
    effort = Effort(examples=20, points=0)
    verdict = check(claim(f"({text}) + ({text})", f"2*({text})", *ranges), effort)
    assert verdict.verdict == "proved"
    needs = OPERATIONS[operation].requires
    if needs:
        far = ["x1=[-3,3]", *(["x2=[-3,3]"] if "x2" in text else [])]
        verdict = check(claim(f"({text}) + ({text})", f"2*({text})", *far), effort)
        assert verdict.verdict != "proved"
        verdict = check(claim(f"{text} - {text}", "0", *far), effort)
        assert verdict.verdict in ("refuted", "unknown")


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_the_second_arithmetic_holds_the_same_values_and_slopes(operation: str) -> None:
    program, ends = Second(tree(operation), 128), box(operation)
    inputs = {name: span(*ends[name], 128) for name in program.names}
    values = program.values(inputs)
    assert isinstance(values[-1], tuple)
    low, high = (mp.make_mpf(end) for end in values[-1])
    slopes = slopes_of(program, values)
    assert slopes is not None
    corner = {name: exactly(ends[name][0]) for name in program.names}
    for name in program.names:
        moved = corner | {name: exactly(ends[name][1])}
        first, last = (judged(tree(operation), at) for at in (corner, moved))
        assert low <= first <= high
        assert low <= last <= high
        chord = (last - first) / (moved[name] - corner[name])
        least, most = (mp.make_mpf(end) for end in slopes.get(name, (mpmath.libmp.fzero,) * 2))
        assert least - mp.mpf(2) ** -100 <= chord <= most + mp.mpf(2) ** -100


@pytest.mark.parametrize("operation", UNARY)
def test_bounds_kinks_turns_and_steps_are_places_to_look_at(operation: str) -> None:
    record = OPERATIONS[operation]
    wanted = {*record.kinks, *record.turns, *(need.bound for need in record.requires)}
    found = breakpoints(tree(operation))
    assert wanted == {-place.form.shift for place in found if place.every is None}
    assert any(place.every for place in found) == (record.steps is not None and not record.kinks)


def test_functions_that_exported_tests_compute_to_many_digits_are_known_or_defined() -> None:
    for name, record in OPERATIONS.items():
        assert not record.is_function or name in PRECISE or record.definition is not None
        assert not record.is_function or getattr(math, record.c or "")
