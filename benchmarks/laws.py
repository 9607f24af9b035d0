"""Laws from data: how many of the Feynman laws are found, and what is claimed where there is none.

    python benchmarks/laws.py [--noise 0.01] [--rows 1000] [--seconds 60] [--only I.12] [--tables 200]

The laws are those of the Feynman Symbolic Regression Database (Udrescu & Tegmark 2020), with its ranges, in
feynman_laws.csv; 1,000 rows each, drawn evenly, no units. A law that is claimed is *settled* where nalmx
proves it equal to the truth on these ranges; *equal* where no proof is found but both agree to 30 digits at
200 points; *up to a factor* where their quotient is the same to 30 digits at these points (the factor is
given with its interval, and the protocol of SRBench counts it as found); otherwise it is *wrong*. `--noise`
adds normal errors of that size relative to the root mean square of the target; `--algebraic` leaves out the
laws with transcendental functions. `--tables` draws tables without a law instead: noise, random walks,
lookups, iterated chaotic maps, and laws with a missing column. Times are processor time of one fit.
Writes benchmarks/results/laws.json, keyed by the settings; with --only nothing is written.
"""

import argparse
import csv
import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import mpmath
import numpy as np

from nalmx.expression import Expression, parse, to_text
from nalmx.expression.nodes import fold
from nalmx.expression.operations import OPERATIONS
from nalmx.fit import Fit, Rows, fit
from nalmx.fit.values import evaluate
from nalmx.verify import Claim, Domain, Effort, check

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "laws.json"


@dataclass(frozen=True)
class Law:
    name: str
    is_algebraic: bool
    truth: Expression
    domain: Domain


def laws(only: str) -> list[Law]:
    found = []
    with (HERE / "feynman_laws.csv").open() as file:
        for line in csv.DictReader(file, delimiter=";"):
            if line["law"].startswith(only):
                ranges = line["ranges"].split()
                names = [text.partition("=")[0] for text in ranges]
                domain = Domain.parse(ranges, names)
                is_algebraic = line["algebraic"] == "yes"
                found.append(Law(line["law"], is_algebraic, parse(line["formula"]), domain))
    return found


def rows_of(law: Law, count: int, noise: float, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    names = law.domain.ranges
    columns = {
        name: random.uniform(float(r.lower), float(r.upper), count) for name, r in names.items()
    }
    target = evaluate(law.truth, columns)
    good = np.isfinite(target)
    target = target + noise * np.sqrt((target[good] ** 2).mean()) * random.normal(size=count)
    table = np.stack(list(columns.values()), 1)
    return Rows.of(table[good], target[good], list(names))


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


def quotients(left: Expression, right: Expression, domain: Domain) -> list[mpmath.mpf]:
    """left/right at 200 points of the domain; nothing where one of them has no real value."""
    random = np.random.default_rng(1)
    found = []
    with mpmath.workdps(50):
        for _ in range(200):
            point = {
                name: mpmath.mpf(random.uniform(float(r.lower), float(r.upper)))
                for name, r in domain.ranges.items()
            }
            try:
                found.append(at(left, point) / at(right, point))
            except (ZeroDivisionError, TypeError, ValueError):
                return []
    return found


def agreement(left: Expression, right: Expression, domain: Domain) -> str:
    found = quotients(left, right, domain)
    tiny = mpmath.mpf(10) ** -30
    if not found or any(abs(q - found[0]) > tiny * abs(found[0]) for q in found):
        return "wrong"
    return "equal" if abs(found[0] - 1) <= tiny else "up to a factor"


def judged(law: Law, outcome: Fit) -> str:
    """settled, equal, up to a factor, wrong, or none."""
    if outcome.formula is None:
        return "none"
    verdict = check(Claim(outcome.formula, law.truth, law.domain), Effort(seconds=20))
    if verdict.holds("proved"):
        return "settled"
    return agreement(outcome.formula, law.truth, law.domain)


def feynman(arguments: argparse.Namespace) -> dict:
    counts: dict[str, dict[str, int]] = {"algebraic": {}, "others": {}}
    times, lines = [], []
    for place, law in enumerate(laws(arguments.only)):
        if arguments.algebraic and not law.is_algebraic:
            continue
        rows = rows_of(law, arguments.rows, arguments.noise, place)
        start = time.process_time()
        outcome = fit(rows, Effort(seconds=arguments.seconds))
        seconds = time.process_time() - start
        said = judged(law, outcome)
        kind = "algebraic" if law.is_algebraic else "others"
        counts[kind][said] = counts[kind].get(said, 0) + 1
        times.append(seconds)
        best = outcome.formula or (outcome.best and outcome.best.expression)
        text = to_text(best) if best else "nothing"
        lines.append({"law": law.name, "said": said, "seconds": round(seconds, 2), "best": text})
        mark = (
            ""
            if said in ("settled", "equal", "up to a factor")
            else f"   truth {to_text(law.truth)}"
        )
        print(f"{law.name:10} {said:12} {seconds:6.2f} s  {text[:110]}{mark}", flush=True)
        if mark and outcome.best is not None:
            print(f"{'':24} {outcome.best.reason}")
    for kind, count in counts.items():
        print(kind, count)
    print(f"median {median(times):.2f} s, longest {max(times):.2f} s")
    return {"counts": counts, "median_s": round(median(times), 3), "laws": lines}


def lawless(kind: str, random: np.random.Generator) -> Rows:
    """A table without a law: columns and a target that no formula of them gives."""
    count, width = int(random.choice([20, 50, 200, 1000])), int(random.integers(1, 6))
    table = random.uniform(*sorted(random.uniform(-5, 5, 2)), (count, width))
    match kind:
        case "noise":
            target = random.normal(size=count)
        case "walk":
            table, target = random.normal(size=(2, count, width)).cumsum(1)
            target = target[:, 0]
        case "lookup":
            table = random.integers(0, 10, (count, width)).astype(float)
            value = random.integers(0, 100, (10,) * min(width, 3)).astype(float)
            target = value[tuple(table[:, : value.ndim].astype(int).T)]
        case "chaos":
            table = random.uniform(0.01, 0.99, (count, width))
            target = table[:, 0]
            for _ in range(30):
                target = 3.99 * target * (1 - target)
        case _:
            all_laws = [law for law in laws("") if len(law.domain.ranges) > 2]
            law = all_laws[random.integers(len(all_laws))]
            rows = rows_of(law, count, 0.0, int(random.integers(1 << 30)))
            # The target's most telling column is left out.
            ranks = rows.inputs.argsort(0).argsort(0)
            telling = np.abs(np.corrcoef(ranks.T, rows.target.argsort().argsort())[-1, :-1])
            table = np.delete(rows.inputs, int(np.argmax(telling)), 1)
            target = rows.target
    return Rows.of(table, target)


def tables(arguments: argparse.Namespace) -> dict:
    claimed: dict[str, int] = {}
    lines, times = [], []
    for kind in ("noise", "walk", "lookup", "chaos", "missing"):
        claimed[kind] = 0
        for seed in range(arguments.tables // 5):
            random = np.random.default_rng([seed, len(kind)])
            rows = lawless(kind, random)
            if np.ptp(rows.target) == 0:
                continue
            start = time.process_time()
            outcome = fit(rows, Effort(seconds=arguments.seconds))
            times.append(time.process_time() - start)
            if outcome.law:
                claimed[kind] += 1
                lines.append(f"{kind} {seed}: {to_text(outcome.formula)}")
                print(lines[-1], outcome.statements, flush=True)
        print(kind, claimed[kind], "claimed", flush=True)
    print(f"median {median(times):.2f} s, longest {max(times):.2f} s")
    return {"tables": arguments.tables, "claimed": claimed, "lines": lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--algebraic", action="store_true")
    parser.add_argument("--tables", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.tables:
        key, found = "tables without a law", tables(arguments)
    else:
        key = f"feynman, {arguments.rows} rows, noise {arguments.noise:g}"
        key += ", algebraic" if arguments.algebraic else ""
        found = feynman(arguments)
    if not arguments.only:
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**known, key: found}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
