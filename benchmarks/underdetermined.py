"""Files of examples that several tasks fit: is the machine that fits called learned?

    python benchmarks/underdetermined.py [CASE ...] [--output FILE]

Every case has a rule, and training prompts that leave it open: too short, without a combination of
tokens, or of a kind on which other rules say the same. None may be called learned. `wrong` is the part
of new prompts, of lengths up to 20 and without the restriction, on which the machine found is not
right. Writes benchmarks/results/underdetermined.json.
"""

import argparse
import json
import random
import time
from itertools import product
from multiprocessing import get_context
from pathlib import Path

from nalmx.pntm.learn.learn import learn
from nalmx.pntm.tasks import Example

RESULTS = Path(__file__).parent / "results" / "underdetermined.json"
TRAINING, LONGEST, NEW = 300, 20, 200
BITS, LETTERS = "01", "abcd"


def every(letters, longest):
    """All strings of these letters, up to a length."""
    return [p for n in range(1, longest + 1) for p in product(letters, repeat=n)]


def drawn(letters, kept=lambda prompt: True, changed=lambda prompt: prompt, longest=LONGEST):
    """A way to draw prompts: changed, and only those that are kept."""

    def draw(source):
        while True:
            prompt = changed(tuple(source.choices(letters, k=source.randint(1, longest))))
            if kept(prompt):
                return tuple(prompt)

    return draw


def operands(letters, sign, kept=lambda a, b: True, changed=lambda a, b: (a, b)):
    """A way to draw two operands of one length with a sign between them."""

    def draw(source):
        while True:
            n = source.randint(1, LONGEST // 2)
            one, other = changed(source.choices(letters, k=n), source.choices(letters, k=n))
            if kept(one, other):
                return (*one, sign, *other)

    return draw


def split(prompt, sign):
    at = prompt.index(sign)
    return prompt[:at], prompt[at + 1 :]


def number(digits, base):
    """Of digits, the least significant first."""
    return sum(int(digit) * base**place for place, digit in enumerate(digits))


def added(base):
    def answer(prompt):
        one, other = split(prompt, "+")
        total, digits = number(one, base) + number(other, base), []
        for _ in range(len(one)):
            total, digit = divmod(total, base)
            digits.append(str(digit))
        return (*digits, *([str(total)] if total else []))

    return answer


def without_carry(base):
    return lambda a, b: all(int(x) + int(y) < base for x, y in zip(a, b, strict=True))


def without_borrow(a, b):
    return all(x >= y for x, y in zip(a, b, strict=True))


def subtracted(prompt):
    one, other = split(prompt, "-")
    left = (number(one, 2) - number(other, 2)) % 2 ** len(one)
    return tuple(str(left >> place & 1) for place in range(len(one)))


def compared(prompt):
    one, other = (number(part, 2) for part in split(prompt, "?"))
    return ("<" if one < other else ">" if one > other else "=",)


def bitwise(sign, operation):
    return lambda prompt: tuple(operation(a, b) for a, b in zip(*split(prompt, sign), strict=True))


def below(a, b):
    return all(x <= y for x, y in zip(a, b, strict=True))


def incremented(prompt):
    total = number(prompt, 2) + 1
    return tuple(str(total >> at & 1) for at in range(max(len(prompt), total.bit_length())))


def running_parity(prompt):
    return tuple(str(prompt[: at + 1].count("1") % 2) for at in range(len(prompt)))


xor = bitwise("^", lambda a, b: str(int(a != b)))


def divisible(by):
    """Whether a binary number, the most significant digit first, is divisible."""
    return lambda prompt: ("yes" if int("".join(prompt), 2) % by == 0 else "no",)


def remainder(by):
    return lambda prompt: (f"r{int(''.join(prompt), 2) % by}",)


def counted(token, by):
    return lambda prompt: (f"r{prompt.count(token) % by}",)


def without_runs(prompt):
    return tuple(t for at, t in enumerate(prompt) if at == 0 or prompt[at - 1] != t)


def mirrored(prompt):
    return (*prompt, *prompt[-2::-1])


def single(prompt):
    return len(set(prompt)) == 1


def majority(prompt):
    lead = 2 * prompt.count("a") - len(prompt)
    return ("a" if lead > 0 else "b" if lead < 0 else "=",)


def pairs_of(token):
    """Every such token stands twice."""
    return lambda prompt: [t for at in prompt for t in ([at] * (2 if at == token else 1))]


ends = lambda p: p[0] == p[-1]  # noqa: E731
same = lambda a, b: (a, a)  # noqa: E731
ascending = lambda p: sorted(p)  # noqa: E731
bits, letters = drawn(BITS), drawn(LETTERS)
unary = drawn("a")

# Rule, how new prompts are drawn, and the training prompts: all of a list, or a way to draw them.
CASES = {
    "divisible by 7, up to 6 digits": (divisible(7), bits, every(BITS, 6)),
    "divisible by 7, up to 5 digits": (divisible(7), bits, every(BITS, 5)),
    "divisible by 5, up to 4 digits": (divisible(5), bits, every(BITS, 4)),
    "divisible by 11, up to 7 digits": (divisible(11), bits, every(BITS, 7)),
    "remainder by 7, up to 4 digits": (remainder(7), bits, every(BITS, 4)),
    "count of a modulo 7, up to 6 letters": (counted("a", 7), drawn("ab"), every("ab", 6)),
    "count of a modulo 5, up to 4 letters": (counted("a", 5), drawn("ab"), every("ab", 4)),
    "length modulo 4, up to 6 marks": (counted("a", 4), unary, every("a", 6)),
    "parity, at most one 1": (counted("1", 2), bits, drawn(BITS, lambda p: p.count("1") < 2)),
    "count of 1 modulo 3, at most two": (
        counted("1", 3), bits, drawn("00001", lambda p: p.count("1") < 3),
    ),
    "parity of a, every b twice": (
        counted("a", 2), drawn("ab"), drawn("ab", changed=pairs_of("b")),
    ),
    "binary addition without a carry": (
        added(2), operands(BITS, "+"),
        operands("0001", "+", without_carry(2)),
    ),
    "decimal addition without a carry": (
        added(10), operands("0123456789", "+"),
        operands("0123456789", "+", without_carry(10)),
    ),
    "subtraction without a borrow": (
        subtracted, operands(BITS, "-"),
        operands(BITS, "-", without_borrow),
    ),
    "subtraction of equal operands": (
        subtracted, operands(BITS, "-"), operands(BITS, "-", changed=same),
    ),
    "comparison of equal operands": (
        compared, operands(BITS, "?"), operands(BITS, "?", changed=same),
    ),
    "xor of equal operands": (xor, operands(BITS, "^"), operands(BITS, "^", changed=same)),
    "first token, the last one alike": (lambda p: p[:1], letters, drawn(LETTERS, ends)),
    "last token, the first one alike": (lambda p: p[-1:], letters, drawn(LETTERS, ends)),
    "last token, always three": (
        lambda p: p[-1:], letters, drawn(LETTERS, lambda p: len(p) == 3),
    ),
    "first token, no other in a prompt": (lambda p: p[:1], letters, drawn(LETTERS, single)),
    "copy, one example": (tuple, letters, [("a", "b", "c")]),
    "copy, two examples": (tuple, letters, [("a", "b", "c"), ("b", "a")]),
    "addition, one example": (added(2), operands(BITS, "+"), [tuple("101+011")]),
    "parity, one example": (counted("1", 2), bits, [tuple("1011")]),
    "copy of palindromes": (tuple, letters, drawn(LETTERS, changed=mirrored, longest=10)),
    "reverse of palindromes": (
        lambda p: p[::-1], letters, drawn(LETTERS, changed=mirrored, longest=10),
    ),
    "copy of one token": (tuple, letters, drawn(LETTERS, lambda p: len(p) == 1)),
    "reverse of equal tokens": (lambda p: p[::-1], letters, drawn(LETTERS, single)),
    "sort of sorted tokens": (lambda p: tuple(sorted(p)), letters, drawn(LETTERS, changed=ascending)),
    "reverse of sorted tokens": (lambda p: p[::-1], letters, drawn(LETTERS, changed=ascending)),
    "drop repetitions, without any": (
        without_runs, letters, drawn(LETTERS, changed=without_runs),
    ),
    "majority of equal letters": (majority, drawn("ab"), drawn("ab", single)),
    "greatest digit of sorted digits": (
        lambda p: (max(p),), drawn("01234"), drawn("01234", changed=ascending),
    ),
} | {
    # Written after most checks were made.
    "interleaved operands, always equal": (
        lambda p: tuple(t for pair in zip(*split(p, "|"), strict=True) for t in pair),
        operands(LETTERS, "|"), operands(LETTERS, "|", changed=same),
    ),
    "and of operands, one in the other": (
        bitwise("&", min), operands(BITS, "&"), operands(BITS, "&", below),
    ),
    "or of operands, one in the other": (
        bitwise("|", max), operands(BITS, "|"), operands(BITS, "|", below),
    ),
    "xor of disjoint operands": (
        xor, operands(BITS, "^"),
        operands("001", "^", without_carry(2)),
    ),
    "running parity, at most one 1": (
        running_parity, bits, drawn("0001", lambda p: p.count("1") < 2),
    ),
    "running maximum of sorted digits": (
        lambda p: tuple(max(p[: at + 1]) for at in range(len(p))), drawn("01234"),
        drawn("01234", changed=ascending),
    ),
    "rotation of equal tokens": (lambda p: p[1:] + p[:1], letters, drawn(LETTERS, single)),
    "second half of doubled strings": (
        lambda p: p[len(p) // 2 :], drawn(LETTERS, lambda p: len(p) % 2 == 0),
        drawn(LETTERS, changed=lambda p: p + p, longest=10),
    ),
    "last but one, always two tokens": (
        lambda p: p[-2:-1], drawn(LETTERS, lambda p: len(p) > 1), drawn(LETTERS, lambda p: len(p) == 2),
    ),
    "length modulo 3, up to 5 marks": (counted("a", 3), unary, every("a", 5)),
    "divisible by 3, up to 3 digits": (divisible(3), bits, every(BITS, 3)),
    "divisible by 13, up to 6 digits": (divisible(13), bits, every(BITS, 6)),
    "remainder by 5, up to 3 digits": (remainder(5), bits, every(BITS, 3)),
    "twice an a in a row, at most two": (
        lambda p: ("yes" if "aa" in "".join(p) else "no",), drawn("ab"),
        drawn("abbb", lambda p: p.count("a") < 3),
    ),
    "contains abc, up to 4 letters": (
        lambda p: ("yes" if "abc" in "".join(p) else "no",), drawn("abc"), every("abc", 4),
    ),
    "sort of two tokens": (lambda p: tuple(sorted(p)), letters, drawn(LETTERS, lambda p: len(p) == 2)),
    "sort, three examples": (lambda p: tuple(sorted(p)), letters, ["cab", "ba", "dca"]),
    "reverse, two examples": (lambda p: p[::-1], letters, ["abc", "cdba"]),
    "increment without a carry": (
        incremented, bits, drawn(BITS, changed=lambda p: ("0", *p[1:])),
    ),
    "first greater than last, never equal": (
        lambda p: ("yes" if p[0] > p[-1] else "no",), drawn("01"), drawn("01", lambda p: p[0] != p[-1]),
    ),
}  # fmt: skip


def examples_of(case):
    """The training examples of a case."""
    answer, _, prompts = CASES[case]
    if callable(prompts):
        source = random.Random(case)
        prompts = [prompts(source) for _ in range(TRAINING)]
    return [Example(tuple(prompt), tuple(answer(tuple(prompt)))) for prompt in prompts]


def run(case):
    examples, (answer, draw, _) = examples_of(case), CASES[case]
    began = time.perf_counter()
    learned = learn(examples, method="discrete", seconds=20)
    source, known = random.Random(f"new {case}"), set(learned.machine.vocabulary.prompt)
    new = [p for p in (draw(source) for _ in range(NEW)) if known.issuperset(p)]
    wrong = sum(learned.machine.decode(p, 2 * len(p) + 2) != tuple(answer(p)) for p in new)
    return {
        "case": case,
        "examples": len(examples),
        "learned": learned.learned,
        "accuracy": learned.accuracy,
        "reason": learned.reason,
        "tapes": learned.machine.tapes,
        "states": learned.machine.states,
        "entries": learned.machine.entries,
        "wrong": round(wrong / max(1, len(new)), 3),
        "seconds": round(time.perf_counter() - began, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=[*CASES], metavar="CASE")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if unknown := [case for case in options.cases if case not in CASES]:
        parser.error(f"unknown cases {', '.join(unknown)}; known are {', '.join(CASES)}")
    results = []
    print(f"{'case':42}{'learned':>8}{'right':>8}{'wrong':>8}  why not")
    with get_context("spawn").Pool(options.processes) as pool:
        for r in pool.imap(run, options.cases):
            results.append(r)
            shown = "learned" if r["learned"] else "no"
            parts = f"{r['accuracy']:8.1%}{r['wrong']:8.1%}"
            print(f"{r['case']:42}{shown:>8}{parts}  {r['reason']}", flush=True)
            options.output.write_text(json.dumps({"results": results}, indent=1) + "\n")
    print(f"called learned: {sum(r['learned'] for r in results)} of {len(results)}")


if __name__ == "__main__":
    main()
