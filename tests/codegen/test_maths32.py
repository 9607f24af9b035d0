"""The elementary functions of the kernels: accuracy, special values and vector instructions."""

import platform
import re

import numpy as np
import pytest
from numba import njit

from nalmx.codegen import maths32 as maths
from nalmx.codegen.numba_training import FREELY

F = np.float32
INFINITY, NAN = F(np.inf), F(np.nan)
SMALLEST_NORMAL = np.finfo(F).tiny


def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


EXACT = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
}


def looped(name):
    """The function over an array, compiled as the kernels compile their loops."""
    function = getattr(maths, name)

    @njit(fastmath=set(FREELY), error_model="numpy")
    def loop(x, y):
        for i in range(x.size):
            y[i] = function(x[i])

    return loop


@pytest.fixture(scope="module")
def loops():
    return {name: looped(name) for name in EXACT}


@pytest.fixture
def value(loops):
    def evaluate(name, x):
        x = np.asarray(x, dtype=F)
        y = np.empty_like(x)
        loops[name](x.ravel(), y.ravel())
        return y

    return evaluate


def spread(lower, upper, count=400_000):
    """Evenly spread numbers, and others whose logarithms are, as float32."""
    even = np.linspace(lower, upper, count)
    sizes = np.geomspace(1e-38, max(abs(lower), abs(upper)), count // 2)
    both = np.concatenate([even, sizes, -sizes])
    return both[(both >= lower) & (both <= upper)].astype(F)


def units(found, exact):
    """The distance in units in the last place of the exact value in float32."""
    nearest = np.abs(exact).astype(F)
    place = np.spacing(np.maximum(nearest, SMALLEST_NORMAL)).astype(np.float64)
    return np.abs(found.astype(np.float64) - exact) / place


@pytest.mark.parametrize(
    ("name", "lower", "upper", "most"),
    [
        ("exp", -87.3, 88.7, 2),
        ("log", 1.2e-38, 3.4e38, 2),
        ("log", 0.5, 2, 2),
        ("tanh", -30, 30, 2),
        ("tanh", -0.7, 0.7, 2),
        ("sigmoid", -80, 100, 4),
        ("sin", -3.1, 3.1, 2),
        ("cos", -1.5, 1.5, 2),
    ],
)
def test_values_are_within_a_few_units_in_the_last_place(value, name, lower, upper, most):
    x = spread(lower, upper)
    assert units(value(name, x), EXACT[name](x.astype(np.float64))).max() <= most


@pytest.mark.parametrize("name", ["sin", "cos"])
@pytest.mark.parametrize("largest", [10, 8192])
def test_sines_and_cosines_have_a_small_absolute_error(value, name, largest):
    x = spread(-largest, largest, 2_000_000)
    error = np.abs(value(name, x).astype(np.float64) - EXACT[name](x.astype(np.float64)))
    assert error.max() <= 1e-7


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", 0, 1),
        ("exp", -0.0, 1),
        ("exp", INFINITY, INFINITY),
        ("exp", -INFINITY, 0),
        ("exp", 89, INFINITY),
        ("exp", -105, 0),
        ("log", 1, 0),
        ("log", 0, -INFINITY),
        ("log", -0.0, -INFINITY),
        ("log", INFINITY, INFINITY),
        ("log", -1, NAN),
        ("log", -INFINITY, NAN),
        ("sin", 0, 0),
        ("sin", -0.0, 0),
        ("sin", INFINITY, NAN),
        ("sin", -INFINITY, NAN),
        ("cos", 0, 1),
        ("cos", -0.0, 1),
        ("cos", INFINITY, NAN),
        ("cos", -INFINITY, NAN),
        ("tanh", 0, 0),
        ("tanh", -0.0, 0),
        ("tanh", INFINITY, 1),
        ("tanh", -INFINITY, -1),
        ("tanh", 1e30, 1),
        ("sigmoid", 0, 0.5),
        ("sigmoid", -0.0, 0.5),
        ("sigmoid", INFINITY, 1),
        ("sigmoid", -INFINITY, 0),
        *((name, NAN, NAN) for name in EXACT),
    ],
)
def test_special_values_are_exact(value, name, x, expected):
    np.testing.assert_array_equal(value(name, [x]), [F(expected)])


def test_small_numbers_keep_their_size(value):
    x = F(10.0) ** np.arange(-37, -4, dtype=F)
    for name in ("sin", "tanh"):
        for sign in (1, -1):
            assert units(value(name, sign * x), EXACT[name](sign * x.astype(np.float64))).max() <= 2


def test_subnormal_results_of_exp_are_near(value):
    x = np.linspace(-103, -87.4, 10_001, dtype=F)
    assert units(value("exp", x), np.exp(x.astype(np.float64))).max() <= 2


@pytest.mark.skipif(
    platform.machine().lower() not in {"x86_64", "amd64"}, reason="reads x86 assembly"
)
@pytest.mark.parametrize("name", EXACT)
def test_a_loop_over_a_function_is_vectorised(loops, value, name):
    value(name, np.ones(4))
    (assembly,) = loops[name].inspect_asm().values()
    assert re.search(r"\bv?mulps\b|\bv?fn?m(add|sub)\d+ps\b", assembly)
