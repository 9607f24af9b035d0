"""The states of a finite machine as a diagram, in the languages of Graphviz and Mermaid."""

from __future__ import annotations

from ..tasks import Tokens
from ..transducer import Transducer
from .diagrams import entities, escaped

_MOST = 6  # tokens on an arrow


def state_label(transducer: Transducer, state: int) -> str:
    """A state, and what is said where a prompt ends there. Example: `q2: yes`."""
    last = transducer.finals[state]
    word = "?" if last is None else " ".join(last)
    return f"q{state}: {word}" if word else f"q{state}"


def arrows(transducer: Transducer) -> list[tuple[int, int, str]]:
    """The ways between states, one for each pair of them, with tokens and what they say.

    Example: `(0, 1, "a, b → x")`.
    """
    found: dict[tuple[int, int], dict[Tokens, list[str]]] = {}
    for state, row in enumerate(transducer.steps):
        for token, way in zip(transducer.tokens, row, strict=True):
            if way is not None:
                found.setdefault((state, way[0]), {}).setdefault(way[1], []).append(token)
    return [
        (one, other, "; ".join(_said(tokens, word) for word, tokens in by_word.items()))
        for (one, other), by_word in found.items()
    ]


def _said(tokens: list[str], word: Tokens) -> str:
    shown = ", ".join(tokens[:_MOST])
    more = f", … ({len(tokens)})" if len(tokens) > _MOST else ""
    return f"{shown}{more} → {' '.join(word)}" if word else f"{shown}{more}"


def states_dot(transducer: Transducer) -> str:
    """The states as a Graphviz digraph; a point leads to the first one."""
    lines = ["digraph states {", "  rankdir=LR;", "  start [shape=point];", "  start -> q0;"]
    for state in range(transducer.states):
        lines.append(
            f'  q{state} [shape=ellipse, label="{escaped(state_label(transducer, state))}"];'
        )
    lines += [
        f'  q{one} -> q{other} [label="{escaped(label)}"];'
        for one, other, label in arrows(transducer)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def states_mermaid(transducer: Transducer) -> str:
    """The states as a Mermaid flowchart; a point leads to the first one."""
    lines = ["flowchart LR", "  start((( ))) --> q0"]
    for state in range(transducer.states):
        lines.append(f'  q{state}(["{entities(state_label(transducer, state))}"])')
    lines += [
        f'  q{one} -->|"{entities(label)}"| q{other}' for one, other, label in arrows(transducer)
    ]
    return "\n".join(lines) + "\n"
