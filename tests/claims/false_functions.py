"""False claims about roots, powers, exponentials, logarithms, circular functions and approximations."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from mpmath import mp

from .draws import Draft, Draw, kind, span, text

Row = tuple[str, str]


def identity(draw: Draw, rows: tuple[Row, ...], low: int, high: int, *, swap: bool = True) -> Draft:
    """A wrong identity of `{x}` and `{y}`, which stand for inputs or linear forms of inputs."""
    left, right = draw.choice(rows)
    if swap and draw.random() < 0.5:
        left, right = right, left
    names = draw.names(2)
    parts, ranges, witness = {}, {}, {}
    for letter, name in zip("xy", names, strict=True):
        if f"{{{letter}}}" not in left + right:
            continue
        start = Fraction(low) + Fraction(draw.randint(0, 40), 40) * Fraction(high - low) / 2
        end = start + Fraction(high - low, 2) * Fraction(draw.randint(1, 40), 40)
        shift, scale = (draw.nonzero(), draw.whole(1, 4)) if draw.random() < 0.3 else (0, 1)
        parts[letter] = f"({scale}*{name} + {text(shift)})" if scale != 1 or shift else name
        ranges[name] = span((start - shift) / scale, (end - shift) / scale)
        inside = start + (end - start) * Fraction(draw.randint(1, 99), 100)
        witness[name] = (inside - shift) / scale
    return Draft(left.format(**parts), right.format(**parts), ranges, witness)


@kind("root of a square")
def root_of_square(draw: Draw) -> Draft:
    rows = (
        ("sqrt({x}**2)", "{x}"),
        ("({x}**2)**(1/2)", "{x}"),
        ("({x}**6)**(1/6)", "{x}"),
        ("sqrt({x}**2*{y}**2)", "{x}*{y}*sign({y})"),
        ("sqrt(4*{x}**2)", "2*{x}"),
        ("sqrt({x}**2 - 2*{x} + 1)", "{x} - 1"),
        ("({x}**6)**(1/2)", "{x}**3"),
        ("1/sqrt(1/{x}**2)", "{x}"),
    )
    return identity(draw, rows, -6, -1)


@kind("root of a negative number")
def root_of_negative(draw: Draw) -> Draft:
    rows = (
        ("({x}**3)**(1/3)", "{x}"),
        ("{x}**(2/3)", "({x}**2)**(1/3)"),
        ("sqrt({x})**2", "{x}"),
        ("sqrt({x})*sqrt({y})", "sqrt({x}*{y})"),
        ("sqrt({x})/sqrt({y})", "sqrt({x}/{y})"),
        ("{x}**(1/3)", "-Abs({x})**(1/3)"),
        ("({x}*{y})**0.5", "{x}**0.5*{y}**0.5"),
        ("{x}**2.5", "-Abs({x})**2.5"),
        ("(({x})**0.2)**5", "{x}"),
        ("{x}**(4/3)", "Abs({x})**(4/3)"),
    )
    return identity(draw, rows, -6, -1)


@kind("roots of sums")
def roots_of_sums(draw: Draw) -> Draft:
    rows = (
        ("sqrt({x} + {y})", "sqrt({x}) + sqrt({y})"),
        ("sqrt({x}**2 + {y}**2)", "{x} + {y}"),
        ("sqrt({x} - 1/2)", "sqrt({x}) - sqrt(1/2)"),
        ("1/(sqrt({x} + 1) + sqrt({x}))", "sqrt({x} + 1) + sqrt({x})"),
        ("(sqrt({x}) + sqrt({y}))**2", "{x} + {y} + sqrt({x}*{y})"),
        ("{x}**(1/3)*{x}**(1/2)", "{x}**(1/6)"),
        ("({x}**(1/2))**(1/3)", "{x}**(5/6)"),
        ("sqrt({x}*{y})", "({x} + {y})/2"),
    )
    return identity(draw, rows, 1, 6)


@kind("logarithm of a negative factor")
def log_of_negative(draw: Draw) -> Draft:
    rows = (
        ("log({x}**2)", "2*log({x})"),
        ("log({x}*{y})", "log({x}) + log({y})"),
        ("log({x}/{y})", "log({x}) - log({y})"),
        ("exp(log({x}))", "{x}"),
        ("log({x}**4)", "4*log({x})"),
        ("exp(2*log({x}))", "{x}**2"),
        ("exp(log({x})/3)**3", "{x}"),
        ("exp(log({x}*{y}))", "exp(log({x}))*{y}"),
        ("exp(log(Abs({x})))", "{x}"),
    )
    return identity(draw, rows, -6, -1)


@kind("logarithm at zero")
def log_at_zero(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    c = draw.number()
    d = f"({x} - {text(c)})"
    left, right = draw.choice(
        ((f"exp(log({d}))", d), (f"{d}*log({d})/log({d} + 1/2)*0 + {d}", d), (f"exp(2*log({d}))", f"{d}**2"),
         (f"exp(log({d})/2)", f"sqrt({d})"), (f"{d}*log({d})", f"log({d}**{d})"),
         (f"log({d} + 1) + log({d}) - log({d})", f"log(1 + {d})"),
         (f"exp(3*log({d}) - 2*log({d}))", d))
    )  # fmt: skip
    return Draft(left, right, {x: span(c, c + draw.width())}, {x: c})


@kind("wrong law of exponentials")
def exponentials(draw: Draw) -> Draft:
    rows = (
        ("exp({x} + {y})", "exp({x}) + exp({y})"),
        ("exp({x}*{y})", "exp({x})*exp({y})"),
        ("exp(2*{x})", "exp({x})**3"),
        ("exp(-{x})", "-exp({x})"),
        ("exp({x})**2", "exp({x}**2)"),
        ("2**({x} + {y})", "2**{x} + 2**{y}"),
        ("exp({x} - {y})", "exp({x}) - exp({y})"),
        ("exp({x})/exp({y})", "exp({x}/{y})"),
        ("4**{x}", "2**({x} + 2)*1.01"),
        ("log(1 + exp({x}))", "{x}"),
        ("exp(log({x}) + log({y}))", "{x} + {y} + 1/9"),
    )
    return identity(draw, rows, 1, 4)


@kind("wrong law of logarithms")
def logarithms(draw: Draw) -> Draft:
    rows = (
        ("log({x} + {y})", "log({x}) + log({y})"),
        ("log({x}*{y})", "log({x})*log({y})"),
        ("log({x}**3)", "log({x})**3"),
        ("log({x})/log({y})", "log({x}/{y})"),
        ("log({x}/{y})", "log({y}) - log({x})"),
        ("log(2*{x})", "2*log({x})"),
        ("log(sqrt({x}))", "sqrt(log({x}))"),
        ("exp(log({x})*log({y}))", "{x}*{y}"),
        ("log(1 + {x})", "{x}/(1 + {x}/2)"),
    )
    return identity(draw, rows, 2, 6)


@kind("wrong powers")
def powers(draw: Draw) -> Draft:
    rows = (
        ("{x}**{y}", "{y}**{x}"),
        ("({x}**{y})**2", "{x}**({y}**2)"),
        ("{x}**{y}*{x}**2", "{x}**(2*{y})"),
        ("{x}**0.5*{x}**0.3", "{x}**0.15"),
        ("({x} + {y})**0.5", "{x}**0.5 + {y}**0.5"),
        ("{x}**-{y}", "-({x}**{y})"),
        ("{x}**1.0000001", "{x}"),
        ("{x}**(1/{y})", "1/{x}**{y}"),
        ("{x}**{y}", "exp({y}*log({x}) + 1e-15)"),
    )
    return identity(draw, rows, 2, 5)


@kind("zero to a power")
def zero_power(draw: Draw) -> Draft:
    x, y = draw.names(2)
    zero = Fraction(0)
    up = span(zero, draw.width())
    low = span(-draw.width(), draw.width())
    left, right, ranges, witness = draw.choice(
        (
            (f"{x}**{x}", f"exp({x}*log({x}))", {x: up}, {x: zero}),
            (f"0**{x}", "0", {x: up}, {x: zero}),
            (f"{x}**{y}", f"exp({y}*log({x}))", {x: up, y: up}, {x: zero, y: zero}),
            (f"{x}**0", f"{x}/{x}", {x: low}, {x: zero}),
            (f"{x}**{y}*{x}**-{y}", "1", {x: up, y: span(Fraction(1, 2), Fraction(2))},
             {x: zero, y: Fraction(1, 2)}),
            (f"Abs({x})**{y}", f"Abs({x})**({y} + 1)/Abs({x})", {x: low, y: up}, {x: zero, y: zero}),
            (f"({x}**2)**{y}", f"Abs({x})**{y}*Abs({x})**{y}*sign({x})**2", {x: low, y: up},
             {x: zero, y: zero}),
            (f"0**Abs({x})", f"1 - sign(Abs({x}) + 1)", {x: low}, {x: zero}),
            (f"{x}**-2*{x}**2", f"{x}**0", {x: low}, {x: zero}),
        )
    )  # fmt: skip
    return Draft(left, right, ranges, witness)


@kind("wrong circular identity")
def circular(draw: Draw) -> Draft:
    rows = (
        ("sin(2*{x})", "2*sin({x})"),
        ("sin({x} + {y})", "sin({x}) + sin({y})"),
        ("cos({x} + {y})", "cos({x})*cos({y}) + sin({x})*sin({y})"),
        ("sin({x} - {y})", "sin({x})*cos({y}) + cos({x})*sin({y})"),
        ("sin({x})**2 - cos({x})**2", "1"),
        ("cos(2*{x})", "2*cos({x})**2 + 1"),
        ("cos(2*{x})", "1 - sin({x})**2"),
        ("sin(3*{x})", "3*sin({x}) + 4*sin({x})**3"),
        ("cos(3*{x})", "4*cos({x})**3 - 2*cos({x})"),
        ("sin({x})*sin({y})", "(cos({x} - {y}) + cos({x} + {y}))/2"),
        ("sin({x})**2", "sin({x}**2)"),
        ("sqrt(1 - cos({x})**2)", "-Abs(sin({x}))"),
        ("sin({x})*cos({x})", "sin(2*{x})"),
        ("tan({x})", "sin({x})*cos({x})"),
        ("(sin({x}) + cos({x}))**2", "1 + cos(2*{x})"),
    )
    return identity(draw, rows, -4, 4)


@kind("shift by the wrong multiple of pi")
def shifts(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    ranges, witness, _ = draw.place(x)
    k = draw.randint(-5, 5)
    turn = f"{text(draw.whole(1, 3))}*{x}"
    first, shift, second = draw.choice(
        (("sin", 2 * k + 1, "sin({})"), ("cos", 2 * k + 1, "cos({})"), ("sin", 2 * k, "-sin({})"),
         ("cos", 2 * k, "sin({})"), ("sin", k, "cos({})"))
    )  # fmt: skip
    if draw.random() < 0.4:
        part = Fraction(2 * k + 1, 2) + Fraction(1, 10 ** draw.randint(2, 12))
        return Draft(f"sin({turn} + {text(part)}*pi)", f"{'-' if k % 2 else ''}cos({turn})",
                     ranges, witness)  # fmt: skip
    return Draft(f"{first}({turn} + {text(shift)}*pi)", second.format(turn), ranges, witness)


@kind("rounded pi")
def rounded_pi(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    ranges, witness, _ = draw.place(x)
    with mp.workdps(40):
        digits = mp.nstr(mp.pi, draw.randint(6, 32))
    left, right = draw.choice(
        ((f"sin({x} + {digits})", f"-sin({x})"), (f"cos({x} + 2*{digits})", f"cos({x})"),
         (f"{digits}*{x}**2 + {digits}", f"pi*({x}**2 + 1)"), (f"exp({x})*{digits}", f"pi*exp({x})"),
         (f"sin({digits})", "0"), (f"cos({x})*cos({digits}/2)", "0"))
    )  # fmt: skip
    return Draft(left, right, ranges, witness) if x in left else Draft(left, right, {}, {})


@kind("wrong law of tanh and sigmoids")
def sigmoids(draw: Draw) -> Draft:
    rows = (
        ("tanh(2*{x})", "2*tanh({x})/(1 - tanh({x})**2/2)"),
        ("tanh({x} + {y})", "tanh({x}) + tanh({y})"),
        ("1/(1 + exp(-{x}))", "(1 + tanh({x}))/2"),
        ("1/(1 + exp(-{x}))", "1/(1 + exp({x}))"),
        ("tanh({x})", "2/(1 + exp(-{x})) - 1"),
        ("tanh({x})", "(exp({x}) - exp(-{x}))/2"),
        ("1 - tanh({x})**2", "1/(exp({x}) + exp(-{x}))**2"),
        ("tanh({x})", "{x}/(1 + {x}**2/3)"),
        ("log(1 + exp({x}))", "Max({x}, 0)"),
        ("tanh(40 + {x})", "1"),
    )
    return identity(draw, rows, 1, 4)


def _below(gap: object, share: Fraction) -> Fraction:
    """A decimal a little below share times the gap."""
    with mp.workdps(30):
        shown = mp.nstr(mp.mpf(share.numerator) / share.denominator * gap, 12)
    return Fraction(shown)


@kind("series just outside its tolerance")
@mp.workdps(40)
def series(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    end = Fraction(draw.randint(1, 20), 10)
    n = draw.randint(2, 8)
    function = draw.choice(("exp", "sin", "cos"))
    point = mp.mpf(end.numerator) / end.denominator
    first = {"exp": 0, "sin": 1, "cos": 0}[function]
    step = 1 if function == "exp" else 2
    degrees = list(range(first, first + step * n, step))
    signs = [1 if function == "exp" or k % 4 < 2 else -1 for k in degrees]
    terms = [
        f"{'-' if s < 0 else '+'} {x}**{k}/{factorial(k)}"
        for s, k in zip(signs, degrees, strict=True)
    ]
    total = sum(s * point**k / factorial(k) for s, k in zip(signs, degrees, strict=True))
    gap = abs(getattr(mp, function)(point) - total)
    share = draw.choice((Fraction(99, 100), Fraction(999999, 10**6), Fraction(1, 2)))
    left = " ".join(terms).removeprefix("+ ")
    low = -end if draw.random() < 0.5 else Fraction(0)
    tolerance = f"abs:{_below(gap, share)}"
    return Draft(left, f"{function}({x})", {x: span(low, end)}, {x: end}, tolerance)


@kind("smooth extreme just outside its tolerance")
@mp.workdps(40)
def smooth(draw: Draw) -> Draft:
    x, y = draw.names(2)
    c = draw.number()
    k = draw.randint(2, 200)
    share = draw.choice((Fraction(99, 100), Fraction(9999, 10**4), Fraction(1, 2)))
    both = {x: c, y: c}
    left, right, gap, names = draw.choice(
        (
            (f"log(exp({k}*{x}) + exp({k}*{y}))/{k}", f"Max({x}, {y})", mp.log(2) / k, (x, y)),
            (f"-log(exp(-{k}*{x}) + exp(-{k}*{y}))/{k}", f"Min({x}, {y})", mp.log(2) / k, (x, y)),
            (f"sqrt(({x} - {y})**2 + 1/{k}**2)", f"Abs({x} - {y})", mp.mpf(1) / k, (x, y)),
            (f"sqrt(({x} - {text(c)})**2 + 1/{k}**2)", f"Abs({x} - {text(c)})", mp.mpf(1) / k, (x,)),
            (f"log(1 + exp({k}*({x} - {y})))/{k}", f"Max({x} - {y}, 0)", mp.log(2) / k, (x, y)),
            (f"1/(1 + exp(-{k}*({x} - {y})))", f"Piecewise((1, {x} >= {y}), (0, True))",
             mp.mpf(1) / 2, (x, y)),
            (f"tanh({k}*({x} - {y}))", f"Piecewise((1, {x} >= {y}), (-1, True))", mp.mpf(1), (x, y)),
        )
    )  # fmt: skip
    witness = {name: both[name] for name in names}
    ranges = {name: draw.around(c) for name in names}
    return Draft(left, right, ranges, witness, f"abs:{_below(gap, share)}")


@kind("small term just outside its tolerance")
@mp.workdps(40)
def small_term(draw: Draw) -> Draft:
    x = draw.names(1)[0]
    e = Fraction(1, 10 ** draw.randint(3, 10))
    high = draw.positive(20)
    share = draw.choice((Fraction(99, 100), Fraction(1, 2)))
    eps, top = mp.mpf(e.numerator) / e.denominator, mp.mpf(high.numerator) / high.denominator
    left, right, gap, point = draw.choice(
        (
            (f"sqrt({x} + {text(e)})", f"sqrt({x})", mp.sqrt(eps), Fraction(0)),
            (f"exp(log({x} + {text(e)}))", x, eps, Fraction(0)),
            (f"{x}**{text(1 + e)}", x, abs(top ** (1 + eps) - top), high),
            (f"({x} + {text(e)})**2", f"{x}**2", 2 * top * eps, high),
            (f"({x} + {text(e)})**(1/3)", f"{x}**(1/3)", mp.cbrt(eps), Fraction(0)),
            (f"Max({x}, {text(e)})", x, eps, Fraction(0)),
            (f"{text(1 - e)}*{x}*(1 + {x}) + {text(e)}*{x}", f"{x}*(1 + {x})", eps * top**2, high),
        )
    )
    return Draft(left, right, {x: span(Fraction(0), high)}, {x: point}, f"abs:{_below(gap, share)}")
