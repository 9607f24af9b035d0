"""Loops as forms: what is computed at every point, and what is kept of it. Emitters print them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .values import Body


@dataclass(frozen=True, slots=True)
class SweepLoop:
    """Points by their places, how doubtful each of them is, and the worst of them.

    The body has the inputs `x0, x1, …`, one for each of `intervals`: of how many intervals its range
    consists; `constants0, …` and `tolerance`; and the result `score`; NaN counts as infinite.

    Compiled it is `sweep(first, stop, keys, table, constants, tolerance, worst, places)`, which gives
    the number of scores above 0. `keys` has a number for each input, `table` three for each interval
    (start, base, scale); `worst` and `places` are kept sorted, `worst` with -inf where there is none.
    """

    body: Body
    intervals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EveryFloatLoop:
    """Every point of a finite set by its place, and how far apart two sides are there.

    Without tables, a place is the bit pattern of the one input, a float32. With them, inputs are
    entries of tables: of `inner`, or of `outer` and `inner`, where place p is row p // inner.size.

    The body has the inputs `x0, …`, float32; `exact0, …`, `errors0, …`, `narrow0, …` and `tolerance`;
    and the results `sure`, a bound `off` that counts where it is sure, and `gap`, as float64 sees it.

    Compiled it is `check(first, stop, outer, inner, exact, errors, narrow, tolerance, places)`, which
    gives how many points are not sure, how many of those are in `places` (the first one is among them),
    the largest gap, its first place, and the largest bound.
    """

    body: Body
    tables: int


@dataclass(frozen=True, slots=True)
class TrainingLoop:
    """Steps of Adam on many models y = F(R₁, …, R_K, s): R are sums or products over the inputs of terms
    f(x, w), s weights that belong to no input.

    `raw`, `weights` and `slopes` say of each raw parameter, each effective weight and each slope of a
    weight in a raw parameter whether there is one for every input; `products` of each reduction whether
    it is one. The bodies, of numbers of `kind`, except the truths:

    | body | inputs | results |
    | --- | --- | --- |
    | `truths`, in float64 | `x0, …` | the target `t` |
    | `effective`, True for every input | `p0, …` (raw) | `w0, …`, `d0, …` (slopes) |
    | `term`, for every input | `x`, `w0, …` | `t0, …` (terms), `s1, …` (what `gradient` needs) |
    | `output` | `r0, …` (reductions), `w0, …` | `y` |
    | `output_gradient` | `r0, …`, `w0, …`, `target` | `e0, …` in reductions, `g0, …` in weights |
    | `gradient`, for every input | `e0, …` in terms, `x`, `s1, …` | `g0, …` in weights |
    | `updates`, Adam | `value`, `mean`, `square`, `w0, …`, `g0, …`, `d0, …` | `value`, `mean`, `square` |

    Updates have `lam`, the strength of the penalty, too, `size`, the number of inputs, `eta`, the rate, and
    `eps`.
    Compiled it has the functions `train` and `evaluate`.
    """

    label: str
    name: str
    kind: Literal["float32", "float64"]
    batch: int
    raw: tuple[bool, ...]
    weights: tuple[bool, ...]
    slopes: tuple[bool, ...]
    products: tuple[bool, ...]
    truths: tuple[Body, ...]
    effective: dict[bool, Body]
    term: Body
    output: Body
    output_gradient: Body
    gradient: Body
    updates: tuple[Body, ...]
