"""Laws of one step: linear and monomial, exact and within noise; and data without a law."""

import numpy as np
import pytest
from helpers_pytest import thinned
from scipy.special import digamma, ellipk, erfinv, gamma, i0e, i1, j0, lambertw, rgamma

from nalmx.errors import DataError, SettingError
from nalmx.expression import parse, to_text
from nalmx.expression.nodes import substitute
from nalmx.fit import Rows, fit
from nalmx.fit.everywhere import why_not_everywhere
from nalmx.fit.form import Form, constant
from nalmx.fit.holdout import split
from nalmx.fit.judge import Judge
from nalmx.fit.residuals import why_not_noise
from nalmx.fit.values import evaluate
from nalmx.verify import Claim, check

OPERATIONS = {
    "add": ("x1 + x{n}", lambda a, b: a + b),
    "sub": ("x1 - x{n}", lambda a, b: a - b),
    "mul": ("x1*x{n}", lambda a, b: a * b),
    "div": ("x1/x{n}", lambda a, b: a / b),
}
AXIS = [0.38710, 0.72333, 1.0, 1.52366, 5.20336, 9.53707, 19.1913, 30.0690]
PERIOD = [0.24085, 0.61520, 1.0, 1.88085, 11.862, 29.457, 84.011, 164.79]


def found(inputs, target, names=None, **settings):
    return fit(Rows.of(inputs, target, names), **settings)


def law(inputs, target, names=None, **settings):
    outcome = found(inputs, target, names, **settings)
    assert outcome.law, outcome.statements
    return to_text(outcome.formula)


def test_a_constant_that_is_rounding_is_none():
    """Least squares of sums that were rounded alike left -4e-30, of which no step of its size was seen."""
    random = np.random.default_rng([23, 10, 0])
    inputs = random.uniform(10, 20, (1_000, 10))
    assert law(inputs, inputs[:, 0] + inputs[:, 1]) == "x1 + x2"
    columns = {"x": inputs[:, 0]}
    line = substitute(parse("a*x + b"), {"a": constant(0), "b": constant(1)})
    slopes = Form(line, (1.0, -3.9e-30)).jacobian(columns, 1_000)
    assert slopes == pytest.approx(np.stack([inputs[:, 0], np.ones(1_000)], 1), rel=1e-6)


def noisy(random, target, level):
    return target + level * np.sqrt((target**2).mean()) * random.normal(size=len(target))


@pytest.mark.parametrize("extent", [(-2, 2), (1, 2), (10, 20), (-0.2, 0.2)], ids=str)
@pytest.mark.parametrize("columns", thinned([10, 2, 100], 3))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_single_operations_are_found_among_any_columns(operation, columns, extent):
    text, function = OPERATIONS[operation]
    inputs = np.random.default_rng(columns).uniform(*extent, (1000, columns))
    formula = law(inputs, function(inputs[:, 0], inputs[:, -1]))
    assert formula == text.format(n=columns)


@pytest.mark.parametrize("extent", [(-2, 2), (1, 2), (10, 20)], ids=str)
@pytest.mark.parametrize("operation", ["add", "sub", "mul"])
def test_single_operations_are_found_under_noise(operation, extent):
    text, function = OPERATIONS[operation]
    random = np.random.default_rng(3)
    inputs = random.uniform(*extent, (1000, 10))
    target = noisy(random, function(inputs[:, 0], inputs[:, -1]), 0.01)
    assert law(inputs, target) == text.format(n=10)


@pytest.mark.parametrize("operation", ["add", "mul", "div"])
def test_single_operations_are_found_where_noise_hides_a_quarter_of_what_varies(operation):
    text, function = OPERATIONS[operation]
    random = np.random.default_rng(5)
    inputs = random.uniform(1.1, 1.2, (1000, 2))
    target = noisy(random, function(inputs[:, 0], inputs[:, 1]), 0.01)
    assert law(inputs, target) == text.format(n=2)


@pytest.mark.parametrize("seed", [1, 3])
def test_a_constant_is_that_of_all_rows_where_those_at_the_edge_are_far_larger(seed):
    """Inside, where quotients are small beside the noise, 0.98 fits as well as 1."""
    random = np.random.default_rng([seed, 2, 3])
    inputs = random.uniform(-2, 2, (1000, 2))
    outcome = found(inputs, noisy(random, inputs[:, 0] / inputs[:, 1], 0.01))
    assert to_text(outcome.formula) == "x1/x2"
    assert "in the end all of them gave the constants" in outcome.statements[0]


def test_what_a_column_does_may_hide_in_much_noise():
    """The mass of a body that moves at up to two thirds of the speed of light, nearly that at rest."""
    random = np.random.default_rng(0)
    inputs = random.uniform((1, 1, 3), (5, 2, 20), (1000, 3))
    m, v, c = inputs.T
    target = noisy(random, m * c**2 / np.sqrt(1 - (v / c) ** 2), 0.1)
    rows = Rows.of(inputs, target, ["m", "v", "c"])
    judge = Judge(rows, split(rows, "random", np.random.default_rng(0)), "auto")
    assert "may hide what v does" in judge.judge(Form(parse("m*c**2"))).reason


def test_columns_that_chance_explains_are_no_part_of_a_law():
    for seed in range(6):
        random = np.random.default_rng(seed)
        inputs = random.uniform(-2, 2, (300, 30))
        outcome = found(inputs, noisy(random, inputs[:, 0] + inputs[:, 1], 0.02))
        assert not outcome.law or to_text(outcome.formula) == "x1 + x2"


def test_what_goes_with_a_column_is_no_noise():
    random = np.random.default_rng(5)
    columns = dict(zip("abc", random.normal(size=(3, 1000)), strict=True))
    left = random.normal(size=1000)
    predicted = columns["a"] * columns["b"]
    assert why_not_noise(columns, predicted, left) == ""
    assert "goes with c" in why_not_noise(columns, predicted, left + 0.16 * columns["c"])


def test_what_goes_a_little_with_several_columns_is_no_noise():
    """No column alone tells; the mass of a body that moves, taken for the mass at rest, does so."""
    random = np.random.default_rng(5)
    columns = dict(zip("abcd", random.normal(size=(4, 1000)), strict=True))
    left = random.normal(size=1000)
    assert why_not_noise(columns, columns["a"], left) == ""
    left = left + sum(0.09 * column for column in columns.values())
    assert "several columns" in why_not_noise(columns, random.normal(size=1000), left)


def test_powers_are_found_where_most_rows_are_smaller_than_their_errors():
    random = np.random.default_rng(7)
    inputs = random.uniform(1, 5, (1000, 3))
    target = noisy(random, inputs[:, 0] ** 2 * inputs[:, 1] / inputs[:, 2] ** 4, 0.1)
    assert law(inputs, target).endswith("x1**2*x2/x3**4")


@pytest.mark.parametrize(
    "text",
    ["3*a*b/(4*pi*c*d**2)", "sqrt(a*b/c)", "-a**3/d**2/8", "a - 5/2*d + 1/3", "a**(2/3)*d"],
)
def test_constants_and_powers_are_exact(text):
    inputs = np.random.default_rng(1).uniform(1, 5, (400, 4))
    names = list("abcd")
    target = evaluate(parse(text), dict(zip(names, inputs.T, strict=True)))
    outcome = found(inputs, target, names)
    assert outcome.law
    assert outcome.noise < 1e-15
    verdict = check(Claim.of(outcome.formula, text, "[1,5]"))
    assert verdict.holds("proved"), (to_text(outcome.formula), verdict)


@pytest.mark.parametrize("text", ["x**pi", "17/5*x**0.73", "x**0.73*z**2*y**1.21", "-6/5*x**0.7/z"])
def test_powers_that_are_no_simple_fractions_are_constants(text):
    inputs = np.random.default_rng(1).uniform(1, 5, (300, 3))
    target = evaluate(parse(text), dict(zip("xyz", inputs.T, strict=True)))
    outcome = found(inputs, target, list("xyz"))
    assert outcome.law
    assert check(Claim.of(outcome.formula, text, "[1,5]")).holds("proved")


def test_a_power_among_noise_has_an_interval_that_holds_it():
    random = np.random.default_rng(2)
    x = random.uniform(0.5, 10, 300)
    outcome = found(x[:, None], 3.4 * x**0.73 * (1 + random.normal(0, 0.02, 300)), ["x"])
    assert outcome.law
    for known, true in zip(outcome.constants, (3.4, 0.73), strict=True):
        assert abs(known.estimate - true) <= 1.5 * known.half_width < 0.05


def test_what_grows_nearly_like_a_power_is_no_power():
    random = np.random.default_rng(2)
    x = random.uniform(0.5, 10, 300)
    outcome = found(x[:, None], lambertw(x).real * (1 + random.normal(0, 0.01, 300)), ["x"])
    assert not outcome.law, outcome.formula


def test_planets_follow_the_third_law_of_kepler():
    assert law(np.array(AXIS)[:, None], PERIOD, ["axis"]) == "axis**(3/2)"


def test_an_offset_that_is_rounding_is_left_out():
    inputs = np.random.default_rng(2).uniform(-1, 1, (300, 2))
    assert law(inputs, inputs[:, 0] + inputs[:, 1] + 1e-17) == "x1 + x2"


def test_noise_is_no_law():
    random = np.random.default_rng(0)
    outcome = found(random.normal(size=(100, 2)), random.normal(size=100))
    assert not outcome.law
    assert outcome.formula is None


def test_random_walks_have_no_law():
    walks = np.random.default_rng(0).normal(size=(100, 3)).cumsum(0)
    outcome = found(walks[:, :2], walks[:, 2])
    assert not outcome.law
    assert outcome.best is None or outcome.best.reason


@pytest.mark.slow
def test_a_law_with_a_missing_column_is_none():
    inputs = np.random.default_rng(0).uniform(1, 5, (300, 3))
    outcome = found(inputs[:, :2], inputs[:, 0] * inputs[:, 1] + inputs[:, 2] / 4)
    assert not outcome.law


@pytest.mark.slow
def test_a_product_with_a_missing_factor_is_no_law():
    random = np.random.default_rng(1)
    inputs = random.uniform(1, 5, (50, 3))
    target = inputs[:, 0] * inputs[:, 1] / inputs[:, 2] * random.uniform(3, 4, 50)
    outcome = found(inputs, target)
    assert not outcome.law
    assert any("column that is missing" in equation.reason for equation in outcome.equations)


def test_what_leaves_a_third_of_the_target_is_no_law():
    random = np.random.default_rng(1)
    x = np.exp(random.uniform(-2, 2, 500))
    outcome = found(x[:, None], 3 * x**2 * (1 + 0.3 * random.normal(size=500)))
    assert not outcome.law


@pytest.mark.parametrize("rows", thinned([12, 20]))
@pytest.mark.parametrize("smooth", thinned([lambda x: x**x, ellipk, gamma, digamma]))
def test_what_a_few_rows_miss_of_a_smooth_function_is_no_noise(smooth, rows):
    """Neighbours say little of a dozen rows; a polynomial says it all."""
    inputs = np.random.default_rng(rows).uniform(0.1, 0.5, (rows, 1))
    outcome = found(inputs, smooth(inputs[:, 0]))
    assert not outcome.law, outcome.statements


def test_polynomials_explain_noise_in_one_of_a_thousand_fits():
    random = np.random.default_rng(0)
    x = random.uniform(size=(500, 12))
    found = [
        why_not_noise({"x": a}, a, b - b.mean())
        for a, b in zip(x, random.normal(size=x.shape), strict=True)
    ]
    assert sum("polynomial" in reason for reason in found) <= 3


@pytest.mark.parametrize("curve", [gamma, j0, digamma, ellipk])
def test_a_line_near_a_curve_is_no_law(curve):
    random = np.random.default_rng(1)
    inputs = random.uniform(0.5, 0.6, (20, 1))
    outcome = found(inputs, noisy(random, curve(inputs[:, 0]), 1e-3), noise=1e-3)
    assert not outcome.law, outcome.statements


@pytest.mark.parametrize(
    ("curve", "extent", "rows", "level"),
    thinned(
        [
            (erfinv, (0.188, 0.202), 250, 1e-4),  # c*x**1.02
            (i0e, (3.7, 7.7), 38, 0.02),  # sqrt(c/x)
            (i1, (3.77, 3.99), 136, 0.02),  # c*x**4
            (j0, (1.16, 1.3), 32, 0.01),  # c/x
            (rgamma, (0.09, 0.18), 20, 0.01),  # c*x
        ]
    ),
)
def test_a_short_formula_near_a_curve_is_no_law(curve, extent, rows, level):
    """A factor, or a factor and a power, stand for a mean and a slope, and no more is seen of a curve."""
    for seed in range(3):
        random = np.random.default_rng(seed)
        inputs = random.uniform(*extent, (rows, 1))
        outcome = found(inputs, noisy(random, curve(inputs[:, 0]), level), noise=level)
        assert not outcome.law, outcome.statements


@pytest.mark.parametrize("text", ["x1**2", "1/x1", "3*x1", "exp(-x1)"])
def test_a_law_that_its_rows_show_is_one_on_a_narrow_range(text):
    random = np.random.default_rng(0)
    inputs = random.uniform(2, 3, (100, 1))
    target = evaluate(parse(text), {"x1": inputs[:, 0]})
    assert law(inputs, noisy(random, target, 2e-3)) == text


def test_a_line_is_a_law_where_its_input_ranges_widely():
    random = np.random.default_rng(1)
    inputs = random.uniform(1, 9, (60, 1))
    target = 0.37219 + 1.23456 * inputs[:, 0]
    assert law(inputs, noisy(random, target, 1e-3)).endswith("*x1")
    inputs = 5 + (inputs - 5) / 40
    narrow = found(inputs, noisy(random, 0.37219 + 1.23456 * inputs[:, 0], 1e-3), noise=1e-3)
    assert not narrow.law, narrow.statements


def test_a_law_that_is_asked_to_be_exact_has_no_noise():
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 5, (300, 2))
    target = noisy(random, inputs[:, 0] * inputs[:, 1], 1e-3)
    assert not found(inputs, target, noise=0.0).law
    assert found(inputs, target).law


def test_the_same_rows_and_seed_give_the_same_fit():
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 5, (300, 3))
    target = noisy(random, inputs[:, 0] / inputs[:, 1], 0.01)
    assert found(inputs, target) == found(inputs, target)


@pytest.mark.parametrize(
    ("inputs", "target", "names", "says"),
    [
        ([[1.0], [2.0]], [1.0, 1.0], None, "in every row"),
        ([[1.0], [np.nan]], [1.0, 2.0], None, "row 2"),
        ([[1.0], [1e300]], [1.0, 2.0], None, "row 2"),
        ([["a"], ["b"]], [1.0, 2.0], None, "not all numbers"),
        ([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], ["a", "a"], "rename"),
        ([[1.0]], [1.0], None, "there is 1 row;"),
        ([1.0, 2.0], [1.0, 2.0], None, "dimensions"),
        ([[1.0], [2.0]], [1.0, 2.0, 3.0], None, "one number for each row"),
    ],
)
def test_bad_rows_are_refused_in_one_line(inputs, target, names, says):
    with pytest.raises(DataError, match=says) as raised:
        Rows.of(inputs, target, names)
    assert "\n" not in str(raised.value)


def test_a_noise_that_is_none_is_refused():
    with pytest.raises(SettingError, match="relative to the target"):
        found(np.eye(3), [1.0, 2.0, 3.0], noise=-1.0)


LENGTH = [2.0, 4.0, 6.0, 10.0, 18.0, 34.0, 66.0, 130.0]
TORSION = [326.75, 300.75, 277.75, 238.25, 190.75, 134.5, 83.25, 48.5]


def test_an_inner_constant_is_told_where_the_size_of_errors_is_stated():
    """Ohm's circuit: without that statement eight rows are too few to tell the form from others."""
    inputs = np.array(LENGTH)[:, None]
    assert not found(inputs, TORSION, ["length"]).law
    outcome = found(inputs, TORSION, ["length"], noise=0.01)
    assert to_text(outcome.formula) == "7240/(20.1 + length)"
    given = fit(Rows.of(inputs, TORSION, ["length"], sigma=np.full(8, 2.0)))
    assert given.law


def test_errors_beyond_those_stated_are_no_errors_of_a_law():
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 5, (300, 2))
    target = inputs[:, 0] * inputs[:, 1] + random.normal(0, 0.1, 300)
    assert fit(Rows.of(inputs, target, sigma=np.full(300, 0.1))).law
    outcome = fit(Rows.of(inputs, target, sigma=np.full(300, 0.05)))
    assert "more than the errors stated" in outcome.statements[-1]


def test_the_lines_of_hydrogen_are_those_of_balmer():
    level = np.arange(3.0, 11.0)[:, None]
    lines = [656.279, 486.135, 434.0472, 410.1734, 397.0075, 388.9064, 383.5397, 379.7909]
    assert law(level, lines, ["level"], noise=1e-5) == "364.5996/(1 - 4/level**2)"


@pytest.mark.parametrize("level", [0.0, 0.01])
def test_rows_that_a_fit_has_not_seen_are_checked_too(level):
    random = np.random.default_rng(4)
    inputs = random.uniform(1, 5, (20_000, 3))
    target = noisy(random, inputs[:, 0] * inputs[:, 1] / inputs[:, 2], level)
    assert found(inputs, target).law
    target[12_344] *= 1 + 100 * level + 1e-6
    outcome = found(inputs, target)
    assert outcome.exceptions == (12_345,)


def test_larger_noise_among_rows_not_seen_is_no_noise_of_a_law():
    random = np.random.default_rng(4)
    inputs = random.uniform(1, 5, (20_000, 3))
    inputs[:, 2] = np.arange(20_000) % 2  # of no use, and as common in every part
    target = inputs[:, 0] * inputs[:, 1]
    with_noise = noisy(random, target, 0.01)
    rows = Rows.of(inputs, with_noise)
    judge = Judge(rows, split(rows, "random", np.random.default_rng(0)), "auto")
    law = judge.judge(Form(parse("x1*x2")))
    assert law is not None
    assert why_not_everywhere(judge, law) == ""
    parts = split(rows, "random", np.random.default_rng(0))
    unseen = np.setdiff1d(np.arange(20_000), [*parts.fitted, *parts.held])[7]
    one_wrong = with_noise.copy()
    one_wrong[unseen] += 3
    judge.rows = Rows.of(inputs, one_wrong)
    assert f"does not hold on row {unseen + 1:,}" in why_not_everywhere(judge, law)
    judge.rows = Rows.of(inputs, target + 1.5 * (with_noise - target))
    assert "leaves more" in why_not_everywhere(judge, law)
