"""Exported functions of any shape are formatted and linted, and say what the tree says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from helpers_formatters import changes_of_ruff, findings_of_mypy, findings_of_ruff
from helpers_trees import conditions, trees
from hypothesis import HealthCheck, Phase, given, settings

from nalmx.expression import Apply, Expression, Number, Truth, Variable, build, parse, variables
from nalmx.report.python_function import HELPERS, python_function, python_names

LONG = tuple("y" * n for n in range(1, 101))
IMPORTS = {
    "math": "import math",
    "Fraction": "from fractions import Fraction",
    "cache": "from functools import cache",
    "Any": "from typing import Any",
}


def numbered(text: str, count: int, between: str) -> str:
    return between.join(text.format(n) for n in range(1, count + 1))


def shapes() -> Iterator[Expression]:
    """Expressions that are long, deep or wide, or that a linter would say in another way."""
    x, y = Variable("x1"), Variable("x2")
    for text in (
        *("x1 < x1", "1 < 2", "1/2 == 1/2", "~(x1 == x2)", "~~(x1 < x2)", "~(x1 != 2)"),
        *(
            "tan(Max(1, 1/3))",
            "Min(1/2, sin(x1))*x1",
            "Max(2**2, Piecewise((3, x1 > 1), (5, True)))",
        ),
        *("Min(3) < 4", "And(x1 < 2) & ~And(x1 == 2)", "Max(x1, x1)", "Max(floor(floor(x1)))"),
        "Piecewise((x1, x1 > x2), (x2, True))",
        "Piecewise((x1, x1 > x2), (x1, True))",
        "Piecewise((1, x1 == x2), (0, x1 < x2))",
        "x1/x2*3*x1*(x1 + x2)*(x1 - x2)*(x1 + 2*x2)*(x1 - 2*x2)*(x1 + 3*x2)",
        "-(x1**2*x2) - (-x1)*x2 - -3*x1**2 - x1**2 + (-x1)**3 - 2**-3",
        numbered("{0}*x1**{0}/x2", 600, " - "),
        numbered("(x1 < {})", 90, " & ") + " | " + numbered("(x2 > {})", 5, " & "),
        "Max(" + numbered("x1*{}", 40, ", ") + ")",
        "Piecewise(" + numbered("({0}*x1, x1 < {0}/100)", 30, ", ") + ")",
        "sqrt(" * 40 + "x1" + "+ 2)" * 40,
        "0." + "123456789" * 30 + "*x1 - " + "7" * 300 + "*x2",
    ):
        yield parse(text)
    for operation in ("neg", "not"):
        inner: Expression = x if operation == "neg" else Apply("lt", (x, y))
        for _ in range(3):
            inner = Apply(operation, (inner,))
            yield inner
    for bits in (200, 240, 250, 260, 270, 20_000):
        number = Number(Fraction(-(2 ** (bits + 1)) // 3))
        yield number
        yield Apply("pow", (Apply("div", (x, number)), Number(Fraction(2**bits))))
        yield Apply("neg", (number,))
    for names in zip(LONG, reversed(LONG), strict=True):
        first, second = map(Variable, names)
        yield first
        yield Apply("mul", (first, build.total([second, first])))
        yield Apply("piecewise", (first, Apply("lt", (first, second)), second, Truth(True)))
        yield Apply("piecewise", (first, Truth(True), Apply("add", (x, second)), Truth(True)))


@settings(
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(trees(5) | conditions(4))
def _draw(found: list[Expression], tree: Expression) -> None:
    found.append(tree)


def file_of(trees: list[Expression]) -> str:
    """A file with a function for each tree."""
    used = [
        python_function(f"formula_{n}", tree, python_names(variables(tree)))
        for n, tree in enumerate(trees)
    ]
    helpers = [HELPERS[name] for name in HELPERS if any(name in f.uses for f in used)]
    parts = [*helpers, *(function.text for function in used)]
    words = set(re.findall(r"\w+", "".join(parts)))
    imports = "".join(f"{line}\n" for word, line in IMPORTS.items() if word in words)
    return "\n\n".join([imports, *parts])


def test_functions_of_every_shape_are_formatted_linted_and_typed(tmp_path) -> None:
    drawn: list[Expression] = []
    _draw(drawn)
    (tmp_path / "shapes.py").write_text(file_of(list(shapes())))
    (tmp_path / "drawn.py").write_text(file_of(drawn))
    assert not changes_of_ruff(tmp_path)
    assert not findings_of_ruff(tmp_path)
    assert not findings_of_mypy(tmp_path)
