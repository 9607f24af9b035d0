"""Figures of a machine at work."""

import xml.etree.ElementTree as ElementTree
from io import BytesIO

import numpy as np
import pytest
from helpers_machines import copier, counter, either, endless, hand_made, recall
from matplotlib.image import imread

from nalmx.errors import RunError, SettingError
from nalmx.pntm import Vocabulary
from nalmx.pntm.machine import Decision
from nalmx.pntm.program._controls import description_of
from nalmx.pntm.program.diagrams import program_lines
from nalmx.report import program_figure as drawing
from nalmx.report.program_figure import write_program_figure
from nalmx.report.traces import steps_of


def drawn(machine, prompt, title=""):
    """The figure, and its panels."""
    steps = steps_of(machine, prompt)
    figure = drawing._figure(description_of(machine), steps, len(prompt), title)
    left, right = figure.subfigs
    return figure, left.axes, right


def heads(axes):
    lines = [line for line in axes.get_lines() if line.get_label() in ("write head", "read head")]
    return [list(line.get_ydata()) for line in lines]


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_the_same_input_gives_the_same_bytes(suffix, tmp_path):
    paths = [tmp_path / f"{name}.{suffix}" for name in ("first", "second")]
    for path in paths:
        write_program_figure(path, copier(), ("a", "b"), "copy")
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    if suffix == "svg":
        assert ElementTree.fromstring(first).tag.endswith("svg")
        assert b"<dc:date>" not in first
        assert b">copy</text>" in first  # text is text
        assert b"<image" not in first
    else:
        assert first.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[suffix])


def test_panels_follow_the_heads_and_the_cells():
    figure, (axes,), _ = drawn(copier(), ("a", "b"), "copy")
    assert figure.get_suptitle() == "copy"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "=", "a", "b"]
    # The read head ends at cell 3; the lowest cell that a head comes to is 1.
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2", "3"]
    assert heads(axes) == [[0, 1, 1, 1, 1], [0, 0, 0, 1, 2]]
    texts = [(*text.get_position(), text.get_text()) for text in axes.texts]
    assert texts == [
        (0, 0, "a"),
        *((step, cell, "ab"[cell]) for step in range(1, 5) for cell in (0, 1)),
    ]
    assert not axes.get_images()
    (cells,) = (c for c in axes.collections if len(c.get_paths()) > 0)
    boxes = [path.get_extents().bounds for path in cells.get_paths()]
    assert boxes == [
        (-0.5, -0.5, 5, 1),
        (0.5, 0.5, 4, 1),
    ]  # a from the first step, b from the second
    first, second = cells.get_facecolors()
    assert (first != second).any()


def test_every_tape_has_a_panel_and_the_program_stands_beside_them():
    _, panels, right = drawn(either(), tuple("01+11"))
    assert [axes.get_title("left") for axes in panels] == ["tape 1", "tape 2"]
    assert right.texts[0].get_text().splitlines() == program_lines(either(), drawing._MOST_LINES)


def test_cells_far_apart_are_drawn_without_those_between():
    _, (axes,), _ = drawn(recall(), tuple("a0b1a"))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["-9", "-8", "9"]
    assert heads(axes) == [[0, 0, 2, 2, 0, 0, 0], [0, 0, 2, 2, 0, 0, 1]]


def test_a_machine_without_tapes_is_drawn_too(tmp_path):
    write_program_figure(tmp_path / "counter.svg", counter(), tuple("0110"))
    _, (axes,), _ = drawn(counter(), tuple("0110"))
    assert len(axes.get_xticklabels()) == 6


def test_tokens_are_text_and_never_formulas(tmp_path):
    nasty = ("$a$", "$\\frac$", "\n", "<b>", "&", "🙂", "日本", "\u202e", "a very long token", "")
    path = tmp_path / "nasty.SVG"
    write_program_figure(path, copier(nasty), nasty, "$x & <y>")
    assert ElementTree.fromstring(path.read_bytes()).tag.endswith("svg")


def test_what_cannot_be_drawn_is_refused(tmp_path):
    path = tmp_path / "figure.svg"
    with pytest.raises(SettingError, match="does not end"):
        write_program_figure(path, endless(), ("a",))
    with pytest.raises(SettingError, match="more than 150 steps"):
        write_program_figure(path, copier(), ("a",) * 100)
    with pytest.raises(SettingError, match="never seen"):
        write_program_figure(path, copier(), ("c",))
    with pytest.raises(SettingError, match=r"\.svg, \.pdf or \.png"):
        write_program_figure(tmp_path / "figure.txt", copier(), ("a",))
    many = hand_made(
        Vocabulary(("a",), ("a",)),
        [Decision(None, tape, ((9, 8),), tape + 1) for tape in range(7)]
        + [Decision(answer=3), Decision(answer=2)],
        moves=[(0, tape, 0, 2) for tape in range(7)],
        writes=[(0, tape, 9) for tape in range(7)],
        starts=[(0, 0)] * 7,
    )
    with pytest.raises(SettingError, match="too many to draw"):
        write_program_figure(path, many, ("a",) * 100)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RunError, match="cannot be written"):
        write_program_figure(tmp_path / "no" / "figure.svg", copier(), ("a",))


@pytest.mark.parametrize(
    ("machine", "prompt"), [(copier(), "ab"), (either(), "01+11"), (counter(), "0110")]
)
def test_no_part_of_the_paper_stays_blank(machine, prompt):
    figure, *_ = drawn(machine, tuple(prompt))
    data = BytesIO()
    figure.savefig(data, format="png", dpi=60)
    data.seek(0)
    dark = imread(data)[..., :3].min(-1) < 0.9
    tiles = [t for band in np.array_split(dark, 8) for t in np.array_split(band, 8, axis=1)]
    assert np.mean([tile.any() for tile in tiles]) > 0.72
