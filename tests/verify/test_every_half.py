"""Checks at every pair of float16 and bfloat16 numbers: what is counted, bounded, found and refused."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from helpers_pytest import thinned
from helpers_trees import claim

from nalmx.cli import main
from nalmx.errors import SettingError
from nalmx.expression import Undefined, evaluate
from nalmx.verify import Effort, check
from nalmx.verify.sweeping.exhaustive import EveryFloat, every_float
from nalmx.verify.sweeping.grids import halves

FORMATS = ("float16", "bfloat16")


def extent(text: str):
    return claim("x1", "x1", text).domain.ranges["x1"]


@pytest.mark.parametrize(
    ("form", "text", "count"),
    [
        ("float16", "[-65504,65504]", 63_488),
        ("float16", "[-1e9,1e9]", 63_488),
        ("float16", "[1,2]", 1_025),
        ("float16", "[0,1e-7]", 3),
        ("float16", "[65505,1e9]", 0),
        ("bfloat16", "[-1e39,1e39]", 65_280),
        ("bfloat16", "[1,2]", 129),
        ("bfloat16", "[[-2,-1],[1,2]]", 258),
        ("bfloat16", "[1.001,1.002]", 0),
    ],
)
def test_every_number_of_a_range_is_there_once(form, text, count) -> None:
    where = extent(text)
    values = halves(where, form)
    assert len(values) == count == len({value.tobytes() for value in values})
    assert all(Fraction(value) in where for value in values[:: max(1, count // 500)].tolist())
    if form == "float16":
        assert (values.astype(np.float16) == values).all()
    else:
        assert not (values.view(np.uint32) & np.uint32(0xFFFF)).any()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("left", "right", "tolerance"),
    thinned(
        [
            ("x1*x2 + 1/3", "x2*x1 + 0.3333", "abs:1e-4"),
            ("(x1 - x2)/x2", "x1/x2 - 1.01", "abs:0.1"),
            ("x1**2*x2", "x1*x2*x1*(1 + 1/1000)", "rel:1e-2"),
        ],
        3,
    ),
)
def test_the_bound_holds_and_is_met_at_every_pair(form, left, right, tolerance) -> None:
    text = "[-1.02,-1]" if form == "float16" else "[-1.2,-1]"
    made = claim(left, right, f"x1={text}", "x2=[2,2.05]", tolerance=tolerance)
    found = every_float(made, inputs=form)
    gaps = {}
    for pair in product(halves(extent(text), form), halves(extent("[2,2.05]"), form)):
        point = {name: Fraction(float(x)) for name, x in zip(("x1", "x2"), pair, strict=True)}
        sides = evaluate(made.left, point), evaluate(made.right, point)
        gaps[pair] = abs(sides[0] - sides[1]) / (abs(sides[1]) if "rel" in tolerance else 1)
    largest = max(gaps.values())
    assert found.points == found.all_points == len(gaps)
    assert (found.left_open, found.counterexample) == (0, None)
    assert largest <= found.bound <= largest * Fraction(1 + 1e-9)
    assert gaps[tuple(np.float32(float(x)) for x in found.where.values())] == found.largest
    assert float(found.largest) == pytest.approx(float(largest), rel=1e-12)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("threads", thinned([2, 1]))
def test_the_one_wrong_pair_is_found(form, threads) -> None:
    bad = {"x1": Fraction(3, 2), "x2": Fraction(-5, 4)}
    needle = "max(0, 1 - 1e6*(Abs(x1 - 1.5) + Abs(x2 + 1.25)))"
    made = claim(f"x1*x2 + {needle}", "x1*x2", "x1=[1,2]", "x2=[-2,-1]", tolerance="abs:0.5")
    found = every_float(made, threads=threads, inputs=form)
    assert found.counterexample is not None
    assert found.counterexample.point == bad


@pytest.mark.parametrize("text", thinned(["1/(x1 - x2)", "sqrt(x1 - x2)"]))
def test_a_pair_without_a_value_is_never_certified(text: str) -> None:
    made = claim(text, "x1", "[[0,0],[1,1.1]]", tolerance="abs:1e300")
    found = every_float(made, inputs="bfloat16")
    assert found.counterexample is not None
    assert isinstance(evaluate(made.left, found.counterexample.point), Undefined)


def test_zeros_of_both_sides_are_judged_exactly() -> None:
    made = claim(
        "(x1 + 1)*x2", "x1*x2 + x2", "x1=[-1.5,-0.5]", "x2=[[0,0],[0.5,1]]", tolerance="rel:1e-9"
    )
    found = every_float(made, inputs="bfloat16")
    assert (found.left_open, found.counterexample) == (0, None)
    assert found.points == found.all_points > 20_000


def test_a_verdict_names_format_and_pairs() -> None:
    made = claim("(x1 + 1)*x2", "x1*x2 + x2", "[1,1.5]", tolerance="abs:1e-12")
    verdict = check(made, Effort(), [EveryFloat(inputs="bfloat16")])
    assert (verdict.verdict, verdict.inputs, verdict.points) == ("bounded", "bfloat16", 65**2)
    assert verdict.arithmetic == "float64-certified at every one of 4225 bfloat16 pairs of inputs"


def test_three_inputs_and_an_empty_range_are_refused() -> None:
    with pytest.raises(SettingError, match="needs one or two inputs; the domain has 3"):
        every_float(claim("x1*x2*x3", "1", "[0,1]", tolerance="abs:1"), inputs="float16")
    with pytest.raises(SettingError, match="there is no bfloat16 number in the range"):
        every_float(claim("x1", "1", "[1.001,1.002]", tolerance="abs:1"), inputs="bfloat16")


def test_the_command_line_takes_pairs(capsys) -> None:
    asked = [
        "verify",
        "expr",
        "x*y + 1/3",
        "--truth",
        "y*x + 0.3333",
        "--tolerance",
        "abs:1e-5",
        "--range",
    ]
    assert main([*asked, "[1,1.1]", "--every-bfloat16", "--json", "--quiet"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["inputs"]) == ("refuted", "bfloat16")
    assert main([*asked, "[1,2]", "--every-bfloat16", "--every-float16"]) == 2
    assert "are two checks; give one of them" in capsys.readouterr().err
