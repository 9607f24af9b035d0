"""Affine forms of networks hold every value, and bound or refute claims about them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice, pairwise

import numpy as np
import pytest
import torch
from claims import oracle
from helpers_pytest import thinned
from torch import nn

from nalmx.expression import Apply, Expression, Truth, Variable, evaluate, parse, to_text
from nalmx.expression.build import negative, product, quotient, rational, total
from nalmx.extract import network_as_trained
from nalmx.ranges import Interval, Range
from nalmx.verify import Claim, Effort, check
from nalmx.verify.bounding.affine import Program, bound_in_batches, ends_of
from nalmx.verify.bounding.enclosure import Piece

X, Y = Variable("x"), Variable("y")


def number(draw: random.Random) -> Expression:
    exact = draw.choice((0, 1, -2, Fraction(1, 3), Fraction(-7, 10**9), Fraction(10**12, 7)))
    return rational(Fraction(exact) if draw.random() < 0.4 else Fraction(draw.gauss(0, 1)))


def built(draw: random.Random, depth: int) -> Expression:
    if not depth:
        return draw.choice((X, Y, number(draw)))
    x, y = built(draw, depth - 1), built(draw, draw.randrange(depth))
    kind = draw.choice(("add", "mul", "neg", "abs", "max", "min", "div"))
    if kind == "div":
        return quotient(x, rational(Fraction(draw.choice((3, -7, 10**6)))))
    made = {"add": total([x, y]), "mul": product([x, y]), "neg": negative(x)}
    return made.get(kind) or Apply(kind, (x,) if kind == "abs" else (x, y))


def box(draw: random.Random) -> dict[str, Interval]:
    ends = {}
    for name in ("x", "y"):
        low = Fraction(draw.randint(-30, 30), draw.choice((1, 3, 7)))
        width = draw.choice((Fraction(0), Fraction(1, 10**12), Fraction(1, 3), Fraction(5)))
        ends[name] = Interval(low, low + width)
    return ends


def inside(draw: random.Random, extents: dict[str, Interval]) -> dict[str, Fraction]:
    shares = (Fraction(0), Fraction(1), Fraction(1, 2), Fraction(draw.randint(0, 99), 99))
    return {n: e.lower + e.width * draw.choice(shares) for n, e in extents.items()}


def smooth(draw: random.Random, depth: int) -> Expression:
    """A function of sums, products and functions with derivatives, which may be undefined somewhere."""
    if not depth:
        return draw.choice((X, Y, X, Y, number(draw)))
    x, y = smooth(draw, depth - 1), smooth(draw, draw.randrange(depth))
    kind = draw.choice(
        (
            *("add", "mul", "div", "max", "abs", "pow"),
            *("sqrt", "exp", "log", "sin", "cos", "tanh", "erf"),
        )
    )
    made = {
        "add": total([x, y]),
        "mul": product([x, y]),
        "div": quotient(x, total([rational(3), Apply("abs", (y,))])),
        "pow": Apply("pow", (x, rational(draw.choice((-2, 2, 3, 5, Fraction(3, 2)))))),
    }
    return made.get(kind) or Apply(kind, (x, y) if kind == "max" else (x,))


def programs(draw: random.Random) -> Iterator[tuple[Expression, Program]]:
    while True:
        function = total([Apply("max", (X, Y)), built(draw, 4)])
        program = Program.of(function, ("x", "y"))
        if program is not None:
            yield function, program


def test_every_value_lies_within_the_ends_of_its_form() -> None:
    draw = random.Random(5)
    for function, program in islice(programs(draw), 40):
        boxes = [box(draw) for _ in range(8)]
        low, high = program.on(ends_of(boxes, program.names)).ends
        for place, extents in enumerate(boxes):
            for _ in range(6):
                value = evaluate(function, inside(draw, extents))
                assert Fraction(float(low[place])) <= value <= Fraction(float(high[place]))


def test_values_of_functions_lie_within_the_ends_of_their_forms() -> None:
    """By an oracle that shares no code; most forms are finite, so that they say something."""
    draw, told = random.Random(8), 0
    for _ in range(60):
        function = smooth(draw, draw.randint(1, 4))
        program = Program.of(function, ("x", "y"))
        assert program is not None
        boxes = [box(draw) for _ in range(6)]
        low, high = program.on(ends_of(boxes, program.names)).ends
        for place, extents in enumerate(boxes):
            if not np.isfinite(low[place]) or not np.isfinite(high[place]):
                continue
            for _ in range(2):
                value = oracle.ball(oracle.value(to_text(function), inside(draw, extents)))
                assert float(low[place]) <= value.b
                assert value.a <= float(high[place])
                told += 1
    assert told > 300


def condition(draw: random.Random, depth: int) -> Expression:
    """Relations of functions, one of which may be undefined, and what is made of them."""
    kind = draw.choice(("and", "or", "not")) if depth else ""
    if kind:
        parts = [condition(draw, depth - 1) for _ in range(1 if kind == "not" else 2)]
        return Apply(kind, tuple(parts))
    sides = draw.choice((X, Y, smooth(draw, 1))), draw.choice((Y, number(draw), smooth(draw, 1)))
    return Apply(draw.choice(("lt", "le", "gt", "ge", "eq", "ne")), sides)


def test_what_is_chosen_by_conditions_lies_within_the_ends_of_its_form() -> None:
    """Undefined where the oracle has no value: where no condition holds, or one before it has no truth."""
    draw, told, settled = random.Random(9), 0, 0
    for _ in range(60):
        pieces = [(smooth(draw, 2), condition(draw, draw.randint(0, 2))) for _ in range(2)]
        if draw.random() < 0.7:
            pieces.append((smooth(draw, 1), Truth(True)))
        function = Apply("piecewise", tuple(part for piece in pieces for part in piece))
        program = Program.of(total([function, X]), ("x", "y"))
        assert program is not None
        boxes = [box(draw) for _ in range(6)]
        low, high = program.on(ends_of(boxes, program.names)).ends
        settled += int((high - low < 1e-3).sum())
        for place, extents in enumerate(boxes):
            if not np.isfinite(low[place]) or not np.isfinite(high[place]):
                continue
            for _ in range(3):
                with suppress(oracle.Undecided):
                    found = oracle.value(to_text(total([function, X])), inside(draw, extents))
                    value = oracle.ball(found)
                    assert float(low[place]) <= value.b
                    assert value.a <= float(high[place])
                    told += 1
    assert told > 150
    assert settled > 25


@pytest.mark.parametrize("layer", thinned(["ELU", "Softplus", "CELU"], 3))
def test_a_network_that_is_smooth_in_pieces_is_bounded(layer: str) -> None:
    torch.manual_seed(0)
    bent = getattr(nn, layer)
    network = nn.Sequential(nn.Linear(1, 3), bent(), nn.Linear(3, 3), bent(), nn.Linear(3, 1))
    values = network(torch.linspace(-4, 4, 4_001)[:, None]).detach()
    middle, half = float(values.max() + values.min()) / 2, float(values.max() - values.min()) / 2
    (output,) = network_as_trained(network).outputs
    for share, expected in ((1.05, "bounded"), (0.95, "refuted")):
        claim = Claim.of(output, repr(middle), "[-4,4]", f"abs:{half * share}")
        assert check(claim, Effort(points=2_000, examples=50)).verdict == expected


@pytest.mark.parametrize(
    "text",
    [
        "sin(9*x)*exp(y)",
        "tanh(x - y)/(1 + x**2)",
        "log(x*y + 1)*cos(y)",
        "sqrt(x)*y**3",
        "erf(x - y/2)/y",
        "x**(1/3) + pi*y",
    ],
)
def test_forms_of_functions_are_off_by_the_square_of_the_width(text: str) -> None:
    program = Program.of(parse(text), ("x", "y"))
    assert program is not None
    at = Fraction(6, 5)
    rests = []
    for width in (Fraction(1, 2**8), Fraction(1, 2**12)):
        narrow = {"x": Interval(at, at + width), "y": Interval(at, at + width)}
        form = program.on(ends_of([narrow], program.names))
        rests.append(form.rest[0])
    assert rests[1] < rests[0] / 200 < 1e-3


def test_forms_of_narrow_boxes_are_narrow() -> None:
    program = Program.of(parse("Max(0, 3*x - y) - Max(x, 2*y) + Abs(x + y)"), ("x", "y"))
    assert program is not None
    one, two = Fraction(1), Fraction(2)
    narrow = {"x": Interval(one, one + Fraction(1, 2**20)), "y": Interval(two, two)}
    low, high = program.on(ends_of([narrow], program.names)).ends
    assert np.all(high - low < 1e-5)


@pytest.mark.parametrize("text", ["floor(x) + y", "x*y**0", "x + asin(y)", "Max(x, 1e200)"])
def test_steps_huge_numbers_and_some_functions_are_out_of_reach(text: str) -> None:
    assert Program.of(parse(text), ("x", "y")) is None


def network(sizes: tuple[int, ...], seed: int) -> Expression:
    draw = random.Random(seed)
    values: list[Expression] = [Variable(f"x{k + 1}") for k in range(sizes[0])]
    for before, after in pairwise(sizes):
        spread = (2 / before) ** 0.5
        weights = [[Fraction(draw.gauss(0, spread)) for _ in values] for _ in range(after)]
        sums = [
            total([product([rational(w), v]) for w, v in zip(row, values, strict=True)])
            for row in weights
        ]
        values = [Apply("max", (rational(Fraction(0)), one)) for one in sums]
    return sums[0]


def test_a_network_of_two_hidden_layers_is_bounded_and_refuted() -> None:
    claim = Claim.of(network((2, 16, 16, 1), 1), 0, "[-1,1]", "abs:2.3")
    assert check(claim, Effort(points=0, examples=20)).verdict == "bounded"
    claim = Claim.of(network((2, 16, 16, 1), 1), 0, "[-1,1]", "abs:1.8")
    assert check(claim, Effort(points=0, examples=20)).verdict == "refuted"


def test_batches_stop_at_a_point_above_the_limit_and_at_too_many_boxes() -> None:
    function = parse("Max(0, x - y) + Max(0, y - x)")
    unit = Range((Interval(Fraction(0), Fraction(1)),))
    piece = Piece((function,), {"x": unit, "y": unit})
    above = bound_in_batches(piece, Fraction(9, 10), 10_000)
    assert above is not None
    assert above.largest > 0.9
    assert not above.upper.is_finite()
    assert bound_in_batches(piece, Fraction(1), 20) is None
    below = bound_in_batches(piece, Fraction(101, 100), 10_000)
    assert below is not None
    assert float(below.upper) <= 1.01
