"""A form judged, and the rows that it is judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..expression import Expression
from .form import Form
from .result import ConstantFound
from .rows import Array


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A form judged on the rows seen. `bits` say the formula; errors may go `in_proportion` to the target.

    `typical` is the median of what it leaves, relative to the target as the errors are. Its constants are
    from the rows inside; where it `has_all_rows`, from those at the edge as well.
    """

    form: Form
    expression: Expression
    constants: tuple[ConstantFound, ...]
    is_exact: bool
    complexity: int
    bits: float
    error_inside: float
    error_beyond: float
    error: float
    typical: float
    in_proportion: bool
    reason: str
    has_all_rows: bool = False

    @property
    def is_law(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows as columns by name, with the target and the weights of noise."""

    columns: Mapping[str, Array]
    target: Array
    weights: Array
