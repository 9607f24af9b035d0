"""Laws from data: how many of the Feynman laws are found, and is anything else claimed?

    python benchmarks/laws.py [--noise 0.01 [--stated]] [--rows 1000] [--inputs 3] [--physical] [--algebraic]
                              [--seconds 600] [--only I.12]

The laws are those of the Feynman Symbolic Regression Database (Udrescu & Tegmark 2020), with its ranges, in
feynman_laws.csv; 1,000 rows each, drawn evenly, no units. A law that is claimed is *settled* where nalmx
proves it equal to the truth on these ranges; *equal* where no proof is found but both agree to 30 digits at
200 points; *up to a factor* where their quotient is the same to 30 digits at these points (the factor is
given with its interval, and the protocol of SRBench counts it as found); *to nine digits* where its other
constants are those of the truth to 1e-9 there; otherwise it is *wrong*. `--noise` adds normal errors
of that size relative to the root mean square of the target, as SRBench does, and `--stated` tells the fit;
`--algebraic` leaves out the laws with transcendental functions, `--inputs` those with more inputs.
`--physical` takes the ranges of feynman_physical.csv: SI units, constants of nature as such, values evenly
over the decades and of both signs where ± stands. Times are processor time of one fit. Writes
benchmarks/results/laws.json, keyed by the settings; with --only nothing is written.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

import mpmath
import numpy as np

from nalmx.expression import Expression, Number, parse, to_text
from nalmx.expression.nodes import fold, substitute
from nalmx.expression.operations import OPERATIONS
from nalmx.fit import Fit, Rows, fit
from nalmx.fit.values import evaluate
from nalmx.verify import Claim, Domain, Effort, check

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "laws.json"


Draw = Callable[[np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class Law:
    """A law with its inputs: how each is drawn. Constants of nature stand in `truth` as numbers."""

    name: str
    is_algebraic: bool
    truth: Expression
    draws: dict[str, Draw]
    domain: Domain


def evenly(lower: float, upper: float) -> Draw:
    return lambda random, count: random.uniform(lower, upper, count)


def over_decades(lower: float, upper: float, has_signs: bool) -> Draw:
    def draw(random: np.random.Generator, count: int) -> np.ndarray:
        values = np.exp(random.uniform(np.log(lower), np.log(upper), count))
        return values * random.choice([-1.0, 1.0], count) if has_signs else values

    return draw


def lines(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter=";")


def laws(only: str = "", is_physical: bool = False) -> list[Law]:
    physical = {line["law"]: line["ranges"] for line in lines("feynman_physical.csv")}
    found = []
    for line in lines("feynman_laws.csv"):
        name, truth = line["law"], parse(line["formula"])
        if not name.startswith(only) or (is_physical and name not in physical):
            continue
        draws: dict[str, Draw] = {}
        ranges, constants = [], {}
        for text in (physical[name] if is_physical else line["ranges"]).split():
            column, _, extent = text.partition("=")
            if not is_physical:
                lower, upper = map(float, extent.strip("[]").split(","))
                draws[column] = evenly(lower, upper)
                ranges.append(text)
            elif ":" in extent:
                lower, upper = map(float, extent.strip("±").split(":"))
                draws[column] = over_decades(lower, upper, extent.startswith("±"))
                ranges.append(f"{column}=[{-upper if '±' in extent else lower},{upper}]")
            else:
                constants[column] = Number(Fraction(extent))
        truth = substitute(truth, constants)
        domain = Domain.parse(ranges, list(draws))
        found.append(Law(name, line["algebraic"] == "yes", truth, draws, domain))
    return found


def rows_of(law: Law, count: int, noise: float, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    columns = {name: draw(random, count) for name, draw in law.draws.items()}
    target = evaluate(law.truth, columns)
    good = np.isfinite(target)
    target = target + noise * np.sqrt((target[good] ** 2).mean()) * random.normal(size=count)
    table = np.stack(list(columns.values()), 1)
    return Rows.of(table[good], target[good], list(columns))


def at(expression: Expression, point: dict[str, mpmath.mpf]) -> mpmath.mpf:
    def leaf(node):
        if hasattr(node, "value"):
            return mpmath.mpf(node.value.numerator) / node.value.denominator
        return {"pi": mpmath.pi, "E": mpmath.e}.get(node.name) or point[node.name]

    def apply(operation, values):
        if operation in ("add", "mul"):
            return mpmath.fsum(values) if operation == "add" else mpmath.fprod(values)
        if operation in ("div", "pow", "neg"):
            x, *y = values
            return -x if operation == "neg" else x / y[0] if operation == "div" else x ** y[0]
        return getattr(mpmath, OPERATIONS[operation].c or operation)(*values)

    return fold(expression, leaf, apply)


def quotients(left: Expression, right: Expression, law: Law) -> list[mpmath.mpf]:
    """left/right at 200 points that are drawn as the rows are; nothing where one has no real value."""
    random = np.random.default_rng(1)
    found = []
    columns = {name: draw(random, 200).tolist() for name, draw in law.draws.items()}
    with mpmath.workdps(50):
        for values in zip(*columns.values(), strict=True):
            point = {name: mpmath.mpf(x) for name, x in zip(columns, values, strict=True)}
            try:
                truth = at(right, point)
                if isinstance(truth, mpmath.mpf):  # elsewhere the law has no value, and no row
                    found.append(at(left, point) / truth)
            except (ZeroDivisionError, TypeError, ValueError):
                return []
    return found


def agreement(left: Expression, right: Expression, law: Law) -> str:
    found = quotients(left, right, law)
    with mpmath.workdps(50):
        for size, says in ((mpmath.mpf(10) ** -30, "equal"), (1e-9, "to nine digits")):
            if found and all(abs(q - 1) <= size for q in found):
                return says
            if size < 1e-20 and found and all(abs(q / found[0] - 1) <= size for q in found):
                return "up to a factor"
    return "wrong"


def judged(law: Law, outcome: Fit) -> str:
    """settled, equal, up to a factor, to nine digits, wrong, or none."""
    if outcome.formula is None:
        return "none"
    verdict = check(Claim(outcome.formula, law.truth, law.domain), Effort(seconds=20))
    if verdict.holds("proved"):
        return "settled"
    return agreement(outcome.formula, law.truth, law)


def feynman(arguments: argparse.Namespace) -> dict:
    counts: dict[str, dict[str, int]] = {"algebraic": {}, "others": {}}
    times, told = [], []
    for place, law in enumerate(laws(arguments.only, arguments.physical)):
        if arguments.algebraic and not law.is_algebraic:
            continue
        if len(law.draws) > arguments.inputs:
            continue
        rows = rows_of(law, arguments.rows, arguments.noise, place)
        start = time.process_time()
        stated = arguments.noise if arguments.stated else "auto"
        outcome = fit(rows, Effort(seconds=arguments.seconds), noise=stated)
        seconds = time.process_time() - start
        said = judged(law, outcome)
        kind = "algebraic" if law.is_algebraic else "others"
        counts[kind][said] = counts[kind].get(said, 0) + 1
        times.append(seconds)
        best = outcome.formula or (outcome.best and outcome.best.expression)
        text = to_text(best) if best else "nothing"
        told.append({"law": law.name, "said": said, "seconds": round(seconds, 2), "best": text})
        mark = f"   truth {to_text(law.truth)}" if said in ("wrong", "none") else ""
        print(f"{law.name:10} {said:12} {seconds:6.2f} s  {text[:110]}{mark}", flush=True)
        if mark and outcome.best is not None:
            print(f"{'':24} {outcome.best.reason}")
    for kind, count in counts.items():
        print(kind, count)
    print(f"median {median(times):.2f} s, longest {max(times):.2f} s")
    return {"counts": counts, "median_s": round(median(times), 3), "laws": told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--inputs", type=int, default=9)
    parser.add_argument("--stated", action="store_true")
    parser.add_argument("--physical", action="store_true")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--algebraic", action="store_true")
    arguments = parser.parse_args()
    key = f"feynman, {arguments.rows} rows, noise {arguments.noise:g}"
    key += ", algebraic" if arguments.algebraic else ""
    key += f", at most {arguments.inputs} inputs" if arguments.inputs < 9 else ""
    key += ", stated" if arguments.stated else ""
    key += ", physical ranges" if arguments.physical else ""
    found = feynman(arguments)
    if not arguments.only:
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**known, key: found}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
