from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from nalmx.errors import ExpressionError
from nalmx.expression import IRRATIONAL, Number, Truth, evaluate, parse, sort_of, variables
from nalmx.expression.names import check_name
from nalmx.expression.operations import FUNCTIONS
from nalmx.expression.parser import MAX_LENGTH
from nalmx.expression.reader import MAX_DEPTH

POINT = {"x1": Fraction(3), "x2": Fraction(-2), "x3": Fraction(1, 2)}


def value(text: str) -> object:
    return evaluate(parse(text), POINT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", Fraction(1, 10)),
        ("1e-12", Fraction(1, 10**12)),
        ("1E3", Fraction(1000)),
        ("1.25e+2", Fraction(125)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("12", Fraction(12)),
        (
            "0.1000000000000000055511151231257827",
            Fraction(1000000000000000055511151231257827, 10**34),
        ),
        ("123456789012345678901234567890", Fraction(123456789012345678901234567890)),
        ("1e1000", Fraction(10) ** 1000),
        ("1e-1000", Fraction(1, 10**1000)),
    ],
)
def test_a_decimal_is_the_exact_rational_it_spells(text: str, expected: Fraction) -> None:
    assert parse(text) == Number(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x1 + x2*x3", 2),
        ("(x1 + x2)*x3", Fraction(1, 2)),
        ("x1 - x2 - x3", Fraction(9, 2)),
        ("x1 - (x2 - x3)", Fraction(11, 2)),
        ("x1 - x2 + x3", Fraction(11, 2)),
        ("x1/x2/x3", -3),
        ("x1/(x2/x3)", Fraction(-3, 4)),
        ("x1/x2*x3", Fraction(-3, 4)),
        ("x1*x2/x3*x1", -36),
        ("-x1**2", -9),
        ("(-x1)**2", 9),
        ("2**3**2", 512),
        ("(2**3)**2", 64),
        ("2**-1", Fraction(1, 2)),
        ("x1**-x1", Fraction(1, 27)),
        ("-x1*x2", 6),
        ("--x1", 3),
        ("+x1", 3),
        ("- -+-x1", -3),
        ("x1*-x2", 6),
        ("1/3", Fraction(1, 3)),
        ("-1/3**2", Fraction(-1, 9)),
        ("x1\n+\tx2", 1),
        ("  x1  ", 3),
    ],
)
def test_operators_have_the_precedence_of_python(text: str, expected: Fraction | int) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Abs(x2)", 2),
        ("abs(x2)", 2),
        ("sqrt(x1 + 1)", 2),
        ("exp(0)", 1),
        ("log(1)", 0),
        ("ln(1)", 0),
        ("sin(0)", 0),
        ("cos(0)", 1),
        ("tan(0)", 0),
        ("tanh(0)", 0),
        ("sign(x2)", -1),
        ("floor(-x3)", -1),
        ("min(x1, x2, x3)", -2),
        ("Min(x1, x2)", -2),
        ("max(x1, x2, x3)", 3),
        ("Max(x1)", 3),
        ("Mod(x2, x1)", 1),
        ("Piecewise((x1, x1 < 0), (x2, True))", -2),
        ("Piecewise((x1, x1 > 0))", 3),
        ("And(x1 > 0, x2 < 0)", True),
        ("Or(x1 < 0, x2 > 0)", False),
        ("Not(x1 < 0)", True),
    ],
)
def test_every_function_is_read(text: str, expected: object) -> None:
    assert value(text) == expected


def test_the_table_of_functions_names_no_more_than_the_documented_ones() -> None:
    documented = "abs sqrt exp log sin cos tan tanh sign floor min max Abs ln Min Max Mod"
    documented += " sinh cosh asin acos atan asinh acosh atanh erf ceil log2 log10 cbrt"
    assert set(FUNCTIONS) == {*documented.split(), "Piecewise", "And", "Or", "Not"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x2 < x3 < x1", True),
        ("x2 < x1 < x3", False),
        ("x1 >= 3 != x2 <= -2", True),
        ("1 == 1 == 2", False),
        ("x1 > 0 == 0", True),
        ("(x1 > 0) & (x2 > 0)", False),
        ("(x1 > 0) | (x2 > 0) & (x3 > 1)", True),
        ("((x1 > 0) | (x2 > 0)) & (x3 > 1)", False),
        ("~(x1 > 0) | True", True),
        ("~~(x1 > 0)", True),
        ("True & False", False),
    ],
)
def test_comparisons_chain_and_conditions_combine(text: str, expected: bool) -> None:
    assert value(text) is expected
    assert sort_of(parse(text)) == "truth"


def test_true_and_false_are_conditions_and_pi_and_e_are_irrational() -> None:
    assert parse("True") == Truth(True)
    assert parse("False") == Truth(False)
    assert value("pi") is IRRATIONAL
    assert value("E") is IRRATIONAL


def test_inputs_are_listed_in_natural_order() -> None:
    assert variables(parse("x10 + x2*alpha + x1")) == ("alpha", "x1", "x2", "x10")


def test_nothing_is_cancelled_while_parsing() -> None:
    assert parse("x1/x1") != parse("1")
    assert parse("0*(1/x1)") != parse("0")
    assert parse("x1 - x1") != parse("0")


@pytest.mark.parametrize(
    "text",
    [
        "x1 + (x2 < 1)",
        "(x1 < 1)*2",
        "-(x1 < 1)",
        "(x1 < 1)**2",
        "sin(x1 < 1)",
        "min(x1, True)",
        "True < 1",
        "Piecewise((x1 < 1, True))",
        "Mod(True, 2)",
    ],
)
def test_a_condition_is_refused_where_a_number_is_needed(text: str) -> None:
    with pytest.raises(ExpressionError, match="is a condition where a number is needed"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "~x1",
        "x1 & (x2 < 1)",
        "(x2 < 1) | x1",
        "And(x1, x2 < 1)",
        "Not(x1)",
        "Or(1)",
        "Piecewise((x1, x2))",
        "x1 < 1 & x2 < 1",
    ],
)
def test_a_number_is_refused_where_a_condition_is_needed(text: str) -> None:
    with pytest.raises(ExpressionError, match="is a number where a condition is needed"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("x1 + foo(x2)", 6),
        ("x1 + sqrt", 6),
        ("  x1 ^ 2", 6),
        ("x1*(x2 < 1)", 5),
        ("x1 & (x2 < 1)", 1),
        ("(x2 < 1) & x1", 12),
        ("x1 + sin(x1, x2)", 6),
        ("x1\n+ 1_0", 6),
        ("x1**100001", 5),
        ("nan", 1),
        ("x1 + nan*2", 6),
        ("\t 0x10", 3),
        ("x1 + (x2 and x3)", 7),
        ("Piecewise((x1, x2))", 16),
        ("Piecewise((x1, x1 < 0), x2)", 25),
        ("   x1 + * x2", 9),
        ("(x1", 1),
        ("x1)", 3),
        ("x1 +", 4),
        ("sin(2*True)", 7),
        ("x1 + x2.real", 6),
        ("max(x1, *x2)", 1),
    ],
)
def test_an_error_points_at_the_column_of_what_is_wrong(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: ")


def _reciprocals(count: int) -> str:
    """A short text whose exact value has a denominator of thirteen bits and more a term."""
    primes = list(sympy.primerange(10_007, 30_000))[:count]
    return "+".join(f"1/{prime}" for prime in primes)


HOSTILE = {
    "import of os": "__import__('os').system('id')",
    "import without quotes": "__import__(os)",
    "eval": "eval(x1)",
    "exec": "exec(x1)",
    "open": "open(x1)",
    "getattr": "getattr(x1, x2)",
    "print": "print(x1)",
    "dunder attribute": "x1.__class__",
    "dunder chain": "().__class__.__bases__",
    "dunder name": "__builtins__",
    "attribute call": "x1.bit_length()",
    "call of a call": "sin(x1)(x2)",
    "subscript": "x1[0]",
    "lambda": "lambda: x1",
    "lambda in a call": "(lambda x1: x1)(2)",
    "list": "[x1]",
    "list comprehension": "[x1 for x1 in x2]",
    "generator": "(x1 for x1 in x2)",
    "generator argument": "max(x1 for x1 in x2)",
    "set": "{x1}",
    "f-string": 'f"{x1}"',
    "string": "'x1'",
    "bytes": "b'x1'",
    "walrus": "(x1 := 2)",
    "assignment": "x1 = 2",
    "statements": "x1; x2",
    "import statement": "import os",
    "definition": "def f(): pass",
    "yield": "(yield x1)",
    "await": "await x1",
    "conditional expression": "x1 if x2 < 1 else x3",
    "boolean and": "(x1 < 1) and (x2 < 1)",
    "boolean or": "(x1 < 1) or (x2 < 1)",
    "boolean not": "not (x1 < 1)",
    "is": "x1 is x2",
    "in": "x1 in x2",
    "none": "None",
    "ellipsis": "...",
    "starred argument": "max(*x1)",
    "double starred argument": "max(**x1)",
    "keyword argument": "max(x1, key=x2)",
    "tuple": "x1, x2",
    "empty tuple": "()",
    "comment": "x1 # x2",
    "decorator": "@x1",
    "backslash": "x1 + \\\n x2",
    "floor division": "x1//x2",
    "percent": "x1 % x2",
    "matrix product": "x1 @ x2",
    "shift": "x1 << x2",
    "xor": "x1 ^ x2",
    "underscored number": "1_000",
    "hexadecimal": "0x10",
    "binary": "0b10",
    "complex": "2j",
    "leading zero": "007",
    "nan": "nan",
    "NaN": "NaN",
    "inf": "-inf",
    "Infinity": "Infinity",
    "oo": "oo",
    "zoo": "zoo",
    "keyword": "class",
    "function without a call": "sin + 1",
    "constant called": "pi(x1)",
    "no arguments": "sin()",
    "too many arguments": "sqrt(x1, x2)",
    "piece without a condition": "Piecewise((x1,))",
    "no pieces": "Piecewise()",
    "empty": "",
    "blank": " \t\n ",
    "NUL": "x1 + \0x2",
    "carriage return": "x1\r+ x2",
    "form feed": "x1\f+ x2",
    "cyrillic homoglyph": "\u04451 + 1",
    "fullwidth homoglyph": "\uff581 + 1",
    "superscript two": "x1\u00b2",
    "arabic digit": "x1*\u0663",
    "no-break space": "x1\u00a0+ 1",
    "zero-width space": "x1\u200b + 1",
    "right-to-left override": "x1 \u202e+ 1",
    "lone surrogate": "x1 + \ud800",
    "minus sign": "x1 \u2212 x2",
    "exponent over the limit": "x1**100001",
    "negative exponent over the limit": "x1**-100001",
    "huge exponent": "x1**(10**9)",
    "huge fractional exponent": f"x1**(1/{10**41})",
    "exponent of ten": "1e999999999",
    "negative exponent of ten": "1e-999999999",
    "exponent of ten with many digits": "1e" + "9" * 4000,
    "tower of numbers": "9**9**9**9",
    "tower of powers": "((x1**100)**100)**100",
    "tower in a bracket": "((2**1000)**1000)**1000",
    "product of powers": "*".join(["x1**1000"] * 11),
    "power of a sum": "(x1 + 3**1000)**1000",
    "exponent of reciprocals": f"x1**(({_reciprocals(1180)})**150 + ({_reciprocals(1180)})**149)",
    "two thousand digits": "9" * 2050,
    "five thousand digits": "9" * 5000,
    "five thousand decimals": "0." + "1" * 5000,
    "brackets": "(" * 5000 + "x1" + ")" * 5000,
    "brackets left open": "(" * 19_000,
    "minus signs": "-" * 15_000 + "x1",
    "tildes": "~" * 15_000 + "True",
    "calls": "sin(" * 150 + "x1" + ")" * 150,
    "powers to the right": "x1**" * 3000 + "x1",
    "nested pieces": "Piecewise((" * 120 + "x1" + ", True))" * 120,
    "sums in brackets": "(x1 + " * 150 + "x1" + ")" * 150,
    "length": "x1" + " " * MAX_LENGTH,
    "long product": "*".join(["x1"] * 30_000),
    "long name": "x" * 101,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_refused_at_once_on_one_line(kind: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(HOSTILE[kind])
    message = str(caught.value)
    assert message.splitlines() == [message]
    assert message.isprintable()
    assert len(message) < 400


@pytest.mark.parametrize("character", ["\n", "\t", " "])
def test_the_last_allowed_length_is_accepted(character: str) -> None:
    assert parse("x1".ljust(MAX_LENGTH, character)) == parse("x1")


def test_a_long_flat_sum_is_no_deeper_than_a_short_one() -> None:
    assert evaluate(parse("+".join(["x1"] * 800)), POINT) == 2400


def test_the_deepest_allowed_nesting_is_accepted() -> None:
    text = "sin(" * (MAX_DEPTH - 1) + "x1" + ")" * (MAX_DEPTH - 1)
    assert variables(parse(text)) == ("x1",)
    with pytest.raises(ExpressionError, match=f"at most {MAX_DEPTH} levels"):
        parse(f"sin({text})")


def test_the_largest_exponent_is_accepted() -> None:
    assert evaluate(parse("x2**1000"), POINT) == 2**1000
    assert evaluate(parse("x2**-1000"), POINT) == Fraction(1, 2**1000)


def test_a_constant_exponent_is_folded_to_the_number_it_is() -> None:
    assert parse("x1**(1 + 1)") == parse("x1**2")


@pytest.mark.parametrize("name", ["x1", "a", "X_9", "lambda_", "e", "Pi", "x__y"])
def test_a_name_of_letters_digits_and_underscores_can_name_an_input(name: str) -> None:
    assert check_name(name) == name
    assert variables(parse(f"{name} + 1")) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1x",
        "_x",
        "x-1",
        "x 1",
        "pi",
        "E",
        "sin",
        "Min",
        "nan",
        "INF",
        "x" * 101,
        "\u0445",
        "x\n",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ExpressionError):
        check_name(name)
