"""Rational laws of tables with columns of two values, which stand above the line with the power 1 alone.

Every function of such a column is a line in it; with other powers, many forms would be one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...clock import look
from ..few_values import has_two_values
from ..form import Form
from .problem import Problem
from .rational import Scaled, null_form
from .surrogate import count_terms, exponents

_WIDEST, _SPARE = 8, 8
_DEGREES = ((2, 0), (3, 0), (2, 1), (2, 2))


def switches(problem: Problem) -> Iterator[Form]:
    """The form of least degree, where there is one."""
    two = np.array([has_two_values(column) for column in problem.table.T], dtype=bool)
    if not two.any() or problem.width > _WIDEST:
        return
    scaled = Scaled.of(problem)
    for d, e in _DEGREES:
        if count_terms(problem.width, d) + count_terms(problem.width, e) + _SPARE > problem.count:
            break
        look()
        above, below = exponents(problem.width, d), exponents(problem.width, e)
        above = above[(above[:, two] <= 1).all(1)]
        below = below[(below[:, two] == 0).all(1)]
        form = null_form(problem, scaled, above, below)
        if form is not None:
            yield form
            break
