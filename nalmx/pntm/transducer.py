"""Finite transducers: answers that a register alone decides, said word by word while a prompt is read.

A subsequential transducer (Choffrut 1977) answers with the words of the transitions that a prompt
takes, one after the other, and with a last word where it ends:

    answer(u₁ … uₙ) = w(q₀, u₁) w(q₁, u₂) … w(qₙ₋₁, uₙ) f(qₙ),    qᵢ = step(qᵢ₋₁, uᵢ).

Mealy machines have a word of one token a transition and an empty last one; classifiers have empty
words and say everything in the end. What no example shows has no word: there is no answer then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..clock import look
from .tasks import Tokens

START, END = "\0start", "\0end"  # beside the tokens of a prompt
# For every prompt token the next state and what is said; None where that is not known.
Transition: TypeAlias = tuple[int, Tokens] | None


@dataclass(frozen=True)
class Transducer:
    """`steps[q][a]` is the transition of a state for the token `tokens[a]`; the first state is 0.

    `finals[q]` is what is said where a prompt ends there.
    """

    tokens: Tokens
    steps: tuple[tuple[Transition, ...], ...]
    finals: tuple[Tokens | None, ...]

    @property
    def states(self) -> int:
        return len(self.steps)

    @property
    def words(self) -> set[Tokens]:
        """Everything that is said in one go."""
        taken = {way[1] for row in self.steps for way in row if way is not None}
        return taken | {word for word in self.finals if word is not None}

    @property
    def unseen(self) -> list[tuple[int, int]]:
        """States and numbers of tokens without a transition."""
        return [(q, a) for q, row in enumerate(self.steps) for a, way in enumerate(row) if not way]

    def answer(self, prompt: Sequence[str]) -> Tokens | None:
        """None where the prompt takes what is not known."""
        number, state = {token: a for a, token in enumerate(self.tokens)}, 0
        said: list[str] = []
        for token in prompt:
            way = self.steps[state][number[token]] if token in number else None
            if way is None:
                return None
            state = way[0]
            said += way[1]
        last = self.finals[state]
        return None if last is None else (*said, *last)

    def pairs(self, prompt: Sequence[str]) -> Iterator[tuple[int, str, str]]:
        """What a prompt takes two by two: a state, its token and the next one, `END` in the end."""
        number, state = {token: a for a, token in enumerate(self.tokens)}, 0
        for token, after in zip(prompt, (*prompt[1:], END), strict=True):
            way = self.steps[state][number[token]] if token in number else None
            if way is None:
                return
            yield state, token, after
            state = way[0]

    def minimal(self) -> Transducer:
        """The states that can be reached, those that say the same as one (Moore's refinement).

        They are numbered as a walk from the first one meets them, so that what is the same but for
        numbers is the same. Words stay where they are.
        """
        blocks = [0] * self.states
        count = 0
        while True:
            names: dict[Hashable, int] = {}
            blocks = [
                names.setdefault(
                    (
                        blocks[q],
                        self.finals[q],
                        tuple(way and (blocks[way[0]], way[1]) for way in row),
                    ),
                    len(names),
                )
                for q, row in enumerate(self.steps)
            ]
            if len(names) == count:
                break
            count = len(names)
        member = {block: q for q, block in reversed([*enumerate(blocks)])}
        order, ahead = {blocks[0]: 0}, deque([blocks[0]])
        while ahead:
            for way in self.steps[member[ahead.popleft()]]:
                if way is not None and blocks[way[0]] not in order:
                    order[blocks[way[0]]] = len(order)
                    ahead.append(blocks[way[0]])
        return Transducer(
            self.tokens,
            tuple(
                tuple(
                    None if way is None else (order[blocks[way[0]]], way[1])
                    for way in self.steps[member[block]]
                )
                for block in order
            ),
            tuple(self.finals[member[block]] for block in order),
        )


def difference(
    one: Transducer, other: Transducer, may_follow: Callable[[str, str], bool] | None = None
) -> Tokens | None:
    """The shortest prompt to which two transducers say something else; None where there is none.

    Having no answer is something else than any answer. `may_follow` tells prompts: those are meant in
    which each token may follow the one before, `START` and `END` included.
    """
    found = _walked(one, other, may_follow)
    return found if isinstance(found, tuple) else None


def agreement(one: Transducer, other: Transducer) -> Tokens | Agreement:
    """The shortest prompt of one token or more to which two transducers say something else; or, where
    there is none, what shows it."""
    found = _walked(one, other, empty=False)
    if isinstance(found, tuple):
        return found
    return {
        (p, q): rests or ((), ())
        for (p, q, rests), last in found
        if last != START and (p, q) != (LOST, LOST)
    }


def _walked(
    one: Transducer,
    other: Transducer,
    may_follow: Callable[[str, str], bool] | None = None,
    *,
    empty: bool = True,
) -> Tokens | set[tuple[_Pair, str]]:
    """The shortest prompt with two answers, the empty one among them or not; or everything that the
    walk came by.

    A walk through both at once knows their states, and what either has said more than the other.
    Where both always say the same, a pair of states comes with one such rest only, since some prompt
    ends there for both; so the walk ends.
    """
    tokens = tuple(dict.fromkeys((*one.tokens, *other.tokens)))
    sides = _Side(one), _Side(other)
    start = _together(((sides[0].first, ()), (sides[1].first, ()))), START
    seen: set[tuple[_Pair, str]] = {start}
    ahead: deque[tuple[_Pair, str, Tokens]] = deque([(*start, ())])
    while ahead:
        look()
        pair, last, prompt = ahead.popleft()
        p, q, rests = pair
        if (p, q) == (LOST, LOST):
            continue
        ends = (empty or prompt) and (may_follow is None or may_follow(last, END))
        if ends and _differ(rests, sides[0].said(p), sides[1].said(q)):
            return prompt
        for token in tokens:
            if may_follow is not None and not may_follow(last, token):
                continue
            (p_after, word), (q_after, its) = sides[0].after(p, token), sides[1].after(q, token)
            before = ((), ()) if rests is None else rests
            new = _together(
                ((p_after, before[0] + word), (q_after, before[1] + its)), apart=rests is None
            )
            after = new, "" if may_follow is None else token
            if after not in seen:
                seen.add(after)
                ahead.append((*after, (*prompt, token)))
    return seen


# For each pair of states that prompts lead two transducers to, what either has said more.
Agreement: TypeAlias = dict[tuple[int, int], tuple[Tokens, Tokens]]
LOST = -1  # a state from where no prompt has an answer
# Two states, and what either has said more than the other; None where that never can be the same.
_Pair: TypeAlias = tuple[int, int, tuple[Tokens, Tokens] | None]


def _together(both: tuple[tuple[int, Tokens], tuple[int, Tokens]], apart: bool = False) -> _Pair:
    """A pair without what both have said; who is lost has said nothing."""
    (p, one), (q, other) = both
    if LOST in (p, q):
        return p, q, ((), ())
    common = min(len(one), len(other))
    if apart or one[:common] != other[:common]:
        return p, q, None
    return p, q, (one[common:], other[common:])


def _differ(rests: tuple[Tokens, Tokens] | None, said: Tokens | None, its: Tokens | None) -> bool:
    if said is None or its is None:
        return said is not its
    return rests is None or rests[0] + said != rests[1] + its


class _Side:
    """A transducer whose states from where no prompt can end are one, the lost one."""

    def __init__(self, transducer: Transducer) -> None:
        self._of = transducer
        self._number = {token: a for a, token in enumerate(transducer.tokens)}
        before: dict[int, list[int]] = {}
        for q, row in enumerate(transducer.steps):
            for way in row:
                if way is not None:
                    before.setdefault(way[0], []).append(q)
        self._ending = {q for q, word in enumerate(transducer.finals) if word is not None}
        ahead = [*self._ending]
        while ahead:
            for q in before.get(ahead.pop(), ()):
                if q not in self._ending:
                    self._ending.add(q)
                    ahead.append(q)

        self.first = 0 if 0 in self._ending else LOST

    def said(self, state: int) -> Tokens | None:
        return None if state == LOST else self._of.finals[state]

    def after(self, state: int, token: str) -> tuple[int, Tokens]:
        at = self._number.get(token)
        way = None if state == LOST or at is None else self._of.steps[state][at]
        return (LOST, ()) if way is None or way[0] not in self._ending else way
