"""What the limits of exact algebra cost and bring: proofs of true claims with each made smaller and larger.

    python benchmarks/algebra_limits.py [--every 1] [--seconds 5]

Takes the claims of `tests/claims` that are exactly true, and those of every trained module (each so
many-th of them), and looks for proofs with the limits of `nalmx/verify/algebra` as they are, then with one
after another changed. Prints proofs and processor time, with a sixteenth of a limit, a quarter, and
four times as much. A limit is well chosen where much less loses proofs or saves no time, and where more
brings none. Writes benchmarks/results/algebra_limits.json.
"""

import argparse
import importlib
import json
import sys
import time
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from claims import true_claims  # noqa: E402
from claims.module_claims import module_claims  # noqa: E402

from nalmx.clock import move_on_after  # noqa: E402
from nalmx.verify.algebra.decision import decide  # noqa: E402

RESULTS = HERE / "results" / "algebra_limits.json"
FACTORS = (Fraction(1, 16), Fraction(1, 4), 4)
LIMITS = (
    ("cases", "MAX_CASES"),
    ("cases", "_BOXES_TO_EMPTY"),
    ("region", "_BOXES_TO_LEARN_A_SIGN"),
    ("region", "_MOST_CORNERS_OF"),
    ("definedness", "_BOXES_FOR_A_FACTOR"),
    ("definedness", "_MOST_BOXES"),
    ("cover", "_MOST_STARTS"),
    ("cover", "MOST_BOXES"),
    ("cover", "_HALVINGS"),
    ("decision", "_MOST_DIFFERING"),
    ("decision", "_HUNTING"),
    ("definedness", "_HUNTING"),
    ("field", "MOST_UNITS"),
    ("functions", "_NEAR"),
    ("functions", "_LARGEST_TO_FACTOR"),
    ("quotients", "MAX_TERMS"),
    ("quotients", "MAX_EXPONENT"),
    ("quotients", "MAX_WORK"),
    ("quotients", "MAX_TOTAL_BITS"),
    ("quotients", "_MOST_TERMS_TO_FACTOR"),
    ("quotients", "_MOST_DEGREE_TO_FACTOR"),
    ("normal_form", "_MOST_SLOTS"),
    ("waves", "_MOST_WAVES"),
    ("whole_parts", "_MOST_STEPS"),
    ("linear", "MOST"),
    ("subdivision", "_MOST_FLIPPED"),
    ("subdivision", "_NARROWEST"),
    ("suspects", "_MOST_TERMS"),
    ("suspects", "_MOST_DEGREE"),
    ("suspects", "_MOST_TRIED"),
)


def outcomes(claims, seconds):
    """How many claims are proved, and the processor time for all of them."""
    start, proved = time.process_time(), 0
    for claim in claims:
        with move_on_after(seconds):
            proved += decide(claim).outcome == "proved"
    return proved, round(time.process_time() - start, 1)


def holders(name, limit):
    """The value of a limit, and the modules that hold it: its own, and those that import it."""
    value = getattr(importlib.import_module(f"nalmx.verify.algebra.{name}"), limit)
    algebra = [m for n, m in sys.modules.items() if n.startswith("nalmx.verify.algebra.")]
    return value, [module for module in algebra if getattr(module, limit, None) is value]


def main():
    parser = argparse.ArgumentParser(description="What the limits of exact algebra bring.")
    parser.add_argument("--every", type=int, default=1, help="each so many-th claim")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each claim")
    options = parser.parse_args()
    exact = [stated for stated in (*true_claims(), *module_claims()) if stated.tolerance == "0"]
    claims = [stated.claim() for stated in exact[:: options.every]]
    found = {"claims": len(claims), "as they are": outcomes(claims, options.seconds), "limits": {}}
    print(f"{len(claims)} claims, proofs and seconds as the limits are: {found['as they are']}")
    for name, limit in LIMITS:
        value, modules = holders(name, limit)
        own = found["limits"][f"{name}.{limit}"] = {"value": str(value)}
        for factor in (*FACTORS, 1):
            changed = value * factor
            for module in modules:
                exact = isinstance(value, Fraction)
                setattr(module, limit, changed if exact else max(1, int(changed)))
            if factor != 1:
                own[f"times {factor}"] = outcomes(claims, options.seconds)
        print(f"{name}.{limit}: {own}", flush=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
