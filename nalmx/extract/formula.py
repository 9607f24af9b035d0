"""Formulas: the only thing that leaves extraction."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import ExpressionError, RunError
from ..expression import Expression, check_name, parse, to_text, variables
from ..showing import Shown


@dataclass(frozen=True, slots=True, repr=False)
class Formula(Shown):
    """One exact expression for each output of a module, with where it comes from.

    No floats inside: every number is a rational. `largest_snap` is the largest distance that a
    weight was moved to reach its grid (0 for a network as trained), `weights_sha256` the digest of
    the raw parameters.
    """

    inputs: tuple[str, ...]
    outputs: tuple[Expression, ...]
    module: str
    weights_sha256: str
    largest_snap: float = 0.0

    def __post_init__(self) -> None:
        unknown = set(variables(*self.outputs)) - set(self.inputs)
        if unknown:
            raise ExpressionError(f"the formula has an input {min(unknown)!r} that is not declared")

    def __str__(self) -> str:
        return "; ".join(self.python())

    def python(self) -> list[str]:
        """One line of Python for each output, which `nalmx.expression.parse` reads back."""
        return [to_text(output) for output in self.outputs]

    def sympy(self) -> list[Any]:
        """One SymPy expression for each output."""
        from ..expression.symbolic import to_sympy

        return [to_sympy(output) for output in self.outputs]

    def latex(self) -> list[str]:
        """One LaTeX formula for each output."""
        from ..expression.drawing import latex

        return [latex(output) for output in self.outputs]

    def pretty(self) -> str:
        """The formula drawn over several lines, in Unicode where the terminal has it."""
        from ..expression.drawing import pretty

        unicode = (getattr(sys.stdout, "encoding", None) or "ascii").lower().startswith("utf")
        return "\n".join(pretty(output, unicode=unicode) for output in self.outputs)

    def to_json(self) -> dict[str, Any]:
        return {
            "inputs": list(self.inputs),
            "outputs": self.python(),
            "module": self.module,
            "weights_sha256": self.weights_sha256,
            "largest_snap": self.largest_snap,
        }

    @classmethod
    def from_json(cls, data: object) -> Formula:
        """Read a saved formula through the safe parser; a damaged one is a `RunError`."""
        try:
            if not isinstance(data, dict):
                raise TypeError
            largest_snap = float(data["largest_snap"])
            if not 0 <= largest_snap < math.inf:
                raise ValueError
            return cls(
                inputs=_texts(data["inputs"], check_name),
                outputs=_texts(data["outputs"], parse),
                module=str(data["module"]),
                weights_sha256=str(data["weights_sha256"]),
                largest_snap=largest_snap,
            )
        except ExpressionError as error:
            raise RunError(f"a saved formula is damaged: {error}") from None
        except (KeyError, TypeError, ValueError):
            raise RunError("a saved formula is damaged: parts of it are missing") from None


def _texts(values: Iterable[object], read: Any) -> tuple[Any, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError
    return tuple(read(value) for value in values)
