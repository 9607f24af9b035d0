"""How many of a list of published identities are settled, on positive and on all numbers.

    python benchmarks/herbie_rules.py RULES.json [--seconds 20] [--only NAME]

RULES.json is a list of objects with a `name`, a `left` and a `right` side as expressions in brackets,
such as `(+ a b)`: the form of the rewrite rules of Herbie (herbie-fp/herbie, `src/core/rules.rkt`),
which are not part of this repository. Each is stated with every input in [0.5,3] and in [-3,3]. It is
settled where it is `proved` or `refuted`, or is proved to hold where its sides are defined.
Writes benchmarks/results/herbie_rules.json.
"""

import argparse
import json
import re
import time
from collections import Counter
from pathlib import Path

from nalmx.expression import parse, variables
from nalmx.verify import Claim, Domain, Effort, check

RESULTS = Path(__file__).resolve().parent / "results" / "herbie_rules.json"
RANGES = ("[0.5,3]", "[-3,3]")
INFIX = {
    "+": "+",
    "-": "-",
    "*": "*",
    "/": "/",
    "pow": "**",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
CALLED = {"fabs": "abs", "fmin": "Min", "fmax": "Max", "neg": "-", "==": "Eq", "!=": "Ne"}
# Division, logarithm and power with a value of their own where there is none.
SOUND = {
    "sound-/": "Piecewise(({0}/{1}, {1} != 0), ({2}, True))",
    "sound-log": "Piecewise((log({0}), {0} > 0), ({1}, True))",
    "sound-pow": "Piecewise(({0}**{1}, {0} > 0), ({2}, True))",
}


def read(text):
    """An expression in brackets as one of nalmx."""
    tokens = re.findall(r"[()]|[^\s()]+", text)
    value, rest = _read(tokens)
    if rest:
        raise ValueError(f"{text!r} has more after its end")
    return value


def _read(tokens):
    first, *rest = tokens
    if first != "(":
        names = {"PI": "pi", "TRUE": "True", "FALSE": "False"}
        return names.get(first, f"({first})" if "/" in first or first[0] == "-" else first), rest
    operation, *rest = rest
    arguments = []
    while rest[0] != ")":
        value, rest = _read(rest)
        arguments.append(value)
    return _written(operation, arguments), rest[1:]


def _written(operation, arguments):
    if operation in SOUND:
        return SOUND[operation].format(*(f"({a})" for a in arguments))
    if operation in INFIX and len(arguments) == 2:
        return f"({arguments[0]} {INFIX[operation]} {arguments[1]})"
    if operation in ("neg", "-"):
        return f"(-{arguments[0]})"
    if operation in ("PI", "E"):
        return {"PI": "pi"}.get(operation, operation)
    return f"{CALLED.get(operation, operation)}({', '.join(arguments)})"


def settled(left, right, extent, seconds):
    """A verdict on an identity over one range of its inputs, and whether it is settled."""
    names = variables(left, right)
    domain = Domain.parse([extent] if names else [], names)
    effort = Effort(points=20_000, seconds=seconds)
    verdict = check(Claim(left, right, domain), effort)
    if verdict.verdict in ("proved", "refuted"):
        return verdict.verdict, None
    if "--where-defined" in str(verdict.reason):
        return "proved where defined", None
    partial = check(Claim(left, right, domain, where_defined=True), effort)
    if partial.verdict in ("proved", "refuted"):
        return f"{partial.verdict} where defined", None
    return verdict.verdict, verdict.reason


def main():
    parser = argparse.ArgumentParser(description="Published identities, settled or not.")
    parser.add_argument("rules", type=Path, help="a list of rules, as JSON")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each claim")
    parser.add_argument("--only", default="", help="rules whose name has this in it")
    asked = parser.parse_args()
    rules = [rule for rule in json.loads(asked.rules.read_text()) if asked.only in rule["name"]]
    found = {extent: Counter() for extent in RANGES}
    left_open = []
    start = time.process_time()
    for rule in rules:
        try:
            sides = [parse(read(rule[side])) for side in ("left", "right")]
        except Exception as error:
            left_open.append({"name": rule["name"], "why": str(error)})
            for counts in found.values():
                counts["not expressible"] += 1
            continue
        for extent in RANGES:
            verdict, reason = settled(*sides, extent, asked.seconds)
            found[extent][verdict] += 1
            if verdict in ("unknown", "tested", "bounded"):
                left_open.append({"name": rule["name"], "on": extent, "verdict": verdict})
                print(f"{rule['name']} on {extent}: {verdict}, {reason}", flush=True)
    figures = {
        "rules": len(rules),
        "verdicts": {extent: dict(counts) for extent, counts in found.items()},
        "settled": {
            extent: sum(n for verdict, n in counts.items() if verdict.startswith(("prov", "refu")))
            for extent, counts in found.items()
        },
        "processor_seconds": round(time.process_time() - start),
        "open": left_open,
    }
    print(json.dumps({name: figures[name] for name in figures if name != "open"}, indent=1))
    if not asked.only:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
