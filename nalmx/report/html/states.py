"""The states of a finite machine as a picture: in columns, by how many tokens lead to them."""

from __future__ import annotations

from statistics import fmean

from ...markup import Markup, element
from ...pntm.program.state_diagram import arrows, state_label
from ...pntm.transducer import Transducer
from .axes import WIDE, text

MOST_STATES = 30
_ACROSS, _DOWN, _WIDE, _TALL = 170, 92, 34, 17  # between states, and half of one
_LABEL, _HEAD = 26, 8.0  # letters beside an arrow, and the length of its head
_AT = 0.36  # of an arrow, where its label stands: nearer to where it begins, so that few meet
Place = tuple[float, float]


def states_picture(transducer: Transducer) -> Markup:
    """States in columns, arrows with their tokens and what these say; the first state has a thick rim."""
    places = _places(transducer)
    ways = arrows(transducer)
    parts: list[Markup] = []
    for one, other, label in ways:
        line, tip, at = _loop(places[one]) if one == other else _curve(places[one], places[other])
        short = label if len(label) <= _LABEL else f"{label[:_LABEL]}…"
        named = element("path", element("title", label), d=line, class_="way")
        parts += [named, tip, text(*at, short, anchor="middle")]
    for state, (x, y) in enumerate(places):
        shape = element(
            "rect", x=f"{x - _WIDE:g}", y=f"{y - _TALL:g}", width=2 * _WIDE, height=2 * _TALL, rx=_TALL,
            class_="state first" if state == 0 else "state",
        )  # fmt: skip
        parts.append(
            element("g", shape, text(x, y + 4, state_label(transducer, state), anchor="middle"))
        )
    right, below = (max(place[axis] for place in places) for axis in (0, 1))
    label = f"{counted(transducer)}; an arrow has tokens, and what is said to them"
    drawn = element(
        "svg", *parts, viewBox=f"0 0 {max(WIDE, right + _ACROSS):g} {below + _DOWN / 2:g}", role="img",
        aria_label=label,
    )  # fmt: skip
    return element("figure", drawn, element("figcaption", label), class_="states")


def counted(transducer: Transducer) -> str:
    return f"{transducer.states} state{'s' * (transducer.states != 1)}"


def _places(transducer: Transducer) -> list[Place]:
    """Columns by the fewest tokens that lead to a state; in each, states near those that lead to them."""
    column, order = {0: 0}, [0]
    before: dict[int, list[int]] = {}
    for state in order:
        for way in transducer.steps[state]:
            if way is not None:
                before.setdefault(way[0], []).append(state)
                if way[0] not in column:
                    column[way[0]] = column[state] + 1
                    order.append(way[0])
    order += [state for state in range(transducer.states) if state not in column]
    height: dict[int, float] = {}
    for at in sorted({column.get(state, 0) for state in order}):
        own = [state for state in order if column.get(state, 0) == at]
        near = {
            state: fmean([height[one] for one in before.get(state, ()) if one in height] or [0.0])
            for state in own
        }
        for row, state in enumerate(sorted(own, key=lambda state: near[state])):
            height[state] = row - (len(own) - 1) / 2
    top = -min(height.values())
    return [
        (_ACROSS * (column.get(state, 0) + 0.5), _DOWN * (height[state] + top + 0.9))
        for state in range(transducer.states)
    ]


def _curve(start: Place, end: Place) -> tuple[str, Markup, Place]:
    """An arrow that bends to its right, so that there and back are two; and where its label stands."""
    across, down = end[0] - start[0], end[1] - start[1]
    far = max(1.0, (across**2 + down**2) ** 0.5)
    bend = 14 + 0.12 * far
    middle = (
        (start[0] + end[0]) / 2 - bend * down / far,
        (start[1] + end[1]) / 2 + bend * across / far,
    )
    begin, stop = _rim(start, middle), _rim(end, middle)
    line = f"M{begin[0]:.1f} {begin[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}"
    x, y = (
        (1 - _AT) ** 2 * begin[axis] + 2 * _AT * (1 - _AT) * middle[axis] + _AT**2 * stop[axis]
        for axis in (0, 1)
    )
    return line, _tip(stop, middle), (x, y + 4)


def _loop(at: Place) -> tuple[str, Markup, Place]:
    x, y = at[0], at[1] - _TALL
    line = f"M{x - 12:g} {y:g}C{x - 26:g} {y - 34:g} {x + 26:g} {y - 34:g} {x + 12:g} {y:g}"
    return line, _tip((x + 12, y), (x + 26, y - 34)), (x, y - 29)


def _rim(centre: Place, towards: Place) -> Place:
    """Where the rim of a state is crossed on the way to a place."""
    across, down = towards[0] - centre[0], towards[1] - centre[1]
    part = 1 / max(abs(across) / _WIDE, abs(down) / _TALL, 1e-9)
    return centre[0] + min(1.0, part) * across, centre[1] + min(1.0, part) * down


def _tip(at: Place, towards: Place) -> Markup:
    """The head of an arrow that comes from a place."""
    across, down = at[0] - towards[0], at[1] - towards[1]
    far = max(1e-9, (across**2 + down**2) ** 0.5)
    along = _HEAD * across / far, _HEAD * down / far
    base, side = (at[0] - along[0], at[1] - along[1]), (-along[1] / 2, along[0] / 2)
    corners = (at, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1]))
    return element(
        "path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z", class_="tip"
    )
