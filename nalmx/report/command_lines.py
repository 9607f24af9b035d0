"""Commands that give a verdict again, as one would type them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..expression import to_text, variables
from ..ranges import Interval, Range
from ..verify import Claim, Domain
from ..verify.verdict import Counterexample


def claim_words(claim: Claim, options: Mapping[str, object] | None = None) -> list[str]:
    """The words of `nalmx verify expr` for a claim, with further options."""
    words = ["nalmx", "verify", "expr", to_text(claim.left), "--truth", to_text(claim.right)]
    for name, extent in claim.domain.ranges.items():
        if name in variables(claim.left, claim.right):
            words += ["--range", f"{name}={extent}"]
    for name in sorted(claim.domain.integers):
        words += ["--integers", name]
    if claim.tolerance.kind != "exact":
        words += ["--tolerance", str(claim.tolerance)]
    if claim.arithmetic is not None:
        words += ["--arithmetic", str(claim.arithmetic)]
    for option, value in (options or {}).items():
        words += [option, str(value)]
    return words


def counterexample_words(claim: Claim, found: Counterexample) -> list[str]:
    """The words of the command that judges a claim at its counterexample alone, or just around it."""
    other = found.beyond or found.point
    ranges = {
        name: Range((Interval(*sorted((value, other.get(name, value)))),))
        for name, value in found.point.items()
    }
    domain = Domain(ranges, claim.domain.integers)
    return claim_words(replace(claim, domain=domain))
