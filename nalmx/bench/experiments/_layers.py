"""What experiments on one module share: train seeds on drawn rows by the compiled loop, and judge them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...devices import find_device
from ...runs.formulas import formula_outcome
from ...train import Config, Progress, Run, fit
from ...train.sources import DataSource
from ._networks import verdict
from .experiment import Tell, Value


def one_layer(
    module: str, source: DataSource, seeds: int, iterations: int, tell: Tell
) -> dict[str, Value]:
    """Successful seeds, the median error where a model is judged, and the law with its verdict."""
    config = Config.checked(source=source, module=module, seeds=seeds, iterations=iterations)

    def show(progress: Progress) -> None:
        share = progress.iteration / progress.iterations
        tell(share, f"iteration {progress.iteration}, {progress.succeeding} of {seeds} succeed")

    with tempfile.TemporaryDirectory(prefix="nalmx-cell-") as directory:
        run = Run.create(Path(directory) / "run", config)
        fit(run, find_device("cpu", "modules"), on_progress=show)
        found = formula_outcome(run)
    errors = sorted(_number(seed["extrapolation_error"]) for seed in found.results["seeds"])
    row: dict[str, Value] = {
        "success": f"{found.successes}/{seeds}",
        "median_error": float(f"{errors[(len(errors) - 1) // 2]:.3g}"),
        "formula": None if found.formula is None else str(found.formula),
    }
    if found.formula is None or source.truth is None:
        return {**row, "verdict": "no formula"}
    output, names = found.formula.outputs[0], source.input_names
    return {**row, "verdict": verdict(output, source.truth, names, source.extents)}


def _number(error: float | None) -> float:
    return 1e308 if error is None else float(error)
