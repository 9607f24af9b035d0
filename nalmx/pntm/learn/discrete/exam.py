"""What a machine says of prompts held out, beside predictors that know no rule.

A machine that remembers its examples, or that always says the commonest answer, is right on many of
them. So its table is grown without every fifth prompt, and what it then says to those prompts is
counted token by token, each token that is to be said weighing alike however often it is (balanced
accuracy). Beside it stand predictors that look at a few tokens: a rule must say far more than they do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from ...vocabulary import Ids
from ..findings import Exam
from .data import Data, Streams

Bools = NDArray[np.bool_]
_CONSTANT = "a constant"
_GRAMS = 3


def examine(data: Data, right: Bools) -> Exam:
    """The exam of a machine that was `right` on some of the questions held out."""
    outputs = data.streams.vocabulary.outputs
    targets = (data.streams.targets - outputs.start).astype(np.int64)
    # A prompt that is often asked for is one prompt.
    firsts = {example.prompt: at for at, example in reversed([*enumerate(data.examples)])}
    once = np.isin(data.owner, [*firsts.values()])
    right, held = right[once[data.held]], data.held & once
    shown, asked = targets[~data.held], targets[held]
    predictors: dict[str, float] = {}
    chance = 1.0
    for name, context in contexts(data.streams).items():
        said = _likeliest(context[~data.held], shown, context[held], len(outputs))
        predictors[name] = _balanced(said == asked, asked)
        if name == _CONSTANT:
            chance = _sign_test(right, said == asked)
    prompts = len(np.unique(data.owner[held]))
    return Exam(prompts, len(asked), _balanced(right, asked), predictors, chance)


def contexts(streams: Streams) -> dict[str, Ids]:
    """What each predictor looks at, as a number for every question.

    But for the constant, each knows the token before, by which it tells where an answer ends.
    """
    size = streams.vocabulary.size + 1
    begins = streams.bounds[np.searchsorted(streams.bounds, streams.asked, side="right") - 1]
    symbols = streams.symbols.astype(np.int64)
    equals = np.flatnonzero(symbols == streams.vocabulary.equals)
    before = symbols[streams.asked]
    first = symbols[begins]
    last = symbols[np.maximum(equals[np.searchsorted(equals, begins)] - 1, begins)]
    found = {
        _CONSTANT: np.zeros_like(before),
        "the first token": before * size + first,
        "the last token": before * size + last,
    }
    gram = np.zeros_like(before)
    for back in range(_GRAMS):
        at = streams.asked - back
        inside = at >= begins
        gram = gram * size + np.where(inside, symbols[np.maximum(at, 0)] + 1, 0)
        found["the token before" if back == 0 else f"{back + 1} tokens before"] = gram
    return found


def _likeliest(context: Ids, targets: Ids, asked: Ids, outputs: int) -> Ids:
    """For every context asked for, the target that speaks for it most, each weighing alike."""
    known, at = np.unique(context, return_inverse=True)
    counts = np.zeros((len(known) + 1, outputs))
    np.add.at(counts, (at.ravel(), targets), 1.0)
    counts[-1] = 1e-9  # never seen
    totals = np.bincount(targets, minlength=outputs)
    best = (counts / np.maximum(totals, 1)).argmax(axis=1)
    place = np.searchsorted(known, asked)
    seen = known[np.minimum(place, len(known) - 1)] == asked if len(known) else asked < 0
    found: Ids = best[np.where(seen, place, len(known))]
    return found


def _balanced(right: Bools, asked: Ids) -> float:
    """The mean, over the tokens that were to be said, of how often each was said."""
    if not len(asked):
        return 0.0
    counts = np.bincount(asked)
    hits = np.bincount(asked, weights=right.astype(float), minlength=len(counts))
    there = counts > 0
    return float((hits[there] / counts[there]).mean())


def _sign_test(right: Bools, rival: Bools) -> float:
    """How likely as many questions are gained against a rival by chance, one in two being gained."""
    gained, lost = int((right & ~rival).sum()), int((rival & ~right).sum())
    # P(X ≥ gained) for X binomial (Abramowitz & Stegun 26.5.24).
    return float(betainc(gained, lost + 1, 0.5)) if gained else 1.0
