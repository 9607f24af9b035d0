"""Estimators of scikit-learn as formulas, against what they predict themselves."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn import linear_model as linear
from sklearn.ensemble import RandomForestRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, RobustScaler, StandardScaler
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from nalmx.errors import ExtractionError, NalmxError
from nalmx.expression.ball import ball, enclose, precision
from nalmx.extract import estimator_formula
from nalmx.extract.estimators import is_estimator
from nalmx.testing import assert_equivalent
from nalmx.verify import Claim, check

X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32).astype(float)
Y = X @ [1.5, -2.0, 0.5] + 0.25 + np.sin(X[:, 0])
TWO = (Y > 0).astype(int)
THREE = np.digitize(Y, [-1.0, 1.0]) * 10

REGRESSORS = [
    linear.LinearRegression(),
    linear.LinearRegression(fit_intercept=False),
    linear.Ridge(0.5),
    linear.Lasso(0.2),
    linear.ElasticNet(0.1),
    linear.BayesianRidge(),
    linear.HuberRegressor(),
    linear.SGDRegressor(random_state=0),
    linear.OrthogonalMatchingPursuit(n_nonzero_coefs=2),
    LinearSVR(random_state=0),
    DecisionTreeRegressor(max_depth=4, random_state=0),
    MLPRegressor(hidden_layer_sizes=(5, 4), max_iter=20, random_state=0),
    MLPRegressor(hidden_layer_sizes=(3,), activation="tanh", max_iter=20, random_state=0),
    MLPRegressor(hidden_layer_sizes=(3,), activation="logistic", max_iter=20, random_state=0),
    MLPRegressor(hidden_layer_sizes=(3,), activation="identity", max_iter=20, random_state=0),
    make_pipeline(StandardScaler(), linear.Ridge()),
    make_pipeline(StandardScaler(with_std=False), MinMaxScaler(), linear.LinearRegression()),
    make_pipeline(
        StandardScaler(with_mean=False), "passthrough", DecisionTreeRegressor(max_depth=2)
    ),
    make_pipeline(PolynomialFeatures(2), linear.LinearRegression()),
    make_pipeline(
        Pipeline([("scale", StandardScaler())]), MLPRegressor(hidden_layer_sizes=(3,), max_iter=20)
    ),
]
CLASSIFIERS = [
    linear.LogisticRegression(),
    linear.RidgeClassifier(),
    linear.SGDClassifier(random_state=0),
    linear.Perceptron(random_state=0),
    LinearSVC(random_state=0),
    DecisionTreeClassifier(max_depth=3, random_state=0),
    MLPClassifier(hidden_layer_sizes=(4,), max_iter=30, random_state=0),
    make_pipeline(StandardScaler(), linear.LogisticRegression()),
]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def named(value) -> str:
    return value if isinstance(value, str) else type(value).__name__


def values(formula, rows=X):
    """The values of a formula at rows, one column an output."""
    found = []
    with precision(120):
        for row in rows.tolist():
            point = {n: ball(Fraction(v)) for n, v in zip(formula.inputs, row, strict=True)}
            found.append([float(enclose(output, point)) for output in formula.outputs])
    return np.array(found)


@pytest.mark.parametrize("estimator", REGRESSORS, ids=named)
def test_regressors_are_what_they_predict(estimator) -> None:
    estimator.fit(X, Y)
    expected = estimator.predict(X).reshape(len(X), -1)
    np.testing.assert_allclose(
        values(estimator_formula(estimator)), expected, rtol=1e-11, atol=1e-11
    )


def test_several_outputs_are_several_formulas() -> None:
    both = np.stack([Y, X[:, 1]], axis=1)
    for estimator in (linear.LinearRegression(), DecisionTreeRegressor(max_depth=3)):
        estimator.fit(X, both)
        found = values(estimator_formula(estimator))
        np.testing.assert_allclose(found, estimator.predict(X), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("classes", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=named)
def test_classifiers_are_what_they_predict(estimator, classes) -> None:
    estimator.fit(X, classes)
    found = values(estimator_formula(estimator))
    np.testing.assert_array_equal(found[:, 0], estimator.predict(X))
    for what, method in (("decision", "decision_function"), ("probability", "predict_proba")):
        if not hasattr(estimator, method) and isinstance(estimator, MLPClassifier):
            continue
        if not hasattr(estimator, method):
            with pytest.raises(ExtractionError, match=r"it has no (decision|probabilit)"):
                estimator_formula(estimator, what=what)
        elif not (what == "probability" and isinstance(estimator, linear.SGDClassifier)):
            found = values(estimator_formula(estimator, what=what))
            expected = getattr(estimator, method)(X).reshape(len(X), -1)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def test_equal_scores_give_the_first_class() -> None:
    model = linear.RidgeClassifier().fit(X, THREE)
    model.coef_, model.intercept_ = np.zeros((3, 3)), np.array([1.0, 2.0, 2.0])
    assert estimator_formula(model).python() == estimator_formula(model, ["a", "b", "c"]).python()
    assert values(estimator_formula(model))[0, 0] == model.predict(X[:1])[0] == 10


def test_a_line_is_proved_and_a_false_one_refuted() -> None:
    model = linear.LinearRegression().fit(X[:, :2], Y)
    model.coef_, model.intercept_ = np.array([2.0, -0.5]), 0.25
    verdict = assert_equivalent(model, "2*a - b/2 + 1/4", "[-5,5]", require="proved")
    assert verdict.domain == {"a": "[-5,5]", "b": "[-5,5]"}
    assert check(Claim.of(model, "2*x1 - x2/2 + 1/4", "[-5,5]")).verdict == "proved"
    model.coef_[1] = np.nextafter(-0.5, 0)
    with pytest.raises(AssertionError, match="refuted"):
        assert_equivalent(model, "2*a - b/2 + 1/4", "[-5,5]")
    assert_equivalent(model, "2*a - b/2 + 1/4", "[-5,5]", tolerance="abs:1e-9", require="bounded")


def test_a_tree_is_proved_by_its_cases() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    tree = DecisionTreeRegressor().fit(x, [1.0, 1.0, 4.0, 8.0])
    truth = "Piecewise((1, x1 <= 3/2), (4, x1 <= 5/2), (8, True))"
    assert check(Claim.of(tree, truth, "[0,9]")).verdict == "proved"
    assert check(Claim.of(tree, truth.replace("<=", "<"), "[0,9]")).verdict == "refuted"


def test_a_perceptron_is_bounded() -> None:
    model = MLPRegressor(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=200, random_state=1)
    model.fit(X[:, :2], X[:, 0] - X[:, 1])
    claim = Claim.of(model, "x1 - x2", "[-1,1]", "abs:1")
    assert check(claim).verdict == "bounded"


def test_features_of_a_table_name_the_inputs() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X[:, :2], columns=["mass", "speed"])
    model = linear.LinearRegression().fit(table, Y)
    assert estimator_formula(model).inputs == ("mass", "speed")
    odd = linear.LinearRegression().fit(table.rename(columns={"mass": "mass (kg)"}), Y)
    assert estimator_formula(odd).inputs == ("x1", "x2")


class Doubled(linear.LinearRegression):
    def predict(self, X):
        return 2 * super().predict(X)


def test_what_may_predict_otherwise_stays_a_function() -> None:
    model = Doubled().fit(X[:, :1], X[:, 0])
    model.coef_, model.intercept_ = np.array([1.0]), 0.0
    assert not is_estimator(model)
    assert not is_estimator(linear.LinearRegression())
    verdict = assert_equivalent(model, "2*x1", "[-5,5]", tolerance="abs:1e-9")
    assert verdict.verdict == "tested"


@pytest.mark.parametrize(
    ("estimator", "target", "reason"),
    [
        (RandomForestRegressor(2), Y, "a RandomForestRegressor has no formula here"),
        (make_pipeline(RobustScaler(), linear.Ridge()), Y, "its step RobustScaler has no formula"),
        (make_pipeline(MinMaxScaler(clip=True), linear.Ridge()), Y, "clip=False"),
        (linear.LogisticRegression(), np.where(TWO, "yes", "no"), "'no' is no number"),
        (DecisionTreeClassifier(), np.stack([TWO, TWO], 1), "several outputs"),
        (linear.RidgeClassifier(), np.stack([TWO, 1 - TWO, TWO], 1), "several labels"),
        (
            MLPClassifier(hidden_layer_sizes=(2,), max_iter=5),
            np.stack([TWO, 1 - TWO], 1),
            "several labels",
        ),
    ],
    ids=named,
)
def test_what_has_no_formula_is_refused_in_one_line(estimator, target, reason) -> None:
    estimator.fit(X, target)
    with pytest.raises(ExtractionError, match=reason) as caught:
        estimator_formula(estimator)
    assert "\n" not in str(caught.value)


def test_names_must_fit() -> None:
    model = linear.LinearRegression().fit(X, Y)
    for names in (["a"], ["a", "a", "b"], ["a", "b", "sin"]):
        with pytest.raises(NalmxError):
            estimator_formula(model, names)
