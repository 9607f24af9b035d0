"""Table entries that follow from others: a carry is found, and nothing is made up."""

from itertools import product

import numpy as np
import pytest

from nalmx.pntm.learn.discrete.fill import filled


def adder(base):
    """Digits now, the last digits and the last digit of the sum; and the next digit of the sum."""
    table = {}
    for a, b, last_a, last_b, carry in product(*[range(base)] * 4, range(2)):
        total = last_a + last_b + carry
        table[a, b, last_a, last_b, total % base] = (a + b + total // base) % base
    return table


def shown_part(table, part, seed):
    keys = sorted(table)
    chosen = np.random.default_rng(seed).permutation(len(keys))[: int(part * len(keys))]
    shown = [keys[i] for i in sorted(chosen.tolist())]
    columns = np.array(shown, np.int32).T
    return columns, np.array([table[key] for key in shown], np.int32)


@pytest.mark.parametrize("seed", range(3))
def test_half_of_the_entries_of_an_adder_imply_the_rest(seed):
    table = adder(4)
    columns, targets = shown_part(table, 0.5, seed)
    more = filled(columns, targets, 4)
    hidden = table.keys() - set(map(tuple, columns.T.tolist()))
    assert hidden
    assert {key: more.get(key) for key in hidden} == {key: table[key] for key in hidden}


def test_entries_that_are_known_are_not_given_again():
    columns, targets = shown_part(adder(3), 0.6, 7)
    more = filled(columns, targets, 3)
    assert more
    assert not more.keys() & set(map(tuple, columns.T.tolist()))


def test_a_table_without_structure_implies_nothing():
    random = np.random.default_rng(0)
    table = {key: int(random.integers(0, 50)) for key in product(range(6), repeat=3)}
    columns, targets = shown_part(table, 0.5, 0)
    assert filled(columns, targets, 50) == {}


def test_a_whole_table_and_a_single_column_imply_nothing_more():
    columns, targets = shown_part({(a, b): (a + b) % 5 for a in range(5) for b in range(5)}, 1, 0)
    assert filled(columns, targets, 5) == {}
    assert filled(columns[:1], columns[0], 5) == {}
