"""Tables grown as trees: exact on functions, small where one column decides, honest about gaps."""

import numpy as np
import pytest

from nalmx.pntm.learn.discrete.table import Coder
from nalmx.pntm.learn.discrete.tree import MISSING, grow, leaves


def said(tree, columns):
    return [tree.answer_to(values) for values in columns.T.tolist()]


def size(tree):
    return 1 if tree.children is None else sum(map(size, tree.children.values()))


def draw(seed, columns=3, values=3, questions=400):
    random = np.random.default_rng(seed)
    return random, random.integers(0, values, (columns, questions)).astype(np.int32)


def grown(columns, targets, outputs, **options):
    coder = Coder(np.asarray(targets, np.int32), outputs)
    return grow(coder, columns, np.arange(columns.shape[1]), **options)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_tree_is_exact_on_a_function(seed, exact):
    random, columns = draw(seed)
    function = random.integers(0, 4, (3, 3, 3))
    targets = function[tuple(columns)]
    tree = grown(columns, targets, 4, exact=exact)
    assert said(tree, columns) == targets.tolist()
    assert size(tree) <= 27


@pytest.mark.parametrize("seed", range(4))
def test_what_one_column_decides_alone_is_one_leaf(seed):
    _, columns = draw(seed)
    targets = np.where(columns[1] == 2, 3, (columns[0] + columns[2]) % 3)
    tree = grown(columns, targets, 4, exact=False)
    assert tree.column == 1
    assert tree.children[2].children is None
    assert tree.children[2].count == (columns[1] == 2).sum()
    assert sum((targets[part] == 3).any() for part in leaves(tree, columns)) == 1
    assert said(tree, columns) == targets.tolist()


@pytest.mark.parametrize("exact", [False, True])
def test_the_leaves_are_a_partition_by_answers(exact):
    random, columns = draw(8)
    targets = random.integers(0, 4, (3, 3, 3))[tuple(columns)]
    targets[::25] = 0
    tree = grown(columns, targets, 4, exact=exact)
    parts = leaves(tree, columns)
    assert sorted(np.concatenate(parts).tolist()) == list(range(400))
    assert len(parts) == size(tree) > 1
    answers = np.array(said(tree, columns))
    for part in parts:
        assert len(set(answers[part].tolist())) == 1
        assert np.bincount(targets[part])[answers[part[0]]] == np.bincount(targets[part]).max()


def test_rare_contradictions_are_split_only_if_asked_for():
    _, columns = draw(3, columns=2)
    unique = np.arange(400, dtype=np.int32)[None]
    targets = columns[0].copy()
    targets[[11, 222]] = (targets[[11, 222]] + 1) % 3
    everything = np.concatenate([columns, unique])
    plain = grown(everything, targets, 3, exact=False)
    assert np.flatnonzero(np.array(said(plain, everything)) != targets).tolist() == [11, 222]
    finer = grown(everything, targets, 3, exact=True)
    assert said(finer, everything) == targets.tolist()
    assert size(plain) == 3 < size(finer)


def test_a_value_never_met_has_no_answer():
    columns = np.array([[0, 0, 1, 1] * 10, [0, 1, 0, 1] * 10], np.int32)
    targets = np.where(columns[0] == 0, 2, columns[1])
    tree = grown(columns, targets, 3, exact=True)
    assert tree.answer_to([5, 0]) == MISSING
    assert tree.answer_to([1, 5]) == MISSING
    assert tree.answer_to([0, 5]) == 2


def test_a_tree_over_columns_that_decide_nothing_is_a_leaf():
    _, columns = draw(4)
    tree = grown(columns, np.zeros(400), 3, exact=True)
    assert (tree.children, tree.answer, tree.count) == (None, 0, 400)


@pytest.mark.parametrize("exact", [False, True])
def test_a_look_that_changes_no_answer_is_left_out(exact):
    _, columns = draw(6, columns=1)
    targets = np.zeros(400, np.int32)
    targets[::40] = 1
    tree = grown(columns, targets, 2, exact=exact)
    assert (tree.children, tree.answer, tree.count) == (None, 0, 400)
