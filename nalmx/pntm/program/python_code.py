"""A machine as a Python function that stands alone: one loop takes the prompt, one answers."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Sequence
from functools import partial

from ...errors import SettingError
from ...python_layout import STEP, Brackets, Operands, call, laid_out, quoted, tuple_of
from ..machine import Machine
from ._controls import Act, Description, Effect, apart, description_of
from ._decisions import LAST, Look
from ._python_lines import Body, Branch, among, choice, head_line, variable

# More cases than this are a dict instead of a chain of conditions.
_MOST_CASES = 6
# Deeper than this the table goes on in a function of its own: Python nests only so far.
_DEEPEST = 12
# A part of the table with more lines than this is not written twice.
_MOST_COPIED = 12


def python_source(machine: Machine, name: str = "program") -> str:
    """Source of `def NAME(prompt, limit=None)`, which answers a list of tokens with a list.

    It raises ValueError for a token it does not know, where the machine has no next token, and
    where an answer does not end within `limit` tokens. Nothing but numbers and the `repr` of tokens
    goes into the text.

    Example: of a machine that learned `reverse`, `program(["a", "b"])` is `["b", "a"]`.
    """
    free = name.isidentifier() and not keyword.iskeyword(name) and not hasattr(builtins, name)
    if not free or name in _Writer.variables(machine):
        raise SettingError(
            f"{name[:40]!r} cannot be the name of a Python function; use a free word"
        )
    vocabulary = machine.vocabulary
    for tokens in (vocabulary.prompt, vocabulary.answer):
        if len(set(tokens)) < len(tokens):
            raise SettingError("a machine with two symbols of one spelling has no Python function")
    return _Writer(description_of(machine), name).source()


class _Writer:
    def __init__(self, description: Description, name: str) -> None:
        self._description, self._name = description, name
        self._vocabulary = vocabulary = description.machine.vocabulary
        self._silent = vocabulary.answer[len(vocabulary.answer) - vocabulary.silent :]
        self._table = description.table
        looks = [look for _, look in description.table.looks()]
        self._columns = sorted({look.column for look in looks})
        self._functions = self._cuts()

    @staticmethod
    def variables(machine: Machine) -> set[str]:
        """The words that the function uses itself."""
        words = ("tape", "write", "read", "seen")
        tapes = {f"{word}{tape + 1}" for word in words for tape in range(machine.tapes)}
        return tapes | {
            "prompt",
            "limit",
            "token",
            "answer",
            "last",
            "state",
            "Any",
            "silent",
            "one",
        }

    def source(self) -> str:
        lines = ["from typing import Any", "", ""]
        for at in self._functions:
            seen = (f"{variable(column)}: Any" for column in self._columns)
            lines += [
                *laid_out(call(f"def {self._look_name(at)}", seen), after=" -> Any:"),
                *self._table_lines(at, 1, within=at),
                "",
                "",
            ]
        given = ("prompt: list[Any]", "limit: int | None = None")
        lines += [
            *laid_out(call(f"def {self._name}", given), after=" -> list[Any]:"),
            f'{STEP}"""The answer to a list of tokens; made from a learned machine."""',
            f"{STEP}if limit is None:",
            f"{STEP * 2}limit = 20 * len(prompt) + 1000",
        ]
        starts = self._description.machine.starts.tolist()
        for tape in self._description.tapes:
            lines.append(f"{STEP}tape{tape + 1}: dict[int, Any] = {{}}")
            heads = f"write{tape + 1}, read{tape + 1}"
            lines.append(f"{STEP}{heads} = {starts[tape][0]}, {starts[tape][1]}")
        lines += [f"{STEP}state = 0"] if self._description.has_states else []
        lines += [f"{STEP}for token in prompt:", *self._prompt_lines()]
        body = self._act_lines(self._description.equals, 1)
        lines += [f"{STEP}# The prompt has ended.", *body] if body else []
        if self._silent:
            lines += [f"{STEP}# What the program says to itself alone."]
            lines += laid_out(tuple_of(map(quoted, self._silent)), 1, "silent = ")
        says = self._table.nodes[self._table.root] is not None
        lines += [f"{STEP}answer: list[Any] = []"] if says else []
        lines += [f"{STEP}last: Any = None"] if LAST in self._columns else []
        lines += [f"{STEP}while True:", *self._answer_lines()]
        return "\n".join(lines) + "\n"

    @property
    def _answer(self) -> str:
        """What is returned in the end."""
        return "[one for one in answer if one not in silent]" if self._silent else "answer"

    def _prompt_lines(self) -> list[str]:
        known, acts = tuple(map(quoted, self._vocabulary.prompt)), self._description.prompt

        def unknown(depth: int) -> list[str]:
            return [STEP * depth + 'raise ValueError(f"unknown token {token!r}")']

        if not acts:
            return unknown(2)
        if not any(self._act_lines(act, 0) for act in acts):
            return laid_out(among("token", known, negated=True), 2, "if ", ":") + unknown(3)
        together = choice([self._case(act) for act in acts], 2, unknown)
        divided = choice([Branch("token", known, partial(self._divided, acts, known))], 2, unknown)
        return min(together, divided, key=len)

    def _answer_lines(self) -> list[str]:
        end = self._vocabulary.end
        lines = [
            f"{STEP * 2}seen{tape + 1} = tape{tape + 1}.get(read{tape + 1})"
            for tape in self._description.tapes
        ]
        if self._functions:
            lines += laid_out(self._look_call(self._table.root), 2, "token = ")
        else:
            lines += self._table_lines(self._table.root, 2)
        if self._table.nodes[self._table.root] in (None, end):
            return lines
        if self._functions or self._ends_in_dict():
            lines += [f"{STEP * 2}if token is None:", f"{STEP * 3}return {self._answer}"]
        lines += [
            f"{STEP * 2}if len(answer) == limit:",
            f'{STEP * 3}raise ValueError(f"no end within {{limit}} tokens")',
            f"{STEP * 2}answer.append(token)",
        ]
        acts = self._description.answer
        if len(acts) == 1:
            lines += self._act_lines(acts[0], 2)
        else:
            together = choice([self._case(act) for act in acts if self._act_lines(act, 0)], 2)
            divided = self._divided(acts, self._spelled(self._description.says), 2)
            lines += divided if len(divided) < len(together) else together
        return lines + ([f"{STEP * 2}last = token"] if LAST in self._columns else [])

    def _case(self, act: Act) -> Branch:
        def body(depth: int) -> list[str]:
            return self._act_lines(act, depth) or [f"{STEP * depth}pass"]

        return Branch("token", self._spelled(act.tokens), body)

    def _divided(self, acts: Sequence[Act], tokens: Sequence[str], depth: int) -> list[str]:
        """First what becomes of the state, then what the tapes do."""
        lines = []
        for group in apart(acts):
            telling = [act for act in group if self._act_lines(act, 0)]
            for act in telling:
                if len(act.tokens) == len(tokens):
                    lines += self._act_lines(act, depth)
            lines += choice(
                [self._case(act) for act in telling if len(act.tokens) < len(tokens)], depth
            )
        return lines

    def _act_lines(self, act: Act, depth: int) -> list[str]:
        lines = []
        if not act.keeps_state:
            nexts = set(act.transitions.values())
            if len(nexts) == 1:
                lines.append(f"{STEP * depth}state = {next(iter(nexts))}")
            else:
                column = [str(act.transitions.get(s, s)) for s in range(max(act.transitions) + 1)]
                lines += laid_out(tuple_of(column, after="[state]"), depth, "state = ")
        groups = act.by_effect()
        if not groups:
            return lines
        *first, (states, effect) = groups
        if not effect and len(first) == 1 and not lines:
            # This may be all that is done for a token, and an `if` in an `if` alone reads like an error.
            (states, effect) = first[0]
            pattern = Operands((str(states[0]), *(f"| {state}" for state in states[1:])))
            lines = [f"{STEP * depth}match state:", *laid_out(pattern, depth + 1, "case ", ":")]
            return lines + self._effect_lines(effect, act.tokens, depth + 2)
        cases = [
            Branch(
                "state", tuple(map(str, states)), partial(self._effect_lines, effect, act.tokens)
            )
            for states, effect in first
        ]
        last = partial(self._effect_lines, effect, act.tokens)
        if not cases:
            return lines + last(depth)
        return lines + choice(cases, depth, last if effect else None)

    def _effect_lines(self, effect: Effect, tokens: tuple[int, ...], depth: int) -> list[str]:
        lines = []
        for part in effect:
            number = part.tape + 1
            lines += [STEP * depth + line for line in head_line(f"write{number}", part.write_head)]
            if part.writing is not None:
                what = part.writing.what
                if what == "token" and len(tokens) == 1:
                    what = quoted(self._vocabulary.spell(tokens[0]))
                elif what == "symbol":
                    what = _literal(part.writing.name)
                lines += laid_out(Operands((what,)), depth, f"tape{number}[write{number}] = ")
            lines += [STEP * depth + line for line in head_line(f"read{number}", part.read_head)]
        return lines

    def _spelled(self, tokens: Iterable[int]) -> tuple[str, ...]:
        equals = self._vocabulary.equals
        return tuple("None" if t == equals else quoted(self._vocabulary.spell(t)) for t in tokens)

    def _values(self, column: int, values: Iterable[int]) -> tuple[str, ...]:
        """What is looked for, in Python."""
        return tuple(_literal(self._description.name(column, value)) for value in values)

    def _table_lines(self, at: int, depth: int, within: int | None = None) -> list[str]:
        """A part of the table; `within` is the function that it stands in, if any."""
        node = self._table.nodes[at]
        inside = within is not None
        say = "return " if inside else "token = "
        if node is None:
            no_token = call("ValueError", ['"the machine has no next token"'])
            return laid_out(no_token, depth, "raise ")
        if not isinstance(node, Look):
            if node == self._vocabulary.end:
                return [f"{STEP * depth}return {None if inside else self._answer}"]
            return laid_out(quoted(self._vocabulary.spell(node)), depth, say)
        if at in self._functions and at != within:
            return laid_out(self._look_call(at), depth, "return ")
        if self._is_dict(node):
            return laid_out(self._dict(node), depth, say)
        cases, otherwise = self._chain(at, within)
        if not inside:
            return choice(cases, depth, otherwise) if cases else otherwise(depth)
        # After a return an `if` says the same as an `elif`, without nesting the parser.
        lines = [line for case in cases for line in choice([case], depth)]
        return lines + otherwise(depth)

    def _chain(self, at: int, within: int | None) -> tuple[list[Branch], Body]:
        """The cases of a look, and of those that stand in its last case."""
        cases: list[Branch] = []
        while True:
            look = self._table.nodes[at]
            assert isinstance(look, Look)
            shown = variable(look.column)
            *first, (_, last) = self._description.cases(look)
            for values, child in first:
                spelled = self._values(look.column, values)
                cases.append(Branch(shown, spelled, self._said(child, shown, within)))
            if last is None or within is not None or not self._is_chain(last):
                return cases, self._said(last, shown, within)
            at = last

    def _said(self, child: int | None, shown: str, within: int | None) -> Body:
        """What is answered in a case: what is seen, or what a part of the table says."""
        if child is not None:
            return partial(self._table_lines, child, within=within)
        say = "token =" if within is None else "return"
        return lambda depth: [f"{STEP * depth}{say} {shown}"]

    def _is_chain(self, at: int) -> bool:
        """Whether a node is written as conditions, of which there are at least two."""
        node = self._table.nodes[at]
        if not isinstance(node, Look) or at in self._functions or self._is_dict(node):
            return False
        return len(self._description.cases(node)) > 1

    def _is_dict(self, look: Look) -> bool:
        cases = self._description.cases(look)
        children = [None if at is None else self._table.nodes[at] for _, at in cases]
        return len(children) > _MOST_CASES and all(isinstance(child, int) for child in children)

    def _dict(self, look: Look) -> Brackets:
        items = []
        for values, child in look.branches:
            node = self._table.nodes[child]
            assert isinstance(node, int)
            said = None if node == self._vocabulary.end else self._vocabulary.spell(node)
            items += [f"{value}: {_literal(said)}" for value in self._values(look.column, values)]
        return Brackets("{", tuple(items), f"}}[{variable(look.column)}]")

    def _ends_in_dict(self) -> bool:
        end = self._vocabulary.end
        return any(
            self._is_dict(look) and any(self._table.nodes[at] == end for _, at in look.branches)
            for _, look in self._table.looks()
        )

    def _look_call(self, at: int) -> Brackets:
        return call(self._look_name(at), map(variable, self._columns))

    def _look_name(self, at: int) -> str:
        return f"_{self._name}_look{self._functions.index(at) + 1}"

    def _cuts(self) -> list[int]:
        """Looks that get a function: long ones that are shared, and some where it gets deep."""
        looks = dict(self._table.looks())
        shared, root = self._table.shared(), self._table.root
        cuts: set[int] = set()
        # Nodes are made after those they lead to, so that children are met first.
        size: dict[int, int] = {}
        height: dict[int, int] = {}
        for at in sorted(looks):
            children = [child for _, child in looks[at].branches]
            size[at] = sum(1 + size.get(child, 1) for child in children)
            height[at] = 1 + max(height.get(child, 0) for child in children)
            if (at in shared and size[at] > _MOST_COPIED) or height[at] == _DEEPEST:
                cuts.add(at)
                size[at], height[at] = 1, 0
        return [root, *sorted(cuts - {root}, reverse=True)] if cuts - {root} else []


def _literal(value: str | int | None) -> str:
    return quoted(value) if isinstance(value, str) else repr(value)
