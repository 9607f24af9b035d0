"""Functions of arrays by the names that records have for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def numpy_function(name: str) -> Callable[..., Any]:
    """NumPy's function of a name, or SciPy's where NumPy has none (`erf`)."""
    import numpy as np

    function: Callable[..., Any] | None = getattr(np, name, None)
    if function is None:
        from scipy import special

        function = getattr(special, name)
    return function
