"""Logic tasks: their truths, their samples and that networks learn them."""

from fractions import Fraction

import numpy as np
import pytest
from logic_tasks import run
from logic_truths import LOGIC_TASKS, RECURRENT_TASKS, TASKS, Inputs

from nalmx.expression import evaluate, sort_of


def random(seed=0):
    return np.random.default_rng(seed)


def point(names, row):
    return {name: Fraction(value) for name, value in zip(names, row.tolist(), strict=True)}


@pytest.mark.parametrize("extrapolation", [False, True])
@pytest.mark.parametrize("task", LOGIC_TASKS.values(), ids=list(LOGIC_TASKS))
def test_targets_are_the_exact_values_of_the_truth(task, extrapolation):
    x, t = task.sample(random(), (50,), extrapolation=extrapolation)
    assert len(x) == len(t) == 50
    for row, target in zip(x, t, strict=True):
        exact = evaluate(task.number(), point(task.inputs, row))
        assert float(exact) == pytest.approx(target.item(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("task", LOGIC_TASKS.values(), ids=list(LOGIC_TASKS))
def test_truths_are_conditions_unless_the_task_is_a_function(task):
    assert sort_of(task.truth()) == ("real" if task.kind == "function" else "truth")
    assert sort_of(task.number()) == "real"


@pytest.mark.parametrize("task", RECURRENT_TASKS.values(), ids=list(RECURRENT_TASKS))
def test_sequences_have_the_value_of_their_truth(task):
    x, t = task.sample(random(), (30,), 4)
    assert x.shape == (30, 4, task.features)
    truth, names = task.truth(4), task.names(4)
    for sequence, target in zip(x, t, strict=True):
        exact = evaluate(truth, point(names, sequence.reshape(-1)))
        assert float(exact) == target.item()


@pytest.mark.parametrize("task", LOGIC_TASKS.values(), ids=list(LOGIC_TASKS))
def test_samples_lie_in_their_ranges(task):
    for extrapolation in (False, True):
        x, _ = task.sample(random(), (3, 200), extrapolation=extrapolation)
        assert x.shape == (3, 200, len(task.inputs))
        extent = (task.extrapolation if extrapolation else task.training).range
        assert x.min() >= float(extent.lower)
        assert x.max() <= float(extent.upper)


def test_equal_numbers_are_drawn_on_purpose():
    x = Inputs("[-9,9]", equal=0.3).draw(random(), (10_000, 2))
    assert 0.27 < (x[:, 0] == x[:, 1]).mean() < 0.33


def test_whole_sources_reach_both_ends():
    x = Inputs("[-2,2]", whole=True).draw(random(), (1000, 1))
    assert set(x.flatten().tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}


def test_the_same_stream_gives_the_same_samples():
    task = TASKS["difference"]
    assert np.array_equal(task.sample(random(3), (5,))[0], task.sample(random(3), (5,))[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_nine_of_ten_seeds_learn_it_and_give_a_formula_that_holds(name):
    boolean = name in LOGIC_TASKS and LOGIC_TASKS[name].kind == "boolean"
    for module in ("nlrl", "nlrl-and") if boolean else ("nsr",):
        result = run(name, module, list(range(10)))
        assert min(result["learned"], result["verified"]) >= 9
