"""Units of columns from a file: exponents of base units, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from ...errors import DataError
from ...rationals import parse_rational
from ...storage import no_file, parse_json
from ..rows import Dimension
from .columns import listed

Units: TypeAlias = Mapping[str, Mapping[str, Any]] | str | Path
"""Exponents by column and base unit, or a file of them."""

_LARGEST, _LARGEST_EXPONENT = 2**20, 100


def read_units(path: str | Path) -> dict[str, dict[str, Any]]:
    """Exponents by column and base unit, as they are written.

    CSV has a line for each column: its name, then the exponents of the base units that the first line
    names (an empty cell is 0). JSON is an object such as `{"speed": {"m": 1, "s": -1}, "angle": {}}`.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise DataError(f"{no_file(path)}; give units such as units.csv") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text in UTF-8; save it as CSV or JSON") from None
    if len(data) > _LARGEST:
        raise DataError(f"{path} is more than 1 MiB; a line for each column is enough")
    source = str(path)
    return _of_json(text, source) if text.lstrip().startswith("{") else _of_csv(text, source)


def units_of(names: Sequence[str], units: Units) -> tuple[Dimension, ...]:
    """The dimension of each column, by its own name; a column without one is an error."""
    if isinstance(units, str | Path):
        given: Mapping[str, Mapping[str, Any]] = read_units(units)
        source = str(units)
    else:
        given, source = units, "the table of units"
    missing = [name for name in names if name not in given]
    if missing:
        raise DataError(
            f"{source} has no units for {listed(missing)}; give every column, with zeros or {{}} where it "
            "has none"
        )
    wrong = next((name for name in names if not isinstance(given[name], Mapping)), None)
    if wrong is not None:
        raise DataError(
            f'{source}: the units of {wrong[:40]!r} are no object; write {{"m": 1, "s": -2}}, or {{}}'
        )
    return tuple(
        {
            unit: power
            for unit, text in given[name].items()
            if (power := _exponent(text, unit, name, source))
        }
        for name in names
    )


def _exponent(given: Any, unit: str, name: str, source: str) -> Fraction:
    number = None if isinstance(given, bool) else parse_rational(str(given))
    if not isinstance(unit, str) or not unit or unit.startswith("_"):
        raise DataError(
            f"{source}: {str(unit)[:40]!r} is no base unit; give a name such as m, kg, s"
        )
    if number is None or abs(number) > _LARGEST_EXPONENT:
        raise DataError(
            f"{source}: the exponent of {unit[:40]} in {name[:40]!r} is {str(given)[:40]!r}; write a number "
            f"from -{_LARGEST_EXPONENT} to {_LARGEST_EXPONENT}, such as -2 or 1/2"
        )
    return number


def _of_json(text: str, source: str) -> dict[str, dict[str, Any]]:
    try:
        data = parse_json(text)
    except ValueError as error:
        raise DataError(f"{source} is not JSON ({error})") from None
    return dict(data)


def _of_csv(text: str, source: str) -> dict[str, dict[str, Any]]:
    lines = [line for line in csv.reader(io.StringIO(text)) if any(map(str.strip, line))]
    if len(lines) < 2:
        raise DataError(
            f"{source} is no table of units; its first line is column,m,kg,s, and each other one a column "
            "with its exponents"
        )
    head, *others = ([cell.strip() for cell in line] for line in lines)
    found: dict[str, dict[str, Any]] = {}
    for name, *exponents in others:
        if len(exponents) != len(head) - 1:
            raise DataError(
                f"{source}: {name[:40]!r} has {len(exponents)} exponents for {len(head) - 1} base units; "
                "give one for each"
            )
        if name in found:
            raise DataError(f"{source} has two lines for {name[:40]!r}; keep one")
        found[name] = {unit: power or "0" for unit, power in zip(head[1:], exponents, strict=True)}
    return found
