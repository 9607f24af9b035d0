"""Tasks of one's own, given as files of examples: what the command line learns with its defaults.

    python benchmarks/tasks_from_examples.py [TASK ...] [--seed SEED] [--processes N] [--output FILE]

None of these tasks is among the package's own. Each is written to JSON-lines files, 1,000 training
prompts of lengths up to 20 and tests of lengths 40, 200 and 1,000, and is then learned by
`nalmx train-and-extract --module pntm --examples … --test …` in a process of its own. An example
counts where the whole answer is right, to the last token and the end. Seconds are those of the
learning alone. Writes benchmarks/results/tasks_from_examples.json.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from itertools import accumulate, pairwise
from multiprocessing.pool import ThreadPool
from pathlib import Path

from nalmx.pntm.tasks import Example
from nalmx.pntm.tasks.examples import write_examples

TRAINING, LONGEST = 1000, 20
LENGTHS = {40: 100, 200: 50, 1000: 10}
TIME_LIMIT = 1800
RESULTS = Path(__file__).parent / "results" / "tasks_from_examples.json"
COMMAND = "import sys; from nalmx.cli import main; sys.exit(main(sys.argv[1:]))"
STATES = 10
STEPS = random.Random(5)
TRANSITIONS = {
    (state, letter): STEPS.randrange(STATES) for state in range(STATES) for letter in "abc"
}
OUTPUTS = [STEPS.choice("xy") for _ in range(STATES)]


def mapped(letters, answer):
    """A prompt of as many letters as asked for, and what a function says to it."""

    def draw(source, length):
        prompt = source.choices(letters, k=length)
        return prompt, answer(prompt)

    return draw


def two_operands(sign, letters, answer):
    """Two operands of half the length each, with a sign between them."""

    def draw(source, length):
        half = max(1, (length - 1) // 2)
        one, other = source.choices(letters, k=half), source.choices(letters, k=half)
        return [*one, sign, *other], answer(one, other)

    return draw


def bitwise(sign, operation):
    return two_operands(
        sign, "01", lambda one, other: [operation(a, b) for a, b in zip(one, other, strict=True)]
    )


def even(letters, answer):
    """Prompts of an even length."""
    return lambda source, length: mapped(letters, answer)(source, max(2, length // 2 * 2))


def windows(prompt, before, after=0):
    """Every symbol with its neighbours, zeros beyond both ends."""
    padded = ["0"] * before + prompt + ["0"] * after
    return [padded[at : at + before + 1 + after] for at in range(len(prompt))]


def xor(a, b):
    return str(int(a != b))


def delay(by):
    return mapped("01", lambda prompt: (["0"] * by + prompt)[: len(prompt)])


def number(bits):
    """Of bits, the least significant first."""
    return sum(int(bit) << place for place, bit in enumerate(bits))


def bits_of(value, count):
    return [str(value >> place & 1) for place in range(count)]


def increment(prompt):
    value = number(prompt) + 1
    return bits_of(value, max(len(prompt), value.bit_length()))


def states(prompt):
    """The states that the machine of ten states passes through."""
    return list(accumulate(prompt, lambda state, letter: TRANSITIONS[state, letter], initial=0))[1:]


TASKS = {
    "xor": bitwise("^", xor),
    "and": bitwise("&", min),
    "not": mapped("01", lambda prompt: [xor(bit, "1") for bit in prompt]),
    "delay by 1": delay(1),
    "delay by 3": delay(3),
    "delay by 5": delay(5),
    "majority of neighbours": mapped(
        "01", lambda prompt: [sorted(window)[1] for window in windows(prompt, 1, 1)]
    ),
    "edges": mapped("01", lambda prompt: [xor(*window) for window in windows(prompt, 1)]),
    "sum of last three mod 2": mapped(
        "01", lambda prompt: [str(window.count("1") % 2) for window in windows(prompt, 2)]
    ),
    "every second symbol": mapped("abcd", lambda prompt: prompt[::2]),
    "drop zeros": mapped("0123", lambda prompt: [token for token in prompt if token != "0"]),
    "increment": mapped("01", increment),
    "two's complement": mapped(
        "01", lambda prompt: bits_of(-number(prompt) % 2 ** len(prompt), len(prompt))
    ),
    "Gray code": mapped(
        "01", lambda prompt: [prompt[0], *(xor(a, b) for a, b in pairwise(prompt))]
    ),
    "rotate": mapped("abcd", lambda prompt: prompt[1:] + prompt[:1]),
    "mirror": mapped("abc", lambda prompt: prompt + prompt[::-1]),
    "running maximum": mapped("01234", lambda prompt: list(accumulate(prompt, max))),
    "swap neighbours": even("abc", lambda prompt: [prompt[at ^ 1] for at in range(len(prompt))]),
    "double each symbol": mapped("abc", lambda prompt: [token for token in prompt for _ in "12"]),
    "interleave": two_operands(
        "|", "abcd", lambda one, other: [t for pair in zip(one, other, strict=True) for t in pair]
    ),
    "ten states, running outputs": mapped(
        "abc", lambda prompt: [OUTPUTS[state] for state in states(prompt)]
    ),
    "ten states, final state": mapped("abc", lambda prompt: [f"s{states(prompt)[-1]}"]),
    "parity, one answer": mapped("01", lambda prompt: [str(prompt.count("1") % 2)]),
}


def drawn(draw, source, lengths):
    return [Example(*map(tuple, draw(source, length))) for length in lengths]


def training(task, draw, seed):
    """The examples to learn a task from, and the source that its tests are drawn from next."""
    source = random.Random(f"{task} {seed}")
    lengths = [source.randint(1, LONGEST) for _ in range(TRAINING)]
    return drawn(draw, source, lengths), source


def run(task, draw, seed, directory):
    """Write a task's files, learn it from them in another process, and read what that found."""
    examples, source = training(task, draw, seed)
    file = directory / "train.jsonl"
    write_examples(file, examples)
    tests = {length: directory / f"length-{length}.jsonl" for length in LENGTHS}
    for length, path in tests.items():
        write_examples(path, drawn(draw, source, [length] * LENGTHS[length]))
    arguments = ["train-and-extract", "--module", "pntm", "--examples", str(file)]
    arguments += [part for path in tests.values() for part in ("--test", str(path))]
    arguments += ["--output", str(directory / "run"), "--json", "--quiet"]
    facts = {"task": task, "seed": seed}
    try:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {**facts, "learned": False, "error": f"no end within {TIME_LIMIT} s"}
    except json.JSONDecodeError:
        return {**facts, "learned": False, "error": done.stderr.strip()[-500:]}
    accuracy = {length: found["accuracy"][str(path)] for length, path in tests.items()}
    kept = ("learned", "method", "tapes", "states", "entries", "seconds")
    return {**facts, **{name: found[name] for name in kept}, "accuracy": accuracy}


def learned(task, draw, seed):
    with tempfile.TemporaryDirectory() as directory:
        return run(task, draw, seed, Path(directory))


def main(tasks, results_file, summary):
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("tasks", nargs="*", default=[*tasks], metavar="TASK")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--output", type=Path, default=results_file)
    options = parser.parse_args()
    if unknown := [task for task in options.tasks if task not in tasks]:
        parser.error(f"unknown tasks {', '.join(unknown)}; known are {', '.join(tasks)}")
    results = []
    heads = "".join(f"{length:>8}" for length in LENGTHS)
    print(f"{'task':30}{'learned':>8}{heads}{'tapes':>7}{'states':>8}{'entries':>9}{'seconds':>9}")
    pool = ThreadPool(options.processes)
    for result in pool.imap(lambda task: learned(task, tasks[task], options.seed), options.tasks):
        task = result["task"]
        results.append(result)
        if "error" in result:
            print(f"{task:30}{'no':>8}  {result['error'].splitlines()[-1:]}", flush=True)
        else:
            parts = "".join(f"{part:8.1%}" for part in result["accuracy"].values())
            print(
                f"{task:30}{'yes' if result['learned'] else 'no':>8}{parts}{result['tapes']:7}"
                f"{result['states']:8}{result['entries']:9}{result['seconds']:9.1f}",
                flush=True,
            )
        record = {"training": TRAINING, "longest": LONGEST, "lengths": LENGTHS, "results": results}
        options.output.write_text(json.dumps(record, indent=1) + "\n")
    exact = [min(result.get("accuracy", {0: 0}).values()) == 1 for result in results]
    wrong = sum(r["learned"] and not right for r, right in zip(results, exact, strict=True))
    print(
        f"exact at every length: {sum(exact)} of {len(results)}; not learned: "
        f"{sum(not result['learned'] for result in results)}; learned and wrong: {wrong}"
    )


if __name__ == "__main__":
    main(TASKS, RESULTS, __doc__.splitlines()[0])
