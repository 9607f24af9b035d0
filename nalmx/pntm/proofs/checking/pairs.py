"""Whether two finite transducers answer alike: pairs of states, checked one by one.

The claim behind them: after a prompt that both can still answer, the transducers are in one of the
pairs, and what they have said is the same but for the rest that is noted there. It holds after no token,
and after one more token wherever it holds; and where a prompt ends, its rests and the last words are the
same. So all prompts of one token or more have one answer, or have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from ...tasks.tokens import Tokens

_Way: TypeAlias = tuple[int, Tokens] | None


class Words(Protocol):
    """`steps[q][a]`: the next state after the token `tokens[a]` and what is said; `finals[q]`: what is
    said in the end. None where there is nothing; the first state is 0."""

    @property
    def tokens(self) -> Tokens: ...
    @property
    def steps(self) -> tuple[tuple[_Way, ...], ...]: ...
    @property
    def finals(self) -> tuple[Tokens | None, ...]: ...


def shows_equal(
    one: Words, other: Words, pairs: Mapping[tuple[int, int], tuple[Tokens, Tokens]]
) -> bool:
    """Whether pairs show that every prompt of one token or more has the same answer, or none."""
    tokens = {*one.tokens, *other.tokens}
    ending = _ending(one), _ending(other)

    def goes_on(p: int, q: int, rests: tuple[Tokens, Tokens]) -> bool:
        for token in tokens:
            left, right = _after(one, ending[0], p, token), _after(other, ending[1], q, token)
            if left is None or right is None:
                if left is not right:
                    return False
                continue
            more = _apart(rests[0] + left[1], rests[1] + right[1])
            if more is None or pairs.get((left[0], right[0])) != more:
                return False
        return True

    def ends(p: int, q: int, rests: tuple[Tokens, Tokens]) -> bool:
        left, right = one.finals[p], other.finals[q]
        if left is None or right is None:
            return left is right
        return rests[0] + left == rests[1] + right

    return goes_on(0, 0, ((), ())) and all(
        goes_on(*pair, rests) and ends(*pair, rests) for pair, rests in pairs.items()
    )


def _after(side: Words, ending: set[int], state: int, token: str) -> _Way:
    """The next state and what is said, where some prompt has an answer from there."""
    way = side.steps[state][side.tokens.index(token)] if token in side.tokens else None
    return way if way is not None and way[0] in ending else None


def _ending(side: Words) -> set[int]:
    """The states from which some prompt has an answer."""
    found = {q for q, word in enumerate(side.finals) if word is not None}
    while True:
        more = {
            q
            for q, row in enumerate(side.steps)
            if any(way is not None and way[0] in found for way in row)
        }
        if more <= found:
            return found
        found |= more


def _apart(left: Tokens, right: Tokens) -> tuple[Tokens, Tokens] | None:
    """Two texts without what both begin with; None where neither begins with the other."""
    if left[: len(right)] != right[: len(left)]:
        return None
    common = min(len(left), len(right))
    return left[common:], right[common:]
