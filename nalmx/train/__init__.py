"""Training: configurations, runs on disk, and stacks of seeds trained together."""

from .config import Config
from .run import Run
from .trainer import Interrupted, Progress, fit, trained_stack

__all__ = ["Config", "Interrupted", "Progress", "Run", "fit", "trained_stack"]
