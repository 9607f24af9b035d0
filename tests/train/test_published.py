"""Success rates of published cells, with the full protocol; long, so run by `make bench`."""

import csv
from pathlib import Path

import pytest
import torch

from nalmx.train import Config, Run, fit

TABLE = Path(__file__).parents[2] / "benchmarks" / "published" / "single_module_task.csv"
CELLS = [
    ("add", "NAU", "-2", "2"),
    ("mul", "NMU", "-1.2", "-1.1"),
    ("mul", "NMU", "0.1", "0.2"),
    ("add", "NAC+", "1.1", "1.2"),
    ("add", "NAC+", "-0.2", "-0.1"),
]


def published(cell):
    with TABLE.open() as file:
        for row in csv.DictReader(file):
            if (row["operation"], row["module"], row["low"], row["high"]) == cell:
                return row
    raise LookupError(cell)


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_the_success_rate_lies_in_the_published_interval(tmp_path, cell):
    operation, module, low, high = cell
    config = Config.checked(
        operation=operation, module=module, interpolation_range=f"[{low},{high}]"
    )
    results = fit(Run.create(tmp_path / "run", config), torch.device("cpu"))
    rate = sum(seed["success"] for seed in results["seeds"]) / config.seeds
    row = published(cell)
    known = float(row["success_rate"])
    assert known - float(row["ci_minus"]) <= rate <= known + float(row["ci_plus"]) + 1e-9
