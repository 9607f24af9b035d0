"""Success rates of published cells, with the full protocol; long, so run by `make bench`."""

import pytest
import torch

from nalmx.bench.published import published
from nalmx.train import Config, Run, fit

CELLS = [
    ("add", "NAU", "[-2,2]"),
    ("mul", "NMU", "[-1.2,-1.1]"),
    ("mul", "NMU", "[0.1,0.2]"),
    ("add", "NAC+", "[1.1,1.2]"),
    ("add", "NAC+", "[-0.2,-0.1]"),
]


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_the_success_rate_lies_in_the_published_interval(tmp_path, cell):
    operation, module, interpolation = cell
    config = Config.checked(operation=operation, module=module, interpolation_range=interpolation)
    results = fit(Run.create(tmp_path / "run", config), torch.device("cpu"))
    rate = sum(seed["success"] for seed in results["seeds"]) / config.seeds
    known = published()[cell].success_rate
    assert known.lower - 1e-9 <= rate <= known.upper + 1e-9
