"""Configurations: checked, spelled in one way, saved and read back."""

import pytest

from nalmx.errors import NalmxError, RunError
from nalmx.train import Config
from nalmx.train.sources import SingleModuleTask

NUMBERS = {"module": "nmu", "seeds": 25, "first_seed": 0, "iterations": 50_000}
SAVED = Config.checked(operation="mul", module="nmu").to_json()


def test_names_and_ranges_get_their_one_spelling():
    config = Config.checked(operation="MUL", module="NMU", interpolation_range="[1.0, 2e0]")
    assert config == Config(SingleModuleTask("mul", "[1,2]", "[2,6]"), "nmu")


def test_it_survives_json():
    config = Config.checked(operation="add", module="nau", seeds=3, first_seed=4, inputs=5)
    assert Config.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "change",
    [
        {"operation": "pow"},
        {"module": "mlp"},
        {"inputs": 1},
        {"inputs": 10**9},
        {"seeds": 0},
        {"seeds": -1},
        {"seeds": 10_000, "inputs": 1_000},
        {"iterations": 0},
        {"first_seed": -1},
        {"first_seed": 2**32},
        {"interpolation_range": "[2,1]"},
        {"interpolation_range": "[1,1]"},
        {"interpolation_range": "[nan,1]"},
        {"interpolation_range": "[1,inf]"},
        {"interpolation_range": "[3,4]"},
        {"interpolation_range": "[1,1e300]", "extrapolation_range": "[1,2]"},
        {"interpolation_range": "[1,1.000000001]", "extrapolation_range": "[1,2]"},
        {"extrapolation_range": "2,6"},
    ],
)
def test_bad_settings_are_refused_in_one_line(change):
    with pytest.raises(NalmxError) as caught:
        Config.checked(**{"operation": "mul", "module": "nmu", **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"schema": 99},
        {"schema": 1},
        {"schema": 1, "operation": 5},
        {**SAVED, "operation": ["mul"]},
        {**SAVED, "surprise": 1},
        {**SAVED, "schema": 2},
        {"schema": 2, "source": {"kind": "table"}, **NUMBERS},
    ],
)
def test_a_damaged_or_newer_configuration_is_a_run_error(data):
    with pytest.raises(RunError):
        Config.from_json(data)
