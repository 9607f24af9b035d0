"""False claims in which a number is a little off, or two numbers are only nearly equal."""

from __future__ import annotations

from fractions import Fraction
from math import comb, prod

from .draws import Draft, Draw, kind, span, text


def _inputs(draw: Draw, count: int) -> tuple[list[str], dict[str, str], dict[str, Fraction]]:
    """Inputs with witnesses that are not 0."""
    names = draw.names(count) if count <= 6 else [f"x{k}" for k in range(1, count + 1)]
    witness = {name: draw.number() or Fraction(1, 3) for name in names}
    return names, {name: draw.around(point) for name, point in witness.items()}, witness


@kind("mutated weight")
def mutated_weight(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, draw.randint(1, 6))
    weights = {name: draw.number() for name in names}
    other = dict(weights)
    off = Fraction(draw.choice((-1, 1)) * draw.randint(1, 9), 10 ** draw.randint(1, 9))
    other[draw.choice(names)] += off
    sides = [
        " + ".join(f"{text(w)}*{name}" for name, w in draw.sample(list(side.items()), len(side)))
        for side in (weights, other)
    ]
    gap = abs(sum((other[n] - weights[n]) * witness[n] for n in names))
    tolerance = f"abs:{gap * Fraction(draw.randint(1, 99), 100)}" if draw.random() < 0.5 else "0"
    return Draft(*sides, ranges, witness, tolerance)


def _scaled(draw: Draw, size: Fraction) -> Draft:
    """A formula with a constant, and the same with the constant changed by the factor 1 + size."""
    names, ranges, witness = _inputs(draw, 2)
    x, y = names
    c = draw.positive()
    changed = c * (1 + size * draw.choice((-1, 1)) * draw.randint(1, 9))
    form = draw.choice(
        (
            "{c}*{x}*{y}",
            "{x}/({y}**2 + {c})",
            "({x} + {c})**3 - {y}",
            "{c}*{x}**2 + {y}",
            "({x} + {c}*{y})*({x} - {c}*{y})",
            "Max({x}, {y}) + {c}",
            "exp({c}*{x}) + {y}",
            "{c}*sin({x}) + {y}",
            "Abs({x})*{c} - {y}",
            "sqrt({x}**2 + {c}) + {y}",
            "{y}*log({c} + {x}**2)",
            "Piecewise(({c}, {x} <= {wx}), ({y}, True))",
        )
    )
    wx = text(witness[x])
    left, right = (form.format(c=text(v), x=x, y=y, wx=wx) for v in (c, changed))
    return Draft(left, right, ranges, witness)


@kind("constant off by 1e-12")
def relative_twelve(draw: Draw) -> Draft:
    return _scaled(draw, Fraction(1, 10**12))


@kind("constant off by 1e-30")
def relative_thirty(draw: Draw) -> Draft:
    return _scaled(draw, Fraction(1, 10**30))


@kind("wide sum with one weight off")
def wide_sum(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, draw.choice((10, 20, 50, 100)))
    weights = {name: draw.nonzero() for name in names}
    terms = [f"{w}*{name}" if w > 0 else f"({w})*{name}" for name, w in weights.items()]
    place = draw.randrange(len(names))
    changed = list(terms)
    off = Fraction(1, 10**9) * draw.choice((-1, 1))
    changed[place] = f"{text(weights[names[place]] + off)}*{names[place]}"
    draw.shuffle(changed)
    return Draft(" + ".join(terms), " + ".join(changed), ranges, witness, bare=True)


@kind("product with one factor off")
def product_factor(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, draw.randint(2, 12))
    factors = [f"({name} + {text(draw.nonzero())})" for name in names]
    changed = draw.sample(factors, len(factors))
    place = draw.randrange(len(changed))
    off = Fraction(1, 10 ** draw.randint(1, 12))
    changed[place] = f"({changed[place]} + {text(off)})"
    return Draft("*".join(factors), "*".join(changed), ranges, witness)


@kind("coefficient of an expansion off")
def expansion(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, 1)
    x = names[0]
    roots = [draw.nonzero() for _ in range(draw.randint(3, 8))]
    coefficients = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        coefficients = [
            s + root * c for s, c in zip(shifted, [*coefficients, Fraction(0)], strict=True)
        ]
    coefficients[draw.randrange(len(coefficients))] += draw.choice((-1, 1, Fraction(1, 10**9)))
    factored = "*".join(f"({x} + {text(root)})" for root in roots)
    powers = " + ".join(f"{text(c)}*{x}**{k}" for k, c in enumerate(coefficients))
    return Draft(factored, powers, ranges, witness)


@kind("power off by one")
def power(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, 2)
    x, y = names
    n, m = draw.randint(1, 6), draw.randint(1, 6)
    if draw.random() < 0.4:
        parts = [f"{comb(n, k)}*{x}**{k}*{y}**{n - k}" for k in range(n + 1)]
        parts[draw.randrange(n + 1)] += f" + {x}**{m}*{y}**{n}"
        return Draft(f"({x} + {y})**{n}", " + ".join(parts), ranges, witness)
    shift = draw.choice((-1, 1))
    return Draft(f"{x}**{n}*{y}**{m}", f"{y}**{m}*{x}**{n + shift}", ranges, witness)


@kind("network just outside its tolerance")
def network(draw: Draw) -> Draft:
    names = [f"x{k}" for k in range(1, draw.randint(2, 8) + 1)]
    offs = {name: Fraction(draw.randint(1, 999), 10**7) * draw.choice((-1, 1)) for name in names}
    low, high = draw.choice(((2, 6), (-6, 6), (20, 40), (-20, -10), (0, 1)))
    ends = {name: Fraction(high if off > 0 else low) for name, off in offs.items()}
    weights = {name: draw.choice((-1, 0, 1)) for name in names}
    left = " + ".join(f"{text(weights[n] + offs[n])}*{n}" for n in names)
    right = " + ".join(f"{text(weights[n])}*{n}" for n in names)
    gap = abs(sum(offs[n] * ends[n] for n in names))
    share = 1 - Fraction(1, 10 ** draw.randint(2, 9))
    ranges = dict.fromkeys(names, f"[{low},{high}]")
    return Draft(left, right, ranges, ends, f"abs:{gap * share}", bare=True)


NEAR = (
    ("22/7", "pi", "1e-3"),
    ("355/113", "pi", "2e-7"),
    ("103993/33102", "pi", "5e-10"),
    ("exp(pi*sqrt(163))", "262537412640768744", "1e-13"),
    ("exp(pi*sqrt(67))", "147197952744", "1e-6"),
    ("pi**4 + pi**5", "exp(6)", "1e-5"),
    ("2721/1001", "E", "1e-7"),
    ("1457/536", "E", "1e-6"),
    ("exp(pi) - pi", "20", "9e-4"),
    ("665857/470832", "sqrt(2)", "1e-12"),
    ("sqrt(2) + sqrt(3)", "pi", "4e-3"),
    ("log(2)", "9/13", "8e-4"),
    ("2**(1/3)", "1.2599210498948732", "1e-17"),
    ("(1 + sqrt(5))/2", "1.618033988749895", "1e-16"),
    ("(9**2 + 19**2/22)**(1/4)", "pi", "1e-9"),
    ("sin(11)", "-1", "9e-6"),
    ("cos(355)", "-1", "4e-10"),
    ("tanh(20)", "1", "8e-18"),
    ("1/(1 + exp(-40))", "1", "4e-18"),
    ("sqrt(1000001)", "1000", "1e-4"),
)


@kind("nearly equal constants")
def near_constants(draw: Draw) -> Draft:
    left, right, size = draw.choice(NEAR)
    tolerance = draw.choice(("0", f"abs:{size}", f"abs:{Fraction(size) / draw.randint(2, 999)}"))
    return Draft(left, right, {}, {}, tolerance)


@kind("nearly equal roots")
def near_roots(draw: Draw) -> Draft:
    a, b = draw.randint(2, 400), draw.randint(2, 400)
    shift = draw.randint(1, 5)
    if draw.random() < 0.5:
        return Draft(
            f"sqrt({a}) + sqrt({a + b})", f"sqrt({a + shift}) + sqrt({a + b - shift})", {}, {}
        )
    x = draw.names(1)[0]
    ranges, witness, c = draw.place(x)
    return Draft(
        f"sqrt(({x} - {text(c)})**2 + {a})", f"{a**0.5:.{draw.randint(4, 15)}f}", ranges, witness
    )


@kind("very large and very small magnitudes")
def magnitudes(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    exponent = draw.randint(60, 299)
    big, small = Fraction(10) ** exponent, Fraction(1, 10**exponent)
    point = draw.choice((big, small)) * draw.randint(2, 8)
    c = draw.randint(1, 9)
    left, right = draw.choice(
        (
            (f"{x} + {c}", x),
            (f"{x}**2 + {c}", f"{x}**2"),
            (f"1/({x} + {c})", f"1/{x}"),
            (f"Abs({x}) + {c}*{x}", f"{c}*{x}"),
            (f"sqrt({x}**2 + {c})", x),
            (f"{x}*(1 + {c}e-40)", x),
            (f"Max({x}, {c}e-305)/{x} + {x}*{c}", "1"),
            (f"({x} + 1)**2 - {x}**2 - 2*{x}", "0"),
            (f"{x}/({x} + {c})", "1"),
            (f"tanh({x}) + {c}*{x}", f"{c}*{x}"),
        )
    )
    return Draft(left, right, {x: span(point / 2, point * 2)}, {x: point}, bare=True)


@kind("tolerance exceeded at a corner")
def exceeded(draw: Draw) -> Draft:
    names = draw.names(draw.randint(1, 3))
    lows = {name: draw.number() for name in names}
    ends = {name: (low, low + draw.width()) for name, low in lows.items()}
    size = Fraction(draw.randint(1, 99), 10 ** draw.randint(1, 9))
    over = 1 + Fraction(1, 10 ** draw.randint(3, 9))
    ramps = [f"(({n} - {text(low)})/{text(high - low)})" for n, (low, high) in ends.items()]
    power_ = draw.choice(("", f"**{draw.randint(2, 40)}"))
    ramp = "*".join(f"{r}{power_}" for r in ramps)
    p = draw.polynomial(names)
    witness = {n: high for n, (_, high) in ends.items()}
    ranges = {n: span(low, high) for n, (low, high) in ends.items()}
    return Draft(f"{p} + {text(size * over)}*{ramp}", p, ranges, witness, f"abs:{size}")


@kind("relative tolerance where the reference is zero")
def relative_zero(draw: Draw) -> Draft:
    names = draw.names(draw.randint(1, 2))
    points = {name: draw.number() for name in names}
    shift = Fraction(1, 10 ** draw.randint(3, 15))
    factors = [f"({name} - {text(c)})" for name, c in points.items()]
    right = "*".join(factors)
    right = draw.choice((right, f"({right})**2", f"Abs({right})", f"sin({right})"))
    left = draw.choice((f"{right} + {text(shift)}", f"{right} + {text(shift)}*(1 + {names[0]}**2)"))
    size = draw.choice(("1e-6", "0.1", "1/2", "10"))
    ranges = {name: draw.around(c) for name, c in points.items()}
    return Draft(left, right, ranges, points, f"rel:{size}", bare=True)


@kind("relative tolerance just exceeded")
def relative_exceeded(draw: Draw) -> Draft:
    names, ranges, witness = _inputs(draw, draw.randint(1, 3))
    size = Fraction(draw.randint(1, 99), 10 ** draw.randint(2, 9))
    factor = 1 + size * (1 + Fraction(1, 10 ** draw.randint(2, 9)))
    monomial = "*".join(names)
    assert prod(witness.values()) != 0
    return Draft(f"{text(factor)}*{monomial}", monomial, ranges, witness, f"rel:{size}", bare=True)
