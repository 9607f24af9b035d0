"""What is said of names that may have been read otherwise than they were meant."""

from __future__ import annotations

import keyword

import pytest

from nalmx.cli import main
from nalmx.errors import ExpressionError
from nalmx.expression import check_name, parse, remarks
from nalmx.expression.names import CONSTANTS, NOT_NUMBERS
from nalmx.expression.operations import FUNCTIONS
from nalmx.testing import assert_equivalent
from nalmx.verify import Domain

SUSPECT = [
    ("e*x", "exp(1)*x", "'e'", "E or exp(1)"),
    ("e*x", "x*e", "'e'", "E or exp(1)"),
    ("I**2*x", "-x", "'I'", "imaginary unit"),
    ("i**2*x", "-x", "'i'", "imaginary unit"),
    ("j*j + x", "x - 1", "'j'", "imaginary unit"),
    ("2*PI*x", "2*pi*x", "'PI'", "did you mean pi"),
    ("2*Pi*x", "x*Pi*2", "'Pi'", "did you mean pi"),
    ("true*x", "x", "'true'", "did you mean True"),
    ("x1x2", "x1*x2", "'x1x2'", "did you mean x1*x2"),
    ("x1*x2", "x1x2", "'x1x2'", "did you mean x1*x2"),
    ("x1x2 + x1 + x2", "x1 + x2 + x1x2", "'x1x2'", "did you mean x1*x2"),
    ("xyz + x", "x*y*z + x", "'xyz'", "did you mean x*y*z"),
    ("pix", "pi*x", "'pix'", "did you mean pi*x"),
    ("mgh", "m*g*h", "'mgh'", "did you mean m*g*h"),
    ("sinx", "sin(x)", "'sinx'", "did you mean sin(x)"),
    ("X1*x2", "x1*x2", "'X1'", "did you mean x1"),
    ("x_1*x2", "x1*x2", "'x_1'", "did you mean x1"),
]
PLAIN = [
    ("x1*x2", "x2*x1"),
    ("x - x", "0"),
    ("1", "sin(x)**2 + cos(x)**2"),
    ("i*j", "j*i"),
    ("G*m*M/r**2", "M*m*G/r**2"),
    ("x1*x11", "x11*x1"),
    ("2*pi*r", "r*2*pi"),
    ("E**x", "exp(x)"),
    ("E**x*E**y", "E**(x + y)"),
    ("log(x)/log(E)", "log(x)"),
    ("mass*speed**2/2", "speed**2*mass/2"),
    ("x > 0", "~(x <= 0)"),
]


def said(left: str, right: str, *ranged: str) -> list[str]:
    return remarks(parse(left), parse(right), ranged)


@pytest.mark.parametrize(("left", "right", "name", "meant"), SUSPECT)
def test_a_name_that_looks_like_something_else_is_said_in_one_line(
    left, right, name, meant
) -> None:
    (line,) = (one for one in said(left, right) if one.startswith(name))
    assert line.startswith(f"{name} is read as an input")
    assert meant in line
    assert "\n" not in line


@pytest.mark.parametrize(("left", "right", "name", "meant"), SUSPECT)
def test_a_range_of_its_own_says_that_it_is_an_input(left, right, name, meant) -> None:
    assert not any(meant in one for one in said(left, right, name.strip("'")))


@pytest.mark.parametrize(("left", "right"), PLAIN)
def test_nothing_is_said_of_plain_claims(left, right) -> None:
    assert said(left, right) == []


@pytest.mark.parametrize(
    ("left", "right"), [("E*m", "m*E"), ("E", "m*c**2"), ("E**2*x", "x*E*E"), ("x + E", "x")]
)
def test_euler_is_said_where_nothing_shows_that_the_number_is_meant(left, right) -> None:
    assert any(one.startswith("'E' is read as Euler's number") for one in said(left, right))


def test_inputs_of_one_side_are_listed_by_side() -> None:
    assert said("a + c", "a + d*f") == [
        "only the left side has the input 'c'",
        "only the right side has the inputs 'd', 'f'",
    ]
    many = "+".join(f"x{n}" for n in range(1, 100))
    assert said(many, "x1") == ["only the left side has the inputs 'x2', 'x3', 'x4', 'x5', …"]
    assert said("a + c", "a + d*f", "c", "d", "f") == []


def test_the_parts_of_a_product_are_not_listed_again() -> None:
    assert len(said("x1x2", "x1*x2")) == 1


def test_a_range_for_an_input_of_neither_side_is_said() -> None:
    assert said("x", "x", "y") == ["'y' has a range and is an input of neither side"]


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["verify", "expr", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(("left", "right", "name", "meant"), SUSPECT[:2] + SUSPECT[10:11])
def test_the_command_says_so_on_stderr_alone(capsys, left, right, name, meant) -> None:
    claim = [left, "--truth", right, "--range", "[1,2]", "--points", "1000"]
    code, out, err = run(capsys, *claim)
    assert f"nalmx: {name} is read as an input" in err
    assert meant not in out
    assert err.count("\n") == 1
    quiet, same, nothing = run(capsys, *claim, "--quiet")
    assert (quiet, nothing) == (code, "")
    assert same.splitlines()[0] == out.splitlines()[0]
    assert run(capsys, *claim, "--range", f"{name[1:-1]}=[1,2]")[2] == ""


def test_the_command_refuses_a_range_for_an_input_of_neither_side(capsys) -> None:
    code, out, err = run(capsys, "x", "--truth", "x", "--range", "[1,2]", "--range", "y=[1,2]")
    assert (code, out) == (2, "")
    assert "there is no input 'y' for the range" in err


def test_a_failing_assertion_says_so_too() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_equivalent("x1x2", "x1*x2", "[2,6]")
    lines = str(caught.value).splitlines()
    assert (
        "note: 'x1x2' is read as an input that only the model has; did you mean x1*x2? If not, a range "
        "of its own says so" in lines
    )
    assert lines[-1].startswith("replay: ")
    with pytest.raises(AssertionError) as caught:
        assert_equivalent(lambda e, x: 2.718281828 * x, "e*x", "[2,6]", tolerance="abs:1")
    assert "note: 'e' is read as an input; did you mean E or exp(1)" in str(caught.value)


def test_ranges_by_name_say_what_the_inputs_are() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_equivalent("e*x", "x", {"e": "[2,6]", "x": "[2,6]"})
    assert "note:" not in str(caught.value)


def test_a_passing_assertion_warns_of_nothing(recwarn) -> None:
    assert assert_equivalent("e*x", "x*e", "[2,6]").holds("proved")
    assert not recwarn.list


RESERVED = sorted(set(keyword.kwlist) - {"True", "False", "None"})


@pytest.mark.parametrize("word", RESERVED)
@pytest.mark.parametrize("text", ["{}*2 + x", "x + {}", "{}", "sin({})", "({} - 1)/x"])
def test_a_reserved_word_is_refused_as_such(word, text) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text.format(word))
    message = str(caught.value)
    # Where it stands like an operator, what to write instead of the operator is said.
    operator = f"'{word}' is not allowed; write" in message or f"'{word}' and" in message
    assert f"{word!r} is a reserved word" in message or operator
    assert "\n" not in message


@pytest.mark.parametrize("name", [*keyword.kwlist, *FUNCTIONS, *CONSTANTS, *NOT_NUMBERS])
def test_what_cannot_name_an_input_cannot_have_a_range(name) -> None:
    with pytest.raises(ExpressionError, match="cannot name an input"):
        check_name(name)
    with pytest.raises(ExpressionError, match="cannot name an input"):
        Domain.parse([f"{name}=[1,2]"], ["x"])


@pytest.mark.parametrize("word", ["lambda", "class", "yield", "E", "pi", "sqrt"])
def test_a_refusal_names_a_name_that_is_allowed(word) -> None:
    with pytest.raises(ExpressionError) as caught:
        check_name(word)
    assert f"for example {word}_" in str(caught.value)
    assert check_name(f"{word}_") == f"{word}_"


@pytest.mark.parametrize(
    ("text", "hint"),
    [("π*r", "write pi"), ("x²", "write **2"), ("x³", "write **3"), ("∞", "no infinity")],
)
def test_signs_have_a_hint(text, hint) -> None:
    with pytest.raises(ExpressionError, match=hint.replace("*", r"\*")):
        parse(text)
