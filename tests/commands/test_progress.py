"""What is told while work goes on: on narrow terminals, and with --verbose."""

from io import StringIO

import pytest
from rich.console import Console

from nalmx.cli import main
from nalmx.commands._progress import ProgressBar

TEXT = "12/207 cells, training mul NMU, 84,123 model-steps/s"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_a_bar_is_one_line_that_fits_and_shows_its_text_first(width):
    terminal, paper = (
        Console(file=StringIO(), force_terminal=True, width=width, color_system=None) for _ in "12"
    )
    with ProgressBar(terminal) as show:
        show(12.5, 207, TEXT)
        paper.print(show.__self__._bar.get_renderable())
    (line,) = paper.file.getvalue().splitlines()
    assert len(line) <= width
    assert TEXT[: min(width // 3, len(TEXT))] in line


def test_verbose_says_with_what_and_how_it_ended(capsys):
    words = ["verify", "expr", "x1 + x2", "--truth", "x2 + x1", "--range", "[1,2]"]
    assert main([*words, "-v"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("proved")
    first, *_, last = captured.err.splitlines()
    assert first.startswith("nalmx verify expr: nalmx ")
    assert last.startswith("exit code 0 after ")
    assert main([*words, "-v", "-q"]) == 2
    assert "exclude each other" in capsys.readouterr().err
