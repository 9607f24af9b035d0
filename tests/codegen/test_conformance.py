"""Every operation of a body, as the emitter prints it, against NumPy, in both precisions."""

import numpy as np
import pytest

from nalmx.codegen import cache, numba_cpu
from nalmx.codegen.values import ELEMENTARY, FUNCTIONS, OPERATIONS, Body
from nalmx.expression.numpy_functions import numpy_function
from nalmx.expression.operations import OPERATIONS as RECORDS

BINARY = ("add", "subtract", "multiply", "divide", "float_power", "minimum", "maximum")
COMPARED = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
UNARY = ("negative", "sign", "sigmoid", *ELEMENTARY)
JOINED = ("logical_and", "logical_or")
NAMES = (*BINARY, *COMPARED, *UNARY, *JOINED, "logical_not", "where", "float32", "float64")
LOOP = """
@njit(**outer)
def run(first, second, out):
    for j in range(first.size):
        x, y = first[j], second[j]
{lines}"""
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, np.inf, -np.inf, np.nan, 2.0, 30.0, -30.0, 1e30, 1e-30]


def applied(name, x, y, xp):
    """An operation on x and y, with values of a body or with arrays."""
    if name in JOINED:
        return getattr(xp, name)(x < y, x > 0.0)
    if name == "logical_not":
        return xp.logical_not(x < y)
    if name == "where":
        return xp.where(x < y, x, y)
    if name == "sigmoid" and xp is np:
        return (1 / (1 + np.exp(-x.astype(np.float64)))).astype(x.dtype)
    if name in ("float32", "float64"):
        return x.astype(name) if xp is np else x.body.apply(name, x)
    function = numpy_function(name) if xp is np else getattr(xp, name)
    return function(*((x, y) if name in (*BINARY, *COMPARED) else (x,)))


@pytest.fixture(scope="module", params=["float32", "float64"])
def both(request):
    """What the emitter's lines give for all operations, and what NumPy gives."""
    body = Body(request.param)
    x, y = body.input("x"), body.input("y")
    for name in NAMES:
        body.results[name] = applied(name, x, y, FUNCTIONS)
    targets = {name: f"out[{k}, j]" for k, name in enumerate(NAMES)}
    text = numba_cpu.header("Every operation.") + LOOP.format(
        lines=numba_cpu.lines(body, targets, 8)
    )
    drawn = np.random.default_rng(0).normal(size=(2, 500)) * 3
    pairs = np.array([(a, b) for a in SPECIAL for b in SPECIAL]).T
    first, second = np.concatenate([drawn, pairs], axis=1).astype(request.param)
    out = np.empty((len(NAMES), first.size))
    cache.compiled(text, "operations").run(first, second, out)
    with np.errstate(all="ignore"):
        expected = {name: applied(name, first, second, np) for name in NAMES}
    return dict(zip(NAMES, out, strict=True)), expected, first


def test_every_operation_of_a_body_and_of_a_record_is_among_them():
    assert set(OPERATIONS) <= set(NAMES)
    known = {record.numpy for record in RECORDS.values() if record.numpy} - {"power"}
    assert known <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_that_of_numpy(both, name):
    found, expected, x = both
    rounded = name in ("sigmoid", "float_power", *ELEMENTARY) and name not in ("floor", "ceil")
    wanted = np.asarray(expected[name], dtype=np.float64)
    if rounded:
        # Infinite or 0 where a float32 nearly is; sines are accurate up to 8192.
        usual = (np.abs(wanted) < 1e37) & ((np.abs(wanted) > 1e-37) | (wanted == 0))
        usual &= (np.abs(x) < 8192) | (name not in ("sin", "cos"))
        four = 4 * np.finfo(x.dtype).eps
        np.testing.assert_allclose(found[name][usual], wanted[usual], rtol=four, atol=four)
    else:
        np.testing.assert_array_equal(found[name], wanted)
