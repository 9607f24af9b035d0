"""A machine as a Python function that stands alone: one loop takes the prompt, one answers."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Sequence

from ...errors import SettingError
from ...pntm.machine import Machine
from ._controls import Act, Effect, Program, apart, program_of
from ._decisions import LAST, Look
from ._python_lines import STEP, case_line, head_line, list_lines, variable

# More cases than this are a dict instead of a chain of conditions.
_MOST_CASES = 6
# Deeper than this the table goes on in a function of its own: Python nests only so far.
_DEEPEST = 12
# A part of the table with more lines than this is not written twice.
_MOST_COPIED = 12
# A table is written as it was learned: without the rules by which Ruff would say it in another way,
# and however long lines may be in a reader's project.
_HEAD = ("# fmt: off", "# ruff: noqa: PLR1714, RUF100, SIM102, SIM103, SIM113, SIM114")


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
    return _Writer(program_of(machine), name).source()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self._program, self._name = program, name
        self._vocabulary = program.machine.vocabulary
        self._table = program.table
        looks = [look for _, look in program.table.looks()]
        self._columns = sorted({look.column for look in looks})
        self._functions = self._cuts()

    @staticmethod
    def variables(machine: Machine) -> set[str]:
        """The words that the function uses itself."""
        words = ("tape", "write", "read", "seen")
        tapes = {f"{word}{tape + 1}" for word in words for tape in range(machine.tapes)}
        return tapes | {"prompt", "limit", "token", "answer", "last", "state", "Any"}

    def source(self) -> str:
        lines = [*_HEAD, "from typing import Any", "", ""]
        for at in self._functions:
            given = ", ".join(f"{variable(column)}: Any" for column in self._columns)
            lines += [
                f"def {self._look_name(at)}({given}) -> Any:",
                *self._table_lines(at, 1, within=at),
                "",
                "",
            ]
        lines += [
            f"def {self._name}(prompt: list[Any], limit: int | None = None) -> list[Any]:",
            f'{STEP}"""The answer to a list of tokens; made from a learned machine."""',
            f"{STEP}if limit is None:",
            f"{STEP * 2}limit = 20 * len(prompt) + 1000",
        ]
        starts = self._program.machine.starts.tolist()
        for tape in self._program.tapes:
            lines.append(f"{STEP}tape{tape + 1}: dict[int, Any] = {{}}")
            heads = f"write{tape + 1}, read{tape + 1}"
            lines.append(f"{STEP}{heads} = {starts[tape][0]}, {starts[tape][1]}")
        lines += [f"{STEP}state = 0"] if self._program.has_states else []
        lines += [f"{STEP}for token in prompt:", *self._prompt_lines()]
        body = self._act_lines(self._program.equals, 1)
        lines += [f"{STEP}# The prompt has ended.", *body] if body else []
        says = self._table.nodes[self._table.root] is not None
        lines += [f"{STEP}answer: list[Any] = []"] if says else []
        lines += [f"{STEP}last: Any = None"] if LAST in self._columns else []
        lines += [f"{STEP}while True:", *self._answer_lines()]
        return "\n".join(lines) + "\n"

    def _prompt_lines(self) -> list[str]:
        known = [repr(token) for token in self._vocabulary.prompt]
        unknown = 'raise ValueError(f"unknown token {token!r}")'
        check = [*case_line("if", "token", known, 2, "not in"), STEP * 3 + unknown]
        acts = self._program.prompt
        if not acts:
            return [STEP * 2 + unknown]
        if len(acts) == 1:
            return check + self._act_lines(acts[0], 2)
        together = []
        for place, act in enumerate(acts):
            word = "elif" if place else "if"
            together += case_line(word, "token", self._spelled(act.tokens), 2)
            together += self._act_lines(act, 3) or [STEP * 3 + "pass"]
        together += [f"{STEP * 2}else:", STEP * 3 + unknown]
        divided = check + self._divided(acts, self._vocabulary.prompt)
        return min(together, divided, key=len)

    def _answer_lines(self) -> list[str]:
        end = self._vocabulary.end
        lines = [
            f"{STEP * 2}seen{tape + 1} = tape{tape + 1}.get(read{tape + 1})"
            for tape in self._program.tapes
        ]
        if self._functions:
            given = ", ".join(variable(column) for column in self._columns)
            lines.append(f"{STEP * 2}token = {self._look_name(self._table.root)}({given})")
        else:
            lines += self._table_lines(self._table.root, 2)
        if self._table.nodes[self._table.root] in (None, end):
            return lines
        if self._functions or self._ends_in_dict():
            lines += [f"{STEP * 2}if token is None:", f"{STEP * 3}return answer"]
        lines += [
            f"{STEP * 2}if len(answer) == limit:",
            f'{STEP * 3}raise ValueError(f"no end within {{limit}} tokens")',
            f"{STEP * 2}answer.append(token)",
        ]
        acts = self._program.answer
        together: list[str] = []
        for act in acts:
            body = self._act_lines(act, 2 if len(acts) == 1 else 3)
            if body and len(acts) > 1:
                together += case_line(
                    "elif" if together else "if", "token", self._spelled(act.tokens), 2
                )
            together += body
        if len(acts) > 1:
            divided = self._divided(acts, self._spelled(self._program.says))
            together = min(together, divided, key=len)
        lines += together
        return lines + ([f"{STEP * 2}last = token"] if LAST in self._columns else [])

    def _divided(self, acts: Sequence[Act], tokens: Sequence[str]) -> list[str]:
        """First what becomes of the state, then what the tapes do."""
        lines = []
        for group in apart(acts):
            told = [(act.tokens, self._act_lines(act, 3)) for act in group]
            word = "if"
            for act, (own, body) in zip(group, told, strict=True):
                if body and len(own) == len(tokens):
                    lines += self._act_lines(act, 2)
                elif body:
                    lines += [*case_line(word, "token", self._spelled(own), 2), *body]
                    word = "elif"
        return lines

    def _act_lines(self, act: Act, depth: int) -> list[str]:
        lines = []
        if not act.keeps_state:
            nexts = set(act.transitions.values())
            if len(nexts) == 1:
                lines.append(f"{STEP * depth}state = {next(iter(nexts))}")
            else:
                column = [str(act.transitions.get(s, s)) for s in range(max(act.transitions) + 1)]
                lines += list_lines(f"{STEP * depth}state = (", column, ")[state]")
        groups = act.by_effect()
        if len(groups) == 1:
            return lines + self._effect_lines(groups[0][1], act.tokens, depth)
        for place, (states, effect) in enumerate(groups):
            if effect and place == len(groups) - 1:
                lines.append(f"{STEP * depth}else:")
            elif effect:
                word = "elif" if place else "if"
                lines += case_line(word, "state", [str(s) for s in states], depth)
            lines += self._effect_lines(effect, act.tokens, depth + 1)
        return lines

    def _effect_lines(self, effect: Effect, tokens: tuple[int, ...], depth: int) -> list[str]:
        lines = []
        for part in effect:
            number = part.tape + 1
            lines += head_line(f"write{number}", part.write_head)
            if part.writing is not None:
                what = part.writing.what
                if what == "token" and len(tokens) == 1:
                    what = repr(self._vocabulary.spell(tokens[0]))
                elif what == "symbol":
                    what = repr(part.writing.name)
                lines.append(f"tape{number}[write{number}] = {what}")
            lines += head_line(f"read{number}", part.read_head)
        return [STEP * depth + line for line in lines]

    def _spelled(self, tokens: Iterable[int]) -> list[str]:
        equals = self._vocabulary.equals
        return ["None" if t == equals else repr(self._vocabulary.spell(t)) for t in tokens]

    def _values(self, column: int, values: Iterable[int]) -> list[str]:
        """What is looked for, in Python."""
        return [repr(self._program.name(column, value)) for value in values]

    def _table_lines(
        self, at: int, depth: int, within: int | None = None, goes_on: bool = False
    ) -> list[str]:
        """A part of the table; `within` is the function that it stands in, if any.

        `goes_on` says that an `else` would come before it, so that its `if` can be an `elif`.
        """
        node, indent = self._table.nodes[at], STEP * depth
        inside = within is not None
        if node is None:
            return [f'{indent}raise ValueError("the machine has no next token")']
        if not isinstance(node, Look):
            if node == self._vocabulary.end:
                return [f"{indent}return {None if inside else 'answer'}"]
            say = "return" if inside else "token ="
            return [f"{indent}{say} {self._vocabulary.spell(node)!r}"]
        if at in self._functions and at != within:
            given = ", ".join(variable(column) for column in self._columns)
            return [f"{indent}return {self._look_name(at)}({given})"]
        if self._is_dict(node):
            return self._dict_lines(node, indent + ("return {" if inside else "token = {"))
        lines = []
        cases = self._program.cases(node)
        for place, (values, child) in enumerate(cases):
            deeper = depth + 1
            if place < len(cases) - 1:
                # After a return an `if` says the same as an `elif`, without nesting the parser.
                word = "elif" if (place or goes_on) and not inside else "if"
                spelled = self._values(node.column, values)
                lines += case_line(word, variable(node.column), spelled, depth)
            elif inside or (place == 0 and not goes_on):
                deeper = depth
            elif child is not None and self._is_chain(child):
                lines += self._table_lines(child, depth, within, goes_on=True)
                continue
            else:
                lines.append(f"{indent}else:")
            if child is None:
                say = "return" if inside else "token ="
                lines.append(f"{STEP * deeper}{say} {variable(node.column)}")
            else:
                lines += self._table_lines(child, deeper, within)
        return lines

    def _is_chain(self, at: int) -> bool:
        """Whether a node is written as conditions, of which there are at least two."""
        node = self._table.nodes[at]
        if not isinstance(node, Look) or at in self._functions or self._is_dict(node):
            return False
        return len(self._program.cases(node)) > 1

    def _is_dict(self, look: Look) -> bool:
        cases = self._program.cases(look)
        children = [None if at is None else self._table.nodes[at] for _, at in cases]
        return len(children) > _MOST_CASES and all(isinstance(child, int) for child in children)

    def _dict_lines(self, look: Look, head: str) -> list[str]:
        items = []
        for values, child in look.branches:
            node = self._table.nodes[child]
            assert isinstance(node, int)
            said = None if node == self._vocabulary.end else self._vocabulary.spell(node)
            items += [f"{value}: {said!r}" for value in self._values(look.column, values)]
        return list_lines(head, items, f"}}[{variable(look.column)}]")

    def _ends_in_dict(self) -> bool:
        end = self._vocabulary.end
        return any(
            self._is_dict(look) and any(self._table.nodes[at] == end for _, at in look.branches)
            for _, look in self._table.looks()
        )

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
