"""Merging two states, with all that follows from it, and how much speaks for it.

A node of the tree is folded into a state: what both say where a prompt ends must be the same, and so
must be what both say to a token, whose targets are folded next. Where nothing fixes when a thing is
said, examples may agree by chance on what is not yet said: then the node says it later (its way is
shortened, and what leaves it begins with that). What both say is evidence, in nats: −ln of how often
it is said.

All that is known of nodes is one array of whole numbers, so that a trial is undone by a list of
places and what was there: `FIELDS` numbers a node, and then, for each token, a target and a way.
"""

from __future__ import annotations

from typing import Any

import numba

BEGIN, END, LAST, STOP, COUNT, RED, FIELDS = range(7)
NONE = -1
CONFLICT = -1.0
_STEP = 0.05  # nats: that nothing, or the same, is said to a token
_ENDS = 0.3  # that nothing more is said
_BEGIN, _END, _LAST, _STOP, _COUNT, _RED, _FIELDS, _NONE = *range(7), -1  # for compiled code


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _put(memory: Any, log: Any, place: int, value: int) -> None:
    log[0, 0] += 1
    log[log[0, 0], 0], log[log[0, 0], 1] = place, memory[place]
    memory[place] = value


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _say_later(memory: Any, log: Any, width: int, node: int, by: int) -> None:
    """Say the last tokens of the way into a node at its leaving ways, and where a prompt ends."""
    at = node * width
    _put(memory, log, at + _END, memory[at + _END] - by)
    if memory[at + _LAST] != _NONE:
        _put(memory, log, at + _LAST, memory[at + _LAST] - by)
    for place in range(at + _FIELDS, at + width, 2):
        if memory[place] != _NONE:
            begin = memory[place + 1] * width + _BEGIN
            _put(memory, log, begin, memory[begin] - by)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _alike(said: Any, nats: Any, one: int, other: int, most: int, told: Any) -> int:
    """How many tokens are the same from two places on, whose nats are added to what is told."""
    for at in range(most):
        if said[one + at] != said[other + at]:
            return at
        told[0] += nats[other + at]
    return most


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def fold(
    memory: Any, log: Any, stack: Any, said: Any, nats: Any, work: Any, width: int, rigid: bool,
    place: int, into: int, later: int, keep: bool,
) -> float:  # fmt: skip
    """Fold the target of a way, which stands at a place, into a state; the nats that speak for it.

    `CONFLICT` where it cannot be. The way says its last `later` tokens later. Nothing is changed
    unless `keep` is set and there is no conflict. `work[0]` counts the ways looked at; (`log[0, 0]` is
    the length of the log.)
    """
    told = work[1:]
    told[0], log[0, 0] = 0.0, 0
    fits, height = True, 1
    stack[0, 0], stack[0, 1] = into, memory[place]
    _put(memory, log, place, into)
    if later:
        _say_later(memory, log, width, stack[0, 1], later)
    while fits and height:
        height -= 1
        one, other = stack[height, 0] * width, stack[height, 1] * width
        work[0] += width
        _put(memory, log, one + _COUNT, memory[one + _COUNT] + memory[other + _COUNT])
        if memory[other + _LAST] != _NONE:
            if memory[one + _LAST] == _NONE:
                _put(memory, log, one + _LAST, memory[other + _LAST])
                _put(memory, log, one + _STOP, memory[other + _STOP])
            else:
                size = memory[one + _STOP] - memory[one + _LAST]
                fits = size == memory[other + _STOP] - memory[other + _LAST] and size == _alike(
                    said, nats, memory[one + _LAST], memory[other + _LAST], size, told
                )
                told[0] += _ENDS if memory[one + _STOP] else 0.0
        for slot in range(_FIELDS, width, 2):
            new, old = memory[other + slot], memory[one + slot]
            if not fits or new == _NONE:
                continue
            if old == _NONE:
                _put(memory, log, one + slot, new)
                _put(memory, log, one + slot + 1, new)
                continue
            known, fresh = memory[one + slot + 1] * width, new * width
            size = memory[known + _END] - memory[known + _BEGIN]
            more = memory[fresh + _END] - memory[fresh + _BEGIN]
            before = told[0]
            same = _alike(
                said, nats, memory[known + _BEGIN], memory[fresh + _BEGIN], min(size, more), told
            )
            settled = rigid or memory[old * width + _RED]
            if not settled:
                told[0] = before  # either may have been said too early
            if (settled and same < size) or (rigid and same < more):
                fits = False
                continue
            if same < size:
                _say_later(memory, log, width, old, size - same)
            if same < more:
                _say_later(memory, log, width, new, more - same)
            told[0] += _STEP
            stack[height, 0], stack[height, 1] = old, new
            height += 1
    if not fits or not keep:
        for entry in range(log[0, 0], 0, -1):
            memory[log[entry, 0]] = log[entry, 1]
    return told[0] if fits else CONFLICT


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def best_fold(
    memory: Any, log: Any, stack: Any, said: Any, nats: Any, work: Any, width: int, rigid: bool,
    place: int, states: Any, found: Any,
) -> None:  # fmt: skip
    """How the target of a way is best folded into a state: `found` (2, 3) is filled with nats, state,
    and tokens said later, for the best state and the second best; CONFLICT where there is none."""
    found[:] = CONFLICT
    way = memory[place + 1] * width
    most = 0 if rigid else memory[way + _END] - memory[way + _BEGIN]
    keep = most < 0  # never; for the literal False, Numba would compile `fold` once more
    for into in states:
        score, chosen = CONFLICT, 0
        for later in range(most + 1):
            own = fold(memory, log, stack, said, nats, work, width, rigid, place, into, later, keep)
            if own > score:
                score, chosen = own, later
        at = 0 if score > found[0, 0] else 1
        if score > found[at, 0]:
            if at == 0:  # number by number: an assignment of rows takes Numba seconds to compile
                for field in range(3):
                    found[1, field] = found[0, field]
            found[at, 0], found[at, 1], found[at, 2] = score, into, chosen
