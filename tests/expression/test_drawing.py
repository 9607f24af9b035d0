"""Expressions as they are drawn: everything that was written stands in the drawing."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from helpers_trees import conditions, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from nalmx.expression import Apply, Expression, Number, Variable, parse
from nalmx.expression.drawing import latex, pretty

CALLED = ("log", "sin", "cos", "tan", "tanh", "sign", "Min", "Max", "Mod")
# What an operation leaves behind in LaTeX, once for each time that it stands in the tree.
MARKS = {
    **{name.lower(): rf"\\(?:operatorname{{)?{name}}}?\\left\(" for name in CALLED},
    "sqrt": r"\\sqrt",
    "floor": r"\\lfloor",
    "abs": r"\\left\|",
    "piecewise": r"begin{cases}",
    "lt": "<",
    "le": r"\\leq",
    "gt": ">",
    "ge": r"\\geq",
    "eq": "=",
    "ne": r"\\neq",
    "not": r"\\neg",
}


def nodes(tree: Expression) -> list[Expression]:
    """Every place of a tree; a part that stands in two places twice."""
    found, stack = [], [tree]
    while stack:
        found.append(stack.pop())
        stack.extend(found[-1].arguments if isinstance(found[-1], Apply) else ())
    return found


@given(st.one_of(trees(), conditions()))
def test_a_drawing_holds_every_input_and_every_operation(tree: Expression) -> None:
    places = nodes(tree)
    drawn = latex(tree)
    operations = Counter(node.operation for node in places if isinstance(node, Apply))
    inputs = Counter(node.name for node in places if isinstance(node, Variable))
    for operation, mark in MARKS.items():
        assert len(re.findall(mark, drawn)) == operations[operation], (operation, drawn)
    assert drawn.count("^{") == operations["pow"] + operations["exp"]
    literal = sum(isinstance(n, Number) and n.value.denominator > 1 for n in places)
    assert drawn.count("\\frac") == operations["div"] + literal
    picture = pretty(tree, columns=10**6)
    for digit, subscript in zip("123", "₁₂₃", strict=True):
        assert drawn.count(f"x_{{{digit}}}") == inputs[f"x{digit}"]
        assert picture.count(f"x{subscript}") == inputs[f"x{digit}"]


@settings(max_examples=50, deadline=None)
@given(st.one_of(trees(), conditions()))
def test_a_drawing_in_ascii_is_ascii(tree: Expression) -> None:
    assert pretty(tree, unicode=False).isascii()


@pytest.mark.parametrize(
    ("text", "picture", "tex"),
    [
        ("x1*x2", "x₁⋅x₂", "x_{1} x_{2}"),
        ("x1 + 0*log(x1 - 1)", "x₁ + 0⋅log(x₁ - 1)", r"x_{1} + 0 \log\left(x_{1} - 1\right)"),
        ("x/x - x**0", "x    0\n─ - x \nx     ", r"\frac{x}{x} - x^{0}"),
        ("1*x*1", "1⋅x⋅1", r"1 x \cdot 1"),
        ("2/3*x", "2⋅x\n───\n 3 ", r"\frac{2 x}{3}"),
        ("-(x - y)*2", "-(x - y)⋅2", r"- \left(x - y\right) \cdot 2"),
        ("x - y*(-1)", "x - y⋅(-1)", None),
        ("sqrt(x + 1)**2", "          2\n(√(x + 1)) ", r"\left(\sqrt{x + 1}\right)^{2}"),
        ("~(x < 1) & (y >= 2)", "¬(x < 1) ∧ y ≥ 2", None),
        (
            "Piecewise((x, x >= 0), (-x, True))",
            "⎧x   for x ≥ 0\n⎨             \n⎩-x  otherwise",
            None,
        ),
        ("x1 + x_1", "x1 + x_1", r"\mathtt{x1} + \mathtt{x\_1}"),
    ],
)
def test_drawings_say_what_was_written(text: str, picture: str, tex: str | None) -> None:
    assert pretty(parse(text)) == picture
    assert tex is None or latex(parse(text)) == tex
