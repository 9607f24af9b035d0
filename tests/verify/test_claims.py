"""The corpora of claims are what they say: true ones hold and false ones fail, judged without nalmx."""

from itertools import islice

import pytest
from claims import KINDS, false_claims, true_claims
from claims.extremes import largest_difference
from claims.module_claims import module_claims
from claims.replay import agrees, certainly_false, contains, points, ranges
from helpers_pytest import thinned

from nalmx.verify import Counterexample
from nalmx.verify.witness import judge

FAMILIES = sorted({claim.kind for claim in true_claims()})
MAGNITUDES = "very large and very small magnitudes"
TOLERATED = [claim for claim in true_claims() if claim.tolerance != "0"]


def claims_of(family):
    return [claim for claim in true_claims() if claim.kind == family]


def test_the_corpus_is_large_and_its_names_differ():
    names = [claim.name for claim in true_claims()]
    assert len(names) == len(set(names)) >= 400
    assert len(KINDS) >= 25


@pytest.mark.parametrize("family", thinned(FAMILIES))
def test_true_claims_hold_at_random_points(family):
    for claim in claims_of(family):
        claim.claim()
        assert claim.expected == ("proved" if claim.tolerance == "0" else "bounded")
        for point in points(claim, 12):
            assert agrees(claim, point), f"{claim.name}: {claim.left} vs {claim.right} at {point}"


@pytest.mark.slow
def test_claims_of_modules_hold_at_random_points():
    claims = module_claims()
    assert len({claim.name for claim in claims}) == len(claims) >= 150
    for claim in claims:
        claim.claim()
        for point in points(claim, 2):
            assert agrees(claim, point), f"{claim.name} at {point}"


@pytest.mark.parametrize("claim", TOLERATED[::6], ids=lambda claim: claim.name)
def test_tolerances_are_near_the_largest_difference(claim):
    assert_near(claim, 300)


@pytest.mark.slow
def test_all_tolerances_are_near_the_largest_difference():
    for claim in TOLERATED:
        assert_near(claim, 1500)
    for claim in module_claims():
        if claim.tolerance != "0":
            assert_near(claim, 300)


def assert_near(claim, count):
    largest, point = largest_difference(claim, count)
    size = float(claim.tolerance.partition(":")[2])
    assert 1.015 <= size / largest <= 3.01, f"{claim.name}: {size} and {largest} at {point}"


def test_false_claims_are_false_and_differ():
    claims = list(false_claims(3 * len(KINDS), seed=10))
    assert [claim.kind for claim in claims[: len(KINDS)]] == list(KINDS)
    assert len({(c.left, c.right, c.domain, c.tolerance) for c in claims}) == len(claims)
    assert all(contains(ranges(claim), claim.witness) for claim in claims)
    assert all(certainly_false(claim) for claim in claims)


def test_false_claims_are_the_same_for_the_same_seed():
    first = list(islice(false_claims(100, seed=3), 40, 60))
    assert first == list(false_claims(60, seed=3))[40:]
    assert first != list(false_claims(60, seed=4))[40:]


def test_a_replay_of_the_witness_refutes_a_false_claim():
    # Others fail at irrational points only, or by less than 256 bits show.
    shown = [
        claim
        for claim in false_claims(3 * len(KINDS), seed=10)
        if not claim.divisor and claim.kind != MAGNITUDES
    ]
    assert len(shown) > len(KINDS)
    for claim in shown:
        assert isinstance(judge(claim.claim(), claim.witness), Counterexample), claim
