"""Fitted estimators of scikit-learn as formulas: linear models, trees, multilayer perceptrons, pipelines.

The formula is the function of the fitted numbers, each float the rational that it is: what `predict` computes
without rounding. A classifier gives its class, which must be a number; `decision` and `probability` give the
numbers behind it. A tree of scikit-learn rounds its inputs to float32 first, which is not in the formula.
Only scikit-learn's own classes are read: a subclass may predict otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal, TypeAlias

from ..errors import ExpressionError, ExtractionError
from ..expression import Apply, Expression, Variable, check_name
from ..expression.build import all_of, power, product, quotient, rational
from . import layers
from .formula import Formula
from .layers import Expressions

What = Literal["prediction", "decision", "probability"]
_Read: TypeAlias = Callable[[Any, Expressions], Expressions]


def is_estimator(given: Any) -> bool:
    """Whether something is a fitted estimator whose formula is known here."""
    return _kind(given) in _PREDICTORS and _is_fitted(given)


def estimator_formula(
    estimator: Any, inputs: Sequence[str] | None = None, what: What = "prediction"
) -> Formula:
    """The formula of a fitted estimator: one output for each that it predicts.

    `decision` gives what a classifier compares (one number of two classes, else one for each), and
    `probability` one number for each class. Inputs are named as given, as `feature_names_in_`, or x1, x2, ….
    """
    if not is_estimator(estimator):
        raise ExtractionError(
            f"a {type(estimator).__name__} has no formula here; give a fitted linear model, decision tree, "
            "MLPRegressor or MLPClassifier of scikit-learn, or a Pipeline that ends in one"
        )
    names = _names(estimator, inputs)
    try:
        outputs = _read(estimator, [Variable(name) for name in names], what)
    except ExtractionError as error:
        raise ExtractionError(f"the {type(estimator).__name__}: {error}") from None
    return Formula(names, tuple(outputs), type(estimator).__name__.lower(), "")


def _names(estimator: Any, given: Sequence[str] | None) -> tuple[str, ...]:
    count = int(estimator.n_features_in_)
    named = [f"x{place + 1}" for place in range(count)]
    with suppress(ExpressionError):  # of names that are none here
        named = [check_name(str(name)) for name in getattr(estimator, "feature_names_in_", named)]
    names = tuple(named if given is None else map(check_name, given))
    if len(names) != count or len(set(names)) != count:
        raise ExtractionError(
            f"the {type(estimator).__name__} has {count} inputs; give as many different names, not "
            f"{list(names)}"
        )
    return names


def _kind(given: Any) -> str:
    """The name of a class of scikit-learn's own, or nothing."""
    kind = type(given)
    return kind.__name__ if kind.__module__.startswith("sklearn.") else ""


def _is_fitted(given: Any) -> bool:
    if _kind(given) == "Pipeline":
        steps = [step for _, step in given.steps if step not in (None, "passthrough")]
        last = given.steps[-1][1]
        return is_estimator(last) and all(hasattr(step, "n_features_in_") for step in steps)
    return any(hasattr(given, name) for name in ("coef_", "coefs_", "tree_"))


def _read(estimator: Any, x: Expressions, what: What) -> Expressions:
    if _kind(estimator) == "Pipeline":
        *first, (_, last) = estimator.steps
        return _read(last, _through(first, x), what)
    layers.fits(len(x), int(estimator.n_features_in_))
    is_classifier = hasattr(estimator, "classes_")
    if is_classifier and isinstance(estimator.classes_, list):
        raise ExtractionError("it has several outputs; fit one classifier for each")
    if is_classifier and hasattr(estimator, "tree_") and what == "prediction":
        return _tree(estimator, x, lambda shares: [_class(_most_of(estimator.classes_, shares))])
    binarizer = getattr(estimator, "_label_binarizer", None)
    if is_classifier and str(getattr(binarizer, "y_type_", "")).startswith("multilabel"):
        raise ExtractionError("it has several labels at once; fit one classifier for each")
    values = _PREDICTORS[_kind(estimator)](estimator, x)
    if not is_classifier:
        if what != "prediction":
            raise ExtractionError(f"it is no classifier and has no {what}; leave it out")
        return values
    return _of_classes(estimator, values, what)


def _of_classes(estimator: Any, values: Expressions, what: What) -> Expressions:
    """What a classifier says, from its scores, or from the probabilities at the leaves of its tree."""
    is_tree, is_sure = hasattr(estimator, "tree_"), _kind(estimator) in _PROBABLE
    if what == "decision":
        if is_tree:
            raise ExtractionError("it has no decision function; take its probability")
        return values
    if what == "probability":
        if not (is_tree or is_sure):
            raise ExtractionError("it has no probabilities; take its decision")
        return values if is_tree else _probabilities(estimator, values)
    classes = [_class(value) for value in estimator.classes_]
    if len(values) != (1 if len(classes) == 2 else len(classes)):
        raise ExtractionError("it has several labels at once; fit one classifier for each")
    if len(values) == 1:
        above = Apply("gt", (values[0], layers.ZERO))
        return [layers.choice(above, classes[1], classes[0])]
    return [_first_largest(values, classes)]


def _probabilities(estimator: Any, scores: Expressions) -> Expressions:
    if len(scores) == 1:
        sure = layers.sigmoid(scores[0])
        return [layers.minus(layers.ONE, sure), sure]
    if getattr(estimator, "solver", "") == "liblinear":
        raise ExtractionError(
            "its probabilities are each class against the rest; take its decision"
        )
    return layers.softmax(scores)


def _class(value: Any) -> Expression:
    number = value.item() if hasattr(value, "item") else value
    if not isinstance(number, int | float):
        raise ExtractionError(
            f"its class {number!r} is no number; take its decision or probability"
        )
    return layers.exactly(float(number)) if isinstance(number, float) else rational(int(number))


def _most_of(classes: Any, shares: list[float]) -> Any:
    """The class of the largest share, and the first of those that are equal."""
    return classes[shares.index(max(shares))]


def _first_largest(scores: Expressions, classes: Expressions) -> Expression:
    """The class of the largest score, and the first of those that are equal."""
    arguments: list[Expression] = []
    for place, score in enumerate(scores[:-1]):
        others = [s for other, s in enumerate(scores) if other != place]
        arguments += [classes[place], all_of(Apply("ge", (score, other)) for other in others)]
    return Apply("piecewise", (*arguments, classes[-1], layers.TRUE))


def _through(steps: Sequence[tuple[str, Any]], x: Expressions) -> Expressions:
    """What the steps before the last one of a pipeline make of the inputs."""
    for _, step in steps:
        x = _transformed(step, x)
    return x


def _transformed(step: Any, x: Expressions) -> Expressions:
    if step in (None, "passthrough"):
        return x
    kind = _kind(step)
    if kind == "Pipeline":
        return _through(step.steps, x)
    if kind not in _TRANSFORMERS:
        raise ExtractionError(
            f"its step {type(step).__name__} has no formula; use one of: {', '.join(_TRANSFORMERS)}"
        )
    layers.fits(len(x), int(step.n_features_in_))
    return _TRANSFORMERS[kind](step, x)


def _linear(estimator: Any, x: Expressions) -> Expressions:
    """X·coefᵀ + intercept."""
    weights = estimator.coef_
    weights = weights.toarray() if hasattr(weights, "toarray") else weights
    rows = weights.reshape(-1, len(x)).tolist()
    shift = estimator.intercept_
    shifts = shift.reshape(-1).tolist() if hasattr(shift, "reshape") else [float(shift)]
    return layers.affine(rows, shifts * (len(rows) if len(shifts) == 1 else 1), x)


def _perceptron(estimator: Any, x: Expressions) -> Expressions:
    activation = _ACTIVATIONS.get(estimator.activation)
    if activation is None:
        raise ExtractionError(f"its activation {estimator.activation!r} has no formula")
    *inner, last = zip(estimator.coefs_, estimator.intercepts_, strict=True)
    for weight, shift in inner:
        x = [activation(value) for value in layers.affine(weight.T.tolist(), shift.tolist(), x)]
    scores = layers.affine(last[0].T.tolist(), last[1].tolist(), x)
    if estimator.out_activation_ == "exp":
        return [layers.exponential(score) for score in scores]
    return scores


def _constants(leaf: list[float]) -> Expressions:
    return [layers.exactly(value) for value in leaf]


def _tree(
    estimator: Any, x: Expressions, said: Callable[[list[float]], Expressions] = _constants
) -> Expressions:
    """A Piecewise of each output: left where the feature is at most the threshold."""
    tree = estimator.tree_
    leaves = tree.value.reshape(tree.node_count, -1).tolist()

    def below(node: int) -> Expressions:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == right:
            return said(leaves[node])
        limit = layers.exactly(float(tree.threshold[node]))
        goes_left = Apply("le", (x[int(tree.feature[node])], limit))
        return [
            one if one == other else layers.choice(goes_left, one, other)
            for one, other in zip(below(left), below(right), strict=True)
        ]

    return below(0)


def _standardised(step: Any, x: Expressions) -> Expressions:
    """(x − mean)/scale."""
    if step.mean_ is not None and step.with_mean:
        x = [
            layers.minus(v, layers.exactly(m)) for v, m in zip(x, step.mean_.tolist(), strict=True)
        ]
    if step.scale_ is not None:
        x = [quotient(v, layers.exactly(s)) for v, s in zip(x, step.scale_.tolist(), strict=True)]
    return x


def _ranged(step: Any, x: Expressions) -> Expressions:
    """x·scale + min."""
    if step.clip:
        raise ExtractionError("its MinMaxScaler clips; use clip=False")
    return [
        layers.affine([[scale]], [shift], [value])[0]
        for value, scale, shift in zip(x, step.scale_.tolist(), step.min_.tolist(), strict=True)
    ]


def _powers(step: Any, x: Expressions) -> Expressions:
    """Products of powers of the inputs."""
    outputs: Expressions = []
    for row in step.powers_.tolist():
        factors = [
            value if exponent == 1 else power(value, rational(exponent))
            for value, exponent in zip(x, row, strict=True)
            if exponent
        ]
        outputs.append(product(factors) if factors else layers.ONE)
    return outputs


_ACTIVATIONS: dict[str, Callable[[Expression], Expression]] = {
    "identity": lambda x: x,
    "relu": layers.relu,
    "tanh": layers.tanh,
    "logistic": layers.sigmoid,
}
_TRANSFORMERS: dict[str, _Read] = {
    "StandardScaler": _standardised,
    "MinMaxScaler": _ranged,
    "PolynomialFeatures": _powers,
}
_LINEAR = (
    "LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet ElasticNetCV Lars LarsCV LassoLars LassoLarsCV "
    "LassoLarsIC OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV BayesianRidge ARDRegression "
    "HuberRegressor TheilSenRegressor SGDRegressor QuantileRegressor LinearSVR LogisticRegression "
    "LogisticRegressionCV RidgeClassifier RidgeClassifierCV SGDClassifier Perceptron LinearSVC"
)
_PROBABLE = {"LogisticRegression", "LogisticRegressionCV", "MLPClassifier"}
_PREDICTORS: dict[str, _Read] = {
    **dict.fromkeys(_LINEAR.split(), _linear),
    "MLPRegressor": _perceptron,
    "MLPClassifier": _perceptron,
    "DecisionTreeRegressor": _tree,
    "DecisionTreeClassifier": _tree,
    "Pipeline": lambda estimator, x: _read(estimator, x, "prediction"),
}
