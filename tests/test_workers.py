"""Pieces of work, here and on a local Ray."""

import math
import sys

import pytest

from nalmx.errors import SettingError
from nalmx.workers import RayWorkers, Watch, here


def root(value: int, watch: Watch) -> float:
    watch.tell(f"of {value}")
    return math.sqrt(value)


def test_work_is_done_here_in_order_and_is_told():
    told = []
    done = list(here(root, [4, 9], lambda *what: told.append(what)))
    assert done == [(0, 2.0), (1, 3.0)]
    assert told == [(0, "of 4"), (1, "of 9")]


def test_nothing_is_begun_once_a_stop_is_requested():
    done = []
    for place, _ in here(root, [4, 9, 16], lambda *what: None, lambda: len(done) == 2):
        done.append(place)
    assert done == [0, 1]


def test_a_cluster_that_is_not_there_is_one_clear_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingError, match=r"pip install 'nalmx\[ray\]'"):
        list(RayWorkers("local")(root, [4], lambda *what: None))


def test_nothing_to_do_needs_no_cluster(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert list(RayWorkers("local")(root, [], lambda *what: None)) == []


@pytest.mark.slow
def test_a_cluster_gives_what_is_given_here_and_errors_as_they_are():
    pytest.importorskip("ray")

    def own_root(value, watch):  # what lies in a function is sent as it is
        watch.tell("begun")
        if value < 0:
            raise SettingError(f"{value} has no root; give another")
        return value**0.5

    told = []
    done = RayWorkers("local")(own_root, [9, 4, 16], lambda *what: told.append(what))
    assert sorted(done) == [(0, 3.0), (1, 2.0), (2, 4.0)]
    assert {what for _, what in told} <= {"begun"}
    with pytest.raises(SettingError, match="-7 has no root; give another"):
        list(RayWorkers("local")(own_root, [-7], lambda *what: None))
