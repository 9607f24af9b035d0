"""Facts of modules that are read off their files."""

import pytest

from nalmx.models import MODULES, listed_modules


@pytest.mark.parametrize("facts", listed_modules(), ids=lambda facts: facts.name)
def test_what_is_read_off_a_file_is_what_its_class_says(facts):
    module = MODULES[facts.name]
    assert (facts.title, facts.operations) == (module.title, tuple(module.operations))
    assert facts.grids == {name: grid.points for name, grid in module.grids.items()}


def test_all_modules_are_listed():
    assert [facts.name for facts in listed_modules()] == list(MODULES)
