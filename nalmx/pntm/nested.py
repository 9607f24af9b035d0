"""Automata of nested words: a state for what was read in a bracket, and a stack of those around it.

A prompt is read from left to right. A token leads from state to state. An opening bracket keeps the state
and begins anew; the closing one leads from the state that was kept and the state within to the next:

    q ← rule(q, a);    ( : push q, q ← 0;    ) : p ← pop, q ← rule(p, (), q).

In the end the state has an answer. These are visibly pushdown automata (Alur & Madhusudan 2004) whose
brackets all begin in one state, as those with a congruence for minimal automaton do (Alur, Kumar,
Madhusudan & Viswanathan 2005). Without brackets they are finite automata. What no example shows has no rule,
and then there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from .tasks import Token, Tokens

Rule: TypeAlias = tuple[int, int, int]
"""The state before, the number of a token, and `ALONE`; or that of a pair, and the state within."""

ALONE = -1


@dataclass(frozen=True, eq=False)
class NestedAutomaton:
    """Rules lead to states, of which `finals[q]` is what is said where a prompt ends in q; 0 is the first.

    `pairs` are the opening and closing brackets; in rules they are counted on from the single `tokens`.
    """

    tokens: Tokens
    pairs: tuple[tuple[Token, Token], ...]
    rules: Mapping[Rule, int]
    finals: tuple[Tokens | None, ...]

    @property
    def states(self) -> int:
        return len(self.finals)

    @cached_property
    def numbers(self) -> tuple[dict[Token, int], dict[Token, int], dict[Token, int]]:
        """The numbers of single tokens, and of pairs by their opening and by their closing bracket."""
        first = len(self.tokens)
        return (
            {token: at for at, token in enumerate(self.tokens)},
            {opening: at for at, (opening, _) in enumerate(self.pairs, first)},
            {closing: at for at, (_, closing) in enumerate(self.pairs, first)},
        )

    def run(self, prompt: Sequence[Token]) -> tuple[list[Rule], int | None]:
        """The rules that a prompt takes, and the state it ends in; None where there is none."""
        alone, opening, closing = self.numbers
        around: list[tuple[int, int]] = []
        state, taken = 0, list[Rule]()
        for token in prompt:
            if token in opening:
                around.append((state, opening[token]))
                state = 0
                continue
            if token in closing:
                before, pair = around.pop() if around else (0, -1)
                if pair != closing[token]:
                    return taken, None
                rule = before, pair, state
            elif token in alone:
                rule = state, alone[token], ALONE
            else:
                return taken, None
            if rule not in self.rules:
                return taken, None
            taken.append(rule)
            state = self.rules[rule]
        return taken, None if around else state

    def answer(self, prompt: Sequence[Token]) -> Tokens | None:
        """None where the prompt takes what is not known."""
        _, state = self.run(prompt)
        return None if state is None else self.finals[state]
