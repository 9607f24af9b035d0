"""False claims with a tolerance a hair below a difference: of few products, of rounded numbers, of waves."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from mpmath import iv
from mpmath.libmp import round_floor, to_int

from .draws import Draft, Draw, kind, text
from .oracle import Undecided, Undefined, ball, names_of, value

_DIGITS, _TRIES = 10**30, 12


def below(
    draw: Draw, left: str, right: str, witness: dict[str, Fraction], kind: str = "abs"
) -> str:
    """A tolerance that the sides exceed at a point, by one part in 10 to 10¹⁴; 0 where they hardly differ."""
    iv.dps = 50
    try:
        sides = ball(value(left, witness)), ball(value(right, witness))
        gap = abs(sides[0] - sides[1]) / (abs(sides[1]) if kind == "rel" else 1)
    except (Undecided, Undefined, ZeroDivisionError):
        return "0"
    less = 1 - iv.mpf(10) ** -draw.randint(1, 14)
    size = to_int((gap * less * _DIGITS)._mpi_[0], round_floor)
    return f"{kind}:{size}e-30" if size > 0 else "0"


def beyond(left: str, right: str, points: Iterable[dict[str, Fraction]]) -> dict[str, Fraction]:
    """The point at which the sides differ most."""
    iv.dps = 20
    best: dict[str, Fraction] = {}
    most = -1.0
    for point in points:
        try:
            gap = abs(ball(value(left, point)) - ball(value(right, point)))
        except (Undecided, Undefined):
            continue
        if float(gap.a) > most:
            best, most = point, float(gap.a)
    return best


@kind("laws of few products or sums of their inputs")
def invariant(draw: Draw) -> Draft:
    x, y, z = draw.names(3)
    a, b = draw.randint(1, 3), draw.randint(1, 2)
    monomial, shift = f"({x}**{a}*{y}/{z}**{b})", f"({x} - {a}*{y} + {b}*{z})"
    scaled = (
        (f"{monomial}/(exp({monomial}) - 1)", "1"),
        (f"{x}/(exp({monomial}) - 1)", f"{x}/{monomial}"),
        (f"{x}*exp(-{monomial})", f"{x}/(exp({monomial}) - 1)"),
        (f"{x}**{a}/({x}**{a} + {z}**{b}/{y})", f"{monomial} - {monomial}**2"),
        (f"sqrt(1 + {monomial})", f"1 + {monomial}/2"),
        (f"{y}*tanh({monomial})", f"{y}*Min({monomial}, 1)"),
        (f"Max({x}, {y}, {z})*{x}", f"sqrt({x}**2 + {y}**2 + {z}**2)*{x}"),
    )
    shifted = (
        (f"log(1 + exp({shift}))", f"Max(0, {shift})"),
        (f"{x} + log(1 + exp({y} - {x}) + exp({z} - {x}))", f"Max({x}, {y}, {z})"),
        (f"{shift}/(1 + exp(-{shift}))", f"Max(0, {shift})"),
        (f"atan({shift})", f"tanh({shift})"),
        (f"exp({x})/(exp({x}) + exp({y}))", f"1/2 + ({x} - {y})/4"),
        (f"Abs({x} - {y}) + {z}", f"sqrt(({x} - {y})**2 + 1/10) + {z}"),
    )
    is_scaled = draw.random() < 0.5
    left, right = draw.choice(scaled if is_scaled else shifted)
    low = 1 if is_scaled else -24
    used = sorted(names_of(left) | names_of(right))
    points = ({n: Fraction(draw.randint(low, 24), 8) for n in used} for _ in range(_TRIES))
    witness = beyond(left, right, points)
    least = Fraction(1, 16) if is_scaled else None
    ranges = {name: draw.around(at, least=least) for name, at in witness.items()}
    of = "rel" if is_scaled and draw.random() < 0.6 else "abs"
    return Draft(left, right, ranges, witness, below(draw, left, right, witness, of), bare=True)


@kind("products of rounded numbers")
def rounded(draw: Draw) -> Draft:
    """At points next to those at which a number is rounded to another one."""
    names = draw.names(draw.randint(1, 3))
    q = draw.choice((1, 2, 8, 10, 100))
    step = draw.choice(("floor({q}*{n} + 1/2)/{q}", "floor({q}*{n})/{q}", "ceil({q}*{n})/{q}"))
    factors = [step.format(q=q, n=name) for name in names]
    joined = draw.choice(("*", "+")) if len(names) < 3 else draw.choice(("*", "mixed"))
    if joined == "mixed":
        left, right = (
            f"{factors[0]}*{factors[1]} + {factors[2]}",
            f"{names[0]}*{names[1]} + {names[2]}",
        )
    else:
        left, right = joined.join(factors), joined.join(names)
    tiny = Fraction(1, 10 ** draw.randint(3, 12))
    half = Fraction(1, 2) if "1/2" in step else Fraction(0)

    def point() -> dict[str, Fraction]:
        return {
            n: (draw.randint(-3 * q, 3 * q) + half + draw.choice((-tiny, Fraction(0), tiny))) / q
            for n in names
        }

    witness = beyond(left, right, (point() for _ in range(_TRIES)))
    ranges = {}
    for name, at in witness.items():
        low, high = (
            at - Fraction(draw.randint(0, 3 * q), q),
            at + Fraction(draw.randint(0, 3 * q), q),
        )
        ranges[name] = f"[{low},{high}]"
    return Draft(left, right, ranges, witness, below(draw, left, right, witness), bare=True)


@kind("sums of waves and other functions in several inputs")
def waves(draw: Draw) -> Draft:
    """At a point to which a few steps uphill lead."""
    names = draw.names(draw.randint(2, 3))

    def linear() -> str:
        return " + ".join([*(f"{text(draw.number(4))}*{n}" for n in names), text(draw.number(3))])

    many = draw.choice((2, 5, 20, 60))
    parts = (
        "sin({})",
        "cos({})",
        "tanh({})",
        "exp(-({})**2)",
        "1/(1 + ({})**2)",
        "Max(0, {})",
        "log(2 + ({})**2)",
        "sqrt(1 + ({})**2)",
        "Abs({})",
        "exp(({})/4)",
    )
    used = draw.sample(parts, 2) if draw.random() < 0.6 else ["sin({})"]
    terms = [f"{text(draw.number(2))}*{draw.choice(used).format(linear())}" for _ in range(many)]
    left, right = " + ".join(terms), "0"
    at = {n: Fraction(draw.randint(-16, 16), 8) for n in names}
    for scale in (1, 4, 16, 64):
        near = [
            {n: x + Fraction(draw.randint(-8, 8), 8 * scale) for n, x in at.items()}
            for _ in range(4)
        ]
        at = beyond(left, right, [at, *near]) or at
    ranges = {name: draw.around(x) for name, x in at.items()}
    return Draft(left, right, ranges, at, below(draw, left, right, at), bare=True)
