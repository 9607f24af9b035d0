"""Extraction: from trained modules to exact formulas.

`Formula` imports without torch; the rest loads it when first used.
"""

from typing import TYPE_CHECKING

from ..lazy_names import lazy_names

if TYPE_CHECKING:
    from .discretisation import (
        Discretised as Discretised,
        discretise as discretise,
        exact_weights as exact_weights,
    )
    from .estimators import estimator_formula as estimator_formula
    from .formula import Formula as Formula
    from .network import (
        boolean_counterexample as boolean_counterexample,
        extract_network as extract_network,
        logic_formula as logic_formula,
        network_as_trained as network_as_trained,
        step_formula as step_formula,
    )
    from .symbolic import as_trained as as_trained, extract as extract

__getattr__, __dir__ = lazy_names(__name__, __file__)
