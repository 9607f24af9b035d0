"""Claims with known answers: true ones by family, false ones by class, and an independent oracle.

`true_claims()` and `module_claims()` are true, `false_claims(count, seed)` are false by construction.
`oracle` evaluates their texts in Fractions and mpmath's intervals, `replay` judges them by it; neither
shares code with nalmx.
Tests and benchmarks import this package alike (the folder `tests` is on their path).
"""

from .false_claims import KINDS, false_claims
from .statement import FalseClaim, TrueClaim
from .true_claims import true_claims

__all__ = ["KINDS", "FalseClaim", "TrueClaim", "false_claims", "true_claims"]
