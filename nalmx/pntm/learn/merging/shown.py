"""How often examples show where short ways lead: what tells a smallest machine from larger ones.

A machine that is the only one of its size may still be too small: where the truth has a state more, examples
must come by it. So for each state and each two tokens it is counted how often a prompt takes them there and
then goes on in a way that tells the state where they lead from every other state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np

from ...tasks import Example, Tokens
from ...transducer import Transducer

TOKENS = 2  # of a way


def least_shown(
    transducer: Transducer, examples: Sequence[Example], tokens: int = TOKENS
) -> tuple[int, Tokens]:
    """How often that way is shown that is shown least, and a prompt that takes it.

    A way is a state and so many tokens, and is shown by a prompt that takes it and whose answer no other
    state gives to the rest. The transducer has every transition, says a token a step or all in the end, and
    answers all examples. Equal prompts count once.
    """
    letters = {token: at for at, token in enumerate(transducer.tokens)}
    words = {word: at for at, word in enumerate(sorted(transducer.words))}
    steps = np.array([[way[0] for way in row if way] for row in transducer.steps])
    said = np.array([[words[way[1]] for way in row if way] for row in transducer.steps])
    finals = np.array([-1 if word is None else words[word] for word in transducer.finals])
    prompts = {example.prompt: example.answer for example in examples}
    symbols = np.array([letters[token] for prompt in prompts for token in prompt])
    bounds = np.cumsum([0, *map(len, prompts)])
    ways = len(steps) * len(letters) ** tokens
    if ways > len(symbols):
        return 0, ()
    counts = np.zeros((ways, len(steps)), np.int64)
    _count(steps, said, finals, symbols, bounds, tokens, counts)
    worst = int(counts.min(axis=1).argmin())
    return int(counts[worst].min()), _prompt_of(transducer, worst, tokens)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _count(
    steps: Any, said: Any, finals: Any, symbols: Any, bounds: Any, tokens: int, counts: Any
) -> None:
    """Add, for each way and each state, the prompts that tell where it leads from that state."""
    states, letters = steps.shape
    longest = 0
    for example in range(len(bounds) - 1):
        longest = max(longest, bounds[example + 1] - bounds[example])
    told = np.zeros(
        (longest + 1, states), np.bool_
    )  # at each place of a prompt, what its rest tells
    path = np.zeros(longest + 1, np.int64)
    for example in range(len(bounds) - 1):
        begin, length = bounds[example], bounds[example + 1] - bounds[example]
        path[0] = 0
        for at in range(length):
            path[at + 1] = steps[path[at], symbols[begin + at]]
        for state in range(states):
            told[length, state] = finals[state] != finals[path[length]] and finals[state] >= 0
        for at in range(length - 1, -1, -1):
            symbol = symbols[begin + at]
            for state in range(states):
                told[at, state] = (
                    said[state, symbol] != said[path[at], symbol]
                    or told[at + 1, steps[state, symbol]]
                )
        for at in range(tokens, length + 1):
            way = path[at - tokens]
            for back in range(tokens, 0, -1):
                way = way * letters + symbols[begin + at - back]
            for state in range(states):
                counts[way, state] += told[at, state] or state == path[at]


def _prompt_of(transducer: Transducer, way: int, tokens: int) -> Tokens:
    """The shortest prompt that takes a way."""
    letters: list[str] = []
    for _ in range(tokens):
        way, letter = divmod(way, len(transducer.tokens))
        letters.append(transducer.tokens[letter])
    reached: dict[int, Tokens] = {0: ()}
    order = [0]
    for state in order:
        for token, step in zip(transducer.tokens, transducer.steps[state], strict=True):
            if step is not None and step[0] not in reached:
                reached[step[0]] = (*reached[state], token)
                order.append(step[0])
    return (*reached[way], *letters[::-1])
