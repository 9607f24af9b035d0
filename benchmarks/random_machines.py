"""Random finite machines, found by merging states: is any that is called learned wrong?

    python benchmarks/random_machines.py [DRAWS] [FIRST]

Mealy machines and classifiers of 2 to 12 states over 2 to 4 letters, each with 30 to 1,000 examples of up
to 15 letters. Of every second one some states are near copies of others: the same but for one thing. What is
found is held against the truth by a walk through both tables, which shares no code with nalmx. `decided` has
what the examples decide (`left_open`); `only` is the only one of its size. Writes
benchmarks/results/random_machines.json.
"""

import json
import sys
from collections import Counter, deque
from pathlib import Path
from random import Random

from nalmx.pntm.learn.merged import left_open, merged_machine
from nalmx.pntm.learn.merging.rivals import Undecided, rival_of
from nalmx.pntm.tasks import Example
from nalmx.pntm.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "random_machines.json"


def drawn(source, near_copies):
    """A random machine as lists: next states, what is said to a letter, what is said in the end."""
    beside, letters = source.random() < 0.5, source.choice([2, 2, 3, 4])
    outputs, states = "xyzw"[: source.choice([2, 2, 3])], source.randint(2, 12)
    steps = [[source.randrange(states) for _ in range(letters)] for _ in range(states)]
    said = [[source.choice(outputs) if beside else "" for _ in range(letters)] for _ in steps]
    ends = ["" if beside else source.choice(outputs) for _ in steps]
    for _ in range(source.randint(1, 3) if near_copies else 0):
        of, new = source.randrange(len(steps)), len(steps)
        ways = [(q, a) for q, row in enumerate(steps) for a, to in enumerate(row) if to == of]
        if ways:
            q, a = source.choice(ways)
            for table in (steps, said):
                table.append([*table[of]])
            ends.append(ends[of])
            steps[q][a] = new
            steps[new][source.randrange(letters)] = source.randrange(new)
    return steps, said, ends


def answered(machine, prompt):
    steps, said, ends = machine
    state, words = 0, []
    for letter in prompt:
        words.append(said[state]["abcd".index(letter)])
        state = steps[state]["abcd".index(letter)]
    return tuple(word for word in (*words, ends[state]) if word)


def told_apart(machine, found):
    """Whether a found machine says something else to a prompt of one letter or more."""
    steps, said, ends = machine
    seen, ahead = {(0, 0)}, deque([(0, 0)])
    while ahead:
        p, q = ahead.popleft()
        for a, letter in enumerate("abcd"[: len(steps[0])]):
            way = found.steps[q][found.tokens.index(letter)] if letter in found.tokens else None
            if way is None or "".join(way[1]) != said[p][a]:
                return True
            pair = steps[p][a], way[0]
            last = found.finals[pair[1]]
            if last is None or "".join(last) != ends[pair[0]]:
                return True
            if pair not in seen:
                seen.add(pair)
                ahead.append(pair)
    return False


def is_only(found, examples, vocabulary):
    if found.form == "early" or found.transducer.unseen:
        return False
    try:
        return rival_of(found.transducer, examples, vocabulary, found.form) is None
    except Undecided:
        return False


def main():
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    kinds = {"random": Counter(), "near copies": Counter()}
    for seed in range(first, first + draws):
        kind = [*kinds][seed % 2]
        source, counts = Random(seed), kinds[kind]
        machine = drawn(source, kind == "near copies")
        letters = "abcd"[: len(machine[0][0])]
        count = round(30 * (1_000 / 30) ** source.random())
        prompts = [tuple(source.choices(letters, k=source.randint(1, 15))) for _ in range(count)]
        examples = [Example(p, answered(machine, p)) for p in prompts]
        vocabulary = Vocabulary.of(examples)
        found = merged_machine(tuple(examples), vocabulary)
        counts["draws"] += 1
        if found is None:
            continue
        wrong = told_apart(machine, found.transducer)
        decided = left_open(found, examples, vocabulary) is None
        for name, holds in (
            ("found", True),
            ("only", is_only(found, examples, vocabulary)),
            ("decided", decided),
        ):
            counts[name] += holds
            counts[f"{name} and wrong"] += holds and wrong
        if decided and wrong:
            print(f"wrong: seed {seed}, {len(machine[0])} states, found {found.transducer.states}")
    for kind, counts in kinds.items():
        print(kind, dict(counts))
    RESULTS.write_text(json.dumps({"first": first, **kinds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
