"""What the generated kernels of a GPU do, beside the CPU's loops on the same machine.

    python benchmarks/gpu.py [--quick] [--output FOLDER]

Runs the tests of the kernels, and then measures, each with the CPU's loop beside it and after a first
call that compiles: sweeps of a rational claim and of one with exp and log; every float32 and every pair
of bfloat16 numbers of a claim; training of 225 models of every module with 2 inputs. A sweep must
find the worst points of the CPU where both only add, multiply and divide, and a check its bound. Each
figure is written as soon as it is there, to gpu.json in the folder (benchmarks/results), with the names
of the card and the versions. `--quick` takes small sizes and leaves out the tests. Without a GPU the
kernels run in Triton's interpreter, sizes are small, and no time says anything of a card; the file is
gpu_quick.json then. Ends within 8 minutes on a card.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

from nalmx import Claim, Domain, parse
from nalmx.models import MODULES
from nalmx.train import Config
from nalmx.train.engine import Penalties
from nalmx.train.kernel_engine import KernelEngine
from nalmx.train.stacked import stacked
from nalmx.verify import Tolerance
from nalmx.verify.sweeping.exhaustive import every_float
from nalmx.verify.sweeping.grids import grid
from nalmx.verify.sweeping.loops import compiled_sweep
from nalmx.verify.sweeping.samples import tables

HAS_GPU = torch.cuda.is_available()
RESULTS = Path(__file__).parent / "results"
TESTS = ("test_conformance.py", "test_triton_points.py", "test_triton_training.py")
MOST_SECONDS = 460
SWEEPS = {
    "rational": ("(x1**2 + 3*x1*x2 + 1)/(x2**2 + 1)", "((x1 + 3*x2)*x1 + 1)/(x2*x2 + 1)"),
    "exp and log": ("exp(x1)*log(x2)", "log(x2)*exp(x1)"),
}
CHECKS = {"float32": "x1*(x1 + 1/3)/(x1**2 + 1)", "bfloat16": "x1*(x2 + 1/3)/(x2**2 + 1)"}


def timed(work):
    """What work gives, and its seconds."""
    began = time.perf_counter()
    found = work()
    if HAS_GPU:
        torch.cuda.synchronize()
    return found, time.perf_counter() - began


def made(left, right, extent, tolerance="0"):
    names = [name for name in ("x1", "x2") if name in left]
    return Claim(
        parse(left), parse(right), Domain.parse([extent], names), Tolerance.parse(tolerance)
    )


def row_of(run, count, unit):
    """The second call on both devices, and how long the first one takes, which compiles on the GPU."""
    _, first = timed(lambda: run("cuda"))
    run("cpu")
    (gpu, seconds), (cpu, cpu_seconds) = timed(lambda: run("cuda")), timed(lambda: run("cpu"))
    row = {
        unit: count,
        "first_call_seconds": first,
        "gpu_seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "gpu_per_second": count / seconds,
        "cpu_per_second": count / cpu_seconds,
    }
    return row, gpu, cpu


def sweeps(quick):
    count = 2_000 if quick else 4 * 10**9
    for name, sides in SWEEPS.items():
        claim = made(*sides, "[1,4]")

        def run(device, claim=claim):
            return compiled_sweep(
                claim, tables(claim.domain), count, 0, 32, lambda done: True, device=device
            )

        row, gpu, cpu = row_of(run, count, "points")
        row["same_worst_points"] = gpu == cpu
        yield f"sweep, {name}", row


def points_of(claim, form):
    """How many points a check has."""
    return grid(list(claim.domain.ranges.values()), form).count


def checks(quick):
    extent = "[1,1.0001]" if quick else "[-1e39,1e39]"
    for form, text in CHECKS.items():
        narrow = "[1,1.1]" if quick else extent
        claim = made(text, text, extent if form == "float32" else narrow, "abs:1e300")

        def run(device, claim=claim, form=form):
            return every_float(claim, inputs=form, device=device)

        row, gpu, cpu = row_of(run, points_of(claim, form), "points")
        row["same_result"] = gpu == cpu
        yield f"every {form}{' pair' if 'x2' in text else ''}", row


def trainings(quick):
    seeds, length = (2, 1) if quick else (225, 1_000)
    kinds = [kind for kind in MODULES.values() if kind.operations and kind.name != "nsr"]
    for kind in kinds[: 1 if quick else None]:
        config = Config.checked(
            module=kind.name, operation=kind.operations[0], seeds=seeds, iterations=10 * length
        )
        engines = {device: KernelEngine(stacked([config]), device) for device in ("cpu", "cuda")}

        def run(device, engines=engines):
            engine = engines[device]
            penalties = Penalties([0.0] * length, torch.zeros(seeds, dtype=torch.bool))
            (chunk,) = engine.batches.chunks(length)
            engine.advance(chunk, penalties, [])
            return engine.parameters()

        row, gpu, cpu = row_of(run, seeds * length, "model_steps")
        gaps = [float((gpu[name] - cpu[name]).abs().nanmedian()) for name in cpu]
        row["median_difference_of_parameters"] = max(gaps)
        yield f"training, {kind.name}, draws included", row


def tests():
    """What pytest says of the kernels."""
    folder = Path(__file__).parents[1] / "tests" / "codegen"
    command = [sys.executable, "-m", "pytest", "-n0", *(str(folder / name) for name in TESTS)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout.strip().splitlines()[-1:]
    return {
        "passed": done.returncode == 0,
        "said": said,
        "seconds": time.perf_counter() - began,
        "failures": done.stdout[-4_000:] if done.returncode else None,
    }


def machine():
    import triton

    return {
        "gpu": torch.cuda.get_device_name() if HAS_GPU else "none; Triton's interpreter",
        "torch": torch.__version__,
        "triton": triton.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "processors": len(os.sched_getaffinity(0)),
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    quick = options.quick or not HAS_GPU
    if not HAS_GPU:
        os.environ["TRITON_INTERPRET"] = "1"  # read when Triton is first loaded
    began = time.perf_counter()
    figures = {**machine(), "quick": quick, "figures": {}}
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / ("gpu_quick.json" if quick else "gpu.json")

    def write():
        path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")

    for measured in (sweeps, checks, trainings):
        try:
            for name, row in measured(quick):
                figures["figures"][name] = row
                print(name, json.dumps(row), flush=True)
                write()
                if time.perf_counter() - began > MOST_SECONDS / 2:
                    break
        # One kind of work that fails leaves the others their figures, and is told.
        except Exception as error:
            figures["figures"][f"{measured.__name__} failed"] = repr(error)[:2_000]
            write()
    figures["tests"] = {"skipped": "quick"} if options.quick else tests()
    figures["seconds"] = time.perf_counter() - began
    write()
    failed = [name for name in figures["figures"] if name.endswith("failed")]
    print(json.dumps(figures["tests"]), *failed)
    return 0 if not failed and figures["tests"].get("passed", True) else 1


if __name__ == "__main__":
    raise SystemExit(main())
