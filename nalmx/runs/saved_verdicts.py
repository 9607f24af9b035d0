"""`verdicts.json`: the first verdicts on a run, kept beside it and never taken for new ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RunError
from ..storage import read_json, write_json

SCHEMA = 1
_RISING = ("unknown", "tested", "bounded", "proved up to length", "proved")


def save_verdicts(path: Path, verdicts: Mapping[str, dict[str, Any]]) -> None:
    """Keep the first verdicts on a run."""
    if not path.exists():
        write_json(path, {"schema": SCHEMA, "verdicts": dict(verdicts)})


def check_saved_verdicts(path: Path, found: Mapping[str, dict[str, Any]]) -> None:
    """Refuse a file that says more than what is found now, or the contrary, with a `RunError`."""
    if not path.exists():
        return
    mend = f"delete it, and nalmx train-and-extract --output {path.parent} --resume writes it anew"
    data = read_json(path)
    try:
        known = data["schema"] == SCHEMA and type(data["schema"]) is int
        saved = {n: (v["verdict"], v.get("tolerance")) for n, v in data["verdicts"].items()}
        known = known and all(level in (*_RISING, "refuted") for level, _ in saved.values())
    except (KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise RunError(f"{path} is damaged: it does not hold verdicts; {mend}")
    for name, (level, tolerance) in saved.items():
        if name in found and found[name].get("tolerance") != tolerance:
            continue  # another claim
        now = found[name]["verdict"] if name in found else "none"
        if now == level or (now in _RISING[_rank(level) :] and level != "refuted"):
            continue
        raise RunError(
            f"{path} says {level} of {name.replace('_', ' and ')}, and what is found now is {now}: it "
            f"was changed, or there was less time; {mend}"
        )


def _rank(level: str) -> int:
    return _RISING.index(level) if level in _RISING else len(_RISING)
