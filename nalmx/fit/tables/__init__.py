"""Tables of data: read from files, and their columns as rows to fit."""

from .chosen import Chosen, chosen_rows
from .columns import Columns
from .names import safe_names
from .read import read_columns
from .units import Units, read_units, units_of

__all__ = [
    "Chosen",
    "Columns",
    "Units",
    "chosen_rows",
    "read_columns",
    "read_units",
    "safe_names",
    "units_of",
]
