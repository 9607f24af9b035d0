"""Bounds on the rounding of float64 programs, beside published ones.

    python benchmarks/float_bounds.py PROBLEMS.json BOUNDS.json [--only NAME] [--boxes 60000]

PROBLEMS.json maps names of files to texts in the language of FPTaylor (soarlab/FPTaylor, `tests/`), which are
not part of this repository: sections of constants, of variables with ranges, of definitions and of
expressions. BOUNDS.json maps the name of each expression to its published bounds and seconds, by the list
of tests that they stand in; a list whose name ends in `-b.yml` holds those of the coarser model of
rounding. The meaning is FPTaylor's: reals are rounded once, variables that are not declared as `real` are
floats, and library functions are within 0.75 ulp (`rnd[64, ne, 1.5]`). A bound is held against errors at
random points, too, where the program is run in exact rationals. Writes benchmarks/results/float_bounds.json.
"""

import argparse
import json
import math
import re
import time
from fractions import Fraction
from pathlib import Path

from nalmx.verify import Claim
from nalmx.verify.rounding.at_floats import look_at, suspects
from nalmx.verify.rounding.floating import rounding_over
from nalmx.verify.rounding.written import written_program

RESULTS = Path(__file__).resolve().parent / "results" / "float_bounds.json"
SECTIONS = ("Constants", "Variables", "Definitions", "Expressions")
ARITHMETIC = "float64:0.75"


def sections(text):
    """The statements of each section."""
    parts = re.split(rf"\b({'|'.join(SECTIONS)})\b", text)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        name: [s.strip() for s in found.get(name, "").split(";") if s.strip()] for name in SECTIONS
    }


def problem(text):
    """The name of a problem, its expression with all definitions written out, the ranges of its inputs, and
    their kind: variables that are no `real` are floats. A range that is a point is the float next to it.
    """
    found = sections(text)
    defined, ranges = {}, {}
    for statement in found["Constants"]:
        name, value = statement.split("=")
        defined[name.strip()] = value.strip()
    for statement in found["Variables"]:
        name, low, high = re.fullmatch(r"(?:real )?\s*(\w+) in \[(.*),(.*)\]", statement).groups()
        if Fraction(low.strip()) == Fraction(high.strip()):
            defined[name] = f"{Fraction(float(low)).numerator}/{Fraction(float(low)).denominator}"
        else:
            ranges[name] = f"[{low.strip()},{high.strip()}]"
    for statement in (*found["Definitions"], *found["Expressions"]):
        name, value = statement.split("=", 1)
        last = name.replace("rnd64", "").strip()
        defined[last] = written_out(re.sub(r"rnd\[64, ne, 1\.5\]", "", value), defined)
    has_reals = any(statement.startswith("real ") for statement in found["Variables"])
    return last, defined[last], ranges, ARITHMETIC if has_reals else f"{ARITHMETIC}:floats"


def written_out(text, defined):
    return re.sub(
        r"[A-Za-z_]\w*",
        lambda m: f"({defined[m[0]]})" if m[0] in defined else m[0],
        " ".join(text.split()),
    )


def measured(name, text, ranges, arithmetic, published, most_boxes, samples):
    claim = Claim.of(text, text, ranges, "abs:1", arithmetic=arithmetic)
    program = written_program(claim)
    start = time.process_time()
    found = rounding_over(program, claim.domain, most_boxes)
    seconds = time.process_time() - start
    points = suspects(claim, program.precision, [*found.worst[:8]], [], samples, 0)
    met = look_at(program, claim, points)
    if met.failure is not None or (met.largest or 0) > found.bound:
        raise AssertionError(f"{name}: a point is beyond the bound")
    best = min(
        (Fraction(value) for by, (value, _) in published.items() if not by.endswith("-b.yml"))
    )
    coarse = min((Fraction(value) for by, (value, _) in published.items() if by.endswith("-b.yml")))
    return {
        "bound": float(found.bound),
        "published": float(best),
        "ratio": round(float(found.bound / best), 4),
        "ratio_to_coarser_model": round(float(found.bound / coarse), 4),
        "bound_at_a_spot": float(found.at_a_spot),
        "largest_error_met": float(met.largest or 0),
        "boxes": found.boxes,
        "seconds": round(seconds, 2),
        "published_seconds": min(
            float(s) for by, (_, s) in published.items() if not by.endswith("-b.yml")
        ),
    }


def geometric_mean(values):
    return round(math.exp(sum(map(math.log, values)) / len(values)), 4)


def main():
    parser = argparse.ArgumentParser(description="Bounds on rounding beside published ones.")
    parser.add_argument("problems", type=Path, help="texts of problems by name, as JSON")
    parser.add_argument("bounds", type=Path, help="published bounds by name, as JSON")
    parser.add_argument("--only", default="", help="problems whose name has this in it")
    parser.add_argument("--boxes", type=int, default=60_000, help="at most, for each problem")
    parser.add_argument("--samples", type=int, default=2_000, help="points at which errors are met")
    asked = parser.parse_args()
    published = json.loads(asked.bounds.read_text())
    found = {}
    for text in json.loads(asked.problems.read_text()).values():
        name, expression, ranges, arithmetic = problem(text)
        if asked.only not in name:
            continue
        found[name] = measured(
            name, expression, ranges, arithmetic, published[name], asked.boxes, asked.samples
        )
        print(f"{name}: {found[name]}", flush=True)
    ratios = [row["ratio"] for row in found.values()]
    figures = {
        "problems": len(found),
        "at_most_the_published_bound": sum(ratio <= 1 for ratio in ratios),
        "geometric_mean_of_ratios": geometric_mean(ratios),
        "largest_ratio": max(ratios),
        "geometric_mean_of_ratios_to_coarser_model": geometric_mean(
            [row["ratio_to_coarser_model"] for row in found.values()]
        ),
        "seconds": round(sum(row["seconds"] for row in found.values()), 1),
        "by_problem": found,
    }
    print(json.dumps({name: figures[name] for name in figures if name != "by_problem"}, indent=1))
    if not asked.only:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
