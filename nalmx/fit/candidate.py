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
    """A form judged on the rows seen. `bits` say the formula; errors may go `in_proportion` to the target."""

    form: Form
    expression: Expression
    constants: tuple[ConstantFound, ...]
    is_exact: bool
    complexity: int
    bits: float
    error_inside: float
    error_beyond: float
    error: float
    in_proportion: bool
    reason: str

    @property
    def is_law(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows as columns by name, with the target and the weights of noise."""

    columns: Mapping[str, Array]
    target: Array
    weights: Array
