"""Arithmetic from tables, the operation unknown: single operations among other columns, and of two sums.

    python benchmarks/arithmetic_fits.py [--seeds 25] [--noise 0.01] [--two-layer [--seeds 10]]

Single operations: +, −, ×, ÷ of x1 and x2, on the nine published ranges of the Single Module Arithmetic
Task, among 2, 10 and 100 columns; 1,000 rows, errors of the target of `--noise` of its root mean square. Two
layers: the Arithmetic Dataset Task, an operation on two sums of 25 of 100 columns that share 12. What is
claimed is *proved* equal to the truth on the range of the table, where that is defined, or *wrong*. Seconds
are processor time of one fit. Writes benchmarks/results/arithmetic_fits.json, keyed by the settings.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np

from nalmx.expression import parse, to_text
from nalmx.expression.nodes import substitute
from nalmx.fit import Rows, fit
from nalmx.fit.values import evaluate
from nalmx.tasks import PUBLISHED_RANGES
from nalmx.verify import Claim, Domain, Effort, check

RESULTS = Path(__file__).parent / "results" / "arithmetic_fits.json"
SYMBOLS = "+-*/"
ROWS, MANY, SUBSET, SHARED = 1_000, 100, 25, 12


def single(symbol, random):
    return parse(f"x1 {symbol} x2")


def of_two_sums(symbol, random):
    """An operation on two sums that lie at random, of columns beside each other."""
    second = SUBSET - SHARED
    first = int(random.integers(0, MANY - second - SUBSET + 1))
    a, b = (
        parse(" + ".join(f"x{i + 1}" for i in range(start, start + SUBSET)))
        for start in (first, first + second)
    )
    return substitute(parse(f"a {symbol} b"), {"a": a, "b": b})


def judged(outcome, truth, names, extent):
    if outcome.formula is None:
        return "none"
    claim = Claim(outcome.formula, truth, Domain.parse([extent], names), where_defined=True)
    verdict = check(claim, Effort(seconds=20))
    return "proved" if verdict.holds("proved") else "wrong"


def cell(truth_of, symbol, width, extent, seeds, noise) -> dict:
    """The tables of one operation, one range and one number of columns."""
    counts, times = Counter(), []
    lower, upper = map(float, extent.strip("[]").split(","))
    names = [f"x{i + 1}" for i in range(width)]
    for seed in range(seeds):
        random = np.random.default_rng([seed, width, SYMBOLS.index(symbol)])
        truth = truth_of(symbol, random)
        inputs = random.uniform(lower, upper, (ROWS, width))
        target = evaluate(truth, dict(zip(names, inputs.T, strict=True)))
        target = target + noise * np.sqrt((target**2).mean()) * random.normal(size=ROWS)
        start = time.process_time()
        outcome = fit(Rows.of(inputs, target), Effort(seconds=300.0))
        times.append(time.process_time() - start)
        said = judged(outcome, truth, names, extent)
        counts[said] += 1
        if said != "proved":
            best = to_text(outcome.best.expression) if outcome.best else "nothing"
            print(f"  {symbol} {width} {extent} seed {seed}: {said}, {best[:70]}")
            print(f"    {outcome.statements[-1][-100:]}")
    return {"counts": dict(counts), "median_s": median(times)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--two-layer", action="store_true")
    arguments = parser.parse_args()
    truth_of = of_two_sums if arguments.two_layer else single
    found, total = {}, Counter()
    for width in [MANY] if arguments.two_layer else [2, 10, MANY]:
        for symbol in SYMBOLS:
            for extent in PUBLISHED_RANGES:
                known = cell(truth_of, symbol, width, extent, arguments.seeds, arguments.noise)
                found[f"{symbol} {width} columns {extent}"] = known["counts"]
                total.update({(width, said): n for said, n in known["counts"].items()})
                print(
                    f"{symbol} {width:3} {extent:12} {known['counts']} {known['median_s']:.3f} s",
                    flush=True,
                )
    sums = {f"{width} columns, {said}": n for (width, said), n in sorted(total.items())}
    print(sums)
    key = "two layers" if arguments.two_layer else "single operations"
    key += f", {arguments.seeds} seeds, noise {arguments.noise:g}"
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known[key] = {"sums": sums, "cells": found}
    RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
