"""Exported test files run without nalmx, pass for right formulas and fail for wrong ones."""

from __future__ import annotations

import ast
import runpy
from fractions import Fraction
from pathlib import Path

import flint
import pytest
from helpers_pytest import pytest_run, thinned
from helpers_trees import NAMES, bounds, claim, conditions, points, trees
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.errors import ExpressionError, SettingError
from nalmx.expression import (
    IRRATIONAL,
    Apply,
    Expression,
    Number,
    Undefined,
    Variable,
    build,
    evaluate,
    parse,
)
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.exact import Beyond
from nalmx.expression.nodes import substitute
from nalmx.ranges import Range
from nalmx.report.exported_tests import exported_tests
from nalmx.report.float_errors import float_errors
from nalmx.report.python_function import HELPERS, python_function, python_names
from nalmx.verify import Claim, Domain, Effort, Verdict, check

EFFORT = Effort(examples=200, points=2_000)
WITHOUT_NALMX = "import sys\nsys.modules['nalmx'] = None\n"
ABOUT = "formula ↔ truth"


def exported(made: Claim, **facts: str) -> str:
    return exported_tests(made, {ABOUT: check(made, EFFORT)}, ABOUT, facts)


def run_files(folder: Path, files: dict[str, str], examples: int = 30) -> dict[str, str]:
    """The outcome of each test in some files, with nalmx out of reach, as `file::test` to `passed`."""
    (folder / "conftest.py").write_text(WITHOUT_NALMX)
    for name, text in files.items():
        fewer = text.replace("max_examples=500", f"max_examples={examples}")
        (folder / f"test_{name}.py").write_text(fewer, encoding="utf-8")
    result = pytest_run(folder, "-W", "error", "-rA", "--tb=short", ".")
    outcomes = {}
    for line in result.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word in ("PASSED", "FAILED", "ERROR"):
            outcomes[rest.split(" - ")[0].removeprefix("test_")] = word.lower()
    assert outcomes, result.stdout + result.stderr
    return outcomes


RIGHT = {
    "product": ("x1*x2", "x2*x1", "[2,6]"),
    "union": ("x1/x2*x2", "x1", "[[-6,-2],[2,6]]"),
    "fractions": ("(x1 + 1/3)/(2/7) - x1**-2", "7/2*x1 + 7/6 - 1/x1**2", "[0.1,0.3]"),
    "whole_numbers": ("floor(x1)/2 + sign(x1)/3", "floor(x1)*(1/2) + sign(x1)*(1/3)", "[-9,9]"),
    "whole_powers": ("3**-1*x1 + floor(x1)**-2", "x1/3 + 1/floor(x1)**2", "[1,9]"),
    "power_of_zero": ("x1**0", "1 + 0*x1", "[-1,1]"),
    "pieces": (
        "Piecewise((1/x1, x1 > 0), (x1, x1 < 0), (5, True))",
        "Piecewise((5, x1 == 0), (Min(x1, x1 + sign(x1)*Piecewise((0, x1 < 0))), x1 < 0), (1/x1, True))",
        "[-3,3]",
    ),
    "remainder": ("Mod(x1, 3)", "x1 - 3*floor(x1/3)", "[-9,9]"),
    "negative_remainder": ("Mod(x1, -0.7)", "x1 + 0.7*floor(x1/-0.7)", "[-9,9]"),
    "extremes": ("Max(x1, -x1, x1/2)", "Abs(x1)", "[-1000000,1000000]"),
    "trigonometry": ("sin(x1)**2 + cos(x1)**2", "1", "[0,9]"),
    "cancelling": ("sqrt(1 - sin(x1)**2)", "Abs(cos(x1))", "[1.5,1.6]"),
    "exponential": ("log(exp(x1))", "x1", "[-9,9]"),
    "roots": ("x1**(1/2)*pi/E", "sqrt(x1)*pi/E", "[0,9]"),
    "variable_power": ("x1**x2", "exp(x2*log(x1))", "[1,3]"),
    "conditions": ("(x1 < x2) & ~(x1 == 2)", "(x2 > x1) & (x1 != 2)", "[0,9]"),
    "tolerance": ("x1*1.00001", "x1", "[1,6]"),
    "relative": ("x1*1.00001", "x1", "[1,1000000]"),
    "rounding": ("(x1 + 1e8) - 1e8", "x1", "[0,1]"),
    "steps_of_sums": ("floor(x1*0.1*10)", "floor(x1)", "[0,100]"),
    "huge": ("x1*x2", "x2*x1", "[0,1e400]"),
    "no_float": ("x1*2", "x1 + x1", "[1.00000000000000000001,1.00000000000000000002]"),
    "constant": ("1/3 + 1/6", "0.5"),
    "six_inputs": ("x1 + x2 + x3 + x4 + x5 + x6", "x6 + x5 + x4 + x3 + x2 + x1", "[-1,1]"),
}  # fmt: skip
TOLERANCES = {"tolerance": "abs:1e-4", "relative": "rel:1e-4"}
WRONG = {
    "sum": ("x1*x2", "x1 + x2", "[3,6]"),
    "shifted": ("x1*x2 + 1e-30", "x1*x2", "[3,6]"),
    "corner": ("x1*Piecewise((2, x1 == 6), (1, True))", "x1", "[3,6]"),
    "pole": ("x1/x1", "1", "[-1,1]"),
    "bent": ("Max(x1, 3)", "x1", "[0,9]"),
    "wave": ("sin(x1)", "x1", "[1,9]"),
    "no_root": ("sqrt(x1)**2", "x1", "[-1,9]"),
    "no_logarithm": ("log(x1)", "x1 - 1", "[0,1]"),
    "condition": ("x1 < x2", "x1 <= x2", "[0,9]"),
    "in_tolerance": ("x1*1.001", "x1", "[1,6]"),
}


def made(name: str, texts: tuple[str, ...], tolerances: dict[str, str]) -> Claim:
    return claim(*texts, tolerance=tolerances.get(name, "0"))


def test_right_formulas_pass_without_nalmx(tmp_path) -> None:
    claims = {name: made(name, texts, TOLERANCES) for name, texts in RIGHT.items()}
    outcomes = run_files(tmp_path, {name: exported(each) for name, each in claims.items()}, 20)
    assert {test: word for test, word in outcomes.items() if word != "passed"} == {}
    assert {test.split(".py")[0] for test in outcomes} == set(RIGHT)
    inexact = {"trigonometry", "cancelling", "exponential", "roots", "variable_power"}
    exactly = {
        name
        for name in RIGHT
        if f"{name}.py::test_the_formula_equals_the_truth_exactly" in outcomes
    }
    floats = {
        name
        for name in RIGHT
        if f"{name}.py::test_the_formula_equals_the_truth_in_floats" in outcomes
    }
    assert exactly == set(RIGHT) - inexact
    assert floats == set(RIGHT) - {"no_float"}


def test_wrong_formulas_fail_and_so_does_their_counterexample(tmp_path) -> None:
    claims = {
        name: made(name, texts, {"in_tolerance": "abs:1e-4"}) for name, texts in WRONG.items()
    }
    assert {check(each, EFFORT).verdict for each in claims.values()} == {"refuted"}
    outcomes = run_files(tmp_path, {name: exported(each) for name, each in claims.items()})
    for name in WRONG:
        assert outcomes[f"{name}.py::test_the_counterexample_that_nalmx_found"] == "failed"
        others = [
            word
            for test, word in outcomes.items()
            if test.startswith(f"{name}.py::test_the_formula")
        ]
        assert "failed" in others, name


def test_a_mended_formula_passes_its_regression_test(tmp_path) -> None:
    text = exported(claim("x1*x2", "x1 + x2", "[3,6]"))
    assert text.count("return x1 * x2\n") == 1
    mended = text.replace("return x1 * x2\n", "return x2 + x1\n")
    assert set(run_files(tmp_path, {"mended": mended}).values()) == {"passed"}


def test_the_file_says_what_was_verified() -> None:
    each = claim("x1*x2", "x1 + x2", "x1=[2,6]", "x2=[[1,2],[3,4]]")
    text = exported(each, weights="sha256 0123456789abcdef")
    head = ast.get_docstring(ast.parse(text))
    assert head is not None
    for part in (
        "nalmx 0.1.0",
        "formula: x1*x2",
        "truth: x1 + x2",
        "domain: x1 in [2,6], x2 in [[1,2],[3,4]]",
        "tolerance: 0",
        "weights: sha256 0123456789abcdef",
        "formula ↔ truth: refuted, they differ by",
        "at x1 = 2, x2 = 1",
    ):
        assert part in head
    assert "REFUTED: nalmx found that formula ↔ truth fails" in text
    assert "from nalmx" not in text
    assert "import nalmx" not in text


def test_the_corners_and_the_counterexamples_are_examples() -> None:
    each = claim("x1*x2", "x1*x2 + Piecewise((1, x1 == 4), (0, True))", "x1=[1/3,6]", "x2=[1,2]")
    text = exported(each)
    for x1 in ("Fraction(1, 3)", "Fraction(6)", "Fraction(4)"):
        assert f"@example(point=({x1}, Fraction(1)))" in text
    assert "@example(point=(6.0, 2.0))" in text
    # The nearest float to 1/3 lies below it, and so outside.
    assert "0.3333333333333333," not in text
    assert "@example(point=(0.33333333333333337, 1.0))" in text


def test_many_corners_are_thinned_out() -> None:
    names = [f"x{i}" for i in range(1, 21)]
    text = exported(
        Claim(parse("+".join(names)), parse("+".join(names)), Domain.parse(["[0,1]"], names))
    )
    assert 8 < text.count("@example") <= 40


def test_floats_may_differ_by_their_rounding_and_not_by_much_more(tmp_path) -> None:
    text = exported(claim("(x1 + 1e8) - 1e8", "x1", "[0,1]"))
    truth = "def truth(x1: Any) -> Any:\n    return x1"
    wrong = text.replace(truth, f"{truth} + 1e-4")
    assert wrong != text
    outcomes = run_files(tmp_path, {"wrong": wrong})
    assert set(outcomes.values()) == {"failed"}


ODD = (
    "l",
    "type",
    "match",
    "float",
    "math",
    "Fraction",
    "formula",
    "truth",
    "point",
    "st",
    "sum",
)
MORE = (
    *(
        "t1",
        "t2_",
        "power",
        "POINTS",
        "given",
        "example",
        "cache",
        "steady",
        "SIZES",
        "self",
        "test_x",
    ),
    *("round", "round_"),
)


@pytest.mark.parametrize("names", thinned([(ODD,), (MORE,)]))
def test_inputs_may_have_any_names(tmp_path, names) -> None:
    inputs = [Variable(name) for name in names]
    left = Apply(
        "max", (*inputs, Apply("abs", (inputs[0],)), Apply("mod", (inputs[1], Number(Fraction(2)))))
    )
    left = build.total(
        [
            left,
            Apply("floor", (left,)),
            Number(Fraction(1, 3)),
            Apply("sqrt", (build.power(inputs[0], inputs[1]),)),
        ]
    )
    each = Claim(left, left, Domain.uniform(names, Range.parse("[1,2]")))
    text = exported_tests(each, {})
    assert set(run_files(tmp_path, {"names": text}, 20).values()) == {"passed"}
    assert "stands for" in (ast.get_docstring(ast.parse(text)) or "")


def test_names_are_distinct_parameters_and_plain_ones_stay() -> None:
    names = ("x", "x_", "sum", "sum_", "sum__", "t1", "t1_", "l", "mass")
    chosen = python_names(names)
    assert len(set(chosen.values())) == len(names)
    assert (chosen["x"], chosen["mass"], chosen["sum_"]) == ("x", "mass", "sum_")
    with pytest.raises(ExpressionError):
        python_names(["x1 = 1\nimport os"])


def test_text_from_outside_cannot_leave_the_docstring(tmp_path) -> None:
    each = claim("x1", "x1", "[0,1]")
    evil = 'a"""\nimport os; os._exit(7)\n"""\\'
    text = exported_tests(each, {evil: Verdict.on(each, "proved", evil)}, ABOUT, {evil: evil})
    assert set(run_files(tmp_path, {"evil": text}).values()) == {"passed"}
    assert not any(
        isinstance(n, ast.Import) and n.names[0].name == "os" for n in ast.walk(ast.parse(text))
    )


def test_what_cannot_be_tested_at_all_is_refused() -> None:
    each = claim("exp(x1)", "exp(x1)", "[1.00000000000000000001,1.00000000000000000002]")
    with pytest.raises(SettingError, match="holds none") as caught:
        exported_tests(each, {})
    assert "\n" not in str(caught.value)


def loaded(expression: Expression, folder: Path):
    """The Python function of an expression, from a file."""
    names = python_names(NAMES)
    function = python_function("formula", expression, names)
    path = folder / "function.py"
    imports = "import math\nfrom fractions import Fraction\nfrom functools import cache\n"
    imports += "from typing import Any, NoReturn\n"
    path.write_text("\n\n".join([imports, *HELPERS.values(), function.text]))
    return function, runpy.run_path(str(path))["formula"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("functions")


@given(trees() | conditions(), st.lists(points(), min_size=1, max_size=3))
def test_the_function_has_the_values_of_the_tree(folder, tree, sampled) -> None:
    facts, function = loaded(tree, folder)
    assert facts.text.startswith("def formula(")
    for point in sampled:
        exact = evaluate(tree, point)
        assume(exact is not IRRATIONAL or not facts.exact)
        try:
            found = function(*(point[name] for name in NAMES))
        except (ZeroDivisionError, ValueError) as error:
            found = Undefined(str(error))
        except OverflowError:
            continue
        if facts.exact:
            assert isinstance(found, Undefined) == isinstance(exact, Undefined)
            assert isinstance(found, Undefined) or found == exact
            assert not isinstance(found, float)
        elif not facts.jumps and not isinstance(found, Undefined):
            assert not isinstance(exact, Undefined)
            assert _near(found, exact, tree, point)


def _near(found, exact, tree: Expression, point) -> bool:
    """Whether a float is near a value, as far as a few digits of its scale go."""
    if isinstance(exact, Beyond):
        with precision(256):
            value = enclose(tree, {name: ball(v) for name, v in point.items()})
            if not isinstance(value, flint.arb) or not value.is_finite():
                return True
            exact = sum(bounds(value)) / 2
    scale = 1 + abs(Fraction(exact))
    return abs(Fraction(found) - exact) <= scale / 1000 or scale > 10**6


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x1*x2 - 3", "x1 * x2 - 3"),
        ("-(x1 + x2)**2", "-((x1 + x2) ** 2)"),
        ("1/3*x1", "Fraction(1, 3) * x1"),
        ("floor(x1)/2", "Fraction(math.floor(x1)) / 2"),
        ("2**-1 + x1", "Fraction(2) ** -1 + x1"),
        ("x1**2 - x2**-2*3", "x1**2 - x2**-2 * 3"),
        ("(x1 < 2) & ~(x2 > x1)", "(x1 < 2) & (not (x2 > x1))"),
        ("x1 - (x2 - 1)", "x1 - (x2 - 1)"),
        ("x1/(x2*x3)", "x1 / (x2 * x3)"),
        ("Piecewise((x1, x1 > 0), (-x1, True))", "x1 if x1 > 0 else -x1"),
        ("Max(x1, 1/2)", "max(x1, Fraction(1, 2))"),
        ("Piecewise((x1, True), (sqrt(x2), x2 > 1), (3, True))", "x1"),
    ],
)
def test_simple_formulas_read_like_python(text, written) -> None:
    function = python_function("formula", parse(text), python_names(NAMES))
    assert function.text == (
        f"def formula(x1: Any, x2: Any, x3: Any) -> Any:\n    return {written}\n"
    )


def test_a_piece_that_does_not_matter_is_not_computed(tmp_path) -> None:
    long = " + ".join(f"{n}/x1**{n}" for n in range(1, 40))
    tree = parse(f"Piecewise((0, x1 == 0), ({long}, x1 < 5), (({long})*2, True))")
    same = parse(long)
    compared = Apply("piecewise", (Number(Fraction(1)), Apply("eq", (same, same))))
    guarded = parse("Piecewise((0, x1 == 0), (x2, True))")
    for each in (tree, substitute(guarded, {"x2": compared})):
        facts, function = loaded(each, tmp_path)
        assert "cache" in facts.uses
        for x1 in (Fraction(0), Fraction(1, 3), Fraction(7)):
            assert function(x1, 0, 0) == evaluate(each, {"x1": x1})


@pytest.mark.parametrize("lazy", [False, True])
def test_shared_parts_and_thousands_of_nodes_stay_small(tmp_path, lazy) -> None:
    tree: Expression = build.total([Variable("x1"), Number(Fraction(1, 2))])
    for _ in range(600):
        tree = Apply("mul", (Number(Fraction(1, 2)), Apply("add", (tree, tree))))
    if lazy:
        tree = Apply(
            "piecewise",
            (Variable("x2"), Apply("lt", (Variable("x1"), Variable("x2"))), tree, parse("True")),
        )
    _, function = loaded(tree, tmp_path)
    assert function(Fraction(3), Fraction(1), 0) == Fraction(7, 2)
    assert (tmp_path / "function.py").stat().st_size < 200_000


def test_a_sum_without_end_is_compiled(tmp_path) -> None:
    _, function = loaded(build.total([Variable("x1")] * 6_000), tmp_path)
    assert function(Fraction(1, 3), 0, 0) == 2_000


def test_a_long_integer_is_read_back(tmp_path) -> None:
    big = 7**8_000
    _, function = loaded(build.total([Variable("x1"), Number(Fraction(big, 3))]), tmp_path)
    assert function(Fraction(0), 0, 0) == Fraction(big, 3)


def test_float_errors_are_measured_and_jumps_left_out() -> None:
    points = [{"x1": 0.1 * n} for n in range(10)]
    assert 1e-9 < float_errors(parse("(x1 + 1e8) - 1e8"), points).largest < 1e-7
    assert float_errors(parse("x1"), points).largest == 0
    assert float_errors(parse("floor((x1 + 1e8 - 1e8)*10)"), points).largest == 0
    assert float_errors(parse("sqrt((x1 + 0.3) - x1 - 0.3)"), points).undefined
    assert not float_errors(parse("1/x1"), points).undefined
