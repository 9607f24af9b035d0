"""Neural arithmetic modules: trained, turned into exact formulas, and verified.

    from nalmx import NMU, Claim, Domain, check, parse

Names are loaded when first used, so that importing nalmx costs nothing and checking a claim never
loads torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .expression import parse, to_text
    from .extract import Formula, as_trained
    from .models import (
        GNALU,
        INALU,
        NALU,
        NAU,
        NLRL,
        NMU,
        NPU,
        NSR,
        ArithmeticModule,
        NACMul,
        NACPlus,
        NLRLAnd,
        RealNPU,
    )
    from .verify import Claim, Domain, Effort, Tolerance, Verdict, check

__version__ = "0.1.0"

__all__ = [
    "GNALU",
    "INALU",
    "NALU",
    "NAU",
    "NLRL",
    "NMU",
    "NPU",
    "NSR",
    "ArithmeticModule",
    "Claim",
    "Domain",
    "Effort",
    "Formula",
    "NACMul",
    "NACPlus",
    "NLRLAnd",
    "RealNPU",
    "Tolerance",
    "Verdict",
    "__version__",
    "as_trained",
    "check",
    "parse",
    "to_text",
]

_HOMES = {
    "expression": ("parse", "to_text"),
    "extract": ("Formula", "as_trained"),
    "models": (
        "GNALU",
        "INALU",
        "NALU",
        "NAU",
        "NLRL",
        "NMU",
        "NPU",
        "NSR",
        "ArithmeticModule",
        "NACMul",
        "NACPlus",
        "NLRLAnd",
        "RealNPU",
    ),
    "verify": ("Claim", "Domain", "Effort", "Tolerance", "Verdict", "check"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
