"""Programs and what they give: sums read character by character, and two branches (survey, section 6.3).

A program such as 17+5 is read by a recurrent network of two states, the number n that is being read and the
total t of those before. Each character has three learned numbers: n' = m·n + e, t' = t + f·n. The answer is
n + t.
"""

from __future__ import annotations

from collections import Counter
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from ...models import NAU, Choice
from ...ranges import Range
from ._networks import commonest, counted, formulas, seeded, verdicts
from ._registers import fitted, register
from ._tokens import Reader, Wired, filled, learned, reads_right
from .experiment import Cell, Experiment, Row, Tell

CHARACTERS = "0123456789+"
MEANING = {
    **{digit: [f"10*h1 + {digit}", "h2"] for digit in CHARACTERS[:10]},
    "+": ["0", "h1 + h2"],
}
BRANCHES = "Piecewise((x1 + x2, x3 < x4), (x1 - x2, True))"
# Shorter numbers leave open how the states share what has been read.
TRAINED_DIGITS, PROGRAMS, DIGITS = 4, 300, (3, 4, 6)
_RANGE = Range.parse("[0,1000000]")


def sums(digits: int, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Programs such as 7+35, with numbers of up to so many digits, and what they give."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, digits + 1, (size, 2))
    pairs = random.integers(0, 10**lengths)
    return tokens([f"{a}+{b}" for a, b in pairs]), torch.from_numpy(pairs.sum(1, keepdims=True))


def tokens(programs: list[str]) -> Tensor:
    return filled([[CHARACTERS.index(character) + 1 for character in text] for text in programs])


def build(random: torch.Generator) -> Reader:
    """Of the numbers m, e, f of a character and the states n, t: sums of m·n and e, and of t and f·n."""
    cell = Wired([(0, 3), (2, 3)], [(5, 1), (4, 6)], random)
    return Reader(cell, 2, len(CHARACTERS), (1.0, 0.0, 0.0), random)


def _cells(quick: bool) -> list[Cell]:
    sizes: dict[str, int] = (
        {"seeds": 2, "evaluations": 20, "iterations": 50}
        if quick
        else {"seeds": 10, "evaluations": 200, "iterations": 3_000}
    )
    return [{"program": program, **sizes} for program in ("sum", "branches")]


def _sums(cell: Cell, tell: Tell) -> Row:
    readers = learned(build, *sums(TRAINED_DIGITS, PROGRAMS, 0), cell, tell)
    tell(1.0, "judging")
    row: dict[str, str] = {}
    for digits in DIGITS:
        given, truth = sums(digits, 500, digits)
        with torch.no_grad():
            right = [float(((one(given) - truth).abs() < 0.5).double().mean()) for one in readers]
        row[f"right_at_{digits}_digits"] = f"{median(right):.0%}"
    found = Counter(reads_right(reader, MEANING, [_RANGE] * 2) for reader in readers)
    return {**row, "verdicts": counted(found), "published": "error curves only"}


def _branches(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)

    def chosen(random: torch.Generator) -> nn.Module:
        arms = [NAU(4, 1, generator=random) for _ in range(2)]
        return Choice(register(4, random), *arms)

    def rows(random: torch.Generator, size: int, most: int) -> tuple[Tensor, Tensor]:
        x = torch.randint(0, most, (size, 4), generator=random).float()
        a, b, c, d = x.chunk(4, -1)
        return x, torch.where(c < d, a + b, a - b)

    def sample(random: torch.Generator) -> tuple[Tensor, Tensor]:
        x, t = rows(random, 128, 20)
        return x, t.expand(seeds, -1, -1)

    networks = fitted(chosen, seeds, sample, iterations, tell)
    tell(1.0, "judging")
    row: dict[str, str | None] = {}
    for digits in DIGITS:
        x, t = rows(seeded(digits), 500, 10**digits)
        with torch.no_grad():
            right = ((networks(x) - t).abs() < 0.5).double().mean((1, 2)).tolist()
        row[f"right_at_{digits}_digits"] = f"{median(right):.0%}"
    found = formulas(networks, seeds)
    row |= {
        "verdicts": verdicts(found, BRANCHES, [_RANGE] * 4),
        "formula": commonest(found),
    }
    return {**row, "published": "error curves only"}


def _run(cell: Cell, tell: Tell) -> Row:
    evaluate = {"sum": _sums, "branches": _branches}[str(cell["program"])]
    return evaluate(cell, tell)


EXPERIMENT = Experiment(
    _cells,
    _run,
    hidden=("seeds", "evaluations", "iterations"),
    note=f"sum: characters, numbers of up to {TRAINED_DIGITS} digits in training; verdicts are on the step "
    "of every character with its numbers made whole, while n and t are below 10^6. branches: x1 + x2 if "
    "x3 < x4 else x1 - x2, on four numbers that have been read, below 20 in training. Shares of right "
    "answers: the median seed.",
)
