"""The languages of expressions: what each reads, what it refuses, and that drawings can be read back."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import flint
import pytest
from helpers_trees import trees
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nalmx.errors import ExpressionError, UnknownNameError
from nalmx.expression import Apply, Expression, Truth, Variable, parse, to_text
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.drawing import latex, pretty
from nalmx.expression.nodes import Number
from nalmx.expression.operations import OPERATIONS
from nalmx.expression.syntaxes import SYNTAXES, read

INFIX = [
    ("2x", "2*x"),
    ("2x^2 + 3(x + 1)", "2*x**2 + 3*(x + 1)"),
    ("(x + 1)(x - 1)", "(x + 1)*(x - 1)"),
    ("-x^2", "-x**2"),
    ("x^y^z", "x**(y**z)"),
    ("x^-2", "x**-2"),
    ("|x - y| + |x|", "abs(x - y) + abs(x)"),
    ("x₁²⋅√x₂ + π", "x1**2*sqrt(x2) + pi"),
    ("√(α₁ + 1)÷2", "sqrt(alpha1 + 1)/2"),
    ("⌊x⌋ − ℯ", "floor(x) - E"),
    ("x⁻²", "x**-2"),
    ("(x ≤ 2) ∧ ¬(y ≥ 1)", "(x <= 2) & ~(y >= 1)"),
    ("x > 0 && y > 0 || x ≠ 3", "((x > 0) & (y > 0)) | (x != 3)"),
    ("Piecewise((x^2, x > 0), (0, True))", "Piecewise((x**2, x > 0), (0, True))"),
    ("add(mul(x0, x1), sub(x2, 0.5))", "x0*x1 + x2 - 0.5"),
    ("2.5e-1 x", None),
]
PYSR = [
    ("square(x0) ^ 2 - cond(x0, x1)", "(x0**2)**2 - where(x0 > 0, x1, 0)"),
    ("greater(x0, 1.5) * 2", "where(x0 > 1.5, 1, 0)*2"),
    ("safe_log(x0) + mod(x1, 2) + inv(x0)", "log(x0) + Mod(x1, 2) + 1/x0"),
    ("x0 * (cos(x1) + -1.2e-3)", "x0*(cos(x1) - 0.0012)"),
]
LATEX = [
    (r"\frac{1}{2} m v_0^2", "1/2*m*v0**2"),
    (r"\frac12 mc^2", "1/2*m*c**2"),
    (r"\sin 2x \cos x", "sin(2*x)*cos(x)"),
    (r"\sin^2 x + \cos^{2}(x)", "sin(x)**2 + cos(x)**2"),
    (r"\sin^{-1} x", "asin(x)"),
    (r"\sqrt[3]{x} + \sqrt[4]{y} + \sqrt{2}", "cbrt(x) + y**(1/4) + sqrt(2)"),
    (r"\left|x - y\right| + |z|", "abs(x - y) + abs(z)"),
    (r"e^{-x^{2}/2}", "E**(-x**2/2)"),
    (r"\alpha_1 x_{12} + v_{max} \lambda", "alpha1*x12 + v_max*lamda"),
    (r"\log_{10} x + \ln(x) + \log_2(8)", "log(x)/log(10) + log(x) + log(8)/log(2)"),
    (r"\mathrm{mass} \cdot c^2", "mass*c**2"),
    (r"\operatorname{erf}(x) \, \max(a, b)", "erf(x)*Max(a, b)"),
    (r"\lfloor x/2 \rfloor \leq 3", "floor(x/2) <= 3"),
    (r"$x^{10}y - 2 \times 3$", "x**10*y - 2*3"),
    (r"a \bmod 2 \neq 1", "Mod(a, 2) != 1"),
    (
        r"\begin{cases} x & \text{for}\: x > 0 \\ - x & \text{otherwise} \end{cases}",
        "Piecewise((x, x > 0), (-x, True))",
    ),
]
MATHEMATICA = [
    ("Sin[x]^2/2 x", "sin(x)**2/2*x"),
    ("Log[2, x] + Log[x]", "log(x)/log(2) + log(x)"),
    ("ArcTan[x, y]", "atan2(y, x)"),
    ("Piecewise[{{x, x > 0}, {0, x == 0}}, -x]", "Piecewise((x, x > 0), (0, x == 0), (-x, True))"),
    ("Piecewise[{{x, x > 0}}]", "Piecewise((x, x > 0), (0, True))"),
    ("If[x > 0 && !(y < 1), 1, 2]", "where((x > 0) & ~(y < 1), 1, 2)"),
    ("Power[x, 2] + Times[2, x, y] - Minus[x]", "x**2 + 2*x*y - (-x)"),
    ("1.5*^-3 Exp[x]", "0.0015*exp(x)"),
    ("f(x + 1) \\[Alpha]", "f*(x + 1)*alpha"),
    ("2 Pi r E^x", "2*pi*r*E**x"),
    ("UnitStep[x] + ArcSinh[x]", "heaviside(x, 1) + asinh(x)"),
]


@pytest.mark.parametrize(
    ("syntax", "text", "meant"),
    [
        *(("sympy", *row) for row in INFIX if row[1]),
        *(("pysr", *row) for row in PYSR),
        *(("latex", *row) for row in LATEX),
        *(("mathematica", *row) for row in MATHEMATICA),
    ],
)
def test_a_text_is_read_as_its_language_means_it(syntax, text, meant) -> None:
    assert to_text(read(text, syntax).expression) == to_text(parse(meant))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x**2 + 1", "python"),
        ("add(x, y)", "python"),
        ("x^2", "sympy"),
        ("2x", "sympy"),
        ("x₁⋅x₂", "sympy"),
        (r"\frac{x}{2}", "latex"),
        ("x^{12}", "latex"),
        ("Sin[x]", "mathematica"),
    ],
)
def test_a_language_is_told_by_its_signs_and_said(text: str, found: str) -> None:
    reading = read(text)
    assert reading.syntax == found
    assert (reading.note is None) == (found == "python")
    assert reading.note is None or to_text(reading.expression) in reading.note


@pytest.mark.parametrize(
    ("syntax", "text", "column", "said"),
    [
        ("auto", "1/2x", 4, "two ways"),
        ("auto", "x^2y", 4, "two ways"),
        ("auto", "(a+b)/2x", 8, "two ways"),
        ("auto", "x y", 3, "write * between factors"),
        ("auto", "x1 +", 4, "not an expression"),
        ("auto", "f(x)^2", 1, "there is no function 'f'"),
        ("latex", r"a/b c", 5, "two ways"),
        ("latex", r"1 + \foo x", 5, r"\foo is not known"),
        ("latex", r"\frac{1}{2", 10, "'}' is expected"),
        ("latex", r"\frac{1}", 8, "expected here, not the end"),
        ("latex", r"x > 0 \wedge y", 14, "condition is needed"),
        ("mathematica", "1 + Foo[x]", 5, "there is no function 'Foo'"),
        ("mathematica", "Sin[x", 5, "',' or ']' is expected"),
        ("mathematica", "x # 2", 3, "'#' is not allowed"),
        ("sympy", "x^200000", 3, "too large"),
        ("sympy", "x\n+ 1", None, "several lines"),
        ("pysr", "  ", None, "empty"),
        ("latex", "x" * 20_001, None, "at most 20000"),
    ],
)
def test_an_error_points_at_its_column(syntax, text, column, said) -> None:
    with pytest.raises(ExpressionError) as caught:
        read(text, syntax)
    assert said in str(caught.value)
    assert caught.value.column == column
    assert "\n" not in str(caught.value)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="mathematica"):
        read("x", "maple")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("syntax", "opening", "closing"),
    [
        ("sympy", "(1+2", ")"),
        ("sympy", "-", ""),
        ("sympy", "√", ""),
        ("sympy", "2^", ""),
        ("latex", r"\frac{1}{", "}"),
        ("latex", r"\sin ", ""),
        ("latex", r"\sqrt ", ""),
        ("mathematica", "Sin[", "]"),
        ("mathematica", "If[x>0,1,", "]"),
    ],
)
def test_a_deep_text_is_refused_on_one_line_and_a_less_deep_one_is_read(
    syntax: str, opening: str, closing: str
) -> None:
    assert read(opening * 40 + "x" + closing * 40, syntax)  # type: ignore[arg-type]
    for many in (300, 1_900):
        with pytest.raises(ExpressionError, match=r"deep|characters"):
            read(opening * many + "x" + closing * many, syntax)  # type: ignore[arg-type]


@given(st.text(alphabet=r"x1y2 \frac{}^_[]()|,.+-*/<>=&!sinSPe√²⋅", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for syntax in SYNTAXES:
        with suppress(ExpressionError):
            assert read(text, syntax).expression is not None


def tree(operation: str) -> Expression:
    record = OPERATIONS[operation]
    count = max(record.least, 1 if record.most == 1 else 2)
    given = tuple(Variable(f"x{n + 1}") for n in range(count))
    if record.takes == "truth":
        return Apply(operation, tuple(Apply("lt", (v, Number(Fraction(0)))) for v in given))
    if operation == "piecewise":
        return Apply(operation, (given[0], Apply("lt", given), given[1], Truth(True)))
    return Apply(operation, given)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_what_is_drawn_can_be_read_back(operation: str) -> None:
    expression = tree(operation)
    same_value(expression, read(latex(expression), "latex").expression)
    line = pretty(expression, columns=200)
    if "\n" not in line:
        same_value(expression, read(line, "sympy").expression)


@given(trees(2))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_drawn_trees_can_be_read_back(expression: Expression) -> None:
    same_value(expression, read(latex(expression), "latex").expression)


@pytest.mark.parametrize("name", ["mass", "x_max", "alpha1", "Omega", "v0", "speed2"])
def test_names_can_be_read_back(name: str) -> None:
    expression = parse(f"2*{name}**2")
    assert read(latex(expression), "latex").expression == expression


def same_value(one: Expression, other: Expression) -> None:
    """Both at a point: equal truth values, or balls that meet."""
    inputs = {"x1": Fraction(7, 5), "x2": Fraction(27, 10), "x3": Fraction(-1, 3)}
    with precision(100):
        values = [enclose(e, {n: ball(v) for n, v in inputs.items()}) for e in (one, other)]
    if all(isinstance(value, flint.arb) for value in values):
        assert values[0].overlaps(values[1])  # type: ignore[union-attr]
    else:
        assert type(values[0]) is type(values[1])
        assert not isinstance(values[0], bool) or values[0] is values[1]
