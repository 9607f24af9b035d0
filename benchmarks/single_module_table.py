"""The published table of the Single Module Arithmetic Task, run again in full.

    python benchmarks/single_module_table.py [--output DIR] [--results DIR] [OPTION ...]

Calls `nalmx bench single-module` with --output (default runs/single-module-table) and with
further options of that command, if any; interrupted, it continues where it stopped. Then it writes
single_module_table.json and .csv to the folder of --results (default benchmarks/results): every
cell beside its published numbers, and the seconds for each pair of an operation and a module.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from nalmx.cli import main as nalmx

RESULTS = Path(__file__).parent / "results"


def seconds_by_pair(rows):
    """Training, extraction and checks of all cells of an operation and a module."""
    seconds = {}
    for row in rows:
        pair = f"{row['operation']} {row['module']}"
        seconds[pair] = seconds.get(pair, 0) + row["training_seconds"] + row["checking_seconds"]
    return {pair: round(total, 2) for pair, total in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--output", type=Path, default=Path("runs/single-module-table"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    known, options = parser.parse_known_args()
    start = time.perf_counter()
    code = nalmx(["bench", "single-module", "--output", str(known.output), *options])
    if code:
        return code
    record = json.loads((known.output / "results.json").read_text())
    timed = {
        **record,
        "processors": os.cpu_count(),
        "last_call_seconds": round(time.perf_counter() - start, 1),
        "total_seconds": round(record["training_seconds"] + record["checking_seconds"], 1),
        "seconds_by_pair": seconds_by_pair(record["rows"]),
    }
    known.results.mkdir(parents=True, exist_ok=True)
    table = known.results / "single_module_table.json"
    table.write_text(json.dumps(timed, indent=1) + "\n")
    table.with_suffix(".csv").write_text((known.output / "results.csv").read_text())
    print(f"written: {table} and .csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
