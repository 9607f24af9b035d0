"""From networks to formulas: layers put into one another, choices, recurrences and logic."""

from fractions import Fraction
from itertools import product

import pytest
import sympy
import torch
from helpers_networks import comparing, weighted
from torch import nn

from nalmx.errors import ExtractionError
from nalmx.expression import evaluate, parse
from nalmx.extract import (
    Formula,
    boolean_counterexample,
    extract_network,
    logic_formula,
    network_as_trained,
    step_formula,
)
from nalmx.models import NAU, NLRL, NMU, Beside, Choice, NLRLAnd, RealNPU, Recurrent
from nalmx.verify import Claim, Domain, Effort, check


def rule(gates, negation, weight, kind=NLRL):
    """A rule layer whose gates are all but closed or open."""
    module = kind(len(weight[0]), len(weight))
    module.raw_negation.data = (torch.tensor(negation) - 0.5) * 20
    module.raw_weight.data = torch.tensor(weight).float()
    module.raw_gate.data = (torch.tensor(gates).unsqueeze(-1) - 0.5) * 20
    return module


def xor(kind=NLRL):
    first = rule([0, 0], [[0, 1], [1, 0]], [[1, 1], [1, 1]], kind)
    if kind is NLRL:
        return nn.Sequential(first, rule([1], [[0, 0]], [[1, 1]]))
    return nn.Sequential(first, rule([1], [[1, 1]], [[1, 1]], kind))


def at(formula, *values):
    point = dict(zip(formula.inputs, map(Fraction, values), strict=True))
    return [evaluate(output, point) for output in formula.outputs]


def test_layers_are_put_into_one_another():
    network = nn.Sequential(weighted(NAU, [1.0, 1.0], [1.0, -1.0]), weighted(NMU, [1.0, 1.0]))
    formula = extract_network(network)
    assert str(formula) == "(x1 + x2)*(x1 - x2)"
    assert formula.module == "nau, nmu"
    assert str(extract_network(network, ["a", "b"])) == "(a + b)*(a - b)"


def test_a_single_module_has_the_formula_that_extract_gives():
    assert str(extract_network(weighted(NMU, [1.0, 0.98]))) == "x1*x2"


def test_inputs_that_have_the_names_of_placeholders_are_not_confused():
    network = nn.Sequential(weighted(NAU, [0.0, 1.0], [1.0, 0.0]), weighted(NAU, [1.0, -1.0]))
    assert at(extract_network(network, ["x2", "x1"]), 3, 10) == [7]


def test_a_linear_layer_keeps_its_floats_as_the_rationals_they_are():
    linear = nn.Linear(2, 1)
    linear.weight.data = torch.tensor([[0.1, -2.0]])
    linear.bias.data = torch.tensor([0.5])
    formula = extract_network(nn.Sequential(weighted(NAU, [1.0, 0.0], [0.0, 1.0]), linear))
    tenth = Fraction(torch.tensor(0.1).item())
    assert at(formula, 1, 3) == [tenth - 6 + Fraction(1, 2)]
    assert tenth != Fraction(1, 10)


def test_nothing_is_simplified_across_layers():
    network = nn.Sequential(weighted(NAU, [1.0], [1.0]), weighted(NAU, [1.0, -1.0]))
    assert str(extract_network(network)) == "x1 - x1"


def test_an_unconverged_layer_is_named_with_its_distance():
    network = nn.Sequential(weighted(NAU, [1.0, 1.0]), weighted(NAU, [0.6]))
    with pytest.raises(ExtractionError, match=r"'network\.1'.*0\.4 away"):
        extract_network(network)
    assert str(extract_network(network, most=0.5)) == "x1 + x2"
    assert extract_network(network, most=0.5).largest_snap == pytest.approx(0.4)


def test_an_undecided_comparison_is_named_with_its_distance():
    with pytest.raises(ExtractionError, match=r"'network\.0'.*0\.5 away"):
        extract_network(nn.Sequential(comparing(9.0, 0.0, 0.0), weighted(NAU, [1.0, 0.0])))


@pytest.mark.parametrize(
    "part", [nn.Bilinear(1, 1, 1), nn.Sequential(weighted(NAU, [1.0]), nn.GRU(1, 1))]
)
def test_layers_without_a_formula_are_refused(part):
    with pytest.raises(ExtractionError, match=r"has no formula|no layer that fixes"):
        extract_network(part)


def test_layers_that_do_not_fit_are_refused():
    network = nn.Sequential(weighted(NAU, [1.0, 1.0]), weighted(NAU, [1.0, 1.0]))
    with pytest.raises(ExtractionError, match=r"'network\.1' takes 2 inputs and gets 1"):
        extract_network(network)


def test_the_network_as_trained_keeps_every_weight():
    network = nn.Sequential(weighted(NAU, [1.0, 0.75]), weighted(NAU, [0.5]))
    formula = network_as_trained(network)
    assert at(formula, 2, 4) == [Fraction(5, 2)]
    assert formula.largest_snap == 0


@pytest.mark.parametrize("network", [xor(), xor(NLRLAnd)])
def test_the_network_as_trained_is_what_torch_computes(network):
    network = network.double()
    formula = network_as_trained(network)
    for x in ((0.25, 0.5), (1.0, 0.0)):
        point = {sympy.Symbol(n, real=True): v for n, v in zip(formula.inputs, x, strict=True)}
        found = float(formula.sympy()[0].subs(point))
        assert found == pytest.approx(network(torch.tensor(x).double()).item(), rel=1e-9)


def test_the_digest_is_that_of_the_weights():
    network, other = weighted(NAU, [1.0, 1.0]), weighted(NAU, [1.0, 0.99])
    assert str(extract_network(network)) == str(extract_network(other))
    digests = {extract_network(part).weights_sha256 for part in (network, other)}
    assert len(digests) == 2


def difference(zero=0.0, shift=0.0):
    first, second = weighted(NAU, [1.0, -1.0]), weighted(NAU, [-1.0, 1.0])
    return Choice(comparing(9.0, zero, shift), first, second)


def test_a_choice_is_a_piecewise_formula():
    formula = extract_network(difference(-3.0, -3.0))
    assert str(formula) == "Piecewise((x1 - x2, x1 > x2), (-x1 + x2, True))"
    claim = Claim(formula.outputs[0], parse("abs(x1 - x2)"), Domain.parse(["[-9,9]"], ["x1", "x2"]))
    assert check(claim, Effort(points=1000, device="cpu")).verdict == "proved"


def test_a_choice_may_be_undecided_at_ties_where_its_branches_are_equal():
    formula = extract_network(difference())
    assert at(formula, 3, 5) == at(formula, 5, 3) == [2]
    assert at(formula, 4, 4) == [0]


def test_a_choice_that_is_undecided_where_its_branches_differ_is_refused():
    branches = weighted(NAU, [1.0, 0.0]), weighted(NAU, [0.0, -1.0])
    with pytest.raises(ExtractionError, match=r"'network\.condition'.*0\.5 away"):
        extract_network(Choice(comparing(9.0, 0.0, 0.0), *branches))


def test_a_choice_of_a_branch_that_may_be_undefined_keeps_both_branches():
    power = RealNPU(2, 1)
    power.w_real.data, power.raw_gate.data = torch.tensor([[1.0, -1.0]]), torch.ones(1, 2)
    choice = Choice(comparing(9.0, -3.0, -3.0), power, weighted(NAU, [1.0, 0.0]))
    (output,) = extract_network(choice).outputs
    assert output.operation == "add"


def minimum():
    branches = weighted(NAU, [1.0, 0.0]), weighted(NAU, [0.0, 1.0])
    return Recurrent(Choice(comparing(-9.0, -3.0, -3.0), *branches), "first")


def test_a_recurrent_network_has_the_formula_of_one_step():
    formula = step_formula(minimum())
    assert formula.inputs == ("x1", "h1")
    assert str(formula) == "Piecewise((x1, x1 < h1), (h1, True))"
    named = step_formula(minimum(), ["item"], ["least"])
    assert str(named) == "Piecewise((item, item < least), (least, True))"
    with pytest.raises(ExtractionError, match="different names"):
        step_formula(minimum(), ["x"], ["x"])


def test_a_recurrent_network_unrolls_to_a_formula_for_a_length():
    formula = extract_network(minimum(), length=4)
    assert formula.inputs == ("x1", "x2", "x3", "x4")
    for values in product((1, 2, 3), repeat=4):
        assert at(formula, *values) == [min(values)]
    claim = Claim(
        formula.outputs[0],
        parse("Min(x1, x2, x3, x4)"),
        Domain.parse(["[-9,9]"], formula.inputs),
    )
    assert check(claim, Effort(points=1000, device="cpu")).verdict == "proved"


def counting():
    cell = nn.Sequential(
        Beside(comparing(0.0, 9.0, 0.0, inputs=3), nn.Identity()),
        weighted(NAU, [1.0, 0.0, 0.0, 0.0, 1.0]),
    )
    return Recurrent(cell, [0])


def test_a_counter_unrolls_over_items_of_two_features():
    formula = extract_network(counting(), length=3)
    assert formula.inputs == ("x1_1", "x2_1", "x1_2", "x2_2", "x1_3", "x2_3")
    assert at(formula, 7, 7, 5, 7, 7, 7) == [2]
    assert str(step_formula(counting())) == "Piecewise((1, x1 == x2), (0, True)) + h1"


def test_long_sequences_share_their_parts():
    formula = extract_network(minimum(), length=300)
    assert at(formula, *range(300, 0, -1)) == [1]


def test_a_recurrent_network_needs_a_length_and_no_other_network_takes_one():
    with pytest.raises(ExtractionError, match="give length=N"):
        extract_network(minimum())
    with pytest.raises(ExtractionError, match="not a Recurrent"):
        extract_network(weighted(NAU, [1.0]), length=3)
    with pytest.raises(ExtractionError, match="has no formula"):
        extract_network(nn.Sequential(minimum(), weighted(NAU, [1.0])))


@pytest.mark.parametrize("kind", [NLRL, NLRLAnd])
def test_a_stack_of_rule_layers_has_a_formula_in_and_or_and_not(kind):
    formula = logic_formula(xor(kind))
    truth = parse("((x1 > 1/2) & (x2 <= 1/2)) | ((x1 <= 1/2) & (x2 > 1/2))")
    assert "1/2" in str(formula) or "0.5" in str(formula)
    assert boolean_counterexample(formula.outputs[0], truth, formula.inputs) is None
    assert Formula.from_json(formula.to_json()) == formula
    claim = Claim(formula.outputs[0], truth, Domain.parse(["[0,1]"], formula.inputs))
    assert check(claim, Effort(points=1000, device="cpu")).verdict == "proved"
    arithmetic = extract_network(xor(kind))
    assert boolean_counterexample(arithmetic.outputs[0], truth, formula.inputs) is None


def test_only_rule_layers_have_logic():
    with pytest.raises(ExtractionError, match=r"'network\.1' is a NAU and has no logic"):
        logic_formula(nn.Sequential(rule([0], [[0]], [[1]]), weighted(NAU, [1.0])))


def test_an_unconverged_rule_layer_is_named():
    with pytest.raises(ExtractionError, match=r"'network\.0'.*0\.4 away"):
        logic_formula(nn.Sequential(rule([0], [[0, 0]], [[1, 0.6]])))


def test_booleans_are_compared_at_every_point():
    left, right = parse("x1*x2"), parse("(x1 > 1/2) & (x2 > 1/2)")
    assert boolean_counterexample(left, right, ["x1", "x2"]) is None
    found = boolean_counterexample(parse("x1"), right, ["x1", "x2"])
    assert found == {"x1": 1, "x2": 0}
    assert boolean_counterexample(parse("1/x1"), parse("1/x1"), ["x1"]) == {"x1": 0}
    with pytest.raises(ExtractionError, match="at most 16"):
        boolean_counterexample(left, left, [f"x{i}" for i in range(17)])
