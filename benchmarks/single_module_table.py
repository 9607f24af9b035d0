"""Train cells of the Single Module Arithmetic Task and compare them with the published table.

    python benchmarks/single_module_table.py [OUTPUT]

Every cell is a run of its own under OUTPUT (default runs/single-module-table), trained with the
published protocol: 25 seeds, 50,000 iterations. Interrupted, it continues where it stopped. It
writes benchmarks/results/single_module_table.json and prints a table.
"""

import csv
import json
import sys
import time
from pathlib import Path

import torch
from scipy.stats import binomtest

from nalmx.extract import extract_run
from nalmx.tasks import PUBLISHED_RANGES
from nalmx.train import Config, Run, fit
from nalmx.verify import Claim, Domain, check

HERE = Path(__file__).parent
PAIRS = [("add", "nau"), ("sub", "nau"), ("mul", "nmu"), ("add", "nac+"), ("sub", "nac+")]


def published():
    """Published cells by operation, module and interpolation range."""
    with (HERE / "published" / "single_module_task.csv").open() as file:
        return {
            (row["operation"], row["module"].lower(), f"[{row['low']},{row['high']}]"): row
            for row in csv.DictReader(file)
        }


def cell(operation, module, interpolation, output):
    """Train, extract and verify one cell."""
    config = Config.checked(operation=operation, module=module, interpolation_range=interpolation)
    low, high = interpolation.strip("[]").split(",")
    directory = output / f"{operation}-{module}_{low}_{high}"
    run = Run.open(directory) if directory.exists() else Run.create(directory, config)
    start = time.perf_counter()
    results = fit(run, torch.device("cpu"))
    extraction = extract_run(run)
    verdict = None
    if extraction.formula is not None:
        domain = Domain.uniform(config.input_names, config.extrapolation)
        verdict = check(Claim(extraction.formula.outputs[0], config.task.truth(), domain)).verdict
    seeds = [seed for seed in results["seeds"] if seed["success"]]
    interval = binomtest(len(seeds), config.seeds).proportion_ci(0.95, "wilson")
    return {
        "operation": operation,
        "module": module,
        "range": interpolation,
        "success_rate": len(seeds) / config.seeds,
        "interval": [interval.low, interval.high],
        "solved_at_mean": sum(s["solved_at"] for s in seeds) / len(seeds) if seeds else None,
        "sparsity_error_mean": sum(s["sparsity_error"] for s in seeds) / len(seeds)
        if seeds
        else None,
        "formulas": {text: len(found) for text, found in extraction.by_formula.items()},
        "formula_truth": verdict,
        "training_seconds": results["seconds"],
        "seconds": time.perf_counter() - start,
    }


def compare(row, known):
    """Whether a rate lies in the published interval; None where nothing is published."""
    entry = known.get((row["operation"], row["module"], row["range"]))
    if entry is None:
        return None
    rate = float(entry["success_rate"])
    low, high = rate - float(entry["ci_minus"]), rate + float(entry["ci_plus"])
    row["published"] = rate
    return low - 1e-9 <= row["success_rate"] <= high + 1e-9


def main():
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/single-module-table")
    known = published()
    rows = []
    for operation, module in PAIRS:
        for interpolation in PUBLISHED_RANGES:
            row = cell(operation, module, interpolation, output)
            row["within_published_interval"] = compare(row, known)
            rows.append(row)
            agreed = {True: "within", False: "OUTSIDE", None: "unpublished"}
            print(
                f"{operation:4} {module:5} {interpolation:12} success {row['success_rate']:.2f} "
                f"published {row.get('published', '–')!s:5} {agreed[row['within_published_interval']]:11} "
                f"formulas {row['formulas']} {row['formula_truth']} {row['seconds']:.1f} s",
                flush=True,
            )
    results = HERE / "results" / "single_module_table.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(rows, indent=1) + "\n")
    compared = [r["within_published_interval"] for r in rows if "published" in r]
    print(f"{sum(compared)} of {len(compared)} published cells within their 95 % interval")


if __name__ == "__main__":
    main()
