"""Neural logic rule layers and the neural status register: their rules and comparisons."""

from itertools import product

import pytest
import sympy
import torch

from nalmx.errors import ExtractionError, SettingError
from nalmx.models import NLRL, NSR, NLRLAnd, member, stack

X1, X2, X3 = X = sympy.symbols("x1:4", real=True)
P, Q = sympy.symbols("p q")


def exact(*rows):
    return [[sympy.Rational(value) for value in row] for row in rows]


def rule(gate, negation=(0, 0), weight=(1, 1)):
    return {"negation": exact(negation), "weight": exact(weight), "gate": exact((gate,))}


def compared(sign, zero, shift, first=(1, 0), second=(0, 1)):
    """The weights of a status register with one output, a pair of operands for each scale."""
    return {
        "first": exact(first),
        "second": exact(second),
        "sign_scale": exact(sign),
        "zero_scale": exact(zero),
        "shift": exact(shift),
        "steepness": exact((1,)),
    }


def condition(weights, inputs=(X1, X2), **options):
    truth, negation = NSR.idealised(inputs, **weights, **options)
    assert sympy.simplify(truth + negation) == 1
    return truth


def one_where(relation):
    return sympy.Piecewise((1, relation), (0, True))


def tensors(weights):
    return {
        name: torch.tensor([[float(v) for v in row] for row in matrix], dtype=torch.float64)
        for name, matrix in weights.items()
    }


@pytest.mark.parametrize(
    ("kind", "weights", "arithmetic", "logic"),
    [
        (NLRL, rule(0), X1 * X2, P & Q),
        (NLRL, rule(1), X1 + X2 - X1 * X2, P | Q),
        (NLRL, rule(0, (1, 0), (1, 0)), 1 - X1, ~P),
        (NLRL, rule(1, (0, 1)), X1 * X2 - X2 + 1, P | ~Q),
        (NLRL, rule(0, weight=(0, 0)), 1, sympy.true),
        (NLRL, rule(1, weight=(0, 0)), 0, sympy.false),
        (NLRLAnd, rule(0, (0, 1)), X1 * (1 - X2), P & ~Q),
        (NLRLAnd, rule(1, (1, 1)), X1 + X2 - X1 * X2, P | Q),
        (NLRLAnd, rule(1, weight=(1, 0)), 1 - X1, ~P),
    ],
)
def test_snapped_rule_layers_are_and_or_and_not(kind, weights, arithmetic, logic):
    assert kind.idealised((X1, X2), **weights) == [arithmetic]
    assert kind.logic((P, Q), **weights) == [logic]


@pytest.mark.parametrize("kind", [NLRL, NLRLAnd])
@pytest.mark.parametrize("gate", [0, 1])
def test_equation_rule_and_logic_agree_on_all_truth_values(kind, gate):
    for negation, weight in product(product((0, 1), repeat=2), repeat=2):
        weights = rule(gate, negation, weight)
        (arithmetic,), (logic,) = kind.idealised((X1, X2), **weights), kind.logic((P, Q), **weights)
        for point in product((0, 1), repeat=2):
            x = torch.tensor(point, dtype=torch.float64)
            value = sympy.sympify(arithmetic).subs(dict(zip((X1, X2), point, strict=True)))
            truth = logic.subs(dict(zip((P, Q), map(bool, point), strict=True)))
            assert value == int(bool(truth))
            assert kind.equation(x, **tensors(weights)).item() == pytest.approx(
                int(value), abs=1e-6
            )


def test_gate_zero_gives_and_as_equation_29_says():
    x = torch.tensor([1.0, 0.0], dtype=torch.float64)
    assert NLRL.equation(x, **tensors(rule(0))).item() == pytest.approx(0, abs=1e-6)
    assert NLRL.equation(x, **tensors(rule(1))).item() == 1


@pytest.mark.parametrize("kind", [NLRL, NLRLAnd])
@pytest.mark.parametrize("form", ["idealised", "logic"])
def test_a_rule_that_is_not_snapped_is_refused_with_the_distance(kind, form):
    with pytest.raises(ExtractionError, match=r"a weight is 0\.25 away from 0 and 1"):
        getattr(kind, form)((X1, X2), **rule(0, weight=("1/4", 1)))


@pytest.mark.parametrize(
    ("sign", "zero", "shift", "relation"),
    [
        (-9, -3, -3, X1 < X2),
        (9, -3, -3, X1 > X2),
        (-9, 3, 3, X1 <= X2),
        (9, 3, 3, X1 >= X2),
        (0, 5, 0, sympy.Eq(X1, X2)),
        (0, -5, 0, sympy.Ne(X1, X2)),
    ],
)
def test_the_status_register_makes_all_six_comparisons(sign, zero, shift, relation):
    weights = compared((sign,), (zero,), (shift,))
    assert condition(weights) == one_where(relation)
    for left, right in ((-50.0, 20.0), (3.0, 3.0), (20.0, -50.0)):
        truth, negation = NSR.equation(torch.tensor([left, right]).double(), **tensors(weights))
        expected = bool(relation.subs({X1: left, X2: right}))
        assert (truth > 0.5) == expected
        assert truth + negation == 1


@pytest.mark.parametrize(("shift", "always"), [(5, 1), (-5, 0)])
def test_a_comparison_that_does_not_depend_on_its_operands_is_constant(shift, always):
    assert condition(compared((0,), (0,), (shift,))) == always


def test_swapped_operands_turn_the_comparison_round():
    weights = compared((9,), (-3,), (-3,), first=(0, 1), second=(1, 0))
    assert condition(weights) == one_where(X1 < X2)


def test_redundant_pairs_of_the_same_operands_merge():
    # Neither pair alone decides; together they are x1 > x2.
    weights = compared((5, -5), (-2, -2), (-1, -1), first=(1, 0, 0, 1), second=(0, 1, 1, 0))
    assert condition(weights) == one_where(X1 > X2)


def test_a_redundant_pair_that_compares_an_input_with_itself_is_a_constant():
    weights = compared((9, 4), (-3, 3), (-3, 0), first=(1, 0, 0, 1), second=(0, 1, 0, 1))
    assert condition(weights) == one_where(X1 > X2)


def test_different_pairs_make_a_compound_condition():
    first, second = (1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, 1)
    weights = compared((6, 6), (-3, -3), (-5, -5), first=first, second=second)
    truth = condition(weights, X)
    for x1, x2, x3 in product((1, 2, 3), repeat=3):
        assert truth.subs({X1: x1, X2: x2, X3: x3}) == int(x1 > x2 > x3)


def test_an_undecided_case_is_an_error_with_its_distance():
    with pytest.raises(ExtractionError, match=r"equal to the second: its truth value is 0\.5 away"):
        condition(compared((9,), (0,), (0,)))
    with pytest.raises(ExtractionError, match=r"less than the second: its truth value is 0\.119"):
        condition(compared((2,), (0,), (0,)))


@pytest.mark.parametrize(("ties", "relation"), [(True, X1 >= X2), (False, X1 > X2)])
def test_ties_settle_an_undecided_case_of_equal_operands_only(ties, relation):
    assert condition(compared((9,), (0,), (0,)), ties=ties) == one_where(relation)
    with pytest.raises(ExtractionError, match="less than"):
        condition(compared((2,), (0,), (0,)), ties=ties)


@pytest.mark.parametrize(
    ("first", "distance"), [((1, 1), "1"), ((0, 0), "1"), (("3/4", "1/4"), r"0\.25")]
)
def test_an_operand_that_is_not_one_input_is_an_error_with_its_distance(first, distance):
    with pytest.raises(ExtractionError, match=f"its choice is {distance} away"):
        condition(compared((9,), (-3,), (-3,), first=first))


def test_redundancy_and_steepness_belong_to_the_module():
    module = NSR(3, 2, redundancy=4, steepness=2.5)
    assert module.first_choice.shape == (2, 12)
    assert module.raw_shift.shape == (2, 4)
    assert module.weights()["steepness"].tolist() == [[2.5], [2.5]]
    assert module(torch.zeros(5, 3)).shape == (5, 4)
    assert "redundancy=4, steepness=2.5" in repr(module)


def test_every_run_of_choices_adds_up_to_one():
    first = NSR(3, 2, redundancy=4).weights()["first"]
    torch.testing.assert_close(first.view(2, 4, 3).sum(-1), torch.ones(2, 4))


def test_a_redundant_stack_gives_the_numbers_of_a_loop():
    modules = [
        NSR(3, 2, redundancy=2, steepness=3.0, generator=torch.Generator().manual_seed(seed))
        for seed in range(3)
    ]
    x = torch.randn(3, 7, 3, generator=torch.Generator().manual_seed(9))
    together = stack(modules)
    for place, module in enumerate(modules):
        torch.testing.assert_close(together(x)[place], module(x[place]))
        torch.testing.assert_close(together(x[0])[place], module(x[0]))
        assert torch.equal(member(together, place)(x[0]), module(x[0]))


def test_steeper_registers_decide_smaller_differences():
    weights = compared((9,), (-3,), (-3,))
    x = torch.tensor([0.1, 0.0]).double()
    flat = NSR.equation(x, **tensors(weights))[0]
    steep = NSR.equation(x, **tensors({**weights, "steepness": exact((100,))}))[0]
    assert flat < 0.1 < 0.9 < steep


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"redundancy": 0}, "redundancy must be a positive integer"),
        ({"redundancy": True}, "redundancy must be a positive integer"),
        ({"steepness": 0.0}, "steepness must be a positive finite number"),
        ({"steepness": float("inf")}, "steepness must be a positive finite number"),
    ],
)
def test_bad_settings_of_a_register_are_refused(options, message):
    with pytest.raises(SettingError, match=message):
        NSR(2, 1, **options)


def test_the_penalty_of_a_register_moves_a_choice_of_three_that_is_below_one_half():
    module = NSR(3, 1)
    module.first_choice.data = torch.tensor([[0.0, 0.1, 0.5]])
    first = module.weights()["first"]
    slope = module.training_facts.penalty.slope(first, module.grids["first"])
    (gradient,) = torch.autograd.grad((first * slope).sum(), module.first_choice)
    assert gradient[0, 2] < 0 < gradient[0, 0]
