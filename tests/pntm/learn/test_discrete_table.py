"""Code lengths against a literal adaptive code, and the search for the columns that decide."""

import math

import numpy as np
import pytest
from helpers_pytest import thinned

from nalmx.pntm.learn.discrete.columns import ROW_COLUMNS
from nalmx.pntm.learn.discrete.search import find_choices
from nalmx.pntm.learn.discrete.table import Coder, split_part


def literal_length(targets, outputs):
    """Each next token coded by what came before it."""
    alpha, counts, total = 0.5 / outputs, dict.fromkeys(range(outputs), 0), 0.0
    for n, target in enumerate(targets):
        total -= math.log((counts[target] + alpha) / (n + alpha * outputs))
        counts[target] += 1
    return total


def draw(seed, columns=30, questions=200, values=3, outputs=4):
    random = np.random.default_rng(seed)
    shown = random.integers(0, values, (columns, questions)).astype(np.int32)
    targets = random.integers(0, outputs, questions).astype(np.int32)
    # Some columns say something: they follow the next token at half of the questions.
    follows = random.random((columns // 3, questions)) < 0.5
    shown[: columns // 3] = np.where(follows, targets % values, shown[: columns // 3])
    return random, shown, targets


@pytest.mark.parametrize("outputs", [1, 2, 7])
def test_the_code_length_is_that_of_a_literal_adaptive_code(outputs):
    random = np.random.default_rng(outputs)
    targets = random.integers(0, outputs, 300).astype(np.int32)
    coder = Coder(targets, outputs)
    for size in (1, 2, 30, 300):
        part = random.permutation(300)[:size]
        assert coder.length(part) == pytest.approx(literal_length(targets[part].tolist(), outputs))


def test_the_pieces_of_a_part_show_the_same_and_are_all_of_it():
    random, shown, _ = draw(0)
    part = np.sort(random.permutation(200)[:90])
    pieces = split_part(part, [shown[3], shown[20]])
    assert sorted(np.concatenate(pieces).tolist()) == part.tolist()
    kinds = [{(int(shown[3, q]), int(shown[20, q])) for q in piece} for piece in pieces]
    assert all(len(kind) == 1 for kind in kinds)
    assert len(set.union(*kinds)) == len(pieces) == 9


@pytest.mark.parametrize("seed", range(4))
def test_gains_are_the_costs_after_a_split(seed):
    random, shown, targets = draw(seed)
    targets[shown[29] == 2] = 3  # a part with a single next token, which is closed
    coder = Coder(targets, 4)
    first = random.integers(0, 30, 120)
    second = np.where(np.arange(120) % 2, first, random.integers(0, 30, 120))
    pairs = np.stack([first, second], axis=1)
    partition = coder.whole()
    for closed, step in ((False, []), (True, [shown[29]]), (True, [shown[0]])):
        partition = coder.split(partition, step) if step else partition
        assert (partition.closed > 0) == closed
        costs = coder.gains(partition, shown, pairs, math.inf)
        expected = [
            coder.split(partition, [shown[c] for c in dict.fromkeys(pair)]).cost
            for pair in pairs.tolist()
        ]
        assert costs == pytest.approx(expected)
        assert costs.min() < partition.cost
        bound = float(np.median(costs)) - 1e-6
        bounded = coder.gains(partition, shown, pairs, bound)
        assert (np.isinf(bounded) == (costs > bound)).all()
        assert bounded[costs <= bound] == pytest.approx(costs[costs <= bound])
        assert np.isinf(bounded).any()


def test_a_split_that_saves_nothing_is_not_made():
    targets = np.array([0, 0, 0, 1] * 10, np.int32)
    coder = Coder(targets, 2)
    own = np.arange(40, dtype=np.int32)
    assert [len(part) for part in coder.split(coder.whole(), [own]).parts] == [40]
    assert coder.split(coder.whole(), [targets]).parts == ()


def planted(seed):
    random = np.random.default_rng(seed)
    shown = random.integers(0, 2, (301, 400)).astype(np.int32)
    return shown, (shown[17] ^ shown[203]).astype(np.int32), np.full(301, 2.0)


@pytest.mark.parametrize("seed", thinned(range(3), 3))
def test_two_columns_that_say_nothing_alone_are_found_together(seed):
    shown, targets, penalties = planted(seed)
    best = find_choices(Coder(targets, 2), shown, penalties, together=True)[0]
    assert set(best.columns) == {17, 203}
    assert not best.partition.parts
    assert best.penalty == 4.0


@pytest.mark.parametrize("seed", thinned(range(3), 3))
def test_two_columns_that_say_nothing_alone_are_not_found_one_at_a_time(seed):
    shown, targets, penalties = planted(seed)
    best = find_choices(Coder(targets, 2), shown, penalties, together=False)[0]
    assert not {17, 203} <= set(best.columns)
    assert best.total > 100


@pytest.mark.parametrize("together", [False, True])
def test_no_choice_has_more_tapes_than_allowed(together):
    random = np.random.default_rng(5)
    shown = random.integers(0, 2, (40, 500)).astype(np.int32)
    targets = (shown[0] + 2 * shown[7] + 4 * shown[19] + 8 * shown[31]).astype(np.int32)
    coder, penalties = Coder(targets, 16), np.ones(40)

    def tapes(choice):
        return sum(column >= ROW_COLUMNS for column in choice.columns)

    free = find_choices(coder, shown, penalties, together=together)
    assert set(free[0].columns) == {0, 7, 19, 31}
    assert max(map(tapes, free)) >= 3
    for most in (1, 2):
        choices = find_choices(coder, shown, penalties, together=together, most_tapes=most)
        assert max(map(tapes, choices)) == most
        assert 0 in choices[0].columns  # the row is no tape
        assert tapes(choices[0]) == most
