"""Machines with one register and tapes of one level: a space that is searched with growing effort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from ...machine import Machine
from ...vocabulary import Ids
from .build import written_symbols
from .columns import columns_of, distinct_tapes
from .data import Data
from .groups import find_groups
from .judge import FittedMachine, coder_of, judge
from .library import build_library, with_hints
from .registers import Register
from .search import ChosenColumns, find_choices

# One after the other: how many tapes to choose from, how many questions to choose by, and whether to
# add columns two at a time.
EFFORTS = (
    (4_000, 300, False),
    (4_000, 300, True),
    (4_000, 1_500, True),
    (30_000, 1_500, False),
    (30_000, 6_000, False),
)
# Where a part of the tokens is wrong, few questions tell nothing: all of them, and plain tapes.
NOISY_EFFORTS = ((400, 1_500, True), (1_000, 1_500, False))
NEAR_EFFORTS = ((100, 1_500, True),)
_LOOKED_AT = 12
_PATIENCE = 1.5
_JUDGED_CHOICES = 4
_FEW_QUESTIONS = 6_000
_SIZES = 6


class Space:
    """A space, how little a machine found in it costs (what is hoped for, at first), and the
    efforts made."""

    def __init__(
        self,
        data: Data,
        register: Callable[[], Register | None],
        level: int,
        cost: float,
        *,
        most_tapes: int,
        hints: Sequence[Machine],
        all_efforts: Sequence[tuple[int, int, bool]] = EFFORTS,
    ) -> None:
        self.data, self._register, self.level, self.cost = data, register, level, cost
        self.most_tapes, self.hints, self._efforts = most_tapes, hints, all_efforts
        self.efforts = 0
        self._most = 0
        self._wrong: Ids | None = None

    @property
    def promise(self) -> float:
        """What to compare spaces by: each effort more must promise more."""
        return self.cost * _PATIENCE**self.efforts

    @property
    def exhausted(self) -> bool:
        """Whether every effort was made."""
        return self.efforts == len(self._efforts)

    @cached_property
    def register(self) -> Register | None:
        """None where there is no register of this kind."""
        return self._register()

    @cached_property
    def table(self) -> Ids:
        """The transitions of the register."""
        assert self.register is not None
        return self.register.table

    @cached_property
    def rows(self) -> Ids:
        """The control row of every token."""
        return self.data.streams.rows(self.table)

    def search(self) -> list[FittedMachine]:
        """Make the next effort: the machines that a sample of questions suggests, best first."""
        most, questions, together = self._efforts[self.efforts]
        self._prepare(most)
        assert self.register is not None
        streams = self.data.sample(questions, self._wrong)
        columns = columns_of(self.library, self.tapes, streams, streams.rows(self.table))
        choices = find_choices(
            coder_of(streams),
            columns.values,
            columns.penalties,
            together=together,
            most_tapes=self.most_tapes,
        )
        judged = [self._judged(choice) for choice in choices[:_JUDGED_CHOICES]]
        if min(fitted.errors for fitted, _ in judged) > 0:
            # Wrong tokens make elaborate tables look good: hear the best of every size.
            sizes = {len(choice.columns): choice for choice in reversed(choices)}
            few = len(self.data.streams.targets) <= _FEW_QUESTIONS
            others = [sizes[size] for size in sorted(sizes) if 0 < size <= _SIZES and few]
            judged += [self._judged(c) for c in others if c not in choices[:_JUDGED_CHOICES]]
        judged.sort(key=lambda pair: pair[0].cost)
        best, self._wrong = judged[0]
        self.cost = best.cost if self.efforts == 0 else min(self.cost, best.cost)
        self.efforts += 1
        return [fitted for fitted, _ in judged]

    def _judged(self, choice: ChosenColumns) -> tuple[FittedMachine, Ids]:
        assert self.register is not None
        return judge(choice, self.library, self.tapes, self.data, self.rows, self.register)

    def _prepare(self, most: int) -> None:
        """A library with this many tapes that read differently."""
        if self._most == most:
            return
        assert self.register is not None
        apart = self.register.apart
        symbols = written_symbols(self.data.vocabulary, len(self.table), states=not apart)
        groups = find_groups(self.data.streams, self.rows, apart=apart)
        looked_at = most * _LOOKED_AT
        library = build_library(groups, symbols, self.table.size, self.level, looked_at)
        self.library = with_hints(library, self.hints, self.table)
        printed = self.data.printed
        self.tapes = distinct_tapes(self.library, printed, printed.rows(self.table), most)
        self._most = most
