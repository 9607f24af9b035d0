"""Verdicts on claims whose answers are known: false ones of every class, and true ones.

    python benchmarks/verdicts.py [--false 50000] [--workers 2] [--seconds 10] [--fresh]

Checks the false claims of the generator in `tests/claims` (none may be `proved` or `bounded`; how many
are refuted within the seconds?), its true claims, and those of every trained module (how many get the
strongest verdict that is possible, and how fast?). Each counterexample is checked by an evaluator that
shares no code with nalmx. A claim that takes much longer than its seconds is stopped and counted as
`hung`. Verdicts are appended to runs/verdicts.jsonl, and the same command continues after an
interruption; `--fresh` begins anew, which a changed engine calls for.
Writes benchmarks/results/verdicts.json.
"""

import argparse
import hashlib
import json
import multiprocessing
import sys
import time
from collections import Counter, defaultdict
from multiprocessing.connection import wait
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from claims import KINDS, false_claims, true_claims  # noqa: E402
from claims.module_claims import module_claims  # noqa: E402
from claims.replay import confirmed  # noqa: E402

RESULTS = HERE / "results" / "verdicts.json"
JOURNAL = HERE.parent / "runs" / "verdicts.jsonl"
POINTS = 100_000
SETTLED, WRONG = 10, -150  # what a claim scores that is refuted, or established though it is false
ESTABLISHED = ("proved", "bounded")
LEVELS = ("proved", "bounded", "tested", "unknown", "refuted", "crashed", "hung")


def serve(connection, seconds):
    """A worker: a verdict for each claim that arrives, until there is none."""
    from nalmx.verify import Effort, check

    effort = Effort(points=POINTS, seconds=seconds)
    while (stated := connection.recv()) is not None:
        start = time.perf_counter()
        try:
            verdict = check(stated.claim(), effort)
        except Exception as error:
            found = {"verdict": "crashed", "reason": f"{type(error).__name__}: {error}"}
        else:
            found = described(stated, verdict)
        connection.send({**found, "seconds": round(time.perf_counter() - start, 4)})


def described(stated, verdict):
    found = {"verdict": verdict.verdict, "method": verdict.method}
    if verdict.verdict not in ("proved", "refuted"):
        found["reason"] = verdict.reason
    if (example := verdict.counterexample) is not None:
        found["confirmed"] = confirmed(stated, example.point, example.beyond)
    largest = getattr(verdict, "largest_difference", None)
    if verdict.verdict == "bounded" and verdict.bound and largest and float(largest) > 0:
        found["gap"] = float(verdict.bound) / float(largest)
    return found


def key_of(stated):
    """The digest of what a claim says, so that a changed one is checked again."""
    said = [stated.left, stated.right, stated.domain, stated.tolerance]
    if stated.integers or stated.where_defined or stated.spelled:
        said += [stated.integers, stated.where_defined, stated.spelled]
    said = json.dumps(said)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def patience(seconds):
    return 3 * seconds + 30


class Worker:
    """A process and the claim it is at."""

    def __init__(self, seconds):
        context = multiprocessing.get_context("spawn")
        self.seconds = seconds
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, seconds), daemon=True)
        self.process.start()
        self.stated, self.since = None, 0.0

    def give(self, stated):
        self.stated, self.since = stated, time.monotonic()
        self.connection.send(stated)

    def is_late(self):
        """Whether the claim takes much longer than the stages of a check are given."""
        return time.monotonic() - self.since > patience(self.seconds)

    def stop(self):
        self.process.kill()
        self.process.join()


def checked(claims, workers, seconds, known, journal):
    """The verdicts of claims by key: those known already, and the rest from the workers."""
    waiting = [stated for stated in claims if key_of(stated) not in known]
    print(f"{len(waiting)} claims to check, {len(claims) - len(waiting)} known", flush=True)
    queue, total, start = iter(waiting), len(waiting), time.monotonic()
    pool = [Worker(seconds) for _ in range(min(workers, total))]
    done = 0

    def record(worker, found):
        stated = worker.stated
        known[key_of(stated)] = found
        line = {"key": key_of(stated), "name": stated.name, **found}
        journal.write(json.dumps(line) + "\n")
        journal.flush()
        worker.stated = None

    for worker in pool:
        worker.give(next(queue))
    while busy := [worker for worker in pool if worker.stated is not None]:
        ready = wait([worker.connection for worker in busy], timeout=1.0)
        for place, worker in enumerate(pool):
            if worker.stated is None:
                continue
            if worker.connection in ready:
                try:
                    record(worker, worker.connection.recv())
                except (EOFError, OSError):
                    record(worker, {"verdict": "crashed", "reason": "the process ended"})
                    worker.stop()
                    pool[place] = worker = Worker(seconds)
            elif worker.is_late():
                record(worker, {"verdict": "hung", "seconds": patience(seconds)})
                worker.stop()
                pool[place] = worker = Worker(seconds)
            else:
                continue
            done += 1
            if done % 500 == 0:
                rate = done / (time.monotonic() - start)
                print(f"  {done} of {total}, {rate:.1f} a second", flush=True)
            if (stated := next(queue, None)) is not None:
                worker.give(stated)
    for worker in pool:
        worker.stop()
    return {stated.name: known[key_of(stated)] for stated in claims}


def about(stated, found):
    """What a person needs to look into one claim."""
    said = {"name": stated.name, "left": stated.left[:300], "right": stated.right[:300]}
    said |= {"domain": list(stated.domain)[:6], "tolerance": stated.tolerance}
    return {**said, **{name: found.get(name) for name in ("verdict", "reason", "seconds")}}


def figures_of_false(claims, verdicts, seconds):
    classes = {kind: Counter() for kind in KINDS}
    wrong, unconfirmed, crashed, in_time = [], [], [], 0
    for stated in claims:
        found = verdicts[stated.name]
        classes[stated.kind][found["verdict"]] += 1
        in_time += found["verdict"] == "refuted" and found["seconds"] <= seconds
        if found["verdict"] in ESTABLISHED:
            wrong.append(about(stated, found))
        if found.get("confirmed") is False:
            unconfirmed.append(about(stated, found))
        if found["verdict"] in ("crashed", "hung"):
            crashed.append(about(stated, found))
    refuted = sum(counts["refuted"] for counts in classes.values())
    return {
        "claims": len(claims),
        "wrongly_established": len(wrong),
        "score": SETTLED * refuted + WRONG * len(wrong),
        "refuted": refuted / len(claims),
        "refuted_in_time": in_time / len(claims),
        "median_seconds": median(verdicts[stated.name].get("seconds", 0) for stated in claims),
        "classes": {kind: ordered(counts) for kind, counts in classes.items()},
        "classes_left_open": {
            kind: round(1 - counts["refuted"] / counts.total(), 4)
            for kind, counts in classes.items()
            if counts.total() > counts["refuted"]
        },
        "wrong": wrong[:50],
        "unconfirmed": unconfirmed[:50],
        "crashed_or_hung": crashed[:50],
    }


def figures_of_true(claims, verdicts):
    families = defaultdict(Counter)
    missed, refuted, gaps, times = [], [], [], []
    for stated in claims:
        found = verdicts[stated.name]
        families[stated.kind]["claims"] += 1
        achieved = found["verdict"] == stated.expected or found["verdict"] == "proved"
        families[stated.kind]["as expected"] += achieved
        families[stated.kind][found["verdict"]] += 1
        times.append((found.get("seconds", 0), stated.name))
        if found["verdict"] == "refuted":
            refuted.append(about(stated, found))
        if not achieved:
            missed.append(about(stated, found))
        if "gap" in found:
            gaps.append(found["gap"])
    exact = [stated for stated in claims if stated.expected == "proved"]
    near = [stated for stated in claims if stated.expected == "bounded"]
    return {
        "claims": len(claims),
        "wrongly_refuted": len(refuted),
        "proved_of_exact": share(exact, verdicts, ("proved",)),
        "bounded_of_tolerated": share(near, verdicts, ESTABLISHED),
        "median_seconds": median(seconds for seconds, _ in times),
        "slowest": sorted(times, reverse=True)[:15],
        "gap_ratio": {"median": median(gaps), "largest": max(gaps)} if gaps else None,
        "families": {kind: dict(counts) for kind, counts in families.items()},
        "refuted": refuted,
        "not_achieved": missed,
    }


def share(claims, verdicts, levels):
    good = sum(verdicts[stated.name]["verdict"] in levels for stated in claims)
    return good / len(claims) if claims else None


def percent(part):
    return "none" if part is None else f"{part:.2%}"


def ordered(counts):
    return {level: counts[level] for level in LEVELS if counts[level]}


def show(figures):
    false, true = figures["false"], figures["true"]
    if false:
        print(
            f"\n{false['claims']} false claims: {false['wrongly_established']} established wrongly,"
        )
        print(f"  {false['refuted_in_time']:.2%} refuted within {figures['seconds']:g} s")
        for kind, counts in false["classes"].items():
            print(f"  {kind:50} " + ", ".join(f"{n} {level}" for level, n in counts.items()))
    if true:
        print(f"\n{true['claims']} true claims: {true['wrongly_refuted']} refuted wrongly,")
        print(f"  of the exact ones proved: {percent(true['proved_of_exact'])},")
        print(
            f"  of those with a tolerance bounded or proved: {percent(true['bounded_of_tolerated'])},"
        )
        print(
            f"  median {true['median_seconds']:.3f} s; bound / largest difference: {true['gap_ratio']}"
        )
        for kind, counts in true["families"].items():
            print(f"  {kind:50} {counts['as expected']} of {counts['claims']}")


def main():
    parser = argparse.ArgumentParser(description="Verdicts on claims with known answers.")
    parser.add_argument("--false", type=int, default=50_000, help="how many false claims")
    parser.add_argument("--true", type=int, default=None, help="how many true claims (all)")
    parser.add_argument("--seed", type=int, default=0, help="of the false claims")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each claim")
    parser.add_argument("--fresh", action="store_true", help="forget the verdicts of earlier runs")
    parser.add_argument("--journal", type=Path, default=JOURNAL)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    options.journal.parent.mkdir(parents=True, exist_ok=True)
    if options.fresh:
        options.journal.unlink(missing_ok=True)
    known = {}
    if options.journal.exists():
        for line in options.journal.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            known[entry["key"]] = entry
    true = [*true_claims(), *module_claims()][: options.true]
    false = list(false_claims(options.false, options.seed))
    settings = options.workers, options.seconds, known
    with options.journal.open("a", encoding="utf-8") as journal:
        of_true = checked(true, *settings, journal)
        of_false = checked(false, *settings, journal)
    figures = {
        "seconds": options.seconds,
        "seed": options.seed,
        "false": figures_of_false(false, of_false, options.seconds) if false else None,
        "true": figures_of_true(true, of_true) if true else None,
    }
    show(figures)
    options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
