"""False claims beside what squares, conjugate roots, orders of inputs and concave functions prove."""

from __future__ import annotations

import math
from fractions import Fraction

from .draws import Draft, Draw, kind, text

Row = tuple[str, dict[str, Fraction]]


def _little(draw: Draw, most: int = 9) -> Fraction:
    return Fraction(1, 10 ** draw.randint(1, most))


def _drafted(draw: Draw, row: Row, least: Fraction | None) -> Draft:
    condition, witness = row
    ranges = {name: draw.around(at, least=least) for name, at in witness.items()}
    return Draft(condition, "True", ranges, witness, bare=True)


@kind("polynomials of one sign, false by little")
def polynomials(draw: Draw) -> Draft:
    """Sums of squares and means, at a point where they are 0, less than they are by e."""
    p, q = (Fraction(draw.randint(1, 12), draw.choice((1, 2, 4))) for _ in range(2))
    w, x, y, z, u, v = draw.names(6)
    k, e = draw.nonzero(4), _little(draw)
    same = {x: p, y: p, z: p}
    many = {**same, w: k * p, u: k * p, v: k * p}
    more = 1 + e
    dot, lengths = f"{w}*{x} + {u}*{y} + {v}*{z}", (f"{w}**2 + {u}**2 + {v}**2", f"{x}**2 + {y}**2")
    rows: tuple[Row, ...] = (
        (f"({lengths[0]})*({lengths[1]} + {z}**2) >= {text(more)}*({dot})**2", many),
        (f"sqrt({lengths[0]})*sqrt({lengths[1]} + {z}**2) >= {text(more)}*({dot})", many)
        if k > 0
        else (f"({lengths[0]})*({lengths[1]}) >= ({dot})**2", many),
        (
            f"{w}**4 + {x}**4 + {y}**4 + {z}**4 >= {text(4 * more)}*{w}*{x}*{y}*{z}",
            {**same, w: p},
        ),
        (f"{w}**4 + {x}**4 + {y}**4 + {z}**4 + 4*{w}*{x}*{y}*{z} >= {text(e)}", {**same, w: -p}),
        (
            f"{x}*({x} - {y})*({x} - {z}) + {y}*({y} - {x})*({y} - {z}) + {z}*({z} - {x})*({z} - {y})"
            f" >= {text(e)}",
            same,
        ),
        (f"{x}**2 + {y}**2 + {z}**2 > {x}*{y} + {y}*{z} + {z}*{x}", same),
        (f"{x}**2 + {text(2 * p)}*{x}*{y} + {text(p * p)}*{y}**2 > 0", {x: p * q, y: -q}),
        (f"{x}**2 + {text(2 * more)}*{x}*{y} + {y}**2 >= 0", {x: p, y: -p}),
        (f"({x} + {y} + {z})**3 >= {text(27 * more)}*{x}*{y}*{z}", same),
        (f"{x}**2/{y} + {y}**2/{z} + {z}**2/{x} >= {text(more)}*({x} + {y} + {z})", same),
        (f"{x}**2*{y} + {y}**2*{z} + {z}**2*{x} >= {text(3 * more)}*{x}*{y}*{z}", same),
        (f"{x}**3 + {y}**3 >= {x}**2*{y} + {x}*{y}**2", {x: -p - q, y: -q}),
        (f"{x}*{y} <= {text(more)}*{x}**2/2 + {y}**2/2 - {text(e * p * p)}", {x: p, y: p}),
    )
    row = draw.choice(rows)
    return _drafted(draw, row, Fraction(1, 100) if "/" in row[0] and "/2" not in row[0] else None)


@kind("roots and waves of one sign, false by little")
def roots_and_waves(draw: Draw) -> Draft:
    p = Fraction(draw.randint(1, 12), draw.choice((1, 2, 4)))
    x, y = draw.names(2)
    a, b, e = draw.whole(1, 9), draw.nonzero(), _little(draw)
    top = Fraction(math.atan2(a, b))
    length = Fraction(math.isqrt(int((a * a + b * b) * 10**24)), 10**12)
    half = Fraction(1, 2)
    rows: tuple[Row, ...] = (
        (f"{text(a)}*sin({x}) + {text(b)}*cos({x}) <= {text(length - e)}", {x: top}),
        (f"sin({x}) + cos({x}) <= sqrt(2) - {text(e)}", {x: Fraction(math.pi / 4)}),
        (f"sqrt({x}**2 + {y}**2) >= ({x} + {y})*sqrt({text(half + e)})", {x: p, y: p}),
        (f"sqrt({x} + {y} + 1) >= sqrt({x} + 1) + {text(e)}", {x: p, y: Fraction(0)}),
        (f"sqrt(1 + {x}**2) - sqrt(1 + {y}**2) <= {text(1 - e)}*({x} - {y})", {x: 1 / e, y: p})
        if e > Fraction(1, 10**4)
        else (f"sqrt(1 + {x}**2) > {x} + 1", {x: p}),
        (f"{x}*sqrt(1 - {y}**2) + {y}*sqrt(1 - {x}**2) <= {text(1 - e)}", _angles(x, y, 3, 4)),
        (f"{x}*{y} + sqrt((1 - {x}**2)*(1 - {y}**2)) <= {text(1 - e)}", _angles(x, y, 3, 3)),
        (f"sin({x}) + sin({y}) <= 2*sin(({x} + {y})/2)", {x: p + 4, y: Fraction(5)}),
        (f"cos({x}) + cos({y}) <= 2*cos(({x} + {y})/2) - {text(e)}", {x: p, y: p}),
        (f"sin({x})*sin({y}) <= sin(({x} + {y})/2)**2 - {text(e)}", {x: p, y: p}),
        (f"asin({x}) <= {text(Fraction(314159265, 2 * 10**8) - e)}*{x}", {x: Fraction(1)}),
        (f"acos({x}) >= sqrt(2*(1 - {x})) + {text(e)}", {x: Fraction(1)}),
        (f"asin({x}) >= 3*{x}/(2 + sqrt(1 - {x}**2)) + {text(e)}", {x: Fraction(0)}),
    )
    condition, witness = draw.choice(rows)
    if "1 - " in condition or "asin" in condition or "acos" in condition:
        low = draw.choice((Fraction(0), Fraction(-1), min(witness.values())))
        ranges = {name: f"[{min(low, at)},1]" for name, at in witness.items()}
        return Draft(condition, "True", ranges, witness, bare=True)
    return _drafted(draw, (condition, witness), Fraction(0) if "sqrt" in condition else None)


def _angles(x: str, y: str, one: int, other: int) -> dict[str, Fraction]:
    return {x: Fraction(one, 5), y: Fraction(other, 5)}


@kind("concave functions between their ends, false by little")
def concave(draw: Draw) -> Draft:
    p = Fraction(draw.randint(1, 12), draw.choice((1, 2, 4)))
    x, y, t = draw.names(3)
    e = _little(draw)
    share = draw.choice((Fraction(0), Fraction(1), Fraction(1, 2)))
    rows: tuple[Row, ...] = (
        (f"{x}**{t} <= 1 + {t}*({x} - 1) - {text(e)}", {x: p, t: Fraction(draw.randint(0, 1))}),
        (f"{x}**{t} < 1 + {t}*({x} - 1)", {x: Fraction(1), t: share}),
        (f"{x}**(1 + {t}) >= 1 + (1 + {t})*({x} - 1) + {text(e)}", {x: Fraction(1), t: share}),
        (
            f"{x}**{t}*{y}**(1 - {t}) <= {t}*{x} + (1 - {t})*{y} - {text(e)}",
            {x: p, y: p, t: share},
        ),
        (f"exp({t}*{x}) <= 1 + {t}*(exp({x}) - 1) - {text(e)}", {x: p / 4, t: Fraction(1)}),
        (f"2**{t} <= 1 + {t} - {text(e)}", {t: Fraction(draw.randint(0, 1))}),
        (f"sin({t}) >= {text(Fraction(85, 100))}*{t} - {text(e / 100)}", {t: Fraction(1)}),
        (f"1 - exp(-{t}) >= {text(Fraction(6322, 10**4))}*{t}", {t: Fraction(1)}),
        (f"{t}*log({t} + 1) <= {text(Fraction(69314, 10**5))}*{t}", {t: Fraction(1)}),
        (
            f"log(1 + {t}*{x}) >= {t}*log(1 + {x}) + {text(e)}",
            {x: p, t: Fraction(draw.randint(0, 1))},
        ),
    )
    condition, witness = draw.choice(rows)
    ranges = {
        name: "[0,1]" if name == t else draw.around(at, least=Fraction(1, 100))
        for name, at in witness.items()
    }
    return Draft(condition, "True", ranges, witness, bare=True)


@kind("roots in roots, with a sign or a number changed")
def nested_roots(draw: Draw) -> Draft:
    p = Fraction(draw.randint(5, 40), 4)
    x, y = draw.names(2)
    e = _little(draw, 12)
    c = Fraction(draw.randint(2, 9))
    square = f"{x}**2"
    rows: tuple[tuple[str, str, dict[str, Fraction]], ...] = (
        (
            f"sqrt({x} + sqrt({square} - {c * c}))",
            f"sqrt(({x} + {c})/2) + {text(1 + e)}*sqrt(({x} - {c})/2)",
            {x: c + p},
        ),
        (
            f"sqrt({x} - sqrt({square} - {c * c}))",
            f"sqrt(({x} - {c})/2) - sqrt(({x} + {c})/2)",
            {x: c + p},
        ),
        (
            f"sqrt(2*{square} + 1 + 2*{x}*sqrt({square} + 1))",
            f"sqrt({square} + 1) + Abs({x})",
            {x: -p},
        ),
        (
            f"sqrt({c * c} - {c}*sqrt({c * c} - {square}))*sqrt(2/{c})",
            f"sqrt({c} + {x}) - sqrt({c} - {x})",
            {x: -c / 2},
        ),
        (f"sqrt({x} + {y} - 2*sqrt({x}*{y}))", f"sqrt({x}) - sqrt({y})", {x: p, y: p + c}),
        (
            f"sqrt({x} + sqrt({square} - {y}**2))",
            f"sqrt(({x} + {y})/2) + sqrt(({x} - {y})/2) + {text(e)}*{y}",
            {x: p + c, y: p},
        ),
        (
            f"sqrt(sqrt({square} + {c}) + {x})*sqrt(sqrt({square} + {c}) - {x})",
            f"sqrt({c + e})",
            {x: p},
        ),
        (f"sqrt({x} + {c} - sqrt({square} + {2 * c}*{x}))", f"sqrt({c})", {x: p}),
    )
    left, right, witness = draw.choice(rows)
    least = min(witness.values()) if "Abs" not in left + right else None
    if f"sqrt({c} + {x})" in right:
        ranges = {x: f"[{-c},{c}]"}
    elif y in witness:
        ranges = {x: f"[{witness[x]},{witness[x] + 3}]", y: f"[{witness[y] / 2},{witness[y]}]"}
    else:
        ranges = {x: draw.around(witness[x], least=least)}
    return Draft(left, right, ranges, witness, bare=True)


@kind("distances of values of one function, false by little")
def distances(draw: Draw) -> Draft:
    """Below the largest slope, at points that are close, or next to a place where there is none."""
    x, y = draw.names(2)
    a, p, e = draw.whole(0, 5), draw.whole(1, 5), Fraction(1, 10 ** draw.randint(1, 4))
    apart = {x: e / draw.randint(4, 9), y: -e / draw.randint(4, 9)}
    f, slope, witness = draw.choice(
        (
            ("sin({0})", a + 1, apart),
            ("tanh({0})", a + 1, apart),
            ("atan({0})", a + 1, apart),
            ("1/(1 + exp(-{0}))", a + Fraction(1, 4), apart),
            ("{0}**2", a + 2 * p, {x: p, y: p - e / 2}),
            ("log({0})", a + 1 / p, {x: p, y: p * (1 + e / 4)}),
        )
    )
    least = p if f.startswith("log") else None
    ranges = {name: draw.around(at, least=least) for name, at in witness.items()}
    if f.endswith("**2"):
        ranges = dict.fromkeys(witness, f"[{-p},{p}]")
    left, right = ((f"{text(a)}*{{0}} + {f}").format(name) for name in (x, y))
    below = slope - e / (16 if "exp" in f else 1)
    if draw.random() < 0.2:
        left, right, below = f"1/{x}", f"1/{y}", draw.whole(1, 9)
        ranges, witness = {x: "[-2,-1]", y: "[1/10,2]"}, {x: Fraction(-1), y: Fraction(1, 10)}
    distance = (
        f"{text(below)}*abs({x} - {y})" if draw.random() < 0.7 else f"abs({y} - {x})*{text(below)}"
    )
    if draw.random() < 0.5:
        return Draft(
            f"abs({left} - ({right}))" + f" <= {distance}", "True", ranges, witness, bare=True
        )
    return Draft(f"{distance} >= abs({right} - ({left}))", "True", ranges, witness, bare=True)
