from __future__ import annotations

import copy
import gc
import weakref
from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from nalmx.expression import IRRATIONAL, Undefined, evaluate, fold, parse, to_text
from nalmx.expression.exact import (
    DIVISION_BY_ZERO,
    LOG_OF_NONPOSITIVE,
    NEGATIVE_ROOT,
    NO_PIECE,
    ZERO_TO_NEGATIVE,
)
from nalmx.expression.nodes import (
    Apply,
    Constant,
    Number,
    Truth,
    Variable,
    is_constant,
    post_order,
)
from nalmx.expression.operations import OPERATIONS


def at(text: str, x1: Fraction | int | str = 0, x2: Fraction | int | str = 0) -> object:
    return evaluate(parse(text), {"x1": Fraction(x1), "x2": Fraction(x2)})


@pytest.mark.parametrize(
    ("text", "x1", "x2", "expected"),
    [
        ("x1 + x2 + 1", "1/3", "1/6", Fraction(3, 2)),
        ("x1*x2*2", "1/3", "3/4", Fraction(1, 2)),
        ("x1 - x2", 1, 3, -2),
        ("x1/x2", 1, -3, Fraction(-1, 3)),
        ("-x1", 2, 0, -2),
        ("Abs(x1)", "-1/2", 0, Fraction(1, 2)),
        ("min(x1, x2)", 2, -1, -1),
        ("max(x1, x2)", 2, -1, 2),
        ("sign(x1)", 0, 0, 0),
        ("sign(x1)", "-1/9", 0, -1),
        ("sign(x1)", "1/9", 0, 1),
        ("floor(x1)", "-1/2", 0, -1),
        ("floor(x1)", "-2", 0, -2),
        ("floor(x1)", "7/2", 0, 3),
        ("Mod(x1, x2)", 7, 3, 1),
        ("Mod(x1, x2)", -7, 3, 2),
        ("Mod(x1, x2)", 7, -3, -2),
        ("Mod(x1, x2)", -7, -3, -1),
        ("Mod(x1, x2)", "7/2", "1/3", Fraction(1, 6)),
        ("Mod(x1, x2)", 6, 3, 0),
        ("x1**x2", 0, 0, 1),
        ("x1**x2", 5, 0, 1),
        ("x1**x2", -2, 3, -8),
        ("x1**x2", -2, -2, Fraction(1, 4)),
        ("x1**x2", "4/9", "1/2", Fraction(2, 3)),
        ("x1**x2", "4/9", "-3/2", Fraction(27, 8)),
        ("x1**x2", 0, "1/3", 0),
        ("x1**x2", "8/27", "1/3", Fraction(2, 3)),
        ("x1**x2", 1, "1/1000000007", 1),
        ("x1**(1/7)", 128, 0, 2),
        ("sqrt(x1)", "49/25", 0, Fraction(7, 5)),
        ("sqrt(x1)", 0, 0, 0),
        ("sqrt(x1)", 10**40, 0, 10**20),
        ("exp(x1)", 0, 0, 1),
        ("log(x1)", 1, 0, 0),
        ("sin(x1) + tan(x1) + tanh(x1)", 0, 0, 0),
        ("cos(x1)", 0, 0, 1),
        ("Piecewise((x1, x1 > 0), (x2, True))", 1, 5, 1),
        ("Piecewise((x1, x1 > 0), (x2, True))", 0, 5, 5),
        ("Piecewise((2, x1 > 0), (1/x1, x1 < 5))", 3, 0, 2),
        ("Piecewise((1/x1, x1 > 0), (2, True))", 0, 0, 2),
        ("Piecewise((1, True), (2, 1/x1 > 0))", 0, 0, 1),
        ("Piecewise((sqrt(2), x1 > 0), (2, True))", 0, 0, 2),
    ],
)
def test_the_value_at_a_point_is_the_exact_rational(
    text: str, x1: str | int, x2: str | int, expected: Fraction | int
) -> None:
    assert at(text, x1, x2) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x1 < 1", False),
        ("x1 <= 1", True),
        ("x1 > 1", False),
        ("x1 >= 1", True),
        ("x1 == 1", True),
        ("x1 != 1", False),
        ("(x1 == 1) & (x1 == 2)", False),
        ("(x1 == 1) | (x1 == 2)", True),
        ("~(x1 == 1)", False),
    ],
)
def test_a_comparison_is_decided_exactly_at_a_tie(text: str, expected: bool) -> None:
    assert at(text, 1) is expected


@pytest.mark.parametrize(
    ("text", "x1", "expected"),
    [
        ("1/x1", 0, DIVISION_BY_ZERO),
        ("0/x1", 0, DIVISION_BY_ZERO),
        ("x1/x1", 0, DIVISION_BY_ZERO),
        ("0*(1/x1)", 0, DIVISION_BY_ZERO),
        ("(1/x1)**0", 0, DIVISION_BY_ZERO),
        ("1/(1/x1)", 0, DIVISION_BY_ZERO),
        ("1/x1 - 1/x1", 0, DIVISION_BY_ZERO),
        ("Mod(3, x1)", 0, DIVISION_BY_ZERO),
        ("x1**-1", 0, ZERO_TO_NEGATIVE),
        ("x1**(-1/2)", 0, ZERO_TO_NEGATIVE),
        ("sqrt(x1)", "-1/1000000", NEGATIVE_ROOT),
        ("x1**(1/3)", -8, NEGATIVE_ROOT),
        ("x1**(2/3)", -8, NEGATIVE_ROOT),
        ("(-2)**(x1/2)", 1, NEGATIVE_ROOT),
        ("log(x1)", 0, LOG_OF_NONPOSITIVE),
        ("log(x1)", -1, LOG_OF_NONPOSITIVE),
        ("Piecewise((1, x1 > 0))", 0, NO_PIECE),
        ("Piecewise((1, 1/x1 > 0), (2, True))", 0, DIVISION_BY_ZERO),
        ("Piecewise((1/x1, x1 <= 0), (2, True))", 0, DIVISION_BY_ZERO),
        ("(1/x1 > 0) | True", 0, DIVISION_BY_ZERO),
        ("False & (1/x1 > 0)", 0, DIVISION_BY_ZERO),
        ("~(log(x1) < 0)", 0, LOG_OF_NONPOSITIVE),
        ("min(1/x1, 2)", 0, DIVISION_BY_ZERO),
        ("sqrt(2) + 1/x1", 0, DIVISION_BY_ZERO),
        ("sign(1/x1)", 0, DIVISION_BY_ZERO),
    ],
)
def test_a_value_that_does_not_exist_is_undefined_with_its_reason(
    text: str, x1: str | int, expected: Undefined
) -> None:
    assert at(text, x1) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sqrt(x1)",
        "x1**(1/3)",
        "exp(x1)",
        "log(x1)",
        "sin(x1)",
        "cos(x1)",
        "tan(x1)",
        "tanh(x1)",
        "pi",
        "E*0",
        "sqrt(x1) < 2",
        "(sqrt(x1) < 2) | True",
        "Piecewise((1, sqrt(x1) < 2), (2, True))",
        "floor(sqrt(x1))",
    ],
)
def test_what_rational_arithmetic_cannot_follow_is_marked_irrational(text: str) -> None:
    assert at(text, 2) is IRRATIONAL


@pytest.mark.parametrize("n", [10**12, -(10**12), 10**30])
def test_a_power_that_would_fill_the_memory_is_given_up_at_once(n: int) -> None:
    assert at("x1**x2", 3, n) is IRRATIONAL
    assert at("x1**x2", -1, n) == 1
    assert at("x1**x2", 1, n) == 1


def test_a_chain_of_twenty_thousand_operations_is_folded_without_recursion() -> None:
    tree = Variable("x1")
    for _ in range(20_000):
        tree = Apply("neg", (tree,))
    assert evaluate(tree, {"x1": Fraction(2)}) == 2


def test_shared_parts_of_a_tree_are_evaluated_once() -> None:
    tree = Variable("x1")
    for _ in range(200):
        tree = Apply("add", (tree, tree))
    assert evaluate(tree, {"x1": Fraction(1)}) == 2**200
    assert len(list(post_order(tree))) == 201


def test_fold_gives_arguments_in_their_written_order() -> None:
    text = fold(parse("x1 - x2*3"), to_text, lambda name, given: f"{name}({' '.join(given)})")
    assert text == "add(x1 neg(mul(x2 3)))"


def test_an_expression_is_constant_when_it_has_no_inputs() -> None:
    assert is_constant(parse("pi + 1/2"))
    assert not is_constant(parse("0*x1"))


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"piecewise"}))
def test_every_operation_is_undefined_where_an_argument_is(operation: str) -> None:
    facts = OPERATIONS[operation]
    nothing = parse("1/0") if facts.takes == "real" else parse("1/0 > 0")
    tree = Apply(operation, (nothing,) * facts.least)
    assert evaluate(tree, {}) == DIVISION_BY_ZERO


@pytest.mark.parametrize("text", ["(x1**1000*x2**1000)**(1/3)", "(x1**1000*x2**1000)**(1/300)"])
def test_roots_of_gigantic_numbers_are_left_to_balls_at_once(text: str) -> None:
    huge = Fraction(10**300 - 7)
    assert evaluate(parse(text), {"x1": huge, "x2": huge}) is IRRATIONAL


def test_what_is_written_alike_is_one_object() -> None:
    tree = parse("sin(x1*x2) + 1/3")
    assert parse("sin( x1*x2 ) + 1/3") is tree
    assert parse("sin(x2*x1) + 1/3") != tree
    assert Number(1) is Number(Fraction(1))  # type: ignore[arg-type]
    assert type(Number(True).value) is Fraction  # type: ignore[arg-type]
    assert Truth(True) != Number(Fraction(1))
    assert Variable("pi_") != Constant("pi")


def test_copies_of_a_tree_are_the_tree() -> None:
    tree = parse("Piecewise((x1, x1 > 0), (pi, True))")
    assert copy.deepcopy(tree) is tree
    assert copy.copy(tree) is tree
    with pytest.raises(FrozenInstanceError):
        tree.operation = "add"  # type: ignore[misc, union-attr]


def test_trees_that_nobody_holds_are_forgotten() -> None:
    gone = weakref.ref(parse("q1 + q2*q3"))
    gc.collect()
    assert gone() is None
