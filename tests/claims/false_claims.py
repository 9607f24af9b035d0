"""False claims with known answers, as many as are wanted, of every class in turn."""

from __future__ import annotations

from collections.abc import Iterator

from . import (
    false_bounds,
    false_branches,
    false_functions,
    false_language,
    false_needles,
    false_numbers,
    false_order,
    false_poles,
    false_reach,
)
from .draws import BUILDERS, Draw, dressed
from .replay import certainly_false
from .statement import FalseClaim

PARTS = (
    false_numbers,
    false_poles,
    false_needles,
    false_branches,
    false_functions,
    false_language,
    false_reach,
    false_order,
    false_bounds,
)
KINDS = tuple(BUILDERS)
_ATTEMPTS = 60


def false_claims(count: int, seed: int | str = 0) -> Iterator[FalseClaim]:
    """`count` claims that differ, each false by construction and shown to be so at its witness."""
    seen: set[tuple[str, ...]] = set()
    for place in range(count):
        name = KINDS[place % len(KINDS)]
        for attempt in range(_ATTEMPTS):
            claim = _built(name, place, f"{seed}/{place}/{attempt}")
            key = (claim.left, claim.right, *claim.domain, claim.tolerance, *claim.spelled)
            if key not in seen and certainly_false(claim):
                seen.add(key)
                yield claim
                break
        else:
            raise AssertionError(f"no false claim of the class {name!r} was found")


def _built(name: str, place: int, seed: str) -> FalseClaim:
    draw = Draw(seed)
    draft = dressed(draw, BUILDERS[name](draw))
    domain = tuple(f"{input_}={extent}" for input_, extent in draft.ranges.items())
    return FalseClaim(
        f"{name} {place}",
        name,
        draft.left,
        draft.right,
        domain,
        draft.tolerance,
        draft.integers,
        draft.where_defined,
        draft.spelled,
        draft.witness,
        draft.divisor,
        draft.beyond,
    )
