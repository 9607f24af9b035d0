"""A regressor of scikit-learn whose predictions are an exact formula (extra `sklearn`).

    from nalmx.sklearn import NALMRegressor

    model = NALMRegressor().fit(X, y)
    print(model.formula_, model.law_, model.score(X, y))

It goes into pipelines, cross-validation and grid search as any other.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .errors import NalmxError, RunError, SettingError
from .expression import Expression, Number, check_name, parse, to_text
from .extract.formula import Formula
from .fit.record import fit_from_json, fit_to_json
from .fit.result import Equation, Fit
from .fit.rows import Array, Rows
from .fit.tables import Chosen, safe_names
from .fit.values import evaluate
from .runs.fit_directory import FitSettings
from .runs.fits import fit_table
from .storage import read_json, write_json
from .verify.effort import OPERATIONS

SCHEMA = 1
_PARAMETERS = ("noise", "holdout", "seconds", "operations", "random_state")


class NALMRegressor(RegressorMixin, MultiOutputMixin, BaseEstimator):  # type: ignore[misc]
    """The law behind rows, or the best equation where there is none.

    Parameters: `noise` is `auto` or the size of the target's errors relative to its root mean square,
    `holdout` is `extrapolate` or `random`, `operations` and `seconds` end the search of each output (the
    first at the same place on every machine), `random_state` draws the rows that are held out.

    Attributes of a fitted one: `formula_`, the text that `predict` evaluates; `law_`, whether it is claimed
    to be a law; `equations_`, those that it was chosen from; `fits_`, all that was found of each output;
    `names_`, the inputs as formulas write them; `n_features_in_` and, of data frames, `feature_names_in_`.
    With several outputs `formula_`, `law_` and `equations_` are lists.

    A row of weight 2 is the same as two such rows, and one of weight 0 as none.
    """

    def __init__(
        self,
        *,
        noise: float | str = "auto",
        holdout: str = "extrapolate",
        seconds: float = 60.0,
        operations: int = OPERATIONS,
        random_state: Any = None,
    ) -> None:
        self.noise = noise
        self.holdout = holdout
        self.seconds = seconds
        self.operations = operations
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NALMRegressor:
        """Find the law of each output: X (rows, inputs), y (rows,) or (rows, outputs)."""
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        seed = int(check_random_state(self.random_state).randint(2**31))
        own = getattr(self, "feature_names_in_", None)
        count = X.shape[1]
        self.names_ = (
            safe_names([*own]) if own is not None else tuple(f"x{i + 1}" for i in range(count))
        )
        self._is_single = y.ndim == 1
        try:
            found = [self._law_of(X, column, weights, seed) for column in y.reshape(len(y), -1).T]
        except NalmxError as error:  # scikit-learn takes one kind of error for bad input
            raise ValueError(str(error)) from None
        self.fits_ = [one for one, _ in found]
        self._expressions = [expression for _, expression in found]
        return self

    def predict(self, X: Any) -> Array:
        """The values of the formula, (rows,) or (rows, outputs); nan where it has none."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        columns = dict(zip(self.names_, X.T, strict=True))
        values = [np.zeros(len(X)) + evaluate(e, columns) for e in self._expressions]
        result: Array = values[0] if self._is_single else np.column_stack(values)
        return result

    @property
    def formula_(self) -> Any:
        return self._each([to_text(expression) for expression in self._expressions])

    @property
    def law_(self) -> Any:
        return self._each([one is not None and one.law for one in self.fits_])

    @property
    def equations_(self) -> Any:
        nothing: tuple[Equation, ...] = ()
        return self._each([nothing if one is None else one.equations for one in self.fits_])

    def sympy(self) -> Any:
        """The formula as an expression of SymPy, a list of several outputs."""
        return self._each(self._written().sympy())

    def latex(self) -> Any:
        """The formula in LaTeX, a list of several outputs."""
        return self._each(self._written().latex())

    def _written(self) -> Formula:
        check_is_fitted(self)
        return Formula(self.names_, tuple(self._expressions), "", "")

    def _each(self, values: list[Any]) -> Any:
        return values[0] if self._is_single else values

    def _law_of(
        self, X: Array, y: Array, weights: Array, seed: int
    ) -> tuple[Fit | None, Expression]:
        """What is found of one output, and the expression that predicts it."""
        X, y, weights = _merged(X, y, weights)
        mean = Number(Fraction(repr(float(np.average(y, weights=weights)))))
        if np.ptp(y) == 0:
            return None, mean
        settings = FitSettings.checked(
            noise=self.noise,
            holdout=self.holdout,
            seconds=self.seconds,
            operations=self.operations,
            seed=seed,
        )
        alike = bool((weights == weights[0]).all())
        rows = Rows.of(X, y, self.names_, weights=None if alike else weights)
        found = fit_table(Chosen(rows, ""), settings).fit
        return found, mean if found.best is None else found.best.expression

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_expressions")

    def save(self, path: str | Path) -> None:
        """Write parameters and formulas as JSON; nothing in it is ever executed."""
        check_is_fitted(self)
        parameters = {name: getattr(self, name) for name in _PARAMETERS}
        if not isinstance(self.random_state, int | None):
            raise SettingError("only an integer or None as random_state can be saved")
        own = getattr(self, "feature_names_in_", None)
        data = {
            "schema": SCHEMA,
            "parameters": parameters,
            "names": list(self.names_),
            "feature_names_in": None if own is None else list(own),
            "single": self._is_single,
            "formulas": [to_text(expression) for expression in self._expressions],
            "fits": [None if one is None else fit_to_json(one) for one in self.fits_],
        }
        write_json(Path(path), data)

    @classmethod
    def load(cls, path: str | Path) -> NALMRegressor:
        """A regressor that was saved; a damaged file is a `RunError`."""
        path = Path(path)
        data = read_json(path)
        try:
            if data["schema"] != SCHEMA or type(data["schema"]) is not int:
                raise SettingError(f"its schema is not {SCHEMA}; use the nalmx that wrote it")
            model = cls(**data["parameters"])
            model.names_ = tuple(map(check_name, data["names"]))
            model.n_features_in_ = len(model.names_)
            if data["feature_names_in"] is not None:
                model.feature_names_in_ = np.array(data["feature_names_in"], dtype=object)
            model._is_single = bool(data["single"])
            model._expressions = [parse(text) for text in data["formulas"]]
            model.fits_ = [None if one is None else fit_from_json(one) for one in data["fits"]]
            model._written()
        except (NalmxError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{path} is damaged: it holds no saved regressor ({error})") from None
        return model


def _merged(X: Array, y: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Rows that are alike as one, in an order that does not depend on theirs; none of weight 0.

    Rows are found alike by a hash of their bits, and then compared.
    """
    table = np.column_stack([X, y])[weights > 0] + 0.0  # -0.0 is 0.0
    weights = weights[weights > 0]
    factors: Any = (
        2 * np.random.default_rng(0).integers(2**63, size=table.shape[1], dtype=np.uint64) + 1
    )
    keys = np.zeros(len(table), dtype=np.uint64)
    bits = table.view(np.uint64)
    for place in range(table.shape[1]):
        column = bits[:, place]
        keys = (keys ^ (column >> np.uint64(29)) ^ column) * factors[place]
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    if not (table[first][places] == table).all():
        _, first, places = np.unique(table, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(places.ravel(), weights, len(first)).astype(np.float64)
    return table[first, :-1], table[first, -1], total
