"""The estimator of scikit-learn: its rules, and that what it predicts is the formula it prints."""

import json

import numpy as np
import pytest

pytest.importorskip("sklearn")

import pandas as pd
import sympy
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from nalmx import parse
from nalmx.errors import RunError, SettingError
from nalmx.fit.values import evaluate
from nalmx.sklearn import NALMRegressor


@parametrize_with_checks([NALMRegressor(operations=300)])
def test_the_rules_of_scikit_learn_hold(estimator, check):
    assert check(estimator) is None  # it raises where a rule is broken


@pytest.mark.slow
@parametrize_with_checks([NALMRegressor()])
def test_the_rules_of_scikit_learn_hold_with_all_of_the_search(estimator, check):
    assert check(estimator) is None


@pytest.fixture(scope="module")
def rows():
    X = np.random.default_rng(0).uniform(1, 5, (80, 3))
    return X, X[:, 0] * X[:, 1]


def test_predictions_are_the_printed_formula(rows):
    X, y = rows
    model = NALMRegressor(random_state=0).fit(X, y)
    assert model.formula_ == "x1*x2"
    assert model.law_ is True
    far = np.random.default_rng(1).uniform(-100, 100, (50, 3))
    columns = dict(zip(["x1", "x2", "x3"], far.T, strict=True))
    assert (model.predict(far) == evaluate(parse(model.formula_), columns)).all()
    assert np.allclose(model.predict(far), far[:, 0] * far[:, 1], rtol=1e-14)
    assert model.score(X, y) == 1
    x1, x2 = (sympy.Symbol(name, real=True) for name in ("x1", "x2"))
    assert model.sympy() == x1 * x2
    assert model.latex() == "x_{1} x_{2}"
    (pick,) = (equation for equation in model.equations_ if equation.is_pick)
    assert str(pick) == model.formula_


def test_what_is_no_law_is_not_called_one():
    X, y = np.random.default_rng(0).normal(size=(2, 100))
    model = NALMRegressor(operations=1_000, random_state=0).fit(X[:, None], y)
    assert model.law_ is False
    assert np.isfinite(model.predict(X[:, None])).all()


def test_several_outputs_have_a_law_each(rows):
    X, y = rows
    model = NALMRegressor(random_state=0).fit(X, np.column_stack([y, X[:, 2] - X[:, 0]]))
    assert model.law_ == [True, True]
    assert sorted(parse(text) == parse("x1*x2") for text in model.formula_) == [False, True]
    assert np.allclose(model.predict(X), np.column_stack([y, X[:, 2] - X[:, 0]]))
    assert len(model.sympy()) == len(model.latex()) == len(model.equations_) == 2


def test_columns_of_a_data_frame_name_the_inputs(rows):
    X, y = rows
    frame = pd.DataFrame(X, columns=["mass (kg)", "a", "β"])
    model = NALMRegressor(random_state=0).fit(frame, y)
    assert list(model.feature_names_in_) == ["mass (kg)", "a", "β"]
    assert model.names_ == ("mass_kg", "a", "beta")
    assert model.formula_ == "mass_kg*a"
    assert np.allclose(model.predict(frame), y)


def test_weights_count_rows(rows):
    X, y = rows
    wrong = np.vstack([X, X[:5]]), np.concatenate([y, y[:5] + 1])
    weights = np.concatenate([np.ones(80), np.zeros(5)])
    assert NALMRegressor(random_state=0).fit(*wrong, weights).law_
    assert not NALMRegressor(operations=1_000, random_state=0).fit(*wrong).law_
    with pytest.raises(ValueError, match="at least one non-zero"):
        NALMRegressor().fit(X, y, np.zeros(80))


def test_it_works_in_pipelines_grids_and_cross_validation(rows):
    X, y = rows
    pipeline = make_pipeline(FunctionTransformer(np.sqrt), NALMRegressor(random_state=0))
    assert pipeline.fit(X, y)[-1].formula_ == "x1**2*x2**2"
    assert cross_val_score(pipeline, X, y, cv=4).tolist() == pytest.approx([1] * 4)
    grid = GridSearchCV(NALMRegressor(random_state=0), {"holdout": ["random", "extrapolate"]}, cv=2)
    assert grid.fit(X, y).best_score_ == pytest.approx(1)


def test_it_is_saved_and_loaded_without_pickle(rows, tmp_path):
    X, y = rows
    path = tmp_path / "law.json"
    frame = pd.DataFrame(X, columns=["mass (kg)", "a", "b"])
    model = NALMRegressor(random_state=3).fit(frame, np.column_stack([y, X[:, 2]]))
    model.save(path)
    again = NALMRegressor.load(path)
    assert again.get_params() == model.get_params()
    assert again.formula_ == model.formula_
    assert again.equations_ == model.equations_
    assert list(again.feature_names_in_) == list(model.feature_names_in_)
    assert (again.predict(frame) == model.predict(frame)).all()
    with pytest.raises(SettingError, match="only an integer or None"):
        NALMRegressor(random_state=np.random.RandomState(0)).fit(X, y).save(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(schema=2),
        lambda data: data.update(formulas=["__import__('os')"]),
        lambda data: data.update(formulas=["x9"]),
        lambda data: data.pop("names"),
        lambda data: data["parameters"].update(colour="red"),
    ],
)
def test_a_damaged_file_is_refused(rows, tmp_path, change):
    path = tmp_path / "law.json"
    NALMRegressor(random_state=0).fit(*rows).save(path)
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(RunError, match="it holds no saved regressor"):
        NALMRegressor.load(path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"noise": 2}, "the noise is auto, or its size"),
        ({"holdout": "none"}, "is no holdout"),
        ({"seconds": 0}, "the time is from 0"),
        ({"operations": 0}, "operations are an integer"),
    ],
)
def test_parameters_that_are_none_are_errors_of_value(rows, settings, said):
    with pytest.raises(ValueError, match=said):
        NALMRegressor(**settings).fit(*rows)
