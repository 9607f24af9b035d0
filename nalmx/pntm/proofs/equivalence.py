"""Whether two machines answer every prompt alike, whatever the truth is.

Of machines that are finite transducers it is decided (`transducer.agreement`), and what decides it is
checked apart from that (`checking.pairs`). Of others, prompts are answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ...clock import deadline, limited, until
from ...verify.effort import Effort
from ..machine import Machine
from ..tasks import SequenceTask, Tokens
from ..tasks.specification import Block, Specification
from ..transducer import agreement
from ..transducer_machine import finite_transducer
from .check import checked, silently
from .checking.pairs import shows_equal
from .provers import EveryPrompt, Known, SequenceClaim, Tell, Tests
from .verdict import SequenceVerdict

_PAIR = 10  # what a pair of states counts, beside a term of a polynomial


def check_machines(
    left: Machine, right: Machine, effort: Effort | None = None, tell: Tell = silently
) -> SequenceVerdict:
    """Whether two machines answer every prompt of one token or more alike.

    `proved` or `refuted` by the shortest prompt where both are finite transducers; otherwise prompts
    are answered, all short ones and random long ones. Having no answer is something else than any answer.
    """
    tokens = tuple(dict.fromkeys((*left.vocabulary.prompt, *right.vocabulary.prompt)))
    claim = SequenceClaim(left, _every_prompt(tokens, right), right)
    return checked(claim, effort or Effort(), (Transducers(tell), Tests(tell), EveryPrompt(tell)))


@dataclass(frozen=True, slots=True)
class Transducers:
    """`proved` by pairs of states, or `refuted` by the shortest prompt, of two finite transducers."""

    tell: Tell

    def attempt(
        self, claim: SequenceClaim, effort: Effort, known: Known
    ) -> SequenceVerdict | Known:
        assert claim.other is not None
        sides = [finite_transducer(machine) for machine in (claim.machine, claim.other)]
        one, other = sides
        if one is None or other is None:
            which = "a machine that reads its tapes otherwise than finite transducers do"
            return replace(known, reason=f"{which} is among them")
        self.tell("comparing states")
        method = (
            f"exact equivalence of finite transducers of {one.states} and {other.states} states"
        )
        with until(deadline()), limited(effort.operations // _PAIR):
            found = agreement(one, other)
            if isinstance(found, dict) and shows_equal(one, other, found):
                return claim.verdict("proved", method)
            wrong = claim.comparison.wrong([found]) if isinstance(found, tuple) else None
            if wrong is not None:
                return claim.verdict(
                    "refuted", method, counterexample=replace(wrong, shortest=True)
                )
        return replace(known, reason="their states were not compared with the effort there is")


def _every_prompt(tokens: Tokens, machine: Machine) -> SequenceTask:
    """All prompts of one token or more, with what a machine says as the answer."""

    def draw(random: np.random.Generator, length: int) -> Tokens:
        return tuple(tokens[i] for i in random.integers(0, len(tokens), length))

    return SequenceTask(
        name="sequences of tokens",
        summary="the answers of a machine",
        counts="tokens",
        prompt_tokens=tokens,
        answer_tokens=machine.vocabulary.answer,
        draw=draw,
        answer=lambda prompt: machine.decode(prompt) or (),
        specification=Specification((Block(tokens),), ()),
        every=lambda count: product(tokens, repeat=count),
    )
