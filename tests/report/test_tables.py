"""Tables of a terminal at every width."""

from io import StringIO

import pytest
from rich.console import Console

from nalmx.report.tables import PlainTable


def printed(table, width):
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(table)
    return console.file.getvalue().splitlines()


def table(**settings):
    made = PlainTable(**settings)
    made.add_column("name", no_wrap=True)
    made.add_column("a number", no_wrap=True, justify="right")
    made.add_column("text")
    made.add_row("one", "1234567890", "a text that may be broken into lines")
    made.add_row("another", "12", "")
    return made


def test_what_fits_is_a_table():
    assert [line.split() for line in printed(table(), 60)] == [
        ["name", "a", "number", "text"],
        ["one", "1234567890", "a", "text", "that", "may", "be", "broken", "into", "lines"],
        ["another", "12"],
    ]


def test_a_text_is_broken_before_anything_is_cut():
    lines = printed(table(), 44)
    assert lines[1].startswith("one      1234567890")
    assert len(lines) > 3


def test_what_does_not_fit_is_a_list_of_its_rows():
    assert printed(table(), 30) == [
        "one",
        "  a number: 1234567890",
        "  text: a text that may be ",
        "broken into lines",
        "another",
        "  a number: 12",
    ]


def test_another_table_may_stand_for_one_that_does_not_fit():
    narrow = PlainTable()
    narrow.add_column("name")
    narrow.add_row("one")
    assert printed(table(narrow=narrow), 30) == ["name", "one "]


@pytest.mark.parametrize("width", [10, 20, 40, 80])
def test_nothing_is_ever_cut(width):
    assert not any("…" in line for line in printed(table(), width))
