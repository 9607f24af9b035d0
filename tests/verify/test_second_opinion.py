"""Every proof is held against SymPy's polynomials, which share no code with FLINT's."""

import sympy
from helpers_trees import points, rational_trees
from hypothesis import assume, given
from hypothesis import strategies as st

from nalmx.expression import Undefined, build, evaluate, variables
from nalmx.expression.symbolic import from_sympy, to_sympy
from nalmx.verify import Claim, Domain
from nalmx.verify.algebra.decision import decide

OUTCOMES = {"proved", "differs", "pole", "silent"}


def claim_between(left, right, extent):
    return Claim(left, right, Domain.parse([extent], variables(left, right)))


def same_function(left, right):
    """Whether SymPy finds the difference of two rational functions to be zero."""
    difference = sympy.together(to_sympy(left) - to_sympy(right))
    return sympy.Poly(sympy.fraction(difference)[0], *_symbols(left, right)).is_zero


def _symbols(*expressions):
    names = variables(*expressions) or ("x1",)
    return [sympy.Symbol(name, real=True) for name in names]


@given(rational_trees(), rational_trees(), st.sampled_from(["[1,2]", "[-3,3]", "[[-2,-1],[1,2]]"]))
def test_two_random_expressions_are_proved_equal_only_if_sympy_agrees(left, right, extent):
    finding = decide(claim_between(left, right, extent), 100_000)
    assert finding.outcome in OUTCOMES
    if finding.outcome == "proved":
        assert same_function(left, right)


@given(rational_trees(), st.sampled_from(["[1,2]", "[5,9]"]), st.data())
def test_an_expression_and_its_sympy_form_are_never_told_apart(left, extent, data):
    form = to_sympy(left)
    assume(form.is_finite is not False and not form.has(sympy.nan, sympy.zoo))
    right = from_sympy(sympy.expand(form))
    finding = decide(claim_between(left, right, extent))
    assert finding.outcome != "differs"
    if finding.outcome == "proved":
        point = data.draw(points(variables(left, right)))
        point = {
            name: abs(value) % 1 + (1 if extent == "[1,2]" else 6) for name, value in point.items()
        }
        assert not isinstance(evaluate(left, point), Undefined)
        assert evaluate(left, point) == evaluate(right, point)


@given(rational_trees(), st.integers(1, 5))
def test_a_changed_expression_is_never_proved(left, shift):
    assert (
        decide(claim_between(left, build.total((left, build.rational(shift))), "[1,2]")).outcome
        != "proved"
    )
