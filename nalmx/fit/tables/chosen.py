"""Which columns of a table are inputs, target, errors and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...errors import DataError
from ..rows import Rows
from .columns import Columns, find_name, listed
from .names import safe_names
from .read import read_columns
from .units import Units, units_of


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of a table, and what was done to come to them.

    `renamed` gives the own name of each column that is written otherwise in formulas; `left_out` gives
    columns that are no inputs, each with the reason. `sigma` and `weights` are the columns of these, and
    `units` is the file of units.
    """

    rows: Rows
    source: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    sigma: str | None = None
    weights: str | None = None
    units: str | None = None


def chosen_rows(
    place: str | Path,
    target: str,
    features: Sequence[str] = (),
    sigma: str | None = None,
    weights: str | None = None,
    units: Units | None = None,
) -> Chosen:
    """The rows of a file: its target, and as inputs the features, or every other column of numbers.

    `units` are the dimensions of these columns, or a file of them (`read_units`).
    """
    roles: dict[str, str] = {}

    def wanted(names: Sequence[str]) -> list[int]:
        roles["target"] = find_name(target, names, str(place))
        for role, given in (("sigma", sigma), ("weights", weights)):
            if given is not None:
                roles[role] = find_name(given, names, str(place))
        inputs = list(_split(features, names))
        for number, feature in enumerate(inputs):
            roles[f"feature {number}"] = find_name(feature, names, str(place))
        chosen = {names.index(name) for name in roles.values()}
        return sorted(chosen) if features else list(range(len(names)))

    columns = read_columns(place, wanted)
    _check_roles(roles, columns)
    special = [roles[role] for role in ("target", "sigma", "weights") if role in roles]
    own = [name for role, name in roles.items() if role.startswith("feature")]
    own = own or [name for name in columns.values if name not in special]
    if not own:
        raise DataError(
            f"{columns.source} has no column of numbers besides {', '.join(special)}; a law needs an input"
        )
    names = safe_names([*own, roles["target"]])
    rows = Rows(
        names[:-1],
        np.column_stack([columns.values[name] for name in own]),
        columns.values[roles["target"]],
        names[-1],
        columns.values[roles["sigma"]] if "sigma" in roles else None,
        columns.values[roles["weights"]] if "weights" in roles else None,
        None if units is None else units_of([*own, roles["target"]], units),
    )
    pairs = zip(names, [*own, roles["target"]], strict=True)
    renamed = {safe: name for safe, name in pairs if safe != name}
    known = roles.get("sigma"), roles.get("weights")
    file = str(units) if isinstance(units, str | Path) else None
    return Chosen(rows, columns.source, renamed, columns.left_out, *known, file)


def _split(features: Sequence[str], names: Sequence[str]) -> list[str]:
    """Features one by one: a text is a column where there is one of that name, else a list with commas."""
    found: list[str] = []
    for text in features:
        parts = [text] if text in names else [part.strip() for part in text.split(",")]
        if not all(parts):
            raise DataError(
                f"--features {text[:60]!r} has an empty entry; write one column, or several with commas"
            )
        found += parts
    return found


def _check_roles(roles: Mapping[str, str], columns: Columns) -> None:
    """Refuse a column that has two parts to play, or that holds no numbers."""
    played: dict[str, str] = {}
    for role, name in roles.items():
        what = role.partition(" ")[0]
        if name in played:
            before = played[name]
            how = f"{what} twice" if before == what else f"both {before} and {what}"
            raise DataError(f"the column {name[:60]!r} is {how}; give each column once")
        played[name] = what
        if name not in columns.values:
            raise DataError(
                f"{columns.source}: the column {name[:60]!r} holds no numbers; columns of numbers: "
                f"{listed(list(columns.values))}"
            )
