"""Gradient training of P-NTMs, ending in a machine with hard controls."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ....pntm.machine import Machine
from ....pntm.module import PNTM
from ....pntm.vocabulary import Ids, Vocabulary
from ....tasks.sequences import Example
from ...trainer import Interrupted
from ..discrete.groups import find_groups
from .batches import Pool
from .relation import Judge, Judged
from .rounding import other_roundings, rounded, turned
from .stack import Stack

_COLD = 0.1
_CHECK = 50
_TOLD_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    members: int = 8
    batch: int = 16
    width: int = 8
    hidden: int = 32
    least: int = 300
    life: int = 300
    learnt: float = 0.1
    trials: int = 30
    fresh: int = 2


def fit_gradient(
    examples, vocabulary, *, seed, tapes, register=None, starts=None, budget_seconds=60.0,
    device="cpu", settings=Settings(), verbose=False,
):
    began = time.perf_counter()
    if register is None:
        register = np.zeros((1, vocabulary.size), np.int64)
    if starts is None:
        starts = np.zeros((tapes, 2), np.int64)
    random = np.random.default_rng(seed)
    generator = torch.Generator(device).manual_seed(seed)
    judge = Judge(examples, vocabulary, register, starts)
    mixed = random.permutation(len(examples))[:150]
    quick = Judge([examples[i] for i in mixed], vocabulary, register, starts)
    kinds, used = row_kinds(judge, vocabulary, register)
    pool = Pool(examples, vocabulary, device, random)
    E = settings.members
    stack = Stack(
        dict(vocabulary_size=vocabulary.size, tapes=tapes, width=settings.width, hidden=settings.hidden, states=len(register)),
        kinds, register, starts, E, device, generator,
    )
    short = pool.shortest(settings.least)
    best = None
    step = gen = 0
    line = [None] * E
    best_quick = [np.inf]

    def try_(member, trials):
        nonlocal best
        judged = roundings(stack, quick, member, kinds, used, trials)
        if best is not None and judged.cost >= best_quick[0]:
            return judged, False
        best_quick[0] = judged.cost
        machine, errors = judge.machine(judged)
        if best is None or (errors, judged.cost) < best[:2]:
            best = (errors, judged.cost, machine, judged, member)
        return judged, errors == 0 and 4 * machine.entries < judge.questions

    while True:
        smooth = None
        for age in range(settings.life):
            if time.perf_counter() - began > budget_seconds:
                return best, time.perf_counter() - began, step, gen
            losses = stack.step(pool.draw(settings.batch, short), max(_COLD, _COLD ** (age / settings.life))).cpu().numpy()
            step += 1
            smooth = losses if smooth is None else smooth + 0.1 * (losses - smooth)
            if age % _CHECK == _CHECK - 1:
                for member in np.flatnonzero(smooth < settings.learnt).tolist():
                    if try_(member, settings.trials)[1]:
                        return best, time.perf_counter() - began, step, gen
        for member in range(E):
            judged, done = try_(member, settings.trials)
            if done:
                return best, time.perf_counter() - began, step, gen
            if line[member] is None or judged.cost < line[member][0].cost:
                line[member] = judged, stack.parameters_of(member)
        gen += 1
        order = sorted(range(E), key=lambda m: line[m][0].cost)
        if verbose:
            print(gen, round(time.perf_counter() - began, 1), np.round(smooth, 2), [(round(line[m][0].cost), line[m][0].columns) for m in order], best[0], flush=True)
        worst = order[len(order)-settings.fresh:]
        for place, m in enumerate(worst):
            if tapes > 1 and place < len(worst) - 1 and gen > 1:
                line[m] = line[order[0]]
            elif gen % 3 == 0 or tapes == 1:
                line[m] = None
        for m in range(E):
            if line[m] is None:
                stack.begin(m, {}, None, ())
                continue
            judged, parent = line[m]
            kept = quick.useful(judged, random)
            stack.begin(m, parent, judged.hard, kept)


def roundings(stack, judge, member, kinds, used, trials):
    logits = stack.control_logits(member)
    best = judge.judged(rounded(logits))
    for _, name, rows, place in other_roundings(logits, kinds, used)[:trials]:
        other = judge.judged(turned(best.hard, logits, name, rows, place))
        if other.cost < best.cost:
            best = other
    return best


def row_kinds(judge: Judge, vocabulary: Vocabulary, register: Ids):
    groups = find_groups(judge.streams, judge.rows)
    kinds = np.full(register.size, -1, np.int64)
    sets = [*groups.prompt, *groups.answer, *groups.fixed]
    for at, rows in enumerate(sets):
        kinds[list(rows)] = at
    used = np.flatnonzero(kinds >= 0)
    kinds[kinds < 0] = len(sets)
    return kinds, used
