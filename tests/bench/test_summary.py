"""Cells of an experiment: what they are compared with, and how they are saved."""

import csv
import json
from dataclasses import replace

import pytest

from nalmx.bench import CellSummary, Estimate, beta_interval, gamma_interval, success_interval
from nalmx.bench.summary import write_csv
from nalmx.errors import RunError

NMU = CellSummary(
    operation="mul",
    module="NMU",
    interpolation="[-1.2,-1.1]",
    extrapolation="[-6.1,-1.2]",
    inputs=2,
    seeds=25,
    iterations=50_000,
    success_rate=success_interval(17, 25),
    solved_at=gamma_interval([2000] * 9 + [3000] * 8),
    sparsity_error=beta_interval([1e-6, 2.36e-6, 3e-6]),
    pcc_success=0.72,
    mape_success=1.0,
    pre_regularisation_success=0.84,
    formulas={"x1": 1, "x1*x2": 15, "x2": 1},
    formula_verdict="proved",
    model_steps_per_second=2.5e6,
)
FAILED = replace(
    NMU,
    module="NPU",
    success_rate=success_interval(0, 25),
    solved_at=None,
    sparsity_error=None,
    pre_regularisation_success=None,
    formulas={},
    formula_verdict=None,
    model_steps_per_second=None,
)


def test_a_cell_run_as_published_has_its_published_counterpart():
    assert NMU.published.success_rate.mean == 0.68
    assert NMU.published.solved_at == 2000


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": 10},
        {"seeds": 24},
        {"iterations": 49_999},
        {"operation": "div"},
        {"module": "NAU"},
        {"interpolation": "[3,4]"},
        {"extrapolation": "[2,6]"},
    ],
    ids=str,
)
def test_a_cell_run_otherwise_has_none(change):
    cell = replace(NMU, **change)
    assert cell.published is None
    assert cell.within_published is None


@pytest.mark.parametrize(
    ("successes", "within"), [(11, False), (12, True), (17, True), (20, True), (21, False)]
)
def test_a_rate_is_held_against_the_published_interval(successes, within):
    # Published: 0.68, +0.15, −0.2; 12 of 25 is its lower end.
    assert replace(NMU, success_rate=success_interval(successes, 25)).within_published is within


@pytest.mark.parametrize(("rate", "within"), [(0.475, True), (0.4749, False), (0.835, True)])
def test_the_published_bounds_count_with_their_rounding(rate, within):
    cell = replace(NMU, success_rate=Estimate(rate, None, None))
    assert cell.within_published is within


def test_the_formula_is_that_of_most_seeds_and_of_several_the_first():
    assert NMU.formula == "x1*x2"
    assert replace(NMU, formulas={"x2": 2, "x1": 2}).formula == "x2"
    assert FAILED.formula is None


@pytest.mark.parametrize("cell", [NMU, FAILED])
def test_a_cell_is_read_back_as_it_was_saved(cell):
    assert CellSummary.from_json(json.loads(json.dumps(cell.to_json()))) == cell


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("operation", ""),
        ("module", None),
        ("interpolation", "[2,1]"),
        ("interpolation", "[1, 2]"),
        ("extrapolation", 3),
        ("inputs", 0),
        ("seeds", True),
        ("iterations", 1.5),
        ("success_rate", None),
        ("success_rate", {"mean": 1.5, "lower": None, "upper": None}),
        ("success_rate", {"mean": 0.5, "lower": 0.6, "upper": 0.7}),
        ("success_rate", {"mean": 0.5, "lower": 0.4, "upper": None}),
        ("success_rate", {"mean": 0.5, "lower": 0.4}),
        ("solved_at", 2000),
        ("solved_at", {"mean": -1, "lower": None, "upper": None}),
        ("solved_at", {"mean": 10**400, "lower": None, "upper": None}),
        ("sparsity_error", {"mean": 0.6, "lower": None, "upper": None}),
        ("sparsity_error", {"mean": "0", "lower": None, "upper": None}),
        ("pcc_success", float("nan")),
        ("mape_success", None),
        ("pre_regularisation_success", -0.1),
        ("formulas", ["x1*x2"]),
        ("formulas", {"x1*x2": 0}),
        ("formulas", {"x1*x2": 26}),
        ("formula_verdict", 1),
        ("model_steps_per_second", float("inf")),
    ],
    ids=str,
)
def test_a_damaged_value_is_refused(name, value):
    with pytest.raises(RunError, match="damaged"):
        CellSummary.from_json({**NMU.to_json(), name: value})


@pytest.mark.parametrize("data", [None, [], "cell", {}, {"operation": "mul"}])
def test_what_is_not_a_cell_is_refused(data):
    with pytest.raises(RunError, match="expected values"):
        CellSummary.from_json(data)


def test_an_unknown_value_is_refused_by_name():
    with pytest.raises(RunError, match="see colour"):
        CellSummary.from_json({**NMU.to_json(), "colour": "red"})


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_begins_with_the_published_columns_in_their_spelling(tmp_path):
    write_csv([NMU, FAILED], tmp_path / "cells.csv")
    header, first, second = (tmp_path / "cells.csv").read_text().splitlines()
    assert header.startswith(
        "operation,module,low,high,success_rate,ci_plus,ci_minus,solved_at_mean,sparsity_error_mean,"
    )
    assert first.startswith("mul,NMU,-1.2,-1.1,0.68,0.15,0.2,2471,2.12e-06,")
    assert second.startswith("mul,NPU,-1.2,-1.1,0.0,0.13,0.0,,,")


def test_the_csv_holds_what_the_published_file_does_not(tmp_path):
    write_csv([NMU, FAILED], tmp_path / "cells.csv")
    row, failed = rows_of(tmp_path / "cells.csv")
    assert row["range"] == "[-1.2,-1.1]"
    assert row["extrapolation_range"] == "[-6.1,-1.2]"
    assert (row["inputs"], row["seeds"], row["iterations"]) == ("2", "25", "50000")
    assert float(row["solved_at_lower"]) < 2471 < float(row["solved_at_upper"])
    assert float(row["sparsity_error_lower"]) < 2.12e-6 < float(row["sparsity_error_upper"])
    assert (row["pcc_success"], row["mape_success"]) == ("0.72", "1.0")
    assert row["pre_regularisation_success"] == "0.84"
    assert (row["formula"], row["formula_seeds"], row["formula_verdict"]) == (
        "x1*x2",
        "15",
        "proved",
    )
    assert (row["published_success_rate"], row["within_published"]) == ("0.68", "yes")
    empty = {name for name, value in failed.items() if value == ""}
    assert empty == {
        "solved_at_mean",
        "solved_at_lower",
        "solved_at_upper",
        "sparsity_error_mean",
        "sparsity_error_lower",
        "sparsity_error_upper",
        "pre_regularisation_success",
        "formula",
        "formula_seeds",
        "formula_verdict",
    }


def test_the_csv_says_which_cells_disagree_and_which_are_not_published(tmp_path):
    worse = replace(NMU, success_rate=success_interval(3, 25))
    write_csv([worse, replace(NMU, inputs=10)], tmp_path / "cells.csv")
    assert [row["within_published"] for row in rows_of(tmp_path / "cells.csv")] == ["no", ""]


def test_the_ends_of_a_union_are_those_of_its_hull(tmp_path):
    union = replace(NMU, interpolation="[[-6,-2],[2,6]]", extrapolation="[10,20]")
    write_csv([union], tmp_path / "cells.csv")
    (row,) = rows_of(tmp_path / "cells.csv")
    assert (row["low"], row["high"], row["range"]) == ("-6", "6", "[[-6,-2],[2,6]]")


def test_a_published_cell_is_written_as_it_was_published(tmp_path):
    write_csv([replace(NMU, solved_at=Estimate(2000.0, None, None))], tmp_path / "cells.csv")
    (row,) = rows_of(tmp_path / "cells.csv")
    names = ("low", "high", "success_rate", "ci_plus", "ci_minus", "solved_at_mean")
    assert [row[name] for name in names] == ["-1.2", "-1.1", "0.68", "0.15", "0.2", "2000"]


def test_a_csv_that_cannot_be_written_is_an_error_of_the_run(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        write_csv([NMU], tmp_path / "nowhere" / "cells.csv")
