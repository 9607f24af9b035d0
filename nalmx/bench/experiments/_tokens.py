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
from ...models import NAU, NMU, Recurrent, network_member, stack_networks
from ...ranges import Range
from ._networks import seeded, verdict

Group: TypeAlias = tuple[int, ...]
_NEAR = 0.1
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


class Readers(nn.Module):
    """A stack of recurrent networks, one a seed, that read tokens 1, 2, … of a sequence.

    Token 0 has a row of zeros, to fill sequences up from the left. Rows begin near `start`; numbers are
    `scale` times parameters, so that large ones are learned as fast.
    Shapes: x (batch, time), whole numbers → y (seeds, batch, states).
    """

    def __init__(
        self,
        cell: Callable[[torch.Generator], Wired],
        states: int,
        tokens: int,
        start: Sequence[float],
        seeds: int,
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        draws = [seeded(seed) for seed in range(seeds)]
        near = torch.tensor(start)
        rows = [near + _NEAR * torch.randn(tokens, len(start), generator=r) for r in draws]
        self.raw_rows = nn.Parameter(torch.stack(rows) / scale)
        self.network = stack_networks([Recurrent(cell(r), [0.0] * states) for r in draws])

    def forward(self, x: Tensor) -> Tensor:
        rows = self.scale * self.raw_rows
        known = torch.cat([torch.zeros_like(rows[:, :1]), rows], 1)
        y: Tensor = self.network(known[:, x.long()])
        return y

    def whole_rows(self, place: int) -> list[list[Fraction]]:
        """The numbers of each token of a seed, made whole."""
        rows = self.scale * self.raw_rows[place].detach().double()
        apart = float((rows - rows.round()).abs().max())
        if apart > WHOLE:
            raise ExtractionError(f"a token has a number that is {apart:.2g} from a whole one")
        return [[Fraction(int(value)) for value in row.round()] for row in rows]


def filled(sequences: Sequence[Sequence[int]]) -> Tensor:
    """Sequences of tokens as one tensor, filled up with 0 from the left."""
    longest = max(map(len, sequences))
    return torch.tensor([[0] * (longest - len(tokens)) + list(tokens) for tokens in sequences])


def reads_right(
    readers: Readers, place: int, meaning: Mapping[str, Sequence[str]], states: Sequence[Range]
) -> str:
    """Whether a seed's step of every token is proved to be its meaning, on ranges of the states h1, h2, …"""
    cell = network_member(readers.network, place).cell
    assert isinstance(cell, Wired)
    names = [f"h{i + 1}" for i in range(len(states))]
    try:
        rows = readers.whole_rows(place)
        numbers = [f"x{i + 1}" for i in range(len(rows[0]))]
        outputs = cell.formulas([*numbers, *names])
    except ExtractionError:
        return "no formula"
    for wanted, row in zip(meaning.values(), rows, strict=True):
        given = dict(zip(numbers, map(Number, row), strict=True))
        for after, truth in zip(outputs, wanted, strict=True):
            settled = verdict(substitute(after, given), truth, names, states)
            if settled != "proved":
                return settled
    return "proved"
