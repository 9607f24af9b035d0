"""Grids of cells: what they hold, in which order, and what they refuse."""

from itertools import product

import pytest

from nalmx.bench.grid import PUBLISHED_MODULES, CellGrid, cell_name
from nalmx.bench.published import published
from nalmx.errors import NalmxError, RangeError, SettingError, UnknownNameError
from nalmx.models import MODULES
from nalmx.tasks import PUBLISHED_RANGES
from nalmx.train import Config


def test_the_published_grid_has_23_pairs_on_nine_ranges_as_published():
    groups = CellGrid().groups()
    assert len(groups) == 23
    assert all(
        [c.task.interpolation_range for c in group] == list(PUBLISHED_RANGES) for group in groups
    )
    cells = [config for group in groups for config in group]
    assert {(c.inputs, c.seeds, c.first_seed, c.iterations) for c in cells} == {(2, 25, 0, 50_000)}


def test_the_published_grid_has_every_published_cell():
    cells = {
        (c.task.operation, c.module_class.label, c.task.interpolation_range)
        for group in CellGrid().groups()
        for c in group
    }
    assert set(published()) <= cells


def test_the_modules_are_those_that_learn_an_operation():
    assert set(PUBLISHED_MODULES) == {name for name, kind in MODULES.items() if kind.operations}


def test_a_grid_is_a_product_in_the_order_given():
    grid = CellGrid.checked(
        operations=("mul", "add"), modules=("npu", "nau", "nmu"), ranges=("[1,2]",), inputs=(10, 2)
    )
    found = [(g[0].task.operation, g[0].module, g[0].inputs) for g in grid.groups()]
    assert found == [
        ("mul", "npu", 10), ("mul", "npu", 2), ("mul", "nmu", 10), ("mul", "nmu", 2),
        ("add", "nau", 10), ("add", "nau", 2),
    ]  # fmt: skip
    assert grid.skipped() == (("mul", "nau"), ("add", "npu"), ("add", "nmu"))


def test_names_have_one_spelling_and_nothing_comes_twice():
    grid = CellGrid.checked(
        operations=("MUL", "mul"),
        modules=("NAC•", "nac-mul", "NAC*"),
        ranges=("[ 1, 2 ]", "[1,2]", "[1.0,2.0]"),
        inputs=(2, 2),
    )
    assert (grid.operations, grid.modules, grid.ranges) == (("mul",), ("nac*",), ("[1,2]",))
    assert grid.inputs == (2,)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"operations": ("pow",)}, UnknownNameError),
        ({"modules": ("nmu", "mlp")}, UnknownNameError),
        ({"operations": ()}, SettingError),
        ({"ranges": ()}, SettingError),
        ({"ranges": ("[2,1]",)}, RangeError),
        ({"ranges": ("[1,2]", "[3,4]")}, RangeError),
        ({"inputs": (2, 1)}, SettingError),
        ({"inputs": (10**12,)}, SettingError),
        ({"seeds": 0}, SettingError),
        ({"seeds": 10_000, "inputs": (2, 1000)}, SettingError),
        ({"iterations": 10**12}, SettingError),
        ({"first_seed": -1}, SettingError),
    ],
    ids=str,
)
def test_bad_settings_are_refused_in_one_line(settings, error):
    with pytest.raises(error) as caught:
        CellGrid.checked(**settings)
    assert "\n" not in str(caught.value)


def test_a_grid_without_cells_says_what_its_modules_learn():
    with pytest.raises(NalmxError, match="nmu learns mul; nau learns add and sub"):
        CellGrid.checked(operations=("div",), modules=("nmu", "nau")).groups()


def test_cells_with_other_settings_have_other_names():
    first = {"interpolation_range": "[1,2]", "inputs": 2, "seeds": 25, "first_seed": 0}
    other = {"interpolation_range": "[-2,2]", "inputs": 10, "seeds": 3, "first_seed": 7}
    names = set()
    for choice in product((first, other), repeat=len(first)):
        settings = {name: kind[name] for name, kind in zip(first, choice, strict=True)}
        for operation, module in product(("add", "div"), PUBLISHED_MODULES):
            for iterations in (50_000, 1_000):
                config = Config.checked(
                    operation=operation, module=module, iterations=iterations, **settings
                )
                names.add(cell_name(config))
    assert len(names) == 2 ** len(first) * 2 * len(PUBLISHED_MODULES) * 2
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_") for name in names)


def test_a_cell_name_can_be_read():
    config = Config.checked(operation="mul", module="nac*", interpolation_range="[-1.2,-1.1]")
    assert cell_name(config) == "mul-nac-mul_-1.2_-1.1_2-inputs"
    short = Config.checked(
        operation="add", module="nac+", interpolation_range="[1,2]", seeds=2, first_seed=5
    )
    assert cell_name(short) == "add-nac-plus_1_2_2-inputs_2-seeds_from-5"
