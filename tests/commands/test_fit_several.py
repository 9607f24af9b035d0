"""`nalmx fit` of several tables: a run each, a line each, and on with what is missing."""

import csv
import json
import shutil

import numpy as np
import pytest
from helpers_ray import killed_workers

from nalmx.cli import main
from nalmx.runs import many_fits
from nalmx.runs.many_fits import Fitting, Halted, fit_tables
from nalmx.verify import Effort
from nalmx.workers import RayWorkers, here


@pytest.fixture
def tables(tmp_path):
    """Three laws in three files."""
    random = np.random.default_rng(0)
    folder = tmp_path / "tables"
    folder.mkdir()

    def write(name, target):
        a, b = random.uniform(1, 5, (2, 40))
        rows = np.stack([a, b, target(a, b)], axis=1).tolist()
        (folder / name).write_text("\n".join(["a,b,y", *(",".join(map(repr, r)) for r in rows)]))

    write("product.csv", lambda a, b: a * b)
    write("ratio.csv", lambda a, b: a / b)
    write("square.csv", lambda a, b: 3 * a**2)
    return sorted(map(str, folder.iterdir()))


def fit(capsys, files, output, *more):
    words = ["--target", "y", "--output", str(output), "--operations", "3000000"]
    code = main(["fit", *files, *words, *more])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_each_table_has_a_line_and_a_run_that_is_not_fitted_again(
    tables, tmp_path, capsys, monkeypatch
):
    output = tmp_path / "fits"
    code, out, _ = fit(capsys, tables, output)
    assert code == 0
    assert "3 laws in 3 tables" in out
    with (output / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["law"] for row in rows] == ["a*b", "a/b", "3*a**2"]
    assert main(["verify", "run", str(output / "ratio"), "--json"]) == 0
    capsys.readouterr()
    shutil.rmtree(output / "product")
    fitted = []
    own = many_fits.fit_table
    monkeypatch.setattr(
        many_fits, "fit_table", lambda *all: fitted.append(all[0].source) or own(*all)
    )
    code, again, _ = fit(capsys, tables, output, "--json")
    found = json.loads(again)["fits"]
    assert (code, fitted) == (0, tables[:1])
    assert [one["formula"] for one in found] == ["a*b", "a/b", "3*a**2"]
    assert found[1]["run"] == str(output / "ratio")


def test_a_law_that_is_not_the_truth_decides_the_exit_code(tables, tmp_path, capsys):
    code, out, _ = fit(capsys, tables[:2], tmp_path / "fits", "--truth", "a*b")
    assert code == 1
    assert [line.split()[-1] for line in out.splitlines()[1:3]] == ["proved", "refuted"]


def test_a_run_of_other_rows_or_settings_is_refused(tables, tmp_path, capsys):
    fit(capsys, tables[:2], tmp_path / "fits")
    code, _, err = fit(capsys, tables[:2], tmp_path / "fits", "--noise", "0.01")
    assert code == 2
    assert "product is the fit of other rows, or with other settings; give another --output" in err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--figure", "law.svg"], "without --figure"),
        (["-"], "none of them is stdin"),
        (["--truth", "a*c"], "the truth has c"),
    ],
)
def test_what_several_files_cannot_have_is_one_line(tables, tmp_path, capsys, more, says):
    code, _, err = fit(capsys, [*tables, *more], tmp_path / "fits")
    assert code == 2
    assert says in err
    assert not (tmp_path / "fits").exists()


def test_one_file_needs_no_cluster(tables, tmp_path, capsys):
    code, _, err = fit(capsys, tables[:1], tmp_path / "fits", "--cluster", "ray")
    assert code == 2
    assert "--cluster is for several files" in err


def test_two_files_of_one_name_are_kept_apart():
    names = many_fits._names(["a/x.csv", "b/x.csv", "b/y.csv.gz"])
    assert names == ["a-x", "b-x", "y"]


def test_what_is_stopped_is_not_kept_and_the_rest_is(tables, tmp_path):
    from nalmx.fit.tables import chosen_rows
    from nalmx.runs.fit_directory import FitSettings

    fittings = [Fitting(chosen_rows(file, "y"), FitSettings(), effort=Effort()) for file in tables]
    output = tmp_path / "fits"
    with pytest.raises(Halted, match="1 of 3 tables"):
        fit_tables(fittings, output, stop_requested=lambda: (output / "product").exists())
    assert [path.name for path in output.iterdir()] == ["product"]


@pytest.mark.slow
def test_tables_are_fitted_alike_on_a_cluster_though_workers_are_killed(tables, tmp_path):
    pytest.importorskip("ray")
    from nalmx.fit.tables import chosen_rows
    from nalmx.runs.fit_directory import FitSettings

    fittings = [Fitting(chosen_rows(file, "y"), FitSettings(), effort=Effort()) for file in tables]
    with killed_workers(3, 1.0) as killed:
        fit_tables(fittings, tmp_path / "beside", workers=RayWorkers("local"))
    assert killed
    fit_tables(fittings, tmp_path / "alone", workers=here)
    bits = [
        {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).glob("*/*")}
        for name in ("alone", "beside")
    ]
    assert bits[0] == bits[1]
    assert len(bits[0]) == 12
