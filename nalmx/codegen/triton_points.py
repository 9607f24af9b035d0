"""Loops over points for Triton. A lane takes some points and keeps what is asked of them.

The lanes of a program, `BLOCK` of them, lie `stride` places apart, and so do all of its steps. Places
are numbers of 64 bits. What changes from call to call lies in arrays, since Triton takes a plain float for
a float32 and compiles anew for whole numbers of another kind.
"""

from __future__ import annotations

from .counter_random import GOLDEN
from .loops import EveryFloatLoop, SweepLoop
from .printing import loads
from .triton_lines import header, lines

_KERNEL = """

@triton.jit
def lanes(
    starts, stops, walk, {arrays},
    counts, worst, places, {results}BLOCK: tl.constexpr,
):
    start, stop = tl.load(starts + tl.program_id(0)), tl.load(stops + tl.program_id(0))
    steps, stride, tolerance = tl.load(walk), tl.load(walk + 1), tl.load(tolerance)
{loads}\
    lane = tl.arange(0, BLOCK)
    place = start + lane * stride
    count = tl.zeros((BLOCK,), tl.int64)
    found = tl.full((BLOCK,), -inf, tl.float64)
    found_at = place
{before}\
    for step in range(steps):
        inside = place < stop
{lines}\
{kept}\
        place += BLOCK * stride
    row = tl.program_id(0).to(tl.int64) * BLOCK + lane
    tl.store(counts + row, count)
    tl.store(worst + row, found)
    tl.store(places + row, found_at)
{after}"""

_KEPT_OF_SWEEP = """\
        score = tl.where(score == score, score, inf)
        score = tl.where(inside, score, -inf)
        count += (score > 0.0).to(tl.int64)
        better = score > found
        found = tl.where(better, score, found)
        found_at = tl.where(better, place, found_at)
"""

_BEFORE_CHECK = """\
    first = place
    bound = tl.zeros((BLOCK,), tl.float64)
"""
_KEPT_OF_CHECK = """\
        unsure = inside & ~sure
        first = tl.where(unsure & (count == 0), place, first)
        count += unsure.to(tl.int64)
        better = inside & (gap > found)
        found = tl.where(better, gap, found)
        found_at = tl.where(better, place, found_at)
        bound = tl.where(inside & (off > bound), off, bound)
"""
_AFTER_CHECK = """\
    tl.store(firsts + row, first)
    tl.store(bounds + row, bound)
"""


def sweep(form: SweepLoop) -> str:
    """The source of `lanes`: of each lane, how many scores are above 0, the largest, and its place."""
    rows = [(n, k) for n, count in enumerate(form.intervals) for k in range(count)]
    table = "".join(
        f"    {part}{n}_{k} = tl.load(table + {3 * row + column})\n"
        for row, (n, k) in enumerate(rows)
        for column, part in enumerate(("start", "base", "scale"))
    )
    keys = "".join(
        f"    key{n} = tl.load(keys + {n}).to(tl.uint64)\n" for n in range(len(form.intervals))
    )
    counter = f"        counter = (place + 1).to(tl.uint64) * {GOLDEN}\n"
    draws = "".join(_draw(n, count) for n, count in enumerate(form.intervals))
    return header("Sweep of a claim, generated from its expressions.") + _KERNEL.format(
        arrays="keys, table, constants, tolerance",
        results="",
        loads=loads(form.body, "tl.load({} + {})", "constants") + table + keys,
        before="",
        lines=counter + draws + lines(form.body, {"score": "score"}, 8),
        kept=_KEPT_OF_SWEEP,
        after="",
    )


def _draw(n: int, count: int) -> str:
    """The lines that make input n of a point from its counter."""
    made = [f"t = counted(key{n} + counter)", f"base = base{n}_0", f"scale = scale{n}_0"]
    for k in range(1, count):
        made.append(f"later = t >= start{n}_{k}")
        made += [f"{part} = tl.where(later, {part}{n}_{k}, {part})" for part in ("base", "scale")]
    made.append(f"x{n} = base + t * scale")
    return "".join(f"{' ' * 8}{line}\n" for line in made)


_INPUTS = (
    "        x0 = from_bits32(place)\n",
    "        x0 = tl.load(inner + place, inside, 1.0)\n",
    """\
        row = place.to(tl.uint32) // width
        x0 = tl.load(outer + row, inside, 1.0)
        x1 = tl.load(inner + (place.to(tl.uint32) - row * width), inside, 1.0)
""",
)
"""The inputs of a point, by how many tables there are."""


def check(form: EveryFloatLoop) -> str:
    """The source of `lanes`: of each lane, how many points are not sure and the first of them, the largest
    gap and its place, and the largest bound.
    """
    width = "    width = tl.load(width).to(tl.uint32)\n"
    return header("Check at every point, generated from a claim.") + _KERNEL.format(
        arrays="outer, inner, width, exact, errors, narrow, tolerance",
        results="firsts, bounds, ",
        loads=loads(form.body, "tl.load({} + {})", "exact", "errors", "narrow") + width,
        before=_BEFORE_CHECK,
        lines=_INPUTS[form.tables]
        + lines(form.body, {name: name for name in ("sure", "gap", "off")}, 8),
        kept=_KEPT_OF_CHECK,
        after=_AFTER_CHECK,
    )
