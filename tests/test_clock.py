"""Work is counted: a block is left when it has spent what it may, whatever the clock says."""

import pytest

from nalmx.clock import Deadline, OutOfEffort, limited, look, until


def test_a_block_is_left_when_it_has_spent_more_than_it_may() -> None:
    done = 0
    with limited(10) as block:
        for _ in range(100):
            look(3)
            done += 1
    assert (done, block.spent) == (3, 12)


def test_a_block_that_spends_all_it_may_and_no_more_ends_by_itself() -> None:
    reached = False
    with limited(10):
        look(10)
        reached = True
    assert reached


def test_what_a_block_spends_counts_in_the_block_around_it() -> None:
    reached = []
    with limited(10) as around:
        with limited(100):
            look(4)
            reached.append("inner")
        look(4)
        reached.append("outer")
        with limited(1):
            look(2)
            reached.append("never")
        reached.append("after the inner limit")
        with limited(100):
            look(1)
        reached.append("never")
    assert reached == ["inner", "outer", "after the inner limit"]
    assert around.spent == 11


def test_work_that_no_block_limits_is_free_but_looks_at_the_clock() -> None:
    look(10**12)
    reached = False
    with until(Deadline(1.0, lambda: 2.0)):
        look(0)
        reached = True
    assert not reached


def test_being_out_of_effort_is_no_exception_that_work_could_swallow() -> None:
    assert not issubclass(OutOfEffort, Exception)
    with pytest.raises(ValueError, match="an error"), limited(1):
        raise ValueError("an error")
