"""What is established of a recurrent network at sequences of every length, by induction on its step.

If the state before a step is what the truth says and lies in a box, the items lie in theirs, and there the
step is proved equal to the true step, then the state after it is what the truth says. It lies in the box
again where that is proved of the true step. Else it does for as many steps as fit into the box: where a step
is proved to move a state by an amount in the range `growth`, or else as what one step after the other can
come to is enclosed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..errors import NoTruthValue, SettingError
from ..expression import Apply, Expression, Number, Variable
from ..extract.flow import extents_of
from ..extract.formula import Formula
from ..ranges import Interval, Range
from ..verify import Claim, Domain, Effort, check

MOST_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class EveryLength(NoTruthValue):
    """`proved` for sequences of up to `most` items, of any length where that is None; or why not."""

    _ask = "every_length.verdict == 'proved'"

    verdict: str
    reason: str
    most: int | None = None

    def __str__(self) -> str:
        if self.verdict != "proved":
            return f"{self.verdict}: {self.reason}"
        return (
            "proved for every length" if self.most is None else f"proved up to length {self.most:,}"
        )


def every_length(
    step: Formula,
    truth: Sequence[Expression],
    items: Sequence[Range],
    states: Sequence[Range],
    initial: Sequence[float] | None,
    *,
    growth: Range | None = None,
    effort: Effort | None = None,
) -> EveryLength:
    """Compare the step of a recurrent network with the true step, and conclude for all sequences.

    `step` is its `step_formula`, `truth` one expression of the same inputs for each state, `items` and
    `states` the ranges of the inputs of an item and of the states, and `initial` the state at the beginning,
    None where it is the first item. A range of a state must be one interval.
    """
    if len(truth) != len(states) or len(items) + len(states) != len(step.inputs):
        raise SettingError(
            f"a step of the inputs {', '.join(step.inputs)} and {len(step.outputs)} states does not fit "
            f"{len(items)} items, {len(states)} states and {len(truth)} truths"
        )
    if any(len(extent.intervals) > 1 for extent in states):
        raise SettingError("the range of a state must be one interval; a union was given")
    domain = Domain(dict(zip(step.inputs, (*items, *states), strict=True)))
    if outside := _begins_outside(items, states, initial):
        return EveryLength("unknown", outside)
    for name, found, wanted in zip(step.inputs[len(items) :], step.outputs, truth, strict=True):
        verdict = check(Claim(found, wanted, domain), effort).verdict
        if verdict != "proved":
            return EveryLength(verdict, f"the step of {name} is {verdict}")
    before = [Variable(name) for name in step.inputs[len(items) :]]
    if all(
        _within(after, extent, domain, effort) for after, extent in zip(truth, states, strict=True)
    ):
        return EveryLength("proved", "the true step stays in the ranges of the states")
    reason = "the states stay in their ranges so long"
    begin = _beginnings(items, initial)
    if growth is None:
        known = dict(zip(step.inputs, items, strict=False))
        steps = _enclosed_steps(truth, known, [h.name for h in before], begin, states)
        if not steps:
            return EveryLength("unknown", "the states are not proved to stay in their ranges")
        return EveryLength("proved", reason, steps)
    for h, after in zip(before, truth, strict=True):
        if not _within(Apply("add", (after, Apply("neg", (h,)))), growth, domain, effort):
            return EveryLength("unknown", f"a step is not proved to move {h.name} within {growth}")
    rooms = [
        room
        for extent, start in zip(states, begin, strict=True)
        for room in _rooms(start, extent, growth)
    ]
    return EveryLength("proved", reason, min(rooms, default=None))


def _enclosed_steps(
    truth: Sequence[Expression],
    items: dict[str, Range],
    names: Sequence[str],
    begin: Sequence[Range],
    states: Sequence[Range],
) -> int:
    """How many steps are enclosed in the ranges of the states, of at most `MOST_STEPS`."""
    now = begin
    for steps in range(MOST_STEPS):
        after = extents_of(truth, {**items, **dict(zip(names, now, strict=True))})
        if after is None or any(
            extent.overlap(found) != found for extent, found in zip(states, after, strict=True)
        ):
            return steps
        now = after
    return MOST_STEPS


def _rooms(start: Range, extent: Range, growth: Range) -> Iterator[int]:
    """How many steps of a growth fit between where a state begins and the ends of its range."""
    if growth.upper > 0:
        yield int((extent.upper - start.upper) / growth.upper)
    if growth.lower < 0:
        yield int((start.lower - extent.lower) / -growth.lower)


def _beginnings(items: Sequence[Range], initial: Sequence[float] | None) -> list[Range]:
    """Where the states begin."""
    if initial is None:
        return list(items)
    return [Range((Interval(Fraction(value), Fraction(value)),)) for value in initial]


def _begins_outside(
    items: Sequence[Range], states: Sequence[Range], initial: Sequence[float] | None
) -> str | None:
    """Why a state does not begin in its range; None where it does."""
    for start, extent in zip(_beginnings(items, initial), states, strict=True):
        if extent.overlap(start) != start:
            return f"a state begins in {start}, which is not within {extent}"
    return None


def _within(value: Expression, extent: Range, domain: Domain, effort: Effort | None) -> bool:
    """Whether a value is proved to lie in a range on a domain."""
    bounds = (
        Apply("ge", (value, Number(extent.lower))),
        Apply("le", (value, Number(extent.upper))),
    )
    return all(check(Claim.that(bound, domain), effort).verdict == "proved" for bound in bounds)
