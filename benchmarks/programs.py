"""Programs of every sequence task, ten runs each: are they right, proved, small and fast?

    python benchmarks/programs.py [RUNS]

Each run draws its own 1,500 training examples, learns a machine and extracts the program. A program
counts as exact if it answers 100 random prompts of length 1,000 and 20 of length 10,000 without a
mistake. Machine and program are compared with the task's truth for prompts of every length; the proof
is replayed from its certificate. Where there is none, the first run looks for the longest prompts all
of which can be answered within a minute. Rules of a program are the ways into the answers of its
table; beside them stand those of the smallest table that we could write by hand. Speed counts the
tokens of prompts of length 10,000, `=` and the tokens of their answers. Writes
benchmarks/results/programs.json; a run that stands there is not run again (delete the file to begin
anew).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from nalmx.pntm.learn.learn import learn
from nalmx.pntm.machine import Machine
from nalmx.pntm.program import Program, extract_program
from nalmx.pntm.proofs.certificate import SequenceCertificate
from nalmx.pntm.proofs.check import check_truth
from nalmx.pntm.proofs.verdict import SequenceVerdict
from nalmx.pntm.tasks import BASIC_TASK_NAMES, Example, SequenceTask, sequence_task
from nalmx.verify.effort import Effort

LONGEST = 20
SEQUENCES = 1500
LENGTHS = {1_000: 100, 10_000: 20}
FASTEST_OF = 3  # timings; other work on the computer only ever makes one slower
ROOM = 4  # tokens that an answer may be too long before it counts as endless
TOKENS, BRIEFLY = 15_000_000, 250_000  # of enumeration in the first run and in the others
RESULTS = Path(__file__).parent / "results" / "programs.json"

# The smallest tables that we could write by hand, and what they ask. They count as those of programs
# do: a way into an answer is a rule, parts that are equal are written once, "else" is one way, and
# no way asks a thing twice. `=` goes with the token of the start, by "else". The register tells the
# parts of a prompt apart, no more: a program whose register follows the state of the task can have
# fewer rules, in exchange for more states.
BY_HAND = {
    "parity": 5,  # bit 0: last 1, else; bit 1: last 1, else; blank: the end
    "cycle-navigation": 16,  # each of 3 moves: 5 last positions; blank: the end
    # times 0 is 0 at once; 6 sums that are no identity, 5 products, the identity: 7 last values each
    "modular-arithmetic": 86,
    "s3": 37,  # each of 6 permutations: 6 last products; blank: the end
    "s5": 601,  # each of 5 generators: 120 last products; blank: the end
    "copy": 9,  # 8 letters; blank: the end
    "reverse": 9,  # the same, read backwards
    # no mark left: the end; else 8 letters; blank: the bar, after which the reading begins again
    "repeat-copy": 10,
    "duplicate": 10,  # 8 letters; blank: the end if a second tape shows a bar was said, else the bar
    "associative-recall": 9,  # 8 values from the key's own cell; blank: the end
    # The carry follows from the column before and its digit: two ones, or unequal bits that gave 0.
    # No carry and no column left, on a tape that both operands mark: the end. Else the parity of two
    # bits and the carry, whose last bit is asked in two ways.
    "addition": 5,
    "addition-big-endian": 5,  # the same; both operands are read from their last digit
    "subtraction": 5,  # the same with a borrow; the first operand marks what is left by itself
    # The carry from the digit before and what it gave; each of 7 carries: 10 digits, where blank goes
    # with 0 unless the carry is 0; then it is the end.
    "multiply": 71,
    # no column left: the end; bits differ: < or >; else the last verdict, one of three
    "comparison": 6,
    "sort": 4,  # a tape for each symbol: is a 1 left, a 2, a 3, or nothing?
    "majority": 4,  # after `=`: a cell that only more a's reach, one that only more b's do; else; end
    "anbncn": 3,  # two tapes of a's: is one left for b, one for c, or none?
    "stack": 5,  # 4 items, from where the last push or pop left the head; blank: the end
}


def checked_within(
    machine: Machine, task: SequenceTask, tokens: int
) -> tuple[SequenceVerdict, float | None]:
    """The verdict on a machine, and how long looking for a proof and checking it took."""
    begun: list[float] = []

    def note(doing: str) -> None:
        if "proof" in doing and not begun:
            begun.append(time.perf_counter())

    checked = check_truth(machine, task, Effort(tokens=tokens, seconds=600.0), note)
    proved = checked.verdict == "proved"
    return checked, time.perf_counter() - begun[0] if proved else None


def verdict_of(machine: Machine, task: SequenceTask, tokens: int) -> dict[str, Any]:
    """What is established of a machine, and whether that can be replayed."""
    checked, proving = checked_within(machine, task, tokens)
    found: dict[str, Any] = {
        "verdict": checked.verdict,
        "seconds": round(checked.seconds, 3),
    }
    if proving is not None:
        certificate = SequenceCertificate.of(machine, task, checked, "benchmark")
        written = json.loads(json.dumps(dict(certificate.data)))
        replay = SequenceCertificate.from_json(written, "the certificate").replay()
        found["proof_seconds"] = round(proving, 3)
        found["replay_seconds"] = round(replay.seconds, 3)
        found["replayed"] = replay.established
        return found
    found["reason"] = checked.reason
    if checked.longest is not None:
        found["all_prompts_up_to"] = checked.longest
        found["enumerated_tokens"] = tokens
    if checked.counterexample is not None:
        found["counterexample"] = checked.counterexample.to_json()
    return found


def right(program: Program, examples: list[Example]) -> int:
    """How many examples a program answers as they say."""
    limits = [len(example.answer) + ROOM for example in examples]
    said = program.run_all([example.prompt for example in examples], limits)
    return sum(own == example.answer for own, example in zip(said, examples, strict=True))


def tokens_a_second(program: Program, examples: list[Example]) -> float:
    """How many tokens of prompts and answers a program goes through, `=` included."""
    prompts = [example.prompt for example in examples]
    limits = [len(example.answer) + ROOM for example in examples]
    seconds = []
    for _ in range(FASTEST_OF):
        began = time.perf_counter()
        said = program.run_all(prompts, limits)
        seconds.append(time.perf_counter() - began)
    tokens = sum(len(p) + 1 + len(a or ()) for p, a in zip(prompts, said, strict=True))
    return tokens / min(seconds)


def run(task: SequenceTask, seed: int) -> dict[str, Any]:
    """Learn a task, extract its program, and see what that does."""
    examples = task.examples(np.random.default_rng(seed), SEQUENCES, LONGEST)
    learned = learn(examples, method="auto", seed=seed)
    began = time.perf_counter()
    program = extract_program(learned.machine, task, seed)
    seconds = time.perf_counter() - began
    random = np.random.default_rng(20_000 + seed)
    tests = {n: task.examples(random, count, n, n) for n, count in LENGTHS.items()}
    enumeration = TOKENS if seed == 0 else BRIEFLY
    return {
        "seed": seed,
        "way": learned.way,
        "learned": learned.learned,
        "learning_seconds": round(learned.seconds, 2),
        "extraction_seconds": round(seconds, 3),
        "machine_entries": learned.machine.entries,
        "rules": program.rules,
        "tapes": program.machine.tapes,
        "states": program.machine.states,
        "exact": {n: right(program, some) / len(some) for n, some in tests.items()},
        "tokens_a_second": round(tokens_a_second(program, tests[max(tests)])),
        "machine": verdict_of(learned.machine, task, enumeration),
        "program": verdict_of(program.machine, task, enumeration),
    }


def summary(name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """What the runs of a task have in common."""
    proofs = [r["program"] for r in runs if r["program"]["verdict"] == "proved"]
    rules = sorted({r["rules"] for r in runs})
    longest = [r["program"].get("all_prompts_up_to") for r in runs if r["seed"] == 0]
    return {
        "exact": sum(min(r["exact"].values()) == 1 for r in runs),
        "machines_proved": sum(r["machine"]["verdict"] == "proved" for r in runs),
        "proved": len(proofs),
        "replayed": sum(proof["replayed"] for proof in proofs),
        "verdicts": sorted({r["program"]["verdict"] for r in runs}),
        "all_prompts_up_to": longest[0] if longest else None,
        "rules": rules,
        "states": sorted({r["states"] for r in runs}),
        "by_hand": BY_HAND[name],
        "ratio": round(statistics.median(r["rules"] for r in runs) / BY_HAND[name], 2),
        "median_extraction_seconds": statistics.median(r["extraction_seconds"] for r in runs),
        "median_proof_seconds": _median([proof["proof_seconds"] for proof in proofs]),
        "median_replay_seconds": _median([proof["replay_seconds"] for proof in proofs]),
        "median_tokens_a_second": statistics.median(r["tokens_a_second"] for r in runs),
    }


def _median(numbers: list[float]) -> float | None:
    return statistics.median(numbers) if numbers else None


def line(name: str, runs: int, found: dict[str, Any]) -> str:
    """A summary as a line to print."""
    if found["proved"]:
        proof = (
            f"proof {found['median_proof_seconds']:5.2f} s "
            f"replay {found['median_replay_seconds']:5.2f} s"
        )
    elif found["all_prompts_up_to"]:
        proof = f"all prompts of up to {found['all_prompts_up_to']} tokens"
    else:
        proof = "/".join(found["verdicts"])
    rules = "/".join(map(str, found["rules"]))
    return (
        f"{name:20} exact {found['exact']:2}/{runs}  "
        f"proved {found['proved']:2}/{runs} (machines {found['machines_proved']:2})  "
        f"rules {rules:>8} by hand {found['by_hand']:3} ratio {found['ratio']:5.2f} "
        f"states {'/'.join(map(str, found['states']))}  "
        f"extraction {found['median_extraction_seconds']:5.2f} s  {proof:28}  "
        f"{found['median_tokens_a_second'] / 1e6:5.1f} M tokens/s"
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    record: dict[str, Any] = {"lengths": LENGTHS, "tasks": {}}
    if RESULTS.exists():
        record = json.loads(RESULTS.read_text())
    warm = sequence_task("parity").examples(np.random.default_rng(0), 200, LONGEST)
    compiled = Program(learn(warm, method="discrete").machine)
    compiled.run_all([warm[0].prompt], [LONGEST + ROOM])
    for name in BASIC_TASK_NAMES:
        task = sequence_task(name)
        known = record["tasks"].get(name, {"runs": []})
        seeds = {r["seed"] for r in known["runs"]}
        if len(seeds) >= runs:
            continue
        for seed in range(runs):
            if seed not in seeds:
                known["runs"].append(run(task, seed))
                known["summary"] = summary(name, known["runs"])
                record["tasks"][name] = known
                RESULTS.write_text(json.dumps(record, indent=1) + "\n")
        print(line(name, len(known["runs"]), known["summary"]), flush=True)


if __name__ == "__main__":
    main()
