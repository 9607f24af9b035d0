"""What the published table costs on 1, 8 and 100 machines: measured on one, computed beyond.

    python benchmarks/many_machines.py [--times N]

Reads single_module_table.json, where the seconds of every cell were measured on both cores of one
machine without a cluster. Beyond, each cell is taken to need a core for twice as long, in order and
on the core that is free first, of two a machine; --times has each N times as long, as N times the
seeds make it. What Ray takes to begin is not in it.
"""

import argparse
import heapq
import json
from pathlib import Path

TABLE = Path(__file__).parent / "results" / "single_module_table.json"
CORES = 2


def makespan(seconds, cores):
    """When the last of the pieces ends, each begun on the core that is free first."""
    free = [0.0] * cores
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return max(free)


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--times", type=float, default=1.0)
    times = parser.parse_args().times
    rows = json.loads(TABLE.read_text())["rows"]
    cells = [CORES * times * (row["training_seconds"] + row["checking_seconds"]) for row in rows]
    computed = {str(n): round(makespan(cells, CORES * n), 1) for n in (1, 8, 100)}
    print(json.dumps({"cells": len(cells), "times": times, "seconds on machines": computed}))


if __name__ == "__main__":
    main()
