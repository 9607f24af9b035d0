"""Kernels of a GPU against the loops of a processor: the same points, counts, worst points and places."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from helpers_pytest import thinned
from helpers_trees import claim
from helpers_triton import HAS_GPU, needs_triton, triton_or_skip

from nalmx.errors import DeviceError
from nalmx.verify.sweeping.exhaustive import every_float
from nalmx.verify.sweeping.loops import compiled_sweep
from nalmx.verify.sweeping.samples import tables
from nalmx.verify.sweeping.sweep import array_sweep, sweep

pytestmark = needs_triton

ARITHMETIC = ("x1*x2 - x2/x1 + sqrt(x2) + (1 + sign(x1 - 5.9))", "x1*x2 - x2/x1 + sqrt(x2)")


@pytest.fixture
def few_lanes(monkeypatch):
    """Lanes that take several points, of which there are few."""
    triton_or_skip()
    from nalmx.codegen import triton_launch

    monkeypatch.setattr(triton_launch, "BLOCK", 64)
    monkeypatch.setattr(triton_launch, "LANES", 1_000)
    return triton_launch


def swept(run, made, count: int, judged: int, **options):
    return run(made, tables(made.domain), count, 5, judged, lambda _: True, **options)


@pytest.mark.parametrize("count", thinned([5_000, 1, 65], 3))
@pytest.mark.usefixtures("few_lanes")
def test_the_worst_points_are_those_of_the_cpu_bit_for_bit(count: int) -> None:
    made = claim(*ARITHMETIC, "x1=[[2,3],[5,6]]", "x2=[1,2]")
    expected = swept(array_sweep, made, count, 32)
    assert swept(compiled_sweep, made, count, 32, device="cuda") == expected
    assert len(expected[2]) == min(32, count)


@pytest.mark.usefixtures("few_lanes")
def test_equal_scores_come_in_the_order_of_their_places() -> None:
    made = claim("1/floor(x1)", "1", "[0,1.5]")
    found = swept(compiled_sweep, made, 3_000, 32, device="cuda")
    assert found == swept(array_sweep, made, 3_000, 32)
    assert {score for score, _ in found[2]} == {np.inf}


def test_the_worst_of_two_launches_are_kept_together(monkeypatch) -> None:
    triton_or_skip()
    from nalmx.verify.sweeping import loops

    monkeypatch.setattr(loops, "_CHUNK_OF_A_GPU", 700)
    made = claim(*ARITHMETIC, "[2,6]")
    found = swept(compiled_sweep, made, 1_500, 8, device="cuda")
    assert found == swept(array_sweep, made, 1_500, 8)


def checked(made, inputs: str, arithmetic: str, device: str):
    return every_float(made, arithmetic, 1, inputs=inputs, device=device)


CHECKS = [
    ("x1*x1/3 - 1/7", "(7*x1**2 - 3)/21", "float32", "[1,1.0001]", "abs:1e-12", "reals"),
    ("sqrt(x1)*pi + 1/3", "pi*sqrt(x1) + 1/3", "float32", "[1,1.0001]", "abs:1e-5", "float32"),
    ("x1/x2 + min(x1, x2)", "min(x1, x2) + x1*x2**-1", "float16", "[1,1.03]", "rel:1e-9", "reals"),
    ("x1*x2 + x1", "x1*(x2 + 1)", "bfloat16", "[1,1.25]", "abs:1e-3", "float32"),
    ("(x1 + 1)*x2", "x1*x2 + x2", "bfloat16", "[-1.1,-0.9]", "rel:1e-9", "reals"),
    ("x1", "x1 + max(0, x1 - 1.01)", "float16", "[1,1.1]", "abs:1e-3", "reals"),
]  # fmt: skip


@pytest.mark.usefixtures("few_lanes")
@pytest.mark.parametrize(
    ("left", "right", "inputs", "extent", "tolerance", "arithmetic"), thinned(CHECKS, 6)
)
def test_a_check_at_every_point_is_that_of_the_cpu_bit_for_bit(
    left, right, inputs, extent, tolerance, arithmetic
) -> None:
    made = claim(left, right, extent, tolerance=tolerance)
    found = checked(made, inputs, arithmetic, "cuda")
    assert found == checked(made, inputs, arithmetic, "cpu")
    assert found.points > 80


@pytest.mark.skipif(HAS_GPU, reason="is about machines without a GPU")
def test_a_gpu_that_is_not_there_is_refused_whatever_the_interpreter_can_do() -> None:
    with pytest.raises(DeviceError, match="0 GPUs found"):
        sweep(claim("x1", "x1", "[0,1]"), 10, "cuda")


def test_without_triton_a_gpu_is_a_clear_error(monkeypatch) -> None:
    for name in ("triton_launch", "triton_points"):
        monkeypatch.delitem(sys.modules, f"nalmx.codegen.{name}", raising=False)
        monkeypatch.delattr(f"nalmx.codegen.{name}", raising=False)
    monkeypatch.delitem(sys.modules, "nalmx.codegen.maths_triton", raising=False)
    monkeypatch.setitem(sys.modules, "triton", None)
    with pytest.raises(DeviceError, match=r"pip install 'nalmx\[gpu\]', or use --device cpu"):
        swept(compiled_sweep, claim("x1", "x1", "[0,1]"), 10, 1, device="cuda")


COMPILE = """
import re, triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from nalmx import Claim, Domain, parse
from nalmx.codegen import triton_points
from nalmx.codegen.cache import compiled
from nalmx.verify.sweeping.exhaustive import every_float
from nalmx.verify.sweeping.loops import sweep_form
from nalmx.verify.sweeping.samples import tables
from nalmx.verify.sweeping.values import Doubt

WORDS = ("starts", "stops", "walk", "keys", "counts", "places")

def instructions(left, right):
    claim = Claim(parse(left), parse(right), Domain.parse(["[1,2]"], ["x1", "x2"]))
    form = sweep_form(Doubt(claim), tables(claim.domain))
    kernel = compiled(triton_points.sweep(form), "gpu_sweep").lanes
    kinds = {name: "*i64" if name in WORDS else "*fp64" for name in kernel.arg_names}
    source = ASTSource(kernel, kinds | {"BLOCK": "constexpr"}, {"BLOCK": 256})
    made = triton.compile(source, GPUTarget("cuda", 90, 32), {"enable_fp_fusion": False})
    assert made.asm["cubin"]
    return set(re.findall(r"\\b((?:fma|mul|add|sub|div|sqrt)\\.[a-z.]*f64)", made.asm["ptx"]))

print(*sorted(instructions("x1*x2 + sqrt(x1)", "x1*x2 + x2/x1 - x1")))
print(*sorted(instructions("exp(x1)*log(x2) + erf(x1)", "x1**x2 + sin(x1) + atan(x2)")))
"""


@pytest.mark.slow
def test_a_kernel_compiles_for_an_h100_without_one_and_rounds_as_written() -> None:
    """`ptxas` comes with Triton; a product and a sum are not fused."""
    import os

    environment = {name: text for name, text in os.environ.items() if name != "TRITON_INTERPRET"}
    done = subprocess.run(
        [sys.executable, "-c", COMPILE], capture_output=True, text=True, check=True, env=environment
    )
    arithmetic, functions = done.stdout.splitlines()
    assert arithmetic == "add.rn.f64 div.rn.f64 mul.rn.f64 sqrt.rn.f64 sub.rn.f64"
    assert "fma.rn.f64" in functions
