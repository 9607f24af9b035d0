"""False claims about pieces, signs, floors, remainders, absolute values, extremes and conditions."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from .draws import Draft, Draw, kind, span, text

TINY = tuple(Fraction(1, 10**k) for k in (3, 6, 9, 12))


def _one(draw: Draw) -> tuple[str, dict[str, str], dict[str, Fraction], Fraction]:
    x = draw.names(1)[0]
    return (x, *draw.place(x))


@kind("piece at one point")
def one_point(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    f = draw.linear([x])
    other = draw.choice((f"{f} + 1", f"{f} - {text(Fraction(1, 10**9))}", f"2*({f}) + 7/3"))
    left = draw.choice(
        (
            f"Piecewise(({other}, {x} == {text(c)}), ({f}, True))",
            f"Piecewise(({f}, {x} != {text(c)}), ({other}, True))",
            f"Piecewise(({other}, ({x} >= {text(c)}) & ({x} <= {text(c)})), ({f}, True))",
            f"Piecewise(({f}, {x} < {text(c)}), ({f}, {x} > {text(c)}), ({other}, True))",
        )
    )
    return Draft(left, f, ranges, witness)


@kind("piece on a half line")
def half_line(draw: Draw) -> Draft:
    x, y = draw.names(2)
    first, second = draw.place(x), draw.place(y)
    ranges, witness = first[0] | second[0], first[1] | second[1]
    c = witness[x]
    f, g = draw.linear([x, y]), draw.linear([x, y])
    side = draw.choice((">=", "<="))
    return Draft(f"Piecewise(({g}, {x} {side} {text(c)}), ({f}, True))", f, ranges, witness)


@kind("strict for non-strict inequality")
def strictness(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    f, g = draw.linear([x]), draw.linear([x])
    loose, strict = draw.choice((("<=", "<"), (">=", ">")))
    forms = [f"Piecewise(({f}, {x} {sign} {text(c)}), ({g}, True))" for sign in (loose, strict)]
    draw.shuffle(forms)
    return Draft(*forms, ranges, witness)


@kind("gap between pieces")
def gap(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    f = draw.linear([x])
    w = draw.choice(TINY)
    left = draw.choice(
        (
            f"Piecewise(({f}, {x} < {text(c)}), ({f}, {x} > {text(c)}))",
            f"Piecewise(({f}, {x} != {text(c)}))",
            f"Piecewise(({f}, {x} < {text(c)}), ({f}, {x} > {text(c)} + {text(w)}))",
            f"Piecewise(({f}, Abs({x} - {text(c)}) > {text(w)}))",
        )
    )
    return Draft(left, f, ranges, witness)


@kind("piece on the edge of the domain")
def edge_piece(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    c = draw.number()
    low, high = (c, c + draw.width()) if draw.random() < 0.5 else (c - draw.width(), c)
    f = draw.linear([x])
    sign = "<=" if low == c else ">="
    other = draw.choice((f"{f} + 1", f"1/({x} - {text(c)})", f"{f} + {text(draw.choice(TINY))}"))
    left = f"Piecewise(({other}, {x} {sign} {text(c)}), ({f}, True))"
    return Draft(left, f, {x: span(low, high)}, {x: c})


@kind("sign at zero")
def sign_at_zero(draw: Draw) -> Draft:
    x, ranges, witness, c = _one(draw)
    d = f"({x} - {text(c)})"
    left, right = draw.choice(
        (
            (f"sign({d})**2", "1"),
            (f"sign({d})", f"Piecewise((1, {d} >= 0), (-1, True))"),
            (f"sign({d})", f"Piecewise((1, {d} > 0), (-1, True))"),
            (f"Abs({d})/{d}", f"sign({d})"),
            (f"Abs(sign({d}))", "1"),
            (f"2*Piecewise((1, {d} > 0), (0, True)) - 1", f"sign({d})"),
            (f"sign({d}**2)", f"sign({d}**2 + 1)"),
            (f"sign({d})*sign({d} + 1/1000)", f"sign({d}*({d} + 1/1000) + 1)"),
        )
    )
    return Draft(left, right, ranges, witness)


@kind("floor at an integer")
def floor_edge(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    n = draw.whole(-9, 9)
    ranges, witness = {x: draw.around(n)}, {x: n}
    shift = draw.randint(1, 9)
    choices = [
        (f"floor({x}) + floor(-{x})", "-1", ranges, witness),
        (f"floor({x})", text(n), {x: span(n, n + 1)}, {x: n + 1}),
        (f"-floor(-{x})", f"floor({x}) + 1", ranges, witness),
        (
            f"floor({x}/{shift})",
            f"floor({x})/{shift}",
            {x: span(n, n + 9)},
            {x: n + Fraction(1, 3)},
        ),
        (f"floor({x} + 1/2)", f"-floor(1/2 - {x})", {x: span(n, n + 1)}, {x: n + Fraction(1, 2)}),
        (f"floor(2*{x})", f"2*floor({x})", ranges, {x: n}),
        (f"floor({x}) + Mod(-{x}, 1)", f"2*floor({x}) + 1 - {x}", ranges, witness),
        (f"floor({x})", f"-floor(-{x})", {x: span(n, n + 1)}, {x: n + Fraction(1, 7)}),
    ]
    left, right, extents, point = draw.choice(choices)
    if left.startswith("floor(2"):
        extents, point = {x: span(n, n + 1)}, {x: n + Fraction(2, 3)}
    return Draft(left, right, extents, point)


@kind("remainder of a negative number")
def remainder(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    m = draw.randint(2, 9)
    low, high = Fraction(-draw.randint(1, 20)), Fraction(draw.randint(1, 20))
    point = low + (high - low) * Fraction(draw.randint(1, 99), 100)
    left, right = draw.choice(
        (
            (f"Mod({x}, -{m})", f"Mod({x}, {m})"),
            (f"Mod({x}, -{m})", f"-Mod({x}, {m})"),
            (f"Mod(-{x}, {m})", f"-Mod({x}, {m})"),
            (f"Mod({x}, {m})", f"sign({x})*Mod(Abs({x}), {m})"),
            (f"Mod({x}, {m})", f"Mod(Abs({x}), {m})"),
            (f"{m}*Mod({x}, 1)", f"Mod({m}*{x}, {m + 1})"),
            (f"Mod({x} + 1, {m})", f"Mod({x}, {m}) + 1"),
        )
    )
    return Draft(left, right, {x: span(low, high)}, {x: point})


@kind("remainder at its modulus")
def modulus(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    m = draw.positive()
    k = draw.randint(0, 3)
    low, high = k * m, (k + 1) * m
    left, right = f"Mod({x}, {text(m)})", f"{x} - {text(k * m)}"
    if draw.random() < 0.3:
        left = f"{x} - {text(m)}*floor({x}/{text(m)})"
    return Draft(left, right, {x: span(low, high)}, {x: high})


@kind("magnitude on a barely negative domain")
def barely(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    c, w = draw.number(), draw.choice(TINY)
    d = draw.choice((f"({x} - {text(c)})", f"{text(draw.whole(2, 9))}*({x} - {text(c)})"))
    form = draw.choice(("Abs({})", "Max({}, 0)", "sqrt(({})**2)", "Max({0}, -({0}))", "Abs({0})**3/({0})**2",
                        "sign({0})*({0})", "Abs(Abs({}))", "(({})**2)**(1/2)", "(({})**4)**(1/4)",
                        "Piecewise(({0}, {0} > 0), (0, True))"))  # fmt: skip
    return Draft(form.format(d), d, {x: span(c - w, c + draw.width())}, {x: c - w})


@kind("extreme of the wrong inputs")
def extreme(draw: Draw) -> Draft:
    names = draw.names(draw.randint(3, 5))
    witness = {name: draw.number() for name in names}
    ranges = {name: draw.around(c) for name, c in witness.items()}
    top = max(names, key=lambda n: witness[n])
    others = [name for name in names if name != top]
    first, wrong = ", ".join(names), ", ".join(draw.sample(others, len(others)))
    if draw.random() < 0.5:
        return Draft(f"Max({first})", f"Max({wrong})", ranges, witness)
    middle = f"Max({others[0]}, Max({', '.join(others)}))"
    return Draft(f"Max({first})", f"Max({middle}, Min({top}, {others[-1]}))", ranges, witness)


@kind("median wrong in one of six orders")
def median(draw: Draw) -> Draft:
    x, y, z = draw.names(3)
    right = f"Max(Min({x}, {y}), Min(Max({x}, {y}), {z}))"
    orders = list(permutations((x, y, z)))
    draw.shuffle(orders)
    low, middle, high = orders[0]
    pieces = [
        f"({c if (a, b, c) == (low, middle, high) else b}, ({a} <= {b}) & ({b} <= {c}))"
        for a, b, c in orders
    ]
    base = draw.number()
    points = sorted(base + Fraction(draw.randint(1, 10**6), 10**6) for _ in range(3))
    witness = dict(zip((low, middle, high), points, strict=True))
    ranges = {name: span(base - draw.width(), base + 1 + draw.width()) for name in (x, y, z)}
    return Draft(f"Piecewise({', '.join(pieces)})", right, ranges, witness)


@kind("clip that is too tight")
def clip(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    low, w = draw.number(), draw.choice(TINY)
    high = low + draw.width()
    over = draw.random() < 0.5
    form = draw.choice(("Min(Max({x}, {a}), {b})", "Max(Min({x}, {b}), {a})",
                        "Piecewise(({a}, {x} < {a}), ({b}, {x} > {b}), ({x}, True))"))  # fmt: skip
    left = form.format(x=x, a=text(low), b=text(high))
    ends = (low, high + w) if over else (low - w, high)
    return Draft(left, x, {x: span(*ends)}, {x: ends[1] if over else ends[0]})


@kind("identity on one interval of a union")
def union(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    a = draw.positive()
    b = a + draw.width()
    ranges = {x: f"[{span(-b, -a)},{span(a, b)}]"}
    left, right = draw.choice(
        ((f"Abs({x})", x), (f"sqrt({x}**2)", x), (f"Max({x}, 0)", x), (f"sign({x})", "1"),
         (f"Max({x}, 1/{x})*0 + Abs({x})**3", f"{x}**3"), (f"Min({x}, -{x})", f"-{x}"),
         (f"({x}**4)**(1/4)", x), (f"exp(log(Abs({x})))", x),
         (f"exp(log(Abs({x})) + log({text(b)}))", f"{text(b)}*{x}"))
    )  # fmt: skip
    return Draft(left, right, ranges, {x: -a})


@kind("condition")
def condition(draw: Draw) -> Draft:
    x, y, z = draw.names(3)
    c = draw.number()
    same = {x: c, y: c, z: c}
    t = text(c)
    left, right, witness = draw.choice(
        (
            (f"{x} < {y}", f"{x} <= {y}", same),
            (f"({x} < {y}) & ({y} < {z})", f"{x} < {z}", {x: c, y: c + 5, z: c + 2}),
            (
                f"~(({x} < {y}) & ({y} < {z}))",
                f"({x} >= {y}) & ({y} >= {z})",
                {x: c, y: c + 1, z: c},
            ),
            (f"{x} >= {y}", f"~({y} >= {x})", same),
            (f"{x} != {y}", f"{x} < {y}", {x: c + 1, y: c}),
            (f"{x}**2 < {y}**2", f"{x} < {y}", {x: Fraction(-9), y: Fraction(1)}),
            (f"{x} - {t} > 0", f"{x} - {t} >= 0", same),
            (f"Max({x}, {y}) > {z}", f"({x} > {z}) & ({y} > {z})", {x: c, y: c + 5, z: c + 2}),
            (f"({x} == {t})", "False", same),
            (f"({x} < {y}) | ({y} < {z})", f"{x} < {z}", {x: c + 5, y: c, z: c + 1}),
            (f"1/{x} < 1/{y}", f"{y} < {x}", {x: Fraction(-1), y: Fraction(1)}),
            (f"({x} <= {y}) & ({y} <= {z})", f"({x} <= {y}) & ({y} < {z})", same),
            (f"({x} < {y}) | ({x} > {y})", f"{z} == {z}", same),
        )
    )
    used = _words(f"{left} {right}")
    witness = {name: point for name, point in witness.items() if name in used}
    if "1/" in left:
        ranges = {x: "[-2,-1/2]", y: "[1/2,2]"}
    else:
        ranges = {name: draw.around(point) for name, point in witness.items()}
    return Draft(left, right, ranges, witness, bare=True)


def _words(source: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in source).split()
