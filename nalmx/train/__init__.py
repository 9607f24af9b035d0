"""Training: configurations, runs on disk, and stacks of seeds trained together.

`Config`, `Run`, `Interrupted` and the sources of data import without torch, so that bad input is
refused at once.
"""

from typing import TYPE_CHECKING

from ..lazy_names import lazy_names

if TYPE_CHECKING:
    from .config import Config as Config
    from .interrupted import Interrupted as Interrupted
    from .run import Run as Run
    from .sources import (
        DataSource as DataSource,
        RowGenerator as RowGenerator,
        SingleModuleTask as SingleModuleTask,
        Table as Table,
    )
    from .trainer import (
        Progress as Progress,
        fit as fit,
        fit_together as fit_together,
        trained_stack as trained_stack,
    )

__getattr__, __dir__ = lazy_names(__name__, __file__)
