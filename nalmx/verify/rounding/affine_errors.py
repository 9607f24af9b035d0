"""The sum Σ |Aₖ|·|rₖ| of a program with every slope Aₖ as an affine form in the inputs.

In intervals, slopes that are largest at different corners of a box are added as if at one point. Forms keep
where they are, so that what they give too much falls with the square of the width of a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, Protocol

import numpy as np

from ...expression import Apply, Expression, Number, Variable
from ...expression.definitions import derivatives_of
from ...expression.nodes import Leaf, fold
from ..bounding.elementary import TINY
from ..bounding.forms import RULES, UNIT, UP, Form
from .spans import Array, Spans, enclosing, up

_REACHED = {"add", "mul", "div", "neg", "exp", "log", "sin", "cos"}


class Step(Protocol):
    """What is known of a step: its real values, how far computed ones are from them, its own rounding.

    `signed`: the error of a number, with its sign. `scaled`: whether what `families` says of it holds.
    """

    real: Spans
    error: Array
    own: Array
    signed: Spans | None
    scaled: Any


def is_reached(nodes: Sequence[Expression]) -> bool:
    """Whether forms know all operations of a program."""
    return all(not isinstance(n, Apply) or n.operation in _REACHED for n in nodes)


def error_bound(
    nodes: Sequence[Expression],
    steps: Mapping[int, Step],
    families: Mapping[int, tuple[int, float]],
    box: Mapping[str, Spans],
    count: int,
) -> Array:
    """A bound on the error of the last step on each box; not a number, or infinite, where there is none."""
    names = list(box)

    def between(x: Spans, *, name: str | None = None) -> Form:
        """The numbers of an interval: of an input, or of what does not depend on any."""
        low, high = (np.broadcast_to(end, (count,)) for end in (x.low, x.high))
        center, slopes = low / 2 + high / 2, np.zeros((len(names), count))
        half = ((high - low) / 2 + 4 * UNIT * (np.abs(low) + np.abs(high))) * UP + TINY
        if name is None:
            return Form(center, slopes, half)
        slopes[names.index(name)] = half
        return Form(center, slopes, np.full(count, TINY))

    def point(value: Array) -> Form:
        return between(Spans(value, value))

    one = point(np.ones(()))
    real: dict[int, Form] = {}
    wide: dict[int, Form] = {}
    for node in nodes:
        step = steps[id(node)]
        if isinstance(node, Apply) and step.signed is None:
            form = RULES[node.operation](*(real[id(a)] for a in node.arguments))
        else:
            form = between(step.real, name=node.name if isinstance(node, Variable) else None)
        real[id(node)] = form
        wide[id(node)] = Form(form.center, form.slopes, (form.rest + step.error) * UP)

    def partial(node: Apply) -> list[Form]:
        """The slopes of an operation on arguments that may lie anywhere between real and computed."""
        given = [wide[id(a)] for a in node.arguments]
        if node.operation == "add":
            return [one] * len(given)
        if node.operation == "mul":
            return given[::-1]

        def leaf(x: Leaf) -> Form:
            if isinstance(x, Variable):
                at = {"x": 0, "y": 1}.get(x.name)
                return RULES[node.operation](*given) if at is None else given[at]
            assert isinstance(x, Number)
            return between(enclosing(x.value))

        rules = derivatives_of(node.operation)
        return [
            fold(rule, leaf, lambda operation, forms: RULES[operation](*forms)) for rule in rules
        ]

    slopes = {id(nodes[-1]): one}
    rounded = known = point(np.zeros(()))
    joint: dict[int, list[tuple[Form, Array]]] = {}
    for node in reversed(nodes):
        slope, step = slopes.pop(id(node), None), steps[id(node)]
        if slope is None:  # within a number
            continue
        if step.signed is not None:
            known = RULES["add"](known, RULES["mul"](slope, between(step.signed)))
            continue
        member = families.get(id(node))
        if member is None:
            rounded = RULES["add"](rounded, RULES["mul"](RULES["abs"](slope), point(step.own)))
        else:
            family, factor = member
            share = np.where(step.scaled, up(step.own / abs(factor)), np.inf)
            scaled = RULES["mul"](slope, point(np.array(factor)))
            joint.setdefault(family, []).append((scaled, share))
        for argument, part in (
            zip(node.arguments, partial(node), strict=True) if isinstance(node, Apply) else ()
        ):
            further, before = RULES["mul"](slope, part), slopes.get(id(argument))
            slopes[id(argument)] = further if before is None else RULES["add"](before, further)
    for members in joint.values():
        slope = reduce(RULES["add"], (scaled for scaled, _ in members))
        own = point(reduce(np.maximum, (share for _, share in members)))
        rounded = RULES["add"](rounded, RULES["mul"](RULES["abs"](slope), own))
    return RULES["add"](rounded, RULES["abs"](known)).ends[1]
