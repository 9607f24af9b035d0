"""The table of a published experiment, in a pipe and in a terminal."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from nalmx.bench import CellSummary, Estimate, beta_interval, gamma_interval, success_interval
from nalmx.report.benchmark_table import agreement, benchmark_table

NPU = CellSummary(
    operation="mul",
    module="RealNPU",
    interpolation="[1.1,1.2]",
    extrapolation="[1.2,6]",
    inputs=2,
    seeds=25,
    iterations=50_000,
    success_rate=success_interval(8, 25),
    solved_at=gamma_interval([45429]),
    sparsity_error=beta_interval([1.44e-05]),
    pcc_success=0.3,
    mape_success=0.3,
    pre_regularisation_success=None,
    formulas={"x1*x2": 7, "x1": 1},
    formula_verdict="proved",
    model_steps_per_second=None,
)
OUTSIDE = replace(NPU, success_rate=success_interval(25, 25))
FAILED = replace(
    NPU,
    interpolation="[-1.2,-1.1]",
    extrapolation="[-6.1,-1.2]",
    success_rate=success_interval(0, 25),
    solved_at=None,
    sparsity_error=None,
    formulas={},
    formula_verdict=None,
)
UNPUBLISHED = replace(NPU, operation="div", formulas={"x1/x2": 8}, formula_verdict="bounded")
REDUNDANT = replace(NPU, inputs=100)


def shown(rows, width, colour=False, **options):
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    console.print(benchmark_table(rows, **options))
    return file.getvalue()


def words(rows, width=200, **options):
    return [line.split() for line in shown(rows, width, **options).splitlines()]


def test_a_cell_is_one_line_with_the_published_numbers_beside_ours():
    header, line = words([NPU])
    assert " ".join(header) == (
        "operation module range success published solved at sparsity error formula"
    )
    assert " ".join(line) == (
        "mul RealNPU [1.1,1.2] 32% [17–52] 28% [14–48] ✓ 45429 (4400) 1.4e-05 (7.8e-06) x1*x2 proved"
    )


def test_a_cell_outside_is_marked_and_red():
    _, line = words([OUTSIDE])
    assert "✗ outside" in " ".join(line)
    assert "\x1b[1;31m" in shown([OUTSIDE], 200, colour=True)
    assert "\x1b[1;31m" not in shown([NPU, FAILED, UNPUBLISHED], 200, colour=True)


def test_an_unpublished_cell_has_no_mark_and_no_published_numbers():
    text = " ".join(words([UNPUBLISHED])[1])
    assert text == "div RealNPU [1.1,1.2] 32% [17–52] 45429 1.4e-05 x1/x2 bounded"


def test_a_cell_without_success_has_dashes_for_its_means():
    text = " ".join(words([FAILED])[1])
    assert text == "mul RealNPU [-1.2,-1.1] 0% [0–13] 0% [0–13] ✓ – – –"


def test_inputs_have_a_column_where_they_differ_from_the_published():
    assert "inputs" not in words([NPU])[0]
    header, first, second = words([NPU, REDUNDANT])
    assert header[3] == "inputs"
    assert (first[3], second[3]) == ("2", "100")


def test_plain_ascii_is_to_be_had():
    text = shown([NPU, OUTSIDE, FAILED, UNPUBLISHED], 200, ascii_only=True)
    assert text.isascii()
    assert " ok " in text
    assert "x outside" in text


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("rows", [[NPU, FAILED], [OUTSIDE, UNPUBLISHED], [OUTSIDE, REDUNDANT]])
@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_no_number_is_cut_at_any_width(rows, width, ascii_only):
    text = shown(rows, width, ascii_only=ascii_only)
    assert "…" not in text
    assert all(len(line) <= width for line in text.splitlines())
    assert {word for line in words(rows, ascii_only=ascii_only)[1:] for word in line} <= set(
        text.split()
    )


def test_a_long_formula_takes_lines_but_no_room_from_the_numbers():
    long = replace(NPU, formulas={"x1*x2/(x3 + " + "x4*" * 40 + "x5)": 8})
    text = shown([long], 120)
    assert "32% [17–52]" in text
    assert "45429 (4400)" in text
    assert all(len(line) <= 120 for line in text.splitlines())


def test_a_rate_without_an_interval_is_shown_alone():
    _, line = words([replace(NPU, success_rate=Estimate(0.32, None, None))])
    assert line[3:5] == ["32%", "28%"]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], "no cell has a published counterpart"),
        ([UNPUBLISHED], "no cell has a published counterpart"),
        ([NPU], "1 of 1 published cell lies within its 95 % interval"),
        ([NPU, FAILED, UNPUBLISHED], "2 of 2 published cells lie within their 95 % interval"),
        (
            [NPU, OUTSIDE, FAILED],
            "2 of 3 published cells lie within their 95 % interval; outside: "
            "mul RealNPU [1.1,1.2] (100%, published 28%)",
        ),
    ],
)
def test_agreement_counts_the_published_cells_and_names_those_outside(rows, text):
    assert agreement(rows) == text
