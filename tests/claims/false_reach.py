"""False claims in several inputs, of whole numbers, networks, languages, and where sides are defined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from .draws import Draft, Draw, kind, span, text
from .oracle import Undecided, Undefined, names_of, value

_TRIES = 40


def _at(draw: Draw, center: Fraction, least: Fraction | None = None) -> str:
    return draw.around(center, least=least)


@kind("inequalities in several inputs, false by little")
def inequalities(draw: Draw) -> Draft:
    """Known inequalities whose constant is off by e, at a point where the sides touch."""
    p = Fraction(draw.randint(1, 12), draw.choice((1, 2, 4)))
    e = Fraction(1, 10 ** draw.randint(1, 9))
    x, y, z = draw.names(3)
    one = {x: Fraction(1), y: Fraction(1)}
    same = {x: p, y: p}
    rows: tuple[tuple[str, dict[str, Fraction]], ...] = (
        (f"{x}**2 + {y}**2 >= 2*{x}*{y} + {text(e)}", same),
        (f"{x}/{y} + {y}/{x} > 2 + {text(e)}", same),
        (f"({x} + {y})/2 - {text(e)} >= sqrt({x}*{y})", same),
        (f"{x}**4*{y}**2 + {x}**2*{y}**4 + 1 >= {text(3 + e)}*{x}**2*{y}**2", one),
        (
            f"{x}/({y} + {z}) + {y}/({z} + {x}) + {z}/({x} + {y}) >= {text(Fraction(3, 2) + e)}",
            {**same, z: p},
        ),
        (f"({x} + {y} + {z})**2 >= {text(3 + e)}*({x}*{y} + {y}*{z} + {z}*{x})", {**same, z: p}),
        (f"exp({x}) + exp({y}) >= {text(2 + e)}*exp(({x} + {y})/2)", same),
        (f"log(({x} + {y})/2) >= (log({x}) + log({y}))/2 + {text(e)}", same),
        (f"Abs({x} - {y}) <= Abs({x}) + Abs({y}) - {text(e)}", {x: p, y: -p}),
        (f"Max({x}, {y}) >= ({x} + {y})/2 + {text(e)}", same),
        (f"Abs(sin({x}) - sin({y})) < Abs({x} - {y}) - {text(e)}", same),
        (f"exp({x} + {y}) >= 1 + {x} + {y} + {text(e)}", {x: p, y: -p}),
        (f"({x}**2 + 1)*({y}**2 + 1) >= ({x}*{y} + 1)**2 + {text(e)}", same),
        (f"{x}*log({x}/{y}) >= {x} - {y} + {text(e)}", same),
        (f"sin({x}) + sin({y}) <= {text(2 - e)}*sin(({x} + {y})/2)", one),
        (f"{x}**3 + {y}**3 + {z}**3 >= {text(3 + e)}*{x}*{y}*{z}", {**same, z: p}),
    )
    condition, witness = draw.choice(rows)
    least = None if min(witness.values()) <= 0 else Fraction(1, 100)
    ranges = {name: _at(draw, at, least) for name, at in witness.items()}
    return Draft(condition, "True", ranges, witness, bare=True)


@kind("strict inequalities that are attained")
def strict(draw: Draw) -> Draft:
    p = Fraction(draw.randint(1, 9), draw.choice((1, 2, 3)))
    x, y = draw.names(2)
    rows: tuple[tuple[str, dict[str, Fraction]], ...] = (
        (f"{x}**2 + {y}**2 > 2*{x}*{y}", {x: p, y: p}),
        (f"exp({x} - {y}) > 1 + {x} - {y}", {x: p, y: p}),
        (f"Max({x}, {y}) > {x}", {x: p, y: p - 1}),
        (f"Abs({x} + {y}) < Abs({x}) + Abs({y})", {x: p, y: p}),
        (f"floor({x} + {y}) > floor({x}) + floor({y})", {x: p, y: Fraction(1)}),
        (f"{x}*{y} != {x}", {x: p, y: Fraction(1)}),
        (f"~({x} - {y} == 1)", {x: p + 1, y: p}),
        (f"cos({x} - {y}) < 1", {x: p, y: p}),
        (f"sqrt({x}*{y}) < ({x} + {y})/2", {x: p, y: p}),
        (f"1/(1 + ({x} - {y})**2) < 1", {x: p, y: p}),
    )
    condition, witness = draw.choice(rows)
    least = Fraction(1, 100) if "sqrt" in condition else None
    return Draft(
        condition,
        "True",
        {n: _at(draw, at, least) for n, at in witness.items()},
        witness,
        bare=True,
    )


@kind("bounds in several inputs, below what is attained")
def attained(draw: Draw) -> Draft:
    p = Fraction(draw.randint(-8, 8), 4)
    x, y = draw.names(2)
    less = 1 - Fraction(1, 10 ** draw.randint(1, 4))
    rows: tuple[tuple[str, str, Fraction, dict[str, Fraction]], ...] = (
        (f"Max({x}, {y})", f"log(exp({x}) + exp({y}))", Fraction(69314, 10**5), {x: p, y: p}),
        (f"logsumexp({x}, {y})", f"({x} + {y})/2", Fraction(69314, 10**5), {x: p, y: p}),
        (f"{x}*{y}", "0", p * p or Fraction(1), {x: p or Fraction(1), y: -p or Fraction(1)}),
        (
            f"floor(8*{x} + 1/2)/8 + {y}",
            f"{x} + {y}",
            Fraction(1, 16),
            {x: p + Fraction(1, 16), y: p},
        ),
        (f"Max({x}, {y})", f"({x} + {y})/2", Fraction(3, 2), {x: p + 3, y: p}),
        (f"Max(0, {x} + {y}) - Max(0, {x})", "0", Fraction(2), {x: Fraction(1), y: Fraction(2)}),
        (
            f"sin({x})*cos({y})",
            f"(sin({x} + {y}) + sin({x} - {y}))/2 + 1/4",
            Fraction(1, 4),
            {x: p, y: p},
        ),
        (
            f"sqrt({x}**2 + {y}**2 + 1)",
            f"Abs({x}) + Abs({y})",
            Fraction(1),
            {x: Fraction(0), y: Fraction(0)},
        ),
    )
    left, right, size, witness = draw.choice(rows)
    size *= less
    ranges = {name: _at(draw, at) for name, at in witness.items()}
    decimal = f"{size.numerator * 10**12 // size.denominator}e-12"
    return Draft(left, right, ranges, witness, f"abs:{decimal}", bare=True)


@kind("whole numbers and residues")
def whole_numbers(draw: Draw) -> Draft:
    n, m = draw.names(2)
    q = draw.randint(2, 9)
    rows = (
        (f"Mod({n}**2, {q})", f"Mod({n}, {q})"),
        (f"Mod({n}*{m}, {q})", f"Mod({n}, {q})*Mod({m}, {q})"),
        (f"Mod({n} + {m}, {q})", f"Mod({n}, {q}) + Mod({m}, {q})"),
        (f"floor(({n} + {m})/{q})", f"floor({n}/{q}) + floor({m}/{q})"),
        (f"floor({n}/{q}) + floor(({n} + 1)/{q})", f"floor(2*{n}/{q})"),
        (f"ceil({n}/{q})", f"floor(({n} + {q})/{q})"),
        (f"Mod(-{n}, {q})", f"{q} - Mod({n}, {q})"),
        (f"Mod({n}**{q}, {q})", f"Mod({n}, {q})"),
        (f"floor({n}/2)*{q} + Mod({n}, 2)", f"floor({n}*{q}/2)"),
        (f"Mod({n}*({n} + 1), 4)", "0"),
        (f"cos(2*pi*{n}/{q})", "1"),
        (f"{n}**2 >= {q}*{n} - {q}", "True"),
        (f"Mod({n}, {q}) != {q - 1}", "True"),
        (f"({n} - {m})**2 != {q * q}", "True"),
        (f"floor(floor({n}/2)/{q})", f"floor(({n} + 1)/{2 * q})"),
        (f"({n} - {m})*({n} + {m} - 2*{q}) != 1", "True"),
    )
    left, right = draw.choice(rows)
    low = draw.randint(-40, 20)
    high = low + draw.choice((q, 3 * q, 10 * q, 1000, 10**6))
    used = sorted(names_of(left) | names_of(right))

    def points() -> Iterator[dict[str, Fraction]]:
        for _ in range(_TRIES):
            yield {name: draw.whole(low, min(high, low + 3 * q)) for name in used}

    witness = _found(left, right, points)
    ranges = {name: span(Fraction(low), Fraction(high)) for name in used}
    return Draft(left, right, ranges, witness, bare=True, integers=tuple(used))


@kind("where both are defined")
def where_defined(draw: Draw) -> Draft:
    x, y = draw.names(2)
    c = draw.nonzero()
    rows: tuple[tuple[str, str, dict[str, Fraction]], ...] = (
        (f"{x}/{x}", "1", {x: Fraction(0)}),
        (f"({x}**2 - {c * c})/({x} - {text(c)})", f"{x} + {text(c)}", {x: c}),
        (f"log({x}**2)", f"2*log({x})", {x: Fraction(-1)}),
        (f"sqrt({x})*sqrt({y})", f"sqrt({x}*{y})", {x: Fraction(-1), y: Fraction(-2)}),
        (f"1/(1/{x})", f"{x}", {x: Fraction(0)}),
        (f"log({x}*{y})", f"log({x}) + log({y})", {x: Fraction(-1), y: Fraction(-2)}),
        (f"exp(log({x}))", f"{x}", {x: Fraction(-abs(c))}),
        (f"{x}/({x}*{y})", f"1/{y}", {x: Fraction(0), y: c}),
        (f"{x}**{y}", f"exp({y}*log({x}))", {x: Fraction(0), y: abs(c)}),
        (f"sqrt({x} - 1)*sqrt({x} - 2)", f"sqrt(({x} - 1)*({x} - 2))", {x: Fraction(0)}),
        (f"asin({x}) + acos({x})", "pi/2", {x: 1 + Fraction(1, 1000)}),
        (f"tan(asin({x}))", f"{x}/sqrt(1 - {x}**2) + 1/10**6", {x: Fraction(1, 3)}),
        (f"sin({x})/{x}", f"cos({x}) + 1/10**6", {x: Fraction(1, 2)}),
        (f"({x}*{y})/{y}", f"{x}", {x: c, y: Fraction(0)}),
        (f"log({x}/{y})", f"log({x}) - log({y})", {x: Fraction(-1), y: Fraction(-2)}),
    )
    left, right, witness = draw.choice(rows)
    if draw.random() < 0.5:
        left, right = right, left
    ranges = {name: _at(draw, at) for name, at in witness.items()}
    return Draft(left, right, ranges, witness, bare=True, where_defined=True)


@kind("partial functions beyond where they are defined")
def partial(draw: Draw) -> Draft:
    x, y = draw.names(2)
    e = Fraction(1, 10 ** draw.randint(1, 12))
    rows: tuple[tuple[str, str, dict[str, Fraction]], ...] = (
        (f"asin({x}) + acos({x})", "pi/2", {x: 1 + e}),
        (f"asin(sin({x}) + {text(e)})*0", "0", {x: Fraction(1571, 1000)}),
        (
            f"sqrt({x}**2 - {y}**2)",
            f"sqrt(({x} - {y})*({x} + {y}))*1 + 0*sqrt({x} - {y})",
            {x: -1 - e, y: Fraction(1)},
        ),
        (f"log({x} - {y}) + log({x} + {y})", f"log({x}**2 - {y}**2)", {x: -1 - e, y: Fraction(1)}),
        (f"cosh_of({x})", "1", {x: 1 - e}),
        (f"0**({x} - {text(e)})", "0", {x: e}),
        (
            f"({x} - {y})**(3/2)",
            f"({x} - {y})*sqrt(Abs({x} - {y}))",
            {x: Fraction(1) - e, y: Fraction(1)},
        ),
        (f"exp(log({x} + {text(e)}))", f"{x} + {text(e)}", {x: -e}),
        (f"sqrt({x} + {y} + 2)**2", f"{x} + {y} + 2", {x: Fraction(-1), y: -1 - e}),
        (f"atanh({x}/{y})*0", "0", {x: Fraction(1), y: Fraction(1)}),
        (
            f"Piecewise((log({x}), {x} > {text(-e)}), (0, True)) - log({x} + 1)",
            f"Piecewise((log({x}), {x} > 0), (0, True)) - log({x} + 1)",
            {x: -e / 2},
        ),
    )
    left, right, witness = draw.choice([row for row in rows if "cosh_of" not in row[0]])
    ranges = {name: _at(draw, at) for name, at in witness.items()}
    return Draft(left, right, ranges, witness, bare=True)


@kind("networks of ReLUs")
def networks(draw: Draw) -> Draft:
    """A random network against itself with one weight changed, exactly or within too small a bound."""
    inputs = draw.names(draw.randint(1, 2))
    width = draw.randint(2, 8)

    def weight() -> Fraction:
        return Fraction(draw.randint(-64, 64), 32)

    hidden = [([weight() for _ in inputs], weight(), weight() or Fraction(1)) for _ in range(width)]
    shift = weight()

    def written(layers: list[tuple[list[Fraction], Fraction, Fraction]]) -> str:
        terms = []
        for slopes, offset, outer in layers:
            inside = [f"{text(w)}*{name}" for w, name in zip(slopes, inputs, strict=True)]
            terms.append(f"{text(outer)}*Max(0, {' + '.join([*inside, text(offset)])})")
        return " + ".join([*terms, text(shift)])

    changed, place = list(hidden), draw.randrange(width)
    slopes, offset, outer = changed[place]
    change = Fraction(1, 2 ** draw.randint(1, 24))
    changed[place] = slopes, offset, outer + change
    left, right = written(hidden), written(changed)

    def points() -> Iterator[dict[str, Fraction]]:
        for _ in range(_TRIES):
            yield {name: Fraction(draw.randint(-64, 64), 16) for name in inputs}

    witness = _found(left, right, points)
    gap = abs(value(left, witness) - value(right, witness)) if witness else Fraction(0)
    tolerance = (
        f"abs:{gap.numerator * 10**15 // gap.denominator // 2}e-15" if draw.random() < 0.5 else "0"
    )
    ranges = {name: span(Fraction(-4), Fraction(4)) for name in inputs}
    return Draft(left, right, ranges, witness, tolerance, bare=True)


@kind("other languages")
def languages(draw: Draw) -> Draft:
    """What is written in another language, where it may be read as something else."""
    p = Fraction(draw.randint(2, 7))
    rows = (
        ("latex", r"\frac{x}{y + 1}", "x/y + 1", "x/(y + 1)", "x/y + 1"),
        ("latex", r"\sqrt{x} y", r"\sqrt{x y}", "sqrt(x)*y", "sqrt(x*y)"),
        ("latex", r"x^{2y}", "x^2 y", "x**(2*y)", "x**2*y"),
        ("latex", r"\left| x - y \right|", "x - y", "Abs(x - y)", "x - y"),
        ("latex", r"-x^{2} + y", r"(-x)^{2} + y", "-x**2 + y", "(-x)**2 + y"),
        ("latex", r"\frac{1}{2} x", r"\frac{1}{2 x} + 0 y", "x/2", "1/(2*x) + 0*y"),
        ("sympy", "2x^2 + y", "(2x)^2 + y", "2*x**2 + y", "(2*x)**2 + y"),
        ("sympy", "x/2 + y", "x/(2 + y)", "x/2 + y", "x/(2 + y)"),
        ("sympy", "-x^2*y", "(-x)^2*y", "-x**2*y", "(-x)**2*y"),
        ("sympy", "x^y^2", "(x^y)^2", "x**(y**2)", "(x**y)**2"),
        ("mathematica", "Sin[x]^2 + y", "Sin[x^2] + y", "sin(x)**2 + y", "sin(x**2) + y"),
        ("mathematica", "Sqrt[x y]", "Sqrt[x] y", "sqrt(x*y)", "sqrt(x)*y"),
        ("mathematica", "x y^2", "(x y)^2", "x*y**2", "(x*y)**2"),
        ("mathematica", "Log[x y]", "Log[x] y", "log(x*y)", "log(x)*y"),
        ("pysr", "x^2 - y", "(x - y)^2", "x**2 - y", "(x - y)**2"),
    )
    syntax, left, right, plain, other = draw.choice(rows)
    ranges = {"x": draw.around(p, least=Fraction(1)), "y": draw.around(p + 1, least=Fraction(1))}
    witness = {"x": p, "y": p + 1}
    return Draft(plain, other, ranges, witness, bare=True, spelled=(syntax, left, right))


@kind("functions that rise, pulled through a maximum")
def monotone(draw: Draw) -> Draft:
    x, y = draw.names(2)
    a = Fraction(draw.randint(1, 5))
    e = Fraction(1, 10 ** draw.randint(1, 8))
    rows = (
        (f"Max(exp({x}), exp({y}))", f"exp(Max({x}, {y} + {text(e)}))"),
        (f"Max(exp(-{x}), exp(-{y}))", f"exp(-Max({x}, {y}))"),
        (f"Max(exp({x}), {text(1 + e)}*exp({y}))", f"exp(Max({x}, {y}))"),
        (f"Abs(exp({x}) - exp({y}))", f"exp({x}) - exp({y})"),
        (f"Min(2**{x}, 2**{y})", f"2**Max({x}, {y})"),
        (f"tanh(Abs({x})) + 0*{y}", f"tanh({x}) + 0*{y}"),
        (f"Abs(sinh({x} - {y}))", f"sinh({x} - {y})"),
        (f"Max(sqrt({x} + 9), sqrt({y} + 9))", f"sqrt(Max({x}, {y}) + {text(9 + e)})"),
        (f"sqrt(1 - cos({x})) + 0*{y}", f"sqrt(2)*sin({x}/2) + 0*{y}"),
        (f"sqrt(1 - cos({x} + {y})**2)", f"sin({x} + {y})"),
        (f"acos(cos({x} + {y}))", f"{x} + {y}"),
        (f"Abs(cos({x} - {y}))", f"cos({x} - {y})"),
    )
    left, right = draw.choice(rows)

    def points() -> Iterator[dict[str, Fraction]]:
        for _ in range(_TRIES):
            yield {n: Fraction(draw.randint(-40, 40), 10) for n in (x, y)}

    witness = _found(left, right, points)
    low, high = -4 - a, 4 + a
    return Draft(
        left, right, {n: span(Fraction(low), Fraction(high)) for n in (x, y)}, witness, bare=True
    )


def _found(
    left: str, right: str, points: Callable[[], Iterator[dict[str, Fraction]]]
) -> dict[str, Fraction]:
    """A point at which two texts have different values; an empty one where none is found."""
    for point in points():
        try:
            if value(left, point) != value(right, point):
                return point
        except (Undecided, Undefined):
            continue
    return {}
