"""Extraction: from trained modules to exact formulas.

`Formula` imports without torch; the rest loads it when first used.
"""

from typing import TYPE_CHECKING, Any

from .formula import Formula

if TYPE_CHECKING:
    from .discretisation import Discretised, discretise, exact_weights
    from .network import (
        boolean_counterexample,
        extract_network,
        logic_formula,
        network_as_trained,
        step_formula,
    )
    from .symbolic import as_trained, extract

__all__ = [
    "Discretised",
    "Formula",
    "as_trained",
    "boolean_counterexample",
    "discretise",
    "exact_weights",
    "extract",
    "extract_network",
    "logic_formula",
    "network_as_trained",
    "step_formula",
]

_HOMES = {
    "discretisation": ("Discretised", "discretise", "exact_weights"),
    "network": (
        "boolean_counterexample",
        "extract_network",
        "logic_formula",
        "network_as_trained",
        "step_formula",
    ),
    "symbolic": ("as_trained", "extract"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
