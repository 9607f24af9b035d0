"""Compiled loops against NumPy and torch: the same points, scores and counts."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import threading
from fractions import Fraction

import flint
import numpy as np
import pytest
from helpers_pytest import thinned
from helpers_trees import claim
from numba import njit

from nalmx.clock import Deadline, until
from nalmx.codegen import maths64, numba_points
from nalmx.codegen.values import Body
from nalmx.errors import DeviceError
from nalmx.expression import parse
from nalmx.expression.operations import OPERATIONS
from nalmx.expression.straight_line import LARGEST_POWER, straight, whole_power
from nalmx.threads import cores, in_chunks
from nalmx.verify import Domain
from nalmx.verify.sweeping import loops as loops_module
from nalmx.verify.sweeping import sweep as sweeping
from nalmx.verify.sweeping.loops import compiled_sweep, fits, sweep_form
from nalmx.verify.sweeping.samples import drawn_intervals, tables
from nalmx.verify.sweeping.sweep import Swept, array_sweep, sweep
from nalmx.verify.sweeping.values import Doubt

TEXTS = {
    "add": "x1 + x2 + 1/3",
    "mul": "x1*x2*3",
    "div": "x1/x2",
    "pow": "x1**x2 + Abs(x1)**2.5 + x1**5 + x2**-3 + x1**0 + x1**65",
    "min": "min(x1, x2, 1/2)",
    "max": "max(x1, x2, 1/2)",
    "mod": "Mod(x1, x2)",
    "piecewise": "Piecewise((x1, x1 < x2), (x2, sqrt(x1) < 1), (1/3, x2 < 1))",
    **{
        name: f"{record.spellings[0]}(x1) + pi"
        for name, record in OPERATIONS.items()
        if record.most == 1 and record.takes == "real" and record.spellings
    },
    "neg": "-x1",
}
CONDITIONS = {
    "and": "(x1 < x2) & (x1 < 1) & True",
    "or": "(x1 < x2) | (x1 < 1) | False",
    "not": "~(x1 < x2)",
    "lt": "x1 < x2",
    "le": "x1 <= x2",
    "gt": "x1 > x2",
    "ge": "x1 >= x2",
    "eq": "floor(x1) == floor(x2)",
    "ne": "floor(x1) != floor(x2)",
}
UNDEFINED = (
    "sqrt(x1)**0",
    "1**sqrt(x1)",
    "sign(sqrt(x1))",
    "0*floor(sqrt(x1))",
    "1/(1/floor(x2))",
    "(1/floor(x2))**-1",
    "tanh(1/floor(x2))",
    "exp(-1/floor(x2))",
    "min(1/floor(x2), 2)",
    "max(2, exp(1000) - exp(1000))",
    "min(exp(1000) - exp(1000), 2)",
    "sign(exp(1000) - exp(1000))",
    "Piecewise((1, exp(1000) - exp(1000) < 1), (2, True))",
    "Piecewise((2, log(floor(x2)) < 0), (1, True))",
    "Piecewise((1, sqrt(x1) < 0), (1, ~(sqrt(x1) < 0)), (1, True))",
    "Piecewise((1, x1 > 1))",
    "Mod(x1, floor(x2))",
    "x1**(1/3)",
    "floor(x2)**-1",
)


def chosen_by_x3(texts: list[str]) -> str:
    """One expression that is each of several on a part of the range [0, n] of x3."""
    parts = [f"({text}, x3 < {n + 1})" for n, text in enumerate(texts)]
    return f"Piecewise({', '.join(parts)}, (0, True))"


EVERY = [*TEXTS.values(), *(f"Piecewise((1, {text}), (2, True))" for text in CONDITIONS.values())]


def every_score(run, made, count: int, **options) -> tuple[int, np.ndarray]:
    drawn, doubtful, worst = run(
        made, tables(made.domain), count, 5, count, lambda _: True, **options
    )
    assert drawn == count
    scores = np.full(count, np.nan)
    for score, place in worst:
        scores[place] = score
    return doubtful, scores


def test_every_operation_is_compared() -> None:
    assert {*TEXTS, *CONDITIONS} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("left", "right", "ranges", "tolerance"),
    [
        # Each operation by itself is compared in codegen/test_conformance.py.
        pytest.param(
            *(chosen_by_x3(EVERY), "-7", ["[-3,3]", f"x3=[0,{len(EVERY)}]"], "0"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            chosen_by_x3([*UNDEFINED]),
            "1",
            ["x1=[-1,-0.5]", "x2=[0,0.5]", f"x3=[0,{len(UNDEFINED)}]"],
            "0",
            marks=pytest.mark.slow,
        ),
        ("x1*x2", "x1*x2 + x1/9", ["x1=[[-3,-2],[0,0.1],[5,9]]", "x2=[1,2]"], "rel:1e-1"),
        ("x1 < x2", "x2 > 1/2", ["[0,1]"], "abs:1/2"),
    ],
    ids=["operations", "undefined", "union", "truth"],
)
def test_a_compiled_loop_gives_the_scores_of_numpy(
    left: str, right: str, ranges: list[str], tolerance: str
) -> None:
    made = claim(left, right, *ranges, tolerance=tolerance)
    expected_doubtful, expected = every_score(array_sweep, made, 3_000)
    doubtful, scores = every_score(compiled_sweep, made, 3_000)
    assert doubtful == expected_doubtful
    np.testing.assert_allclose(scores, expected, rtol=1e-9, atol=1e-12)


def test_no_point_where_a_side_is_undefined_is_clear() -> None:
    ranges = ["x1=[-1,-0.5]", "x2=[0,0.5]", f"x3=[0,{len(UNDEFINED)}]"]
    both = chosen_by_x3([*UNDEFINED])
    doubtful, scores = every_score(compiled_sweep, claim(both, both, *ranges), 2_000)
    assert doubtful == 2_000
    assert np.isinf(scores).all()


@pytest.mark.parametrize("count", thinned([40_000, 1, 513, 511, 512]))
@pytest.mark.parametrize("text", thinned(["x1*x2 + (1 + sign(x1 - 5.9))", "x1*x2"]))
def test_the_result_does_not_depend_on_the_threads(count: int, text: str) -> None:
    made = claim(text, "(x1 + 1)*x2 - x2", "[2,6]")
    table = tables(made.domain)
    found = [
        compiled_sweep(made, table, count, 3, 32, lambda _: True, threads=threads)
        for threads in (1, 2, 3)
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0][2]) == min(32, count)
    assert found[0] == array_sweep(made, table, count, 3, 32, lambda _: True)


def test_a_long_sweep_is_compiled_and_finds_what_numpy_finds(monkeypatch) -> None:
    made = claim("x1*x2 + (1 + sign(x1 - 5.9))", "x1*x2", "[2,6]")
    short = sweep(made, 100_000)
    used = []
    monkeypatch.setattr(sweeping, "_WORTH_COMPILING", 1e-9)
    monkeypatch.setattr(
        loops_module,
        "compiled_sweep",
        lambda *args, **more: used.append(1) or compiled_sweep(*args, **more),
    )
    assert sweep(made, 100_000) == short
    assert used


def test_a_sweep_ends_when_its_time_is_up_and_says_how_far_it_came() -> None:
    made = claim("x1", "x1", "[2,6]")
    drawn, _, _ = compiled_sweep(made, tables(made.domain), 10**9, 0, 1, lambda _: False, threads=1)
    assert drawn == 2**20
    with until(Deadline(0.0)):
        swept = sweep(made, 10**7)
    assert 0 < swept.points < 10**7
    assert not swept.in_time
    assert sweep(made, 10).in_time


@pytest.mark.parametrize(
    ("count", "seconds", "loaded"),
    [(10_000, 60, set()), (10**9, 0.01, set()), (150_000_000, 60, {"numba"})],
)
def test_a_sweep_on_a_cpu_needs_no_torch_and_a_short_one_no_compiler(
    count, seconds, loaded
) -> None:
    code = (
        "import sys; from nalmx import parse, Claim, Domain; from nalmx.verify.sweeping.sweep import sweep\n"
        "from nalmx.clock import move_on_after\n"
        "made = Claim(parse('x1*2'), parse('x1 + x1'), Domain.parse(['[0,1]'], ['x1']))\n"
        f"with move_on_after({seconds}): assert sweep(made, {count}, 'auto').left_over == 0\n"
        "print(*sys.modules)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"torch", "numba"} & set(output.stdout.split()) == loaded


def test_a_gpu_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(DeviceError, match="cuda:99"):
        sweep(claim("x1", "x1", "[0,1]"), 10, "cuda:99")


def test_claims_that_differ_in_numbers_and_names_share_compiled_code(empty_cache) -> None:
    for text, extent in (("x1*2 + 1/3", "[0,1]"), ("price*3 + 1/7", "[5,6]")):
        made = claim(text, text, extent)
        compiled_sweep(made, tables(made.domain), 10, 0, 1, lambda _: True)
    assert len(list(empty_cache.glob("sweep_*.py"))) == 1


def test_no_text_of_a_user_reaches_the_source() -> None:
    made = claim("system_name + 12345.678*x1", "x1 - 98765/4321", "[0,1]")
    form = sweep_form(Doubt(made), tables(made.domain))
    source = numba_points.sweep(form)
    assert not re.search(r"system|name\b|12345|678|98765|4321", source)


def test_a_large_expression_is_left_to_numpy() -> None:
    text = " + ".join(f"{n}*x1**{n % 7 + 2}" for n in range(1, 600))
    made = claim(text, "x1", "[0,1]")
    assert not fits(straight(made.left, made.right), tables(made.domain))
    with until(Deadline(0.0)):
        assert sweep(made, 10**9).points == 2**16


def test_a_claim_without_inputs_and_one_of_many_intervals_are_left_to_numpy() -> None:
    union = f"[{','.join(f'[{2 * n},{2 * n + 1}]' for n in range(40))}]"
    for made in (claim("sqrt(2)", "1"), claim("x1", "x1", union)):
        assert not fits(straight(made.left, made.right), tables(made.domain))
        assert isinstance(sweep(made, 5), Swept)


@pytest.mark.parametrize(
    "extent", ["[0,1]", "[-7,-3]", "[1/3,2/3]", "[1e15,1e15+1e8]", "[-1e-300,3]"]
)
def test_the_first_and_the_last_number_stay_inside_and_reach_near_the_ends(extent: str) -> None:
    text = extent.replace("1e15+1e8", "1000000100000000")
    extent_ = Domain.parse([text], ["x1"]).ranges["x1"]
    (piece,) = drawn_intervals(extent_)
    lower, upper = (float(end) for end in (extent_.lower, extent_.upper))
    first, last = (piece.base + t * piece.scale for t in (1.0, math.nextafter(2.0, 0)))
    assert lower <= first < last <= upper
    assert first - lower + upper - last <= 1e-6 * (upper - lower)


def test_parts_that_are_written_alike_are_computed_once() -> None:
    program = straight(parse("(x1 + 1)**3/(x1 + 1)"), parse("(x1 + 1)**3"))
    operations = [step.operation for step in program.steps]
    assert sorted(operations) == ["add", "div", "input", "number", "power"]


@pytest.mark.parametrize("exponent", [-64, -1, 0, 1, 2, 3, 7, 16, 63, LARGEST_POWER])
def test_whole_powers_take_few_products(exponent: int) -> None:
    assert whole_power(Fraction(3), exponent, Fraction(1)) == Fraction(3) ** exponent
    body = Body()
    whole_power(body.input("x"), exponent, body.number(1.0))
    products = [line for line in body.lines if line.operation == "multiply"]
    assert len(products) <= 2 * math.log2(max(1, abs(exponent)))


def units(name: str, x: np.ndarray) -> float:
    """The largest error of a function in units in the last place."""
    function = getattr(maths64, name)

    @njit(error_model="numpy")
    def loop(x, y):
        for i in range(x.size):
            y[i] = function(x[i])

    y = np.empty_like(x)
    loop(x, y)
    context, flint.ctx.prec = flint.ctx.prec, 100
    try:
        exact = [getattr(flint.arb(value), name)() for value in x.tolist()]
        errors = [
            float(abs(flint.arb(found) - e).mid()) / math.ulp(max(abs(float(e)), 2.3e-308))
            for found, e in zip(y.tolist(), exact, strict=True)
        ]
    finally:
        flint.ctx.prec = context
    return max(errors)


@pytest.mark.parametrize(
    ("name", "lower", "upper"),
    [
        ("exp", -740, 709.7),
        ("exp", -1, 1),
        ("log", 1e-3, 1e300),
        ("log", 0.5, 2),
        ("log", 0, 1e-300),
        ("tanh", -30, 30),
        ("tanh", -1, 1),
        ("tanh", -1e-9, 1e-9),
    ],
)
def test_functions_are_accurate_to_four_units(name: str, lower: float, upper: float) -> None:
    assert units(name, np.random.default_rng(0).uniform(lower, upper, 3_000)) <= 4


def test_functions_at_special_values() -> None:
    @njit(error_model="numpy")
    def all_of(x):
        return maths64.exp(x), maths64.log(x), maths64.tanh(x)

    assert all_of(math.inf) == (math.inf, math.inf, 1)
    assert all_of(0.0) == (1, -math.inf, 0)
    assert all_of(-math.inf)[0] == 0
    assert all_of(-math.inf)[2] == -1
    assert math.isnan(all_of(-1.0)[1])
    assert all(math.isnan(value) for value in all_of(math.nan))
    assert all_of(5e-324)[1] == pytest.approx(math.log(5e-324), rel=1e-15)


def test_chunks_cover_a_range_in_order_on_several_threads() -> None:
    seen: list[tuple[int, int]] = []
    lock = threading.Lock()

    def work(thread: int, first: int, stop: int) -> None:
        with lock:
            seen.append((first, stop))

    assert in_chunks(1_000, 64, 3, work, lambda _: True) == 1_000
    assert sorted(seen) == [(n, min(n + 64, 1_000)) for n in range(0, 1_000, 64)]
    assert cores() >= 1


def test_an_error_in_a_chunk_ends_the_others() -> None:
    def work(thread: int, first: int, stop: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_chunks(10**12, 1, 2, work, lambda _: True)
