"""What a certificate keeps so that its verdict can be established again: cases, pieces, cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from ...expression import to_text
from ...rationals import spell
from ..algebra.case import Case
from ..algebra.decision import Finding
from ..algebra.signs import SignCondition
from ..algebra.subdivision import halves_across
from ..bounding.bounds import Difference
from ..bounding.enclosure import Leaf, Piece
from ..domain import Box, Domain

LEAF, EXCLUDED = ".", "x"
_NARROWEST = Fraction(1, 2**80)
_RELATIONS = {
    frozenset({-1}): "< 0",
    frozenset({0}): "== 0",
    frozenset({1}): "> 0",
    frozenset({-1, 0}): "<= 0",
    frozenset({0, 1}): ">= 0",
    frozenset({-1, 1}): "!= 0",
}


class Malformed(Exception):
    """A tree of cuts does not cover its box, or names what is not there."""


def written(evidence: object) -> dict[str, Any]:
    """What a prover found on its way to `proved` or `bounded`, as a certificate keeps it."""
    if isinstance(evidence, Finding):
        return {"cases": list(map(text_of_case, evidence.cases))}
    assert isinstance(evidence, Difference)
    cuts = cuts_of(evidence.pieces, evidence.found.leaves)
    at = evidence.suspect
    return {
        "pieces": [
            {**text_of(piece), "cuts": own}
            for piece, own in zip(evidence.pieces, cuts, strict=True)
        ],
        "largest_at": None if at is None else {name: spell(value) for name, value in at.items()},
    }


def text_of_case(case: Case) -> dict[str, Any]:
    return {
        "ranges": {name: str(extent) for name, extent in case.ranges.items()},
        "conditions": [text_of_condition(c) for c in case.conditions],
        "inputs": {name: to_text(value) for name, value in case.bound.items()},
    }


def text_of(piece: Piece) -> dict[str, Any]:
    return {
        "functions": [to_text(function) for function in piece.functions],
        "ranges": {name: str(extent) for name, extent in piece.ranges.items()},
        "conditions": [text_of_condition(c) for c in piece.conditions],
        "cap": None if piece.cap is None else spell(piece.cap),
    }


def text_of_condition(condition: SignCondition) -> str:
    relation = _RELATIONS.get(condition.signs, "has a sign")
    return f"{to_text(condition.function)} {relation}"


def cuts_of(pieces: Sequence[Piece], leaves: Iterable[Leaf]) -> list[list[str]]:
    """For each piece and each box of its domain the cuts, from the box down, lower half first.

    A number cuts the box in half across the input of that place; `.` is a box that was bounded, `x`
    one that holds no point of the piece.
    """
    trees: list[list[dict[tuple[tuple[str, bool], ...], str]]] = [
        [{} for _ in Domain(piece.ranges).boxes()] for piece in pieces
    ]
    for leaf in leaves:
        tree = trees[leaf.piece][leaf.start]
        tree[leaf.path] = EXCLUDED if leaf.excluded else LEAF
        for length, (name, _) in enumerate(leaf.path):
            tree[leaf.path[:length]] = str(list(pieces[leaf.piece].ranges).index(name))
    return [
        [_spelled(piece, tree) for tree in starts]
        for piece, starts in zip(pieces, trees, strict=True)
    ]


def _spelled(piece: Piece, tree: dict[tuple[tuple[str, bool], ...], str]) -> str:
    names, tokens = list(piece.ranges), []
    stack: list[tuple[tuple[str, bool], ...]] = [()]
    while stack:
        path = stack.pop()
        token = tree[path]
        tokens.append(token)
        if token not in (LEAF, EXCLUDED):
            name = names[int(token)]
            stack.extend([(*path, (name, True)), (*path, (name, False))])
    return " ".join(tokens)


def boxes_of(piece: Piece, cuts: Sequence[str]) -> Iterator[tuple[Box, Box]]:
    """The boxes that cuts lead to, each with the box of the domain that it is a part of.

    They cover the piece, or the cuts are `Malformed`.
    """
    names = list(piece.ranges)
    starts = list(islice(Domain(piece.ranges).boxes(), len(cuts) + 1))
    if len(starts) != len(cuts):
        raise Malformed("not every box of the domain is cut, or more than there are")
    for whole, text in zip(starts, cuts, strict=True):
        stack = [whole]
        for token in text.split(" "):
            if not stack:
                raise Malformed("cuts go on where no box is left")
            box = stack.pop()
            if token in (LEAF, EXCLUDED):
                yield box, whole
                continue
            if (
                not token.isascii()
                or not token.isdigit()
                or len(token) > 6
                or int(token) >= len(names)
            ):
                raise Malformed(f"{token[:20]!r} is not a cut")
            name = names[int(token)]
            if box[name].width <= whole[name].width * _NARROWEST:
                raise Malformed("a box is cut too often")
            stack.extend(reversed(halves_across(box, name)))
        if stack:
            raise Malformed("a box is neither bounded nor cut")
