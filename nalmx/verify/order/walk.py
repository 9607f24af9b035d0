"""Follow the steps of a proof, with the rules in any arithmetic: nothing is searched for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ..algebra.subdivision import halves_across
from ..domain import Box, Domain
from .goal import Touching, Unshown
from .rules import Rules, at_end

_MOST_DIGITS, _DEEPEST = 4, 500


def follow(rules: Rules, touching: Sequence[Touching], steps: Sequence[Sequence[str]]) -> None:
    """Show a goal by steps (`goal.Shown`); `Unshown` where one does not hold or a box is left."""
    ranges = {name: rules.goal.ranges[name] for name in rules.goal.names}
    starts = list(islice(Domain(ranges).boxes(), len(steps) + 1))
    if len(starts) != len(steps):
        raise Unshown("not every box of the ranges has steps, or there are more than boxes")
    for start, own in zip(starts, steps, strict=True):
        _follow(rules, touching, own, start)


def _follow(rules: Rules, touching: Sequence[Touching], steps: Sequence[str], start: Box) -> None:
    names = list(start)
    waiting = [(start, 0)]
    for step in steps:
        if not waiting:
            raise Unshown("steps go on where no box is left")
        given, depth = waiting.pop()
        box = rules.whole(given)
        if box is None:
            _must(step == "x", "a part without whole numbers is left out")
            continue
        where = ", ".join(f"{name} in {extent}" for name, extent in box.items())
        if depth > _DEEPEST:
            raise Unshown("a box is cut too often")
        if step == ".":
            _must(rules.shows(box), f"the sign is not shown on {where}")
        elif step == "x":
            _must(rules.excludes(box), f"the conditions may hold on {where}")
        elif step.startswith("t"):
            number = _number(step[1:], len(touching))
            _must(rules.touches(touching[number], box), f"the zero does not settle {where}")
        elif step.endswith(("-", "+")):
            name, upper = names[_number(step[:-1], len(names))], step.endswith("+")
            _must(
                rules.is_least_at(box, name, upper=upper),
                f"the function is not shown to be monotone in {name} on {where}",
            )
            waiting.append((at_end(box, name, upper=upper), depth + 1))
        elif step.endswith("^"):
            name = names[_number(step[:-1], len(names))]
            _must(
                rules.is_least_at_ends(box, name),
                f"the function is not shown to be concave in {name} on {where}",
            )
            waiting.extend((at_end(box, name, upper=u), depth + 1) for u in (True, False))
        else:
            halves = halves_across(box, names[_number(step, len(names))])
            waiting.extend((half, depth + 1) for half in reversed(halves))
    if waiting:
        raise Unshown("a box is left without a step")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unshown(otherwise[:300])


def _number(text: str, below: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) < below):
        raise Unshown(f"{text[:20]!r} is not a step")
    return int(text)
