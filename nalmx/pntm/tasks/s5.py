"""S5: the product of permutations of five things, after each of five generators.

The generator s1 exchanges 1 and 2, …, s4 exchanges 4 and 5, and r sends 1 to 2, 2 to 3, …, 5 to 1.
A product is applied from left to right, and written in one-line notation. The group is not
solvable, so following it is as hard as following any finite automaton (Barrington 1989).

Example: s1 r → 21345 32451.
"""

from __future__ import annotations

from functools import partial

from ._base import SequenceTask
from ._draw import symbols
from ._permutations import permutations_of, then
from ._running import running
from .specification import after_each
from .tokens import Token

GENERATORS: dict[Token, Token] = {
    "s1": "21345",
    "s2": "13245",
    "s3": "12435",
    "s4": "12354",
    "r": "23451",
}


def _after(product: Token, name: Token) -> Token:
    return then(product, GENERATORS[name])


TASK = SequenceTask(
    name="s5",
    summary="the product of permutations of five things, after each generator",
    counts="generators",
    prompt_tokens=tuple(GENERATORS),
    answer_tokens=permutations_of(5),
    draw=partial(symbols, alphabet=tuple(GENERATORS)),
    answer=running(_after, "12345"),
    specification=after_each(tuple(GENERATORS), _after, "12345"),
)
