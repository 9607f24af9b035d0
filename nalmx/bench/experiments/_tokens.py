"""Reading by learned numbers: a row of numbers for each token, and a recurrent network over the rows.

What is read is discrete once the numbers are whole: then the step of a token is a formula of the states,
which is compared with what the token means, and induction does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ...errors import ExtractionError
from ...expression import Expression, Number, Variable
from ...expression.nodes import substitute
from ...extract import extract_network
from ...models import NAU, NMU, Recurrent
from ...ranges import Range
from ...train.least_squares import NEARLY_EXACT, solve_network
from ._networks import evaluations, seeded, verdict
from .experiment import Cell, Tell

Group: TypeAlias = tuple[int, ...]
_NEAR, _STARTS = 0.1, 5
WHOLE = 0.1
"""How far a learned number may be from a whole one."""


class Wired(nn.Module):
    """Products of pairs of inputs, each by a NMU, and then sums of groups of inputs and products, by a NAU.

    Inputs and products are counted from 0 on. Example: `Wired([(0, 2)], [(3, 1)], random)` can be x1·x3 + x2.
    """

    def __init__(
        self, products: Sequence[Group], sums: Sequence[Group], random: torch.Generator
    ) -> None:
        super().__init__()
        self.groups = [*products, *sums]
        self.count = len(products)
        parts: list[nn.Module] = [NMU(len(group), 1, generator=random) for group in products]
        parts += [NAU(len(group), 1, generator=random) for group in sums]
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        columns = list(x.chunk(x.shape[-1], -1))
        for part, group in zip(self.parts, self.groups, strict=True):
            columns.append(part(torch.cat([columns[place] for place in group], -1)))
        return torch.cat(columns[x.shape[-1] + self.count :], -1)

    def formulas(self, names: Sequence[str]) -> list[Expression]:
        """The sums, as expressions of the inputs."""
        columns: list[Expression] = [Variable(name) for name in names]
        for part, group in zip(self.parts, self.groups, strict=True):
            formula = extract_network(part)
            given = dict(zip(formula.inputs, (columns[place] for place in group), strict=True))
            columns.append(substitute(formula.outputs[0], given))
        return columns[len(names) + self.count :]


class Reader(nn.Module):
    """A recurrent network that reads tokens 1, 2, … of a sequence; its answer is the sum of its states.

    Token 0 has a row of zeros, to fill sequences up from the left. The rows of the others begin near `start`.
    Shapes: x (batch, time), whole numbers → y (batch, 1).
    """

    def __init__(
        self,
        cell: Wired,
        states: int,
        tokens: int,
        start: Sequence[float],
        random: torch.Generator,
    ) -> None:
        super().__init__()
        self.cell = cell
        self.start = torch.tensor(start).repeat(tokens, 1)
        spread = _NEAR * torch.randn(self.start.shape, generator=random)
        self.rows = nn.Parameter(self.start + spread)
        self.network = Recurrent(cell, [0.0] * states)

    def forward(self, x: Tensor) -> Tensor:
        known = torch.cat([torch.zeros_like(self.rows[:1]), self.rows])
        y: Tensor = self.network(known[x.long()]).sum(-1, keepdim=True)
        return y

    def whole_rows(self) -> list[list[Fraction]]:
        """The numbers of each token, made whole."""
        rows = self.rows.detach().double()
        apart = float((rows - rows.round()).abs().max())
        if apart > WHOLE:
            raise ExtractionError(f"a token has a number that is {apart:.2g} from a whole one")
        return [[Fraction(int(value)) for value in row.round()] for row in rows]


@torch.no_grad()
def put_back(reader: Reader, x: Tensor, t: Tensor) -> None:
    """Put numbers to where they began, without its chance, wherever no example tells the difference.

    What a word does to the state is not known where it never follows another one.
    """
    near = NEARLY_EXACT * float(t.double().square().mean())
    for place in range(reader.rows.numel()):
        number = reader.rows.view(-1)[place : place + 1]
        before = number.clone()
        number.copy_(reader.start.view(-1)[place])
        if float((reader(x) - t).square().mean()) > near:
            number.copy_(before)


def learned(
    build: Callable[[torch.Generator], Reader], x: Tensor, t: Tensor, cell: Cell, tell: Tell
) -> list[Reader]:
    """Readers trained by least squares, one a seed, each from as many starts as it needs, at most five."""
    seeds = int(cell["seeds"] or 1)
    readers = []
    for seed in range(seeds):
        random, found = seeded(seed), []
        for start in range(_STARTS):
            told = evaluations(tell, seed / seeds, f"seed {seed}, start {start + 1}")
            reader = build(random)
            error = solve_network(reader, x, t, int(cell["evaluations"] or 1), told)
            found.append((error, start, reader))
            if error <= NEARLY_EXACT:
                put_back(reader, x, t)
                break
        readers.append(min(found)[-1])
    return readers


def filled(sequences: Sequence[Sequence[int]]) -> Tensor:
    """Sequences of tokens as one tensor, filled up with 0 from the left."""
    longest = max(map(len, sequences))
    return torch.tensor([[0] * (longest - len(tokens)) + list(tokens) for tokens in sequences])


def reads_right(
    reader: Reader, meaning: Mapping[str, Sequence[str]], states: Sequence[Range]
) -> str:
    """Whether the step of every token is proved to be its meaning, on ranges of the states h1, h2, …"""
    names = [f"h{i + 1}" for i in range(len(states))]
    try:
        rows = reader.whole_rows()
        numbers = [f"x{i + 1}" for i in range(len(rows[0]))]
        outputs = reader.cell.formulas([*numbers, *names])
    except ExtractionError:
        return "no formula"
    for wanted, row in zip(meaning.values(), rows, strict=True):
        given = dict(zip(numbers, map(Number, row), strict=True))
        for after, truth in zip(outputs, wanted, strict=True):
            settled = verdict(substitute(after, given), truth, names, states)
            if settled != "proved":
                return settled
    return "proved"
