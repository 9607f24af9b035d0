"""Special functions on narrow ranges under noise, where formulas fit that are not theirs: none may be a law.

    python benchmarks/impostors.py [TABLES] [--laws N] [--first SEED] [--show]

A table has 12 to 300 rows of one of 53 functions of scipy.special, of one or two inputs, which are no
elementary functions; an input ranges 2 to 90 % of its middle to either side, and the target has no noise or
normal errors of 1e-4 to 5 % of its root mean square, which the fit is told for one table of three. Whatever
is claimed is wrong. `--laws` draws so many tables of short laws in the same way: how many are found says what
caution costs. Such a claim is *found* where it is the truth to nine digits at 200 points over ranges up to
ten times as wide, *up to constants* where it is so but for constants that are given with an interval, and
*wrong* otherwise. Writes benchmarks/results/impostors.json, with `--first` nothing.
"""

import argparse
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import numpy as np
from scipy import special

from nalmx.expression import parse, to_text
from nalmx.fit import Fit, Rows, fit
from nalmx.fit.values import evaluate
from nalmx.verify import Effort

RESULTS = Path(__file__).parent / "results" / "impostors.json"
EFFORT = Effort(seconds=300.0)
NOISES = (0.0, 1e-4, 1e-3, 3e-3, 0.01, 0.02, 0.05)

ENDED: list[int] = []

# Where the middles of the ranges lie, and the functions of one input.
ONE = {
    (
        0.3,
        8.0,
    ): "j0 j1 y0 y1 i0 i1 k0 k1 i0e i1e k0e k1e gamma gammaln digamma spence exp1 expi kei ker bei ber",
    (0.1, 2.0): "erf erfc erfcx dawsn erfi rgamma log_ndtr ndtr wrightomega",
    (0.1, 0.6): "ellipk ellipe erfinv ndtri ellipkm1",
    (1.8, 6.0): "zeta zetac exp1 factorial lambertw",
    (0.5, 3.0): "airy sici shichi fresnel",
}
# Functions of two inputs, and where the middles of theirs lie.
TWO = {
    "beta": ((0.5, 4.0), (0.5, 4.0)),
    "gammainc": ((0.6, 3.4), (0.5, 4.0)),
    "jv": ((0.3, 3.0), (1.0, 5.0)),
    "kv": ((0.3, 3.0), (1.0, 5.0)),
    "agm": ((0.5, 4.0), (0.5, 4.0)),
    "ellipkinc": ((0.4, 1.0), (0.1, 0.6)),
    "owens_t": ((0.3, 1.5), (0.3, 1.5)),
    "poch": ((0.6, 3.4), (0.6, 3.4)),
    "hyp0f1": ((0.6, 3.4), (0.3, 3.0)),
}
PLACE = {"airy": 0, "sici": 0, "shichi": 1, "fresnel": 1}
FUNCTIONS = [(name, (middles,)) for middles, names in ONE.items() for name in names.split()]
FUNCTIONS += list(TWO.items())
LAWS = """
x1**2 x1**3 1/x1 1/x1**2 sqrt(x1) 3*x1 x1/7 exp(x1) exp(-x1) log(x1) 2*x1**2 sqrt(2*x1) x1+1 2-x1 1/(1+x1)
x1**(3/2) sin(x1) cos(x1) sqrt(1+x1**2) x1*x2 x1/x2 x1+x2 x1-x2 x1**2*x2 x1/x2**2 sqrt(x1*x2) x1*x2/(x1+x2)
sqrt(x1**2+x2**2) 4.7*x1 0.83*x1**2 2.9/x1 6.1*x1*x2 3.3*x1/x2 1.7*sqrt(x1)
"""


def until_interrupted(first: int, tables: int) -> Iterator[int]:
    """Seeds; after SIGTERM no more of them, and what was found so far is written."""
    return takewhile(lambda _: not ENDED, range(first, first + tables))


def drawn(random: np.random.Generator, middles) -> tuple[np.ndarray, tuple[float, float, bool]]:
    """Inputs of a table, and what is done to its target: its noise, and whether that is stated."""
    count = int(np.exp(random.uniform(np.log(12), np.log(301))))
    columns = []
    for lower, upper in middles:
        middle = random.uniform(lower, upper)
        half = middle * np.exp(random.uniform(np.log(0.02), np.log(0.9)))
        columns.append(random.uniform(middle - half, middle + half, count))
    return np.stack(columns, 1), (float(random.choice(NOISES)), random.random() < 1 / 3)


def fitted(inputs, target, noise, is_stated, random) -> tuple[Fit, float]:
    target = target + noise * np.sqrt((target**2).mean()) * random.normal(size=len(target))
    start = time.process_time()
    outcome = fit(Rows.of(inputs, target), EFFORT, noise=noise if is_stated else "auto")
    return outcome, time.process_time() - start


def value_of(name, columns):
    values = getattr(special, name)(*columns)
    return np.real(values[PLACE[name]] if isinstance(values, tuple) else values)


def impostors(tables, first, show) -> dict:
    """Tables of special functions: what is claimed of them."""
    claimed, times = [], []
    for seed in until_interrupted(first, tables):
        random = np.random.default_rng([seed, 0])
        name, middles = FUNCTIONS[random.integers(len(FUNCTIONS))]
        inputs, (noise, is_stated) = drawn(random, middles)
        target = value_of(name, inputs.T)
        if not np.isfinite(target).all():
            continue
        outcome, seconds = fitted(inputs, target, noise, is_stated, random)
        times.append(seconds)
        best = to_text(outcome.best.expression) if outcome.best else "nothing"
        ranges = ", ".join(f"[{a.min():.3g}, {a.max():.3g}]" for a in inputs.T)
        line = f"{seed}: {name} on {ranges}, {len(target)} rows, noise {noise:g}{' stated' * is_stated}"
        if outcome.law:
            claimed.append(f"{line}: {best}")
        if outcome.law or show:
            print("WRONG" if outcome.law else "-", line, best, f"{seconds:.1f} s", flush=True)
    print(f"{len(times)} tables, {len(claimed)} claimed; {sum(times):.0f} s")
    return {
        "tables": len(times),
        "claimed": claimed,
        "mean_s": round(float(np.mean(times or [0])), 2),
    }


def said_of(outcome: Fit, truth, inputs) -> str:
    """Found, up to constants, wrong or none."""
    if outcome.formula is None:
        return "none"
    random = np.random.default_rng(1)
    far = inputs.mean(0) * np.exp(random.uniform(-1, 1, (200, inputs.shape[1])))
    columns = {f"x{i + 1}": column for i, column in enumerate(far.T)}
    quotient = evaluate(outcome.formula, columns) / evaluate(truth, columns)
    kept = np.isfinite(quotient)
    if kept.any() and np.abs(quotient[kept] - 1).max() < 1e-9:
        return "found"
    free = [one for one in outcome.constants if not one.is_exact]
    if kept.any() and free and np.ptp(quotient[kept]) < 1e-9 * np.abs(quotient[kept]).max():
        return "up to constants"
    return "wrong"


def controls(tables, first, show) -> dict:
    """Tables of short laws: what is found."""
    counts: Counter[str] = Counter()
    texts, told, times = LAWS.split(), [], []
    for seed in until_interrupted(first, tables):
        random = np.random.default_rng([seed, 1])
        text = texts[seed % len(texts)]
        truth = parse(text)
        inputs, (noise, is_stated) = drawn(random, [(0.5, 5.0)] * (2 if "x2" in text else 1))
        columns = {f"x{i + 1}": column for i, column in enumerate(inputs.T)}
        outcome, seconds = fitted(inputs, evaluate(truth, columns), noise, is_stated, random)
        times.append(seconds)
        said = said_of(outcome, truth, inputs)
        counts[said] += 1
        best = to_text(outcome.best.expression) if outcome.best else "nothing"
        ranges = ", ".join(f"[{a.min():.3g}, {a.max():.3g}]" for a in inputs.T)
        line = f"{seed}: {text} on {ranges}, {len(inputs)} rows, noise {noise:g}{' stated' * is_stated}"
        if said == "wrong":
            told.append(f"{line}: {best}")
        if said == "wrong" or show:
            print(
                f"{said:15} {line}  {best}  {outcome.statements[-1]}",
                f"{seconds:.1f} s",
                flush=True,
            )
    print(dict(counts), f"{sum(times):.0f} s")
    return {"tables": counts.total(), "said": dict(counts), "wrong": told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=int, nargs="?", default=400)
    parser.add_argument("--laws", type=int, default=0)
    parser.add_argument("--first", type=int)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    first = arguments.first or 0
    signal.signal(signal.SIGTERM, lambda number, _: ENDED.append(number))
    found = {}
    if arguments.tables:
        found["special functions"] = impostors(arguments.tables, first, arguments.show)
    if arguments.laws:
        found["short laws"] = controls(arguments.laws, first, arguments.show)
    if arguments.first is None:
        RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
