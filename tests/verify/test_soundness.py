"""No false claim is ever proved or bounded; no counterexample is one that an oracle rejects."""

from collections import Counter

import pytest
from claims import KINDS, false_claims
from claims.oracle import violated

from nalmx.verify import Effort, check

EFFORT = Effort(examples=20, points=1_000, seconds=2.0)


def assert_none_established(count, seed):
    classes = Counter()
    for stated in false_claims(count, seed):
        verdict = check(stated.claim(), EFFORT)
        assert verdict.verdict not in ("proved", "bounded"), (stated, verdict)
        if verdict.counterexample is not None:
            assert violated(stated, verdict.counterexample.point), (stated, verdict)
        classes[stated.kind] += 1
    assert set(classes) == set(KINDS)


@pytest.mark.parametrize("part", range(8))
def test_no_false_claim_is_established(part):
    assert_none_established(256, f"sound {part}")


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_no_false_claim_is_established_among_many(part):
    assert_none_established(512, f"sound and many {part}")
