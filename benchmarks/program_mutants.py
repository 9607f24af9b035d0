"""Is a program with one mistake ever proved right? A thousand such programs, of every sequence task.

    python benchmarks/program_mutants.py [COUNT]

The program of a task is learned once (seed 0, kept in runs/program_mutants/). Each mutant has one
change: an answer of the table, how far a head moves in one row, what a row writes, where a head
starts, or where the register goes. An interpreter and an enumeration of prompts that share no code
with nalmx tell those that answer a prompt wrongly from those that seem to behave as before; only the
former count towards COUNT. None of them may be `proved`, and nearly all should be refuted, by a
counterexample that the interpreter confirms, that can be replayed from a certificate, and that is a
shortest one where it says so. Since tests find what is wrong before a proof is looked for, the proof of
the right program is offered for each mutant besides, and for every fourth one a proof is looked for
without tests: none may be taken or found. Of the mutants that seem to behave as before, some are
checked too: they may be proved, or else refuted by a prompt longer than those the interpreter tried.
Writes benchmarks/results/program_mutants.json; a task that stands there is not run again (delete the
file to begin anew).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from mutants import KINDS, mutant
from plain_machines import SEED, Data, Oracle

from nalmx.clock import limited
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.machine import Machine
from nalmx.pntm.program import extract_program
from nalmx.pntm.proofs.certificate import SequenceCertificate
from nalmx.pntm.proofs.check import check_truth
from nalmx.pntm.proofs.checking import check_proof
from nalmx.pntm.proofs.proof import Gap, Proof
from nalmx.pntm.proofs.search import find_proof
from nalmx.pntm.tasks import BASIC_TASK_NAMES, SequenceTask, sequence_task
from nalmx.verify.effort import Effort

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "program_mutants.json"
PROGRAMS = HERE.parent / "runs" / "program_mutants"
EFFORT = Effort(tokens=150_000, operations=500_000)
SEARCHED, SEARCHING = (
    4,
    10_000,
)  # a proof is looked for on every fourth wrong mutant, with so many questions
ALIKE_CHECKED = 4  # of the mutants of a task that seem to behave as before
ALIKE_IN_A_ROW = 400  # mutants after which no other one of a task is looked for


def program_of(task: SequenceTask) -> Data:
    """The program of a task, from where it is kept."""
    path = PROGRAMS / f"{task.name}.json"
    if not path.exists():
        examples = task.examples(np.random.default_rng(SEED), 1500, 20)
        machine = learn(examples, method="auto", seed=SEED).machine
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(extract_program(machine, task, SEED).to_json()) + "\n")
    data: Data = json.loads(path.read_text())
    return data


def verdict_on(data: Data, oracle: Oracle) -> dict[str, Any]:
    """What is said of a mutant, and how far that is true."""
    machine = Machine.from_json(data)
    began = time.perf_counter()
    try:
        checked = check_truth(machine, oracle.task, EFFORT)
    except Exception as error:
        return {"verdict": "crashed", "reason": f"{type(error).__name__}: {error}"}
    found: dict[str, Any] = {
        "verdict": checked.verdict,
        "seconds": round(time.perf_counter() - began, 3),
    }
    wrong = checked.counterexample
    if wrong is None:
        return {**found, "reason": checked.reason}
    certificate = SequenceCertificate.of(machine, oracle.task, checked, "benchmark")
    written = json.loads(json.dumps(dict(certificate.data)))
    replay = SequenceCertificate.from_json(written, "the certificate").replay()
    found["confirmed"] = oracle.confirms(data, wrong)
    found["replayed"] = replay.established
    found["tokens"] = len(wrong.prompt)
    found["shortest"] = wrong.shortest
    if wrong.shortest:
        found["none_shorter"] = oracle.none_shorter(data, len(wrong.prompt))
    return found


def proof_of(data: Data, task: SequenceTask, questions: int) -> Proof | None:
    """A proof that a machine is right, if one is found with so many questions; nothing is tested before."""
    found: Proof | Gap | None = None
    if task.specification is not None:
        with limited(questions):
            found = find_proof(Machine.from_json(data), task.specification, seed=SEED)
    return found if isinstance(found, Proof) else None


def proofs_on(
    data: Data, task: SequenceTask, right: Proof | None, looked_for: bool
) -> dict[str, Any]:
    """Whether the proof of the right program is taken for a mutant, and whether one is found."""
    made: dict[str, Any] = {}
    if right is not None and task.specification is not None:
        gap = check_proof(Machine.from_json(data), task.specification, right)
        made["proof_taken"] = gap is None
        if looked_for:
            made["proof_found"] = proof_of(data, task, SEARCHING) is not None
    return made


def mutants_of(task: SequenceTask, count: int) -> dict[str, Any]:
    """Verdicts on so many mutants of a task that answer some prompt wrongly."""
    oracle, program = Oracle(task), program_of(task)
    if oracle.wrong(program) is not None or oracle.wrong_at_length(program) is not None:
        raise SystemExit(f"the program of {task.name} is wrong; delete it, or look why")
    place, right = BASIC_TASK_NAMES.index(task.name), proof_of(program, task, 150_000)
    wrong: list[dict[str, Any]] = []
    alike: list[dict[str, Any]] = []
    seen: set[str] = set()
    in_a_row = number = same = 0
    while len(wrong) < count and in_a_row < ALIKE_IN_A_ROW:
        kind = KINDS[number % len(KINDS)]
        made = mutant(program, kind, np.random.default_rng([SEED, place, number]))
        number += 1
        in_a_row += 1
        if made is None or json.dumps(made) in seen:
            continue
        seen.add(json.dumps(made))
        known = {"number": number - 1, "kind": kind}
        prompt = oracle.wrong(made)
        if prompt is not None:
            in_a_row = 0
            proofs = proofs_on(made, task, right, len(wrong) % SEARCHED == 0)
            verdict = {**verdict_on(made, oracle), **proofs, "wrong_at": len(prompt)}
            wrong.append({**known, **verdict})
            if verdict["verdict"] == "proved" or any(proofs.values()):
                keep(task, made, wrong[-1])
            continue
        same += 1
        if len(alike) < ALIKE_CHECKED:
            alike.append({**known, **verdict_on(made, oracle)})
            if alike[-1]["verdict"] == "proved" and oracle.wrong_at_length(made) is not None:
                alike[-1]["verdict"] = "proved, and wrong"
                keep(task, made, alike[-1])
    return {**summary(wrong), "same behaviour": same, "of these": levels(alike),
            "alike": alike, "mutants": wrong}  # fmt: skip


def keep(task: SequenceTask, made: Data, verdict: dict[str, Any]) -> None:
    """Keep a wrong machine that was proved, to look into."""
    path = PROGRAMS / f"proved-{task.name}-{verdict['number']}.json"
    path.write_text(json.dumps({"verdict": verdict, "machine": made}) + "\n")


def levels(verdicts: list[dict[str, Any]]) -> dict[str, int]:
    """How often each verdict occurs."""
    return dict(sorted(Counter(verdict["verdict"] for verdict in verdicts).items()))


def summary(verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts over mutants that answer a prompt wrongly."""
    said = [verdict for verdict in verdicts if verdict.get("shortest")]
    return {
        "wrong": len(verdicts),
        "verdicts": levels(verdicts),
        "kinds": dict(sorted(Counter(verdict["kind"] for verdict in verdicts).items())),
        "confirmed": sum(verdict.get("confirmed", False) for verdict in verdicts),
        "replayed": sum(verdict.get("replayed", False) for verdict in verdicts),
        "said to be shortest": len(said),
        "shortest": sum(verdict["none_shorter"] is True for verdict in said),
        "not the shortest": sum(verdict["none_shorter"] is False for verdict in said),
        "proofs offered": sum("proof_taken" in verdict for verdict in verdicts),
        "proofs taken": sum(verdict.get("proof_taken", False) for verdict in verdicts),
        "proofs looked for": sum("proof_found" in verdict for verdict in verdicts),
        "proofs found": sum(verdict.get("proof_found", False) for verdict in verdicts),
        "median_seconds": statistics.median([v.get("seconds", 0.0) for v in verdicts] or [0.0]),
        "most_seconds": max([v.get("seconds", 0.0) for v in verdicts] or [0.0]),
    }


def line(name: str, found: dict[str, Any]) -> str:
    """Counts as a line to print."""
    verdicts = found["verdicts"]
    refuted = verdicts.get("refuted", 0)
    others = {level: n for level, n in verdicts.items() if level not in ("proved", "refuted")}
    of_alike = ", ".join(f"{n} {level}" for level, n in found["of these"].items())
    return (
        f"{name:20} wrong {found['wrong']:4}: proved {verdicts.get('proved', 0)}, "
        f"refuted {refuted:4} (confirmed {found['confirmed']:4}, replayed {found['replayed']:4}), "
        f"said shortest {found['said to be shortest']:4} (true {found['shortest']:4}, "
        f"false {found['not the shortest']}), other {others or 0}, "
        f"proofs taken {found['proofs taken']}/{found['proofs offered']}, "
        f"found {found['proofs found']}/{found['proofs looked for']}  "
        f"median {found['median_seconds']:6.3f} s, longest {found['most_seconds']:5.1f} s  "
        f"same behaviour {found['same behaviour']:3}: {of_alike}"
    )


def total(tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Counts over all tasks."""
    wrong = [verdict for found in tasks.values() for verdict in found["mutants"]]
    alike = [verdict for found in tasks.values() for verdict in found["alike"]]
    same = sum(found["same behaviour"] for found in tasks.values())
    return {**summary(wrong), "same behaviour": same, "of these": levels(alike)}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    record: dict[str, Any] = {"count": count, "seed": SEED, "tasks": {}}
    if RESULTS.exists():
        known = json.loads(RESULTS.read_text())
        record = known if known["count"] == count else record
    for place, name in enumerate(BASIC_TASK_NAMES):
        if name in record["tasks"]:
            continue
        many = count // len(BASIC_TASK_NAMES) + (place < count % len(BASIC_TASK_NAMES))
        began = time.perf_counter()
        found = mutants_of(sequence_task(name), many)
        found["seconds"] = round(time.perf_counter() - began, 1)
        print(line(name, found), flush=True)
        record["tasks"][name] = found
        record["total"] = total(record["tasks"])
        RESULTS.write_text(json.dumps(record) + "\n")
    print(line("all", record["total"]), flush=True)


if __name__ == "__main__":
    main()
