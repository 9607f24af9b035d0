"""Sweeps of claims by compiled loops: no array of samples, on every core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...codegen.cache import compiled
from ...expression.straight_line import Program, numbers_of, straight
from ..verdict import Claim
from .loop_source import Input, loop_source
from .samples import Piece, key
from .threads import cores, in_chunks
from .values import number, to_float

MOST_STEPS = 400
MOST_INTERVALS = 16
_CHUNK = 2**20
Worst = list[tuple[float, int]]


def fits(program: Program, tables: Mapping[str, Sequence[Piece]]) -> bool:
    """Whether a compiler handles a claim in seconds: it has inputs, and is not very large."""
    intervals = max((len(table) for table in tables.values()), default=0)
    rows = sum(len(table) for table in tables.values())
    return 0 < intervals <= MOST_INTERVALS and len(program.steps) + 3 * rows <= MOST_STEPS


def compiled_sweep(
    claim: Claim,
    tables: Mapping[str, Sequence[Piece]],
    count: int,
    seed: int,
    judged: int,
    go_on: Any,
    threads: int | None = None,
) -> tuple[int, int, Worst]:
    """How many points were drawn, how many of them are doubtful, and the worst by their places.

    The points drawn are the same on any number of threads, and so are the worst.
    """
    program = straight(claim.left, claim.right)
    inputs = [Input(name, len(table)) for name, table in tables.items()]
    loop = compiled(loop_source(program, inputs, claim.tolerance.kind), "sweep").sweep
    keys = np.array([key(seed, number) for number in range(len(inputs))], dtype=np.uint64)
    rows = [(p.start, p.base, p.scale) for table in tables.values() for p in table]
    table = np.array(rows, dtype=np.float64)
    numbers = np.array([number(step.content) for step in numbers_of(program)], dtype=np.float64)
    tolerance = to_float(claim.tolerance.size)
    threads = threads or cores()
    worst = np.full((threads, judged), -np.inf)
    places = np.zeros((threads, judged), dtype=np.uint64)
    doubtful = [0] * threads

    def work(thread: int, first: int, stop: int) -> None:
        ends = np.uint64(first), np.uint64(stop)
        kept = worst[thread], places[thread]
        doubtful[thread] += loop(*ends, keys, table, numbers, tolerance, *kept)

    chunk = max(2**14, min(_CHUNK, count // (4 * threads)))
    drawn = in_chunks(count, chunk, threads, work, go_on)
    found = zip(worst.ravel().tolist(), places.ravel().tolist(), strict=True)
    ordered = sorted((entry for entry in found if entry[0] > -np.inf), key=lambda e: (-e[0], e[1]))
    return drawn, sum(doubtful), ordered[:judged]
