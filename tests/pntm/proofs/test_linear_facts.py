"""Linear facts about whole numbers: nothing is concluded that some numbers contradict."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from nalmx.pntm.proofs import linear
from nalmx.pntm.proofs.checking.multipliers import Contradictions, Linear, Unproved
from nalmx.pntm.proofs.induction import Possible
from nalmx.pntm.proofs.linear import (
    constant,
    contradiction,
    minus,
    plus,
    substituted,
    tightened,
    times,
    value,
)
from nalmx.pntm.proofs.situations import Path

BOX = list(product(range(-4, 5), repeat=3))
TRIES = 400


def contradictory(constraints):
    """Whether a contradiction is found; the checker must find it among the constraints, too."""
    found = contradiction(constraints)
    if found is None:
        return False
    checked = Contradictions([found], len(found[0][1]))
    assert checked.any_of({Linear(tuple(form)).tight() for form in constraints})
    return True


def follows(form, constraints):
    return Possible(constraints).follows(Path(), form)


def systems(most=5):
    """Random constraints on three numbers, each with a form that may follow from them."""
    random = np.random.default_rng(0)
    for _ in range(TRIES):
        rows = random.integers(-3, 4, (int(random.integers(1, most + 1)), 4)).tolist()
        yield [tuple(row) for row in rows], tuple(random.integers(-3, 4, 4).tolist())


def solutions(constraints):
    return [point for point in BOX if all(value(form, point) >= 0 for form in constraints)]


# Forms are (c, x, y) for c + a·x + b·y.
@pytest.mark.parametrize(
    ("form", "constraints"),
    [
        ((0, 1, 0), [(-1, 1, 0)]),  # x ≥ 1, so x ≥ 0
        ((0, 1, 1), [(0, 1, 0), (0, 0, 1)]),
        ((-5, 2, 3), [(-1, 1, 0), (-1, 0, 1)]),
        ((0, 1, -1), [(0, 1, -1)]),
        ((3, 0, 0), []),
        ((0, 0, 0), []),
        ((-1, 1, 0), [(-1, 2, 0)]),  # 2x ≥ 1, so x ≥ 1: x is whole
        ((-2, 1, 1), [(-3, 2, 2)]),  # 2x + 2y ≥ 3, so x + y ≥ 2
        ((-7, 0, 1), [(-1, 0, 0)]),  # from what is impossible, everything
    ],
)
def test_what_follows_is_shown(form, constraints):
    assert follows(form, constraints)


@pytest.mark.parametrize(
    ("form", "constraints"),
    [
        ((0, 1, 0), []),
        ((-1, 0, 0), []),
        ((-1, 1, 0), [(0, 1, 0)]),
        ((0, 0, 1), [(0, 1, 0)]),
        ((0, -1, 0), [(0, 1, 0)]),
        ((-1, 1, 0), [(0, 2, 0)]),
        ((0, 1, -1), [(0, 1, 0), (0, 0, 1)]),
        ((-3, 2, 2), [(-1, 1, 1)]),
    ],
)
def test_what_does_not_follow_is_not_shown(form, constraints):
    assert not follows(form, constraints)


@pytest.mark.parametrize(
    "constraints",
    [
        [(-1, 0, 0)],
        [(-1, 1, 0), (0, -1, 0)],
        [(-1, 2, 0), (1, -2, 0)],  # 2x = 1
        [(-1, 3, -6), (1, -3, 6)],  # 3x − 6y = 1
        [(0, 1, -1), (-1, -1, 1)],
        [(-2, 1, 0), (-2, 0, 1), (3, -1, -1)],
    ],
)
def test_contradictions_are_shown(constraints):
    assert contradictory(constraints)
    assert contradictory([*constraints, (7, 1, 1)])


@pytest.mark.parametrize(
    "constraints",
    [[], [(0, 0, 0)], [(5, 0, 0)], [(-2, 2, 0), (2, -2, 0)], [(0, 1, 1), (0, -1, -1)]],
)
def test_what_has_solutions_is_no_contradiction(constraints):
    assert not contradictory(constraints)


def test_no_contradiction_is_claimed_where_whole_numbers_solve_a_system():
    claimed = solved = 0
    for constraints, _ in systems(7):
        found = contradictory(constraints)
        points = solutions(constraints)
        assert not (found and points), (constraints, points[0])
        claimed += found
        solved += bool(points)
    assert claimed > 30
    assert solved > 100


def test_what_follows_holds_at_all_solutions():
    shown = 0
    for constraints, form in systems():
        if follows(form, constraints):
            assert all(value(form, point) >= 0 for point in solutions(constraints))
            shown += 1
    assert shown > 30


def test_every_contradiction_between_fractions_is_found():
    claimed = 0
    for constraints, _ in systems(7):
        tight = np.array([tightened(form) for form in constraints])
        solved = linprog(np.zeros(3), A_ub=-tight[:, 1:], b_ub=tight[:, 0], bounds=(None, None))
        assert solved.status in (0, 2)
        if solved.status == 2:
            assert contradictory(constraints)
            claimed += 1
    assert claimed > 60


def test_large_numbers_are_exact():
    large = 10**30
    assert contradictory([(-large - 1, large, 0), (1, -1, 0)])  # x ≥ 1 + 1/large, and x ≤ 1
    assert not contradictory([(-large, large, 0), (1, -1, 0)])
    assert follows((large, -1, 0), [(large, -1, 0), (0, 1, 0)])


CONSTRAINTS = [(-1, 1, 0), (0, -1, 0), (0, 0, 1)]


def stated(multipliers, forms=CONSTRAINTS):
    return [tuple(zip(multipliers, forms, strict=True))]


@pytest.mark.parametrize("multipliers", [(1, 1), (5, 5), (10**40, 10**40)])
def test_multipliers_that_leave_less_than_nothing_show_a_contradiction(multipliers):
    shown = Contradictions(stated(multipliers, CONSTRAINTS[:2]), 3)
    assert shown.any_of(set(map(Linear, CONSTRAINTS)))
    assert not shown.any_of({Linear(CONSTRAINTS[0]), Linear(CONSTRAINTS[2])})


@pytest.mark.parametrize(
    "multipliers",
    [
        *((1, 0, 0), (1, 1, 1), (0, 0, 0), (-1, -1, 0), (1, 1, -1), (1, 1, 0), (2, 1, 0)),
        *((-1, 1, 1), (0, 1, 1)),
    ],
)
def test_multipliers_that_are_not_positive_or_leave_something_are_refused(multipliers):
    with pytest.raises(Unproved):
        Contradictions(stated(multipliers), 3)


@pytest.mark.parametrize(
    ("multipliers", "forms"),
    [
        ((1, -1), [(0, 1, 0), (1, 1, 0)]),  # −1 in sum, but x ≥ 0 and x ≥ −1 have solutions
        ((1, 1), [(-1, 1), (0, -1)]),  # of another machine
        ((1, 1), [(-1, 1, 0, 0), (0, -1, 0, 0)]),
        ((), []),
    ],
)
def test_what_is_no_contradiction_is_refused(multipliers, forms):
    with pytest.raises(Unproved):
        Contradictions(stated(multipliers, forms), 3)


@pytest.mark.parametrize("found", [[1, 1, 1], [0, 0, 1], [-1, 1, 1], [1, 2, 0]])
def test_an_error_in_the_search_shows_nothing(monkeypatch, found):
    linear._contradiction.cache_clear()
    monkeypatch.setattr(linear, "_multipliers", lambda constraints: list(map(Fraction, found)))
    with pytest.raises(Unproved):
        contradictory([(-3, 1, 0), (9, -1, 0), (11, 0, 1)])
    linear._contradiction.cache_clear()


def test_the_checker_adds_and_replaces_as_the_search_does():
    random = np.random.default_rng(3)
    for _ in range(50):
        forms = [tuple(row) for row in random.integers(-5, 6, (3, 3)).tolist()]
        a, b, c = map(Linear, forms)
        factor = int(random.integers(-4, 5))
        assert (a + b).entries == plus(*forms[:2])
        assert (a - b - 1).entries == minus(*forms[:2], 1)
        assert (factor * a).entries == times(factor, forms[0])
        assert a.tight().entries == tightened(forms[0])
        assert a.with_values({1: b, 2: c}).entries == substituted(
            forms[0], {1: forms[1], 2: forms[2]}
        )


def test_forms_are_added_multiplied_and_compared():
    assert constant(3, 3) == (3, 0, 0)
    assert plus((1, 2, 3), (4, 5, 6), (0, 1, 0)) == (5, 8, 9)
    assert times(-2, (1, 2, 0)) == (-2, -4, 0)
    assert minus((5, 1, 0), (2, 0, 1)) == (3, 1, -1)
    assert minus((5, 1, 0), (2, 0, 1), 1) == (2, 1, -1)
    assert value((1, 2, -3), (10, 1)) == 18


def test_variables_are_replaced_all_at_once():
    # 1 + x + 2y with x = y + 3 and y = x.
    assert substituted((1, 1, 2), {1: (3, 0, 1), 2: (0, 1, 0)}) == (4, 2, 1)
    assert substituted((1, 1, 2), {}) == (1, 1, 2)
    assert substituted((1, 0, 2), {1: (9, 9, 9)}) == (1, 0, 2)


def test_a_form_with_variables_replaced_has_the_value_of_the_new_ones():
    random = np.random.default_rng(1)
    for _ in range(100):
        form, *new = (tuple(row) for row in random.integers(-5, 6, (4, 4)).tolist())
        chosen = [at for at in (1, 2, 3) if random.random() < 0.6]
        point = random.integers(-9, 10, 3).tolist()
        updates = {at: new[at - 1] for at in chosen}
        moved = [value(updates[at], point) if at in updates else point[at - 1] for at in (1, 2, 3)]
        assert value(substituted(form, updates), point) == value(form, moved)


def test_tightening_keeps_all_whole_solutions_and_no_others():
    assert tightened((-3, 2, 4)) == (-2, 1, 2)
    assert tightened((3, 2, -4)) == (1, 1, -2)
    assert tightened((-3, 0, 6)) == (-1, 0, 1)
    for same in ((-3, 2, 3), (-3, 1, 0), (-3, 0, 0), (0, 0, 0), (4,)):
        assert tightened(same) == same
    random = np.random.default_rng(2)
    for form in map(tuple, random.integers(-6, 7, (50, 4)).tolist()):
        tight = tightened(form)
        assert all((value(form, p) >= 0) == (value(tight, p) >= 0) for p in BOX)
