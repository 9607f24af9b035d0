"""A hundred inequalities of special functions, and as many that are false by little: which are proved?

    python benchmarks/inequalities.py [SECONDS]

In the manner of the problems that theorem provers of real functions are tried on (bounds on logarithms,
exponentials, sines, roots; means; positive polynomials), most of which touch somewhere. Each is falsified by
a constant: a point at which the sides are closest, as far as mpmath finds one, then violates it by 1e-3, 1e-6
or 1e-9, which mpmath confirms at 50 digits. Scored as verifiers' contests do: +10 for a claim that is
settled, −150 for one that is settled wrongly. Writes benchmarks/results/inequalities.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import mpmath

from nalmx.expression import Apply, Expression, Number, Variable, fold, parse, to_text, variables
from nalmx.expression.build import negative, rational, total
from nalmx.verify import Claim, Domain, Effort, check

RESULTS = Path(__file__).parent / "results" / "inequalities.json"
SECONDS = 60.0
TRUE = {
    "log(1 + x) <= x": "[-0.9,20]",
    "log(1 + x) >= x/(1 + x)": "[-0.9,20]",
    "log(1 + x) <= x*(6 + x)/(6 + 4*x)": "[0,20]",
    "log(1 + x) >= 2*x/(2 + x)": "[0,20]",
    "log(x) <= sqrt(x)": "[0.01,100]",
    "log(x) <= (x - 1)/sqrt(x)": "[1,50]",
    "log(x) >= (x - 1)/x": "[0.1,10]",
    "abs(log(1 + x)) <= -log(1 - abs(x))": "[-0.9,0.9]",
    "abs(log(1 + x)) >= abs(x)/(1 + abs(x))": "[-0.9,5]",
    "x*log(x) >= x - 1": "[0.01,10]",
    "log(x)/x <= 1/E": "[0.1,50]",
    "(1 + x)*log(1 + x) >= x": "[-0.5,10]",
    "(1 + x)*log(1 + x) - x <= x**2/2": "[0,10]",
    "log(cosh(x)) <= x**2/2": "[-4,4]",
    "log(1 + exp(x)) > x": "[-20,20]",
    "exp(x) >= 1 + x": "[-10,10]",
    "exp(x) >= 1 + x + x**2/2": "[0,8]",
    "exp(x) >= 1 + x + x**2/2 + x**3/6": "[-5,5]",
    "exp(x) <= 1/(1 - x)": "[-5,0.9]",
    "exp(x) <= (2 + x)/(2 - x)": "[0,1.9]",
    "exp(-x) <= 1 - x + x**2/2": "[0,10]",
    "exp(x) >= E*x": "[-2,5]",
    "exp(x) > x**2": "[0,20]",
    "exp(x) - exp(-x) >= 2*x": "[0,5]",
    "exp(-x**2) <= 1/(1 + x**2)": "[-3,3]",
    "exp(x) <= 1 + x + x**2": "[-1,1]",
    "exp(-x/(1 - x)) <= 1 - x": "[0,0.9]",
    "x**x >= exp(-1/E)": "[0.01,3]",
    "(1 + 1/x)**x < E": "[0.5,100]",
    "exp(x) + exp(-x) <= 2*exp(x**2/2)": "[-3,3]",
    "x*exp(-x) <= 1/E": "[0,20]",
    "x**2*exp(-x) <= 4*exp(-2)": "[0,20]",
    "exp(sin(x)) >= 1 + sin(x)": "[-10,10]",
    "exp(x) - 1 <= x*exp(x)": "[-5,5]",
    "sin(x) <= x": "[0,10]",
    "sin(x) >= x - x**3/6": "[0,10]",
    "cos(x) >= 1 - x**2/2": "[-10,10]",
    "cos(x) <= 1 - x**2/2 + x**4/24": "[-6,6]",
    "sin(x) >= 2*x/pi": "[0,1.57]",
    "tan(x) >= x": "[0,1.5]",
    "tan(x) >= x + x**3/3": "[0,1.5]",
    "sin(x)/x > cos(x)": "[0.01,3]",
    "sin(x) <= x - x**3/6 + x**5/120": "[0,5]",
    "2*sin(x) + tan(x) >= 3*x": "[0,1.5]",
    "(sin(x)/x)**3 > cos(x)": "[0.01,1.5]",
    "x*cos(x) <= sin(x)": "[0,3]",
    "sin(x)**2 <= x**2": "[-5,5]",
    "abs(sin(x) - sin(y)) <= abs(x - y)": "[-3,3]",
    "sin(x) + cos(x) <= sqrt(2)": "[-10,10]",
    "sin(x)*cos(x) <= 1/2": "[-10,10]",
    "tan(x) <= 4*x/pi": "[0,0.785]",
    "cos(x) >= 1 - 2*x/pi": "[0,1.57]",
    "sin(x) + sin(y) <= 2*sin((x + y)/2)": "[0,3]",
    "tan(sin(sin(x))) <= x": "[0,0.5]",
    "atan(x) <= x": "[0,20]",
    "atan(x) >= x/(1 + x**2)": "[0,20]",
    "atan(x) >= 3*x/(1 + 2*sqrt(1 + x**2))": "[0,20]",
    "atan(x) < pi/2": "[0,1000]",
    "atan(x) >= x - x**3/3": "[0,5]",
    "asin(x) >= x": "[0,1]",
    "asin(x) <= pi*x/2": "[0,1]",
    "asin(x) >= x + x**3/6": "[0,1]",
    "acos(x) <= pi/2 - x": "[0,1]",
    "atan(x) + atan(1/x) <= pi/2 + 1/10**9": "[0.1,10]",
    "tanh(x) <= x": "[0,10]",
    "tanh(x) >= x - x**3/3": "[0,5]",
    "sinh(x) >= x": "[0,5]",
    "cosh(x) >= 1 + x**2/2": "[-5,5]",
    "cosh(x) <= exp(x**2/2)": "[-3,3]",
    "sinh(x)/x < cosh(x)": "[0.01,5]",
    "x/(1 + exp(-x)) >= -0.2785": "[-50,50]",
    "log(1 + exp(-x)) < exp(-x)": "[-5,20]",
    "sqrt(1 + x) <= 1 + x/2": "[-1,10]",
    "sqrt(1 + x) >= 1 + x/2 - x**2/8": "[0,10]",
    "sqrt(x) <= (1 + x)/2": "[0,10]",
    "x**4 + 1 >= 2*x**2": "[-5,5]",
    "x**4*y**2 + x**2*y**4 + 1 >= 3*x**2*y**2": "[-2,2]",
    "(x + y)/2 >= sqrt(x*y)": "[0,10]",
    "x**3 + y**3 + z**3 >= 3*x*y*z": "[0,3]",
    "x**2 + y**2 + z**2 >= x*y + y*z + z*x": "[-5,5]",
    "(x + y)*(1/x + 1/y) >= 4": "[0.1,10]",
    "x/y + y/x >= 2": "[0.1,10]",
    "x/(y + z) + y/(z + x) + z/(x + y) >= 3/2": "[0.5,3]",
    "sqrt(x**2 + y**2) <= abs(x) + abs(y)": "[-5,5]",
    "sqrt((x**2 + y**2)/2) >= (x + y)/2": "[0,5]",
    "2/(1/x + 1/y) <= sqrt(x*y)": "[0.1,5]",
    "x**3 + y**3 >= x**2*y + x*y**2": "[0,5]",
    "(x**2 + 1)*(y**2 + 1) >= (x*y + 1)**2": "[-5,5]",
    "x**6 + y**6 >= x**4*y**2 + x**2*y**4": "[-2,2]",
    "exp(x) >= exp(y)*(1 + x - y)": "[-3,3]",
    "Max(x, y) < log(exp(x) + exp(y))": "[-3,3]",
    "log(exp(x) + exp(y)) <= Max(x, y) + log(2)": "[-3,3]",
    "x*log(x/y) >= x - y": "[0.1,5]",
    "exp(x*y) >= 1 + x*y": "[-2,2]",
    "cos(x*y) >= 1 - (x*y)**2/2": "[-2,2]",
    "exp(x + y) >= 1 + x + y": "[-3,3]",
    "log(x*y) <= x + y - 2": "[0.1,5]",
    "x*y <= exp(x) + y*log(y) - y": "[0.1,3]",
    "x**y <= 1 + y*(x - 1)": "[0.1,1]",
    "sqrt(1 + x*y) <= 1 + x*y/2": "[0,3]",
}
FUNCTIONS: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sin", "cos", "tan", "atan")},
    **{name: getattr(mpmath, name) for name in ("asin", "acos", "sinh", "cosh", "tanh", "sqrt")},
    "abs": abs,
    "max": max,
    "neg": lambda x: -x,
    "add": lambda *xs: mpmath.fsum(xs),
    "mul": lambda *xs: mpmath.fprod(xs),
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
}
Point = dict[str, Fraction]


def value(expression: Expression, point: Point) -> Any:
    """The value by mpmath at 50 digits."""

    def leaf(node: Any) -> Any:
        if isinstance(node, Number | Variable):
            number = node.value if isinstance(node, Number) else point[node.name]
            return mpmath.mpf(number.numerator) / number.denominator
        return mpmath.pi() if node.name == "pi" else mpmath.e()

    with mpmath.workdps(50):
        return fold(expression, leaf, lambda operation, xs: FUNCTIONS[operation](*xs))


def gap_of(text: str) -> Expression:
    """What an inequality says is positive, or not negative."""
    condition = parse(text)
    assert isinstance(condition, Apply)
    left, right = condition.arguments
    if condition.operation in ("le", "lt"):
        left, right = right, left
    return total([left, negative(right)])


def closest(gap: Expression, domain: Domain, random: Random) -> Point:
    """A point at which the gap is least, as far as a few hundred points tell."""
    hulls = {name: extent.hull for name, extent in domain.ranges.items()}
    points = [
        {
            name: h.lower + h.width * Fraction(random.randint(0, 256), 256)
            for name, h in hulls.items()
        }
        for _ in range(100)
    ]
    points.append({name: h.lower for name, h in hulls.items()})
    best = min(points, key=lambda point: value(gap, point))
    share = Fraction(1, 64)
    for _ in range(30):
        near = [
            {**best, name: min(h.upper, max(h.lower, best[name] + sign * share * h.width))}
            for name, h in hulls.items()
            for sign in (-1, 1)
        ]
        best = min((best, *near), key=lambda point: value(gap, point))
        share /= 2
    return best


def falsified(text: str, domain: Domain, number: int) -> str:
    """An inequality that is false by little, at a point that mpmath confirms."""
    gap = gap_of(text)
    point = closest(gap, domain, Random(number))
    margin = Fraction(1, 10 ** (3, 6, 9)[number % 3])
    least = value(gap, point)
    bound = Fraction(int(mpmath.floor(least * 10**15)), 10**15) + margin
    false = total([gap, negative(rational(bound))])
    assert value(false, point) < 0
    return f"{to_text(false)} >= 0"


def judged(text: str, domain: str, truth: bool, seconds: float) -> dict[str, Any]:
    began = time.process_time()
    verdict = check(Claim.that(text, domain), Effort(seconds=seconds))
    return {
        "claim": text,
        "domain": domain,
        "true": truth,
        "verdict": verdict.verdict,
        "method": verdict.method,
        "seconds": round(time.process_time() - began, 2),
    }


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    claims = []
    for number, (text, extent) in enumerate(TRUE.items()):
        domain = Domain.parse([extent], variables(parse(text)))
        claims += [(text, extent, True), (falsified(text, domain, number), extent, False)]
    results = []
    for text, extent, truth in claims:
        results.append(judged(text, extent, truth, seconds))
        row = results[-1]
        if (row["verdict"] == "proved") != truth:
            print(f"{row['verdict']:8} {row['seconds']:6.2f} s  {truth}  {text}", flush=True)
    counts = Counter((row["true"], row["verdict"]) for row in results)
    wrong = counts[True, "refuted"] + counts[False, "proved"]
    settled = counts[True, "proved"] + counts[False, "refuted"]
    times = sorted(row["seconds"] for row in results if row["verdict"] in ("proved", "refuted"))
    print(f"true: {counts[True, 'proved']} of {len(TRUE)} proved")
    print(f"false: {counts[False, 'refuted']} of {len(TRUE)} refuted; wrong: {wrong}")
    print(f"score {10 * settled - 150 * wrong} of {10 * len(results)}")
    print(f"settled in {times[len(times) // 2]:.2f} s (median), {times[-1]:.2f} s at most")
    RESULTS.write_text(json.dumps({"wrong": wrong, "claims": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
