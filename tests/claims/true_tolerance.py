"""True claims with a tolerance of 1.02 to 3 times the largest difference, which a test finds again.

They lie in `tolerance_claims.csv`; its domains are ranges with blanks between them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from .statement import TrueClaim, family

TABLE = Path(__file__).with_name("tolerance_claims.csv")


def claims() -> Iterator[TrueClaim]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for kind, group in groupby(rows, key=itemgetter("kind")):
        entries = [(r["left"], r["right"], r["tolerance"], *r["domain"].split()) for r in group]
        yield from family(kind, entries, tolerated=True)
