"""What every module and every sequence task promises, as tests that yours inherit.

    from nalmx.testing.contract import KernelContract, ModuleContract

    class TestMyUnit(ModuleContract, KernelContract):
        kind = MyUnit

    class TestMyTask(SequenceTaskContract):
        task = MY_TASK

The modules and tasks of nalmx pass the same tests. They are run by pytest.
"""

from .behaviour import Behaviour
from .equations import Equations
from .kernel import KernelContract
from .tasks import SequenceTaskContract

__all__ = ["KernelContract", "ModuleContract", "SequenceTaskContract"]


class ModuleContract(Equations, Behaviour):
    """The tests of a module of one layer: `kind` is its class."""
