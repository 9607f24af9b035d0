"""Model-steps per second of training, beside the field's benchmark repository.

    python benchmarks/training_speed.py [REPEATS]

Times `nalmx train-and-extract` as a whole process for 25 seeds of NAU addition on [1,2) and 50,000
iterations: start-up, training with logging, extraction, verification. The repository
needs 0.572 s for 1,000 iterations of one model on one core (measured), so 1,748 model-steps/s.
Prints each repeat and the median.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

REPOSITORY_STEPS_PER_SECOND = 1_000 / 0.572
SEEDS, ITERATIONS = 25, 50_000


def measure(directory):
    """Model-steps per second of the training alone and of the whole command."""
    command = [sys.executable, "-m", "nalmx", "train-and-extract", "--operation", "add"]
    options = ["--module", "nau", "--interpolation-range", "[1,2]", "--seeds", str(SEEDS)]
    options += ["--iterations", str(ITERATIONS), "--output", str(directory), "--json", "--quiet"]
    start = time.perf_counter()
    done = subprocess.run([*command, *options], capture_output=True, check=True, text=True)
    whole = time.perf_counter() - start
    training = json.loads(done.stdout)["training_seconds"]
    steps = SEEDS * (ITERATIONS + 1)
    return steps / training, steps / whole


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rates = []
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(repeats):
            rates.append(measure(Path(folder) / str(repeat)))
            training, whole = rates[-1]
            print(f"training {training:,.0f} model-steps/s, whole command {whole:,.0f}", flush=True)
    for name, values in zip(("training", "whole command"), zip(*rates, strict=True), strict=True):
        ratio = median(values) / REPOSITORY_STEPS_PER_SECOND
        print(
            f"median {name}: {median(values):,.0f} model-steps/s, {ratio:.0f} times the repository"
        )


if __name__ == "__main__":
    main()
