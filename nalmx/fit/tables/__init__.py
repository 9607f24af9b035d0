"""Tables of data: read from files, and their columns as rows to fit."""

from .chosen import Chosen, chosen_rows
from .columns import Columns
from .names import safe_names
from .read import read_columns

__all__ = ["Chosen", "Columns", "chosen_rows", "read_columns", "safe_names"]
