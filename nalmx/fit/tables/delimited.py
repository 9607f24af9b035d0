"""Tables as text: CSV, TSV and their relatives, with a line of names first.

What parts cells is found in the first lines: a tab, semicolon, bar or comma (with quotes as in CSV),
or spaces. Lines that begin with # and empty lines are left out. A decimal comma is read where commas
part no cells, no number of the table has a decimal point, and not all of them could be thousands.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import IO

import numpy as np

from ...errors import DataError
from .columns import Column, Columns, Wanted, check_finite, check_names, check_size

_SNIFFED, _SNIFFED_CHARACTERS = 50, 2**20
_LONGEST_LINE = 16 * 2**20
_BLOCK = 10_000
_SEPARATORS = ("\t", ";", "|", ",", " ")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d*,\d+|\d+,)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")
_TRUTHS = {"true": 1.0, "false": 0.0}
_MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?", ".", "nil"}


class _DecimalComma(Exception):
    """A number of the table has a decimal comma."""


def read_delimited(text: IO[str], source: str, wanted: Wanted) -> Columns:
    """The wanted columns of a text, which is read a second time where it has decimal commas."""
    try:
        try:
            return _Text(text, source, wanted, decimal=".").columns()
        except _DecimalComma:
            text.seek(0)
            return _Text(text, source, wanted, decimal=",").columns()
    except UnicodeError:
        raise DataError(f"{source} is not text in UTF-8; save it as such, and try again") from None
    except csv.Error as error:
        raise DataError(f"{source} is no table of text: {error}") from None


class _Text:
    """One reading of a text, with one sign for decimals."""

    def __init__(self, text: IO[str], source: str, wanted: Wanted, decimal: str) -> None:
        self._source, self._decimal = source, decimal
        self._line, self._comment = 0, ""
        lines = self._lines(text)
        first, size = [], 0
        for number, line in lines:
            first.append((number, line))
            size += len(line)
            if len(first) == _SNIFFED or size > _SNIFFED_CHARACTERS:
                break
        if not first:
            raise DataError(
                f"{source} is empty; give a line of names, and below it rows of numbers"
            )
        check_names([""] * (max(map(first[0][1].count, _SEPARATORS)) + 1), source)
        self._separator = _separator([line for _, line in first])
        self._cells = self._rows(chain(first, lines))
        self._names = self._header()
        self._wanted = list(wanted(self._names))

    def columns(self) -> Columns:
        """The wanted columns; those of text, and those without a name, are left out."""
        blocks: dict[int, list[Column]] = {place: [] for place in self._wanted}
        texts: dict[int, tuple[int, str]] = {}  # the first cell that is none, and its line
        rows = self._commas = self._doubtful = 0
        while block := list(islice(self._cells, _BLOCK)):
            lines, cells = zip(*block, strict=True)
            across = list(zip(*cells, strict=True))
            for place in self._wanted:
                column = across[place]
                if place not in texts:
                    self._take(blocks[place], column, lines, place, texts, first=not rows)
                elif any(map(_is_number, column)):
                    self._refuse(place, *texts[place])
            rows += len(block)
            check_size(rows, len(self._wanted), self._source)
        if not rows:
            raise DataError(f"{self._source} has a line of names and no rows; add rows of numbers")
        if self._doubtful and self._doubtful == self._commas:
            raise DataError(
                f"{self._source} has numbers such as 1,234 that may be 1.234 or 1234; write them with a "
                "decimal point"
            )
        return self._gathered(blocks, texts)

    def _take(
        self,
        blocks: list[Column],
        column: Sequence[str],
        lines: Sequence[int],
        place: int,
        texts: dict[int, tuple[int, str]],
        *,
        first: bool,
    ) -> None:
        """Add the numbers of a block of a column, or find that it is a column of text."""
        if self._decimal == ",":
            column = self._with_points(column, lines, place)
        try:
            if "_" in "".join(column):  # which Python's float takes for nothing
                raise ValueError
            blocks.append(np.array(list(map(float, column))))
        except ValueError:
            truths = [_TRUTHS.get(cell.lower()) for cell in column]
            if None not in truths:
                blocks.append(np.array(truths, dtype=np.float64))
                return
            row = next(row for row, cell in enumerate(column) if not _is_number(cell))
            if (
                self._decimal == "."
                and self._separator != ","
                and any(map(_DECIMAL_COMMA.fullmatch, column))
            ):
                raise _DecimalComma from None
            if not first or any(map(_is_number, column)):
                self._refuse(place, lines[row], column[row])
            texts[place] = lines[row], column[row]

    def _with_points(self, column: Sequence[str], lines: Sequence[int], place: int) -> list[str]:
        """Cells with a decimal point for a decimal comma."""
        pointed = []
        for line, cell in zip(lines, column, strict=True):
            if _DECIMAL_COMMA.fullmatch(cell):
                self._commas += 1
                self._doubtful += _THOUSANDS.fullmatch(cell) is not None
                cell = cell.replace(",", ".")
            elif "." in cell and _is_number(cell):
                raise DataError(
                    f"{self._source}, line {line:,}, column {self._names[place]!r}: {cell[:40]!r} has a "
                    "decimal point, and other numbers have a decimal comma; write all of them alike"
                )
            pointed.append(cell)
        return pointed

    def _gathered(
        self, blocks: dict[int, list[Column]], texts: dict[int, tuple[int, str]]
    ) -> Columns:
        values, left_out = {}, {}
        for place in self._wanted:
            name = self._names[place]
            if place in texts:
                left_out[name] = "it holds no numbers"
            elif not name:
                left_out[f"column {place + 1}"] = "it has no name"
            else:
                values[name] = check_finite(np.concatenate(blocks[place]), name, self._source)
        return Columns(self._source, values, left_out)

    def _refuse(self, place: int, line: int, cell: str) -> None:
        shown = repr(cell[:40]) if cell.strip().lower() not in _MISSING else "a missing value"
        raise DataError(
            f"{self._source}, line {line:,}, column {self._names[place][:60]!r}: {shown} is no number; "
            "mend it, leave the row out, or choose other columns with --features"
        )

    def _lines(self, text: IO[str]) -> Iterator[tuple[int, str]]:
        """The lines that are neither empty nor comments, by their numbers."""
        number, rows = 0, 0
        while line := text.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE:
                raise DataError(
                    f"{self._source}, line {number:,}, is longer than {_LONGEST_LINE:,} characters; it is "
                    "no table of rows"
                )
            if "\0" in line:
                raise DataError(f"{self._source} is no text; give CSV, TSV, NPZ or Parquet")
            bare = line.lstrip()
            if bare.startswith("#"):
                self._comment = self._comment if rows else bare[1:]
            elif bare:
                rows += 1
                yield number, line

    def _told(self, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
        """The lines, while `_line` says which one was taken last."""
        for self._line, line in lines:
            yield line

    def _rows(self, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
        """The cells of each row with its line, as many as in the first one."""
        width = 0
        for row in _cells(self._told(lines), self._separator, strict=True):
            width = width or len(row)
            if len(row) != width:
                raise DataError(
                    f"{self._source}, line {self._line:,}, has {len(row)} cells and the first line has "
                    f"{width}; write as many in each line"
                )
            yield self._line, row

    def _header(self) -> list[str]:
        """The names of the first line, or of the comment above it where that line is numbers."""
        line, cells = next(self._cells)
        if all(map(_is_number, cells)):
            above = next(_cells(iter([self._comment]), self._separator), [])
            if len(above) != len(cells):
                raise DataError(
                    f"{self._source} begins with a row of numbers, and its columns have no names; put a "
                    "line of names first"
                )
            self._cells = chain([(line, cells)], self._cells)
            cells = above
        names = [" ".join(cell.split()) for cell in cells]
        check_names(names, self._source)
        return names


def _separator(lines: Sequence[str]) -> str:
    """What parts the cells: that which parts most lines into as many as the first."""

    def alike(separator: str) -> int:
        widths = [len(row) for row in _cells(iter(lines), separator)]
        return sum(width == widths[0] for width in widths) if widths[0] > 1 else 0

    return max(_SEPARATORS, key=alike)


def _cells(lines: Iterator[str], separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    if separator == " ":
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
