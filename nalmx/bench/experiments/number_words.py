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
from ._networks import counted, seeded
from ._tokens import Reader, Wired, filled, learned, reads_right
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
TRAINED, TESTED, RATE, SCALE = 169, 630, 5e-3, 100.0
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
    """The numbers to learn from, with every word among them, and those to be read.

    100 and 200 are learned from: no other number says what `hundred` is where nothing follows.
    """
    known = [*range(1, 20), 100, 200]
    words = {word for number in known for word in spelled(number)}
    others = []
    for number in np.random.default_rng(seed).permutation(np.arange(20, 1_000)).tolist():
        if number in known:
            continue
        if words.issuperset(spelled(number)):
            others.append(number)
        else:
            known.append(number)
            words.update(spelled(number))
    more = TRAINED - len(known)
    return known + others[:more], others[-TESTED:]


def tokens(numbers: list[int]) -> Tensor:
    return filled([[WORDS.index(word) + 1 for word in spelled(number)] for number in numbers])


def build(random: torch.Generator) -> Reader:
    """Of the numbers m and e of a word and the state h: a product of m and h, and a sum of it and e."""
    return Reader(Wired([(0, 2)], [(3, 1)], random), 1, len(WORDS), (1.0, 0.0), random)


class _LSTM(nn.Module):
    """The usual reader: an embedding, a recurrent network and a linear output."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS) + 1, 16, padding_idx=0)
        self.cell, self.output = nn.LSTM(16, 32, batch_first=True), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cell(self.embedding(x))
        y: Tensor = self.output(states[:, -1])
        return y


def _cells(quick: bool) -> list[Cell]:
    sizes: dict[str, int] = (
        {"seeds": 2, "evaluations": 20, "iterations": 50}
        if quick
        else {"seeds": 10, "evaluations": 200, "iterations": 3_000}
    )
    return [{"reader": reader, **sizes} for reader in _PUBLISHED]


def _lstms(cell: Cell, x: Tensor, t: Tensor, tell: Tell) -> list[_LSTM]:
    found, iterations = [], int(cell["iterations"] or 1)
    for seed in range(2):
        torch.manual_seed(seed)
        network = _LSTM()

        def show(iteration: int, loss: Tensor, seed: int = seed) -> None:
            tell((seed + iteration / iterations) / 2, f"seed {seed}, iteration {iteration}")

        train_network(
            network, lambda random: (x, t / SCALE), iterations, RATE, seeded(seed), on_progress=show
        )
        found.append(network)
    return found


def _run(cell: Cell, tell: Tell) -> Row:
    known, others = split()
    x, t = tokens(known), torch.tensor(known).float()[:, None]
    readers: list[Reader] = []
    networks: list[nn.Module] = []
    if cell["reader"] == "lstm":
        networks += _lstms(cell, x, t, tell)
    else:
        readers = learned(build, x, t, cell, tell)
        networks += readers
    tell(1.0, "judging")
    scale = 1.0 if readers else SCALE
    with torch.no_grad():
        seen, new = (
            torch.stack(
                [
                    (scale * network(tokens(numbers)) - torch.tensor(numbers)[:, None]).abs()
                    for network in networks
                ]
            )
            for numbers in (known, others)
        )
    row: dict[str, str | float | None] = {
        "error_learned": float(f"{median(seen.mean((1, 2)).tolist()):.2g}"),
        "error_others": float(f"{median(new.mean((1, 2)).tolist()):.2g}"),
        "others_read": f"{int(median((new < 0.5).sum((1, 2)).tolist()))}/{len(others)}",
        "verdicts": None,
    }
    if readers:
        settled = [reads_right(reader, MEANING, [_RANGE]) for reader in readers]
        row["verdicts"] = counted(Counter(settled))
    return {**row, "published": _PUBLISHED[str(cell["reader"])]}


EXPERIMENT = Experiment(
    _cells,
    _run,
    note=f"Learned from {TRAINED} numbers from 1 to 999, every word among them; errors are mean distances, "
    f"medians of the seeds, on these and on {TESTED} others. Verdicts: with its numbers made whole, every "
    "word does to the state what it means, on [0,1000]; then every number is read right. Published errors "
    "(on the others) are not checked against the paper. The LSTMs are two.",
)
