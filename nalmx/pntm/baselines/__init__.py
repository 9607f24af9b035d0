"""Rivals of the P-NTM: a stable neural Turing machine, recurrent networks, attention.

Names are known without torch; a network itself is loaded when it is first built.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...errors import UnknownNameError
from ...lazy_names import lazy_names

if TYPE_CHECKING:
    from ._base import Baseline as Baseline, State as State

# The name a user gives, the file, the class and what the class is told.
_CATALOGUE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ntm": ("ntm", "NTM", {"controller": "lstm"}),
    "ntm-feedforward": ("ntm", "NTM", {"controller": "feedforward"}),
    "lstm": ("recurrent", "LSTM", {}),
    "gru": ("recurrent", "GRU", {}),
    "transformer": ("transformer", "Transformer", {}),
}
BASELINES = tuple(_CATALOGUE)

__getattr__, __dir__ = lazy_names(__name__, __file__, "BASELINES", "baseline_name", "new_baseline")


def baseline_name(name: str) -> str:
    """The one spelling of a baseline's name. Example: `NTM_feedforward` is `ntm-feedforward`."""
    known = name.lower().replace("_", "-")
    if known not in _CATALOGUE:
        raise UnknownNameError("baseline", name[:40], list(_CATALOGUE))
    return known


def new_baseline(name: str, vocabulary_size: int, *, seed: int, **settings: Any) -> Baseline:
    """A baseline with random weights, which depend on the seed and on nothing else."""
    import torch

    file, class_name, fixed = _CATALOGUE[baseline_name(name)]
    build = getattr(import_module(f"{__name__}.{file}"), class_name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Baseline = build(vocabulary_size, **{**fixed, **settings})
    return model
