"""Verdicts on recurrent networks for sequences of every length: induction, its room, and its limits."""

import random
from fractions import Fraction

import pytest

from nalmx.errors import SettingError
from nalmx.expression import evaluate, parse
from nalmx.extract.formula import Formula
from nalmx.ranges import Range
from nalmx.runs.every_length import every_length


def step(*outputs, items=1):
    names = [f"x{i + 1}" for i in range(items)] + [f"h{i + 1}" for i in range(len(outputs))]
    return Formula(tuple(names), tuple(map(parse, outputs)), "test", "0")


def settled(formula, truth, items, states, initial, growth=None):
    return every_length(
        formula,
        list(map(parse, truth)),
        [Range.parse(text) for text in items],
        [Range.parse(text) for text in states],
        initial,
        growth=None if growth is None else Range.parse(growth),
    )


def test_a_minimum_is_proved_for_every_length():
    found = settled(
        step("Piecewise((x1, x1 < h1), (h1, True))"), ["Min(x1, h1)"], ["[-9,9]"], ["[-9,9]"], None
    )
    assert (found.verdict, found.most) == ("proved", None)
    assert str(found) == "proved for every length"


def test_a_count_is_proved_for_as_long_as_it_fits():
    count = "h1 + Piecewise((1, x1 == x2), (0, True))"
    found = settled(
        step(count, items=2), [count], ["[1,9]"] * 2, ["[0,1000000]"], [0], growth="[0,1]"
    )
    assert (found.verdict, found.most) == ("proved", 1_000_000)
    assert str(found) == "proved up to length 1,000,000"


def test_room_counts_from_where_a_state_begins_on_both_sides():
    found = settled(step("h1 + x1"), ["h1 + x1"], ["[-1,2]"], ["[-10,10]"], [4], growth="[-1,2]")
    assert found.most == 3
    found = settled(step("h1 + x1"), ["h1 + x1"], ["[-2,1]"], ["[-10,10]"], [4], growth="[-2,1]")
    assert found.most == 6
    found = settled(step("h1 + x1"), ["h1 + x1"], ["[-2,1]"], ["[-10,10]"], None, growth="[-2,1]")
    assert found.most == 4


def test_without_a_growth_one_step_after_the_other_is_enclosed():
    found = settled(step("h1*x1"), ["h1*x1"], ["[1,9]"], ["[0,1000]"], [1])
    assert (found.verdict, found.most) == ("proved", 3)
    found = settled(step("h1 - x1"), ["h1 - x1"], ["[0,1]"], ["[-7/2,9]"], None)
    assert found.most == 3
    found = settled(step("h1 + x1"), ["h1 + x1"], ["[0,1]"], ["[0,9999]"], [0])
    assert found.most == 1_000


def test_a_step_that_is_wrong_somewhere_in_the_ranges_is_refuted():
    found = settled(step("Min(x1, h1, 5)"), ["Min(x1, h1)"], ["[0,9]"], ["[0,9]"], None)
    assert found.verdict == "refuted"
    assert "h1 is refuted" in str(found)


@pytest.mark.parametrize(
    ("truth", "items", "states", "initial", "growth", "reason"),
    [
        ("h1 + x1", "[0,9]", "[0,5]", [0], None, "not proved to stay"),
        ("h1/(x1 - 1)", "[2,3]", "[-1,1]", [2], None, "begins in"),
        ("h1 + x1", "[0,1]", "[0,5]", [0], "[0,0.9]", "not proved to move h1"),
        ("h1 + x1", "[0,1]", "[0,5]", [0], "[0.1,1]", "not proved to move h1"),
        ("Min(x1, h1)", "[-1,1]", "[0,1]", None, None, "begins in"),
        ("h1 + x1", "[0,1]", "[0,5]", [6], "[0,1]", "begins in"),
        ("2*h1", "[0,1]", "[0,5]", [1], "[0,1]", "not proved to move h1"),
    ],
)
def test_what_the_induction_does_not_give_is_left_open(
    truth, items, states, initial, growth, reason
):
    found = settled(step(truth), [truth], [items], [states], initial, growth)
    assert found.verdict == "unknown"
    assert reason in found.reason


def test_steps_of_several_states_are_compared_one_by_one():
    formula = step("h1 + x1", "h2*1")
    found = settled(formula, ["h1 + x1", "h2"], ["[0,1]"], ["[0,8]", "[2,3]"], [0, 2], "[0,1]")
    assert found.most == 1  # what the narrower of the two ranges leaves
    with pytest.raises(SettingError, match="does not fit 1 items, 1 states and 2 truths"):
        settled(formula, ["h1", "h2"], ["[0,1]"], ["[0,8]"], [0])
    with pytest.raises(SettingError, match="one interval"):
        settled(step("h1"), ["h1"], ["[0,1]"], ["[[0,1],[2,3]]"], [0])


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_proved_that_a_sequence_contradicts(seed):
    """Steps and truths that differ beyond a threshold, run in exact numbers for as long as is claimed."""
    draw = random.Random(seed)
    limit, size, start = draw.randint(1, 6), draw.randint(1, 9), draw.randint(0, 3)
    formula = step(f"Piecewise((h1 + x1, h1 <= {limit}), (h1 + x1 + 1, True))")
    found = settled(formula, ["h1 + x1"], ["[0,1]"], [f"[0,{size}]"], [start], "[0,1]")
    held = size <= limit and start <= size
    assert (found.verdict == "proved") == held
    assert found.most == (size - start if held else None)
    own = true = Fraction(start)
    for _ in range(found.most or 0):
        point = {"x1": Fraction(1), "h1": own}
        own, true = evaluate(formula.outputs[0], point), true + 1
    assert own == true
