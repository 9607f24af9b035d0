"""Claims that people state, from textbooks and documentation: is each settled, and in two seconds?

    python benchmarks/stated_claims.py [WORD ...]

Reads benchmarks/stated_claims.txt, a true claim a line: `left == right` or a condition; after each `;` a
range of all inputs or of one, `where` for equality where both sides are defined, `int` or `int=NAMES` for
integer inputs, or a tolerance. Lists what is neither proved nor bounded, or takes more than two seconds of
processor time on one core; with words, each claim that has one of them. Without words it writes
benchmarks/results/stated_claims.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from nalmx.expression import parse, variables
from nalmx.verify import Claim, Effort, check

CLAIMS = Path(__file__).parent / "stated_claims.txt"
RESULTS = Path(__file__).parent / "results" / "stated_claims.json"
LONG = 2.0


def claim_of(line: str) -> Claim:
    text, *parts = (part.strip() for part in line.split(";"))
    left, _, right = text.partition(" == ")
    right = right or "True"
    domain: Any = {}
    options: dict[str, Any] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if part == "where":
            options["where_defined"] = True
        elif name == "int":
            options["integers"] = value.split(",") if value else variables(parse(left))
        elif part.startswith(("abs:", "rel:")):
            options["tolerance"] = part
        elif part.startswith("["):
            domain = part if variables(parse(left), parse(right)) else {}
        else:
            domain[name] = value
    return Claim.of(left, right, domain, **options)


def main() -> None:
    words = sys.argv[1:]
    lines = [line for line in CLAIMS.read_text().splitlines() if line]
    results = []
    for line in lines:
        if words and not any(word in line for word in words):
            continue
        began = time.process_time()
        verdict = check(claim_of(line), Effort(seconds=600))
        seconds = round(time.process_time() - began, 2)
        results.append({"claim": line, "verdict": verdict.verdict, "seconds": seconds})
        if words or verdict.verdict not in ("proved", "bounded") or seconds > LONG:
            print(f"{seconds:6.2f} {verdict.verdict:9} {line}  {verdict.reason or ''}", flush=True)
    counts = Counter(result["verdict"] for result in results)
    times = [result["seconds"] for result in results]
    late = sum(seconds > LONG for seconds in times)
    print(
        f"{len(results)} claims: {dict(counts)}; median {median(times):.2f} s, {late} above {LONG:g} s"
    )
    if not words:
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
