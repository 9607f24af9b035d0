"""A check ends with a verdict whenever its time is over, at whatever look at the clock."""

from fractions import Fraction

import pytest
from helpers_pytest import thinned
from helpers_trees import exhaustive_verdict

from nalmx import clock, parse
from nalmx.clock import Deadline, OutOfTime, deadline, look, move_on_after, until
from nalmx.expression import evaluate, variables
from nalmx.expression.exact import IRRATIONAL
from nalmx.verify import Claim, Domain, Effort, Tolerance, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.bounding.bounds import bound_difference
from nalmx.verify.bounding.enclosure import Budget
from nalmx.verify.certificate import certify
from nalmx.verify.sweeping.loops import compiled_sweep
from nalmx.verify.sweeping.samples import tables
from nalmx.verify.sweeping.sweep import _suited, array_sweep

EFFORT = Effort(examples=10, points=1_000)
LOOKS = 20_000
SUM = " + ".join(f"((x*y)**2 + (x + {i})**2*{i}*(x - y)**2 + 1 - 2*x*y)" for i in range(1, 3))


def claim(left, right, extent="[-2,2]", tolerance="0"):
    left, right = parse(left), parse(right)
    domain = Domain.parse([extent], variables(left, right))
    return Claim(left, right, domain, Tolerance.parse(tolerance))


CLAIMS = {
    "a piece with a sum": claim(
        f"Piecewise((1/(w + 5), w <= 0), (log({SUM}), True))", "0", tolerance="abs:100000"
    ),
    "a remainder": claim("Mod(x, 1)/10", "0", tolerance="abs:0.2"),
    "linear pieces": claim("Max(x, y) - Min(x, y)", "abs(x - y) + 1/9", tolerance="abs:0.2"),
    "a proof": claim("(x + y)**3/(x**2 + 1)", "(x**3 + 3*x**2*y + 3*x*y**2 + y**3)/(x**2 + 1)"),
    "a proof by cases": claim("sqrt((x - y)**2)", "Max(x - y, y - x)"),
    "a hole": claim("(x**2 - 1)/(x - 1)", "x + 1"),
    "an irrational pole": claim("1/(x**2 - 2)", "x", tolerance="abs:1e9"),
    "roots": claim("1/(sqrt(x) + sqrt(y) + 1/9)", "1/(sqrt(y) + sqrt(x) + 1/9)", "[0,4]"),
    "nearly the same": claim("sin(x) + x/10**9", "sin(x)"),
    "not to be decided": claim("sin(x)**2 + cos(x + 0*y)**2*exp(0*y)", "1 + 10**-40*sin(y)**2"),
}  # fmt: skip


class Clock:
    """Stands still for some readings, and then takes great steps."""

    def __init__(self, readings):
        self.readings, self.read = readings, 0

    def __call__(self):
        self.read += 1
        return 1e9 * max(0, self.read - self.readings)


def within(readings, work):
    """What work comes to where the clock jumps after so many readings, and how often it is read."""
    now = Clock(readings)
    with until(Deadline(now=now)):
        found = work()
    return found, now.read


def moments(most):
    """The first readings one by one, then some that lie ever farther apart."""
    found, n = [], 0
    while n < most:
        found.append(n)
        n += 1 + n // 2
    return found


@pytest.mark.parametrize("name", thinned(CLAIMS, 3))
def test_a_check_ends_with_a_verdict_at_whatever_look_its_time_is_over(name):
    calm, looks = within(LOOKS, lambda: check(CLAIMS[name], EFFORT))
    for n in moments(looks):
        hurried, _ = within(n, lambda: check(CLAIMS[name], EFFORT))
        assert hurried.verdict in ("unknown", "tested", calm.verdict)
        assert hurried.verdict == calm.verdict or hurried.reason


def test_the_verdict_says_that_the_time_was_over():
    verdict, _ = within(0, lambda: check(CLAIMS["nearly the same"], Effort(seconds=7)))
    assert (verdict.verdict, verdict.reason) == ("unknown", "the time limit of 7 s was reached")


@pytest.mark.parametrize("name", CLAIMS)
def test_algebra_and_bounds_that_may_do_nothing_say_nothing(name):
    one = CLAIMS[name]
    finding = decide(one, 0)
    assert (finding.outcome, finding.pieces) == ("silent", None)
    found = bound_difference(one, decide(one), Budget(operations=0))
    assert found is None or found.bound is None or found.bound >= found.largest


@pytest.mark.parametrize("name", ["a proof by cases", "linear pieces", "a remainder", "a hole"])
def test_a_replay_ends_at_whatever_look_its_time_is_over(name):
    made = certify(CLAIMS[name], EFFORT)
    replay, looks = within(LOOKS, made.replay)
    assert replay.established
    for n in moments(looks):
        hurried, _ = within(n, made.replay)
        assert hurried.established or hurried.reason


def test_every_float32_says_how_far_it_came():
    one = claim("x/3 + 1", "x/3", "[1,2]", "abs:2")
    verdict, _ = within(2, lambda: exhaustive_verdict(one, threads=1, seconds=5))
    assert verdict.verdict == "unknown"
    assert 0 < verdict.points < 2**23
    told = f"the time limit of 5 s was reached after {verdict.points} of {2**23 + 1} points"
    assert verdict.reason == told
    calm = exhaustive_verdict(one, threads=1)
    assert (calm.verdict, calm.points) == ("bounded", 2**23 + 1)


@pytest.mark.parametrize(
    "text",
    thinned(
        [
            "*".join(f"x**{n}/(1 + y**{n})" for n in range(400, 412)),
            "*".join(["x**700"] * 13),
            "Mod(x**900, y**899 + 1)*Mod(x**899, y**900 + 1)",
            "*".join(["floor(x**490)"] * 19),
        ]
    ),
)
def test_exact_arithmetic_leaves_long_numbers_to_balls_by_counting_its_work(text, monkeypatch):
    point = {"x": Fraction(10**300 + 1), "y": Fraction(10**299 + 3, 7)}
    assert evaluate(parse(text), point) is IRRATIONAL
    monkeypatch.setattr("nalmx.expression.exact._apply", None)  # nothing is worked out
    monkeypatch.setattr("nalmx.expression.exact.MAX_WORK", -1)
    assert evaluate(parse(text), point) is IRRATIONAL


def test_a_limit_within_a_limit_ends_no_later_and_ends_only_its_own_block():
    now = [0.0]
    reached = []
    with until(Deadline(10.0, lambda: now[0])):
        with move_on_after(20):
            assert deadline().at == 10
        with move_on_after(3):
            now[0] = 4.0
            look()
            reached.append("after the inner limit")
        reached.append("after the inner block")
        look()
        now[0] = 11.0
        look()
        reached.append("after the outer limit")
    assert reached == ["after the inner block"]
    assert deadline() == Deadline()
    assert not issubclass(OutOfTime, Exception)
    assert clock.deadline().passed is False


def test_a_sweep_compiles_nothing_that_it_has_no_time_for():
    one = claim("sin(x)*y", "y*sin(x)", "[1,2]")
    table = tables(one.domain)
    assert _suited(one, table, 10**10, 2.0, "cpu") is array_sweep
    assert _suited(one, table, 10**10, 60.0, "cpu").func is compiled_sweep
    assert _suited(one, table, 100, 60.0, "cpu") is array_sweep
