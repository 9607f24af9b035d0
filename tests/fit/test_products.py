"""Products of powers and functions, which oscillate or reach over decades: no surrogate follows them."""

import numpy as np
import pytest

from nalmx.expression import parse, to_text, variables
from nalmx.fit import Rows, fit
from nalmx.fit.structures.problem import Problem
from nalmx.fit.structures.products import _directions, _powers, products
from nalmx.fit.values import evaluate
from nalmx.verify import Claim, check

LAWS = {
    "a grating of n slits": "a*sin(n*t/2)**2/sin(t/2)**2",
    "a two-state system": "-p*e*t/h*sin((w - v)*t/2)**2/((w - v)*t/2)**2",
    "black body": "h*w**3/(2*pi**3*c**2*(exp(h*w/(2*pi*k*t)) - 1))",
}


def problem_of(text, count=400):
    truth = parse(text)
    names = variables(truth)
    inputs = np.random.default_rng(0).uniform(1, 5, (count, len(names)))
    target = evaluate(truth, dict(zip(names, inputs.T, strict=True)))
    return Rows.of(inputs, target, names)


@pytest.mark.parametrize("name", LAWS)
def test_products_with_functions_are_found(name):
    rows = problem_of(LAWS[name])
    form = next(products(Problem.of(rows, np.arange(rows.count))))
    value = form.at(form.values, rows.columns)
    assert np.abs(value / rows.target - 1).max() < 1e-6


def test_one_with_two_functions_is_a_law_and_proved():
    rows = problem_of(LAWS["a grating of n slits"])
    outcome = fit(rows)
    assert outcome.law, outcome.statements
    verdict = check(Claim.of(outcome.formula, LAWS["a grating of n slits"], "[1,5]"))
    assert verdict.holds("proved"), (to_text(outcome.formula), verdict)


@pytest.mark.parametrize("text", ["a*sin(n*t/2)**2 + t", "a**n*t", "a + n + t"])
def test_what_is_none_gives_none(text):
    rows = problem_of(text)
    assert list(products(Problem.of(rows, np.arange(rows.count)))) == []


def test_few_rows_or_zeros_give_none():
    rows = problem_of(LAWS["a grating of n slits"])
    problem = Problem.of(rows, np.arange(rows.count))
    problem.table[:50, 0] = 0
    assert list(products(problem)) == []
    assert list(products(Problem.of(rows, np.arange(39)))) == []


def test_directions_explain_what_least_squares_with_them_explains():
    random = np.random.default_rng(0)
    table = random.uniform(-3, 3, (60, 2))
    plain = np.column_stack([np.ones(60), np.log(np.abs(table))])
    basis = np.linalg.qr(plain)[0]
    aim = random.normal(size=60)
    rest = aim - basis @ (basis.T @ aim)
    factors, directions = _directions(table, basis, _powers(2, False))
    assert len(factors) > 100
    for factor, direction in list(zip(factors, directions, strict=True))[::10]:
        with_it = np.column_stack([plain, np.log(np.abs(factor.values(table)))])
        left = aim - with_it @ np.linalg.lstsq(with_it, aim, rcond=None)[0]
        expected = (rest**2).sum() - (direction @ rest) ** 2
        assert (left**2).sum() == pytest.approx(expected, rel=1e-6)
