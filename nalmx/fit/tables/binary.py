"""Tables as arrays: NPZ, and Parquet with the extra `parquet`."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from ...errors import DataError
from .columns import Columns, Wanted, as_column, check_names, check_size

_DAMAGED = (ValueError, OSError, EOFError, KeyError, MemoryError, NotImplementedError)


def read_npz(file: IO[bytes], source: str, wanted: Wanted) -> Columns:
    """The wanted columns of arrays by name: one dimension is a column, two are NAME1, NAME2, …

    Nothing is unpickled.
    """
    found: dict[str, Any] = {}
    try:
        with np.load(file, allow_pickle=False) as arrays:
            for name in arrays.files:
                found |= _of_array(name, arrays[name], source)
    except (*_DAMAGED, zipfile.BadZipFile, zlib.error):
        raise DataError(
            f"{source} is no NPZ file of numbers, or it is damaged; write one with "
            "numpy.savez(file, x=…, y=…), or give CSV, TSV or Parquet"
        ) from None
    return _chosen(found, source, wanted)


def read_parquet(file: IO[bytes], source: str, wanted: Wanted) -> Columns:
    """The wanted columns of a Parquet file."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataError(
            f"{source} is Parquet, which needs pyarrow: pip install 'nalmx[parquet]', or give CSV"
        ) from None
    try:
        parquet = ParquetFile(file)
        names = [str(name) for name in parquet.schema_arrow.names]
        check_names(names, source)
        chosen = [names[place] for place in wanted(names)]
        check_size(parquet.metadata.num_rows, len(chosen), source)
        table = parquet.read(columns=chosen)
        found = {name: _without_nulls(table[name], name, source) for name in chosen}
    except (ArrowException, *_DAMAGED):
        raise DataError(f"{source} is damaged: it is no Parquet file") from None
    return _chosen(found, source, lambda names: range(len(names)))


def _of_array(name: str, array: Any, source: str) -> dict[str, Any]:
    if array.ndim == 1:
        return {name: array}
    if array.ndim != 2:
        raise DataError(
            f"{source}: the array {name[:60]!r} has {array.ndim} dimensions; a column has one, and several "
            "columns together have two"
        )
    check_names([""] * array.shape[1], source)
    return {f"{name}{number}": column for number, column in enumerate(array.T, 1)}


def _without_nulls(column: Any, name: str, source: str) -> Any:
    if column.null_count and column.null_count < len(column):
        row = column.is_null().index(True).as_py()
        raise DataError(
            f"{source}: row {row + 1:,} of the column {name[:60]!r} has no value; leave the row out, or "
            "choose other columns with --features"
        )
    return column.to_numpy()


def _chosen(found: Mapping[str, Any], source: str, wanted: Wanted) -> Columns:
    names = list(found)
    check_names(names, source)
    values, left_out = {}, {}
    for place in wanted(names):
        name = names[place]
        column = as_column(found[name], name, source)
        if column is None:
            left_out[name] = "it holds no numbers"
        else:
            values[name] = column
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) > 1:
        (short, least), (long, most) = (
            pick(lengths.items(), key=lambda item: item[1]) for pick in (min, max)
        )
        raise DataError(
            f"{source}: the column {short[:60]!r} has {least:,} rows and {long[:60]!r} has {most:,}; all "
            "columns need as many"
        )
    check_size(max(lengths.values(), default=0), len(values), source)
    return Columns(source, values, left_out)
