"""Parts of the experiments with networks whose weights are set: their truths, judges and verdicts."""

import math
import operator
import random
from fractions import Fraction
from itertools import product

import pytest
import torch
from helpers_networks import comparing, weighted
from scipy.sparse.csgraph import connected_components
from torch import nn

from nalmx.bench.experiments import (
    _digits,
    bellman_ford,
    calcnet,
    digits_add,
    digits_count,
    digits_parity,
    fsir,
    identity,
    nlrl,
    nsr_compare,
)
from nalmx.bench.experiments._calcnet import Unbounded, whole_error
from nalmx.bench.experiments._networks import commonest, verdicts
from nalmx.bench.experiments._subsets import SubsetTask
from nalmx.bench.experiments.recurrent import FEATURES, Sums, _whole
from nalmx.expression import evaluate, parse
from nalmx.extract.formula import Formula
from nalmx.models import NAU, Choice, Recurrent, stack_networks
from nalmx.ranges import Range


def formula(text, *names):
    return Formula(names or ("x1", "x2"), (parse(text),), "test", "0")


def test_verdicts_are_counted_seed_by_seed():
    found = [formula("x1*x2"), formula("x2*x1"), formula("x1 + x2"), None]
    assert verdicts(found, "x1*x2", [Range.parse("[2,6]")] * 2) == (
        "2 proved, 1 refuted, 1 no formula"
    )
    assert commonest([*found, formula("x1 + x2")]) == "x1 + x2"
    assert commonest([None]) is None


@pytest.mark.parametrize("text", calcnet.EXPRESSIONS.values())
def test_an_expression_is_assembled_of_one_unit_an_operator(text):
    """With units that are off by a constant each, so that every operator is seen to be replaced."""
    exact = {
        "add": formula("x1 + x2"),
        "sub": formula("x1 - x2"),
        "mul": formula("x1*x2"),
        "div": formula("x1/x2"),
        "sqrt": formula("x1", "x1"),
    }
    whole = parse(text)
    point = {name: Fraction(4) for name in "abcdef"}
    without_roots = parse(text.replace("sqrt", ""))
    assert evaluate(calcnet.assembled(whole, exact), point) == evaluate(without_roots, point)
    for name in exact:
        broken = {**exact, name: formula("1000", "x1", *(("x2",) if name != "sqrt" else ()))}
        changed = evaluate(calcnet.assembled(whole, broken), point)
        used = {"add": "+", "sub": "-", "mul": "*", "div": "/", "sqrt": "sqrt"}[name] in text
        assert (changed != evaluate(without_roots, point)) == used


OFF = {
    "add": formula("1.0001*x1 + x2"),
    "sub": formula("x1 - x2 + 1e-5"),
    "mul": formula("0.9999*x1*x2"),
    "div": formula("x1/x2 - 2e-5*x1"),
    "sqrt": formula("sqrt(x1 + 1e-4)", "x1"),
}


EXACT = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "sqrt": math.sqrt,
}
MADE = {
    "add": lambda x, y: 1.0001 * x + y,
    "sub": lambda x, y: x - y + 1e-5,
    "mul": lambda x, y: 0.9999 * x * y,
    "div": lambda x, y: x / y - 2e-5 * x,
    "sqrt": lambda x: math.sqrt(x + 1e-4),
}


def in_floats(name, u, a, b, c, d, e, f):
    """The expressions of the experiment by plain functions."""
    add, sub, mul, div, sqrt = (u[operator] for operator in EXACT)
    if name == "paper":
        return add(sub(add(a, mul(div(b, c), sqrt(d))), e), mul(f, f))
    if name == "mean":
        return div(add(add(add(add(add(a, b), c), d), e), f), 6)
    return div(sub(sqrt(add(mul(b, b), mul(mul(4, a), c))), b), mul(2, a))


@pytest.mark.parametrize("name", calcnet.EXPRESSIONS)
def test_the_error_of_the_whole_holds_at_every_point_that_is_tried(name):
    """Units that are off by known amounts, computed in plain Python."""
    domain = dict.fromkeys("abcdef", Range.parse("[1,10]"))
    error = float(whole_error(parse(calcnet.EXPRESSIONS[name]), OFF, domain))
    draw = random.Random(0)
    worst = 0.0
    for _ in range(3_000):
        point = [draw.choice((1.0, 10.0, draw.uniform(1, 10))) for _ in "abcdef"]
        off = in_floats(name, MADE, *point) - in_floats(name, EXACT, *point)
        worst = max(worst, abs(off))
    assert error / 1_000 < worst <= error


def test_a_unit_that_is_not_bounded_where_it_is_used_is_named():
    domain = dict.fromkeys("ab", Range.parse("[-1,1]"))
    with pytest.raises(Unbounded, match="div"):
        whole_error(parse("a/b"), OFF, domain)
    with pytest.raises(Unbounded, match="sqrt"):
        whole_error(parse("sqrt(a)"), OFF, domain)


def relaxation():
    arms = weighted(NAU, [1.0, 0.0]), weighted(NAU, [0.0, 1.0])
    message = weighted(NAU, [1.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    return nn.Sequential(message, Choice(comparing(-9.0, -3.0, -3.0), *arms)).double()


def test_an_exact_relaxation_finds_the_shortest_paths():
    assert all(bellman_ford._right(relaxation(), 12, 9, seed) for seed in range(3))
    wrong = relaxation()
    wrong[0].raw_weight.data[0, 1] = 0.0
    assert not bellman_ford._right(wrong, 12, 9, 0)


def test_graphs_are_connected():
    for seed in range(5):
        assert connected_components(bellman_ford._graph(15, 9, seed))[0] == 1


def sums(operation, first, second):
    network = Sums(operation, torch.Generator().manual_seed(0))
    for place, part in enumerate((first, second)):
        row = torch.zeros(FEATURES + 2)
        row[part], row[FEATURES + place] = 1.0, 1.0
        network.sums.cell.raw_weight.data[place] = row
    network.output.raw_weight.data = torch.tensor([[1.0, -1.0 if operation == "sub" else 1.0]])
    return network


def test_sums_over_time_are_proved_for_every_length_in_either_order():
    task = SubsetTask("mul", FEATURES, subset=0.2, overlap=0.5)
    a, b = task.slices
    assert _whole(sums("mul", a, b), task.truth) == "proved for every length"
    assert _whole(sums("mul", b, a), task.truth) == "proved for every length"
    assert _whole(sums("mul", a, a), task.truth) == "refuted"
    forgetting = sums("mul", a, b)
    forgetting.sums.cell.raw_weight.data[0, FEATURES] = 0.0
    assert _whole(forgetting, task.truth) == "refuted"
    difference = SubsetTask("sub", FEATURES, subset=0.2, overlap=0.5)
    assert _whole(sums("sub", a, b), difference.truth) == "proved for every length"
    assert _whole(sums("sub", b, a), difference.truth) == "refuted"


@pytest.mark.parametrize("rule", nlrl.RULES)
def test_targets_of_rules_are_their_truths(rule):
    names = [f"x{i + 1}" for i in range(nlrl._INPUTS.get(rule, 2))]
    rows = list(product((0, 1), repeat=len(names)))
    truths = [
        evaluate(parse(nlrl.RULES[rule]), dict(zip(names, map(Fraction, r), strict=True)))
        for r in rows
    ]
    targets = [bool(nlrl._target(rule, torch.tensor(row).float())[0]) for row in rows]
    assert targets == truths


def test_the_epidemic_is_the_law_that_is_claimed():
    point = {"S": Fraction(16), "I": Fraction(4), "R": Fraction(10)}
    slopes = fsir.derivatives(torch.tensor([16.0, 4.0, 10.0])).tolist()
    for slope, truth in zip(slopes, fsir.TRUTHS, strict=True):
        assert float(evaluate(parse(truth), point)) == pytest.approx(slope, abs=1e-6)


def test_shooting_follows_a_trajectory_with_the_true_derivatives():
    states, time = fsir.trajectory()
    true = nn.Module()
    true.forward = fsir.derivatives
    found = fsir.Shooting(true, time)(states[5:-1])
    torch.testing.assert_close(found, states[6:], rtol=1e-3, atol=1e-3)


def test_comparisons_are_tried_up_to_where_they_fail():
    exact = comparing(9.0, -3.0, -3.0)
    assert nsr_compare._reach(exact, operator.gt) >= 14
    assert nsr_compare._reach(exact, operator.lt) == 0


def test_digits_are_read_and_counted():
    seen = _digits.reader()
    right, rest = seen.accuracy.split("/")
    assert 0.9 < int(right) / len(seen.read) < 1
    low, high = (float(text) for text in rest.split("[")[1].rstrip("]").split(", "))
    assert low < int(right) / len(seen.read) < high
    digits = torch.tensor([[3, 3, 9]])
    assert digits_count.TASK.target(digits).tolist() == [[0, 0, 0, 2, 0, 0, 0, 0, 0, 1]]
    assert digits_count.TASK.features(digits).sum().item() == 3


def test_given_right_digits_an_exact_sum_is_right_and_images_are_as_good_as_their_reader():
    exact = stack_networks([Recurrent(weighted(NAU, [1.0, 1.0]), [0.0])])
    given, images = _digits._right(exact, digits_add.TASK, _digits.reader(), 10, 1)
    assert given == 1
    assert 0 < images < 1
    wrong = stack_networks([Recurrent(weighted(NAU, [0.9, 1.0]), [0.0])])
    given, images = _digits._right(wrong, digits_add.TASK, _digits.reader(), 10, 1)
    assert given == 0
    assert images < 0.1


@pytest.mark.parametrize("task", [digits_add.TASK, digits_parity.TASK])
def test_the_true_step_leads_to_the_target_of_every_list(task):
    (step,) = (parse(text) for text in task.step)
    for digits in product(range(10), repeat=3):
        state = Fraction(0)
        for row in task.features(torch.tensor(digits)).tolist():
            given = {f"x{i + 1}": Fraction(value) for i, value in enumerate(row)}
            state = evaluate(step, {"h1": state, **given})
        assert state == int(task.target(torch.tensor(digits)))


def test_networks_are_off_where_they_are_measured():
    inside, all_of_it = identity.TRAINED, identity.TESTED
    assert identity._error(weighted(NAU, [1.0]), all_of_it) == 0
    assert identity._error(nn.ReLU(), inside) == pytest.approx(1.25, rel=1e-3)
    # A rectifier is off by |x| on one side of zero: 12.5 on average from 5 to 20.
    assert identity._error(nn.ReLU(), all_of_it, inside) == pytest.approx(6.25, rel=1e-3)
    bent = identity.network("tanh", 0)
    assert [tuple(p.shape) for p in bent.parameters() if p.dim() == 2] == [
        (8, 1), (8, 8), (8, 8), (1, 8)
    ]  # fmt: skip
