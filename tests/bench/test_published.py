"""The published table, as the package ships it."""

import subprocess
import sys

import pytest

from nalmx.bench import Estimate
from nalmx.bench.published import Published, published
from nalmx.tasks import PUBLISHED_RANGES

MODULES = {
    "add": {"NAC+", "G-NALU", "iNALU", "NALU", "NAU"},
    "mul": {"NAC*", "G-NALU", "iNALU", "NALU", "NMU", "NPU", "RealNPU"},
}


def test_every_module_has_a_cell_on_every_range():
    cells = {(o, m, r) for o, modules in MODULES.items() for m in modules for r in PUBLISHED_RANGES}
    assert set(published()) == cells


def test_a_cell_has_its_rate_with_the_interval_and_both_means():
    cell = published()["mul", "NMU", "[-2,-1]"]
    assert cell == Published(Estimate(0.8, pytest.approx(0.61), pytest.approx(0.91)), 2000, 1e-16)


def test_a_cell_without_success_has_no_means():
    cell = published()["add", "NAC+", "[-0.2,-0.1]"]
    assert cell == Published(Estimate(0, 0, 0.13), None, None)


def test_every_rate_lies_in_its_interval_and_has_means_only_with_success():
    for cell in published().values():
        rate = cell.success_rate
        assert rate.lower <= rate.mean <= rate.upper
        assert (cell.solved_at is None) == (cell.sparsity_error is None) == (rate.mean == 0)


def test_the_table_is_read_once():
    assert published() is published()


def test_the_package_imports_nothing_heavy():
    code = "import nalmx.bench, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not {"torch", "scipy", "matplotlib", "sympy"} & set(result.stdout.split())
    assert "nalmx.bench" in result.stdout.split()
