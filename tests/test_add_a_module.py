"""What the guide to adding a module shows is what happens."""

import importlib
import importlib.util
import inspect
import re
import sys
from pathlib import Path

import pytest
import torch

import nalmx.models
from nalmx.errors import SettingError
from nalmx.train import Config, Run, trained_stack
from nalmx.train.kernel_engine import KernelEngine
from nalmx.train.trainer import Trainer

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "add-a-module.md").read_text(encoding="utf-8")
FILES = ("sum_of_squares", "train_and_verify", "compare_kernel")
# These look for the file in the package and for the name in its `__all__`.
OF_THE_PACKAGE = {"test_it_is_exported_under_its_own_file", "test_every_module_file_is_registered"}


def blocks():
    return re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """The files of the guide, in a directory to import from."""
    for name, code in zip(FILES, blocks(), strict=True):
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in FILES:
        sys.modules.pop(name, None)
    nalmx.models._REGISTERED.clear()


def shown(code):
    """What the comments behind `print` say it prints."""
    return re.findall(r"^print\(.*\)  # (.*)$", code, flags=re.MULTILINE)


@pytest.mark.parametrize("place", [1, 2], ids=FILES[1:])
def test_the_examples_print_what_is_shown(directory, capsys, place):
    importlib.import_module(FILES[place])
    lines = capsys.readouterr().out.splitlines()
    assert lines == shown(blocks()[place])
    assert lines


def contract():
    """The contract tests that take nothing but a module."""
    path = ROOT / "tests" / "models" / "test_contract.py"
    spec = importlib.util.spec_from_file_location("contract_of_modules", path)
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    return {
        name: test
        for name, test in inspect.getmembers(tests, inspect.isfunction)
        if name.startswith("test_")
        and list(inspect.signature(test).parameters) == ["kind"]
        and name not in OF_THE_PACKAGE
    }


@pytest.fixture
def kind(directory, monkeypatch):
    """The module of the guide, in the catalogue as its last step puts it there."""
    module = importlib.import_module(FILES[0])
    (entry,) = re.findall(r'`"(\w+)": \("(\w+)",\s+"(\w+)"\)`', GUIDE)
    name, file, class_name = entry
    monkeypatch.setitem(sys.modules, f"nalmx.models.{file}", module)
    monkeypatch.setitem(nalmx.models._CATALOGUE, name, (file, class_name))
    assert nalmx.models.MODULES[name] is module.SumOfSquares
    return module.SumOfSquares


def test_the_module_passes_the_contract_tests(kind):
    tests = contract()
    assert len(tests) > 10
    for test in tests.values():
        test(kind)


def test_a_module_in_the_catalogue_trains_with_its_kernel(kind, tmp_path):
    config = Config.checked(operation="add", module=kind.name, seeds=2, iterations=100)
    trainer = Trainer([Run.create(tmp_path / "run", config)], torch.device("cpu"))
    trainer.train()
    assert isinstance(trainer.engine, KernelEngine)
    assert isinstance(trained_stack(trainer.runs[0]), kind)


def test_a_registered_module_is_found_by_its_name_and_hides_none(directory, monkeypatch):
    kind = importlib.import_module(FILES[0]).SumOfSquares
    nalmx.models.register(kind)
    assert nalmx.models.module_class("Squares") is kind
    for taken in ("nau", "gnalu", "Mine"):
        monkeypatch.setattr(kind, "name", taken)
        with pytest.raises(SettingError, match="cannot name a module of yours"):
            nalmx.models.register(kind)


def test_what_the_guide_names_exists():
    for name in re.findall(r"`(\w+)`", GUIDE):
        if name in {"GridDistance", "L1", "AwayFromZero", "Training"} or "Schedule" in name:
            assert getattr(nalmx.models, name)
    for path in re.findall(r"`((?:tests|nalmx)/[\w/]+\.py)`", GUIDE):
        assert (ROOT / path).exists() or path.endswith("/sum_of_squares.py"), path
    assert "_CATALOGUE" in (ROOT / "nalmx" / "models" / "__init__.py").read_text(encoding="utf-8")
