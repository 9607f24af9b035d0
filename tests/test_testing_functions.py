"""`assert_equivalent` on Python functions and predictors: how they are called, and what they may give."""

from __future__ import annotations

import decimal
import math
from fractions import Fraction
from functools import partial

import mpmath
import numpy as np
import pytest
import sympy
import torch
from torch import nn

from nalmx.errors import ExtractionError, SettingError
from nalmx.testing import assert_equivalent
from nalmx.verify import Effort

FAST = Effort(examples=60, points=2_000)


def passes(function, formula="x1 - 2*x2", domain="[2,6]", tolerance="abs:1e-9"):
    verdict = assert_equivalent(function, formula, domain, tolerance=tolerance, effort=FAST)
    assert verdict.verdict == "tested"
    assert verdict.points > 20
    return verdict


def refusal(function, formula="x1 - 2*x2", domain="[2,6]") -> str:
    with pytest.raises(SettingError) as caught:
        assert_equivalent(function, formula, domain, tolerance="abs:1e-9", effort=FAST)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def failure(*arguments, **options) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_equivalent(*arguments, **options, effort=FAST)
    return str(caught.value)


class Predictor:
    """What a fitted estimator of scikit-learn looks like: it wants two dimensions and gives one."""

    def __init__(self, *weights: float, names: tuple[str, ...] | None = None, column=False) -> None:
        self.weights, self.column = np.array(weights), column
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    def predict(self, X):
        if not isinstance(X, np.ndarray) or X.ndim != 2:
            raise ValueError(f"Expected 2D array, got {X!r}")
        if X.shape[1] != len(self.weights):
            raise ValueError(f"X has {X.shape[1]} features, expecting {len(self.weights)}")
        result = X @ self.weights
        return result[:, None] if self.column else result


class Called:
    def __call__(self, x2, x1):
        return x1 - 2 * x2


def keywords_only(*, x2, x1):
    return x1 - 2 * x2


def all_optional(x2=0.0, x1=0.0):
    return x1 - 2 * x2


def positions_only(x2, x1, /):
    return x1 - 2 * x2


LINEAR = nn.Linear(2, 1).double()
with torch.no_grad():
    LINEAR.weight.copy_(torch.tensor([[1.0, -2.0]]))
    LINEAR.bias.zero_()


@pytest.mark.parametrize(
    "function",
    [
        Called(),
        keywords_only,
        all_optional,
        positions_only,
        partial(all_optional, x2=0.0),
        lambda a, b: a - 2 * b,
        lambda *values: values[0] - 2 * values[1],
        lambda point: point["x1"] - 2 * point["x2"],
        lambda X: X[:, 0] - 2 * X[:, 1],
        lambda X: X @ np.array([[1.0], [-2.0]]),
        lambda X: [row[0] - 2 * row[1] for row in X],
        lambda x: x[0] - 2 * x[1],
        lambda x: float(np.dot(x, [1.0, -2.0])),
        lambda X: LINEAR(torch.tensor(X)),
        lambda x1, x2: LINEAR(torch.tensor([x1, x2], dtype=torch.float64)),
        Predictor(1.0, -2.0),
        Predictor(1.0, -2.0, column=True),
        Predictor(1.0, -2.0).predict,
        Predictor(-2.0, 1.0, names=("x2", "x1")),
    ],
    ids=range(19),
)
def test_every_convention_is_recognised(function) -> None:
    assert passes(function).domain == {"x1": "[2,6]", "x2": "[2,6]"}


@pytest.mark.parametrize(
    "function",
    [
        lambda value: value**2,
        lambda x1: x1**2,
        lambda x1: x1[:, 0] ** 2,
        lambda X: np.square(X).sum(axis=1),
        lambda point: point["x1"] ** 2,
        np.square,
        np.vectorize(lambda value: value**2),
    ],
    ids=range(7),
)
def test_a_single_input_may_be_a_float_a_column_or_a_dict(function) -> None:
    passes(function, "x1**2")


def test_as_many_rows_as_inputs_are_not_taken_for_columns() -> None:
    names = [f"x{n}" for n in range(1, 13)]
    passes(lambda X: X[:, 0] + X[:, 11], "x1 + x12", dict.fromkeys(names, "[0,1]"))
    passes(lambda x: x[0] + x[11], "x1 + x12", dict.fromkeys(names, "[0,1]"))


def test_a_predictor_may_have_features_that_the_formula_has_not() -> None:
    named = Predictor(1.0, -2.0, 0.0, names=("x1", "x2", "x9"))
    assert passes(named).domain == dict.fromkeys(("x1", "x2", "x9"), "[2,6]")
    passes(Predictor(1.0, -2.0, 0.0), domain=dict.fromkeys(("x1", "x2", "x9"), "[2,6]"))
    assert "X has 2 features, expecting 3" in refusal(Predictor(1.0, -2.0, 0.0))


def test_a_wrong_predictor_is_refuted_with_the_point() -> None:
    message = failure(Predictor(1.0, 2.0), "x1 - 2*x2", "[2,6]", tolerance="abs:1e-9")
    assert message.startswith("Predictor is not the formula: refuted, they differ by")
    assert "  x1 = 2.0\n  x2 = 2.0\n  model   = 6\n  formula = -2\n" in message


def raising(error):
    def function(x1, x2):
        raise error

    return function


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        ZeroDivisionError("no"),
        KeyError("no"),
        TypeError("no"),
        RuntimeError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_function_that_raises_on_every_call_is_an_error_of_the_call(error) -> None:
    function = raising(error)
    with pytest.raises(SettingError) as caught:
        assert_equivalent(function, "x1 + x2", "[2,6]", effort=FAST)
    message = str(caught.value)
    assert "no value at any of 12 points tried, such as x1 = 2.0, x2 = 2.0" in message
    assert f"called as f(x1, x2) it raises {type(error).__name__}: " in message
    assert "as one array of shape (n, inputs)" in message
    assert caught.value.__cause__ is error


def test_every_convention_that_was_tried_is_named() -> None:
    message = refusal(lambda point: point["y"])
    assert "called as f(dict) it raises KeyError: 'y'" in message
    assert "called as f(array of shape (n, inputs)) it raises IndexError" in message
    assert "called as f(array of shape (inputs,)) it raises IndexError" in message


def test_a_class_is_not_taken_for_an_object_of_it() -> None:
    assert "Predictor is a class; give a fitted object of it" in refusal(Predictor)


@pytest.mark.parametrize("function", [lambda: 1.0, lambda a, b, c: a, lambda *, scale: scale])
def test_parameters_that_cannot_be_the_inputs_are_refused(function) -> None:
    assert "the inputs are x1, x2" in refusal(function)


def test_a_function_is_undefined_where_it_raises_and_works_elsewhere() -> None:
    message = failure(math.sqrt, "x1", "[-4,0]", tolerance="abs:100")
    assert message.startswith("sqrt is not the formula: refuted, the function raises ValueError")
    assert "unknown, not established" in failure(
        math.sqrt, "sqrt(x1)", "[-4,0]", tolerance="rel:1e-9"
    )


def test_an_exception_of_another_kind_at_some_points_passes_through() -> None:
    def uncertain(x1):
        if x1 > 3:
            raise KeyError("my own")
        return x1

    with pytest.raises(KeyError, match="my own"):
        assert_equivalent(uncertain, "x1", "[2,6]", effort=FAST)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "gives None"),
        ("3.5", "gives '3.5' (str)"),
        (b"3", "gives b'3' (bytes)"),
        (object, "gives <class 'object'> (type)"),
        (np.array([1.0, 2.0]), "gives an array of shape (2,)"),
        ([1.0, 2.0, 3.0], "gives an array of shape (3,)"),
        ([], "gives an array of shape (0,)"),
        (torch.zeros(2, 2), "gives an array of shape (2, 2)"),
        (np.str_("3.5"), "gives '3.5' (str)"),
        (np.datetime64("2020-01-01"), "(date)"),
        ({"y": 1.0}, "gives {'y': 1.0} (dict)"),
    ],
    ids=lambda part: str(part)[:20],
)
def test_a_result_that_is_no_number_is_an_error_of_the_call(value, shown) -> None:
    assert shown in refusal(lambda x1, x2: value)
    at_times = refusal(lambda x1, x2: value if x1 > 3 else x1 - 2 * x2)
    assert shown in at_times
    assert "called as f(x1, x2); a function gives one number" in at_times


@pytest.mark.parametrize(
    "value",
    [
        0,
        False,
        0.0,
        Fraction(0),
        decimal.Decimal(0),
        np.float32(0),
        np.int8(0),
        np.bool_(False),
        np.longdouble(0),
        np.zeros((1, 1)),
        [0],
        torch.zeros(1, requires_grad=True),
        sympy.Integer(0),
        sympy.Float(0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_every_kind_are_read(value) -> None:
    passes(lambda x1, x2: value, "0*x1*x2")


def test_large_integers_and_fractions_are_taken_exactly() -> None:
    passes(lambda x1: 10**400, "10**400 + 0*x1", tolerance="0")
    passes(lambda x1: Fraction(1, 3), "1/3 + 0*x1", tolerance="0")
    assert "refuted" in failure(lambda x1: 10**20 + 1, "10**20 + 0*x1", "[0,1]")


@pytest.mark.parametrize(
    ("value", "formula"),
    [
        (sympy.Rational(1, 3), "1/3"),
        (sympy.Integer(2) ** 70 + 1, "2**70 + 1"),
        (sympy.Integer(10) ** 400, "10**400"),
        (sympy.Float(2**70 + 1, 50), "2**70 + 1"),
        (mpmath.mpf(2**70 + 1, prec=100), "2**70 + 1"),
        (mpmath.mpf(-3) / 2**2000, "-3/(2**1000 * 2**1000)"),
        (np.uint64(2**63 + 1), "2**63 + 1"),
        (decimal.Decimal("1e-400"), "1/10**400"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_numbers_that_no_float_is_are_taken_exactly(value, formula) -> None:
    passes(lambda x1: value, f"{formula} + 0*x1", tolerance="0")
    assert "refuted" in failure(lambda x1: value, f"{formula} + 1/10**700 + 0*x1", "[0,1]")


def test_a_long_double_is_taken_exactly() -> None:
    long = np.longdouble(1) + np.finfo(np.longdouble).eps
    top, bottom = long.as_integer_ratio()
    passes(lambda x1: long, f"{top}/{bottom} + 0*x1", tolerance="0")


def test_a_symbolic_number_that_is_no_fraction_is_refused_and_not_rounded() -> None:
    shown = refusal(lambda x1, x2: sympy.sqrt(2))
    assert "gives sqrt(2) (Pow), which no float and no fraction is exactly," in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (math.nan, "gives nan"),
        (-math.inf, "gives -inf"),
        (np.float32("nan"), "gives nan"),
        (decimal.Decimal("NaN"), "gives nan"),
        (torch.tensor(math.inf), "gives inf"),
        (1j, "gives the complex number 1j (complex)"),
        (np.complex64(1), "gives the complex number (1+0j) (complex)"),
    ],
    ids=str,
)
def test_what_is_not_finite_or_complex_is_no_value(value, shown) -> None:
    message = failure(lambda x1, x2: value, "x1*x2", "[2,6]", tolerance="abs:1e9")
    assert f"refuted, the function {shown} where the formula is defined" in message


def test_a_root_that_python_takes_as_complex_is_undefined_there() -> None:
    message = failure(lambda x1: x1**0.5, "sqrt(x1)", "[-1,1]", tolerance="rel:1e-9")
    assert message.startswith("<lambda> is not the formula: unknown")


@pytest.mark.parametrize("value", [True, 1, 1.0, np.bool_(True), torch.tensor(True), [True]])
def test_truth_values_of_a_condition_are_read(value) -> None:
    passes(lambda x1: value, "x1 > -1", "[0,1]", tolerance="0")


@pytest.mark.parametrize("value", [None, "yes", 2, 0.5, math.nan, np.array([True, False])])
def test_what_is_no_truth_value_is_refused_for_a_condition(value) -> None:
    assert "gives" in refusal(lambda x1: value, "x1 > -1", "[0,1]")


def test_a_module_that_is_not_read_says_how_to_test_it() -> None:
    network = nn.Sequential(nn.Linear(2, 1), nn.LayerNorm(1))
    with pytest.raises(ExtractionError, match=r"lambda X: module\(torch\.tensor\(X"):
        assert_equivalent(network, "x1", "[0,1]")
    twice = nn.Sequential(LINEAR, nn.Hardtanh(-100, 100))
    passes(lambda X: twice(torch.tensor(X)))
