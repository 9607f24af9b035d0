"""Loops compiled for a processor. What asks for one says what it computes, and never how it is printed."""

from __future__ import annotations

from typing import Any

from . import numba_points, numba_training
from .cache import compiled
from .loops import EveryFloat32Loop, SweepLoop, TrainingLoop


def loop(form: SweepLoop | EveryFloat32Loop | TrainingLoop) -> Any:
    """The compiled module of a form, with the functions that the form names."""
    match form:
        case SweepLoop():
            return compiled(numba_points.sweep(form), "sweep")
        case EveryFloat32Loop():
            return compiled(numba_points.check(form), "every")
        case TrainingLoop():
            return compiled(numba_training.training(form), form.name)
