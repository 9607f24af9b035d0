"""A machine as text for a terminal, and as diagrams in the languages of Mermaid and Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_uppercase

from ..machine import Machine
from ._controls import Description, description_of
from ._decisions import LAST, STATE, DecisionTable, Look
from ._words import acts_lines, starts_line, value_word, word_of, wrapped

_STEP = "  "
_WIDTH = 100
_MOST_REPEATED = 2  # lines of a part that stands in several places
_MOST_VALUES = 3  # more values than this are called "else" where they come last


def program_lines(machine: Machine, most: int | None = None) -> list[str]:
    """A machine in words: where heads start, what each token does, and the next-token table.

    Tokens that act alike share a line; symbols on tapes are called by the token that writes them.
    With `most`, what exceeds that many lines is counted in a last line instead.

    Example: the first lines of a machine that learned `parity`::

        start: tape 1 write head at 0, read head at 1
        given 0, 1: tape 1 write head +1, write token
    """
    description = description_of(machine)
    lines = [*starts_line(description)]
    given = [*acts_lines(description, description.prompt, "given")]
    given += acts_lines(description, [description.equals], "at", quiet=True)
    given += acts_lines(description, description.answer, "said", quiet=True)
    lines += given or ["no token does anything"]
    lines += _table_lines(description)
    if most is not None and len(lines) > most:
        kept = lines[: max(0, most - 1)]
        return [*kept, f"... and {len(lines) - len(kept):,} lines more"][: max(1, most)]
    return lines


def _table_lines(description: Description) -> list[str]:
    root = description.table.root
    if not isinstance(description.table.nodes[root], Look):
        return [f"next token: {_leaf(description, root)}"]
    names = _names(description)
    lines = ["next token:", *_tree(description, root, 1, names)]
    for at, name in names.items():
        # What stands in several places is told once.
        lines += [f"{name}:", *_tree(description, at, 1, names)]
    return lines


def _names(description: Description) -> dict[int, str]:
    """Names of the shared parts of the table that are long enough to be told apart, outer ones first."""
    shared = description.table.shared()
    long = [at for at, _ in description.table.looks() if at in shared]
    long = [at for at in long if len([*_tree(description, at, 1, {})]) > _MOST_REPEATED]
    return dict(zip(long, ascii_uppercase, strict=False))


def _tree(description: Description, at: int, depth: int, names: Mapping[int, str]) -> Iterator[str]:
    """A look as an indented tree, or as a table of two dimensions where that is shorter."""
    look = description.table.nodes[at]
    assert isinstance(look, Look)
    grid = _grid(description, look, depth)
    tree = [*_branches(description, look, depth, names)]
    yield from grid if grid is not None and len(grid) < len(tree) else tree


def _branches(
    description: Description, look: Look, depth: int, names: Mapping[int, str]
) -> Iterator[str]:
    indent, column = _STEP * depth, _column_word(look.column)
    cases = description.cases(look)
    for place, (values, child) in enumerate(cases):
        last = place == len(cases) - 1
        words = "else" if last and len(values) > _MOST_VALUES else _join(description, look, values)
        head = f"{indent}{column} {words}:"
        if child is None:
            yield from wrapped(f"{head} the same token", depth)
        elif child in names:
            yield from wrapped(f"{head} go to {names[child]}", depth)
        elif isinstance(description.table.nodes[child], Look):
            yield from wrapped(head, depth)
            yield from _tree(description, child, depth + 1, names)
        else:
            yield from wrapped(f"{head} {_leaf(description, child)}", depth)


def _grid(description: Description, look: Look, depth: int) -> list[str] | None:
    """Rows for one column and columns for another, where only two columns decide."""
    nodes = description.table.nodes
    below = [node for _, child in look.branches if isinstance(node := nodes[child], Look)]
    if not below or len({inner.column for inner in below}) > 1:
        return None
    if any(isinstance(nodes[child], Look) for inner in below for _, child in inner.branches):
        return None
    across = below[0].column
    values = sorted({v for inner in below for group, _ in inner.branches for v in group})
    answers: dict[tuple[int, ...], dict[int, str]] = {}
    for group, child in look.branches:
        node = nodes[child]
        if isinstance(node, Look):
            # A value that cannot come here has no answer.
            answers[group] = {v: _leaf(description, at) for own, at in node.branches for v in own}
        else:
            answers[group] = dict.fromkeys(values, _leaf(description, child))
    groups = sorted(answers)
    rows = [_join(description, look, group) for group in groups]
    heads = [value_word(description, across, value) for value in values]
    cells = [[answers[group].get(value, "") for value in values] for group in groups]
    upright = _grid_lines(_column_word(look.column), rows, _column_word(across), heads, cells)
    turned = [list(column) for column in zip(*cells, strict=True)]
    flat = _grid_lines(_column_word(across), heads, _column_word(look.column), rows, turned)
    room = _WIDTH - len(_STEP) * depth
    fitting = [g for g in (upright, flat) if max(map(len, g)) <= room]
    if not fitting:
        return None
    return [_STEP * depth + line for line in min(fitting, key=len)]


def _grid_lines(
    down: str, rows: list[str], across: str, heads: list[str], cells: list[list[str]]
) -> list[str]:
    # Columns that say the same are one column, and so are rows.
    heads, columns = _merged(heads, [list(column) for column in zip(*cells, strict=True)])
    rows, lines = _merged(rows, [list(line) for line in zip(*columns, strict=True)])
    corner = f"{down} \\ {across}"
    left = max(map(len, [corner, *rows]))
    columns = [list(column) for column in zip(*lines, strict=True)]
    widths = [max(map(len, [h, *column])) for h, column in zip(heads, columns, strict=True)]
    table = [(corner, heads), *zip(rows, lines, strict=True)]
    return [
        _STEP.join(
            [f"{name:<{left}}", *(f"{c:<{w}}" for c, w in zip(row, widths, strict=True))]
        ).rstrip()
        for name, row in table
    ]


def _merged(names: Sequence[str], lines: Iterable[list[str]]) -> tuple[list[str], list[list[str]]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, line in zip(names, lines, strict=True):
        groups.setdefault(tuple(line), []).append(name)
    return [", ".join(own) for own in groups.values()], [list(line) for line in groups]


def _leaf(description: Description, at: int) -> str:
    node = description.table.nodes[at]
    vocabulary = description.machine.vocabulary
    if node is None:
        return "no entry"
    assert isinstance(node, int)
    return "end" if node == vocabulary.end else word_of(vocabulary.spell(node))


def _join(description: Description, look: Look, values: Iterable[int]) -> str:
    return ", ".join(value_word(description, look.column, value) for value in values)


def _column_word(column: int) -> str:
    return {LAST: "after", STATE: "state"}.get(column, f"tape {column + 1}")


def mermaid(machine: Machine) -> str:
    """The table as a Mermaid flowchart, with the controls as a box beside it."""
    description = description_of(machine)
    notes = "<br/>".join(entities(line) for line in _notes(description))
    lines = ["flowchart TD", "  subgraph controls", f'    rules["{notes}"]', "  end"]
    for name, label, is_look in _boxes(description):
        left, right = ("{", "}") if is_look else ("([", "])")
        lines.append(f'  {name}{left}"{entities(label)}"{right}')
    lines += [f'  {a} -->|"{entities(label)}"| {b}' for a, label, b in _arrows(description)]
    return "\n".join(lines) + "\n"


def dot(machine: Machine) -> str:
    """The table as a Graphviz digraph, with the controls as a note beside it."""
    description = description_of(machine)
    notes = "".join(escaped(line) + "\\l" for line in _notes(description))
    lines = ["digraph program {", f'  rules [shape=note, label="{notes}"];']
    for name, label, is_look in _boxes(description):
        shape = "diamond" if is_look else "box"
        lines.append(f'  {name} [shape={shape}, label="{escaped(label)}"];')
    lines += [f'  {a} -> {b} [label="{escaped(label)}"];' for a, label, b in _arrows(description)]
    return "\n".join([*lines, "}"]) + "\n"


def _notes(description: Description) -> list[str]:
    notes = [*starts_line(description), *acts_lines(description, description.prompt, "given")]
    notes += acts_lines(description, [description.equals], "at", quiet=True)
    return [*notes, *acts_lines(description, description.answer, "said", quiet=True)]


def _boxes(description: Description) -> Iterator[tuple[str, str, bool]]:
    """Names, labels and kinds of nodes; every look has leaves of its own, so that lines stay short."""
    table = description.table
    if not isinstance(table.nodes[table.root], Look):
        yield f"n{table.root}", _leaf(description, table.root), False
    for at, look in table.looks():
        question = {LAST: "token before?", STATE: "state?"}.get(look.column)
        yield f"n{at}", question or f"tape {look.column + 1} reads?", True
        for _, child in look.branches:
            if not isinstance(table.nodes[child], Look):
                yield _below(table, at, child), _leaf(description, child), False


def _arrows(description: Description) -> Iterator[tuple[str, str, str]]:
    for at, look in description.table.looks():
        for place, (values, child) in enumerate(look.branches):
            is_rest = place == len(look.branches) - 1 and len(values) > _MOST_VALUES
            label = "else" if is_rest else _join(description, look, values)
            yield f"n{at}", label, _below(description.table, at, child)


def _below(table: DecisionTable, at: int, child: int) -> str:
    return f"n{child}" if isinstance(table.nodes[child], Look) else f"n{at}_{child}"


def entities(text: str) -> str:
    """Text for a quoted Mermaid label: whatever could mean something there is a number."""
    return "".join(c if c.isalnum() or c in " ,:_" else f"#{ord(c)};" for c in text)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
