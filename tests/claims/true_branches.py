"""True identities of absolute values, extremes, signs, floors, remainders, pieces and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from .statement import TrueClaim, family

ABSOLUTE = [
    ("Max(a, b)", "(a + b + Abs(a - b))/2", "[-5,5]"),
    ("Min(a, b)", "(a + b - Abs(a - b))/2", "[-40,40]"),
    ("Max(a, b) + Min(a, b)", "a + b", "[-5,5]"),
    ("Max(a, b)*Min(a, b)", "a*b", "[-5,5]"),
    ("Max(a, b) - Min(a, b)", "Abs(a - b)", "[[-6,-2],[2,6]]"),
    ("Abs(x - y)", "Piecewise((x - y, x >= y), (y - x, True))", "[-3,3]"),
    ("Abs(x)", "Max(x, -x)", "[-1,1]"),
    ("Abs(x)", "x", "[2,6]"),
    ("Abs(x)", "-x", "[-6,0]"),
    ("Abs(x)**2", "x**2", "[-9,9]"),
    ("Abs(x*y)", "Abs(x)*Abs(y)", "[-2,2]"),
    ("Abs(x/y)", "Abs(x)/Abs(y)", "y=[[-2,-1],[1,2]]", "[-9,9]"),
    ("Abs(Abs(x) - 1)", "Max(Abs(x) - 1, 1 - Abs(x))", "[-4,4]"),
    ("Abs(x - 1) + Abs(x + 1)", "2*Max(1, Abs(x))", "[-4,4]"),
    ("Abs(x + y) + Abs(x - y)", "2*Max(Abs(x), Abs(y))", "[-3,3]"),
    ("sign(x)*Abs(x)", "x", "[-7,7]"),
    ("sign(x)**2*x", "x", "[-7,7]"),
    ("sign(x)*sign(y)", "sign(x*y)", "[-2,2]"),
    ("sign(sign(x))", "sign(x)", "[-2,2]"),
    ("sign(x**3)", "sign(x)", "[-2,2]"),
    ("sign(x)", "x/Abs(x)", "[[-2,-1],[1,2]]"),
    ("sign(x**2 + 1)", "1", "[-1e9,1e9]"),
    ("sign(-x)", "-sign(x)", "[-1,4]"),
    ("sign(x)**3", "sign(x)", "[-1,1]"),
    ("Max(x, 0) - Max(-x, 0)", "x", "[-8,8]"),
    ("Max(x, 0) + Max(-x, 0)", "Abs(x)", "[-8,8]"),
    ("Max(x, 0)*Min(x, 0)", "0", "[-8,8]"),
    ("Min(Max(x, 0), 1)", "Max(Min(x, 1), 0)", "[-3,3]"),
    ("Min(Max(x, -1), 1)", "(Abs(x + 1) - Abs(x - 1))/2", "[-5,5]"),
    ("Min(Max(w, 0), 1)", "w", "[0,1]"),
    ("Max(x, y, z)", "Max(x, Max(y, z))", "[-2,2]"),
    ("Max(Max(x, y), z)", "Max(Max(z, x), y)", "[-2,2]"),
    ("Min(x, Min(y, z))", "Min(Min(z, x), y)", "[-6,6]"),
    ("Min(x, Min(y, z))", "-Max(-x, -y, -z)", "[-6,6]"),
    ("Max(x, Min(y, z))", "Min(Max(x, y), Max(x, z))", "[-2,2]"),
    ("Min(x, Max(y, z))", "Max(Min(x, y), Min(x, z))", "[-2,2]"),
    (
        "x + y + z - Min(x, y, z) - Max(x, y, z)",
        "Max(Min(x, y), Min(Max(x, y), z))",
        "[-5,5]",
    ),
    (
        "Max(Min(x, y), Min(y, z), Min(z, x))",
        "Min(Max(x, y), Max(y, z), Max(z, x))",
        "[-1,1]",
    ),
    ("Max(x + z, y + z)", "Max(x, y) + z", "[-9,9]"),
    ("Max(2*x, 2*y)", "2*Max(x, y)", "[-9,9]"),
    ("Max(-3*x, -3*y)", "-3*Min(x, y)", "[-9,9]"),
    ("Max(x, x + 1, x - 1)", "x + 1", "[-9,9]"),
    ("Max(x**2, 2*x - 1)", "x**2", "[-3,3]"),
    ("Max(x, y)", "x", "x=[3,5]", "y=[-2,3]"),
    ("Min(x*y, 100)", "x*y", "[-10,10]"),
    ("Max(Abs(x), Abs(y))", "Max(x, y, -x, -y)", "[-2,2]"),
    ("Min(a, b, c, d)", "Min(Min(d, b), Min(c, a))", "[-4,4]"),
    ("Abs(x)*sign(x)*y", "x*y", "[-6,6]"),
    ("Max(exp(x), exp(y))", "exp(Max(x, y))", "[-2,2]"),
]  # fmt: skip

FLOORS = [
    ("floor(x + 3)", "floor(x) + 3", "[-5,5]"),
    ("Mod(x, 1)", "x - floor(x)", "[-5,5]"),
    ("Mod(x, 3)", "x - 3*floor(x/3)", "[-9,9]"),
    ("floor(x)", "2", "[2,2.999999999]"),
    ("floor(2*x)", "floor(x) + floor(x + 1/2)", "[-3,3]"),
    ("floor(3*x)", "floor(x) + floor(x + 1/3) + floor(x + 2/3)", "[0,4]"),
    ("Mod(x + 2, 2)", "Mod(x, 2)", "[-5,5]"),
    ("Mod(x, 5)", "x", "[0,4.999]"),
    ("Mod(x, 5)", "x + 5", "[-5,-0.001]"),
    ("Mod(-x, -3)", "-Mod(x, 3)", "[-7,7]"),
    ("2*Mod(x, 3)", "Mod(2*x, 6)", "[-7,7]"),
    ("Mod(Mod(x, 6), 3)", "Mod(x, 3)", "[-7,7]"),
    ("floor(floor(x)/2)", "floor(x/2)", "[-8,8]"),
    ("floor(-x)", "-floor(x) - 1", "[[0.1,0.9],[1.1,1.9]]"),
    ("floor(x**2)", "0", "[-0.999,0.999]"),
    ("Mod(x, 2) + Mod(y, 2)", "Mod(y, 2) + Mod(x + 4, 2)", "[-3,3]"),
    ("floor(Abs(x))", "Piecewise((floor(x), x >= 0), (floor(-x), True))", "[-3,3]"),
    ("floor(x/(1 + x**2))", "0", "[0,100]"),
    ("Mod(x, y)", "x - y*floor(x/y)", "x=[-5,5]", "y=[1,2]"),
    ("Abs(Mod(x, 2) - 1)", "Abs(Mod(x + 1, 2) - 1)*-1 + 1", "[-3,3]"),
]

PIECES = [
    ("Piecewise((x, x < 0), (x, True))", "x", "[-2,2]"),
    ("Piecewise((1, x < 0), (2, x >= 0))", "Piecewise((2, x >= 0), (1, True))", "[-2,2]"),
    (
        "Piecewise((x, x < 0), (x**2, x < 1), (1, True))",
        "Piecewise((1, x >= 1), (x**2, x >= 0), (x, True))",
        "[-2,2]",
    ),
    (
        "Piecewise((0, x < 0), (0, x > 1), (x, True))",
        "Piecewise((0, (x < 0) | (x > 1)), (x, True))",
        "[-2,3]",
    ),
    ("Piecewise((x, x > -5), (1/0.5, True))", "x", "[-4,4]"),
    ("Piecewise((1/x, x < 0), (x, True))", "x", "[0,4]"),
    ("Piecewise((log(x), x > 10), (x, True))", "x", "[-4,10]"),
    ("Piecewise((x, x >= 0), (-x, True))", "Abs(x)", "[-1,1]"),
    ("Piecewise((x, x > 0), (-x, True))", "Piecewise((x, x >= 0), (-x, True))", "[-1,1]"),
    (
        "Piecewise((Piecewise((1, y > 0), (2, True)), x > 0), (3, True))",
        "Piecewise((3, x <= 0), (1, y > 0), (2, True))",
        "[-1,1]",
    ),
    (
        "Piecewise((x, (x >= 0) & (y >= 0)), (0, True)) + Piecewise((0, x < 0), (y*0, True))",
        "Piecewise((0, x < 0), (0, y < 0), (x, True))",
        "[-2,2]",
    ),
    ("Piecewise((1, x == 1/3), (3*x, True))", "3*x", "[0,1]"),
    ("Piecewise((4, x == 2), (x**2, True))", "x**2", "[-3,3]"),
    ("Piecewise((2, x == 1), ((x**2 - 1)/(x - 1), True))", "x + 1", "[0,5]"),
    ("Piecewise((x, x > y), (y, True))", "Max(x, y)", "[-2,2]"),
    ("Piecewise((x, x < y), (y, True))", "Min(x, y)", "[-2,2]"),
    ("Piecewise((-1, x < 0), (0, x == 0), (1, True))", "sign(x)", "[-2,2]"),
    ("Piecewise((1, x < 0), (0, True))", "(1 - sign(x))/2 - Piecewise((1/2, x == 0), (0, True))",
     "[-2,2]"),
    ("Piecewise((x, x + y > 0), (-y, True))", "Max(x, -y)", "[-2,2]"),
    ("Piecewise((x, x**2 >= 0), (1, True))", "x", "[-1e3,1e3]"),
    ("Piecewise((x, ~(x < 2)), (2, True))", "Max(x, 2)", "[-5,5]"),
    ("Piecewise((1, (x < 1) & (x > 1)), (x, True))", "x", "[-5,5]"),
    ("Piecewise((x*y, x*y > 0), (-x*y, True))", "Abs(x)*Abs(y)", "[-5,5]"),
    (
        "Piecewise((1, x < y), (0, True)) + Piecewise((1, x == y), (0, True))"
        " + Piecewise((1, x > y), (0, True))",
        "1",
        "[-5,5]",
    ),
    ("Piecewise((x, x < 1), (1, x < 2), (x - 1, True))", "Min(x, 1) + Max(x - 2, 0)", "[-1,4]"),
    ("Piecewise((1, x1 < x2), (0, True))*Piecewise((0, x1 < x2), (1, True))", "0", "[-1,1]"),
    ("Piecewise((sqrt(x), x >= 0), (-sqrt(-x), True))", "sign(x)*sqrt(Abs(x))", "[-2,2]"),
    ("Piecewise((0, x == 0), (x**2/Abs(x), True))", "Abs(x)", "[-2,2]"),
]  # fmt: skip

CONDITIONS = [
    ("x < y", "y > x", "[-2,2]"),
    ("x <= y", "~(x > y)", "[-2,2]"),
    ("x == y", "(x <= y) & (x >= y)", "[-2,2]"),
    ("x != y", "(x < y) | (x > y)", "[-2,2]"),
    ("~((x < 0) & (y < 0))", "(x >= 0) | (y >= 0)", "[-2,2]"),
    ("(x < 0) | (y < 0)", "~((x >= 0) & (y >= 0))", "[-2,2]"),
    ("x*y > 0", "((x > 0) & (y > 0)) | ((x < 0) & (y < 0))", "[-2,2]"),
    ("x**2 < 4", "(x > -2) & (x < 2)", "[-5,5]"),
    ("Abs(x) <= 1", "(x >= -1) & (x <= 1)", "[-5,5]"),
    ("x < 10", "True", "[-2,2]"),
    ("x + y > x + z", "y > z", "[-2,2]"),
    ("2*x + 1 <= 3", "x <= 1", "[-2,2]"),
    ("Max(x, y) < z", "(x < z) & (y < z)", "[-2,2]"),
    ("(x < y) & (y < z) & (x < z)", "(x < y) & (y < z)", "[-1,1]"),
    ("x**2 + y**2 >= 2*x*y", "True", "[-3,3]"),
    ("1/x < 1", "x > 1", "[0.1,9]"),
]


def claims() -> Iterator[TrueClaim]:
    yield from family("absolute values and extremes", [*ABSOLUTE, *_orders()])
    yield from family("floors and remainders", FLOORS)
    yield from family("pieces", PIECES)
    yield from family("conditions", CONDITIONS)


def _orders() -> Iterator[tuple[str, ...]]:
    """The middle of three numbers, each order spelled out as pieces, in three orders of pieces."""
    pieces = [f"({b}, ({a} <= {b}) & ({b} <= {c}))" for a, b, c in permutations("xyz")]
    for turn in (0, 2, 5):
        turned = pieces[turn:] + pieces[:turn]
        yield f"Piecewise({', '.join(turned)})", "Max(Min(x, y), Min(Max(x, y), z))", "[-3,3]"
    for a, b, c in permutations("abc"):
        yield (
            f"Max({a}, {b}, {c}) - Min({a}, {b}, {c})",
            ("(Abs(a - b) + Abs(b - c) + Abs(c - a))/2"),
            "[-2,2]",
        )
