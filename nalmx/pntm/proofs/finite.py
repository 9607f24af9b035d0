"""Proofs for tasks whose truth is a finite automaton: exact equivalence with a machine that is one.

A specification that folds a single block and says a token of the last state is a finite transducer. A
machine that is one, too, is held against it state by state on the prompts of the task, and the pairs of
states that show that both agree are checked apart from that (`checking.pairs`).
"""

from __future__ import annotations

from ..machine import Machine
from ..tasks import Tokens
from ..tasks.specification import Fold, Say, Specification, State, Stream
from ..transducer import Transducer, Transition, agreement
from ..transducer_machine import finite_transducer
from .checking.pairs import shows_equal

_MOST_STATES = 10_000


def automaton_of(specification: Specification | None) -> Transducer | None:
    """The transducer that a specification is; None where it is none, or one of very many states."""
    match specification:
        case Specification(instructions=(Fold(step, stream), Say(token))) if (
            len(specification.shape) == 1
            and [block.least for block in specification.blocks] == [1]
            and stream == Stream()
        ):
            tokens = specification.tokens
        case _:
            return None
    numbers: dict[State, int] = {specification.start: 0}
    steps: list[tuple[Transition, ...]] = []
    for state in (states := [specification.start]):  # which grows
        row: list[Transition] = []
        for one in tokens:
            after = step(state, one)
            if numbers.setdefault(after, len(states)) == len(states):
                states.append(after)
            row.append((numbers[after], ()))
        steps.append(tuple(row))
        if len(states) > _MOST_STATES:
            return None
    ends = specification.ends_in

    def last(state: State) -> Tokens | None:
        said = token(state)
        return None if ends is not None and not ends(state) else () if said is None else (said,)

    return Transducer(tokens, tuple(steps), tuple(map(last, states))).minimal()


def within(machine: Transducer, truth: Transducer) -> Transducer:
    """A transducer that answers as `machine` the prompts that `truth` answers, and no others."""
    own = {token: a for a, token in enumerate(machine.tokens)}
    numbers = {(0, 0): 0}
    steps: list[tuple[Transition, ...]] = []
    for p, q in (pairs := [(0, 0)]):  # which grows
        row: list[Transition] = []
        for a, token in enumerate(truth.tokens):
            way = machine.steps[p][own[token]] if token in own else None
            other = truth.steps[q][a]
            if way is None or other is None:
                row.append(None)
                continue
            after = way[0], other[0]
            if numbers.setdefault(after, len(pairs)) == len(pairs):
                pairs.append(after)
            row.append((numbers[after], way[1]))
        steps.append(tuple(row))
    finals = tuple(None if truth.finals[q] is None else machine.finals[p] for p, q in pairs)
    return Transducer(truth.tokens, tuple(steps), finals)


def decided(machine: Machine, specification: Specification | None) -> bool | Tokens | None:
    """True where a machine answers all prompts of a task as its specification says; a prompt that it
    may answer otherwise; None where one of them is no finite transducer."""
    truth, own = automaton_of(specification), finite_transducer(machine)
    if truth is None or own is None:
        return None
    side = within(own, truth)
    found = agreement(side, truth)
    return shows_equal(side, truth, found) or None if isinstance(found, dict) else found
