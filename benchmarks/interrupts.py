"""Commands of every kind, each interrupted at a random moment.

    python benchmarks/interrupts.py [N] [--seed S]

SIGINT or SIGTERM at a moment between the start and a few seconds later: how long it took until the
command ended, whether the exit code was 130, and that nothing was lost: no half-written file stays, and
what was begun can be gone on with. Writes benchmarks/results/interrupts.json.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "interrupts.json"
LIMIT = 2.0
NALMX = [sys.executable, "-m", "nalmx"]
SUMS = " + ".join(f"((x*y)**2 + (x + {i})**2*{i}*(x - y)**2 + 1 - 2*x*y)" for i in range(1, 101))
POWERS = " + ".join("*".join(f"x**{690 - n % 9}" for n in range(13)) for _ in range(40))
POLYNOMIAL = " + ".join(f"x**{n}/{n}" for n in range(2, 40))


def expression(left, right, *options):
    return ["verify", "expr", left, "--truth", right, *options]


# The arguments of each kind of command; {} is a new directory, {run} and {pntm} are finished runs.
KINDS = {
    "pieces": expression(
        f"Piecewise((1/(w + 5), w <= 0), (log({SUMS} + 1), True))", "0",
        "--range", "[-2,2]", "--tolerance", "abs:100000",
    ),
    "powers": expression(POWERS, "x", "--range", "[1e1000,1.1e1000]", "--tolerance", "abs:1e-9"),
    "sweep": expression(
        "sin(10000*x*y)*cos(10000*x*y)", "0",
        "--range", "[1,3]", "--points", "10000000000", "--tolerance", "abs:0.51",
    ),
    "every float32": expression(
        POLYNOMIAL, f"{POLYNOMIAL} + x", "--range", "[-1.1,1.1]", "--tolerance", "abs:1e3",
        "--every-float32",
    ),
    "verify run": ["verify", "run", "{run}", "--as-it-runs"],
    "certificate": ["verify", "certificate", "{certificate}"],
    "kernel": [
        "train-and-extract", "--operation", "mul", "--module", "nmu", "--seeds", "100",
        "--output", "{}",
    ],
    "gates": ["train-and-extract", "--operation", "div", "--module", "nalu", "--output", "{}"],
    "discrete": ["train-and-extract", "--module", "pntm", "--task", "addition", "--output", "{}"],
    "gradient": [
        "train-and-extract", "--module", "pntm", "--task", "parity", "--method", "gradient",
        "--output", "{}",
    ],
    "examples": [
        "train-and-extract", "--module", "pntm", "--examples", "{examples}", "--output", "{}",
    ],
    "verify pntm": ["verify", "run", "{pntm}"],
    "bench single-module": ["bench", "single-module", "--module", "nau,nmu", "--output", "{}"],
    "bench sequence": [
        "bench", "sequence", "--task", "addition,parity", "--model", "pntm,lstm", "--output", "{}",
    ],
}  # fmt: skip


def environment(scratch):
    """Temporary files go where they can be counted."""
    return {**os.environ, "TMPDIR": str(scratch)}


def prepared(folder):
    """The finished runs, the certificate and the examples that some commands need."""
    names = {name: folder / name for name in ("run", "pntm", "certificate", "examples")}
    settings = ["--operation", "add", "--module", "nau", "--seeds", "2", "--iterations", "20000"]
    small = ["--module", "pntm", "--task", "parity", "--sequences", "200", "--test-lengths", "40"]
    curve = expression("exp(x)*y", "exp(x)*y + sin(x*y)/1000", "--range", "[0,3]")
    for arguments in (
        ["train-and-extract", *settings, "--output", names["run"]],
        ["train-and-extract", *small, "--output", names["pntm"]],
        [*curve, "--tolerance", "abs:0.0011", "--certificate", names["certificate"]],
    ):
        subprocess.run([*NALMX, *map(str, arguments), "--quiet"], check=True, capture_output=True)
    random_answers = random.Random(0)
    with names["examples"].open("w") as file:
        for _ in range(400):
            prompt = [random_answers.choice("ab") for _ in range(random_answers.randint(4, 12))]
            answer = [random_answers.choice("xyz") for _ in range(3)]
            file.write(json.dumps({"prompt": prompt, "answer": answer}) + "\n")
    return {name: str(path) for name, path in names.items()}


def interrupted(arguments, delay, number, scratch):
    """How a command ended: its exit code, the seconds from the signal on, what it said."""
    process = subprocess.Popen(
        [*NALMX, *arguments], env=environment(scratch), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        pass
    else:
        return process.returncode, None, process.stderr.read()
    sent = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate()
    return process.returncode, time.monotonic() - sent, said


def left_behind(directory):
    """Files that a finished write would have renamed."""
    return [str(p) for p in directory.rglob("*") if p.suffix in (".partial", ".tmp")]


def go_on(arguments, directory):
    """The command that goes on with what was interrupted; None where nothing was begun."""
    if "{}" not in arguments or not directory.exists():
        return None
    if arguments[0] == "bench":
        return [str(directory) if a == "{}" else a for a in arguments]
    return ["train-and-extract", "--output", str(directory), "--resume"]


def record(n, seed, folder, names):
    r = random.Random(f"{seed} {n}")
    kind = list(KINDS)[n % len(KINDS)]
    number = r.choice([signal.SIGINT, signal.SIGTERM])
    delay = r.uniform(0.5, r.choice([3, 6, 12]))
    directory, scratch = folder / f"out-{n}", folder / f"scratch-{n}"
    scratch.mkdir()
    arguments = [names.get(a.strip("{}"), a) if a.startswith("{") else a for a in KINDS[kind]]
    own = [str(directory) if a == "{}" else a for a in arguments]
    code, seconds, said = interrupted(own, delay, number, scratch)
    found = {"kind": kind, "signal": number.name, "after": round(delay, 2), "code": code}
    found["seconds"] = None if seconds is None else round(seconds, 2)
    found["late"] = seconds is not None and seconds > LIMIT
    found["wrong_code"] = seconds is not None and code != 130
    found["half_written"] = left_behind(directory)
    found["temporary"] = sorted(p.name for p in scratch.glob("nalmx-*"))
    found["goes_on"] = None
    again = go_on(arguments, directory)
    if again is not None:
        code, _, told = interrupted(again, 8.0, signal.SIGINT, scratch)
        found["goes_on"] = code in (0, 1, 3, 130)
        said += told
    wrong = found["late"] or found["wrong_code"] or found["half_written"]
    if wrong or found["goes_on"] is False or "internal error" in said:
        found["said"] = said[-400:]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("number", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    # A shell lets what it runs in the background ignore Ctrl-C; the commands must not inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    records = []
    with tempfile.TemporaryDirectory(prefix="interrupts-") as name:
        folder = Path(name)
        names = prepared(folder)
        for n in range(options.number):
            one = record(n, options.seed, folder, names)
            records.append(one)
            flags = [f for f in ("late", "wrong_code", "half_written", "temporary") if one[f]]
            flags += ["lost"] if one["goes_on"] is False else []
            print(
                f"{n:3} {one['kind']:20} {one['signal']} after {one['after']:5.2f} s: "
                f"code {one['code']}, {one['seconds']} s {' '.join(flags)}",
                flush=True,
            )
    ended = [one["seconds"] for one in records if one["seconds"] is not None]
    figures = {
        "commands": len(records),
        "seed": options.seed,
        "interrupted": len(ended),
        "late": sum(one["late"] for one in records),
        "slowest": max(ended, default=None),
        "wrong_codes": sum(one["wrong_code"] for one in records),
        "half_written": sum(bool(one["half_written"]) for one in records),
        "temporary_folders_left": sum(bool(one["temporary"]) for one in records),
        "gone_on_with": Counter(str(one["goes_on"]) for one in records),
    }
    print(json.dumps(figures, indent=2))
    text = json.dumps({**figures, "records": records}, indent=1)
    options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
