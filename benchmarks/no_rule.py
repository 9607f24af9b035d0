"""Files without a rule that a machine could learn: is any of them called learned?

    python benchmarks/no_rule.py [FILES] [SECONDS] [PROCESSES]

Random answers, unbalanced classes, contradictions, hashes of the prompt, rules that no machine of this kind
has (palindromes, primes), rules with exceptions that nothing tells, and prompts so few that they
can only be remembered. Each kind comes with numbers of examples, tokens and lengths drawn by its seed, and
is learned with the default for noise and with `noise="auto"`. Writes benchmarks/results/no_rule.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from nalmx.pntm.learn.learn import learn
from nalmx.pntm.tasks import Example

RESULTS = Path(__file__).parent / "results" / "no_rule.json"
Prompt = tuple[str, ...]
Answer = Callable[[Random, Prompt], Prompt]


def hashed(prompt: Prompt, modulus: int) -> int:
    return int.from_bytes(sha256(" ".join(prompt).encode()).digest()[:8], "big") % modulus


def prompts(random: Random, count: int, letters: str, longest: int) -> list[Prompt]:
    return [tuple(random.choices(letters, k=random.randint(1, longest))) for _ in range(count)]


def answered(make: Answer) -> Callable[[Random], list[Example]]:
    """Prompts of a random kind, each with its answer."""

    def draw(random: Random) -> list[Example]:
        letters = "abcdefgh"[: random.randint(2, 6)]
        count = random.choice([30, 60, 120, 300, 800, 1500])
        drawn = prompts(random, count, letters, random.choice([6, 10, 20]))
        return [Example(p, make(random, p)) for p in drawn]

    return draw


def palindromes(random: Random) -> list[Example]:
    found = []
    for prompt in prompts(random, 1000, "ab", 16):
        if random.random() < 0.1:
            half = prompt[: (len(prompt) + 1) // 2]
            prompt = half + half[::-1][len(prompt) % 2 :]
        found.append(Example(prompt, ("alarm" if prompt == prompt[::-1] else "ok",)))
    return found


def some_exceptions(random: Random, prompt: Prompt) -> Prompt:
    return prompt[::-1] if hashed(prompt, 10) < 3 else prompt


def a_token_wrong(random: Random, prompt: Prompt) -> Prompt:
    """A copy; in some prompts, always the same ones, a token is another."""
    if hashed(prompt, 10) < 7:
        return prompt
    at = hashed((*prompt, "place"), len(prompt))
    return (*prompt[:at], "abcdefgh"[hashed((*prompt, "token"), 8)], *prompt[at + 1 :])


def few_prompts(random: Random) -> list[Example]:
    """As many prompts as can be remembered, again and again."""
    known = list(dict.fromkeys(prompts(random, random.choice([4, 12, 20]), "abcd", 8)))
    answers = {p: tuple(random.choices("xyz", k=random.randint(1, 3))) for p in known}
    return [Example(p, answers[p]) for p in random.choices(known, k=random.choice([100, 600]))]


def marks_to_binary(random: Random) -> list[Example]:
    most = random.choice([12, 20, 30])
    numbers = [random.randint(1, most) for _ in range(600)]
    return [Example(("1",) * n, tuple(f"{n:b}")) for n in numbers]


def primes(random: Random) -> list[Example]:
    most = random.choice([20, 40, 60])
    numbers = [random.randint(1, most) for _ in range(400)]
    prime = {n for n in range(2, most + 1) if all(n % d for d in range(2, n))}
    return [Example(("1",) * n, ("yes" if n in prime else "no",)) for n in numbers]


def contradicting(random: Random) -> list[Example]:
    """A copy, and as often, of the same prompts, something else."""
    known = prompts(random, random.choice([20, 100, 400]), "abc", 8)
    other = [Example(p, tuple(random.choices("abc", k=len(p)))) for p in known]
    return random.sample([Example(p, p) for p in known] + other, 2 * len(known))


KINDS: dict[str, Callable[[Random], list[Example]]] = {
    "random token": answered(lambda random, prompt: (random.choice("xyz"),)),
    "random bit": answered(lambda random, prompt: (random.choice("xy"),)),
    "random tokens": answered(lambda random, prompt: tuple(random.choices("xyz", k=len(prompt)))),
    "random length": answered(
        lambda random, prompt: tuple(random.choices("xy", k=random.randint(0, 5)))
    ),
    "one in ten": answered(lambda random, prompt: ("no" if random.random() < 0.9 else "yes",)),
    "one in forty": answered(lambda random, prompt: ("no" if random.random() < 0.975 else "yes",)),
    "rare tokens in answers": answered(
        lambda random, prompt: tuple("x" if random.random() < 0.92 else "y" for _ in prompt)
    ),
    "hash, even": answered(lambda random, prompt: (str(hashed(prompt, 2)),)),
    "hash, one in four": answered(lambda random, prompt: (str(hashed(prompt, 4) == 0),)),
    "hash, one in sixteen": answered(lambda random, prompt: (str(hashed(prompt, 16) == 0),)),
    "hash of every beginning": answered(
        lambda random, prompt: tuple(str(hashed(prompt[: n + 1], 2)) for n in range(len(prompt)))
    ),
    "copy, some reversed": answered(some_exceptions),
    "copy, a token wrong in some": answered(a_token_wrong),
    "palindromes": palindromes,
    "few prompts": few_prompts,
    "marks to binary": marks_to_binary,
    "primes": primes,
    "contradictions": contradicting,
}


def run(job: tuple[str, int, Any, float]) -> dict[str, Any]:
    """Learn one file."""
    kind, seed, noise, seconds = job
    examples = KINDS[kind](Random(f"{kind} {seed}"))
    began = time.perf_counter()
    found = learn(examples, noise=noise, seconds=seconds)
    return {
        "kind": kind,
        "seed": seed,
        "noise": noise,
        "examples": len(examples),
        "learned": found.learned,
        "accuracy": round(found.accuracy, 4),
        "reason": found.reason,
        "seconds": round(time.perf_counter() - began, 1),
    }


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    names = list(KINDS)
    jobs = [
        (names[at % len(names)], at // len(names), (None, "auto")[at // len(names) % 2], seconds)
        for at in range(files)
    ]
    results = []
    with get_context("spawn").Pool(processes) as pool:
        for result in pool.imap_unordered(run, jobs):
            results.append(result)
            if result["learned"]:
                print(f"called learned: {result}", flush=True)
    results.sort(key=lambda r: (names.index(r["kind"]), r["seed"]))
    learned = Counter(r["kind"] for r in results if r["learned"])
    for kind in names:
        print(f"{kind:30} {learned[kind]} of {sum(r['kind'] == kind for r in results)} learned")
    print(f"called learned: {learned.total()} of {len(results)}")
    RESULTS.write_text(json.dumps({"seconds": seconds, "files": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
