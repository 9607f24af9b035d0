"""Counts decide a verdict, and the clock only aborts: the same claim on a slow machine."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from helpers_pytest import thinned
from helpers_trees import claim, exhaustive_verdict

from nalmx.clock import Deadline, limited, until
from nalmx.expression import parse
from nalmx.expression.float_program import FLOAT32, FloatProgram
from nalmx.verify import Claim, Effort, Verdict, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.prover import Open
from nalmx.verify.provers import PROVERS, Bounds, Sweep
from nalmx.verify.rounding.as_it_runs import RunningErrors
from nalmx.verify.sweeping import sweep as sweeping
from nalmx.verify.sweeping.exhaustive import EveryFloat

FLOAT_PROGRAM = FloatProgram(("x1",), parse("x1"), FLOAT32)
EFFORT = Effort(examples=30, points=2_000, device="cpu", seconds=3_600)
CLAIMS = {
    "proved": claim("x*(y + 1)", "x*y + x", "[-5,5]"),
    "proved by cases": claim("sqrt((x - y)**2)", "Max(x - y, y - x)", "[-2,2]"),
    "bounded": claim("sqrt(x**2 + 1e-2)", "Abs(x)", "[-1,1]", tolerance="abs:0.12"),
    "bounded relatively": claim("exp(x)", "1 + x + x**2/2", "[0,1/2]", tolerance="rel:0.02"),
    "tested": claim("acos(cos(4))*x1", "(2*pi - 4)*x1", "[0,1]"),
    "refuted": claim("x1*x2", "x1 + x2", "[2,6]"),
    "refuted in a corner": claim("Max(x - 0.999, 0)*y", "0", "[0,1]"),
    "refuted between": claim("1/(x**2 - 2)", "x", "[1,2]", tolerance="abs:1e9"),
    "unknown": claim("log(x1)", "ln(x1)", "[-1,1]"),
    "out of operations": claim("(x + y + 1)**9*sin(x)", "sin(x)*(y + 1 + x)**9", "[0,1]"),
}


class Stepping:
    """A clock that takes a step at each reading: the slower the machine, the greater."""

    def __init__(self, step: float) -> None:
        self.step, self.read = step, 0

    def __call__(self) -> float:
        self.read += 1
        return self.step * self.read


def verdicts(now: Callable[[], float], one: Claim, effort: Effort) -> dict[str, object]:
    with until(Deadline(now=now)):
        found = check(one, effort).to_json()
    del found["seconds"]
    return found


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.parametrize("effort", thinned([Effort(20, 500, 1, "cpu", 3_600, 2_000, 50), EFFORT]))
def test_a_slow_machine_gives_the_same_verdict_with_the_same_counts(
    name: str, effort: Effort
) -> None:
    check(CLAIMS[name], effort)  # so that what is kept for all claims is there
    fast = Stepping(1e-9)
    calm = verdicts(fast, CLAIMS[name], effort)
    slow = Stepping(1_800 / fast.read)
    assert verdicts(slow, CLAIMS[name], effort) == calm
    assert slow.read == fast.read
    assert verdicts(lambda: 20 * time.monotonic(), CLAIMS[name], effort) == calm


def test_the_claims_have_verdicts_of_every_level() -> None:
    levels = {check(one, EFFORT).verdict for one in CLAIMS.values()}
    assert levels == {"proved", "bounded", "tested", "refuted", "unknown"}


@pytest.mark.parametrize("name", ["proved", "bounded", "refuted"])
def test_every_prover_spends_what_it_does(name: str) -> None:
    known = Open()
    for prover in PROVERS:
        with limited(10**12) as spent:
            found = prover.attempt(CLAIMS[name], EFFORT, known)
        assert spent.spent > 0
        if isinstance(found, Verdict):
            break
        known = found
    assert isinstance(found, Verdict)


def test_what_a_finding_leaves_out_for_want_of_effort_is_said() -> None:
    found = decide(CLAIMS["out of operations"], 20)
    assert found.reason == "20 operations did not suffice for the normal form"


def test_a_sweep_that_the_clock_ends_is_tested_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(sweeping, "_SHARE_OF_THE_TIME", -1)  # over at once
    effort = Effort(examples=30, points=10**7, device="cpu", seconds=100)
    found = check(CLAIMS["tested"], effort)
    assert found.verdict == "tested"
    assert found.points is not None
    assert found.points < 10**7
    assert str(found.reason).endswith("; the time limit of 100 s was reached")


def test_a_check_with_a_prover_of_its_own_says_how_long_it_took() -> None:
    one = claim("x/3", "x/3 + 1", "[1,1.0001]", tolerance="abs:2")
    found = exhaustive_verdict(one, threads=1)
    assert (found.verdict, found.inputs) == ("bounded", "float32")
    assert found.seconds > 0


class Asked:
    """A prover that remembers the operations that it was allowed, and leaves everything open."""

    def __init__(self):
        self.allowed = []

    def attempt(self, claim, effort, known):
        self.allowed.append(effort.operations)
        return known


def test_what_a_prover_settles_at_once_does_not_wait_for_all_that_others_try():
    first = Asked()
    verdict = check(claim("x1", "x1 + 1", "[0,1]"), provers=(first, Bounds()))
    assert verdict.verdict == "refuted"
    assert first.allowed == [Effort().briefly.operations]


def test_what_is_not_settled_briefly_is_tried_with_all_of_the_effort():
    first = Asked()
    assert check(claim("x1", "x1", "[0,1]"), provers=(first,)).verdict == "unknown"
    assert first.allowed == [Effort().briefly.operations, Effort().operations]
    assert Effort(operations=7).briefly.operations == 7


@pytest.mark.parametrize("prover", [Sweep(), EveryFloat(), RunningErrors(FLOAT_PROGRAM)])
def test_a_prover_whose_verdict_is_final_is_asked_with_all_of_the_effort_alone(prover) -> None:
    asked = []

    class Listening(type(prover)):
        def __init__(self):
            pass

        def attempt(self, claim, effort, known):
            asked.append(effort.operations)
            return known

    check(claim("x1", "x1", "[0,1]"), provers=(Listening(),))
    assert asked == [Effort().operations]


def test_points_of_a_first_brief_search_are_not_counted_twice() -> None:
    found = check(CLAIMS["tested"], Effort(examples=100, points=1_000, device="cpu"))
    assert found.points is not None
    assert 1_000 < found.points <= 1_100
