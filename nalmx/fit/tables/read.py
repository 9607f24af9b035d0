"""Files of data: what they are is found in their first bytes, so that stdin may bring any of them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from ...errors import DataError
from ...storage import no_file
from .binary import read_npz, read_parquet
from .columns import Columns, Wanted
from .delimited import read_delimited

STDIN = "-"
_COMPRESSED: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_ZIP, _PARQUET, _NPY = b"PK\x03\x04", b"PAR1", b"\x93NUMPY"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FIRST = 8
_MOST_BYTES_IN_MEMORY = 4 * 2**30


def read_columns(place: str | Path, wanted: Wanted = lambda names: range(len(names))) -> Columns:
    """The wanted columns of a file, or of stdin where `place` is `-`.

    CSV, TSV and their relatives, NPZ and Parquet, each also as .gz, .bz2 or .xz. What a user can
    mend is a `DataError` of one line.
    """
    source = "the data on stdin" if str(place) == STDIN else str(place)
    try:
        if str(place) == STDIN:
            return _read(_in_memory(sys.stdin.buffer, source), source, wanted)
        with Path(place).open("rb") as file:
            return _read(file if file.seekable() else _in_memory(file, source), source, wanted)
    except (FileNotFoundError, IsADirectoryError):
        raise DataError(f"{no_file(place)}; give a table such as data.csv") from None
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile):
        raise DataError(f"{source} is damaged: it cannot be decompressed") from None
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror or error}") from None


def _read(file: Any, source: str, wanted: Wanted) -> Columns:
    first = file.read(_FIRST)
    file.seek(0)
    for magic, opened in _COMPRESSED.items():
        if first.startswith(magic):
            return _read(opened(file), source, wanted)
    if first.startswith(_ZIP):
        return read_npz(file, source, wanted)
    if first.startswith(_PARQUET):
        return read_parquet(file, source, wanted)
    if first.startswith(_NPY):
        raise DataError(
            f"{source} is one array without names; save its columns with numpy.savez(file, x=…, y=…)"
        )
    encoding = "utf-16" if first.startswith(_UTF16) else "utf-8-sig"
    with io.TextIOWrapper(file, encoding) as text:
        return read_delimited(text, source, wanted)


def _in_memory(file: IO[bytes], source: str) -> IO[bytes]:
    data = file.read(_MOST_BYTES_IN_MEMORY + 1)
    if len(data) > _MOST_BYTES_IN_MEMORY:
        raise DataError(f"{source} is more than 4 GiB; give it as a file, or keep fewer rows")
    return io.BytesIO(data)
