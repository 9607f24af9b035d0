"""No false claim is ever proved or bounded; no counterexample is one that an oracle rejects."""

from collections import Counter

import pytest
from claims import KINDS, false_claims
from claims.replay import confirmed
from helpers_pytest import thinned

from nalmx.verify import Effort, check

QUICK = Effort(examples=5, points=100, seconds=0.25)
THOROUGH = Effort(examples=50, points=10_000, seconds=5.0)


def assert_none_established(count, seed, effort):
    classes = Counter()
    for stated in false_claims(count, seed):
        verdict = check(stated.claim(), effort)
        assert verdict.verdict not in ("proved", "bounded"), (stated, verdict)
        if (example := verdict.counterexample) is not None:
            assert confirmed(stated, example.point, example.beyond), (stated, verdict)
        classes[stated.kind] += 1
    assert set(classes) == set(KINDS)


@pytest.mark.parametrize("part", thinned(range(4), 4))
def test_no_false_claim_is_established(part):
    assert_none_established(96, f"sound {part}", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_no_false_claim_is_established_in_a_short_time(part):
    assert_none_established(256, f"sound {part}", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_no_false_claim_is_established_among_many(part):
    assert_none_established(512, f"sound and many {part}", THOROUGH)
