"""Terms of states: what prompts come to under the rules so far, each term once.

A term is what stands before it, a token or a pair of brackets, and what stands inside. Both are terms or
states: the number of a term, −2 − q for the state q, or −1 for nothing. A rule puts a state in the place of
a term, and what is built on it may become something that is there already. Two prompts that come to the
same, with two answers, contradict the rules.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

LEFT, SYMBOL, INSIDE, LABEL, COUNT, FIELDS = range(6)
NOTHING, FIRST_STATE = -1, -2
_LEFT, _SYMBOL, _INSIDE, _LABEL, _COUNT = range(5)  # for compiled code
_STATE = -2
CONFLICT = -1.0


def hash_table(keys: int) -> Any:
    """An open hash table for so many keys: three numbers, what they stand for, and a stamp."""
    return np.zeros((1 << max(4, (2 * keys).bit_length()), 5), np.int64)


@numba.njit(inline="always")  # type: ignore[untyped-decorator]
def _place(table: Any, stamp: int, left: int, symbol: int, inside: int) -> int:
    """Where a key stands in a table, or where it may be put."""
    mask = len(table) - 1
    at = (left * 1_000_003 + symbol * 10_007 + inside * 31_337 + (left >> 7)) & mask
    while table[at, 4] == stamp and not (
        table[at, 0] == left and table[at, 1] == symbol and table[at, 2] == inside
    ):
        at = (at + 1) & mask
    return at


@numba.njit(inline="always")  # type: ignore[untyped-decorator]
def _put(table: Any, at: int, stamp: int, left: int, symbol: int, inside: int, what: int) -> None:
    table[at, 0], table[at, 1], table[at, 2] = left, symbol, inside
    table[at, 3], table[at, 4] = what, stamp


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def read(terms: Any, count: int, rules: Any, labels: Any, table: Any) -> int:
    """Read terms by rules, in place: how many are left, or −1 where the rules are contradicted.

    `rules` (rules, 4) has the three numbers of a term of states, and a state. `labels` has the answer of
    each state, −1 for none so far, and is filled, as is `table`.
    """
    table[:, 4] = 0
    for rule in range(len(rules)):
        left, symbol, inside, state = rules[rule]
        _put(table, _place(table, 1, left, symbol, inside), 1, left, symbol, inside, state)
    moved = np.empty(count, np.int64)
    kept = 0
    for term in range(count):
        left, symbol, inside, label, often = terms[term]
        left = moved[left] if left >= 0 else left
        inside = moved[inside] if inside >= 0 else inside
        at = _place(table, 1, left, symbol, inside)
        if table[at, 4] != 1:
            _put(table, at, 1, left, symbol, inside, kept)
            moved[term] = kept
            terms[kept, _LEFT], terms[kept, _SYMBOL], terms[kept, _INSIDE] = left, symbol, inside
            terms[kept, _LABEL], terms[kept, _COUNT] = label, often
            kept += 1
            continue
        same = table[at, 3]
        moved[term] = same
        if same >= 0:
            terms[same, _COUNT] += often
        known = terms[same, _LABEL] if same >= 0 else labels[_STATE - same]
        if label >= 0 and known >= 0 and known != label:
            return -1
        if label >= 0 and same >= 0:
            terms[same, _LABEL] = label
        elif label >= 0:
            labels[_STATE - same] = label
    return kept


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def judge(
    terms: Any, count: int, labels: Any, table: Any, nats: Any, blue: int, new_table: Any,
    stamp: int, told: Any, strict: bool,
) -> tuple[int, int]:  # fmt: skip
    """What speaks for each state in the place of a term: `told` has nats, `CONFLICT` where it cannot be.

    With `strict` that is what agrees with other prompts than those with the term, which come to the same
    among themselves by any rule that puts enough of them together.
    All else is read by the rules in `table`. Gives the last stamp that was used for `new_table`, and how many
    terms were looked at.
    """
    states = len(labels)
    built = np.zeros(count, np.bool_)
    built[blue] = True
    those = np.empty(count, np.int64)
    many = 1
    those[0] = blue
    for term in range(blue + 1, count):
        left, inside = terms[term, _LEFT], terms[term, _INSIDE]
        if (left >= 0 and built[left]) or (inside >= 0 and built[inside]):
            built[term] = True
            those[many] = term
            many += 1
    moved = np.empty(count, np.int64)
    # Answers of states, terms and new terms where they are not as they were, by stamp.
    own = np.empty(states + count + many, np.int64)
    stamped = np.full(len(own), -1, np.int64)
    alone = np.full(len(own), -1, np.int64)
    for state in range(states):
        stamp += 1
        new = count
        told[state] = 0.0
        for k in range(many):
            term = those[k]
            if k == 0:
                same = _STATE - state
            else:
                left, symbol, inside = (
                    terms[term, _LEFT],
                    terms[term, _SYMBOL],
                    terms[term, _INSIDE],
                )
                left = moved[left] if left >= 0 and built[left] else left
                inside = moved[inside] if inside >= 0 and built[inside] else inside
                at = _place(table, 1, left, symbol, inside)
                if table[at, 4] == 1:
                    same = table[at, 3]
                    if same >= 0 and built[same]:
                        same = moved[same]
                else:
                    at = _place(new_table, stamp, left, symbol, inside)
                    if new_table[at, 4] != stamp:
                        _put(new_table, at, stamp, left, symbol, inside, new)
                        own[states + new], stamped[states + new] = -1, stamp
                        new += 1
                    same = new_table[at, 3]
            moved[term] = same
            label = terms[term, _LABEL]
            if label < 0:
                continue
            place = _STATE - same if same < 0 else states + same
            ours = stamped[place] == stamp
            if ours:
                known = own[place]
            elif same < 0:
                known = labels[_STATE - same]
            else:
                known = terms[same, _LABEL]
            if known >= 0 and known != label:
                told[state] = -1.0
                break
            if known >= 0 and not (strict and ours and alone[place] == stamp):
                told[state] += nats[label]
            if known < 0:
                alone[place] = stamp
            own[place], stamped[place] = label, stamp
    return stamp, count + many * states
