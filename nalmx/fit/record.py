"""What a fit found, as it is saved and read back."""

from __future__ import annotations

import math
from typing import Any

from ..errors import ExpressionError, RunError
from ..expression import parse, to_text
from .result import ConstantFound, Equation, Fit

_ENDS = (None, "time", "effort", "interrupted")
_COUNTS = ("rows_fitted", "rows_held", "beyond", "tried")


def fit_to_json(found: Fit) -> dict[str, Any]:
    """All of it; what is no finite number is null."""
    return {
        "law": found.law,
        "formula": None if found.formula is None else to_text(found.formula),
        "equations": [
            {
                "formula": str(equation),
                "complexity": equation.complexity,
                "error_inside": _finite(equation.error_inside),
                "error_beyond": _finite(equation.error_beyond),
                "pick": equation.is_pick,
                "reason": equation.reason,
            }
            for equation in found.equations
        ],
        "noise": _finite(found.noise),
        "constants": [
            {
                "value": to_text(constant.expression),
                "estimate": _finite(constant.estimate),
                "half_width": _finite(constant.half_width),
                "exact": constant.is_exact,
            }
            for constant in found.constants
        ],
        "inputs_used": list(found.inputs_used),
        **{name: getattr(found, name) for name in _COUNTS},
        "statements": list(found.statements),
        "exceptions": list(found.exceptions),
        "ended": found.ended,
    }


def fit_from_json(data: Any) -> Fit:
    """Read it back, formulas through the safe parser; a damaged one is a `RunError`."""
    try:
        found = Fit(
            law=data["law"],
            formula=None if data["formula"] is None else parse(data["formula"]),
            equations=tuple(map(_equation, data["equations"])),
            noise=_number(data["noise"]),
            inputs_used=tuple(data["inputs_used"]),
            statements=tuple(data["statements"]),
            constants=tuple(map(_constant, data["constants"])),
            ended=data["ended"],
            exceptions=tuple(data.get("exceptions", ())),
            **{name: data[name] for name in _COUNTS},
        )
        if _is_whole(found):
            return found
    except (ExpressionError, KeyError, TypeError, ValueError, AttributeError):
        pass
    raise RunError("a saved fit is damaged: parts of it are missing or of a wrong kind")


def _is_whole(found: Fit) -> bool:
    texts = (*found.inputs_used, *found.statements, *(e.reason for e in found.equations))
    counts = [getattr(found, name) for name in _COUNTS]
    counts += [equation.complexity for equation in found.equations]
    counts += found.exceptions
    truths = [found.law, *(equation.is_pick for equation in found.equations)]
    picked = [equation for equation in found.equations if equation.is_pick]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(count) is int and count >= 0 for count in counts)
        and all(isinstance(truth, bool) for truth in truths)
        and found.ended in _ENDS
        and found.law == (found.formula is not None)
        and len(picked) == bool(found.equations)
        and (not found.law or found.formula == picked[0].expression)
    )


def _equation(data: Any) -> Equation:
    return Equation(
        parse(data["formula"]),
        data["complexity"],
        _number(data["error_inside"]),
        _number(data["error_beyond"]),
        data["pick"],
        data["reason"],
    )


def _constant(data: Any) -> ConstantFound:
    if not isinstance(data["exact"], bool):
        raise TypeError
    estimate, half_width = _number(data["estimate"]), _number(data["half_width"])
    return ConstantFound(parse(data["value"]), estimate, half_width, data["exact"])


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    if type(value) not in (int, float):
        raise TypeError
    return float(value)
