"""Numbers in words to numbers: 169 numbers to learn from, 630 others to read (survey, section 6.3).

Each word has two learned numbers, and a recurrent network multiplies and adds: h' = m·h + e.
"""

from __future__ import annotations

from collections import Counter
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from ...ranges import Range
from ...train.network import train_network
from ._networks import counted, seeded, train
from ._tokens import Readers, Wired, filled, reads_right
from .experiment import Cell, Experiment, Row, Tell

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_TEENS = "sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS, TENS = [*_ONES.split(), *_TEENS.split()], _TENS.split()
WORDS = [*UNITS, *TENS, "hundred", "and"]
MEANING = {
    **{word: [f"h1 + {value}"] for value, word in enumerate(UNITS, 1)},
    **{word: [f"h1 + {10 * value}"] for value, word in enumerate(TENS, 2)},
    "hundred": ["100*h1"],
    "and": ["h1"],
}
TRAINED, TESTED, RATE, SCALE = 169, 630, 0.02, 10.0
_RANGE = Range.parse("[0,1000]")
_PUBLISHED = {"module": "LSTM and NALU 0.41, LSTM and NAC 114", "lstm": "29.4"}


def spelled(number: int) -> list[str]:
    """A number from 1 to 999 in words. Example: two hundred and one."""
    hundreds, rest = divmod(number, 100)
    words = [UNITS[hundreds - 1], "hundred"] if hundreds else []
    if hundreds and rest:
        words.append("and")
    if rest >= 20:
        words.append(TENS[rest // 10 - 2])
        rest %= 10
    return [*words, UNITS[rest - 1]] if rest else words


def split(seed: int = 0) -> tuple[list[int], list[int]]:
    """The numbers to learn from, with every word among them, and those to be read."""
    learned, words = list(range(1, 20)), set(UNITS)
    others = []
    for number in np.random.default_rng(seed).permutation(np.arange(20, 1_000)).tolist():
        if words.issuperset(spelled(number)):
            others.append(number)
        else:
            learned.append(number)
            words.update(spelled(number))
    more = TRAINED - len(learned)
    return learned + others[:more], others[-TESTED:]


def tokens(numbers: list[int]) -> Tensor:
    return filled([[WORDS.index(word) + 1 for word in spelled(number)] for number in numbers])


def _cell(random: torch.Generator) -> Wired:
    """Of the numbers m and e of a word and the state h: a product of m and h, and a sum of it and e."""
    return Wired([(0, 2)], [(3, 1)], random)


class _LSTM(nn.Module):
    """The usual reader: an embedding, a recurrent network and a linear output."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS) + 1, 16, padding_idx=0)
        self.cell, self.output = nn.LSTM(16, 32, batch_first=True), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cell(self.embedding(x))
        y: Tensor = SCALE * SCALE * self.output(states[:, -1])
        return y


def _cells(quick: bool) -> list[Cell]:
    seeds, iterations = (2, 50) if quick else (10, 3_000)
    return [
        {"reader": reader, "seeds": 2 if reader == "lstm" else seeds, "iterations": iterations}
        for reader in _PUBLISHED
    ]


def _readers(cell: Cell, x: Tensor, t: Tensor, tell: Tell) -> list[nn.Module] | Readers:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    if cell["reader"] == "module":
        readers = Readers(_cell, 1, len(WORDS), (1.0, 0.0), seeds, SCALE)
        sampled = x, t.expand(seeds, -1, -1)
        train(readers, seeds, lambda random: sampled, iterations, RATE, tell, loss=_loss)
        return readers
    found: list[nn.Module] = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        found.append(_LSTM())

        def show(iteration: int, loss: Tensor, seed: int = seed) -> None:
            tell((seed + iteration / iterations) / seeds, f"seed {seed}, iteration {iteration}")

        train_network(
            found[-1], lambda random: (x, t), iterations, RATE / 4, seeded(seed),
            loss=_loss, on_progress=show,
        )  # fmt: skip
    return found


def _loss(y: Tensor, t: Tensor) -> Tensor:
    return ((y - t) / SCALE**2).square()


def _run(cell: Cell, tell: Tell) -> Row:
    learned, others = split()
    x, t = tokens(learned), torch.tensor(learned).float()[:, None]
    readers = _readers(cell, x, t, tell)
    tell(1.0, "judging")

    @torch.no_grad()
    def errors(numbers: list[int]) -> Tensor:
        """The distance of each number to what each seed reads."""
        given, truth = tokens(numbers), torch.tensor(numbers).float()[:, None]
        if isinstance(readers, Readers):
            read = readers(given)
        else:
            read = torch.stack([one(given) for one in readers])
        off: Tensor = (read - truth).abs()[..., 0]
        return off

    off = errors(others)
    row: dict[str, str | float] = {
        "error_learned": float(f"{median(errors(learned).mean(1).tolist()):.3g}"),
        "error_others": float(f"{median(off.mean(1).tolist()):.3g}"),
        "others_read": f"{int(median((off < 0.5).sum(1).tolist()))}/{len(others)}",
    }
    if isinstance(readers, Readers):
        row["verdicts"] = counted(
            Counter(reads_right(readers, place, MEANING, [_RANGE]) for place in range(len(off)))
        )
    return {**row, "published": _PUBLISHED[str(cell["reader"])]}


EXPERIMENT = Experiment(
    _cells,
    _run,
    note=f"Learned from {TRAINED} numbers from 1 to 999, every word among them; errors are mean distances, "
    f"medians of the seeds, on these and on {TESTED} others. Verdicts: with its numbers made whole, every "
    "word does to the state what it means, on [0,1000]; then every number is read right. Published errors "
    "(on the others) are not checked against the paper.",
)
