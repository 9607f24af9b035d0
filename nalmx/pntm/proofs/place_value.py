"""That a specification by columns computes with numbers: by induction on the place.

If every column keeps Σ weight · digit + carry = digit said + base · carry of the next column, and the
first carry is 0, then the digits said and the last carry have the value Σ weight · number: multiply
the equation of column j by base^j, and add up.
"""

from __future__ import annotations

from itertools import product

from ..tasks.specification import Pass, Say, Specification, State

_MOST_CARRIES = 10_000


def computes(specification: Specification) -> bool:
    """Whether every column that can occur keeps the equation, and what is left is said."""
    place_value = specification.place_value
    if place_value is None:
        return True
    walk, last = (*specification.instructions, None, None)[:2]
    if not isinstance(walk, Pass) or not isinstance(last, Say):
        return False
    if len(specification.instructions) != 2 or len(walk.streams) != len(place_value.weights):
        return False
    if not _whole(specification, walk) or place_value.carry(specification.start) != 0:
        return False
    digits = {str(digit) for digit in range(place_value.base)}
    blocks = [specification.blocks[stream.block] for stream in walk.streams]
    if not all(digits.issuperset(block.tokens) for block in blocks):
        return False
    columns = list(product(*((*block.tokens, None) for block in blocks)))
    met: set[State] = {specification.start}
    new = [specification.start]
    while new:
        state = new.pop()
        for column in columns:
            after, said = walk.step(state, column)
            if said not in digits:
                return False
            total = place_value.carry(state) + sum(
                weight * int(digit or 0)
                for weight, digit in zip(place_value.weights, column, strict=True)
            )
            if total != int(said) + place_value.base * place_value.carry(after):
                return False
            if after not in met:
                if len(met) == _MOST_CARRIES:
                    return False
                met.add(after)
                new.append(after)
    admitted = [s for s in met if specification.ends_in is None or specification.ends_in(s)]
    return all(int(last.token(s) or 0) == place_value.carry(s) for s in admitted)


def _whole(specification: Specification, walk: Pass) -> bool:
    """Whether every digit of every number is in some column."""
    first = walk.streams[0]
    if any(stream.only is not None for stream in walk.streams):
        return False
    return not walk.with_first or all(
        (stream.block, first.block) in specification.no_longer for stream in walk.streams[1:]
    )
