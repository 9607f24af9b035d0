"""Modular arithmetic in brackets: the value modulo 5 of an expression with + and -.

Example: ( ( 1 + 3 ) - - 2 ) → 1.
Reference: Delétang et al. (2023), Neural networks and the Chomsky hierarchy.
"""

from __future__ import annotations

from ._base import SequenceTask
from ._brackets import BRACKETS, RESIDUES, SIGNS, drawn, every, is_expression, value_of

TOKENS = (*RESIDUES, *SIGNS, *BRACKETS)

TASK = SequenceTask(
    name="modular-arithmetic-brackets",
    summary="the value modulo 5 of an expression in brackets with + and -",
    counts="tokens",
    prompt_tokens=TOKENS,
    answer_tokens=RESIDUES,
    draw=drawn,
    answer=lambda prompt: (RESIDUES[value_of(prompt)],),
    every=every,
    admits=lambda prompt: set(TOKENS).issuperset(prompt) and is_expression("".join(prompt)),
)
