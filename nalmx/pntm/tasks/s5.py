"""S5: the product of permutations of five things, after each of five generators.

The generator s1 exchanges 1 and 2, …, s4 exchanges 4 and 5, and r sends 1 to 2, 2 to 3, …, 5 to 1.
A product is applied from left to right, and written in one-line notation. The group is not
solvable, so following it is as hard as following any finite automaton (Barrington 1989).

Example: s1 r → 21345 32451.
"""

from __future__ import annotations

from ._permutations import permutations_of, then
from ._running import running_task
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


TASK = running_task(
    "s5",
    "the product of permutations of five things, after each generator",
    "generators",
    tuple(GENERATORS),
    permutations_of(5),
    _after,
)
