"""Columns of two values, and rows that repeat: what they leave open is no law."""

import numpy as np
import pytest

from nalmx.expression import parse, to_text
from nalmx.fit import Rows, fit
from nalmx.fit.few_values import bent_between_two, different_rows
from nalmx.fit.form import Form
from nalmx.fit.holdout import split
from nalmx.fit.judge import Judge
from nalmx.fit.values import evaluate


def rows_of(text, count=200):
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 5, (count, 3))
    inputs[:, 2] = random.integers(0, 2, count)
    names = ["a", "b", "flag"]
    return Rows.of(inputs, evaluate(parse(text), dict(zip(names, inputs.T, strict=True))), names)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a*(1 + flag)", "a + a*flag"),
        ("a + b*flag - 2", "a + b*flag - 2"),
        ("a*b*(1 - flag) + 3*flag", "3*flag + a*b - a*b*flag"),
        ("(a + flag)/(a + b)", "(a + flag)/(a + b)"),
        ("a/(1 + flag)", "a - 0.5*a*flag"),
    ],
)
def test_a_law_is_a_line_in_a_column_of_two_values(text, written):
    outcome = fit(rows_of(text))
    assert outcome.law, outcome.statements
    assert to_text(outcome.formula) == written


@pytest.mark.parametrize("text", ["a/(1 - flag/2)", "a*2**flag", "a + sin(flag)", "a + flag**2"])
def test_what_is_bent_between_two_values_is_seen(text):
    rows = rows_of(text)
    assert bent_between_two(parse(text), rows.columns) == "flag"
    assert bent_between_two(parse("a**2/b + 3*a*flag"), rows.columns) == ""


def judged(rows, text):
    judge = Judge(rows, split(rows, "random", np.random.default_rng(0)), "auto")
    return judge.judge(Form(parse(text)))


@pytest.mark.parametrize("text", ["x1*x2", "sin(pi*x1*x2/2)"])
def test_four_different_rows_are_too_few_however_often_they_stand_there(text):
    bits = np.random.default_rng(0).integers(0, 2, (300, 2)).astype(float)
    rows = Rows.of(bits, bits.prod(1))
    assert different_rows(parse(text), rows.columns) == 4
    found = judged(rows, text)
    assert found.is_exact
    assert "4 different rows are too few" in found.reason


@pytest.mark.parametrize(("values", "is_law"), [(4, False), (300, True)])
def test_rows_that_repeat_say_no_more_than_their_mean(values, is_law):
    random = np.random.default_rng(0)
    x = 1 + 4 * random.integers(0, values, 300)[:, None] / values
    rows = Rows.of(x, np.sqrt(x[:, 0]) * (1 + 0.01 * random.normal(size=300)))
    assert judged(rows, "sqrt(x1)").is_law == is_law
