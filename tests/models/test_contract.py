"""Every module of the package keeps the contract; a new one is held to it by being in `MODULES`."""

from pathlib import Path

import pytest

import nalmx.models
from nalmx.errors import SettingError
from nalmx.models import MODULES, arithmetic_module_name
from nalmx.testing.contract import ModuleContract

for _kind in MODULES.values():
    globals()[f"Test{_kind.__name__}"] = type(
        f"Test{_kind.__name__}", (ModuleContract,), {"kind": _kind}
    )

each = pytest.mark.parametrize("kind", MODULES.values(), ids=list(MODULES))


@each
def test_it_is_exported_under_its_own_file(kind):
    assert kind.__name__ in nalmx.models.__all__
    stem = Path(__import__(kind.__module__, fromlist=["_"]).__file__).stem
    assert stem.replace("_", "") in kind.__name__.lower()


@each
def test_modules_without_an_arithmetic_operation_are_known_as_logic(kind):
    if kind.operations:
        assert arithmetic_module_name(kind.name) == kind.name
    else:
        with pytest.raises(SettingError, match="learns logic, not arithmetic"):
            arithmetic_module_name(kind.name)


def test_every_module_file_is_registered():
    files = {p.stem for p in Path(nalmx.models.__file__).parent.glob("[!_]*.py")}
    registered = {cls.__module__.rpartition(".")[2] for cls in MODULES.values()}
    assert files == registered
