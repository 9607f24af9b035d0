"""Powers of 0, 1 and −1, in every arithmetic and in the verdicts."""

from __future__ import annotations

import runpy
from fractions import Fraction
from itertools import product

import flint
import numpy as np
import pytest
from helpers_pytest import thinned
from helpers_trees import claim

from nalmx.expression import IRRATIONAL, Undefined, evaluate, parse
from nalmx.expression.ball import ball, enclose, interval, precision
from nalmx.report.python_function import HELPERS, python_function
from nalmx.verify import Counterexample, Effort, check
from nalmx.verify.algebra.decision import decide
from nalmx.verify.certificates.second.backend import Prepared
from nalmx.verify.certificates.second.intervals import UNDEFINED, span
from nalmx.verify.sweeping.sweep import NUMPY
from nalmx.verify.sweeping.values import values
from nalmx.verify.witness import judge

BASES = ("0", "(x - x)", "Max(0, 0)", "1", "(x/x)", "(-1)", "2", "x", "(-x)", "(x - 1)")
EXPONENTS = ("0", "(1/2)", "(-1)", "2", "(-1/2)", "x", "(x - 1)", "(x - 2)", "(x - x)", "floor(x)")
GRID = [f"{base}**{exponent}" for base, exponent in product(BASES, EXPONENTS)]
POINTS = [Fraction(n, 4) for n in range(4, 9)]
WHOLE = (Fraction(1), Fraction(2))
QUICK = Effort(examples=20, points=100)


def exactly(text: str) -> list[tuple[Fraction, Fraction | Undefined]]:
    """The points at which a power is a fraction or undefined."""
    found = [(x, evaluate(parse(text), {"x": x})) for x in POINTS]
    return [(x, value) for x, value in found if value is not IRRATIONAL]


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    """Every power as an exported Python function."""
    made = [python_function(f"f{n}", parse(text), {"x": "x"}) for n, text in enumerate(GRID)]
    path = tmp_path_factory.mktemp("powers") / "functions.py"
    head = "import math\nfrom fractions import Fraction\nfrom typing import Any, NoReturn\n"
    path.write_text("\n\n".join([head, *HELPERS.values(), *(each.text for each in made)]))
    return runpy.run_path(str(path))


@pytest.mark.parametrize("text", GRID)
def test_balls_hold_the_exact_value(text: str) -> None:
    for x, exact in exactly(text):
        with precision(64):
            for given in (ball(x), interval(*WHOLE)):
                found = enclose(parse(text), {"x": given})
                if isinstance(found, flint.arb):
                    assert not isinstance(exact, Undefined)
                    assert found.contains(ball(exact))
                assert isinstance(exact, Undefined) or not isinstance(found, Undefined)


@pytest.mark.parametrize("text", GRID)
def test_the_second_arithmetic_holds_the_exact_value(text: str) -> None:
    program = Prepared(parse(text), 64)
    for x, exact in exactly(text):
        for ends in ((x, x), WHOLE):
            found = program.value({"x": span(*ends, 64)})
            if isinstance(found, tuple):
                assert not isinstance(exact, Undefined)
                low, high = (
                    Fraction(int(m)) * Fraction(2) ** int(e) * (-1) ** s for s, m, e, _ in found
                )
                assert low <= exact <= high
            assert isinstance(exact, Undefined) or found is not UNDEFINED


@pytest.mark.parametrize("text", GRID)
def test_floats_and_exported_functions_have_the_exact_value(text: str, functions) -> None:
    inputs = {"x": np.array([float(x) for x in POINTS])}
    with np.errstate(all="ignore"):
        swept, undefined = (np.broadcast_to(a, 5) for a in values(parse(text), inputs, 5, NUMPY))
    for x, exact in exactly(text):
        place = POINTS.index(x)
        assert undefined[place] == isinstance(exact, Undefined)
        function = functions[f"f{GRID.index(text)}"]
        if isinstance(exact, Undefined):
            with pytest.raises((ValueError, ZeroDivisionError)):
                function(x)
        else:
            assert swept[place] == pytest.approx(float(exact))
            assert float(function(x)) == pytest.approx(float(exact))


@pytest.mark.parametrize("text", thinned(GRID, 3))
@pytest.mark.parametrize("truth", ["0", "1", "Piecewise((1, x == 1), (0, True))"])
def test_algebra_proves_nothing_that_a_point_refutes(text: str, truth: str) -> None:
    made = claim(text, truth, "[1,2]")
    wrong = [x for x in POINTS if isinstance(judge(made, {"x": x}), Counterexample)]
    finding = decide(made, 100_000)
    assert not wrong or finding.outcome != "proved"
    # What is called two different functions differs somewhere.
    assert wrong or finding.outcome != "differs"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("0**x", "0"),
        ("0**0.5", "0"),
        ("(x - x)**x", "0"),
        ("Max(0, 0)**x", "0"),
        ("0**(x - 1)", "Piecewise((1, x == 1), (0, True))"),
        ("0**(2 - x)", "Piecewise((1, x == 2), (0, True))"),
        ("0**exp(x)", "0"),
        ("0**(x - x)", "1"),
        ("1**(x - 1)", "1"),
        ("x**0", "1"),
        ("x**(x - x)", "1"),
        ("(x - 1)**0", "1"),
        ("(-1)**floor(x)", "Piecewise((-1, x < 2), (1, True))"),
    ],
)
def test_true_powers_are_proved(left: str, right: str) -> None:
    assert check(claim(left, right, "[1,2]"), QUICK).verdict == "proved"


@pytest.mark.parametrize(
    ("left", "right", "extent"),
    [
        ("0**x", "0", "[0,1]"),
        ("0**x", "0", "[-1,1]"),
        ("0**x", "1", "[-2,-1]"),
        ("(-1)**x", "1", "[1,2]"),
    ],
)
def test_false_powers_are_refuted(left: str, right: str, extent: str) -> None:
    assert check(claim(left, right, extent), QUICK).verdict == "refuted"
