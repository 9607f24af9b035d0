"""Every single change of a JSON value: leaves replaced, entries dropped and added."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

PWNED = "pwned"


def mutations(data: Any) -> Iterator[tuple[str, Any]]:
    """Copies of a value, each with one change, and where it was made."""
    for path, value in _places(data, ()):
        for new in _others(value):
            if not path:
                continue
            changed = copy.deepcopy(data)
            part = changed
            for place in path[:-1]:
                part = part[place]
            part[path[-1]] = new
            yield f"{'/'.join(map(str, path))} = {str(new)[:30]!r}", changed


def sampled(data: Any, count: int, seed: int = 0) -> list[tuple[str, Any]]:
    """Some of the changes, the same ones each time."""
    every = list(mutations(data))
    return Random(seed).sample(every, min(count, len(every)))


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for place, part in entries:
        yield from _places(part, (*path, place))


def _others(value: Any) -> Iterator[Any]:
    """Values to put in the place of one."""
    if isinstance(value, dict):
        yield from ({n: v for n, v in value.items() if n != name} for name in value)
        yield {**value, PWNED: PWNED}
    elif isinstance(value, list):
        yield from (value[:-1], [*value, *value[:1]], [*value, PWNED])
    elif isinstance(value, bool):
        yield from (not value, int(value))
    elif isinstance(value, int):
        yield from (value + 1, -1 - value, float(value), str(value), bool(value))
    elif isinstance(value, float):
        yield from (value * 3 + 1, -1.0, str(value), None)
    elif isinstance(value, str):
        yield from (f"{value}0", PWNED, f" {value}", 7)
    else:
        yield from (0, PWNED, True)
    if value is not None:
        yield None
