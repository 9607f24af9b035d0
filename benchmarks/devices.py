"""What --device auto, cpu and cuda take: for training and extracting, and for a sweep.

    python benchmarks/devices.py [--quick]

Runs `nalmx train-and-extract` (25 seeds, 50,000 iterations of NMU on multiplication and of NPU on
division) and `nalmx verify expr` (400 million points of a claim in two inputs that is not proved), each
with every device and in a process of its own, start included, as a user waits for it. Before that each
runs once on the CPU, so that what is compiled lies in the cache. A device that is not there is left out,
and the table says so. `--quick` trains and sweeps a thousandth of that, or 1,000 iterations. Prints one
JSON object.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

DEVICES = ("auto", "cpu", "cuda")
ITERATIONS, POINTS = 50_000, 400_000_000
TRAININGS = {"nmu mul": ("nmu", "mul"), "npu div": ("npu", "div")}
# Equal wherever the logarithms are defined, by a rule of exp and Max that no proof here knows.
CLAIM = ["Max(exp(x), exp(y))", "--truth", "exp(Max(x, y))", "--range", "[0,1]"]


def seconds(*arguments):
    """How long the command line takes, and what it says on stderr."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "nalmx", *arguments], capture_output=True, text=True, check=False
    )
    passed = time.perf_counter() - began
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"nalmx {' '.join(arguments)} failed: {done.stderr}")
    said = [line for line in done.stderr.splitlines() if "GPU" in line]
    return {"seconds": round(passed, 3), "exit_code": done.returncode, "said": said}, done.stdout


def train(device, module, operation, iterations):
    with tempfile.TemporaryDirectory() as folder:
        asked = ["--module", module, "--operation", operation, "--iterations", str(iterations)]
        output = ["--output", str(Path(folder) / "run"), "--json"]
        row, out = seconds("train-and-extract", *asked, *output, "--device", device)
    record = json.loads(out)
    return row | {"training_seconds": record["training_seconds"], "formula": record["formula"]}


def sweep(device, points):
    asked = ["--points", str(points), "--timeout", "600", "--json", "--device", device]
    row, out = seconds("verify", "expr", *CLAIM, *asked)
    record = json.loads(out)
    return row | {"verdict": record["verdict"], "points": record["points"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    share = 1_000 if parser.parse_args().quick else 1
    there = torch.cuda.is_available()
    works = {
        **{
            f"train-and-extract {name}": (
                lambda device, part, chosen=chosen: train(
                    device, *chosen, max(1_000, ITERATIONS // part)
                )
            )
            for name, chosen in TRAININGS.items()
        },
        "sweep": lambda device, part: sweep(device, POINTS // part),
    }
    rows = []
    for work, measured in works.items():
        # A sweep is compiled from some hundred million points on, so this is the whole one.
        measured("cpu", share if work == "sweep" else 1_000)
        for device in DEVICES:
            if device == "cuda" and not there:
                rows.append({"work": work, "device": device, "skipped": "there is no GPU"})
                continue
            rows.append({"work": work, "device": device, **measured(device, share)})
    print(
        json.dumps(
            {
                "machine": f"{platform.machine()} processor, {os.cpu_count()} cores",
                "gpu": torch.cuda.get_device_name() if there else None,
                "torch": torch.__version__,
                "python": platform.python_version(),
                "load_at_start": os.getloadavg()[0],
                "rows": rows,
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
