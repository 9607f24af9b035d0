"""On a narrow range much that is smooth looks alike: what rows cannot tell apart is no law."""

import numpy as np
import pytest

from nalmx.expression import parse, to_text
from nalmx.expression.nodes import substitute
from nalmx.fit import Rows, fit
from nalmx.fit.form import Form, constant
from nalmx.fit.holdout import split
from nalmx.fit.judge import Judge
from nalmx.fit.powers import why_no_power
from nalmx.verify import Effort

POWERS = {"b": 1.3, "5/4": 5 / 4, "4/3": 4 / 3, "7": 7}


def judged(text, inputs, target, constants):
    """What is said against a form with constants a, b as a law, and against its power."""
    rows = Rows.of(inputs, target)
    judge = Judge(rows, split(rows, "extrapolate", np.random.default_rng(4)), "auto")
    names = {name: constant(place) for place, name in enumerate("ab"[: len(constants)])}
    found = judge.judge(Form(substitute(parse(text), names), tuple(constants), is_daring=True))
    return found.reason, why_no_power(judge, found)


def test_a_power_is_told_from_other_curves():
    random = np.random.default_rng(0)
    inputs = np.stack([random.uniform(1, 3, 60), random.uniform(-1, 3, 60)], 1)
    law = inputs[:, 1] / inputs[:, 0] / 3 * np.sin(np.sqrt(inputs[:, 0]))
    noisy = law + 0.01 * np.sqrt((law**2).mean()) * random.normal(size=60)
    power = "a*x2*x1**b"
    assert "runs along x1" in judged(power, inputs, law, (0.3, -0.8))[0]
    assert "fits nearly as well as a power of x1" in judged(power, inputs, noisy, (0.3, -0.8))[1]


@pytest.mark.parametrize("exponent", POWERS)
def test_a_power_of_few_rows_is_told_from_an_exponential(exponent):
    random = np.random.default_rng(0)
    inputs = np.stack([random.uniform(1, 2, 20), random.uniform(1, 1.2, 20)], 1)
    target = inputs[:, 0] ** 2 * inputs[:, 1] ** (POWERS[exponent])
    target += 0.01 * np.sqrt((target**2).mean()) * random.normal(size=20)
    said = judged(f"a*x1**2*x2**({exponent})", inputs, target, (1.0, 1.3)[: 1 + (exponent == "b")])
    assert "fits nearly as well as a power of x2" in said[1]


def test_an_input_without_a_reciprocal_is_no_error():
    random = np.random.default_rng(0)
    x = np.exp(random.uniform(0, 4, 200))
    x[7] = 1e-312
    noisy = 2.4 * x**0.73 + random.normal(0, 0.2, 200)
    assert judged("a*x1**b", x[:, None], noisy, (2.4, 0.73)) == ("", "")


def test_a_power_on_a_wide_range_is_one():
    random = np.random.default_rng(0)
    x = np.exp(random.uniform(0, 4, 200))
    outcome = fit(Rows.of(x[:, None], 2.4 * x**0.73 * (1 + random.normal(0, 0.02, 200)), ["x"]))
    assert outcome.law
    assert to_text(outcome.formula).startswith(("2.4*x**0.7", "2.3", "2.4"))


def test_constants_that_make_up_for_a_function_are_no_law():
    """sin x on [0.0009, 0.0011] is acos(a/(1 + b*x**2)) to rounding, and a cubic, too."""
    random = np.random.default_rng(77)
    x = random.uniform(0.0009, 0.0011, 60)
    outcome = fit(Rows.of(x[:, None], np.sin(x), ["x"]), Effort(operations=2_000))
    assert outcome.formula is None or to_text(outcome.formula) == "sin(x)"


def test_slopes_are_found_at_the_edge_of_where_a_form_has_values():
    x = np.linspace(0.0009, 0.0011, 5)
    form = substitute(parse("acos(a/(1 + b*x**2))"), {"a": constant(0), "b": constant(1)})
    slopes = Form(form, (1.0, 0.5)).jacobian({"x": x}, 5)
    assert slopes[:, 0] == pytest.approx(-1 / x, rel=1e-3)
