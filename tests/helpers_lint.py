"""Finds tests that cannot fail: tests that check nothing, or only where the tested value allows it.

A check is an `assert`, a `raise`, a block such as `pytest.raises`, or a call of a helper that checks.
It is *sure* when it runs whatever the tested code answers. It is not sure under an `if`, in an
`except`, or in a loop over something that may be empty, when that depends on a value that the test
computed; and `assert all(…)` of such a loop is not sure either. What a test is given (parameters,
constants of its file, literals) is no such value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CLOCKS = {
    f"{name}{unit}"
    for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time")
    for unit in ("", "_ns")
}
# Blocks and calls that raise by themselves where something is not as it should be.
_CHECKING = {"raises", "warns", "deprecated_call", "fail", "find", "reject"}
# As many values as they are given, or as a literal argument says.
_KEEPING = {
    "range", "zip", "enumerate", "sorted", "reversed", "list", "tuple", "set", "frozenset", "dict",
    "product", "permutations", "combinations", "combinations_with_replacement", "pairwise", "chain",
    "items", "keys", "values", "islice", "repeat", "cycle", "count", "arange", "linspace", "map",
    "parameters", "named_parameters", "tolist", "stack",
}  # fmt: skip
_NUMBERED = {"range", "repeat", "count", "arange", "linspace"}
# What a clock's reading goes through and is still a time.
_ARITHMETIC = {"min", "max", "sum", "abs", "round", "median", "mean", "float", "sorted", "list"}


@dataclass(frozen=True)
class Fault:
    """A test that cannot fail, or one that measures the machine."""

    line: int
    test: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.test}: {self.reason}"


def faults(tree: ast.Module, helpers: frozenset[str] = frozenset()) -> Iterator[Fault]:
    """The faults of the tests of one file; `helpers` are the `checking` functions of others."""
    tests = [n for n in ast.walk(tree) if isinstance(n, _Function) and n.name.startswith("test_")]
    found = checking([tree]) | helpers
    given = _constants(tree)
    local = {n.name for n in ast.walk(tree) if isinstance(n, _Function)}
    clocks = _local_clocks(tree)
    marks = [value for s in tree.body for name, value, _ in _bindings(s) if name == "pytestmark"]
    for node in tests:
        test = _Test(node, found, given, local)
        if not test.checks(node.body, sure=False):
            yield Fault(node.lineno, node.name, "checks nothing")
        elif not test.checks(node.body, sure=True):
            yield Fault(node.lineno, node.name, "checks only if the tested value allows it")
        for line in () if _is_slow(node, marks) else _timed(node, clocks):
            yield Fault(line, node.name, "asserts how long something takes")


def checking(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The functions of these files, other than tests, that check something, by name."""
    calls: dict[str, set[str]] = {}
    found = set(_CHECKING)
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, _Function) and not node.name.startswith("test_"):
                parts = list(ast.walk(node))
                calls[node.name] = {_name(p.func) for p in parts if isinstance(p, ast.Call)}
                asserting = any(name.lstrip("_").startswith("assert_") for name in calls[node.name])
                if asserting or any(isinstance(p, ast.Assert | ast.Raise) for p in parts):
                    found.add(node.name)
    size = 0
    while size != len(found):
        size = len(found)
        found |= {name for name, called in calls.items() if called & found}
    return frozenset(found)


class _Test:
    """One test: which of its values it is given, and which of its statements check."""

    def __init__(
        self, test: _Function, checking: frozenset[str], given: set[str], local: set[str]
    ) -> None:
        arguments = test.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        self.checking = checking
        self.given = given | {argument.arg for argument in named}
        self.full = set(self.given)
        self.local = local | self.given
        bindings = [found for node in ast.walk(test) for found in _bindings(node)]
        for _ in range(3):
            given, full = set(), set()
            refused, thinned = set(), set()
            for target, value, is_member in bindings:
                (given if self._is_given(value) else refused).add(target)
                (full if is_member or self._has_members(value) else thinned).add(target)
            self.given |= given - refused
            self.full |= full - thinned
        self.given -= refused
        self.full -= thinned

    def checks(self, body: Iterable[ast.stmt], *, sure: bool) -> bool:
        """Whether some statement checks: in any case if `sure`, else at all."""
        for statement in body:
            if self._checks(statement, sure):
                return True
            if sure and self._may_leave(statement):
                return False
        return False

    def _may_leave(self, node: ast.stmt) -> bool:
        """`if …: continue` and the like, where a computed value decides."""
        leaves = isinstance(node, ast.If) and isinstance(
            node.body[-1], ast.Continue | ast.Return | ast.Break
        )
        return leaves and not self._is_given(node.test)

    def _checks(self, node: ast.stmt, sure: bool) -> bool:
        match node:
            case ast.Assert():
                return not sure or not self._may_be_vacuous(node.test)
            case ast.Raise():
                return True
            case ast.If():
                branches = [self.checks(b, sure=sure) for b in (node.body, node.orelse)]
                free = not sure or self._is_given(node.test)
                return any(branches) if free else all(branches)
            case ast.For() | ast.AsyncFor() | ast.While():
                over = node.test if isinstance(node, ast.While) else node.iter
                inside = self.checks(node.body, sure=sure) and (not sure or self._has_members(over))
                return inside or self.checks(node.orelse, sure=sure)
            case ast.With() | ast.AsyncWith():
                calls = any(self._is_check(item.context_expr) for item in node.items)
                return calls or self.checks(node.body, sure=sure)
            case ast.Try():
                body = [*node.body, *node.orelse, *node.finalbody]
                handlers = [h for handler in node.handlers for h in handler.body]
                return self.checks(body, sure=sure) or (
                    not sure and self.checks(handlers, sure=sure)
                )
            case ast.Match():
                cases = [self.checks(c.body, sure=sure) for c in node.cases]
                free = not sure or self._is_given(node.subject)
                others = ast.unparse(node.cases[-1].pattern) == "_"
                return any(cases) if free else others and all(cases)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return False
            case _:
                return any(self._is_check(part) for part in ast.walk(node))

    def _is_check(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        name = _name(node.func)
        checked = any(
            word.arg == "check" and getattr(word.value, "value", False) is True
            for word in node.keywords
        )
        return checked or name in self.checking or name.lstrip("_").startswith("assert_")

    def _may_be_vacuous(self, test: ast.expr) -> bool:
        """`all(…)` and `not any(…)` of what may be empty."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test = test.operand
            wanted = "any"
        else:
            wanted = "all"
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return all(self._may_be_vacuous(value) for value in test.values)
        if not (isinstance(test, ast.Call) and _name(test.func) == wanted and test.args):
            return False
        return isinstance(test.func, ast.Name) and not self._has_members(test.args[0])

    def _is_given(self, value: ast.AST) -> bool:
        """Whether a value depends on nothing that the test has computed."""
        inner = {t.id for t in ast.walk(value) if isinstance(t, ast.Name) and _stores(t)}
        for node in ast.walk(value):
            if isinstance(node, ast.Call) and _name(node.func) not in _KEEPING:
                return False
            if isinstance(node, ast.Name) and not _stores(node):
                known = node.id in self.given or node.id in inner or node.id in _KEEPING
                if not known:
                    return False
        return True

    def _has_members(self, value: ast.expr) -> bool:
        """Whether a loop over this runs, whatever the tested code answers.

        What a helper in the tests' own files makes counts as members: that is what is asked about.
        """
        match value:
            case ast.List() | ast.Tuple() | ast.Set():
                return any(
                    not isinstance(e, ast.Starred) or self._has_members(e.value) for e in value.elts
                )
            case ast.Dict():
                return bool(value.keys)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return all(not g.ifs and self._has_members(g.iter) for g in value.generators)
            case ast.IfExp():
                return self._has_members(value.body) and self._has_members(value.orelse)
            case ast.Constant():
                return bool(value.value)
            case ast.Name():
                return value.id in self.full
            case ast.Starred() | ast.Attribute():
                return self._has_members(value.value)
            case ast.Subscript():
                return not isinstance(value.slice, ast.Slice) and self._has_members(value.value)
            case ast.BinOp():
                return self._has_members(value.left) or self._has_members(value.right)
            case ast.Call():
                return self._makes_members(value)
            case _:
                return self._is_given(value)

    def _makes_members(self, call: ast.Call) -> bool:
        name, owner = _name(call.func), getattr(call.func, "value", None)
        if name not in _KEEPING:
            return isinstance(call.func, ast.Name) and name in self.local
        if name in _NUMBERED:
            return all(self._is_given(part) for part in call.args)
        if owner is not None and not call.args:
            return self._has_members(owner)
        parts = call.args[1:] if name == "map" else call.args
        strict = any(word.arg == "strict" for word in call.keywords)
        return (any if strict else all)(self._has_members(part) for part in parts)


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr, bool]]:
    """The names that a node binds, what to, and whether it is to a member of that."""
    match node:
        case ast.Assign():
            pairs = [(target, node.value, False) for target in node.targets]
        case ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr() if node.value is not None:
            pairs = [(node.target, node.value, False)]
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            pairs = [(node.target, node.iter, True)]
        case ast.withitem() if node.optional_vars is not None:
            pairs = [(node.optional_vars, node.context_expr, False)]
        case _:
            pairs = []
    for target, value, ends in pairs:
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                yield part.id, value, ends


def _constants(tree: ast.Module) -> set[str]:
    """Names of a file's own level: constants, functions, and what it imports."""
    found: set[str] = {"__file__"}
    for node in ast.walk(ast.Module([s for s in tree.body if not _defines(s)], [])):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        found |= {name for name, _, _ in _bindings(node)}
    return found


def _defines(node: ast.stmt) -> bool:
    return isinstance(node, _Function | ast.ClassDef)


def _is_slow(test: _Function, marks: list[ast.expr]) -> bool:
    return any("mark.slow" in ast.unparse(mark) for mark in (*test.decorator_list, *marks))


def _local_clocks(tree: ast.Module) -> set[str]:
    """The clocks, and the functions of a file that return times."""
    functions = [n for n in ast.walk(tree) if isinstance(n, _Function)]
    return _CLOCKS | {f.name for f in functions if _returns_a_time(f, _CLOCKS)}


def _timed(test: _Function, clocks: set[str]) -> Iterator[int]:
    """Lines of the assertions of a test that depend on a clock."""
    if not _reads_a_clock(test, clocks):
        return
    times = _times(test, clocks)
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and _is_a_time(node.test, times, clocks):
            yield node.lineno


def _returns_a_time(function: _Function, clocks: set[str]) -> bool:
    if not _reads_a_clock(function, clocks):
        return False
    times = _times(function, clocks)
    return any(
        isinstance(node, ast.Return)
        and node.value is not None
        and _is_a_time(node.value, times, clocks)
        for node in ast.walk(function)
    )


def _reads_a_clock(function: _Function, clocks: set[str]) -> bool:
    """Most functions do not, and need no closer look."""
    return any(isinstance(n, ast.Call) and _is_a_clock(n.func, clocks) for n in ast.walk(function))


def _times(function: _Function, clocks: set[str]) -> set[str]:
    """Names in a function that hold times."""
    times: set[str] = set()
    for _ in range(3):
        for node in ast.walk(function):
            for target, value, _ in _bindings(node):
                if _is_a_time(value, times, clocks):
                    times.add(target)
            if isinstance(node, ast.Call) and _name(node.func) in ("append", "extend"):
                owner = getattr(node.func, "value", None)
                if isinstance(owner, ast.Name) and any(
                    _is_a_time(a, times, clocks) for a in node.args
                ):
                    times.add(owner.id)
    return times


def _is_a_time(value: ast.AST, times: set[str], clocks: set[str]) -> bool:
    """Whether a value is computed from a clock; a call's argument (a deadline) is not."""
    match value:
        case ast.Name():
            return value.id in times
        case ast.Call():
            if _is_a_clock(value.func, clocks):
                return True
            inner = value.args if _name(value.func) in _ARITHMETIC else []
        case _:
            inner = list(ast.iter_child_nodes(value))
    return any(_is_a_time(part, times, clocks) for part in inner)


def _is_a_clock(function: ast.expr, clocks: set[str]) -> bool:
    owner = function.value if isinstance(function, ast.Attribute) else None
    return _name(function) in clocks and (owner is None or getattr(owner, "id", "") == "time")


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
