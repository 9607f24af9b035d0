"""Arithmetic by columns: a sum of multiples of numbers, digit by digit, with a carry."""

from __future__ import annotations

from .specification import Block, Pass, PlaceValue, Say, Specification, State, Stream
from .tokens import Token


def columns(
    shape: tuple[Block | Token, ...],
    streams: tuple[Stream, ...],
    weights: tuple[int, ...],
    base: int = 2,
    *,
    with_first: bool = False,
    no_longer: tuple[tuple[int, int], ...] = (),
) -> Specification:
    """The digits of Σ weight · number, least significant first; a digit that is missing is 0.

    The state is the carry. What is left of it is said last; it must not be negative.
    """

    def step(carry: State, digits: tuple[Token | None, ...]) -> tuple[State, Token]:
        total = sum(w * int(d or 0) for w, d in zip(weights, digits, strict=True))
        carried, digit = divmod(total + _number(carry), base)
        return carried, str(digit)

    return Specification(
        shape,
        (Pass(streams, step, with_first), Say(_last)),
        ends_in=lambda carry: _number(carry) >= 0,
        no_longer=no_longer,
        place_value=PlaceValue(weights, base, _number),
    )


def _number(carry: State) -> int:
    assert isinstance(carry, int)
    return carry


def _last(carry: State) -> Token | None:
    return str(carry) if _number(carry) > 0 else None
