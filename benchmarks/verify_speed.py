"""Speed of a sweep of random points, and of a check at every float32.

    python benchmarks/verify_speed.py [--quick]

Compares, for three claims about two inputs, points per second of: NumPy (SymPy's lambdify,
`default_rng().uniform`, max |left − right|; a million points at a time, and in pieces that stay in
cache) and the compiled loop on one thread and on all. The loop also
keeps the worst points and counts doubtful ones. All take turns in one run. Three figures each: the
median of the turns, the best turn, and the median per second of processor time, which is per core
and does not change where another program has a core; two free cores give twice that ratio.

The roofline is measured in the same turns: a loop of independent chains of x·a + b over the same
kind of block, fused where the processor can, and counted as two operations. An operation is one
addition, multiplication, division, comparison, shift or bit operation on one 64-bit number, integer
or float; the random numbers of a point are integer operations. A division counts as
one, which understates it. Then the time for all 4,278,190,080 finite float32 inputs of a rational claim.
Writes benchmarks/results/verify_speed.json; `--quick` measures once, briefly, and writes nothing.
"""

import argparse
import json
import math
import os
import time
from functools import cache, partial
from pathlib import Path
from statistics import median

import numpy as np
import sympy

from nalmx import Claim, Domain, parse
from nalmx.codegen.cache import compiled
from nalmx.expression import variables
from nalmx.expression.straight_line import straight
from nalmx.expression.symbolic import to_sympy
from nalmx.threads import cores, in_chunks
from nalmx.verify import Effort, Tolerance, check
from nalmx.verify.sweeping.exhaustive import EveryFloat
from nalmx.verify.sweeping.loops import compiled_sweep
from nalmx.verify.sweeping.samples import tables

RESULTS = Path(__file__).parent / "results" / "verify_speed.json"
CLAIMS = {
    "product": ("x1*x2", "(x1 + 1)*x2 - x2", "[2,6]"),
    "rational": (
        "(x1**2 + 3*x1*x2 + 1)/(x2**2 + 1)",
        "((x1 + 3*x2)*x1 + 1)/(x2*x2 + 1)",
        "[1,4]",
    ),
    "exp and log": ("log(x1*x2) + exp(-x1)", "log(x1) + log(x2) + exp(-x1)", "[1,4]"),
    "random numbers alone": ("x1 + x2", "x1 + x2", "[2,6]"),
}
LARGEST = 2**128 - 2**104
RATIONAL = ("(x1**2 + 3*x1 + 1)/(x1**2 + 1)", "((x1 + 3)*x1 + 1)/(x1*x1 + 1)")
EXHAUSTIVE = {
    "reals": (*RATIONAL, f"[-{LARGEST},{LARGEST}]", "abs:1e-12"),
    "float32": (*RATIONAL, "[-1000,1000]", "abs:1e-6"),
}
# Operations of one point: the random number of an input (a sum, two products, three shifts and
# exclusive ors, a shift and a bitwise or) with its product and sum; the score (a difference, two
# absolute values, a product, a difference, a comparison and a count); and of a function, as in
# nalmx/codegen/maths64.py.
PER_INPUT, PER_SCORE = 13, 7
PER_FUNCTION = {"exp": 43, "log": 40}
CACHED = 16_384
CHAINS, ROUNDS, WIDTH = 8, 16, 512
GOAL, GOAL_SHARE = 30, 0.25


PEAK = """\
import numpy as np
from numba import njit


@njit(fastmath={{"contract"}}, error_model="numpy", nogil=True)
def arithmetic(blocks, x, y):
    for k in range(blocks):
        for j in range(np.uint64(x.size)):
            a = x[j]
            b, c, d, e, f, g, h = a + 1.0, a + 2.0, a + 3.0, a + 4.0, a + 5.0, a + 6.0, a + 7.0
{rounds}\
            y[j] = a + b + c + d + e + f + g + h
        x[0] = y[0]
"""
ROUND = "".join(f"            {name} = {name} * 0.999 + 0.1\n" for name in "abcdefgh")


@cache
def arithmetic():
    """A loop of independent chains of x·a + b, generated and compiled as the others are."""
    return compiled(PEAK.format(rounds=ROUND * ROUNDS), "peak").arithmetic


def made(left, right, extent, tolerance="0"):
    """A claim from its texts."""
    sides = parse(left), parse(right)
    return Claim(*sides, Domain.parse([extent], variables(*sides)), Tolerance.parse(tolerance))


def keep_on(_):
    """Never stop early."""
    return True


def operations(claim):
    """Operations of one point, those that the arithmetic of both sides takes and all."""
    own = 0
    for step in straight(claim.left, claim.right).steps:
        if step.operation == "power":
            digits = f"{abs(step.content):b}"[1:]
            own += len(digits) + digits.count("1")
        elif step.arguments:
            own += PER_FUNCTION.get(step.operation, max(1, len(step.arguments) - 1))
    return own, own + PER_INPUT * len(claim.domain.names) + PER_SCORE


def timed(points, run):
    """Points per second, and per second of processor time of all threads."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return points / (time.perf_counter() - wall), points / (time.process_time() - processor)


def numpy_sweep(claim, count, size):
    """The baseline: draw, evaluate both sides, keep the largest difference."""
    names = [sympy.Symbol(name, real=True) for name in claim.domain.names]
    sides = [sympy.lambdify(names, to_sympy(side), "numpy") for side in (claim.left, claim.right)]
    ends = [(float(e.lower), float(e.upper)) for e in claim.domain.ranges.values()]
    generator = np.random.default_rng(0)

    def run():
        largest = 0.0
        for _ in range(count // size):
            inputs = [generator.uniform(lower, upper, size) for lower, upper in ends]
            largest = max(largest, np.abs(sides[0](*inputs) - sides[1](*inputs)).max())
        return largest

    return run


def peak(blocks, threads):
    """Operations per second of the loop of chains."""
    loop = arithmetic()

    def work(thread, first, stop):
        loop(stop - first, np.linspace(0, 1, WIDTH), np.empty(WIDTH))

    count = blocks * WIDTH * 2 * CHAINS * ROUNDS
    return timed(
        count,
        lambda: in_chunks(blocks, max(1, blocks // (8 * threads)), threads, work, keep_on),
    )


def sweeps(options):
    """A row for each claim: medians, the best turn, and what a second of processor time gives."""
    threads = cores()
    peak(10, 1)
    rows = []
    for name, texts in CLAIMS.items():
        claim = made(*texts)
        table = tables(claim.domain)
        start = time.perf_counter()
        compiled_sweep(claim, table, 1_000, 0, 32, keep_on)
        first = time.perf_counter() - start
        few = options.few
        loop = partial(compiled_sweep, claim, table, options.points, 0, 32, keep_on)
        tasks = {
            "numpy": partial(timed, few, numpy_sweep(claim, few, 10**6)),
            "numpy_in_cache": partial(
                timed, few // CACHED * CACHED, numpy_sweep(claim, few, CACHED)
            ),
            "loop_1_thread": partial(timed, options.points, partial(loop, threads=1)),
            "roofline_1_thread": partial(peak, options.blocks, 1),
            "loop": partial(timed, options.points, partial(loop, threads=threads)),
            "roofline": partial(peak, options.blocks, threads),
        }
        turns = [{key: task() for key, task in tasks.items()} for _ in range(options.repeats)]
        rates = {
            measure: {key: float(reduce(turn[key][place] for turn in turns)) for key in tasks}
            for measure, place, reduce in (
                ("per_second", 0, median),
                ("per_second_in_the_best_turn", 0, max),
                ("per_processor_second", 1, median),
            )
        }
        own, every = operations(claim)
        rows.append(
            {
                "claim": name,
                "left": texts[0],
                "right": texts[1],
                "domain": texts[2],
                "first_call_seconds": first,
                "operations_of_both_sides": own,
                "operations_per_point": every,
                **rates,
                **{
                    f"ratio_{measure}": found["loop"] / found["numpy"]
                    for measure, found in rates.items()
                },
                **{
                    f"share_of_roofline_{measure}": every * found["loop"] / found["roofline"]
                    for measure, found in rates.items()
                },
            }
        )
        show(rows[-1])
    return rows, threads


def show(row):
    """A claim's figures: millions of points per second, ratios to NumPy, shares of the roofline."""
    for measure in ("per_second", "per_second_in_the_best_turn", "per_processor_second"):
        keys = ("numpy", "numpy_in_cache", "loop_1_thread", "loop")
        rates = " ".join(f"{row[measure][key] / 1e6:9,.1f}" for key in keys)
        print(
            f"{row['claim'] if measure == 'per_second' else '':21} {rates} "
            f"{row[f'ratio_{measure}']:7.1f} {row[f'share_of_roofline_{measure}']:6.0%} "
            f"{row[measure]['roofline'] / 1e9:6.1f}  {measure}",
            flush=True,
        )


def exhaustive(options):
    """Seconds for every float32 of a rational claim, without compiling."""
    rows, effort = [], Effort(seconds=math.inf)
    for arithmetic_, texts in EXHAUSTIVE.items():
        left, right, extent, tolerance = texts
        check(made(left, right, "[1,1.01]", tolerance), effort, [EveryFloat(arithmetic_)])
        claim = made(left, right, "[1,2]" if options.quick else extent, tolerance)
        found = [check(claim, effort, [EveryFloat(arithmetic_)]) for _ in range(options.exhaustive)]
        seconds = median(verdict.seconds for verdict in found)
        print(
            f"every float32, {arithmetic_}: {found[0].points:,} points in {seconds:.1f} s, "
            f"{found[0].verdict}, bound {found[0].bound}"
        )
        rows.append(
            {
                "arithmetic": arithmetic_,
                "left": left,
                "right": right,
                "domain": str(claim.domain.ranges["x1"]),
                "tolerance": tolerance,
                "points": found[0].points,
                "seconds": seconds,
                "verdict": found[0].verdict,
                "bound": found[0].bound,
            }
        )
    return rows


def main():
    parser = argparse.ArgumentParser(description="Speed of sweeps and of exhaustive checks.")
    parser.add_argument("--quick", action="store_true", help="measure once, briefly")
    options = parser.parse_args()
    quick = options.quick
    options.repeats, options.exhaustive = (1, 1) if quick else (11, 3)
    options.points, options.few = (2 * 10**7, 2 * 10**6) if quick else (10**8, 4 * 10**6)
    options.blocks = 1_000 if quick else 20_000
    load = os.getloadavg()[0]
    heads = ("numpy", "in cache", "loop 1", "loop", "ratio", "share", "roof")
    print(
        f"{'claim':21} {' '.join(f'{h:>9}' for h in heads[:4])} {heads[4]:>7} {heads[5]:>6} {heads[6]:>6}"
    )
    rows, threads = sweeps(options)
    figures = {
        "cores": threads,
        "load_at_start": load,
        "repeats": options.repeats,
        "loop_points": options.points,
        "other_points": options.few,
        "sweeps": rows,
        "exhaustive": exhaustive(options),
    }
    if not quick:
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
