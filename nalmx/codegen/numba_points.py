"""Loops over points for Numba: sweeps of drawn points, and checks at every float32.

The loop over a block has no branch and calls nothing that a compiler could not vectorise, where the
body allows it; sin, cos, tan and powers that are not whole call the C library. Nothing is compiled with
liberties, so that no product and sum of a body are rounded together.
"""

from __future__ import annotations

from .counter_random import GOLDEN
from .loops import EveryFloatLoop, SweepLoop
from .numba_cpu import header, lines
from .printing import loads

BLOCK = 512

_SWEEP = """
BLOCK, GOLDEN = U({block}), U({golden})


@njit(**outer)
def sweep(first, stop, keys, table, constants, tolerance, worst, places):
    scores = np.empty(BLOCK, F)
    doubtful = 0
{loads}\
    while first < stop:
        size = min(BLOCK, stop - first)
        threshold = min(worst[worst.size - 1], F(0.0))
        above = False
{counters}\
        for j in range(size):
{lines}\
            scores[j] = score
            above = True if not (score <= threshold) else above
        if above:
            doubtful += keep(scores, size, first, worst, places)
        first += size
    return doubtful
"""

_CHECK = """
BLOCK = U({block})


@njit(**inner)
def block(first, size, outer, inner, exact, errors, narrow, tolerance, gaps, open_):
    unsure = 0
    largest = bits(F(0.0))
    bound = bits(F(0.0))
{loads}\
    for j in range(size):
{lines}\
        unsure += not sure
        open_[j] = not sure
        gaps[j] = gap
        largest = bits(gap) if bits(gap) > largest else largest
        bound = bits(off) if bits(off) > bound else bound
    return unsure, from_bits64(largest), from_bits64(bound)


@njit(**outer)
def check(first, stop, outer, inner, exact, errors, narrow, tolerance, places):
    gaps = np.empty(BLOCK, F)
    open_ = np.empty(BLOCK, np.bool_)
    unsure = 0
    kept = 0
    largest = F(-1.0)
    bound = F(0.0)
    at = first
    while first < stop:
        size = min(BLOCK, stop - first{in_row})
        found = block(first, size, outer, inner, exact, errors, narrow, tolerance, gaps, open_)
        if found[0] > 0:
            unsure += found[0]
            for j in range(size):
                if open_[j] and kept < places.size:
                    places[kept] = first + U(j)
                    kept += 1
        if found[1] > largest:
            largest = found[1]
            at = first
        if found[2] > bound:
            bound = found[2]
        first += size
    size = min(BLOCK, stop - at{in_row_at})
    block(at, size, outer, inner, exact, errors, narrow, tolerance, gaps, open_)
    for j in range(size):
        if gaps[j] == largest:
            at += U(j)
            break
    return unsure, kept, largest, at, bound
"""

_INPUTS = (
    ("", "        x0 = from_bits32(first + U(j))\n"),
    ("", "        x0 = inner[first + U(j)]\n"),
    (
        "    x0 = outer[first // U(inner.size)]\n    column = first % U(inner.size)\n",
        "        x1 = inner[column + U(j)]\n",
    ),
)
"""Before a block, and at each of its points: the inputs, by how many tables there are."""


def sweep(form: SweepLoop) -> str:
    """The source of `sweep`; see `loops.SweepLoop`."""
    rows = [(n, k) for n, count in enumerate(form.intervals) for k in range(count)]
    table = "".join(
        f"    {part}{n}_{k} = table[{row}, {column}]\n"
        for row, (n, k) in enumerate(rows)
        for column, part in enumerate(("start", "base", "scale"))
    )
    start = "        z{0} = keys[{0}] + (first + U(1)) * GOLDEN\n"
    draws = "".join(_draw(n, count) for n, count in enumerate(form.intervals))
    return header("Sweep of a claim, generated from its expressions.") + _SWEEP.format(
        block=BLOCK,
        golden=GOLDEN,
        loads=loads(form.body, "{}[{}]", "constants") + table,
        counters="".join(start.format(n) for n in range(len(form.intervals))),
        lines=draws + lines(form.body, {"score": "score"}, 12),
    )


def _draw(n: int, count: int) -> str:
    """The lines that make input n of a point from its counter."""
    made = [f"t = counted(z{n} + U(j) * GOLDEN)", f"base = base{n}_0", f"scale = scale{n}_0"]
    for k in range(1, count):
        made.append(f"later = t >= start{n}_{k}")
        made += [f"{part} = {part}{n}_{k} if later else {part}" for part in ("base", "scale")]
    made.append(f"x{n} = base + t * scale")
    return "".join(f"{' ' * 12}{line}\n" for line in made)


def check(form: EveryFloatLoop) -> str:
    """The source of `check`; see `loops.EveryFloatLoop`."""
    targets = {name: name for name in ("sure", "gap", "off")}
    row, inputs = _INPUTS[form.tables]
    # A block lies in one row, so that the loop over it reads numbers that follow each other.
    in_row = ", U(inner.size) - {} % U(inner.size)" if form.tables > 1 else ""
    return header("Check at every point, generated from a claim.") + _CHECK.format(
        block=BLOCK,
        loads=row + loads(form.body, "{}[{}]", "exact", "errors", "narrow"),
        in_row=in_row.format("first"),
        in_row_at=in_row.format("at"),
        lines=inputs + lines(form.body, targets, 8),
    )
