"""Claims made to be slow, each checked by a process of its own that has a second for it.

    python benchmarks/slow_claims.py [N] [--seed S] [--timeout SECONDS] [--processes N]

Towers of powers, wide sums, deep nests, huge ranges, radicals, remainders, pieces, and checks at every
float32: how many processes ended later than 10 % or 2 s after the time they were given (their start
included), how many were ended by their supervisor, and how many said anything about an internal
error. Writes benchmarks/results/slow_claims.json.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from nalmx import parse
from nalmx.errors import NalmxError

RESULTS = Path(__file__).parent / "results" / "slow_claims.json"
EASY = ["x + 1", "--truth", "1 + x", "--range", "[0,1]"]
LONGEST = 19_000
NESTING = (
    "sqrt({} + 2)", "abs({} - 1/3)", "log({} + 3)", "exp(-({}))", "({})**2 + y", "1/({} + 2)",
    "Max({}, y)", "sin({})", "tanh({})", "({})*(y + 1)", "Mod({}, 3)", "floor(5*({}))",
)  # fmt: skip


def joined(sign, parts):
    """The parts in one expression, as many as fit."""
    text = ""
    for part in parts:
        if len(text) + len(part) > LONGEST:
            break
        text = f"{text}{sign}{part}" if text else part
    return text


def tower(r):
    """Products of high powers, on ranges that make their values very long."""
    (name, degree), factors = (
        r.choice([("x", 1), ("(x + 1/3)", 1), ("(x*y + 1)", 2)]),
        r.randint(3, 19),
    )
    most = min(700, 9_500 // (degree * factors))
    power = r.choice(["{}**{}", "floor({}**{})", "Mod({}**{}, 7)", "abs({}**{} - 1)"])
    terms = [
        joined("*", [power.format(name, r.randint(most // 2, most)) for _ in range(factors)])
        for _ in range(r.choice([1, 5, 40]))
    ]
    return joined(" + ", terms), r.choice(["x", "0", f"{name}**{r.randint(2, 500)}"])


def wide(r):
    """Wide sums of products, often the same function written twice."""
    names = ["x", "y", "z", "u", "v"][: r.randint(2, 5)]

    def term():
        inner = " + ".join(f"{r.randint(1, 99)}*{n}**{r.randint(1, 9)}" for n in names)
        return f"({inner})**{r.randint(2, 12)}"

    terms = [term() for _ in range(r.randint(3, 120))]
    left = joined(" + ", terms)
    return left, r.choice(["0", joined(" + ", reversed(terms)), f"{left} + 1/10**9"])


def nest(r):
    """Deep nests of functions."""
    text = "x"
    for _ in range(r.randint(10, 45)):
        text = r.choice(NESTING).format(text)
    return text, r.choice(["x", re.sub(r"\bx\b", "(x + 0*y)", text), f"{text} + y/10**12"])


def huge(r):
    """Ranges near the largest numbers that can be written."""
    powers = [
        f"x**{r.randint(2, 900)}/(1 + y**{r.randint(2, 900)})" for _ in range(r.randint(2, 30))
    ]
    return joined(r.choice([" + ", "*"]), powers), "x*y"


def radicals(r):
    """Sums of roots under divisors, roots and logarithms: what is hard is that they are defined."""
    roots = [
        f"({n} + {r.randint(0, 9)})**(1/{r.randint(2, 7)})" for n in "xyzuvw"[: r.randint(2, 6)]
    ]
    inside = f"{' + '.join(roots)} - {r.randint(2, 12)} - 1/{r.randint(3, 99)}"
    form = r.choice(["1/({})", "log({})", "sqrt({})", "1/sqrt(({})**2)", "Mod(1, {})"])
    left = form.format(inside)
    return left, r.choice([left.replace("x", "(x + 0)"), "0", f"{left} + 0*x"])


def steps(r):
    """Products of remainders, floors and signs: a claim falls into many cases."""
    parts = [
        r.choice(["Mod({a}*x + y, {b})", "floor({a}*x*y/{b})", "sign(x**{a} - y/{b})"]).format(
            a=r.randint(2, 40), b=r.randint(2, 9)
        )
        for _ in range(r.randint(3, 40))
    ]
    left = joined(r.choice(["*", " + "]), parts)
    return left, r.choice(["0", "x", joined(" + ", reversed(parts))])


def pieces(r):
    """Pieces of pieces, with wide sums inside."""
    sums = " + ".join(
        f"((x*y)**2 + (x + {i})**2*{i}*(x - y)**2 + 1 - 2*x*y)" for i in range(1, r.randint(5, 100))
    )
    text = f"log({sums})"
    for n in range(r.randint(1, 12)):
        text = f"Piecewise((1/(w + {n + 5}), w <= {n}/7), ({text}, True))"
    return text, r.choice(["0", "w", f"{text} + w*(x - y)**2"])


def every(r):
    """Long polynomials at every float32."""
    parts = [
        f"{r.randint(1, 99)}*x**{r.randint(1, 60)}/{r.randint(1, 99)}"
        for _ in range(r.randint(3, 60))
    ]
    left = joined(r.choice([" + ", " - "]), parts)
    return left, r.choice([f"{left} + x/10**6", joined(" + ", reversed(parts))])


FAMILIES = (tower, wide, nest, huge, radicals, steps, pieces, every)
RANGES = {
    tower: ["[1e1000,1.1e1000]", "[1,1e3]", "[-1e300,1e300]"],
    huge: ["[1e900,1e1000]", "[-1e999,1e999]"],
}


def is_accepted(*sides):
    """Whether the parser takes both sides: it refuses what is too long or of too high a degree."""
    try:
        return all(parse(side) for side in sides)
    except NalmxError:
        return False


def claims(number, seed):
    """Family and arguments of so many claims."""
    for n in range(number):
        r = random.Random(f"{seed} {n}")
        family = FAMILIES[n % len(FAMILIES)]
        left, right = family(r)
        while not is_accepted(left, right):
            left, right = family(r)
        extent = r.choice(RANGES.get(family, ["[-2,2]", "[1/10,3]", "[-1000,1000]", "[0,1]"]))
        tolerance = r.choice(["0", "abs:1e-9", "abs:100000", "rel:1e-6"])
        arguments = [left, "--truth", right, "--range", extent]
        if family is every:
            tolerance = r.choice(["abs:1e30", "rel:1e-3", "abs:1e-30"])
            arguments.append("--every-float32")
        yield family.__name__, [*arguments, "--tolerance", tolerance]


def timed(arguments, timeout):
    """What a process said, its exit code, and how long it took: by the clock, and of the processor."""
    command = [sys.executable, "-m", "nalmx", "verify", "expr", *arguments, "--json", "--quiet"]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([*command, "--timeout", str(timeout)], capture_output=True, text=True)
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def record(job):
    number, family, arguments, timeout = job
    done, seconds, of_processor = timed(arguments, timeout)
    found = {
        "claim_number": number,
        "family": family,
        "code": done.returncode,
        "seconds": round(seconds, 2),
    }
    late = seconds > timeout + max(2, timeout / 10)
    found |= {"processor": round(of_processor, 2), "late": late}
    try:
        verdict = json.loads(done.stdout)
        found |= {"verdict": verdict["verdict"], "reason": verdict["reason"]}
        found["of_the_check"] = verdict["seconds"]
        found["ended"] = verdict["seconds"] == timeout  # what a supervisor says took exactly that
    except ValueError:
        found |= {"verdict": "none", "reason": done.stderr.strip()[-300:], "ended": False}
    found["internal"] = done.returncode not in (0, 1, 2, 3) or "internal error" in done.stderr
    if found["late"] or found["ended"] or found["internal"]:
        found["claim"] = arguments
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("number", type=int, nargs="?", default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=1, help="Not more than half of the cores.")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    starts = [timed(EASY, options.timeout)[1] for _ in range(3)]
    print(f"a process with an easy claim takes {median(starts):.2f} s", flush=True)
    jobs = enumerate(claims(options.number, options.seed))
    jobs = [(n, family, arguments, options.timeout) for n, (family, arguments) in jobs]
    records = []
    with get_context("spawn").Pool(options.processes) as pool:
        for one in pool.imap(record, jobs):
            records.append(one)
            flags = " ".join(name for name in ("late", "ended", "internal") if one[name])
            what = f"{one['family']:9} {one['seconds']:6.2f} s {one['verdict']:8} {flags}"
            print(f"{one['claim_number']:4} {what}", flush=True)
    figures = {
        "claims": len(records),
        "seed": options.seed,
        "timeout": options.timeout,
        "seconds_of_an_easy_claim": round(median(starts), 2),
        "late": sum(one["late"] for one in records),
        "latest": max(one["seconds"] for one in records),
        "ended_by_the_supervisor": sum(one["ended"] for one in records),
        "internal_errors": sum(one["internal"] for one in records),
        "verdicts": Counter(one["verdict"] for one in records),
    }
    print(json.dumps(figures, indent=2))
    text = json.dumps({**figures, "records": records}, indent=1)
    options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
