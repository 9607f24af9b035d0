"""The controls of a machine in words, a line for tokens that act alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..action import HeadAction, Jump, Move, UnsupportedAction
from ._controls import Act, Description, Effect, Name, apart
from ._decisions import STATE

WIDTH = 100
_STEP = "  "
# Words of the text itself; a token spelled like one of them is quoted.
_OWN = frozenset(
    ("=", "end", "blank", "else", "token", "state", "nothing", "no", "the", "and", "in", "after")
)
_PLAIN = re.compile(r"[^\s,:;'\"\\]+")
_STATE = re.compile(r"q\d+")


def word_of(token: str) -> str:
    """A token as it is, or quoted where it could be taken for something else.

    Example: `a` for "a", and `'a b'` for "a b".
    """
    plain = token.isprintable() and _PLAIN.fullmatch(token) and token not in _OWN
    return token if plain and not _STATE.fullmatch(token) else repr(token)


def name_word(name: Name) -> str:
    """A symbol on a tape in words."""
    if name is None:
        return "blank"
    return f"q{name}" if isinstance(name, int) else word_of(name)


def value_word(description: Description, column: int, value: int) -> str:
    """What a column of the table shows."""
    if column == STATE:
        return f"q{value}"
    name = description.name(column, value)
    return "=" if column < 0 and name is None else name_word(name)


def wrapped(line: str, depth: int = 0) -> list[str]:
    """A line, broken where it is too long; what follows is indented further."""
    if len(line) <= WIDTH:
        return [line]
    indent = _STEP * (depth + 2)
    # Quoted tokens have blanks in them, which only a break between items leaves alone.
    lines, current = [], ""
    for part in re.split(r"(?<=[,;:]) ", line):
        if current and len(current) + 1 + len(part) > WIDTH:
            lines.append(current)
            current = indent + part
        else:
            current = f"{current} {part}" if current else part
    return [*lines, current]


def starts_line(description: Description) -> list[str]:
    """Where the heads start."""
    if not description.tapes:
        return []
    starts = description.machine.starts.tolist()
    parts = [
        f"tape {tape + 1} write head at {starts[tape][0]}, read head at {starts[tape][1]}"
        for tape in description.tapes
    ]
    return wrapped(f"start: {'; '.join(parts)}{'; state q0' if description.has_states else ''}")


def acts_lines(
    description: Description, acts: Sequence[Act], when: str, quiet: bool = False
) -> list[str]:
    """A line for each group of tokens; `quiet` leaves out those that do nothing."""
    divided = [line for group in apart(acts) for line in _lines(description, group, when, True)]
    together = [*_lines(description, acts, when, True)]
    if len(divided) < len(together):
        return divided
    return together if quiet else [*_lines(description, acts, when, False)]


def _lines(description: Description, acts: Iterable[Act], when: str, quiet: bool) -> Iterator[str]:
    equals = description.machine.vocabulary.equals
    for act in acts:
        words = ", ".join(
            "=" if token == equals else word_of(description.machine.vocabulary.spell(token))
            for token in act.tokens
        )
        head = f"{when} {words}"
        change = _change(act)
        told = [(states, _effect_words(effect)) for states, effect in act.by_effect() if effect]
        if len(act.by_effect()) <= 1:
            parts = [part for part in (change, *(effect for _, effect in told)) if part]
            if parts or not quiet:
                yield from wrapped(f"{head}: {'; '.join(parts) or 'nothing'}")
            continue
        if change:
            yield from wrapped(f"{head}: {change}")
        for states, effect in told:
            names = ", ".join(f"q{state}" for state in states)
            yield from wrapped(f"{head}, state {names}: {effect}")


def _change(act: Act) -> str:
    if act.keeps_state:
        return ""
    if len(set(act.transitions.values())) == 1:
        return f"state q{next(iter(act.transitions.values()))}"
    moves = [f"q{old} to q{new}" for old, new in act.transitions.items() if old != new]
    return f"state {', '.join(moves)}"


def _effect_words(effect: Effect) -> str:
    tapes = []
    for part in effect:
        words = [_head_words("write head", part.write_head)]
        if part.writing is not None:
            what = part.writing.what
            words.append(f"write {name_word(part.writing.name) if what == 'symbol' else what}")
        words.append(_head_words("read head", part.read_head))
        tapes.append(f"tape {part.tape + 1} {', '.join(word for word in words if word)}")
    return "; ".join(tapes)


def _head_words(head: str, action: HeadAction) -> str:
    match action:
        case Move(cells):
            return f"{head} {cells:+}" if cells else ""
        case Jump(cell):
            return f"{head} to {cell}"
        case other:
            raise UnsupportedAction(other, "a program in words")
