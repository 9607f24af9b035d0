"""The survey's tasks beyond single modules: what is asked, and who judges it, with weights that are set."""

from collections import Counter

import numpy as np
import pytest
import torch
from helpers_networks import comparing, weighted
from torch import nn

from nalmx.bench.experiments import (
    _tokens,
    grid_world,
    large_scale,
    number_words,
    program_evaluation,
    relevance_gate,
    simple_function,
)
from nalmx.bench.experiments._inalu import Distribution
from nalmx.bench.experiments._networks import abbreviated
from nalmx.bench.experiments._subsets import SubsetTask
from nalmx.bench.experiments._two_layers import NaiveNPU, Perceptrons
from nalmx.expression import evaluate, parse
from nalmx.extract.formula import Formula
from nalmx.models import NAU, NMU, NPU, stack_networks
from nalmx.ranges import Range


def test_long_sums_are_told_in_short():
    texts = Counter(["(x1 + x3 + x2 + x4)*(x7 + x8 + x10 + x11 + x12 + x13)", "x1"])
    assert abbreviated(texts) == "(x1 + … + x4)*(x7 + x8 + x10 + … + x13)"
    assert abbreviated(Counter()) is None
    assert len(abbreviated(Counter(["-".join(["x1"] * 90)]))) < 100


def test_a_stack_of_perceptrons_computes_as_their_layers_do():
    networks = Perceptrons("relu6", (3, 4, 1), 2)
    x = torch.linspace(-4, 9, 15).view(5, 3)
    for place in range(2):
        first, last = (layer[place] for layer in networks.layers)
        hidden = nn.functional.relu6(nn.functional.linear(x, first[:, :-1], first[:, -1]))
        y = nn.functional.linear(hidden, last[:, :-1], last[:, -1])
        torch.testing.assert_close(networks(x)[place], y)


def test_disjoint_thirds_of_the_inputs_are_added():
    task = SubsetTask("sub", 100, subset=1 / 3, overlap=0.0)
    normal = Distribution.parse("normal(3,4)")
    x, t = simple_function._rows(task, normal, np.random.default_rng(0), 4)
    a, b = task.slices
    assert a.stop == b.start
    assert b.stop - b.start == 33
    assert t[:, 0].tolist() == pytest.approx((x[:, a].sum(1) - x[:, b].sum(1)).tolist(), abs=1e-3)


def test_sobol_points_fill_their_range_and_go_on():
    points = large_scale.SobolPoints(Range.parse("[-4,4]"), 0)
    first, second = points.draw(256), points.draw(256)
    assert not torch.equal(first, second)
    assert first.abs().max() <= 4
    assert first.mean(0).abs().max() < 0.1


def test_parameters_that_are_not_zero_are_counted():
    networks = stack_networks([weighted(NAU, [0.5, 0.0, 1e-4]), weighted(NAU, [0.5, 0.5, 1e-2])])
    assert large_scale.non_zero(networks) == [1, 3]


def test_without_its_gate_a_power_unit_is_a_product_of_powers():
    naive, gated = NaiveNPU(2, 1), NPU(2, 1)
    for unit in (naive, gated):
        unit.w_real.data = torch.tensor([[2.0, 1.0]])
        unit.raw_gate.data.fill_(0.0)
    x = torch.tensor([[3.0, 5.0]])
    assert naive(x).item() == pytest.approx(45, rel=1e-5)
    assert gated(x).item() == 1


def test_starts_are_flat_without_a_gate_only():
    x, t = relevance_gate.rows(torch.Generator().manual_seed(0), 500)
    assert torch.equal(x[:, :1], t)
    flat = {
        unit: relevance_gate.flat(stack_networks([relevance_gate.begun(unit, (0.5, 1.5))]), x, t)
        for unit in (NaiveNPU, NPU)
    }
    assert flat == {NaiveNPU: 1, NPU: 0}


def test_numbers_in_words():
    texts = [" ".join(number_words.spelled(number)) for number in range(1, 1_000)]
    assert len(set(texts)) == 999
    assert [texts[n - 1] for n in (7, 40, 201, 500, 319)] == [
        "seven", "forty", "two hundred and one", "five hundred", "three hundred and nineteen",
    ]  # fmt: skip


def test_every_word_is_learned_and_no_number_is_tested_that_was():
    learned, others = number_words.split()
    assert len(set(learned)) == 169
    assert len(set(others)) == 630
    assert not set(learned) & set(others)
    assert {word for number in learned for word in number_words.spelled(number)} == set(
        number_words.WORDS
    )


def exact(reader, rows):
    """A reader that has these numbers, and takes all that it is given."""
    reader.rows.data = torch.tensor(rows)
    for part in reader.cell.parts:
        part.raw_weight.data.fill_(1.0)
    return reader


WORDS = [[1.0, float(value)] for value in (*range(1, 20), *range(20, 100, 10))] + [
    [100.0, 0.0],
    [1.0, 0.0],
]


def test_words_are_read_right_and_proved_so():
    made = exact(number_words.build(torch.Generator()), WORDS)
    numbers = [3, 40, 99, 100, 319, 999]
    assert made(number_words.tokens(numbers))[:, 0].tolist() == numbers
    states = [Range.parse("[0,1000]")]
    assert _tokens.reads_right(made, number_words.MEANING, states) == "proved"
    made.rows.data[27, 0] = 99.96
    assert _tokens.reads_right(made, number_words.MEANING, states) == "proved"
    made.rows.data[27, 0] = 99.0
    assert _tokens.reads_right(made, number_words.MEANING, states) == "refuted"
    made.rows.data[27, 0] = 99.5
    assert _tokens.reads_right(made, number_words.MEANING, states) == "no formula"


def test_numbers_that_no_example_tells_are_put_back():
    numbers = [row[:] for row in WORDS]
    numbers[14][0] = 7.0  # what fifteen does to a state
    made = exact(number_words.build(torch.Generator()), numbers).double()
    known = [n for n in range(1, 1_000) if n % 100 != 15 or n == 15]
    _tokens.put_back(made, number_words.tokens(known), torch.tensor(known)[:, None])
    assert made.rows[14].tolist() == [1, 15]
    assert made.rows.tolist() == WORDS


DIGITS = [[10.0, float(digit), 0.0] for digit in range(10)]


def test_programs_are_evaluated_and_proved_so():
    made = exact(program_evaluation.build(torch.Generator()), [*DIGITS, [0.0, 0.0, 1.0]])
    programs = program_evaluation.tokens(["7+5", "12+345", "0+0", "999+1"])
    assert made(programs)[:, 0].tolist() == [12, 357, 0, 1000]
    states = [Range.parse("[0,1000000]")] * 2
    meaning = program_evaluation.MEANING
    assert _tokens.reads_right(made, meaning, states) == "proved"
    made.rows.data[10, 0] = 1.0
    assert _tokens.reads_right(made, meaning, states) == "refuted"


def test_sums_have_numbers_of_every_length_and_their_answers():
    x, t = program_evaluation.sums(3, 200, 0)
    characters = "_" + program_evaluation.CHARACTERS
    programs = ["".join(characters[place] for place in row).strip("_") for row in x.tolist()]
    assert [sum(map(int, text.split("+"))) for text in programs] == t[:, 0].tolist()
    assert {len(text.split("+")[0]) for text in programs} == {1, 2, 3}


def policy(first, second, sign=-9.0, zero=3.0, shift=3.0):
    """Go where one sum is smaller than another, or equal to it."""
    register = comparing(sign, zero, shift)
    return stack_networks([nn.Sequential(weighted(NAU, first, second), register)])


def arrived(networks, side, time):
    random = torch.Generator().manual_seed(0)
    start = grid_world.episodes(random, (1, 100), side, (time, time))
    return grid_world.experience(networks, start)[2].double().mean().item()


def test_who_goes_when_no_time_is_to_spare_always_arrives():
    exact = policy([0.0, 0.0, 1.0], [1.0, 1.0, 0.0])
    assert arrived(exact, 5, 12) == arrived(exact, 20, 60) == 1
    at_once = policy([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert arrived(at_once, 5, 12) == 0
    along_x_alone = policy([0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    assert arrived(along_x_alone, 5, 12) < 1


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [("T <= dx + dy", "proved"), ("T < dx + dy", "refuted"), ("T <= 2*dx + dy", "refuted")],
)
def test_a_policy_is_judged_on_every_grid(condition, verdict):
    text = f"Piecewise((1, {condition}), (0, True))"
    made = Formula(("dx", "dy", "T"), (parse(text),), "test", "0")
    assert grid_world.settled(made) == verdict
    assert grid_world.settled(None) == "no formula"


def test_rows_to_imitate_are_those_of_rewarded_episodes():
    networks = policy([0.0, 0.0, 1.0], [1.0, 1.0, 0.0])
    states, done = grid_world.imitated(
        networks, torch.Generator().manual_seed(0), 1, by_chance=True
    )
    assert states.shape[:2] == done.shape[:2] == (1, grid_world.EPISODES * 12)
    known = done[0, :, 0] >= 0
    assert 0 < known.sum() < len(known)
    assert torch.equal(done[0, known].sum(-1), torch.ones(int(known.sum())))
    loss = grid_world.policy_loss(torch.full_like(done, 0.5), done)
    assert torch.equal(loss == 0, done < 0)


def test_products_and_sums_are_wired_as_they_are_told():
    cell = _tokens.Wired([(0, 2)], [(3, 1), (2,)], torch.Generator().manual_seed(0))
    assert [type(part) for part in cell.parts] == [NMU, NAU, NAU]
    for part, weights in zip(cell.parts, ([1.0, 1.0], [1.0, -1.0], [1.0]), strict=True):
        part.raw_weight.data = torch.tensor([weights])
    assert cell(torch.tensor([[2.0, 3.0, 5.0]])).tolist() == [[7.0, 5.0]]
    found = [evaluate(formula, {"a": 2, "b": 3, "c": 5}) for formula in cell.formulas("abc")]
    assert found == [7, 5]
