"""Sources of data to train on: the published benchmark, a table of rows, a generator of the user's."""

from .generator import RowGenerator
from .saved import source_from_json
from .single_module import SingleModuleTask
from .source import DataSource, RowStream
from .table import Table

__all__ = [
    "DataSource",
    "RowGenerator",
    "RowStream",
    "SingleModuleTask",
    "Table",
    "source_from_json",
]
