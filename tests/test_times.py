"""How long things take that must take no time; on a quiet machine, so run by `make bench`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from helpers_trees import claim

from nalmx.cli import main
from nalmx.errors import NalmxError
from nalmx.expression import evaluate, parse
from nalmx.pntm.tasks import TASK_NAMES, sequence_task
from nalmx.ranges import Range
from nalmx.rationals import parse_rational
from nalmx.verify.algebra.decision import decide
from nalmx.verify.certificates.second.backend import Prepared
from nalmx.verify.certificates.second.bounds import BITS
from nalmx.verify.certificates.second.intervals import span
from nalmx.verify.points.breakpoints import breakpoints
from nalmx.verify.witness import judge

pytestmark = pytest.mark.slow
TEXTS = {
    "brackets": "(" * 5000 + "x1" + ")" * 5000,
    "brackets left open": "(" * 19_000,
    "minus signs": "-" * 15_000 + "x1",
    "powers to the right": "x1**" * 3000 + "x1",
    "nested pieces": "Piecewise((" * 120 + "x1" + ", True))" * 120,
    "long product": "*".join(["x1"] * 30_000),
}
SUM = "+".join(f"x{n}" for n in range(1, 11))


def seconds(do: Callable[[], object]) -> float:
    start = time.process_time()
    with contextlib.suppress(NalmxError):
        do()
    return time.process_time() - start


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    assert seconds(lambda: parse(text)) < 2


@pytest.mark.parametrize("text", ["[" * 20_000, "[" + "[0,1]," * 5000 + "[0,1]]"])
def test_a_hostile_range_is_refused_at_once(text: str) -> None:
    assert seconds(lambda: Range.parse(text)) < 1


@pytest.mark.parametrize("text", ["1e999999999", "1e" + "9" * 900, "9" * 100_000])
def test_a_hostile_number_is_refused_at_once(text: str) -> None:
    assert seconds(lambda: parse_rational(text)) < 0.5


@pytest.mark.parametrize("point", [10**12, -(10**12), 10**30])
def test_a_power_that_would_fill_the_memory_is_given_up_at_once(point: int) -> None:
    given = {"x1": Fraction(3), "x2": Fraction(point)}
    assert seconds(lambda: evaluate(parse("x1**x2"), given)) < 1


@pytest.mark.parametrize("text", ["(x1**1000*x2**1000)**(1/3)", "(x1**1000*x2**1000)**(1/300)"])
def test_roots_of_gigantic_numbers_are_left_to_balls_at_once(text: str) -> None:
    huge = Fraction(10**300 - 7)
    assert seconds(lambda: evaluate(parse(text), {"x1": huge, "x2": huge})) < 1


def test_a_bad_option_is_refused_at_once(capsys) -> None:
    arguments = ["verify", "expr", "x1", "--truth", "x1", "--range", "[0,1e999999999]"]
    assert seconds(lambda: main(arguments)) < 2
    assert capsys.readouterr().err.startswith("nalmx: ")


@pytest.mark.parametrize("name", TASK_NAMES)
def test_a_long_prompt_is_answered_at_once(name: str) -> None:
    task = sequence_task(name)
    prompt = task.draw(np.random.default_rng(0), 10_000)
    assert seconds(lambda: task.answer(prompt)) < 0.5


@pytest.mark.parametrize("power", ["**50", "**900"])
def test_a_normal_form_that_is_too_large_is_given_up_in_time(power: str) -> None:
    made = claim(f"({SUM}){power}", f"({SUM}){power}", "[1,2]")
    assert seconds(lambda: decide(made, seconds=2.0)) < 4


def test_a_divisor_that_is_costly_to_examine_keeps_to_the_time_given() -> None:
    divisor = f"(({SUM})**4 + 1e-9)"
    made = claim(f"1/({divisor})", f"({divisor})**-1", "[[-2,-1],[1,2.1]]")
    assert seconds(lambda: decide(made, seconds=1.0)) < 2.5


@pytest.mark.parametrize("sign", ["+", "*"])
def test_many_inputs_are_certified_quickly(sign: str) -> None:
    divisor = sign.join(f"v{i}" for i in range(100))
    assert seconds(lambda: decide(claim(f"1/({divisor})", f"1/({divisor})", "[1,2]"))) < 3


def test_values_of_thousands_of_digits_are_judged_at_once() -> None:
    made = claim("x1**1000", "x1**1000 + 1", "[0,1e1000]")
    assert seconds(lambda: judge(made, {"x1": Fraction(10**1000)})) < 2


def test_a_tree_of_thousands_of_nodes_is_looked_through_fast() -> None:
    tree = parse("+".join(f"Max(x1, {n})" for n in range(1_000)))
    assert seconds(lambda: breakpoints(tree)) < 2


@pytest.mark.parametrize("text", ["sin(exp(x**3))", "x**(x**x)", "tanh(exp(-exp(x)))"])
def test_the_second_arithmetic_does_not_hang(text: str) -> None:
    def do() -> None:
        Prepared(parse(text), BITS).value({"x": span(Fraction(20), Fraction(21), BITS)})

    assert seconds(do) < 2
