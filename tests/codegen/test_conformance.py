"""Every operation of a body, as the emitters print it, against NumPy, in both precisions."""

import numpy as np
import pytest
from helpers_triton import triton_or_skip

from nalmx.codegen import cache, numba_cpu, triton_lines
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
KERNEL = """
@triton.jit
def run(first, second, out, size, BLOCK: tl.constexpr):
    j = tl.arange(0, BLOCK)
    x, y = tl.load(first + j, j < size), tl.load(second + j, j < size)
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


def by_numba(body, first, second):
    targets = {name: f"out[{k}, j]" for k, name in enumerate(NAMES)}
    text = numba_cpu.header("Every operation.") + LOOP.format(
        lines=numba_cpu.lines(body, targets, 8)
    )
    out = np.empty((len(NAMES), first.size))
    cache.compiled(text, "operations").run(first, second, out)
    return out


def by_triton(body, first, second):
    torch = triton_or_skip()
    printed = triton_lines.lines(body, {name: f"found_{name}" for name in NAMES}, 4)
    for k, name in enumerate(NAMES):
        printed += f"    tl.store(out + {k} * size + j, found_{name}.to(tl.float64), j < size)\n"
    text = triton_lines.header("Every operation.") + KERNEL.format(lines=printed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    given = [torch.from_numpy(array).to(device) for array in (first, second)]
    out = torch.empty((len(NAMES), first.size), dtype=torch.float64, device=device)
    kernel = cache.compiled(text, "gpu_operations").run
    kernel[(1,)](*given, out, first.size, BLOCK=1024)
    return out.cpu().numpy()


@pytest.fixture(
    scope="module",
    params=[(by, kind) for by in (by_numba, by_triton) for kind in ("float32", "float64")],
    ids=lambda param: f"{param[0].__name__} {param[1]}",
)
def both(request):
    """What the emitter's lines give for all operations, and what NumPy gives."""
    by, kind = request.param
    body = Body(kind)
    x, y = body.input("x"), body.input("y")
    for name in NAMES:
        body.results[name] = applied(name, x, y, FUNCTIONS)
    drawn = np.random.default_rng(0).normal(size=(2, 500)) * 3
    pairs = np.array([(a, b) for a in SPECIAL for b in SPECIAL]).T
    first, second = np.concatenate([drawn, pairs], axis=1).astype(kind)
    with np.errstate(all="ignore"):
        out = by(body, first, second)
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
