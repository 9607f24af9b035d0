"""Every sequence task, ten runs each: are machines learnt on lengths up to 20 exact at 10,000?

    python benchmarks/sequence_tasks.py [RUNS] [METHOD] [TASK,TASK…] [PROCESSES]

Each run draws its own training examples. Machines answer autoregressively; a sequence counts where the
whole answer is right, to the last token and the end. Also: 50 training sequences, and 1,500 answer
positions of which a tenth is wrong (learned with `noise="auto"`). Writes
benchmarks/results/sequence_tasks.json (or, for METHOD gradient, sequence_tasks_gradient.json); what
stands there is not run again (delete the file to begin anew).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from nalmx.pntm.learn.learn import learn
from nalmx.pntm.machine import accuracy
from nalmx.pntm.tasks import BASIC_TASK_NAMES, Example, SequenceTask, sequence_task

LONGEST = 20
SEQUENCES = 1500
LENGTHS = {40: 100, 100: 100, 500: 100, 1_000: 20, 10_000: 5}
SCARCE = ("copy", "addition", "comparison", "sort")
RESULTS = Path(__file__).parent / "results" / "sequence_tasks.json"


def plenty(task: SequenceTask, random: np.random.Generator) -> list[Example]:
    """The training examples of the command line's default."""
    return task.examples(random, SEQUENCES, LONGEST)


def fifty(task: SequenceTask, random: np.random.Generator) -> list[Example]:
    """Fifty training sequences."""
    return task.examples(random, 50, LONGEST)


def noisy(task: SequenceTask, random: np.random.Generator) -> list[Example]:
    """Examples with 1,500 answer positions, each wrong with a probability of a tenth."""
    found, positions = [], 0
    while positions < 1_500:
        example = task.examples(random, 1, LONGEST)[0]
        answer = list(example.answer)
        for at, token in enumerate(answer):
            if random.random() < 0.1:
                others = [t for t in task.answer_tokens if t != token]
                answer[at] = others[random.integers(len(others))]
        positions += len(answer)
        found.append(Example(example.prompt, tuple(answer)))
    return found


DRAWS: dict[str, tuple[Callable[[SequenceTask, np.random.Generator], list[Example]], Any]] = {
    "1500 sequences": (plenty, None),
    "50 sequences": (fifty, None),
    "10 % wrong": (noisy, "auto"),
}  # how examples are drawn, and what noise is allowed
Job = tuple[str, str, int, Any]


def run(job: Job) -> tuple[Job, dict[str, Any]]:
    """Learn a task once and test it at every length."""
    title, name, seed, method = job
    task, (draw, noise) = sequence_task(name), DRAWS[title]
    examples = draw(task, np.random.default_rng(seed))
    began = time.perf_counter()
    learned = learn(examples, method=method, seed=seed, noise=noise)
    seconds = time.perf_counter() - began
    random = np.random.default_rng(10_000 + seed)
    exact = {
        length: accuracy(learned.machine, task.examples(random, count, length, length))
        for length, count in LENGTHS.items()
    }
    return job, {
        "seed": seed,
        "way": learned.way,
        "learned": learned.learned,
        "reason": learned.reason,
        "seconds": round(seconds, 2),
        "tapes": learned.machine.tapes,
        "states": learned.machine.states,
        "entries": learned.machine.entries,
        "exact": exact,
    }


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    method = sys.argv[2] if len(sys.argv) > 2 else "auto"
    tasks = tuple(sys.argv[3].split(",")) if len(sys.argv) > 3 else BASIC_TASK_NAMES
    processes = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    path = RESULTS if method == "auto" else RESULTS.with_stem(f"sequence_tasks_{method}")
    record: dict[str, Any] = {"method": method, "lengths": LENGTHS, "tasks": {}}
    if path.exists():
        record = json.loads(path.read_text())
    learn(plenty(sequence_task("parity"), np.random.default_rng(0)), method="discrete")  # compiles
    jobs: list[Job] = []
    for title in DRAWS if method != "gradient" else [*DRAWS][:1]:
        for name in [n for n in tasks if title == "1500 sequences" or n in SCARCE]:
            known = record["tasks"].setdefault(title, {}).setdefault(name, {"runs": []})["runs"]
            done = {one["seed"] for one in known}
            jobs += [(title, name, seed, method) for seed in range(runs) if seed not in done]
    # What takes longest comes first.
    jobs.sort(key=lambda job: [*DRAWS].index(job[0]), reverse=processes > 1)
    with get_context("spawn").Pool(processes) as pool:
        for (title, name, _, _), found in pool.imap_unordered(run, jobs):
            _keep(record["tasks"][title][name], found)
            path.write_text(json.dumps(record, indent=1) + "\n")
            if len(record["tasks"][title][name]["runs"]) == runs:
                _show(title, name, record["tasks"][title][name])


def _keep(runs_of: dict[str, Any], found: dict[str, Any]) -> None:
    runs = runs_of["runs"] = sorted([*runs_of["runs"], found], key=lambda one: one["seed"])
    runs_of["perfect"] = sum(one["learned"] and min(one["exact"].values()) == 1 for one in runs)
    runs_of["median_seconds"] = statistics.median(one["seconds"] for one in runs)


def _show(title: str, name: str, runs_of: dict[str, Any]) -> None:
    found = runs_of["runs"]
    print(
        f"{title:15} {name:20} learned, exact at every length {runs_of['perfect']:2}/{len(found)}  "
        f"median {runs_of['median_seconds']:5.1f} s, "
        f"longest {max(r['seconds'] for r in found):5.1f} s  "
        f"tapes {sorted({r['tapes'] for r in found})} "
        f"entries {sorted({r['entries'] for r in found})} "
        f"{'/'.join(sorted({r['way'] for r in found}))}",
        flush=True,
    )


if __name__ == "__main__":
    main()
