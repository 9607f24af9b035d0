"""Tables without a law: is one claimed of any of them?

    python benchmarks/no_law.py [TABLES] [--operations 50000] [--first SEED] [--kinds noise,walk]

Noise, of integers and of few rows, too; random walks, their seasons, sorted columns; lookups, remainders
and chaotic maps; laws with a column that is missing, the most telling one or any, with a branch, or mixed
with another law by chance; sums of waves with random constants; roots of equations that have no closed form,
with errors of up to 5 % of the target's root mean square. Every kind has as many tables, each with rows and
columns drawn by its seed. Whatever is claimed of them is wrong. A fit ends after so many operations.
Writes benchmarks/results/no_law.json, with `--first` or `--kinds` nothing.
"""

import argparse
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import numpy as np
from laws import Law, laws, rows_of

from nalmx.expression import to_text
from nalmx.fit import Rows, fit
from nalmx.fit.values import evaluate
from nalmx.verify import Effort

RESULTS = Path(__file__).parent / "results" / "no_law.json"
ENDED: list[int] = []
Random = np.random.Generator
Table = tuple[np.ndarray, np.ndarray]
LAWS: list[Law] = laws()


def uniform(random: Random, count: int, width: int) -> np.ndarray:
    return random.uniform(*sorted(random.uniform(-5, 5, 2)), (count, width))


def noise(random: Random, count: int, width: int) -> Table:
    return uniform(random, count, width), random.normal(size=count)


def integers(random: Random, count: int, width: int) -> Table:
    table = random.integers(0, 10 ** random.integers(1, 3), (count, width + 1)).astype(float)
    return table[:, 1:], table[:, 0]


def few_rows(random: Random, count: int, width: int) -> Table:
    table = random.integers(1, 10 ** random.integers(1, 4), (random.integers(3, 13), width + 1))
    table = table / 10.0 ** random.integers(0, 3)
    return table[:, 1:], table[:, 0]


def walk(random: Random, count: int, width: int) -> Table:
    table = random.normal(size=(count, width + 1)).cumsum(0)
    return table[:, 1:], table[:, 0]


def season(random: Random, count: int, width: int) -> Table:
    """Time, and other walks; the target has a trend, a season of a random length, and a memory."""
    time_ = np.arange(count, dtype=float)
    table = random.normal(size=(count, width)).cumsum(0)
    table[:, 0] = time_
    left = np.zeros(count)
    for row in range(1, count):
        left[row] = 0.9 * left[row - 1] + random.normal()
    period, phase = random.uniform(3, count), random.uniform(0, 6)
    return table, 0.01 * time_ + random.exponential() * np.sin(time_ / period + phase) + left


def sorted_columns(random: Random, count: int, width: int) -> Table:
    draws = (random.normal, random.uniform, random.exponential)
    table = np.stack([np.sort(draws[random.integers(3)](size=count)) for _ in range(width + 1)], 1)
    return table[:, 1:], table[:, 0]


def lookup(random: Random, count: int, width: int) -> Table:
    table = random.integers(0, 10, (count, width)).astype(float)
    value = random.integers(0, 100, (10,) * min(width, 3)).astype(float)
    return table, value[tuple(table[:, : value.ndim].astype(int).T)]


def remainder(random: Random, count: int, width: int) -> Table:
    table = random.integers(0, 1000, (count, width))
    factors = random.integers(2, 1000, width)
    modulus = random.choice([7, 10, 97, 256, 1009])
    return table.astype(float), ((table @ factors) % modulus).astype(float)


def chaos(random: Random, count: int, width: int) -> Table:
    table = random.uniform(0.01, 0.99, (count, width))
    target = table[:, 0]
    for _ in range(30):
        target = 3.99 * target * (1 - target)
    return table, target


def drawn_law(random: Random, count: int, most: int = 9) -> Rows:
    among = [law for law in LAWS if 2 < len(law.draws) <= most]
    return rows_of(among[random.integers(len(among))], count, 0.0, int(random.integers(1 << 30)))


def missing(random: Random, count: int, width: int) -> Table:
    """The target's most telling column is left out."""
    rows = drawn_law(random, count)
    ranks = rows.inputs.argsort(0).argsort(0)
    telling = np.abs(np.corrcoef(ranks.T, rows.target.argsort().argsort())[-1, :-1])
    return np.delete(rows.inputs, int(np.argmax(telling)), 1), rows.target


def hidden(random: Random, count: int, width: int) -> Table:
    """Any column is left out that makes the target other by 2 % of its root mean square or more."""
    while True:
        rows = drawn_law(random, count, 6)
        law = next(law for law in LAWS if tuple(law.draws) == rows.names)
        place = int(random.integers(len(rows.names)))
        columns = dict(zip(rows.names, rows.inputs.T, strict=True))
        columns[rows.names[place]] = random.permutation(columns[rows.names[place]])
        other = evaluate(law.truth, columns) - rows.target
        if np.sqrt((other**2).mean() / (rows.target**2).mean()) > 0.02:
            return np.delete(rows.inputs, place, 1), rows.target


SHORT: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: a + b,
    lambda a, b: a * a,
    lambda a, b: np.sqrt(a),
    lambda a, b: 1 / (1 + b),
)


def of_two(random: Random, table: np.ndarray, first: np.ndarray) -> np.ndarray:
    a, b = table[:, 0], table[:, -1]
    while True:
        one, other = (SHORT[i](a, b) for i in random.choice(len(SHORT), 2, replace=False))
        if not np.allclose(one, other):  # as products and squares of one column are
            return np.where(first, one, other)


def branch(random: Random, count: int, width: int) -> Table:
    """One law below a threshold of a column, another one above it."""
    table = random.uniform(1, 5, (count, width))
    chosen = table[:, random.integers(width)]
    return table, of_two(random, table, chosen < np.quantile(chosen, random.uniform(0.2, 0.8)))


def mixture(random: Random, count: int, width: int) -> Table:
    table = random.uniform(1, 5, (count, width))
    return table, of_two(random, table, random.random(count) < random.uniform(0.2, 0.8))


def with_errors(random: Random, target: np.ndarray) -> np.ndarray:
    size = random.choice([0, 0, 1e-4, 1e-3, 0.01, 0.05]) * np.sqrt((target**2).mean())
    return target + size * random.normal(size=len(target))


def waves(random: Random, count: int, width: int) -> Table:
    width = min(width, 3)
    table = random.uniform(0, random.uniform(0.5, 3), (count, width))
    pace = random.normal(size=(width, 4)) * random.uniform(0.3, 3)
    target = np.sin(table @ pace + random.uniform(0, 6, 4)) @ random.normal(size=4)
    return table, with_errors(random, target + random.normal())


# Equations f(y; a, b) = 0 with f rising from -inf to inf in y, whose roots have no closed form.
EQUATIONS: tuple[Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda y, a, b: y - 0.9 * a / (1 + a) * np.sin(y) - b,
    lambda y, a, b: y + np.exp(y) - a * b,
    lambda y, a, b: y**5 + a * y - b,
    lambda y, a, b: y + a * np.arctan(y) - b,
    lambda y, a, b: y + np.tanh(a * y) - b,
    lambda y, a, b: y**3 + np.sinh(a * y) - b,
)


def root(random: Random, count: int, width: int) -> Table:
    table = random.uniform(*sorted(random.uniform(0.2, 4, 2)), (count, min(width, 2)))
    a, b = (table[:, 0], table[:, -1]) if width > 1 else (np.full(count, 1.5), table[:, 0])
    equation = EQUATIONS[random.integers(len(EQUATIONS))]
    lower, upper = np.full(count, -50.0), np.full(count, 50.0)
    for _ in range(70):
        middle = (lower + upper) / 2
        below = equation(middle, a, b) < 0
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    return table, with_errors(random, (lower + upper) / 2)


KINDS = (
    *(noise, integers, few_rows, walk, season, sorted_columns, lookup, remainder, chaos),
    *(missing, hidden, branch, mixture, waves, root),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=int, nargs="?", default=300)
    parser.add_argument("--operations", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kinds", default="")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _: ENDED.append(number))
    chosen = arguments.kinds.split(",") if arguments.kinds else [kind.__name__ for kind in KINDS]
    kinds = [kind for kind in KINDS if kind.__name__ in chosen]
    tables: dict[str, int] = {}
    claimed, times, ended = [], [], 0
    for kind in kinds:
        first, spent = arguments.first, time.process_time()
        for seed in range(first, first + arguments.tables // len(kinds)):
            if ENDED:
                break
            random = np.random.default_rng([seed, *kind.__name__.encode()])
            count = int(random.choice([20, 50, 200, 1000]))
            table, target = kind(random, count, int(random.integers(1, 6)))
            if len(np.unique(target)) < 3:
                continue
            start = time.process_time()
            outcome = fit(
                Rows.of(table, target), Effort(seconds=60, operations=arguments.operations)
            )
            times.append(time.process_time() - start)
            tables[kind.__name__] = tables.get(kind.__name__, 0) + 1
            ended += outcome.ended is not None
            if outcome.law:
                rows = " x ".join(map(str, table.shape))
                claimed.append(f"{kind.__name__} {seed}, {rows}: {to_text(outcome.formula)}")
                print("WRONG", claimed[-1], outcome.statements[-1], flush=True)
        print(
            kind.__name__,
            tables.get(kind.__name__),
            f"{time.process_time() - spent:.0f} s",
            flush=True,
        )
    print(
        f"{len(times)} tables, {len(claimed)} claimed, {ended} ended early; {mean(times):.2f} s each"
    )
    if not (arguments.first or arguments.kinds):
        found = {"tables": tables, "claimed": claimed, "operations": arguments.operations}
        found |= {"ended_early": ended, "mean_s": round(mean(times), 2)}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
