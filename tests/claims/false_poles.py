"""False claims in which one side is undefined somewhere."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from .draws import Draft, Draw, kind, span, text


def _one(draw: Draw) -> tuple[str, dict[str, str], dict[str, Fraction], Fraction]:
    x = draw.names(1)[0]
    return (x, *draw.place(x))


def _two(draw: Draw) -> tuple[str, str, dict[str, str], dict[str, Fraction]]:
    x, y = draw.names(2)
    first, second = draw.place(x), draw.place(y)
    return x, y, first[0] | second[0], first[1] | second[1]


@kind("hidden pole")
def hidden(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    d = f"({x} - {text(c)})"
    q = draw.linear([x])
    left, right = draw.choice(
        (
            (f"{d}/{d}", "1"),
            (f"({q})*{d}/{d}", q),
            (f"({x}**2 - {text(c * c)})/{d}", f"{x} + {text(c)}"),
            (f"{d}**3/{d}", f"{d}**2"),
            (f"({q})*({d}/{d})**2", q),
            (f"Abs({d})/Abs({d})", "1"),
            (f"{d}*({q})*{d}**-1", q),
            (f"({d} + {d}*({q})**2)/{d}", f"1 + ({q})**2"),
        )
    )
    return Draft(left, right, ranges, witness)


@kind("cancelled infinities")
def cancelled(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    d, f = f"({x} - {text(c)})", draw.linear([x])
    k = text(draw.nonzero())
    left = draw.choice(
        (
            f"1/{d} - 1/{d} + {f}",
            f"{k}/{d} + {f} - {k}/{d}",
            f"0/{d} + {f}",
            f"(1/{d})*0 + {f}",
            f"{f} + (({x})/{d} - {text(c)}/{d} - 1)",
            f"({f})*({d}**-2/{d}**-2)",
            f"{f} + Min(0, 1/{d}**2)",
        )
    )
    return Draft(left, f, ranges, witness)


@kind("pole on the edge of the domain")
def edge(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    c = draw.number()
    low, high = (c, c + draw.width()) if draw.random() < 0.5 else (c - draw.width(), c)
    d, q = f"({x} - {text(c)})", draw.linear([x])
    left, right = draw.choice(
        (
            (f"({q})*{d}/{d}", q),
            (f"{q} + 1/{d} - 1/{d}", q),
            (f"{d}**2/{d}", d),
            (f"Abs({d})/{d}", "1" if low == c else "-1"),
            (f"exp(log(Abs({d})))", f"Abs({d})"),
        )
    )
    return Draft(left, right, {x: span(low, high)}, {x: c})


@kind("pole in a corner")
def corner(draw: Draw) -> Draft:
    names = draw.names(draw.randint(2, 3))
    corners = {name: draw.number() for name in names}
    ranges = {name: span(c, c + draw.width()) for name, c in corners.items()}
    weights = [draw.randint(1, 9) for _ in names]
    shifted = [f"({n} - {text(c)})" for n, c in corners.items()]
    d = " + ".join(f"{w}*{s}" for w, s in zip(weights, shifted, strict=True))
    if draw.random() < 0.4:
        d = " + ".join(f"{w}*{s}**2" for w, s in zip(weights, shifted, strict=True))
    q = draw.linear(names)
    return Draft(f"({q})*({d})/({d})", q, ranges, dict(corners))


@kind("pole on a line")
def line(draw: Draw) -> Draft:
    x, y, ranges, witness = _two(draw)
    a, b = draw.nonzero(), draw.nonzero()
    c = a * witness[x] + b * witness[y]
    d = f"({text(a)}*{x} + {text(b)}*{y} - {text(c)})"
    q = draw.linear([x, y])
    if draw.random() < 0.3:
        meeting = draw.number()
        ranges = {x: draw.around(meeting), y: draw.around(meeting)}
        witness = dict.fromkeys((x, y), meeting)
        return Draft(f"({x}**2 - {y}**2)/({x} - {y})", f"{x} + {y}", ranges, witness)
    left = draw.choice((f"({q})*{d}/{d}", f"{q} + 1/{d} - 1/{d}", f"({q})*({d}**2)/({d}**2)"))
    return Draft(left, q, ranges, witness)


@kind("pole on a curve")
def curve(draw: Draw) -> Draft:
    x, y, ranges, witness = _two(draw)
    p, q = witness[x], witness[y]
    form, value = draw.choice(
        (
            (f"{x}*{y}", p * q),
            (f"{x}**2 + {y}**2", p * p + q * q),
            (f"{x}**2 - {y}", p * p - q),
            (f"{x}**3 + {x}*{y}**2", p**3 + p * q * q),
            (f"{x}*{y} + {x} + {y}", p * q + p + q),
            (f"{x}**4 - {y}**2", p**4 - q * q),
        )
    )
    d, f = f"({form} - {text(value)})", draw.linear([x, y])
    return Draft(f"({f})*{d}/{d}", f, ranges, witness)


@kind("pole that is touched only")
def touched(draw: Draw) -> Draft:
    names = draw.names(draw.randint(1, 3))
    witness = {name: draw.number() for name in names}
    ranges = {name: draw.around(c) for name, c in witness.items()}
    d = " + ".join(f"{draw.randint(1, 9)}*({n} - {text(c)})**2" for n, c in witness.items())
    q = draw.linear(names)
    even = draw.choice((d, f"({d})**2", f"Abs({d})"))
    return Draft(f"({q})*({even})/({even})", q, ranges, witness)


@kind("irrational pole")
def irrational(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    n = draw.choice([k for k in range(2, 99) if isqrt(k) ** 2 != k])
    s = draw.positive(3)
    root = Fraction(isqrt(n))
    form, low, high = draw.choice(
        (
            (f"{x}**2 - {n}", root, root + 1),
            (f"{x}**2 - {x} - 1", Fraction(1), Fraction(2)),
            (f"{x}**3 - 2", Fraction(1), Fraction(2)),
            (f"{x}**3 - 3*{x} - 3", Fraction(2), Fraction(3)),
            (f"cos({x})", Fraction(1), Fraction(2)),
            (f"exp({x}) - {n}", Fraction(0), Fraction(5)),
            (f"sin({x})", Fraction(3), Fraction(4)),
            (f"{x} - pi", Fraction(3), Fraction(4)),
            (f"{x} - sqrt({n})", root, root + 1),
            (f"{x}**5 - {x} - 1", Fraction(1), Fraction(2)),
            (f"log({x}) - 1", Fraction(2), Fraction(3)),
        )
    )
    q = draw.linear([x])
    left = f"({q})*({form})/({form})" if draw.random() < 0.7 else f"{q} + 0/({form})"
    wide = span(low - (s if low > 1 and "log" not in form else 0), high + s)
    return Draft(left, q, {x: wide}, {x: low}, divisor=form, beyond={x: high})


@kind("irrational pole of two inputs")
def irrational_curve(draw: Draw) -> Draft:
    x, y = draw.names(2)
    n = draw.choice((2, 3, 5, 7))
    form = draw.choice((f"{x}**2 + {y}**2 - {n}", f"{x}**2*{y} - {n}", f"{x}**3 - {y} - {n}"))
    q = draw.linear([x, y])
    low, high = Fraction(0), Fraction(3) + draw.positive()
    ranges = {x: span(low, high), y: span(low, high)}
    beyond = {x: Fraction(3), y: Fraction(2)}
    return Draft(
        f"({q})*({form})/({form})", q, ranges, {x: low, y: low}, divisor=form, beyond=beyond
    )


@kind("nested quotients")
def nested(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    d = f"({x} - {text(c)})"
    a = draw.nonzero()
    left, right = draw.choice(
        (
            (f"1/(1/{d})", d),
            (f"1/(1 + 1/{d})", f"{d}/({d} + 1)"),
            (f"{d}/({d}/{text(a)})", text(a)),
            (f"1/(1/{d} - {text(a)})", f"{d}/(1 - {text(a)}*{d})"),
            (f"(1/{d})/(1/{d} + 1)", f"1/(1 + {d})"),
            (f"{d}**-1*{d}", "1"),
            (f"({d}**-2)**-1", f"{d}**2"),
        )
    )
    return Draft(left, right, ranges, witness)


@kind("undefined part that is multiplied away")
def multiplied_away(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    d = f"({x} - {text(c)})"
    bad = draw.choice(
        (f"log(Abs({d}))", f"1/{d}", f"{d}**-3", f"sqrt(-{d}**2 - 1)", f"log({d}**2)", f"Mod(1, {d})",
         f"(-1 - {d}**2)**0.5", f"tanh(1/{d})", f"sign(1/{d})", f"1/({d}*exp({x}))")
    )  # fmt: skip
    f = draw.linear([x])
    left = draw.choice((f"{f} + 0*{bad}", f"{f} + {bad} - {bad}", f"({f})*({bad})**0"))
    return Draft(left, f, ranges, witness)


@kind("undefined just inside the domain")
def just_inside(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    c = draw.number()
    low = c - Fraction(1, 10 ** draw.randint(1, 12))
    d = f"({x} - {text(c)})"
    left, right = draw.choice(
        (
            (f"sqrt({d})**2", d),
            (f"({d}**0.5)**4", f"{d}**2"),
            (f"({d}**3)**(1/3)", d),
            (f"exp(2*log({d}))", f"{d}**2"),
            (f"{d}**(2/3)", f"({d}**2)**(1/3)"),
            (f"sqrt({d})*sqrt({d})", f"Abs({d})"),
            (f"{d}**1.5/{d}**0.5 + 1", f"{d} + 1"),
            (f"log({d}**3)", f"3*log(Abs({d}))"),
        )
    )
    return Draft(left, right, {x: span(low, c + draw.width())}, {x: low})
