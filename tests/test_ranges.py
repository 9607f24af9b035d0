from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nalmx.errors import RangeError
from nalmx.ranges import MAX_INTERVALS, Interval, Range

VALUES = st.fractions(-20, 20, max_denominator=30)
INTERVALS = st.tuples(VALUES, VALUES).map(lambda ends: Interval(min(ends), max(ends)))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("[2,6]", "[2,6]"),
        (" [ -2 , 6 ] ", "[-2,6]"),
        ("[-0.5,1/3]", "[-0.5,1/3]"),
        ("[1e-3,1e3]", "[0.001,1000]"),
        ("[[2,6]]", "[2,6]"),
        ("[[-6,-2],[2,6]]", "[[-6,-2],[2,6]]"),
        ("[[2,6], [-6,-2]]", "[[-6,-2],[2,6]]"),
        ("[[1,2],[2,3]]", "[1,3]"),
        ("[[1,4],[2,3]]", "[1,4]"),
        ("[[1,3],[2,4],[6,7]]", "[[1,4],[6,7]]"),
        ("[[1,2],[1,2]]", "[1,2]"),
        ("[2,2]", "[2,2]"),
        ("[0,0.0]", "[0,0]"),
        ("[[4,4],[1,2]]", "[[1,2],[4,4]]"),
        ("[[2,2],[1,2],[1,1]]", "[1,2]"),
    ],
)
def test_a_range_is_an_interval_or_a_union_and_is_spelled_in_order(text: str, spelled: str) -> None:
    assert str(Range.parse(text)) == spelled


@given(st.lists(INTERVALS, min_size=1, max_size=6))
def test_a_spelled_range_reads_back_to_itself(intervals: list[Interval]) -> None:
    extent = Range.union(intervals)
    assert Range.parse(str(extent)) == extent


@given(st.lists(INTERVALS, min_size=1, max_size=6), VALUES)
def test_a_union_contains_what_one_of_its_intervals_contains(
    intervals: list[Interval], value: Fraction
) -> None:
    assert (value in Range.union(intervals)) == any(value in part for part in intervals)


@given(st.lists(INTERVALS, min_size=1, max_size=6))
def test_the_intervals_of_a_union_are_apart_and_in_order(intervals: list[Interval]) -> None:
    parts = Range.union(intervals).intervals
    assert parts
    assert all(before.upper < after.lower for before, after in pairwise(parts))
    assert all(part.width >= 0 for part in parts)


def test_both_ends_belong_to_a_range() -> None:
    extent = Range.parse("[[1/3,1],[2,3]]")
    assert Fraction(1, 3) in extent
    assert Fraction(3) in extent
    assert Fraction(3, 2) not in extent
    assert Fraction(1, 3) - Fraction(1, 10**30) not in extent


def test_a_range_knows_its_ends_and_its_largest_magnitude() -> None:
    extent = Range.parse("[[-7,-1],[2,6]]")
    assert (extent.lower, extent.upper, extent.largest_magnitude) == (-7, 6, 7)
    assert (extent.intervals[0].width, extent.intervals[1].middle) == (6, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[6,2]", "reversed"),
        ("[[1,2],[4,3]]", "reversed"),
        ("[1e1000,-1e1000]", "reversed"),
        ("[nan,1]", "not a finite number"),
        ("[0,inf]", "not a finite number"),
        ("[-Infinity,0]", "not a finite number"),
        ("[0,1e1001]", "not a finite number"),
        ("[0,1e999999999]", "not a finite number"),
        ("[0," + "9" * 5000 + "]", "not a finite number"),
        ("[0,1/0]", "not a finite number"),
        ("[a,b]", "not a finite number"),
        ("[,]", "not a finite number"),
        ("[1,]", "not a finite number"),
        ("[1,x1]", "not a finite number"),
        ("[1:2,3]", "not a finite number"),
        ("[1,2],[3,4]", "put them in one list"),
        ("", "is not a range"),
        ("2,6", "is not a range"),
        ("[2]", "is not a range"),
        ("[2,6", "is not a range"),
        ("2,6]", "is not a range"),
        ("(2,6)", "is not a range"),
        ("[2;6]", "is not a range"),
        ("[2,4,6]", "is not a range"),
        ("[]", "is not a range"),
        ("[[]]", "is not a range"),
        ("[[[1,2]]]", "is not a range"),
        ("[[1,2],[3,4]", "is not a range"),
        ("[[1,2][3,4]]", "is not a range"),
        ("[[1,2],[3,4],]", "is not a range"),
        ("[1,2]x", "is not a range"),
        ("[" * 20_000, "is not a range"),
        ("[1,2]" + " " * 20_000, "is not a range"),
        ("[" + "[0,1]," * 5000 + "[0,1]]", "is not a range"),
        ("[" + ",".join(f"[{n},{n}.5]" for n in range(MAX_INTERVALS + 1)) + "]", "at most 100"),
    ],
)
def test_anything_else_is_refused_on_one_line(text: str, problem: str) -> None:
    with pytest.raises(RangeError, match=problem) as caught:
        Range.parse(text)
    message = str(caught.value)
    assert message.splitlines() == [message]


@pytest.mark.parametrize("text", ["[1,2 3]", "[1 2,30]", "[- 2,1 /3 4]", "[1e 3,1e4]"])
def test_digits_with_a_space_between_them_are_not_joined_to_a_number(text: str) -> None:
    with pytest.raises(RangeError):
        Range.parse(text)


def test_the_largest_number_of_intervals_is_accepted() -> None:
    text = "[" + ",".join(f"[{n},{n}.5]" for n in range(MAX_INTERVALS)) + "]"
    assert len(Range.parse(text).intervals) == MAX_INTERVALS


def test_an_error_with_control_characters_is_still_one_line() -> None:
    with pytest.raises(RangeError) as caught:
        Range.parse("[1,\n2\0]\x1b[31m")
    assert str(caught.value).isprintable()
