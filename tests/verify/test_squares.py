"""Signs of polynomials in inputs, roots and waves: what algebra proves of them holds at random points."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from random import Random

import pytest
from claims.oracle import Undecided, value

from nalmx.verify import Claim
from nalmx.verify.algebra.decision import decide

TRUE = {
    "x**2 + x*y + y**2 >= 0": "[-5,5]",
    "x**2 + y**2 + 1 > x*y": "[-5,5]",
    "(a*x + b*y + c*z)**2 <= (a**2 + b**2 + c**2)*(x**2 + y**2 + z**2)": "[-3,3]",
    "a*x + b*y + c*z <= sqrt(a**2 + b**2 + c**2)*sqrt(x**2 + y**2 + z**2)": "[-3,3]",
    "sqrt((a + x)**2 + (b + y)**2) <= sqrt(a**2 + b**2) + sqrt(x**2 + y**2)": "[-3,3]",
    "w**4 + x**4 + y**4 + z**4 >= 4*w*x*y*z": "[-2,2]",
    "x**4*y**2 + x**2*y**4 + 1 >= 3*x**2*y**2": "[-2,2]",
    "x*(x - y)*(x - z) + y*(y - x)*(y - z) + z*(z - x)*(z - y) >= 0": "[0,2]",
    "x/(y + z) + y/(z + x) + z/(x + y) >= 3/2": "[0.5,3]",
    "x**2/y + y**2/z + z**2/x >= x + y + z": "[0.2,3]",
    "3*sin(x) + 4*cos(x) <= 5": "[-10,10]",
    "sin(x) + cos(x) >= -sqrt(2)": "[-10,10]",
    "x*sqrt(1 - y**2) + y*sqrt(1 - x**2) <= 1": "[0,1]",
    "abs(sqrt(1 + x**2) - sqrt(1 + y**2)) <= abs(x - y)": "[-3,3]",
    "abs(sqrt(x) - sqrt(y)) <= sqrt(abs(x - y))": "[0,5]",
}
FALSE = {
    "x**2 + 2.001*x*y + y**2 >= 0": "[-5,5]",
    "x**2 + x*y + y**2 > 0": "[-5,5]",
    "w**4 + x**4 + y**4 + z**4 >= 4.001*w*x*y*z": "[-2,2]",
    "x*(x - y)*(x - z) + y*(y - x)*(y - z) + z*(z - x)*(z - y) >= 0": "[-2,2]",
    "3*sin(x) + 4*cos(x) < 4.9999": "[-10,10]",
    "x + sqrt(x**2 - y) >= 0": "x=[-3,-2] y=[0,4]",
    "sqrt(x**2 + y**2) >= 0.71*(x + y)": "[-1,1]",
    "x - sqrt(x + 2) >= 0": "[0,3]",
    "y + x*sin(x) >= 0": "[-2,0]",
}


@pytest.mark.parametrize("text", TRUE)
def test_algebra_alone_proves_that_a_polynomial_has_one_sign(text: str) -> None:
    assert decide(Claim.that(text, TRUE[text])).outcome == "proved"


@pytest.mark.parametrize("text", FALSE)
def test_algebra_does_not_prove_what_fails_by_little(text: str) -> None:
    domain = dict(part.split("=") for part in FALSE[text].split()) if "=" in FALSE[text] else None
    assert decide(Claim.that(text, domain or FALSE[text])).outcome != "proved"


def drawn(random: Random) -> str:
    """A sum of squares, or of something near it, of linear forms, roots and waves."""
    parts = (
        "x",
        "y",
        "x*y",
        "sqrt(x**2 + 1)",
        "sqrt(y + 3)",
        "sin(x)",
        "cos(x)",
        "cos(x - y)",
        "1",
    )
    terms = []
    for _ in range(random.randint(1, 3)):
        inside = " + ".join(
            f"{random.choice((-2, -1, 1, 2))}*{random.choice(parts)}"
            for _ in range(random.randint(1, 3))
        )
        terms.append(
            random.choice((f"({inside})**2", f"({inside})**2", inside, f"2*abs({inside})"))
        )
    return " + ".join([*terms, random.choice(("0", "1", "1/2", "-1/1000"))])


@pytest.mark.parametrize("count", [30, pytest.param(3_000, marks=pytest.mark.slow)])
def test_what_is_proved_of_random_functions_holds_at_random_points(count: int) -> None:
    random = Random(count)
    proved = 0
    for _ in range(count):
        function, relation = drawn(random), random.choice((">=", ">"))
        low, high = random.choice(((-3, 3), (-2, 0), (0, 2), (-1, 3)))
        claim = Claim.that(f"{function} {relation} 0", dict.fromkeys("xy", f"[{low},{high}]"))
        if decide(claim, 1_500).outcome != "proved":
            continue
        proved += 1
        for _ in range(30):
            point = {n: Fraction(random.randint(16 * low, 16 * high), 16) for n in "xy"}
            with suppress(Undecided):  # 0, where roots and waves cancel
                assert value(f"{function} {relation} 0", point), (function, point)
    assert proved > count // 6
