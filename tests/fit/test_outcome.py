"""`nalmx.fit`: rows, frames and files in, an outcome with its verdict out, which is saved and opened."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy

import nalmx
from nalmx.errors import DataError, RunError, SettingError, TruthValueError, UnknownNameError


@pytest.fixture(scope="module")
def rows():
    X = np.random.default_rng(0).uniform(1, 5, (80, 2))
    return X, X[:, 0] * X[:, 1]


def test_rows_give_a_law_with_its_verdict(rows):
    found = nalmx.fit(*rows, truth="x2*x1")
    assert found.law
    assert str(found.formula) == "x1*x2"
    assert found.verdict.verdict == "proved"
    assert found.holds("proved")
    assert repr(found) == "<law: y = x1*x2; 80 rows>"
    with pytest.raises(TruthValueError, match=r"outcome.holds\('tested'\)"):
        bool(found)


@pytest.mark.parametrize("truth", [nalmx.parse("x1*x2 + 1"), sympy.sympify("x1*x2 + 1")])
def test_a_truth_may_be_any_expression_and_come_later(rows, truth):
    found = nalmx.fit(*rows)
    assert found.verdict is None
    assert found.holds("tested")
    later = nalmx.verify(found, truth)
    assert later.verdict.verdict == "refuted"
    assert not later.holds("tested")
    again = nalmx.verify(later, "x1*x2", "x1=[1,100]")
    assert again.verdict.domain["x1"] == "[1,100]"
    assert again.holds("proved")
    with pytest.raises(SettingError, match="a law is compared exactly"):
        nalmx.verify(found, truth, tolerance="abs:1")


def test_names_are_given_or_those_of_a_frame(rows):
    X, y = rows
    assert str(nalmx.fit(X, y, names=["a", "mass (kg)"]).formula) == "a*mass_kg"
    frame = pd.DataFrame(X, columns=["a", "mass (kg)"])
    found = nalmx.fit(frame, pd.Series(y, name="force"))
    assert repr(found) == "<law: force = a*mass_kg; 80 rows>"
    assert found.table.renamed == {"mass_kg": "mass (kg)"}
    with pytest.raises(DataError, match="two columns are called 'a'"):
        nalmx.fit(X, y, names=["a", "a"])


def test_a_file_is_read(rows, tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, X=rows[0], y=rows[1], s=np.full(80, 0.1))
    assert str(nalmx.fit(path, "y", sigma="s").formula) == "X1*X2"
    assert not nalmx.fit(str(path), "y", names=["X1"], operations=1_000).law


def test_an_outcome_is_saved_and_opened_again(rows, tmp_path):
    X, y = rows
    found = nalmx.fit(
        X, y, truth="x1*x2", sigma=np.full(80, 0.5), weights=np.full(80, 2.0), seed=3, noise=0
    )
    kept = found.save(tmp_path / "run")
    with pytest.raises(RunError, match="exists already"):
        found.save(kept)
    again = nalmx.open_run(kept)
    assert (again.fit, again.settings, again.truth) == (found.fit, found.settings, found.truth)
    assert again.table.rows.sigma.tolist() == [0.5] * 80
    assert again.table.rows.weights.tolist() == [2.0] * 80
    assert again.directory == kept
    assert repr(nalmx.resume(kept)) == repr(found)
    checked = nalmx.verify(again)
    checked.check_saved()
    assert checked.holds("proved")
    (certificate,) = checked.save_certificates(kept)
    assert certificate[0] == "formula_truth"


def test_a_notebook_shows_rows_and_formula_apart(rows):
    shown = nalmx.fit(*rows, truth="x1*x2")._repr_html_()
    assert "<math" in shown
    assert "<li>fits all 80 rows to rounding</li>" in shown
    assert shown.index("fits all 80 rows") < shown.index(">proved</strong>")


def test_a_run_may_have_its_output_from_the_start(rows, tmp_path):
    found = nalmx.fit(*rows, output=tmp_path / "run")
    assert found.directory == tmp_path / "run"
    assert str(nalmx.open_run(found.directory).formula) == "x1*x2"


def test_an_interrupted_search_gives_the_best_so_far():
    X, y = np.random.default_rng(0).normal(size=(2, 100))

    def stop(best, tried):
        raise KeyboardInterrupt

    found = nalmx.fit(X[:, None], y + 3 * X, on_progress=stop, truth="x1")
    assert found.fit.ended == "interrupted"
    assert found.fit.best is not None


def test_a_search_ends_after_so_many_operations_and_says_so(tmp_path):
    X, y = np.random.default_rng(0).normal(size=(2, 100))
    found = nalmx.fit(X[:, None], y + 3 * X, operations=1)
    assert (found.fit.ended, found.fit.tried) == ("effort", 1)
    again = nalmx.verify(nalmx.open_run(found.save(tmp_path / "run")))
    assert (again.fit, again.settings) == (found.fit, found.settings)


@pytest.mark.parametrize(
    ("ends", "domain"),
    [
        ((1.25, 7), "[1.25,7]"),
        ((0.38709927, 30.06992276), "[0.38709927,30.06992276]"),
        ((1 / 3, 20 / 3), "[0.333334,6.66666]"),
        ((-2e-13 / 3, 1e20 / 3), None),
        ((1 / 3, 1 / 3 + 1e-12), None),
    ],
)
def test_the_domain_is_the_box_of_all_rows_or_a_little_less(ends, domain):
    x = np.linspace(*ends, 30)
    found = nalmx.fit(x[:, None], 2 * x, truth="2*x1", seconds=5)
    extent = found.domain.ranges["x1"]
    assert domain in (None, str(extent))
    least, most = (Fraction(repr(float(end))) for end in (x.min(), x.max()))
    assert least <= extent.lower < extent.upper <= most
    assert extent.upper - extent.lower >= (ends[1] - ends[0]) * 0.9999


@pytest.mark.parametrize("seed", range(12))
def test_rows_of_any_size_and_number_give_an_outcome(seed):
    random = np.random.default_rng(seed)
    X = random.normal(size=(random.integers(2, 12), 2)) * 10.0 ** random.integers(-80, 80, size=2)
    y = [X.sum(1), X.prod(1) * 1e-80, X[:, 0] > 0][seed % 3] + np.arange(len(X)) * 1e-99
    found = nalmx.fit(X, y, operations=500)
    assert found.exit_code("tested") == (0 if found.law else 3)


def test_no_law_is_no_law_and_holds_nothing():
    X, y = np.random.default_rng(0).normal(size=(2, 100))
    found = nalmx.fit(X[:, None], y, truth="x1", operations=1_000)
    assert not found.law
    assert found.formula is None
    assert (found.exit_code("tested"), found.holds("tested")) == (3, False)
    assert found.uncertified == "no law was found"
    assert repr(found).startswith("<no ")


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"noise": 2}, SettingError, "the noise is auto, or its size"),
        ({"noise": "much"}, SettingError, "the noise is auto, or its size"),
        ({"holdout": "some"}, SettingError, "choose one of: extrapolate, random"),
        ({"seconds": 0}, SettingError, "the time is from 0"),
        ({"operations": 0.5}, SettingError, "operations are an integer"),
        ({"seed": -1}, SettingError, "a seed is an integer"),
        ({"colour": 1}, UnknownNameError, "there is no setting 'colour'"),
        ({"truth": "q"}, SettingError, "the truth has q"),
        ({"names": ["a"]}, DataError, "2 columns have 1 names"),
    ],
)
def test_settings_that_are_none_are_refused(rows, settings, error, said):
    with pytest.raises(error, match=said):
        nalmx.fit(*rows, **settings)
