"""The verdicts on every run of the published table, and their certificates replayed.

    python benchmarks/verify_runs.py [--runs runs/single-module-table] [--most N]

For each run with a formula: what `nalmx verify run --as-it-runs` says, how far each bound lies above
the largest difference that was met, and whether the second interval arithmetic establishes the
certificate of each verdict again. Writes benchmarks/results/verify_runs.json. The runs are those of
benchmarks/single_module_table.py.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from nalmx.errors import NalmxError
from nalmx.runs.formulas import verify_run
from nalmx.train import Run
from nalmx.verify import Effort
from nalmx.verify.certificate import certify

RESULTS = Path(__file__).parent / "results" / "verify_runs.json"


def replayed(claim, verdict):
    """`established`, or the reason why not; None for a verdict that no certificate can establish."""
    if verdict.verdict not in ("proved", "bounded", "refuted"):
        return None
    replay = certify(claim, verdict=verdict).replay()
    return "established" if replay.established else replay.reason


def records(directory):
    """A record for each verdict on a run."""
    run = Run.open(directory)
    start = time.perf_counter()
    outcome = verify_run(run, effort=Effort(points=100_000), as_it_runs=True)
    seconds = time.perf_counter() - start
    if not outcome.verdicts:
        yield {"run": directory.name, "claim": None, "verdict": "no formula", "seconds": seconds}
    for name, verdict in outcome.verdicts.items():
        record = {"run": directory.name, "claim": name, "verdict": verdict.verdict}
        record |= {"bound": verdict.bound, "largest": verdict.largest_difference}
        record |= {"seconds": round(verdict.seconds, 3), "reason": verdict.reason}
        if verdict.largest_difference and float(verdict.largest_difference):
            record["ratio"] = float(verdict.bound) / float(verdict.largest_difference)
        if name in outcome.claims:
            record["replay"] = replayed(outcome.claims[name], verdict)
        yield record


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--runs", type=Path, default=Path("runs/single-module-table"))
    parser.add_argument("--most", type=int, default=None, help="look at the first N runs only")
    options = parser.parse_args()
    directories = sorted(p.parent for p in (options.runs / "cells").glob("*/results.json"))
    if not directories:
        print(f"there are no runs in {options.runs}; run benchmarks/single_module_table.py first")
        return 2
    found, failed = [], []
    for directory in directories[: options.most]:
        try:
            found += records(directory)
        except NalmxError as error:
            failed.append({"run": directory.name, "error": str(error)})
        print(f"{directory.name}: {[r['verdict'] for r in found if r['run'] == directory.name]}")
    claims = {r["claim"] for r in found if r["claim"]}
    ratios = sorted(r["ratio"] for r in found if "ratio" in r)
    summary = {
        "runs": len({r["run"] for r in found}),
        "without_formula": sum(r["claim"] is None for r in found),
        "errors": failed,
        "verdicts": {
            c: dict(Counter(r["verdict"] for r in found if r["claim"] == c)) for c in sorted(claims)
        },
        "ratio_of_bound_to_largest_difference": {
            "median": median(ratios) if ratios else None,
            "largest": ratios[-1] if ratios else None,
            "above_1.05": sum(r > 1.05 for r in ratios),
        },
        "replays": dict(Counter(str(r["replay"]) for r in found if r.get("replay"))),
        "median_seconds": median(r["seconds"] for r in found if r["claim"]),
        "largest_seconds": max(r["seconds"] for r in found if r["claim"]),
    }
    RESULTS.write_text(json.dumps({**summary, "records": found}, indent=1) + "\n")
    print(json.dumps(summary, indent=1))
    print(f"written: {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
