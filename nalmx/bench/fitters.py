"""What trains the models of a sequence benchmark, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from ..errors import UnknownNameError
from ..pntm.baselines import BASELINES
from ..pntm.learn.config import Method
from ..pntm.tasks import SequenceTask, Tokens


class FittedModel(Protocol):
    """A trained model: how it came about, and what it answers."""

    @property
    def method(self) -> str: ...
    @property
    def reached(self) -> bool: ...
    @property
    def seconds(self) -> float: ...
    @property
    def steps(self) -> int: ...
    def decode(self, prompts: Sequence[Tokens], limit: int) -> list[Tokens]:
        """Answers without their end; of each, `limit` tokens at most."""


class Fitter(Protocol):
    """What trains a model; it raises `nalmx.train.Interrupted` once it is asked to stop."""

    def __call__(
        self,
        task: SequenceTask,
        *,
        longest: int,
        seed: int,
        budget_seconds: float,
        device: str,
        on_progress: Callable[[Any], None],
        stop_requested: Callable[[], bool],
    ) -> FittedModel: ...


def _fit_baseline(name: str, task: SequenceTask, **settings: Any) -> FittedModel:
    from ..pntm.learn.baseline import fit_baseline

    return fit_baseline(name, task, **settings)


def _fit_pntm(method: Method, task: SequenceTask, **settings: Any) -> FittedModel:
    from .pntm_fitter import fit_pntm

    return fit_pntm(task, method=method, **settings)


# A model's name and what trains it; further models are added here.
FITTERS: dict[str, Fitter] = {
    "pntm": partial(_fit_pntm, "auto"),
    "pntm-discrete": partial(_fit_pntm, "discrete"),
    "pntm-gradient": partial(_fit_pntm, "gradient"),
    **{name: partial(_fit_baseline, name) for name in BASELINES},
}


def model_name(name: str) -> str:
    """The one spelling of a model's name. Example: `LSTM` is `lstm`."""
    known = name.lower().replace("_", "-")
    if known not in FITTERS:
        raise UnknownNameError("sequence model", name[:40], list(FITTERS))
    return known
