from __future__ import annotations

from fractions import Fraction

import pytest

from nalmx.errors import ExpressionError, RangeError
from nalmx.ranges import Range
from nalmx.verify import Domain


def test_a_range_without_a_name_holds_for_every_input_without_its_own() -> None:
    domain = Domain.parse(["x2=[1,2]", "[2,6]"], ["x1", "x2", "x3"])
    assert domain.to_json() == {"x1": "[2,6]", "x2": "[1,2]", "x3": "[2,6]"}


def test_inputs_are_kept_in_natural_order() -> None:
    assert Domain.parse(["[0,1]"], ["x10", "x2", "x1"]).names == ("x1", "x2", "x10")


def test_spaces_around_a_name_and_a_range_do_not_matter() -> None:
    assert Domain.parse([" x1 = [ 1 , 2 ] "], ["x1"]).to_json() == {"x1": "[1,2]"}


def test_without_inputs_there_is_one_empty_point() -> None:
    domain = Domain.parse([], [])
    assert list(domain.boxes()) == [{}]
    assert {} in domain


@pytest.mark.parametrize(
    ("texts", "names", "problem"),
    [
        (["x1=[0,1]"], ["x1", "x2"], "'x2' has no range"),
        ([], ["x1"], "'x1' has no range"),
        (["x3=[0,1]"], ["x1", "x2"], "no input 'x3'.*inputs: x1, x2"),
        (["x1=[0,1]"], [], "no input 'x1'.*none"),
        (["x1=[0,1]", "x1=[2,3]"], ["x1"], "'x1' has two ranges"),
        (["[0,1]", "[2,3]"], ["x1"], "two ranges without a name"),
        (["x1=[1,0]"], ["x1"], "reversed"),
        (["x1="], ["x1"], "is not a range"),
        (["x1=[0,1]=[2,3]"], ["x1"], "is not a range"),
        (["x1=[0,inf]"], ["x1"], "not a finite number"),
    ],
)
def test_a_domain_that_does_not_fit_its_inputs_is_refused_on_one_line(
    texts: list[str], names: list[str], problem: str
) -> None:
    with pytest.raises(RangeError, match=problem) as caught:
        Domain.parse(texts, names)
    message = str(caught.value)
    assert message.splitlines() == [message]


@pytest.mark.parametrize("name", ["", "2x", "pi", "sin", "nan", "x 1"])
def test_a_range_for_what_cannot_be_an_input_is_refused(name: str) -> None:
    with pytest.raises(ExpressionError, match="cannot name an input"):
        Domain.parse([f"{name}=[0,1]"], ["x1"])


def test_the_boxes_of_unions_are_all_combinations_of_their_intervals() -> None:
    domain = Domain.parse(["x1=[[0,1],[2,3]]", "x2=[[4,5],[6,7],[8,9]]"], ["x1", "x2"])
    boxes = [(str(box["x1"]), str(box["x2"])) for box in domain.boxes()]
    assert boxes == [(a, b) for a in ("[0,1]", "[2,3]") for b in ("[4,5]", "[6,7]", "[8,9]")]


def test_the_boxes_of_a_hundred_unions_are_made_one_at_a_time() -> None:
    domain = Domain.uniform([f"x{n}" for n in range(100)], Range.parse("[[0,1],[2,3]]"))
    assert {str(extent) for extent in next(domain.boxes()).values()} == {"[0,1]"}


@pytest.mark.parametrize(
    ("x1", "x2", "inside"),
    [
        ("0", "1/3", True),
        ("3", "1", True),
        ("3/2", "1/2", False),
        ("1", "1/3", True),
        ("1", "333333333/1000000000", False),
        ("1.0000000000000000001", "1/2", False),
    ],
)
def test_a_point_is_inside_when_every_value_is_in_its_range(x1: str, x2: str, inside: bool) -> None:
    domain = Domain.parse(["x1=[[0,1],[2,3]]", "x2=[1/3,1]"], ["x1", "x2"])
    assert ({"x1": Fraction(x1), "x2": Fraction(x2)} in domain) is inside


def test_uniform_gives_every_input_the_same_range() -> None:
    extent = Range.parse("[[-2,-1],[1,2]]")
    assert Domain.uniform(["a", "b"], extent).ranges == {"a": extent, "b": extent}
