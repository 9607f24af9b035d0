"""Laws of several steps: what reductions, outer and inner functions make plain, proved to be the truth."""

import numpy as np
import pytest
from helpers_pytest import thinned

from nalmx.expression import Variable, parse, to_text, variables
from nalmx.expression.nodes import substitute
from nalmx.fit import Rows, fit
from nalmx.fit.form import Form, constant
from nalmx.fit.holdout import split
from nalmx.fit.judge import Judge
from nalmx.fit.structures.curves import curves
from nalmx.fit.structures.monomial import monomial
from nalmx.fit.structures.problem import Problem
from nalmx.fit.structures.rational import Scaled, Span
from nalmx.fit.structures.scaling import scalings
from nalmx.fit.structures.translation import translations
from nalmx.fit.tidying import tidy
from nalmx.fit.values import evaluate
from nalmx.verify import Claim, Domain, Effort, check


def rows_of(text, ranges, count=600, seed=0):
    random = np.random.default_rng(seed)
    truth = parse(text)
    domain = Domain.parse(ranges, variables(truth))
    columns = {
        name: random.uniform(float(r.lower), float(r.upper), count)
        for name, r in domain.ranges.items()
    }
    rows = Rows.of(np.stack(list(columns.values()), 1), evaluate(truth, columns), list(columns))
    return rows, truth, domain


LAWS = {
    "polynomial of several inputs": ("a*b + c*d", ["[1,5]"]),
    "homogeneous": ("(a*b + c*d)/(a + c)", ["[1,5]"]),
    "Lorentz": ("m/sqrt(1 - v**2/c**2)", ["m=[1,5]", "v=[1,2]", "c=[3,10]"]),
    "root of squares": ("sqrt((a - b)**2 + (c - d)**2)", ["[1,5]"]),
    "gravity": (
        "g*m*n/((a - b)**2 + (c - d)**2)",
        ["[1,2]", "a=[3,4]", "c=[3,4]"],
    ),
    "sum and quotient": ("1/(1/a + n/b)", ["[1,5]"]),
    "normal density": ("exp(-(t/s)**2/2)/(sqrt(2*pi)*s)", ["[1,3]"]),
    "exponential of a product": ("n*exp(-m*g*x/t)", ["[1,3]"]),
    "sine of an input": ("m*r*sin(t)", ["[1,3]"]),
    "cosine of a product": ("2*u*(1 - cos(k*d))", ["[1,2]"]),
    "logarithm of a quotient": ("n*t*log(v/w)", ["v=[3,5]", "[1,2]"]),
    "Bose": ("1/(exp(h*w/(2*pi*k)) - 1)", ["[1,5]"]),
}


@pytest.mark.parametrize("name", thinned(LAWS, 4))
def test_laws_of_several_steps_are_found_and_proved(name):
    text, ranges = LAWS[name]
    rows, truth, domain = rows_of(text, ranges)
    outcome = fit(rows)
    assert outcome.law, outcome.statements
    assert check(Claim(outcome.formula, truth, domain)).holds("proved"), to_text(outcome.formula)


@pytest.mark.parametrize("name", thinned(["Lorentz", "homogeneous"]))
def test_laws_of_several_steps_are_found_under_noise(name):
    rows, truth, domain = rows_of(*LAWS[name], count=1000)
    size = np.sqrt((rows.target**2).mean())
    target = rows.target + 0.005 * size * np.random.default_rng(1).normal(size=rows.count)
    outcome = fit(Rows.of(rows.inputs, target, rows.names))
    assert outcome.law, outcome.statements
    assert check(Claim(outcome.formula, truth, domain)).holds("proved"), to_text(outcome.formula)
    assert 0.004 < outcome.noise < 0.006


def test_a_constant_inside_that_is_no_exact_number_is_no_law_under_noise():
    """Near a smooth function there are many forms with one such constant."""
    rows, _, _ = rows_of("m*c**2/sqrt(1 - v**2/c**2)", ["m=[1,5]", "v=[1,2]", "c=[3,10]"], 1000)
    random = np.random.default_rng(1)
    target = rows.target + 0.01 * np.sqrt((rows.target**2).mean()) * random.normal(size=1000)
    rows = Rows.of(rows.inputs, target, rows.names)
    judge = Judge(rows, split(rows, "extrapolate", random), "auto")
    m, v, c = map(Variable, "mvc")
    known = {"m": m, "v": v, "c": c, "k": constant(0)}
    near = judge.judge(Form(substitute(parse("c**4*m/(c**2 - k*v**2)"), known), (0.5,)))
    assert near is not None
    assert "no exact number" in near.reason
    right = judge.judge(Form(substitute(parse("k*m*c**2/sqrt(1 - v**2/c**2)"), known), (1.1,)))
    assert right is not None
    assert right.is_law
    assert right.error < near.error


def test_a_product_that_noise_allows_is_no_law():
    rows, _, _ = rows_of("a/(b - 1)*c", ["b=[2,5]", "[1,5]"], 1000)
    size = np.sqrt((rows.target**2).mean())
    target = rows.target + 0.1 * size * np.random.default_rng(1).normal(size=1000)
    rows = Rows.of(rows.inputs, target, rows.names)
    judge = Judge(rows, split(rows, "extrapolate", np.random.default_rng(0)), "auto")
    found = [judge.judge(form) for form in monomial(Problem.of(rows, np.arange(1000)))]
    assert found
    assert not any(one is None or one.is_law for one in found)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["x**x"])
def test_a_smooth_function_is_no_rational_law(text):
    """Quotients of polynomials are right to many digits on it, and are not claimed."""
    rows, _, _ = rows_of(text, ["[1,3]"], 100)
    outcome = fit(rows)
    assert not outcome.law, to_text(outcome.formula)


def problem_of(text, ranges):
    rows, _, _ = rows_of(text, ranges)
    return Problem.of(rows, np.arange(rows.count))


def test_symmetries_of_scaling_leave_the_products_that_matter():
    problem = problem_of("m/sqrt(1 - v**2/c**2)", ["m=[1,5]", "v=[1,2]", "c=[3,10]"])
    reduced = next(found for found in scalings(problem) if found.width == 1)
    assert [to_text(atom) for atom in reduced.atoms] in (["c/v"], ["v/c"])
    assert to_text(reduced.whole(Variable("F"))) == "F*m"


@pytest.mark.parametrize("extent", [(1.1, 1.2), (-2, 2)], ids=str)
@pytest.mark.parametrize("operation", ["*", "/"])
def test_two_sums_over_many_columns_are_found(operation, extent):
    X = np.random.default_rng(0).uniform(*extent, (500, 40))
    a, b = X[:, 3:13].sum(1), X[:, 8:18].sum(1)
    outcome = fit(Rows.of(X, a * b if operation == "*" else a / b))
    first, second = (" + ".join(f"x{i + 1}" for i in range(k, k + 10)) for k in (3, 8))
    among = {f"({first}){operation}({second})", f"({second})*({first})"}
    assert to_text(outcome.formula) in among


@pytest.mark.parametrize(
    ("text", "natural"),
    [
        ("-1/(1 - exp(x))", "1/(exp(x) - 1)"),
        ("-3*x/(2 - y)", "3*x/(y - 2)"),
        ("-(x - y)*z", "(y - x)*z"),
        ("-(x + y)*z", "-(x + y)*z"),
        ("-x/(y + z)", "-x/(y + z)"),
        ("x/(4*pi)/(y*z**2)", "x/(4*pi*y*z**2)"),
    ],
)
def test_formulas_are_written_as_people_write_them(text, natural):
    assert to_text(tidy(parse(text))) == natural


CURVES = {
    "a/(b + x)": "hyperbola",
    "a/(1 + b/x**2)": "reciprocal of a line in 1/x**2",
    "a + b*log(x)": "logarithm",
    "sqrt(a + b*x**2)": "root",
    "exp(a + b/x)": "exponential",
}


@pytest.mark.parametrize("text", CURVES)
def test_curves_of_two_constants_start_where_they_fit(text):
    known = {"a": parse("7"), "b": parse("1/3")}
    rows, _, _ = rows_of(to_text(substitute(parse(text), known)), ["[1,5]"], 20)
    problem = Problem.of(rows, np.arange(20))
    errors = [
        np.abs(form.at(form.values, {"x": problem.table[:, 0]}) - problem.target).max()
        for form in curves(problem)
    ]
    assert min(errors) < 1e-10


def test_a_symmetry_of_translation_leaves_the_difference():
    reduced = next(translations(problem_of("exp((a - b)/3)*c", ["[1,2]"])))
    assert [to_text(atom) for atom in reduced.atoms] == ["c", "a - b"]


def test_degrees_that_have_a_solution_pass_the_screen_and_smaller_ones_do_not():
    problem = problem_of("(a**2 + b)/(1 + a*b)", ["[1,5]"])
    scaled = Scaled.of(problem)
    may = Span.of(scaled, 3).screen(scaled.target)
    assert may(2, 2)
    assert may(3, 3)
    assert not may(1, 2)
    assert not may(2, 1)


def test_the_time_ends_a_search_and_the_fit_says_so():
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 5, (200, 3))
    outcome = fit(Rows.of(inputs, np.sin(17 * inputs[:, 0] * inputs[:, 1])), Effort(seconds=0.05))
    assert outcome.ended == "time"
    assert not outcome.law
