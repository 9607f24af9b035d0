"""Tables of data from files: what is read, what is said of it, and what is refused."""

import bz2
import csv
import gzip
import io
import lzma
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.errors import DataError
from nalmx.fit.tables import chosen_rows, columns, delimited, safe_names
from nalmx.fit.tables.columns import MOST_COLUMNS

PLAIN = "a,b,y\n1,2.5,3e0\n-4,.5,6\n7,8,9.\n"
INPUTS, TARGET = [[1, 2.5], [-4, 0.5], [7, 8]], [3, 6, 9]


@pytest.fixture
def table(tmp_path):
    def written(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def same(chosen):
    rows = chosen.rows
    return rows.inputs.tolist() == INPUTS and rows.target.tolist() == TARGET


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "|"),
        PLAIN.replace(",", "  "),
        PLAIN.replace(",", ", "),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t").replace(".", ","),
        "# measured on a Monday; by hand, too\n\n" + PLAIN + "\n# the end\n",
        "# a, b, y\n" + PLAIN.partition("\n")[2],
        PLAIN.rstrip("\n"),
        '"a","b","y"\n' + PLAIN.partition("\n")[2].replace("2.5", '"2.5"'),
        PLAIN.encode("utf-16"),
        gzip.compress(PLAIN.encode()),
        bz2.compress(PLAIN.encode()),
        lzma.compress(PLAIN.encode()),
        gzip.compress(PLAIN.replace(",", ";").replace(".", ",").encode()),
    ],
)
def test_text_of_every_kind_gives_the_same_rows(table, text):
    chosen = chosen_rows(table(text), "y")
    assert same(chosen)
    assert chosen.rows.names == ("a", "b")
    assert chosen.rows.target_name == "y"
    assert not chosen.renamed
    assert not chosen.left_out


def test_more_rows_than_a_block_are_read(table):
    text = "a,y\n" + "".join(f"{i},{2 * i}\n" for i in range(25_000))
    rows = chosen_rows(table(text), "y").rows
    assert rows.count == 25_000
    assert (rows.target == 2 * rows.inputs[:, 0]).all()


def test_arrays_of_numpy_are_columns(table):
    data = io.BytesIO()
    np.savez_compressed(data, a=[1, -4, 7], b=np.float32([2.5, 0.5, 8]), y=TARGET)
    assert same(chosen_rows(table(data.getvalue(), "data.npz"), "y"))
    data = io.BytesIO()
    np.savez(data, a=np.array(INPUTS), y=TARGET)
    chosen = chosen_rows(table(data.getvalue()), "y")
    assert same(chosen)
    assert chosen.rows.names == ("a1", "a2")


def test_parquet_is_read(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    a, b = zip(*INPUTS, strict=True)
    path = tmp_path / "data.parquet"
    write_table(pa.table({"name": ["p", "q", "r"], "a": a, "b": b, "y": TARGET}), path)
    chosen = chosen_rows(path, "y")
    assert same(chosen)
    assert chosen.left_out == {"name": "it holds no numbers"}
    write_table(pa.table({"a": [1.0, None, 2.0], "y": TARGET}), path)
    with pytest.raises(DataError, match="row 2 of the column 'a' has no value"):
        chosen_rows(path, "y")


def test_parquet_without_pyarrow_says_what_to_install(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"needs pyarrow: pip install 'nalmx\[parquet\]'"):
        chosen_rows(table(b"PAR1...."), "y")


def test_stdin_may_bring_any_kind(monkeypatch):
    def given(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return chosen_rows("-", "y")

    comma = PLAIN.replace(",", ";").replace(".", ",").encode()
    assert same(given(PLAIN.encode()))
    assert same(given(gzip.compress(comma)))
    with pytest.raises(DataError, match="the data on stdin is empty"):
        given(b"")


def test_columns_are_chosen_and_others_are_not_looked_at(table):
    path = table("note,a,b,y,s\nx,1,,3,.1\n7,2,?,5,.2\n")
    chosen = chosen_rows(path, "y", ["a"], sigma="s")
    assert chosen.rows.inputs.tolist() == [[1], [2]]
    assert chosen.rows.sigma.tolist() == [0.1, 0.2]
    with pytest.raises(DataError, match=r"line 3, column 'note': '7'|line 2, column 'note': 'x'"):
        chosen_rows(path, "y")


def test_sigma_and_weights_are_no_inputs(table):
    chosen = chosen_rows(table("a,s,w,y\n1,2,3,4\n5,6,7,8\n"), "y", sigma="s", weights="w")
    assert chosen.rows.names == ("a",)
    assert chosen.rows.weights.tolist() == [3, 7]
    assert (chosen.sigma, chosen.weights) == ("s", "w")


def test_features_keep_their_order_and_may_have_commas_in_their_names(table):
    path = table('"a, in m",b,y\n1,2,3\n4,5,6\n')
    assert chosen_rows(path, "y", ["b", "a, in m"]).rows.inputs.tolist() == [[2, 1], [5, 4]]
    assert chosen_rows(path, "y", ["b,a_in_m"]).rows.inputs.tolist() == [[2, 1], [5, 4]]


def test_columns_of_true_and_false_are_ones_and_zeros(table):
    rows = chosen_rows(table("a,on,y\n1,True,2\n3,false,3\n5,TRUE,6\n"), "y").rows
    assert rows.inputs.tolist() == [[1, 1], [3, 0], [5, 1]]


def test_columns_of_text_and_without_a_name_are_left_out(table):
    chosen = chosen_rows(table(",name,a,y\n0,Mercury,1,2\n1,Venus,3,4\n"), "y")
    assert chosen.rows.names == ("a",)
    assert chosen.left_out == {"column 1": "it has no name", "name": "it holds no numbers"}


def test_names_are_mapped_to_names_that_formulas_have():
    names = [
        "x",
        "Semi-major axis (AU)",
        "α",
        "Ωm",
        "über",
        "2nd",
        "lambda",
        "sin",
        "温度",
        "a b",
        "a.b",
    ]
    safe = ("x", "Semi_major_axis_AU", "alpha", "Omegam", "uber", "x_2nd", "lambda_", "sin_")
    assert safe_names(names)[:8] == safe
    found = safe_names([*names, "a_b", "x" * 300, "x" * 301, "%"])
    assert found[9:12] == ("a_b_2", "a_b_3", "a_b")
    assert len(set(found)) == len(found)
    assert safe_names(found) == found


def test_renamed_columns_are_told_and_found_by_either_name(table):
    path = table("Bahn-Achse [AE],Umlaufzeit\n1,1\n4,8\n")
    for target in ("Umlaufzeit", "Bahn-Achse [AE]", "Bahn_Achse_AE"):
        chosen = chosen_rows(path, target)
        assert chosen.renamed == {"Bahn_Achse_AE": "Bahn-Achse [AE]"}
    assert chosen.rows.target.tolist() == [1, 4]


WIDE = ",".join(f"c{i}" for i in range(MOST_COLUMNS)) + ",y\n"
REFUSED = [
    ("", "is empty; give a line of names"),
    ("# nothing\n", "is empty; give a line of names"),
    ("a,y\n", "a line of names and no rows"),
    ("a,y\n1,2\n", "there is 1 row;"),
    ("1,2\n3,4\n", "begins with a row of numbers"),
    ("a,b\n1,2\n3,4\n", "has no column 'y'; it has a, b"),
    ("a,Ys\n1,2\n3,4\n", "has no column 'y'; it has a, Ys"),
    ("y\n1\n2\n", "no column of numbers besides y"),
    ("a,y\n1,2\n3,2\n", "the target 'y' is 2 in every row"),
    ("a,y\n1,2\nx,3\n", "line 3, column 'a': 'x' is no number"),
    ("a,y\n1,2\n\n# c\n3,x\n", "line 5, column 'y': 'x' is no number"),
    ("a,y\n1,2\n,3\n", "line 3, column 'a': a missing value"),
    ("a,y\n1,2\n1_0,3\n", "line 3, column 'a': '1_0' is no number"),
    ("a,y\n1,2\n0x10,3\n", "'0x10' is no number"),
    ('a,y\n1,2\n"1,5",3\n', "'1,5' is no number"),
    ("a,y\n1,2\nnan,3\n", "row 2 of the column 'a' is nan"),
    ("a,y\n1,-inf\n2,3\n", "row 1 of the column 'y' is -inf"),
    ("a,y\n1e400,2\n2,3\n", "row 1 of the column 'a' is inf"),
    ("a,y\n1,1e300\n2,3\n", "'y' is 1e+300 in row 1"),
    ("a,y\n1e-300,1\n2e-300,3\n", "'a' is nowhere more than 2e-300"),
    ("a,y,a\n1,2,3\n4,5,6\n", "2 columns named 'a', columns 1, 3"),
    ("a,y\n1,2\n1,2,3\n", "line 3, has 3 cells and the first line has 2"),
    ("a,y\n1,2\n1\n", "line 3, has 1 cells and the first line has 2"),
    ("name,y\na,2\nb,3\n", "no column of numbers besides y"),
    ("a,y\n1,b\n2,c\n", "the column 'y' holds no numbers; columns of numbers: a"),
    (WIDE, "10,001 columns, more than the 10,000"),
    ("a;y\n1;2,5\n2.5;3\n", "'2.5' has a decimal point, and other numbers have a decimal comma"),
    ("a;y\n1,234;2\n2,345;3\n", "numbers such as 1,234 that may be 1.234 or 1234"),
    ('a,y\n"1,2\n', "is no table of text"),
    ("é,y\n1,2\n2,3\n".encode("latin-1"), "is not text in UTF-8"),
    (b"a,y\n1,\x00\n", "is no text"),
    (b"PK\x03\x04 and more", "is no NPZ file of numbers"),
    (b"PAR1 and more", "is no Parquet file"),
    (b"\x93NUMPY and more", "is one array without names"),
    (gzip.compress(PLAIN.encode())[:20], "cannot be decompressed"),
    (lzma.compress(PLAIN.encode())[:40], "cannot be decompressed"),
]


@pytest.mark.parametrize(("content", "said"), REFUSED, ids=[said[:40] for _, said in REFUSED])
def test_what_is_no_table_of_rows_is_refused_in_one_line(table, content, said):
    with pytest.raises(DataError) as refused:
        chosen_rows(table(content), "y")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_long_line_is_refused_before_it_fills_the_memory(table, monkeypatch):
    monkeypatch.setattr(delimited, "_LONGEST_LINE", 100)
    with pytest.raises(DataError, match="line 2, is longer than 100 characters"):
        chosen_rows(table("a,y\n" + "1" * 200), "y")


def test_more_numbers_than_fit_are_refused(table, monkeypatch):
    monkeypatch.setattr(columns, "MOST_VALUES", 5)
    with pytest.raises(DataError, match="more than 5 numbers"):
        chosen_rows(table(PLAIN), "y")


@pytest.mark.parametrize(
    ("array", "said"),
    [
        ({"y": np.array(["1", {}], dtype=object)}, "no NPZ file of numbers"),
        ({"a": [1, 2, 3], "y": [1, 2]}, "'y' has 2 rows and 'a' has 3"),
        ({"a": np.zeros((2, 2, 2)), "y": [1, 2]}, "'a' has 3 dimensions"),
        ({"a": [1, np.nan], "y": [1, 2]}, "row 2 of the column 'a' is nan"),
    ],
)
def test_arrays_that_are_no_columns_are_refused(table, array, said):
    data = io.BytesIO()
    np.savez(data, **array)
    with pytest.raises(DataError, match=said):
        chosen_rows(table(data.getvalue()), "y")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"features": ["a,,b"]}, "has an empty entry"),
        ({"features": ["a,c"]}, "has no column 'c'"),
        ({"features": ["a,a"]}, "'a' is feature twice"),
        ({"features": ["a,y"]}, "'y' is both target and feature"),
        ({"sigma": "y"}, "'y' is both target and sigma"),
        ({"weights": "a"}, "weights must be positive; row 2 is not"),
    ],
)
def test_columns_that_cannot_be_what_they_are_named_for_are_refused(table, settings, said):
    with pytest.raises(DataError, match=said):
        chosen_rows(table(PLAIN), "y", **settings)


def test_places_that_are_no_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="is a folder, not a file"):
        chosen_rows(tmp_path, "y")
    with pytest.raises(DataError, match="there is no file"):
        chosen_rows(tmp_path / "none.csv", "y")


def test_a_file_that_must_not_be_read_is_refused(table, monkeypatch):
    def forbidden(self, *arguments):
        raise PermissionError(13, "Permission denied", str(self))

    path = table(PLAIN)
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        chosen_rows(path, "y")


CELLS = st.floats(-1e90, 1e90).map(lambda value: value if abs(value) > 1e-90 else 0.0)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)


@given(
    names=st.lists(
        NAMES.map(lambda name: " ".join(name.split())), min_size=2, max_size=4, unique=True
    ),
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=2, max_size=4),
    separator=st.sampled_from(",;\t|"),
)
def test_what_csv_writers_write_is_read_back(tmp_path_factory, names, rows, separator):
    assume(all(names) and not any(map(is_number, names)) and not names[0].startswith("#"))
    target = [row[len(names) - 1] for row in rows]
    assume(len(set(target)) > 1)
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(
        [names, *(map(repr, row[: len(names)]) for row in rows)]
    )
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    chosen = chosen_rows(path, names[-1])
    own = [chosen.renamed.get(name, name) for name in chosen.rows.names]
    assert own == names[:-1]
    assert chosen.rows.inputs.tolist() == [row[: len(names) - 1] for row in rows]
    assert chosen.rows.target.tolist() == target


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
