"""False claims that fail only in a place too narrow to be met by chance."""

from __future__ import annotations

from fractions import Fraction

from .draws import Draft, Draw, kind, text


def _place(draw: Draw) -> tuple[list[str], dict[str, str], dict[str, Fraction]]:
    names = draw.names(draw.randint(1, 3))
    witness = {name: draw.number() for name in names}
    return names, {name: draw.around(c) for name, c in witness.items()}, witness


def _draft(
    draw: Draw,
    bump: str,
    height: Fraction,
    ranges: dict[str, str],
    witness: dict[str, Fraction],
    *,
    tolerated: bool,
) -> Draft:
    f = draw.polynomial(list(witness))
    share = Fraction(draw.choice((1, 10, 50, 90, 99)), 100)
    tolerance = f"abs:{height * share}" if tolerated or draw.random() < 0.3 else "0"
    return Draft(f"{f} + {bump}", f, ranges, witness, tolerance)


def _slope(draw: Draw) -> str:
    return f"{draw.randint(1, 9)}e{draw.randint(6, 9)}"


def _height(draw: Draw) -> Fraction:
    return Fraction(draw.randint(1, 99), 10 ** draw.randint(0, 4))


@kind("needle of Max")
def of_max(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    slope, height = _slope(draw), _height(draw)
    distance = " + ".join(f"Abs({name} - {text(c)})" for name, c in witness.items())
    if draw.random() < 0.4:
        distance = f"Max({', '.join(f'Abs({n} - {text(c)})' for n, c in witness.items())})"
    bump = f"{text(height)}*Max(0, 1 - {slope}*({distance}))"
    return _draft(draw, bump, height, ranges, witness, tolerated=False)


@kind("needle of Piecewise")
def of_pieces(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    width = text(Fraction(1, 10 ** draw.randint(6, 9)))
    height = _height(draw)
    inside = " & ".join(
        draw.choice(
            (
                f"({n} > {text(c)} - {width}) & ({n} < {text(c)} + {width})",
                f"(Abs({n} - {text(c)}) <= {width})",
                f"(({n} - {text(c)})**2 < {width}**2)",
            )
        )
        for n, c in witness.items()
    )
    bump = f"Piecewise(({text(height)}, {inside}), (0, True))"
    return _draft(draw, bump, height, ranges, witness, tolerated=False)


@kind("needle of exp")
def of_exp(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    slope, height = _slope(draw), _height(draw)
    distance = " + ".join(f"(({name} - {text(c)})*{slope})**2" for name, c in witness.items())
    bump = f"{text(height)}*exp(-({distance}))"
    return _draft(draw, bump, height, ranges, witness, tolerated=True)


@kind("needle of a quotient")
def of_quotient(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    slope, height = _slope(draw), _height(draw)
    distance = " + ".join(f"(({name} - {text(c)})*{slope})**2" for name, c in witness.items())
    bump = f"{text(height)}/(1 + {distance})"
    return _draft(draw, bump, height, ranges, witness, tolerated=True)


@kind("needle of tanh")
def of_tanh(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    slope, height = _slope(draw), _height(draw)
    distance = " + ".join(f"Abs({name} - {text(c)})" for name, c in witness.items())
    bump = f"{text(height)}*(1 - tanh({slope}*({distance})))"
    return _draft(draw, bump, height, ranges, witness, tolerated=True)


@kind("needle along a diagonal")
def diagonal(draw: Draw) -> Draft:
    x, y = draw.names(2)
    c = draw.number()
    slope, height = _slope(draw), _height(draw)
    bump = draw.choice(
        (
            f"{text(height)}*Max(0, 1 - {slope}*Abs({x} - {y}))",
            f"{text(height)}/(1 + ({slope}*({x} - {y}))**2)",
            f"Piecewise(({text(height)}, {x} == {y}), (0, True))",
            f"{text(height)}*(1 - sign({x} - {y})**2)",
        )
    )
    ranges, witness = {x: draw.around(c), y: draw.around(c)}, {x: c, y: c}
    return _draft(draw, bump, height, ranges, witness, tolerated="/(1" in bump)


@kind("spike at a point")
def spike(draw: Draw) -> Draft:
    _, ranges, witness = _place(draw)
    height = _height(draw)
    square = " + ".join(f"({name} - {text(c)})**2" for name, c in witness.items())
    bump = draw.choice(
        (
            f"floor(1/(1 + {square}))",
            f"(1 - sign({square}))",
            f"0**({square})",
            f"Piecewise((1, {square} <= 0), (0, True))",
            f"(1 + floor(-({square})))*Piecewise((1, {square} < 1), (0, True))",
        )
    )
    bump = f"{text(height)}*{bump}"
    return _draft(draw, bump, height, ranges, witness, tolerated=False)
