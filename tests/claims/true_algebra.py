"""True identities of polynomials and rational functions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import comb

from .statement import TrueClaim, family

POLYNOMIALS = [
    ("(x + y)**2", "x**2 + 2*x*y + y**2", "[-5,5]"),
    ("(x + y)**3", "x**3 + y**3 + 3*x*y*(x + y)", "[-5,5]"),
    ("x**2 - y**2", "(x - y)*(x + y)", "[-40,40]"),
    ("x**3 + y**3", "(x + y)*(x**2 - x*y + y**2)", "[-9,9]"),
    ("x**4 + 4*y**4", "(x**2 + 2*y**2 + 2*x*y)*(x**2 + 2*y**2 - 2*x*y)", "[-3,3]"),
    ("(x + y + z)**2", "x**2 + y**2 + z**2 + 2*(x*y + y*z + z*x)", "[[-6,-2],[2,6]]"),
    (
        "x**3 + y**3 + z**3 - 3*x*y*z",
        "(x + y + z)*((x - y)**2 + (y - z)**2 + (z - x)**2)/2",
        "[-7,7]",
    ),
    ("(x - y)*(y - z)*(z - x)", "x*y**2 + y*z**2 + z*x**2 - x**2*y - y**2*z - z**2*x", "[-2,3]"),
    ("(a**2 + b**2)*(c**2 + d**2)", "(a*c - b*d)**2 + (a*d + b*c)**2", "[-10,10]"),
    ("(a**2 + b**2)*(c**2 + d**2)", "(a*c + b*d)**2 + (a*d - b*c)**2", "[-1e6,1e6]"),
    (
        "(a**2 + 7*b**2)*(c**2 + 7*d**2)",
        "(a*c - 7*b*d)**2 + 7*(a*d + b*c)**2",
        "[0,1]",
    ),
    (
        "(a**2 + b**2 + c**2)*(x**2 + y**2 + z**2) - (a*x + b*y + c*z)**2",
        "(a*y - b*x)**2 + (a*z - c*x)**2 + (b*z - c*y)**2",
        "[-4,4]",
    ),
    (
        "(a1**2 + a2**2 + a3**2 + a4**2)*(b1**2 + b2**2 + b3**2 + b4**2)",
        "(a1*b1 + a2*b2 + a3*b3 + a4*b4)**2 + (a1*b2 - a2*b1 + a3*b4 - a4*b3)**2"
        " + (a1*b3 - a2*b4 - a3*b1 + a4*b2)**2 + (a1*b4 + a2*b3 - a3*b2 - a4*b1)**2",
        "[-2,2]",
    ),
    ("x1*(x2 + 1) - x1", "x2*x1", "[20,40]"),
    ("(x + 1)**5 - (x - 1)**5", "10*x**4 + 20*x**2 + 2", "[-100,100]"),
    ("x*(x + 1)*(x + 2)*(x + 3) + 1", "(x**2 + 3*x + 1)**2", "[-8,8]"),
    ("((x + 1/3)*(y - 1/7) + 1/21)*21", "21*x*y - 3*x + 7*y", "[-1,1]"),
    ("0.1*x + 0.2*x", "0.3*x", "[-1e9,1e9]"),
    ("1e-200*x*1e200", "x", "[1e-300,1e300]"),
    ("(a - b)**4", "a**4 - 4*a**3*b + 6*a**2*b**2 - 4*a*b**3 + b**4", "[-3,2]"),
    ("(x**2 + x + 1)*(x**2 - x + 1)", "x**4 + x**2 + 1", "[-5,4]"),
    ("x**6 - 1", "(x - 1)*(x + 1)*(x**2 + x + 1)*(x**2 - x + 1)", "[-2,2]"),
    ("16*x**5 - 20*x**3 + 5*x", "2*x*(8*x**4 - 8*x**2 + 1) - (4*x**3 - 3*x)", "[-1,1]"),
    ("x*(y*(z*(w + 1) + 1) + 1)", "x + x*y + x*y*z + x*y*z*w", "x=[0,1]", "[-9,9]"),
    ("(p + q)*(q + r)*(r + p)", "(p + q + r)*(p*q + q*r + r*p) - p*q*r", "[-6,6]"),
    (
        "x1*(x2*x6 - x3*x5) - x2*(x1*x6 - x3*x4) + x3*(x1*x5 - x2*x4)",
        "0",
        "[-3,3]",
    ),
]

RATIONALS = [
    ("1/x - 1/(x + 1)", "1/(x*(x + 1))", "[1,50]"),
    ("(x**2 - 1)/(x - 1)", "x + 1", "[[-3,0],[2,9]]"),
    ("1/(1 + 1/x)", "x/(x + 1)", "[1/2,9]"),
    ("1/(1 + 1/(1 + 1/x))", "(x + 1)/(2*x + 1)", "[2,6]"),
    ("1/(1 + 1/(1 + 1/(1 + 1/(1 + x))))", "(2*x + 3)/(3*x + 5)", "[0,3]"),
    ("(2*x + 3)/((x - 1)*(x + 4))", "1/(x - 1) + 1/(x + 4)", "[2,10]"),
    ("1/(x**2 - 1)", "(1/(x - 1) - 1/(x + 1))/2", "[[-5,-2],[2,5]]"),
    ("x**3/(x**2 + 1)", "x - x/(x**2 + 1)", "[-7,7]"),
    ("a/b + c/d", "(a*d + b*c)/(b*d)", "b=[1,2]", "d=[-4,-3]", "[-9,9]"),
    ("(a/b)/(c/d)", "a*d/(b*c)", "[1,5]"),
    ("1/(1/a + 1/b)", "a*b/(a + b)", "[0.1,2]"),
    ("1/(1/a + 1/b + 1/c)", "a*b*c/(a*b + b*c + c*a)", "[1,5]"),
    ("(x - y)/(x*y)", "1/y - 1/x", "[-6,-2]"),
    ("((x + y)**2 - (x - y)**2)/(4*x)", "y", "[3,8]"),
    ("x**-3*x**5", "x**2", "[[-2,-1],[1,2]]"),
    ("(1 - x**5)/(1 - x)", "1 + x + x**2 + x**3 + x**4", "[2,3]"),
    ("(x**4 + 4)/(x**2 + 2*x + 2)", "x**2 - 2*x + 2", "[-10,10]"),
    (
        "a**2/((a - b)*(a - c)) + b**2/((b - a)*(b - c)) + c**2/((c - a)*(c - b))",
        "1",
        "a=[0,1]",
        "b=[2,3]",
        "c=[4,5]",
    ),
    (
        "1/((a - b)*(a - c)) + 1/((b - a)*(b - c)) + 1/((c - a)*(c - b))",
        "0",
        "a=[-4,-3]",
        "b=[0,1]",
        "c=[2,6]",
    ),
    (
        "(a - b)/(a + b) + (b - c)/(b + c) + (c - a)/(c + a)",
        "-(a - b)*(b - c)*(c - a)/((a + b)*(b + c)*(c + a))",
        "[1,9]",
    ),
    ("x/(x**2 + y**2) - 1/x", "-y**2/(x*(x**2 + y**2))", "x=[1,2]", "y=[-1,1]"),
    ("(1 - ((1 - t**2)/(1 + t**2))**2)", "(2*t/(1 + t**2))**2", "[-3,3]"),
    (
        "((x + y)/(1 + x*y) + z)/(1 + (x + y)/(1 + x*y)*z)",
        "(x + y + z + x*y*z)/(1 + x*y + y*z + z*x)",
        "[0,1]",
    ),
    ("(x**2 + x*y)/(x + y)", "x", "x=[1,4]", "y=[-1/2,3]"),
    ("1/(x - 1) + 2/(x - 1)**2", "(x + 1)/(x - 1)**2", "[1.001,1.1]"),
    ("(x + 1)/(x - 1) - (x - 1)/(x + 1)", "4*x/(x**2 - 1)", "[-1/2,1/2]"),
    ("(1e-7 + x)/(1e-7 + y)", "(1 + 1e7*x)/(1 + 1e7*y)", "[2,6]"),
    ("x/(1 + x) + y/((1 + x)*(1 + y)) + 1/((1 + x)*(1 + y))", "1", "[0,100]"),
    ("m*v**2/2 - p**2/(2*m)", "(m*v - p)*(m*v + p)/(2*m)", "m=[1,5]", "[-5,5]"),
    ("2/(1/x + 1/y) - (x + y)/2", "-(x - y)**2/(2*(x + y))", "[1,3]"),
    ("(x**2 - 2)/(x**2 - 2)", "1", "[3/2,2]"),
    ("x**2/(x**2 + y**2) + y**2/(x**2 + y**2)", "1", "x=[1e-9,1]", "y=[-1,1]"),
]


def claims() -> Iterator[TrueClaim]:
    yield from family("polynomial", [*POLYNOMIALS, *_polynomials()])
    yield from family("rational", [*RATIONALS, *_rationals()])
    yield from family("many inputs", _many_inputs())


def _polynomials() -> Iterator[tuple[str, ...]]:
    for degree in (4, 7, 12, 20):
        powers = " + ".join(f"{comb(degree, k)}*x**{k}*y**{degree - k}" for k in range(degree + 1))
        yield f"(x + y)**{degree}", powers, "[-2,2]"
    for degree in (3, 6, 10, 16):
        generator = random.Random(degree)
        numbers = [generator.randint(-9, 9) for _ in range(degree + 1)]
        horner = str(numbers[0])
        for number in numbers[1:]:
            horner = f"({horner})*x + {number}"
        powers = " + ".join(f"{c}*x**{degree - k}" for k, c in enumerate(numbers))
        yield horner, powers, "[-3/2,3/2]"
    for size in (3, 6, 9):
        terms = " + ".join(f"(x{k} - x{k + 1})" for k in range(1, size))
        yield terms, f"x1 - x{size}", "[-40,40]"
    for last in (4, 8):
        steps = " + ".join(f"((n + {k})**2 - (n + {k - 1})**2)" for k in range(1, last + 1))
        yield steps, f"{last}*(2*n + {last})", "[0,1000]"


def _rationals() -> Iterator[tuple[str, ...]]:
    for last in (3, 6, 10):
        terms = " + ".join(f"1/((x + {k - 1})*(x + {k}))" for k in range(1, last + 1))
        yield terms, f"{last}/(x*(x + {last}))", "[1,9]"
    for places in ((0, 1), (0, 1, 3), (-1, 0, 2, 5)):
        basis = []
        for i in places:
            others = [j for j in places if j != i]
            top = "*".join(f"(x - {j})" if j >= 0 else f"(x + {-j})" for j in others)
            bottom = "*".join(f"({i - j})" for j in others)
            basis.append(f"{top}/({bottom})*({i}*y + 1)")
        yield " + ".join(basis), "x*y + 1", "[-4,4]"
    for depth in (3, 5, 8):
        nested, top, bottom = "x", (1, 0), (0, 1)
        for _ in range(depth):
            nested = f"1/(1 + {nested})"
            top, bottom = bottom, (top[0] + bottom[0], top[1] + bottom[1])
        yield (
            nested,
            f"({top[0]}*x + {top[1]})/({bottom[0]}*x + {bottom[1]})",
            "[0.5,7]",
        )
    for count in (2, 4, 6):
        names = [f"x{k}" for k in range(1, count + 1)]
        total = " + ".join(names)
        shares = " + ".join(f"{name}/({total})" for name in names)
        yield shares, "1", "[1,2]"
    for degree in (3, 6, 9):
        terms = " + ".join(f"x**{k}*y**{degree - 1 - k}" for k in range(degree))
        yield f"(x**{degree} - y**{degree})/(x - y)", terms, "x=[2,3]", "y=[-1,1]"


def _many_inputs() -> Iterator[tuple[str, ...]]:
    generator = random.Random(20)
    for count in (10, 40, 100):
        names = [f"x{k}" for k in range(1, count + 1)]
        weights = [generator.randint(-9, 9) or 1 for _ in names]
        terms = [f"{w}*{name}" for w, name in zip(weights, names, strict=True)]
        shuffled = generator.sample(terms, count)
        yield " + ".join(terms), " + ".join(shuffled), "[-6,6]"
        yield " + ".join(names), " + ".join(generator.sample(names, count)), "[1,2]"
    for count in (5, 12, 30):
        names = [f"x{k}" for k in range(1, count + 1)]
        yield "*".join(names), "*".join(generator.sample(names, count)), "[-2,2]"
    for count in (4, 8):
        names = [f"x{k}" for k in range(1, count + 1)]
        factors = [f"(1*{name} + 1 - 1)" for name in names]
        yield "*".join(factors), "*".join(reversed(names)), "[-40,40]"
    for count in (3, 5):
        squares = " + ".join(f"x{k}**2" for k in range(1, count + 1))
        ups = " + ".join(f"y{k}**2" for k in range(1, count + 1))
        dot = " + ".join(f"x{k}*y{k}" for k in range(1, count + 1))
        rest = " + ".join(
            f"(x{i}*y{j} - x{j}*y{i})**2"
            for i in range(1, count + 1)
            for j in range(i + 1, count + 1)
        )
        yield f"({squares})*({ups})", f"({dot})**2 + {rest}", "[-1,1]"
