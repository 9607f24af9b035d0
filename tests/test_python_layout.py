"""The layout of Python source is the one that Ruff gives it, whatever the length of its parts."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Iterator

from helpers_formatters import changes_of_ruff

from nalmx.python_layout import STEP, Brackets, Operands, call, laid_out, number, quoted, tuple_of

TEXTS = (
    *("", "a", "it's", 'say "so"', "\"'", "''\"", '""\'', "\\", "\\'", '\\"', "\n\t\r\0", "\x7f"),
    *(
        "ü→🙂",
        "日本語",
        "e\u0301",
        "\u202e",
        "\u200b",
        "\xa0",
        "\ud800",
        '"""',
        "{token}",
        "\\N{DASH}",
    ),
)


def statements(n: int, depth: int) -> Iterator[list[str]]:
    """Statements of every shape, with a part of about `n` columns."""
    name, text = "a" * n, quoted("wörter 日本"[: n % 10] + "w" * n)
    body = [STEP * depth + "    pass"]
    yield laid_out(name, depth, "x = ")
    yield laid_out("9" * n, depth, "return ")
    yield laid_out(text, depth, "x = ")
    yield laid_out(Operands((text,)), depth, "x[y] = ")
    yield laid_out(Operands((name, "+ y", "- 3 * z")), depth, "return ")
    yield laid_out(Operands(("x", f"== {text}")), depth, "if ", ":") + body
    yield laid_out(tuple_of([text, "3"], "x in "), depth, "if ", ":") + body
    yield laid_out(call("max", [name, "y"]), depth, "x = ")
    yield laid_out(call("f", [tuple_of([name], "point=")]), depth, "raise ")
    yield laid_out(call("f", [call("Fraction", [name, "3"]), tuple_of([name, name])]), depth)
    yield laid_out(tuple_of(["1", name, "3"], after="[state]"), depth, "state = ")
    yield laid_out(Brackets("{", (f'"a": {text}', '"b": 3'), "}[x]"), depth, "return ")
    yield [STEP * depth + "match x:"]
    yield laid_out(Operands((text, "| 3")), depth + 1, "case ", ":") + [
        STEP + line for line in body
    ]


def test_statements_of_every_length_are_formatted(tmp_path) -> None:
    for n in range(1, 100, 3):
        lines = ["def f(x):"]
        for depth in (1, 2, 3):
            lines += [line for told in statements(n, depth) for line in told]
            lines.append(STEP * depth + "if x:")
        lines.append(STEP * 4 + "pass")
        (tmp_path / f"part_{n}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not changes_of_ruff(tmp_path)


def test_a_literal_reads_back_and_is_formatted(tmp_path) -> None:
    chosen, alphabet = random.Random(0), "'\"\\ab\n"
    texts = [*TEXTS, *("".join(chosen.choices(alphabet, k=6)) for _ in range(300))]
    lines = [f"x = {quoted(text)}" for text in texts]
    assert [ast.literal_eval(quoted(text)) for text in texts] == texts
    (tmp_path / "literals.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not changes_of_ruff(tmp_path)


def test_a_float_reads_back_and_is_formatted(tmp_path) -> None:
    values = [0.0, -0.0, 1.0, 0.1, 1e-9, 1e22, -1.5e300, 5e-324, math.pi, math.nextafter(1e16, 0)]
    assert [float(number(value)).hex() for value in values] == [value.hex() for value in values]
    lines = [f"x = {number(value)}\n" for value in values]
    (tmp_path / "numbers.py").write_text("".join(lines))
    assert not changes_of_ruff(tmp_path)
