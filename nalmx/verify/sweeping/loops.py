"""Sweeps of claims by compiled loops: no array of samples, on every core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...codegen.emit import loop
from ...codegen.loops import SweepLoop
from ...codegen.values import FUNCTIONS, Body
from ...expression.straight_line import StraightLine
from ...threads import cores, in_chunks
from ..verdict import Claim
from .samples import DrawnInterval, key
from .values import Arrays, Doubt

MOST_STEPS = 400
MOST_INTERVALS = 16
_CHUNK, _CHUNK_OF_A_GPU = 2**20, 2**30
Worst = list[tuple[float, int]]


def fits(program: StraightLine, tables: Mapping[str, Sequence[DrawnInterval]]) -> bool:
    """Whether a compiler handles a claim in seconds: it has inputs, and is not very large."""
    intervals = max((len(table) for table in tables.values()), default=0)
    rows = sum(len(table) for table in tables.values())
    return 0 < intervals <= MOST_INTERVALS and len(program.steps) + 3 * rows <= MOST_STEPS


def sweep_form(doubt: Doubt, tables: Mapping[str, Sequence[DrawnInterval]]) -> SweepLoop:
    """The loop of a claim. Numbers come in as an array, so that claims of one shape share its code."""
    body = Body()
    inputs = {name: body.input(f"x{place}") for place, name in enumerate(tables)}
    numbers = [body.input(f"constants{place}") for place in range(len(doubt.numbers))]
    arrays = Arrays(FUNCTIONS, body.number)
    body.results["score"] = doubt.score(inputs, numbers, body.input("tolerance"), arrays)
    return SweepLoop(body, tuple(len(table) for table in tables.values()))


def compiled_sweep(
    claim: Claim,
    tables: Mapping[str, Sequence[DrawnInterval]],
    count: int,
    seed: int,
    judged: int,
    go_on: Any,
    threads: int | None = None,
    device: str = "cpu",
) -> tuple[int, int, Worst]:
    """How many points were drawn, how many of them are doubtful, and the worst by their places.

    The points drawn are the same on any number of threads and on a GPU, and so are the worst, except
    that functions such as exp may round otherwise there.
    """
    doubt = Doubt(claim)
    compiled = loop(sweep_form(doubt, tables), device).sweep
    keys = np.array([key(seed, number) for number in range(len(tables))], dtype=np.uint64)
    rows = [(p.start, p.base, p.scale) for table in tables.values() for p in table]
    table = np.array(rows, dtype=np.float64)
    numbers = np.array(doubt.numbers, dtype=np.float64)
    threads = 1 if device != "cpu" else threads or cores()
    worst = np.full((threads, judged), -np.inf)
    places = np.zeros((threads, judged), dtype=np.uint64)
    doubtful = [0] * threads

    def work(thread: int, first: int, stop: int) -> None:
        ends = np.uint64(first), np.uint64(stop)
        kept = worst[thread], places[thread]
        doubtful[thread] += compiled(*ends, keys, table, numbers, doubt.tolerance, *kept)

    chunk = max(2**14, min(_CHUNK, count // (4 * threads))) if device == "cpu" else _CHUNK_OF_A_GPU
    drawn = in_chunks(count, chunk, threads, work, go_on)
    found = zip(worst.ravel().tolist(), places.ravel().tolist(), strict=True)
    ordered = sorted((entry for entry in found if entry[0] > -np.inf), key=lambda e: (-e[0], e[1]))
    return drawn, sum(doubtful), ordered[:judged]
