"""The figures of a published experiment."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import matplotlib as mpl
import pytest

from nalmx.bench import CellSummary, Estimate, beta_interval, gamma_interval, success_interval
from nalmx.errors import RunError
from nalmx.report import benchmark_figure as drawing
from nalmx.report.benchmark_figure import benchmark_figure

NMU = CellSummary(
    operation="mul",
    module="NMU",
    interpolation="[-2,2]",
    extrapolation="[[-6,-2],[2,6]]",
    inputs=2,
    seeds=25,
    iterations=50_000,
    success_rate=success_interval(24, 25),
    solved_at=gamma_interval([2000, 3000, 2000]),
    sparsity_error=beta_interval([0, 0, 0]),
    pcc_success=1.0,
    mape_success=1.0,
    pre_regularisation_success=None,
    formulas={"x1*x2": 24},
    formula_verdict="proved",
    model_steps_per_second=None,
)
NPU = replace(
    NMU,
    module="NPU",
    success_rate=success_interval(10, 25),
    solved_at=Estimate(3600.0, 1.0, 1e30),
    sparsity_error=beta_interval([1e-7, 2e-5]),
)
LATER = replace(NMU, interpolation="[10,20]", extrapolation="[20,40]")
FAILED = replace(
    NMU, operation="div", success_rate=success_interval(0, 25), solved_at=None, sparsity_error=None
)


def panels(rows):
    return drawing._figure(rows).axes


def markers(axes, hollow):
    """The points of a panel that stand for ours, or for what was published."""
    lines = [line for line in axes.get_lines() if line.get_marker() not in (None, "None", "")]
    lines = [line for line in lines if line.get_gid() != drawing.BEYOND]
    chosen = [line for line in lines if (line.get_markerfacecolor() == "none") == hollow]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in chosen]


def heights(axes, hollow=False):
    return [y for _, y in markers(axes, hollow)]


def bars(axes):
    return [
        (path.vertices[0][1], path.vertices[-1][1])
        for collection in axes.collections
        for path in collection.get_paths()
    ]


def test_an_operation_with_its_inputs_has_an_svg_a_pdf_and_a_png(tmp_path):
    rows = [NMU, replace(FAILED, inputs=10)]
    paths = benchmark_figure(rows, tmp_path / "table")
    names = ("table-mul", "table-div-10inputs")
    kinds = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}
    assert [p.name for p in paths] == [f"{name}.{kind}" for name in names for kind in kinds]
    for path in paths:
        assert path.read_bytes().startswith(kinds[path.suffix[1:]])
    assert ElementTree.parse(paths[0]).getroot().tag.endswith("svg")
    assert b">NMU</text>" in paths[0].read_bytes()  # text is text


def test_the_same_rows_give_the_same_bytes(tmp_path):
    first = benchmark_figure([NMU, NPU], tmp_path / "first")
    second = benchmark_figure([NMU, NPU], tmp_path / "second")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert b"<dc:date>" not in first[0].read_bytes()


def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path):
    before = dict(mpl.rcParams)
    benchmark_figure([FAILED], tmp_path / "table")
    assert dict(mpl.rcParams) == before


def test_the_panels_show_success_solving_and_sparsity_with_their_intervals():
    success, solved, sparsity = panels([NMU, NPU])
    assert heights(success) == [0.96, 0.4]
    assert heights(solved) == [NMU.solved_at.mean, 3600]
    assert heights(sparsity) == [NMU.sparsity_error.mean, NPU.sparsity_error.mean]
    assert bars(success)[1] == (NPU.success_rate.lower, NPU.success_rate.upper)
    assert bars(solved)[0] == (NMU.solved_at.lower, NMU.solved_at.upper)


def test_published_numbers_are_hollow_and_slightly_beside():
    success, solved, _ = panels([NMU, NPU])
    assert heights(success, hollow=True) == [1.0, 0.4]
    assert heights(solved, hollow=True) == [2300, 3600]
    for (ours, _), (known, _) in zip(markers(success, False), markers(success, True), strict=True):
        assert 0.01 < known - ours < 0.2


def test_a_cell_that_was_not_published_has_no_hollow_marker():
    (success, *_) = panels([replace(NMU, inputs=10)])
    assert markers(success, hollow=True) == []


def test_modules_stand_side_by_side_in_colours_and_shapes_of_their_own():
    rows = [replace(NMU, module=f"module {i}") for i in range(12)]
    (success, *_) = panels(rows)
    lines = [line for line in success.get_lines() if len(line.get_xdata()) == 1]
    looks = {(line.get_color(), line.get_marker()) for line in lines}
    places = [line.get_xdata()[0] for line in lines]
    assert len(looks) == 12
    assert places == sorted(set(places))
    assert max(abs(place) for place in places) < 0.5


def test_ranges_stand_in_increasing_order():
    rows = [LATER, NMU, replace(LATER, interpolation="[-20,-10]", extrapolation="[-40,-20]")]
    for axes in panels(rows):
        texts = [label.get_text() for label in axes.get_xticklabels()]
        assert texts == ["[-20,-10]", "[-2,2]", "[10,20]"]
    (success, *_) = panels(rows)
    assert [round(x) for x, _ in markers(success, hollow=False)] == [2, 1, 0]


def test_an_interval_far_above_the_means_does_not_fill_the_panel():
    _, solved, sparsity = panels([NPU])
    assert solved.get_ylim()[1] < 60_000
    assert sparsity.get_ylim()[1] < 1e-3
    for axes, interval in ((solved, NPU.solved_at), (sparsity, NPU.sparsity_error)):
        top = axes.get_ylim()[1]
        assert interval.upper > top
        assert [line.get_ydata()[0] for line in axes.get_lines() if line.get_marker() == "^"] == [
            top
        ]


def test_an_exact_weight_has_its_place_at_zero():
    _, _, sparsity = panels([NMU, NPU])
    assert sparsity.get_yscale() == "symlog"
    low, high = sparsity.get_ylim()
    assert low < 0 < 1e-5 < high


def test_a_panel_without_success_says_so():
    success, solved, sparsity = panels([FAILED])
    assert heights(success) == [0]
    for axes in (solved, sparsity):
        assert [text.get_text() for text in axes.texts] == ["no seed succeeded"]


def test_the_legend_names_every_module_once_and_what_hollow_means():
    figure = drawing._figure([NMU, NPU, LATER])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["NMU", "NPU", "published"]
    (legend,) = drawing._figure([FAILED]).legends
    assert [text.get_text() for text in legend.get_texts()] == ["NMU"]
    (legend,) = drawing._figure([replace(FAILED, module="NAC*")]).legends
    assert [text.get_text() for text in legend.get_texts()] == ["NAC•"]


def test_a_figure_that_cannot_be_written_is_an_error_of_the_run(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        benchmark_figure([FAILED], tmp_path / "nowhere" / "table")


def test_matplotlib_is_loaded_only_to_draw_and_pyplot_never(tmp_path):
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from nalmx.bench import CellSummary\n"
        "from nalmx.report.benchmark_figure import benchmark_figure\n"
        "print('matplotlib' in sys.modules)\n"
        "cell = CellSummary.from_json(json.loads(sys.argv[1]))\n"
        "benchmark_figure([cell], Path(sys.argv[2]))\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    arguments = [json.dumps(FAILED.to_json()), str(tmp_path / "table")]
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True
    )
    assert result.stdout.split() == ["False", "True", "False"], result.stderr
