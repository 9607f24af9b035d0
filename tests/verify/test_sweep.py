from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
from helpers_trees import claim

from nalmx.expression import IRRATIONAL, Undefined, evaluate, parse
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.operations import OPERATIONS
from nalmx.verify import Domain
from nalmx.verify.sweeping.samples import draw, tables
from nalmx.verify.sweeping.sweep import NUMPY, sweep
from nalmx.verify.sweeping.values import values as float_values

CPU = "cpu"


def drawn(domain: Domain, count: int = 20_000, seed: int = 0) -> dict[str, np.ndarray] | None:
    table = tables(domain)
    return None if table is None else draw(table, np.arange(count, dtype=np.uint64), seed)


@pytest.mark.parametrize(
    "extent",
    [
        "[0,1]",
        "[-1,1]",
        "[1/3,2/3]",
        "[[-6,-2],[2,6]]",
        "[[0,0.001],[1,2],[1000,1000.5]]",
        "[1e300,1e301]",
        "[-1e-300,1e-300]",
    ],
)
def test_every_sample_lies_inside_the_domain(extent: str) -> None:
    domain = Domain.parse([f"x1={extent}"], ["x1"])
    values = drawn(domain, 300)["x1"].tolist()
    assert all({"x1": Fraction(value)} in domain for value in values)


@pytest.mark.parametrize("extent", ["[1,1.0000000000000001]", "[0,1e400]", "[[0,1],[2,1e309]]"])
def test_an_interval_that_floats_cannot_fill_has_no_samples(extent: str) -> None:
    assert drawn(Domain.parse([f"x1={extent}"], ["x1"]), 300) is None
    assert sweep(claim("x1", "x1", extent), 100, CPU).points == 0


def test_samples_are_uniform_over_an_interval() -> None:
    values = drawn(Domain.parse(["[2,6]"], ["x1"]))["x1"]
    assert values.mean().item() == pytest.approx(4, abs=0.05)
    assert values.std().item() == pytest.approx(4 / 12**0.5, abs=0.05)
    assert (values < 3).mean().item() == pytest.approx(0.25, abs=0.02)


def test_samples_share_a_union_by_the_widths_of_its_intervals() -> None:
    values = drawn(Domain.parse(["[[-1,0],[2,4],[10,11]]"], ["x1"]))["x1"]
    shares = [((values >= a) & (values <= b)).mean().item() for a, b in ((-1, 0), (2, 4), (10, 11))]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.02)
    middle = values[(values >= 2) & (values <= 4)]
    assert middle.mean().item() == pytest.approx(3, abs=0.05)


def test_inputs_are_drawn_independently() -> None:
    inputs = drawn(Domain.parse(["[0,1]"], ["x1", "x2"]))
    correlation = np.corrcoef(inputs["x1"], inputs["x2"])[0, 1].item()
    assert abs(correlation) < 0.03


def test_the_same_seed_draws_the_same_samples_and_another_seed_others() -> None:
    domain = Domain.parse(["[0,1]"], ["x1", "x2"])
    first, again, other = (drawn(domain, 100, seed) for seed in (7, 7, 8))
    for name in ("x1", "x2"):
        assert np.array_equal(first[name], again[name])
        assert not np.array_equal(first[name], other[name])


def test_the_same_seed_sweeps_to_the_same_result() -> None:
    made = claim("sin(x1)", "x1", "[0,1]")
    assert sweep(made, 1_000, CPU, seed=3) == sweep(made, 1_000, CPU, seed=3)
    assert sweep(made, 1_000, CPU, seed=3) != sweep(made, 1_000, CPU, seed=4)


def test_a_true_claim_leaves_nothing_over() -> None:
    swept = sweep(claim("sqrt(x1)**2", "x1", "[1,2]"), 5_000, CPU)
    assert swept.left_over <= 0
    assert swept.points == 5_000


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("sin(x1)", "x1", "[0,1]"),
        ("Piecewise((x1, x1 < 5), (x1 + 1e-9, True))", "x1", "[0,6]"),
        ("Abs(x1)", "x1", "[-1,10]"),
        ("floor(x1)", "0", "[0,1.1]"),
        ("x1 < 5", "True", "[0,6]"),
        ("exp(1000*x1)", "0", "[1,2]"),
    ],
)
def test_a_wide_violation_is_found_and_its_points_come_back(
    left: str, right: str, extent: str
) -> None:
    made = claim(left, right, extent)
    swept = sweep(made, 2_000, CPU)
    assert len(swept.suspects) == 32
    assert swept.left_over > 0
    assert all(point in made.domain for point in swept.suspects)
    assert all(
        evaluate(made.left, point) != evaluate(made.right, point) for point in swept.suspects
    )


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("sqrt(x1)", "sqrt(x1)", "[-1,-0.5]"),
        ("log(x1)", "log(x1)", "[-1,-0.5]"),
        ("x1**(1/3)", "x1**(1/3)", "[-1,-0.5]"),
        ("1/floor(x1)", "1/floor(x1)", "[0,0.5]"),
        ("Mod(x1, floor(x1))", "0", "[0,0.5]"),
        ("Piecewise((1, x1 > 1))", "1", "[0,0.5]"),
        ("sqrt(x1)**0", "1", "[-1,-0.5]"),
        ("1**sqrt(x1)", "1", "[-1,-0.5]"),
        ("sign(sqrt(x1))", "0", "[-1,-0.5]"),
        ("0*floor(sqrt(x1))", "0", "[-1,-0.5]"),
        ("1/(1/floor(x1))", "0", "[0,0.5]"),
        ("(1/floor(x1))**-1", "0", "[0,0.5]"),
        ("tanh(1/floor(x1))", "1", "[0,0.5]"),
        ("exp(-1/floor(x1))", "0", "[0,0.5]"),
        ("exp(log(floor(x1)))", "0", "[0,0.5]"),
        ("min(1/floor(x1), 2)", "2", "[0,0.5]"),
        ("sign(1/floor(x1))", "1", "[0,0.5]"),
        ("sqrt(x1) < 0", "False", "[-1,-0.5]"),
        ("~(sqrt(x1) < 0)", "True", "[-1,-0.5]"),
        ("(sqrt(x1) < 0) | True", "True", "[-1,-0.5]"),
        ("1/floor(x1) > 0", "True", "[0,0.5]"),
        ("sqrt(x1) != 0", "True", "[-1,-0.5]"),
        ("Piecewise((2, sqrt(x1) > 0), (1, True))", "1", "[-1,-0.5]"),
        ("Piecewise((2, log(floor(x1)) < 0), (1, True))", "2", "[0,0.5]"),
        ("floor(x1)**-1 > 0", "True", "[0,0.5]"),
    ],
)
def test_no_point_of_an_undefined_region_passes_as_clear(
    left: str, right: str, extent: str
) -> None:
    made = claim(left, right, extent)
    swept = sweep(made, 100, CPU, judged=10)
    assert swept.left_over == 90
    assert isinstance(evaluate(made.left, swept.suspects[0]), Undefined)


def test_a_piece_that_is_not_taken_may_be_undefined() -> None:
    made = claim("Piecewise((x1, x1 < 0), (sqrt(x1)**2, True))", "x1", "[-1,1]")
    assert sweep(made, 1_000, CPU).left_over <= 0


@pytest.mark.parametrize(
    ("left", "right", "tolerance", "found"),
    [
        ("x1 + 1/2", "x1", "abs:0.4", True),
        ("x1 + 1/2", "x1", "abs:0.6", False),
        ("x1*1.5", "x1", "rel:0.4", True),
        ("x1*1.5", "x1", "rel:0.6", False),
        ("x1*1.5", "x1", "abs:1e400", False),
    ],
)
def test_a_difference_within_the_tolerance_is_clear(
    left: str, right: str, tolerance: str, found: bool
) -> None:
    swept = sweep(claim(left, right, "[1,2]", tolerance=tolerance), 1_000, CPU)
    assert (swept.left_over > 0) is found


def test_a_claim_about_constants_is_swept_as_one_point() -> None:
    swept = sweep(claim("sqrt(2)**2", "2"), 1, CPU)
    assert swept.suspects == ({},)
    assert swept.left_over <= 0


TEXTS = {
    "add": "x1 + x2 + 1/3",
    "mul": "x1*x2*3",
    "div": "x1/x2",
    "pow": "x1**x2",
    "min": "min(x1, x2, 1/2)",
    "max": "max(x1, x2, 1/2)",
    "mod": "Mod(x1, x2)",
    "piecewise": "Piecewise((x1, x1 < x2), (x2, x1 < 1), (1/3, x2 < 1))",
    "and": "(x1 < x2) & (x1 < 1)",
    "or": "(x1 < x2) | (x1 < 1)",
    "not": "~(x1 < x2)",
    "neg": "-x1",
    "lt": "x1 < x2",
    "le": "x1 <= x2",
    "gt": "x1 > x2",
    "ge": "x1 >= x2",
    "eq": "x1 == x2",
    "ne": "x1 != x2",
    **{
        name: f"{record.spellings[0]}(x1)"
        for name, record in OPERATIONS.items()
        if record.most == 1 and record.takes == "real" and record.spellings
    },
}


def test_every_operation_is_compared_with_its_exact_value() -> None:
    assert set(TEXTS) == set(OPERATIONS)


@pytest.mark.parametrize("operation", TEXTS)
def test_a_swept_value_agrees_with_the_exact_one(operation: str) -> None:
    tree = parse(TEXTS[operation])
    inputs = drawn(Domain.parse(["[-3,3]"], ["x1", "x2"]), 60)
    edges = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
    grid = [part.ravel() for part in np.meshgrid(edges, edges)]
    inputs = {name: np.concatenate([inputs[name], grid[i]]) for i, name in enumerate(inputs)}
    count = len(inputs["x1"])
    with np.errstate(all="ignore"):
        found = float_values(tree, inputs, count, NUMPY)
    values, undefined = (array.tolist() for array in found)
    for place, value in enumerate(values):
        point = {name: Fraction(float(inputs[name][place])) for name in inputs}
        exact = evaluate(tree, point)
        if exact is IRRATIONAL:
            with precision(128):
                exact = enclose(tree, {name: ball(x) for name, x in point.items()})
        assert undefined[place] is isinstance(exact, Undefined)
        if not undefined[place]:
            middle = float(exact.mid()) if isinstance(exact, flint.arb) else float(exact)
            assert value == pytest.approx(middle, rel=1e-9, abs=1e-12)
