"""Loops compiled for a processor or a GPU. What asks for one says what it computes, and never how it is
printed."""

from __future__ import annotations

from typing import Any

from ..errors import DeviceError
from . import numba_points, numba_training
from .cache import compiled
from .loops import EveryFloatLoop, SweepLoop, TrainingLoop


def loop(form: SweepLoop | EveryFloatLoop | TrainingLoop, device: str = "cpu") -> Any:
    """The compiled functions of a form, by the names that the form has for them."""
    if device != "cpu":
        return _on_gpu(form, device)
    match form:
        case SweepLoop():
            return compiled(numba_points.sweep(form), "sweep")
        case EveryFloatLoop():
            return compiled(numba_points.check(form), "every")
        case TrainingLoop():
            return compiled(numba_training.training(form), form.name)


def _on_gpu(form: SweepLoop | EveryFloatLoop | TrainingLoop, device: str) -> Any:
    try:
        from . import triton_points, triton_training
        from .triton_launch import Points
        from .triton_models import Models
    except ModuleNotFoundError as error:
        if error.name != "triton":
            raise
        raise DeviceError(
            f"{device} needs Triton, which is not installed; pip install 'nalmx[gpu]', or use --device cpu"
        ) from None

    match form:
        case SweepLoop():
            return Points(compiled(triton_points.sweep(form), "gpu_sweep").lanes, device)
        case EveryFloatLoop():
            return Points(compiled(triton_points.check(form), "gpu_every").lanes, device)
        case TrainingLoop():
            return Models(compiled(triton_training.training(form), f"gpu_{form.name}"), device)
