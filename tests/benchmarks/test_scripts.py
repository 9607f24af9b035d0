"""Every benchmark begins with code that is there, and the sweeps' one measures what it says."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import verify_speed

BENCHMARKS = sorted(path.stem for path in Path(verify_speed.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_can_be_imported(name):
    assert import_module(name).__doc__


def test_every_sweep_that_is_compared_has_a_speed(monkeypatch):
    monkeypatch.setattr(verify_speed, "CLAIMS", {"product": verify_speed.CLAIMS["product"]})
    small = SimpleNamespace(few=verify_speed.CACHED, points=10_000, blocks=10, repeats=1)
    monkeypatch.setattr(verify_speed, "numpy_sweep", numpy_sweep_of_one_piece)
    (row,), threads = verify_speed.sweeps(small)
    assert threads >= 1
    speeds = row["per_second"]
    assert speeds.keys() >= {"numpy", "loop_1_thread", "roofline"}
    assert min(speeds.values()) > 0


def numpy_sweep_of_one_piece(claim, count, size, swept=verify_speed.numpy_sweep):
    """Pieces of a million points would be more than there are."""
    return swept(claim, count, min(count, size))
