"""What a verdict rests on, in a sentence. Nothing is computed here, and nothing but text is made."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Context, Decimal

from ..rationals import parse_rational
from ..verify import Verdict
from ..verify.domain import INTEGERS

_MOST_LISTED, _LONGEST_RANGE, _LONGEST_EXACT = 4, 80, 12


def explain(verdict: Verdict) -> str:
    """What a verdict rests on, in one sentence."""
    domain = domain_text(verdict.domain)
    points = "all real" if verdict.inputs == "real" else f"every {verdict.inputs}"
    if any(extent.startswith(INTEGERS) for extent in verdict.domain.values()):
        points = "all"
    where = f" for {points} {domain}" if domain else ""
    within = "" if verdict.tolerance == "0" else f" within {verdict.tolerance}"
    if verdict.verdict == "proved" and verdict.where_defined:
        there = "defined at the same points and equal there"
        return f"{there}{where} ({verdict.method})"
    if verdict.verdict == "proved":
        said = f"true{where}" if verdict.of_condition else f"equal{where}, and both defined there"
        return f"{said} ({verdict.method})"
    if verdict.verdict == "bounded":
        share = " of the right side" if verdict.tolerance.startswith("rel") else ""
        return f"at most {verdict.bound}{share} apart{where} ({verdict.method})"
    if verdict.verdict == "tested":
        limit = verdict.violating_fraction_below
        sure = (
            ""
            if limit is None
            else f"95 % sure that less than {_rounded_up(limit)} of the domain violates it; "
        )
        return (
            f"no counterexample{within} in {verdict.points:,} points ({verdict.method}); {sure}"
            f"{verdict.reason}"
        )
    if verdict.verdict == "unknown":
        return f"not established{where}: {verdict.reason}"
    return f"{verdict.reason}{f' (tolerance {verdict.tolerance})' if within else ''}"


def _rounded_up(limit: float) -> str:
    return f"{Context(prec=2, rounding=ROUND_CEILING).create_decimal(Decimal(limit)):g}"


def domain_text(domain: Mapping[str, str]) -> str:
    """`x1 in [2,6], x2 in [1,3]`; many inputs of one range as `x1, …, x10 in [2,6]`."""
    by_range: dict[str, list[str]] = {}
    for name, extent in domain.items():
        by_range.setdefault(extent, []).append(name)
    groups = []
    for extent, names in by_range.items():
        listed = names if len(names) <= _MOST_LISTED else [names[0], "…", names[-1]]
        shown = extent if len(extent) <= _LONGEST_RANGE else f"{extent[:_LONGEST_RANGE]}…"
        groups.append(f"{', '.join(listed)} in {shown}")
    return ", ".join(groups)


def with_decimal(text: str) -> str:
    """A value, and its decimal beside a fraction that is long: `12000000029/3000000007 ≈ 4.00000000033`."""
    value = parse_rational(text) if "/" in text and len(text) > _LONGEST_EXACT else None
    if value is None:
        return text
    try:
        return f"{text} ≈ {float(value):.12g}"
    except OverflowError:
        return text
