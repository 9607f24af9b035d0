"""How long `nalmx fit` takes as a whole process, start included, and how much memory.

    python benchmarks/fit_speed.py [--quick]

The planets of examples/planets.csv; 400 rows of 100 columns, 100,000 of 20 as CSV and 1,000,000 as NPZ, whose
law is x4*x8/x12; each with a proof. Seconds are medians: of the wall, and of the processor, which do not
change where other programs run. Memory is the largest that the process had, less that of the rows in
float64. Writes benchmarks/results/fit_speed.json; `--quick` leaves the long tables out and writes nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

RESULTS = Path(__file__).parent / "results" / "fit_speed.json"
PLANETS = Path(__file__).parents[1] / "examples" / "planets.csv"
TURNS, ROWS, LINES, COLUMNS = 3, 1_000_000, 100_000, 20


KEPLER = ["--target", "period", "--truth", "axis**(3/2)", "--require", "proved"]
LAW = ["--target", "y", "--truth", "x4*x8/x12", "--require", "proved"]
# The file, the arguments, the bytes of the rows, and whether it is one of the long ones.
FITS = {
    "planets": (PLANETS, KEPLER, 0, False),
    "400 x 100, NPZ": ("hundred.npz", LAW, 8 * 400 * 101, False),
    "100,000 x 20, CSV": ("long.csv", LAW, 8 * LINES * (COLUMNS + 1), True),
    "1,000,000 x 20, NPZ": ("tall.npz", LAW, 8 * ROWS * (COLUMNS + 1), True),
}


def write_tables(folder):
    random = np.random.default_rng(0)
    for name, shape in (("hundred", (400, 100)), ("tall", (ROWS, COLUMNS))):
        X = random.uniform(1, 5, shape)
        y = X[:, 3] * X[:, 7] / X[:, 11]
        np.savez(folder / f"{name}.npz", x=X, y=y)
    with (folder / "long.csv").open("w") as file:
        file.write(",".join([*(f"x{i + 1}" for i in range(COLUMNS)), "y"]) + "\n")
        for row in np.column_stack([X, y])[:LINES].tolist():
            file.write(",".join(map(repr, row)) + "\n")


def measured(arguments):
    """Wall seconds, processor seconds and the largest memory in bytes of one process, and what it says."""
    command = [sys.executable, "-m", "nalmx", "fit", *map(str, arguments), "--json", "--quiet"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    return wall, used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss, said


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    records = []
    with tempfile.TemporaryDirectory(prefix="fit-speed-") as name:
        # In a process of its own: what one is born with counts as its memory.
        maker = get_context("spawn").Process(target=write_tables, args=(Path(name),))
        maker.start()
        maker.join()
        for what, (file, options, size, long) in FITS.items():
            if long and given.quick:
                continue
            turns = [measured([Path(name) / file, *options]) for _ in range(TURNS)]
            found = json.loads(turns[-1][3])
            one = {
                "table": what,
                "formula": found["formula"],
                "verdict": found["verdict"],
                "wall_seconds": round(median(wall for wall, *_ in turns), 2),
                "processor_seconds": round(median(used for _, used, *_ in turns), 2),
                "megabytes_beyond_the_rows": round((turns[-1][2] - size) / 2**20),
            }
            print(json.dumps(one), flush=True)
            records.append(one)
    if not given.quick:
        RESULTS.write_text(json.dumps({"turns": TURNS, "records": records}, indent=1) + "\n")


if __name__ == "__main__":
    main()
