from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from helpers_trees import claim
from hypothesis import given
from hypothesis import strategies as st

from nalmx.expression import evaluate
from nalmx.verify import Counterexample, Domain
from nalmx.verify.searching.property import search
from nalmx.verify.strategies import points
from nalmx.verify.witness import Blocked

DOMAINS = [
    Domain.parse(texts, ["x1", "x2"])
    for texts in (
        ["[0,1]"],
        ["[[-6,-2],[2,6]]"],
        ["x1=[1/3,2/3]", "x2=[-1000000,1000000]"],
        ["x1=[1/3,1/2]", "x2=[[1/3,2/5],[3,4]]"],
        ["x1=[1e-30,2e-30]", "x2=[1,1.00000000000000000001]"],
        ["x1=[0,1e400]", "x2=[-1e-400,1e-400]"],
    )
]


@given(st.data(), st.sampled_from(DOMAINS))
def test_every_point_lies_in_the_domain(data: st.DataObject, domain: Domain) -> None:
    point = data.draw(points(domain))
    assert point in domain
    assert tuple(point) == domain.names


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("x1*x2 + Piecewise((1, x1 > 3), (0, True))", "x1*x2", "[0,10]"),
        ("max(x1, 3)", "3 + 0*x2", "[-10,10]"),
        ("floor(x1)*x2", "x1*x2 + Piecewise((1, x1 > 3), (x2*floor(x1) - x1*x2, True))", "[-9,9]"),
    ],
)
def test_a_witness_is_shrunk_to_a_simple_one(left: str, right: str, extent: str) -> None:
    found = search(claim(left, right, extent)).failure
    assert isinstance(found, Counterexample)
    assert found.point["x1"] == 4
    assert found.point["x2"].denominator == 1


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("min(x1, x2)", "x1 + 0*Piecewise((1/0, x1 == x2), (1, True))", "[0,1000]"),
        ("Piecewise((1, x1 == x2), (0, True))", "0", "[1/3,100]"),
        ("Piecewise((1, x1 == 1/3), (0, True))", "0*x2", "[1/3,100]"),
        ("Piecewise((1, x1 == 100), (0, True))", "0*x2", "[1/3,100]"),
        ("1/x1*x1", "x2/x2", "[-1,1]"),
    ],
)
def test_ties_ends_and_zeros_are_tried(left: str, right: str, extent: str) -> None:
    made = claim(left, right, extent)
    found = search(made).failure
    assert isinstance(found, Counterexample)
    assert found.point in made.domain


def test_a_point_where_neither_side_is_defined_comes_back_as_blocked() -> None:
    found = search(claim("log(x1)", "log(x1)", "[-5,5]"), 100).failure
    assert isinstance(found, Blocked)
    assert found.point["x1"] <= 0


def test_a_counterexample_goes_before_a_blocked_point() -> None:
    made = claim("log(x1)", "log(x1) + Piecewise((1, x1 > 4), (0, True))", "[-5,5]")
    found = search(made).failure
    assert isinstance(found, Counterexample)
    assert found.point["x1"] == 5


def test_a_true_claim_is_tried_at_many_points_and_not_failed() -> None:
    made = claim("Abs(x1)", "max(x1, -x1)", "[-1000,1000]")
    searched = search(made, examples=100)
    assert searched.failure is None
    assert searched.left_open == 0
    assert 50 < searched.points <= 100


def test_points_that_stay_open_are_counted_apart() -> None:
    searched = search(claim("floor(sqrt(x1)**2)", "floor(x1)", "[2,3]"), examples=50)
    assert searched.failure is None
    assert searched.left_open >= 1
    assert searched.points >= 1


def test_the_same_seed_finds_the_same_and_no_run_remembers_another() -> None:
    made = claim("sin(x1*x2)", "x1*x2", "[-3,3]")
    first, again = search(made, 50, seed=5), search(made, 50, seed=5)
    assert first == again


def test_a_claim_about_constants_is_judged_once() -> None:
    searched = search(claim("sqrt(2)", "2"))
    assert isinstance(searched.failure, Counterexample)
    assert searched.failure.point == {}
    assert searched.points == 1


def test_a_search_leaves_no_files_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, scratch = tmp_path / "work", tmp_path / "scratch"
    work.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made = claim("x1", "Abs(x1)", "[-1,1]")
    assert search(made).failure is not None
    assert list(work.iterdir()) == []
    assert list(scratch.iterdir()) == []


def test_a_witness_is_a_violation_when_it_is_evaluated_again() -> None:
    made = claim("Mod(x1, 3)", "x1", "[[0,1],[2,50]]")
    found = search(made).failure
    assert isinstance(found, Counterexample)
    assert evaluate(made.left, found.point) != evaluate(made.right, found.point)
