"""Training: configurations, runs on disk, and stacks of seeds trained together."""

from .config import Config
from .fit import Interrupted, Progress, fit, trained_stack
from .run import Run

__all__ = ["Config", "Interrupted", "Progress", "Run", "fit", "trained_stack"]
