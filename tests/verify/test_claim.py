"""A claim is made of anything that stands for an expression, and of nothing else."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy

from nalmx import NAU, Claim, Domain, Formula, Tolerance, check, parse
from nalmx.errors import ExpressionError, NalmxError, RangeError, SettingError
from nalmx.ranges import Range

UNIT = Domain.parse(["[0,1]"], ["x1", "x2"])
SUM = parse("x1 + x2")


def module() -> NAU:
    made = NAU(in_features=2, out_features=1)
    made.raw_weight.data[:] = 1
    return made


@pytest.mark.parametrize(
    "given",
    [
        "x1 + x2",
        SUM,
        sympy.Symbol("x1") + sympy.Symbol("x2"),
        Formula(("x1", "x2"), (SUM,), "nau", "add"),
        [SUM],
        module(),
    ],
    ids=["text", "tree", "sympy", "formula", "list", "module"],
)
def test_a_claim_is_made_of_whatever_stands_for_an_expression(given: Any) -> None:
    made = Claim.of(given, "x2 + x1", "[0,1]")
    assert check(made).verdict == "proved"
    assert Claim.of("x1", given, UNIT, "abs:3").domain == UNIT


@pytest.mark.parametrize(
    "domain", ["[0,1]", {"x1": "[0,1]", "x2": "[0,1]"}, Range.parse("[0,1]"), UNIT]
)
def test_its_domain_is_written_in_any_way(domain: Any) -> None:
    made = Claim.of("x1 + x2", SUM, domain, "rel:1/3")
    assert made == Claim(SUM, SUM, UNIT, Tolerance("rel", Fraction(1, 3)))
    assert Claim.of("x1 + x2", 3, domain).tolerance == Tolerance()


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        (("x1", SUM, UNIT), SettingError, "left side of a claim is 'x1' (str), which is no"),
        ((SUM, 2.5, UNIT), SettingError, "right side of a claim is 2.5 (float), which is no"),
        (
            (SUM, SUM, "[0,1]"),
            SettingError,
            "the domain of a claim is '[0,1]' (str); give a Domain",
        ),
        ((SUM, SUM, UNIT, "0"), SettingError, "the tolerance of a claim is '0' (str); give a Tol"),
    ],
)
def test_what_is_no_expression_is_named_with_what_to_write(
    arguments: tuple[Any, ...], kind: type[NalmxError], says: str
) -> None:
    with pytest.raises(kind) as raised:
        Claim(*arguments)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        (("x1 +", SUM, UNIT), ExpressionError, "the left side: "),
        ((SUM, object(), UNIT), ExpressionError, "the right side is a object; give a Formula"),
        ((SUM, [SUM, SUM], UNIT), ExpressionError, "the right side has 2 outputs; make a claim"),
        ((SUM, [], UNIT), ExpressionError, "the right side is an empty list"),
        ((SUM, SUM, 7), RangeError, "a domain cannot be a int"),
        ((SUM, SUM, {"x1": "[0,1]"}), RangeError, "the input 'x2' has no range"),
        ((SUM, SUM, UNIT, "tight"), SettingError, "'tight' is not a tolerance"),
    ],
)
def test_what_no_claim_can_be_made_of_is_named(
    arguments: tuple[Any, ...], kind: type[NalmxError], says: str
) -> None:
    with pytest.raises(kind) as raised:
        Claim.of(*arguments)
    assert says in str(raised.value)
