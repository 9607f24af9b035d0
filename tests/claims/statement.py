"""What a claim of the corpora is: texts, and the answer that is known for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nalmx.verify import Claim

Point = Mapping[str, Fraction]


@dataclass(frozen=True)
class Stated:
    """`left` equals `right` within `tolerance` on `domain`: what is to be judged.

    Inputs in `integers` are whole numbers. `spelled` is a language, and both sides written in it.
    """

    name: str
    kind: str
    left: str
    right: str
    domain: tuple[str, ...]
    tolerance: str = "0"
    integers: tuple[str, ...] = ()
    where_defined: bool = False
    spelled: tuple[str, ...] = ()

    def claim(self) -> Claim:
        """The claim as nalmx takes it."""
        from nalmx.expression import parse, variables
        from nalmx.expression.syntaxes import read
        from nalmx.verify import Claim, Domain, Tolerance

        left, right = parse(self.left), parse(self.right)
        if self.spelled:
            syntax, *sides = self.spelled
            left, right = (read(side, syntax).expression for side in sides)  # type: ignore[arg-type]
        domain = Domain.parse(self.domain, variables(left, right), self.integers)
        return Claim(left, right, domain, Tolerance.parse(self.tolerance), self.where_defined)


@dataclass(frozen=True)
class TrueClaim(Stated):
    """A true claim, and the strongest verdict that can be expected of it."""

    @property
    def expected(self) -> str:
        return "proved" if self.tolerance == "0" else "bounded"


@dataclass(frozen=True)
class FalseClaim(Stated):
    """A false claim and a point of its domain where it fails.

    Where it fails at irrational points only, `divisor` has opposite signs at `witness` and `beyond`,
    so that it is 0 on the way from one to the other, and one side divides by it.
    """

    witness: Point = field(default_factory=dict)
    divisor: str = ""
    beyond: Point = field(default_factory=dict)


def family(
    kind: str, rows: Iterable[tuple[str, ...]], *, tolerated: bool = False
) -> Iterator[TrueClaim]:
    """True claims from rows (left, right, *domain), or (left, right, tolerance, *domain)."""
    for place, (left, right, *rest) in enumerate(rows, start=1):
        tolerance = rest.pop(0) if tolerated else "0"
        yield TrueClaim(f"{kind} {place}", kind, left, right, tuple(rest), tolerance)
