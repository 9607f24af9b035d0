"""Proofs that conditions hold, as a certificate keeps them, and their replay in the second arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import NalmxError
from ...expression import parse, to_text, variables
from ..algebra.decision import decide
from ..certificates.second.bounds import Spending
from ..certificates.second.signs import InIntervals
from ..order.goal import Goal, Shown, Touching, Unshown
from ..order.proof import Part, Proof
from ..order.rules import Rules
from ..order.statements import alternatives, statements
from ..order.walk import follow
from ..order.ways import WAYS
from ..verdict import Claim
from .evidence import text_of_case, text_of_condition

_MOST_TOUCHING = 1_000


def written_proof(proof: Proof) -> dict[str, Any]:
    return {"conditions": [_written_part(part) for part in proof.parts]}


def _written_part(part: Part) -> dict[str, Any]:
    return {
        "condition": to_text(part.claim.left),
        "written": part.way,
        "cases": None if part.finding is None else list(map(text_of_case, part.finding.cases)),
        "goals": list(map(_written_goal, part.shown)),
    }


def _written_goal(shown: Shown) -> dict[str, Any]:
    zeros = [{n: to_text(value) for n, value in t.place.items()} for t in shown.touching]
    return {**_texts(shown.goal), "zeros": zeros, "steps": [" ".join(own) for own in shown.steps]}


def _texts(goal: Goal) -> dict[str, Any]:
    """A goal in words; two goals of the same words are the same."""
    return {
        "functions": [to_text(function) for function in goal.functions],
        "sign": "> 0" if goal.strict else ">= 0",
        "ranges": {name: str(goal.ranges[name]) for name in goal.names},
        "conditions": list(map(text_of_condition, goal.conditions)),
        "integers": sorted(goal.integers & set(goal.names)),
    }


def replay_conditions(claim: Claim, evidence: object, spending: Spending) -> list[str]:
    """What was shown again of a proof; `Unshown` where a part of it does not hold."""
    stored = _list(evidence, "conditions")
    stated = statements(claim)
    if not stated or len(stored) != len(stated):
        raise Unshown("the conditions in the file are not those that the claim states")
    goals = sum(_replay_part(one, kept, spending) for one, kept in zip(stated, stored, strict=True))
    return [
        f"the conditions in the file are those that the claim states ({len(stated)})",
        f"exact algebra, where the file says so, leaves the same signs to be shown ({goals})",
        f"the second arithmetic shows them on boxes that cover the domain ({spending.visited:,} "
        "looked at)",
    ]


def _replay_part(claim: Claim, kept: object, spending: Spending) -> int:
    if not isinstance(kept, dict) or kept.keys() != {"condition", "written", "cases", "goals"}:
        raise Unshown("a condition in the file is not what it should be")
    if kept["condition"] != to_text(claim.left):
        raise Unshown("a condition in the file is not one that the claim states")
    write = WAYS.get(kept["written"]) if isinstance(kept["written"], str) else None
    made = None if write is None else write(claim)
    if made is None:
        raise Unshown("a condition cannot be written as the file says")
    goals = _list(kept, "goals")
    finding = None if kept["cases"] is None else decide(made)
    if finding is not None:
        if kept["cases"] != list(map(text_of_case, finding.cases)):
            raise Unshown("the cases in the file are not those that algebra goes through")
        if finding.pieces is None or not finding.defined:
            raise Unshown("exact algebra does not show that both sides are defined")
    cases = alternatives(made, finding)
    if len(goals) != len(cases):
        raise Unshown("the goals in the file are not those of the cases that algebra leaves open")
    for stored, possible in zip(goals, cases, strict=True):
        _replay_goal(stored, possible, spending)
    return len(goals)


def _replay_goal(stored: object, possible: list[Goal], spending: Spending) -> None:
    if not isinstance(stored, dict):
        raise Unshown("a goal in the file is not what it should be")
    texts = {name: value for name, value in stored.items() if name not in ("zeros", "steps")}
    goal = next((goal for goal in possible if _texts(goal) == texts), None)
    if goal is None:
        raise Unshown("a goal in the file does not settle its case")
    steps = _list(stored, "steps")
    if not all(isinstance(own, str) for own in steps):
        raise Unshown("the steps of a goal are not what they should be")
    zeros = [_touching(zero, goal) for zero in _list(stored, "zeros")[:_MOST_TOUCHING]]
    follow(Rules(goal, InIntervals(spending)), zeros, [own.split(" ") for own in steps])


def _touching(texts: object, goal: Goal) -> Touching:
    """A place that a file spells: a point, or one input as an expression of others."""
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Unshown("a zero is not what it should be")
    try:
        found = Touching({name: parse(text) for name, text in texts.items()})
    except NalmxError as error:
        raise Unshown(f"a zero cannot be read: {error}") from None
    names, used = set(found.place), set(variables(*found.place.values()))
    is_curve = len(names) == 1 and names | used <= set(goal.names) and not names & used
    if not (is_curve or (names == set(goal.names) and not used)):
        raise Unshown("a zero is neither a point nor a curve")
    return found


def _list(holder: object, name: str) -> list[Any]:
    content = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(content, list):
        raise Unshown(f"there are no {name} where there should be")
    return content
