"""True claims of every arithmetic module and operation it learns, from weights set by hand.

For each: the discretised formula equals the operation (exactly), and the network with weights a little
off their grid, ε included, equals it within 1.3 times their largest difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from .extremes import largest_difference
from .statement import TrueClaim

RANGES = ("[2,6]", "[-6,-2]", "[-6,6]", "[1e-3,1e3]", "[[-6,-2],[2,6]]")
SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
SLACK = 1.3
# How far raw weights lie from the value that stands for their grid point.
_LARGE, _SHIFTS = 12.0, (3e-5, -2e-5)


@cache
def module_claims() -> tuple[TrueClaim, ...]:
    """All of them; needs torch, and takes some seconds."""
    return tuple(_claims())


def _claims() -> Iterator[TrueClaim]:
    from nalmx.models import MODULES

    for name, kind in MODULES.items():
        for operation in kind.operations:
            if operation in SYMBOLS:
                for extent in RANGES:
                    yield from _of(name, operation, extent)


def _of(name: str, operation: str, extent: str) -> Iterator[TrueClaim]:
    from nalmx.errors import NalmxError
    from nalmx.extract import as_trained, extract
    from nalmx.ranges import Range

    if operation == "div" and extent == "[-6,6]":
        return
    truth = f"x1 {SYMBOLS[operation]} x2"
    domain = (extent,)
    label = f"{name} {operation} {extent}"
    module = module_with(name, operation, extent, shifted=False)
    try:
        formula = str(extract(module, extents=[Range.parse(extent)] * 2))
    except NalmxError:
        return  # A gate of the inputs that changes over the range.
    if not _same_sign(name, operation, extent):
        truth = f"Abs({truth})" if operation in ("mul", "div") else truth
    yield TrueClaim(f"{label} formula", "module formulas", formula, truth, domain)
    network = str(as_trained(module_with(name, operation, extent, shifted=True)))
    near = TrueClaim(f"{label} network", "module networks", network, truth, domain, "abs:1")
    if operation in ("mul", "div"):
        near = TrueClaim(near.name, near.kind, network, truth, domain, "rel:1")
        if _touches_zero(extent):
            near = TrueClaim(near.name, near.kind, network, truth, domain, "abs:1")
    if name == "inalu" and operation == "sub" and _touches_zero(extent):
        return  # The quotient behind the nearly closed gate has a spike that points would miss.
    largest, _ = largest_difference(near, 120)
    if largest > 0:
        size = f"{near.tolerance[:4]}{_rounded_up(SLACK * largest)}"
        yield TrueClaim(near.name, near.kind, network, truth, domain, size)


def _same_sign(name: str, operation: str, extent: str) -> bool:
    """Whether the module keeps signs there; those with a logarithm of magnitudes do not."""
    if name not in ("nac*", "nalu", "g-nalu") or operation not in ("mul", "div"):
        return True
    return not (_touches_zero(extent) or extent.startswith("[["))


def _touches_zero(extent: str) -> bool:
    return extent == "[-6,6]"


def _rounded_up(size: float) -> str:
    exponent = math.floor(math.log10(size)) - 3
    return str(
        float(math.ceil(Fraction(size) / Fraction(10) ** exponent) * Fraction(10) ** exponent)
    )


def module_with(name: str, operation: str, extent: str, *, shifted: bool) -> object:
    """A module of two inputs whose weights stand for an operation, or are a little off."""
    import torch

    from nalmx.models import module_class

    module = module_class(name)(2, 1, dtype=torch.float64)
    signs = (1.0, -1.0) if operation in ("sub", "div") else (1.0, 1.0)
    adds = operation in ("add", "sub")
    # A gate of the inputs has the sign of the inputs, which differs below 0.
    side = (1.0 if adds else -1.0) * (-1.0 if extent == "[-6,-2]" else 1.0)
    raw: dict[str, list[float]] = {}
    for weight in module.raw_names:
        match weight:
            case "raw_gate" | "w_imaginary":
                raw[weight] = [1.0, 1.0] if weight == "raw_gate" else [0.0, 0.0]
            case "gate_weight":
                raw[weight] = [_LARGE * side] * 2
            case "g_hat":
                raw[weight] = [_LARGE if adds else -_LARGE]
            case "raw_weight" | "w_real":
                raw[weight] = list(signs)
            case _:
                values = signs if weight.startswith("w") else (1.0, 1.0)
                raw[weight] = [_LARGE * value for value in values]
        if shifted and weight != "w_imaginary":
            raw[weight] = [
                value * (1 + shift) if name in ("npu", "realnpu") else value * (1 - abs(shift))
                for value, shift in zip(raw[weight], _SHIFTS, strict=False)
            ]
        module.get_parameter(weight).data = torch.tensor([raw[weight]], dtype=torch.float64)
    return module
