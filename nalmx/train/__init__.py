"""Training: configurations, runs on disk, and stacks of seeds trained together.

`Config`, `Run`, `Interrupted` and the sources of data import without torch, so that bad input is
refused at once.
"""

from typing import TYPE_CHECKING, Any

from .config import Config
from .interrupted import Interrupted
from .run import Run
from .sources import DataSource, RowGenerator, SingleModuleTask, Table

if TYPE_CHECKING:
    from .trainer import Progress, fit, fit_together, trained_stack

__all__ = [
    "Config",
    "DataSource",
    "Interrupted",
    "Progress",
    "RowGenerator",
    "Run",
    "SingleModuleTask",
    "Table",
    "fit",
    "fit_together",
    "trained_stack",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from . import trainer

        return getattr(trainer, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
