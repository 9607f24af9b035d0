"""Speed of training on the Single Module Arithmetic Task: engines, seeds and inputs.

    python benchmarks/single_module_speed.py [--quick]

Trains a pair of module and operation as `nalmx bench` does, nine ranges of 25 seeds as one stack,
with the fused kernel and with the plain torch loop, and compares model-steps per second with the
published repository. Then varies the seeds and the inputs of a run. Every figure is the median of
three repetitions after a warm-up that compiles; a time is that of the training with its logging.
The kernel has every core. Torch has one: its threads wait for each other at every small operation,
and on a machine that does something else besides, two are many times slower than one.
Writes benchmarks/results/single_module_speed.json; `--quick` measures once, briefly, and writes
nothing.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from statistics import geometric_mean, median

import torch

from nalmx.tasks import PUBLISHED_RANGES
from nalmx.train import Config, Run, fit_together

CPU = torch.device("cpu")
RESULTS = Path(__file__).parent / "results" / "single_module_speed.json"
# Microseconds that the published repository takes for a step of one model on one core. Where none
# was measured (None), its fastest module stands in, so that the ratio is not flattered.
PUBLISHED = {"nau": 570, "nmu": 650, "nalu": 790, "realnpu": 1060, "inalu": 1130, "npu": 1290}
STAND_IN = PUBLISHED["nau"]
PAIRS = {
    "nac+": "add",
    "nac*": "mul",
    "nalu": "add",
    "g-nalu": "add",
    "inalu": "add",
    "nau": "add",
    "nmu": "mul",
    "npu": "mul",
    "realnpu": "mul",
}
SCALED = ("nau", "nmu", "realnpu")
SEEDS, INPUTS = (25, 50, 100, 200), (2, 10, 100)
ALLOWED = 1.5


def seconds(module, iterations, *, ranges=("[1,2]",), engine="auto", **settings):
    """The seconds that a training takes, without its start."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            Run.create(
                Path(folder) / str(place),
                Config.checked(
                    operation=PAIRS[module],
                    module=module,
                    interpolation_range=extent,
                    iterations=iterations,
                    **settings,
                ),
            )
            for place, extent in enumerate(ranges)
        ]
        fit_together(runs, CPU, engine=engine)
        return sum(run.load_results()["seconds"] for run in runs)


def per_step(module, iterations, repeats, *, models, **settings):
    """Median microseconds of one step of one model."""
    times = [seconds(module, iterations, **settings) for _ in range(repeats)]
    return median(times) / (models * (iterations + 1)) * 1e6


def engines(options):
    """A row for each module: the kernel, torch and the published repository."""
    print(f"{'module':8} {'kernel':>12} {'torch':>12} {'repository':>11} {'ratio':>8} {'torch':>7}")
    print(f"{'':8} {'steps/s':>12} {'steps/s':>12} {'steps/s':>11} {'kernel':>8} {'ratio':>7}")
    rows = []
    for module in PAIRS:
        seconds(module, 1)
        stack = {"ranges": tuple(PUBLISHED_RANGES), "models": 25 * len(PUBLISHED_RANGES)}
        kernel = per_step(module, options.iterations, options.repeats, engine="kernel", **stack)
        torch_ = per_step(module, options.plain, options.repeats, engine="torch", **stack)
        published = PUBLISHED.get(module)
        row = {
            "module": module,
            "operation": PAIRS[module],
            "kernel_steps_per_second": 1e6 / kernel,
            "torch_steps_per_second": 1e6 / torch_,
            "repository_microseconds": published,
            "ratio": (published or STAND_IN) / kernel,
            "torch_ratio": (published or STAND_IN) / torch_,
        }
        mark = " " if published else "*"
        print(
            f"{module:8} {1e6 / kernel:12,.0f} {1e6 / torch_:12,.0f} "
            f"{1e6 / (published or STAND_IN):10,.0f}{mark} {row['ratio']:8,.0f} "
            f"{row['torch_ratio']:7,.0f}",
            flush=True,
        )
        rows.append(row)
    mean = geometric_mean(row["ratio"] for row in rows)
    measured = geometric_mean(row["ratio"] for row in rows if row["repository_microseconds"])
    print(f"geometric mean of the ratios: {mean:,.0f}; without stand-ins (*): {measured:,.0f}")
    return {"rows": rows, "geometric_mean": mean, "geometric_mean_without_stand_ins": measured}


def scaling(options, name, values):
    """Time per step, and per input, relative to the first value of seeds or of inputs."""
    print(f"\ncost against {name}: microseconds a step, and relative cost per step and input")
    rows = []
    for module in SCALED:
        first = None
        for value in values:
            settings = {"seeds": 25, "inputs": 2} | {name: value}
            step = per_step(
                module, options.scaling, options.repeats, models=settings["seeds"], **settings
            )
            unit = step / settings["inputs"]
            first = first or unit
            relative = unit / first
            remark = "" if relative <= ALLOWED else f"  above {ALLOWED} times linear"
            print(f"{module:8} {value:5} {step:10.3f} {relative:8.2f}{remark}", flush=True)
            rows.append({"module": module, name: value, "microseconds": step, "relative": relative})
    return rows


def main():
    parser = argparse.ArgumentParser(description="Speed on the Single Module Arithmetic Task.")
    parser.add_argument("--quick", action="store_true", help="measure once, briefly")
    options = parser.parse_args()
    torch.set_num_threads(1)
    quick = options.quick
    options.repeats = 1 if quick else 3
    options.iterations, options.plain, options.scaling = (
        (500, 100, 200) if quick else (20_000, 1_000, 10_000)
    )
    figures = {
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "repeats": options.repeats,
        "iterations": options.iterations,
        "torch_iterations": options.plain,
        "scaling_iterations": options.scaling,
        "engines": engines(options),
        "seeds": scaling(options, "seeds", SEEDS),
        "inputs": scaling(options, "inputs", INPUTS),
    }
    if not quick:
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
