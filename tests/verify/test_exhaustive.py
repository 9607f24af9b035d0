"""Checks at every float32: bounds that hold, exact judgement of the rest, refusals."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from helpers_pytest import thinned
from helpers_trees import claim, exhaustive_verdict

from nalmx.codegen import emit, numba_points
from nalmx.errors import SettingError
from nalmx.expression import evaluate, parse
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.straight_line import straight
from nalmx.verify.effort import Effort
from nalmx.verify.prover import Open
from nalmx.verify.sweeping import exhaustive, single
from nalmx.verify.sweeping.exhaustive import EveryFloat, every_float
from nalmx.verify.sweeping.rounded import every_float_form

NARROW = "[1,1.001]"
LARGEST = 2**128 - 2**104


def floats(extent: str) -> list[Fraction]:
    """Every float32 of a small range, exactly."""
    runs = single.runs(claim("x1", "x1", extent).domain.ranges["x1"])
    return [single.exactly(first + n) for first, count in runs for n in range(count)]


@pytest.mark.parametrize(
    ("extent", "count"),
    [
        (f"[-{LARGEST},{LARGEST}]", 4_278_190_080),
        ("[-1e60,1e60]", 4_278_190_080),
        ("[0,1]", 0x3F800000 + 2),
        ("[1,2]", 2**23 + 1),
        ("[-2,-1]", 2**23 + 1),
        ("[[-2,-1],[1,2]]", 2 * (2**23 + 1)),
        ("[1.00000001,1.00000002]", 0),
        ("[-1e-45,1e-45]", 2),
        ("[1e-45,2e-45]", 1),
        ("[1e39,1e40]", 0),
    ],
)
def test_every_float32_of_a_range_is_counted(extent: str, count: int) -> None:
    runs = single.runs(claim("x1", "x1", extent).domain.ranges["x1"])
    assert sum(size for _, size in runs) == count


def test_the_runs_hold_the_numbers_of_the_range_and_no_others() -> None:
    extent = claim("x1", "x1", "[[-1/3,-0.33333],[1/3,0.33334]]").domain.ranges["x1"]
    assert len(list(single.runs(extent))) == 2
    for first, count in single.runs(extent):
        inside = [single.exactly(first + n) in extent for n in range(-1, count + 1)]
        assert inside == [False, *[True] * count, False]


FORMS = [
    ("(x1**2 + 3*x1 + 1)/(x1**2 + 1)", "((x1 + 3)*x1 + 1)/(x1*x1 + 1)"),
    ("x1/3 - 1/7", "(7*x1 - 3)/21"),
    ("sqrt(x1 + 1/3)*pi", "pi*sqrt(x1 + 1/3)"),
    ("sqrt(x1)/E", "1/(E/sqrt(x1))"),
    ("Abs(-x1/3)**-3", "27*x1**-3"),
    ("min(x1/3, 1/3, x1)", "x1*min(1/3, 1/(3*x1))"),
    ("max(x1, x1/3) + x1**0 + (x1/3)**0", "x1 + 2"),
    ("x1**7", "x1*x1**2*x1**4"),
    ("(1/3 + x1)/(1/x1)", "x1**2 + x1/3"),
]


@pytest.mark.parametrize(("left", "right"), thinned(FORMS, 6))
def test_the_bound_holds_at_every_point(left: str, right: str) -> None:
    made = claim(left, right, NARROW, tolerance="abs:1e-12")
    found = every_float(made)
    assert found.points == found.all_points == len(floats(NARROW))
    assert found.left_open == 0
    assert found.counterexample is None
    assert found.largest <= found.bound < 1e-13
    for value in floats(NARROW)[::200]:
        with precision(200):
            sides = [enclose(side, {"x1": ball(value)}) for side in (made.left, made.right)]
            assert abs(sides[0] - sides[1]) <= ball(found.bound)


@pytest.mark.parametrize("right", thinned(["x1*(1 + 1/100000)", "x1 + 1e-5"]))
@pytest.mark.parametrize("tolerance", thinned(["abs:1.1e-5", "rel:1.1e-5"]))
def test_the_largest_difference_is_found_where_it_is(right: str, tolerance: str) -> None:
    found = every_float(claim("x1", right, NARROW, tolerance=tolerance))
    exact = {}
    for value in floats(NARROW):
        other = evaluate(parse(right), {"x1": value})
        exact[value] = abs(value - other) / (other if tolerance.startswith("rel") else 1)
    assert found.largest == pytest.approx(float(max(exact.values())), rel=1e-9)
    assert float(exact[found.where["x1"]]) == pytest.approx(found.largest, rel=1e-9)
    assert max(exact.values()) <= Fraction(found.bound) <= max(exact.values()) * Fraction(1 + 1e-9)


@pytest.mark.parametrize("arithmetic", ["reals", "float32"])
@pytest.mark.parametrize("threads", thinned([2, 1]))
def test_a_single_violation_among_millions_is_found(arithmetic, threads, monkeypatch) -> None:
    monkeypatch.setattr(exhaustive, "_CHUNK", 2**18)
    bad = Fraction(float(np.float32(1.7)))
    text = f"max(0, 1 - Abs(x1 - {bad})*1e9)"
    made = claim(text, "0", "[1,2]", tolerance="abs:0.5")
    found = every_float(made, arithmetic, threads)
    assert found.counterexample is not None
    assert found.counterexample.point == {"x1": bad}
    verdict = exhaustive_verdict(made, arithmetic, threads)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample == found.counterexample


@pytest.mark.parametrize(
    "text", thinned(["1/x1", "sqrt(x1)", "min(1/x1, 2)", "1/(x1 - 1/2)", "(1/x1)**0"], 3)
)
def test_a_side_that_is_undefined_somewhere_is_never_certified(text: str) -> None:
    found = every_float(claim(text, "x1", "[-1e-44,1e-44]", tolerance="abs:1e300"))
    point = found.counterexample.point["x1"] if found.counterexample else None
    if text == "1/(x1 - 1/2)":
        assert point is None
        assert found.left_open == 0
    else:
        assert point is not None
        assert point <= 0
        assert "undefined" in found.counterexample.reason


def test_points_near_the_tolerance_are_judged_exactly() -> None:
    made = claim("x1 + 1/3", "x1", NARROW, tolerance="abs:1/3")
    found = every_float(made)
    assert found.counterexample is None
    assert found.left_open == found.points - min(found.points, exhaustive._KEPT)
    assert exhaustive_verdict(made).verdict == "unknown"


def test_a_relative_claim_holds_where_both_sides_are_zero() -> None:
    found = every_float(claim("x1*3", "3*x1", "[0,1e-40]", tolerance="rel:1e-10"))
    assert found.left_open == 0
    assert found.counterexample is None
    assert found.bound <= 1e-10


def in_float32(left: str, extent: str) -> list[float]:
    """What NumPy gives in float32, at every float32 of a range."""
    runs = single.runs(claim("x1", "x1", extent).domain.ranges["x1"])
    x = np.concatenate([np.arange(a, a + n, dtype=np.uint32) for a, n in runs]).view(np.float32)
    one, third = np.float32(1), np.float32(1 / 3)
    forms = {
        "(x1*x1 + x1)/(x1 + 1/3)": lambda: (x * x + x) / (x + third),
        "sqrt(x1 + 1)*x1**3 - x1": lambda: np.sqrt(x + one) * (x * x * x) + -x,
        "x1**-2 + min(x1, 1/3)": lambda: one / (x * x) + np.minimum(x, third),
        "Abs(x1 - pi)*max(x1, 1)": lambda: abs(x + -np.float32(math.pi)) * np.maximum(x, one),
    }
    return forms[left]().tolist()


@pytest.mark.parametrize(
    "left",
    thinned(
        [
            "(x1*x1 + x1)/(x1 + 1/3)",
            "sqrt(x1 + 1)*x1**3 - x1",
            "x1**-2 + min(x1, 1/3)",
            "Abs(x1 - pi)*max(x1, 1)",
        ],
        4,
    ),
)
def test_float32_is_what_a_program_in_float32_gives(left: str) -> None:
    extent = "[1,1.0001]"
    program = straight(parse(left))
    expected = in_float32(left, extent)
    values = floats(extent)
    assert [single.evaluate(program, {"x1": np.float32(float(x))}) for x in values] == expected
    found = every_float(claim(left, left, extent, tolerance="abs:1"), "float32")
    with precision(128):
        exact = [float(enclose(parse(left), {"x1": ball(x)}).mid()) for x in values]
    largest = max(abs(a - b) for a, b in zip(expected, exact, strict=True))
    assert found.largest == pytest.approx(largest, rel=1e-6)
    assert found.largest <= found.bound <= found.largest * 1.001
    assert 1e-9 < found.bound < 1e-5


def test_an_overflow_in_float32_is_a_counterexample() -> None:
    verdict = exhaustive_verdict(
        claim("x1*x1/x1", "x1", "[1e30,1.0001e30]", tolerance="rel:1e-5"), "float32"
    )
    assert verdict.verdict == "refuted"
    assert verdict.reason == "the left side is inf in float32"
    assert verdict.arithmetic == "left side in float32, right side in reals"


def test_a_verdict_says_what_was_certified() -> None:
    made = claim(*FORMS[0], NARROW, tolerance="abs:1e-12")
    verdict = exhaustive_verdict(made)
    assert verdict.verdict == "bounded"
    assert verdict.arithmetic == "float64-certified at every one of 8389 float32 inputs"
    assert verdict.points == 8389
    found = every_float(made)
    assert found.bound <= float(verdict.bound) <= 1.01 * found.bound
    assert verdict.to_json()["bound"] == verdict.bound
    single_ = exhaustive_verdict(claim(*FORMS[0], NARROW, tolerance="abs:1e-5"), "float32")
    assert single_.arithmetic.startswith("left side in float32, float64-certified")


def test_the_result_does_not_depend_on_the_threads(monkeypatch) -> None:
    monkeypatch.setattr(exhaustive, "_CHUNK", 10_000)
    made = claim(*FORMS[0], "[[-1.01,-1],[1,1.01]]", tolerance="abs:1e-12")
    assert every_float(made, threads=1) == every_float(made, threads=3)


def test_progress_is_told_and_can_stop_the_check(monkeypatch) -> None:
    monkeypatch.setattr(exhaustive, "_CHUNK", 1_000)
    made = claim("x1", "x1", NARROW, tolerance="abs:1")
    told: list[tuple[int, int]] = []
    every_float(made, threads=1, progress=lambda *report: told.append(report))
    assert told[0] == (0, 8389)
    assert told[-1] == (8389, 8389)
    assert len(told) == 10
    stopped = every_float(made, threads=1, progress=lambda done, total: done < 3_000)
    assert stopped.points == 3_000
    verdict = exhaustive_verdict(made, threads=1, progress=lambda done, total: False)
    assert verdict.verdict == "unknown"
    assert verdict.reason == "stopped after 1000 of 8389 points"


@pytest.mark.parametrize(
    ("left", "right", "ranges", "tolerance", "message"),
    [
        ("x1", "x1", "[0,1]", "0", "float64 rounds"),
        (
            "x1*x2",
            "x2*x1",
            "[0,1]",
            "abs:1",
            "exactly one input; the domain has 2; every float16 takes two",
        ),
        ("exp(x1)", "x1", "[0,1]", "abs:1", "'exp'"),
        ("x1**x1", "x1", "[1,2]", "abs:1", "'pow'"),
        ("x1 < 1", "True", "[1,2]", "abs:1", "'lt'"),
        ("x1", "x1", "[1.00000001,1.00000002]", "abs:1", "no float32"),
    ],
)
def test_what_cannot_be_checked_is_refused(left, right, ranges, tolerance, message) -> None:
    with pytest.raises(SettingError, match=message) as raised:
        every_float(claim(left, right, ranges, tolerance=tolerance))
    assert "\n" not in str(raised.value)


def test_a_large_expression_is_refused() -> None:
    text = " + ".join(f"{n}*x1**{n % 7 + 2}" for n in range(1, 600))
    with pytest.raises(SettingError, match="at most 400"):
        every_float(claim(text, "x1", "[1,2]", tolerance="abs:1"))


@pytest.mark.usefixtures("empty_cache")
def test_products_and_sums_are_not_rounded_together() -> None:
    # Numba shows no assembly of what it has from the disk.
    made = claim("x1*x1 + 1/3", "x1*x1*x1 + x1", NARROW, tolerance="abs:10")
    every_float(made, "float32")
    form = every_float_form(straight(made.left), straight(made.right), "float32", False, ["x1"])
    assembly = "".join(emit.loop(form).check.inspect_asm().values())
    assert "mul" in assembly
    assert not any(text in assembly for text in ("fmadd", "fmsub", "fmla"))


def test_no_text_of_a_user_reaches_the_source() -> None:
    made = claim("system_name + 12345.678", "system_name - 98765/4321", "[0,1]", tolerance="rel:77")
    program = straight(made.left, made.right)
    source = numba_points.check(every_float_form(program, program, "reals", True, ["system_name"]))
    assert not any(text in source for text in ("system", "12345", "678", "98765", "4321", "77"))


def test_what_says_bounded_runs_on_the_cpu_whatever_the_device_of_sweeps(monkeypatch) -> None:
    asked = []
    real = exhaustive.loop
    monkeypatch.setattr(exhaustive, "loop", lambda f, device: (asked.append(device), real(f))[1])
    made = claim("x1", "x1", NARROW, tolerance="abs:1e-9")
    assert EveryFloat().attempt(made, Effort(device="cuda"), Open()).verdict == "bounded"
    assert asked == ["cpu"]
