"""Tasks with a known truth, on which modules are trained and compared."""

from .arithmetic import (
    OPERATIONS,
    PUBLISHED_RANGES,
    ArithmeticOperation,
    operation_named,
    published_extrapolation,
)

__all__ = [
    "OPERATIONS",
    "PUBLISHED_RANGES",
    "ArithmeticOperation",
    "operation_named",
    "published_extrapolation",
]
