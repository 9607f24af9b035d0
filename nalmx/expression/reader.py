"""From Python's syntax tree to ours, whatever wrote that tree; nothing is executed.

Nodes of Python's syntax tree that no expression has are an `ExpressionError` at their column. Depth,
exponents, degrees and the size of numbers are limited, so that no tree can hang or exhaust the machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NoReturn

from ..errors import ExpressionError
from ..rationals import parse_decimal
from . import abbreviations, build
from .exact import evaluate
from .names import check_name, is_reserved, reserved
from .nodes import Apply, Constant, Expression, Number, Truth, Variable
from .nodes import is_constant as has_no_inputs
from .operations import FUNCTIONS, OPERATIONS, Sort, sort_of

MAX_DEPTH = 100
MAX_EXPONENT = 100_000
# Up to here a power counts as the product that it is; above, exact values are not worked out.
_MOST_MULTIPLIED = 1_000
MAX_ROOT = 10**40
MAX_DEGREE = 10_000
MAX_BITS = 100_000
MAX_PARTS = 20_000  # with what is written twice counted twice

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
WORD = re.compile(r"(?<![\w.])[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class _Sized:
    """A tree with bounds on its degree and on the bits of the numbers in its exact value."""

    expression: Expression
    degree: int
    bits: int


@cache
def _meaning(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class Reader:
    """Walks Python's syntax tree and builds ours.

    `parameters` are names that stand for what is read already, in the meaning of an abbreviation.
    `in_order` keeps every operation of numbers, and the order of sums and products, as a computer has them.
    """

    def __init__(
        self,
        source: str,
        blanks: int,
        parameters: Mapping[str, _Sized] | None = None,
        parts: dict[Expression, int] | None = None,
        *,
        in_order: bool = False,
    ) -> None:
        self._in_order = in_order
        self._source = source
        self._blanks = blanks
        self._parameters = parameters or {}
        self._parts = {} if parts is None else parts

    def _fail(self, node: ast.AST, message: str) -> NoReturn:
        raise ExpressionError(message, getattr(node, "col_offset", 0) + 1 + self._blanks)

    def _spelled(self, node: ast.expr) -> str:
        return self._source[node.col_offset : node.end_col_offset]

    def _text(self, node: ast.expr) -> str:
        text = self._spelled(node)
        return text if len(text) <= 40 else text[:37] + "..."

    def read(self, node: ast.expr, depth: int) -> _Sized:
        if depth > MAX_DEPTH:
            self._fail(node, f"nested too deeply; at most {MAX_DEPTH} levels are allowed")
        match node:
            case ast.BinOp():
                sized = self._chain(node, depth)
            case ast.UnaryOp():
                sized = self._unary(node, depth)
            case ast.Compare():
                sized = self._comparison(node, depth)
            case ast.Call():
                sized = self._call(node, depth)
            case ast.Name():
                sized = self._name(node)
            case ast.Constant():
                sized = self._constant(node)
            case ast.BoolOp():
                self._fail(node, "'and' and 'or' are not allowed; write (a) & (b), (a) | (b)")
            case ast.IfExp():
                self._fail(node, "'if' is not allowed; write Piecewise((a, condition), (b, True))")
            case ast.Tuple():
                self._fail(node, "a list of values is not an expression; remove the comma")
            case _:
                word = WORD.match(self._spelled(node))
                if word and is_reserved(word[0]):
                    self._fail(node, reserved(word[0]))
                self._fail(node, f"{self._text(node)!r} is not allowed in an expression")
        if sized.bits > MAX_BITS or sized.degree > MAX_DEGREE:
            self._fail(
                node,
                f"too large: the degree may be at most {MAX_DEGREE} and exact values may have "
                f"at most {MAX_BITS} bits",
            )
        if self._count(sized.expression) > MAX_PARTS:
            self._fail(node, f"written out it has more than {MAX_PARTS} parts")
        return sized

    def _count(self, root: Expression) -> int:
        """How many parts an expression has where it is written out."""
        stack = [root]
        while stack:
            node = stack[-1]
            inner = node.arguments if isinstance(node, Apply) else ()
            unknown = [argument for argument in inner if argument not in self._parts]
            if not unknown:
                self._parts[stack.pop()] = 1 + sum(self._parts[argument] for argument in inner)
            stack.extend(unknown)
        return self._parts[root]

    def _real(self, node: ast.expr, depth: int) -> _Sized:
        return self._expect(node, depth, "real")

    def _expect(self, node: ast.expr, depth: int, sort: Sort) -> _Sized:
        sized = self.read(node, depth)
        if sort_of(sized.expression) != sort:
            found, wanted = (
                ("a condition", "a number") if sort == "real" else ("a number", "a condition")
            )
            self._fail(node, f"{self._text(node)!r} is {found} where {wanted} is needed")
        return sized

    def _chain(self, node: ast.BinOp, depth: int) -> _Sized:
        """A run of operators of one precedence, read from the left without recursion."""
        match node.op:
            case ast.Pow():
                return self._power(node, depth)
            case ast.Add() | ast.Sub():
                group: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub)
            case ast.Mult() | ast.Div():
                group = (ast.Mult, ast.Div)
            case ast.BitAnd():
                group = (ast.BitAnd,)
            case ast.BitOr():
                group = (ast.BitOr,)
            case ast.FloorDiv():
                self._fail(node, "'//' is not allowed; write floor(a/b)")
            case _:
                self._fail(node, f"an operator in {self._text(node)!r} is not allowed")
        links: list[tuple[ast.operator, ast.expr]] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp) and isinstance(first.op, group):
            links.append((first.op, first.right))
            first = first.left
        links.reverse()
        sort: Sort = "truth" if group[0] in (ast.BitAnd, ast.BitOr) else "real"
        start = self._expect(first, depth + 1, sort)
        rest = [(op, self._expect(right, depth + 1, sort)) for op, right in links]
        sizes = [start, *(sized for _, sized in rest)]
        multiplies = group == (ast.Mult, ast.Div)
        degree = (sum if multiplies else max)(s.degree for s in sizes)
        # In a sum the denominators multiply, so there too the bits add up.
        bits = sum(s.bits for s in sizes) + len(sizes).bit_length()
        return _Sized(self._combine(group, start.expression, rest), degree, bits)

    def _combine(
        self,
        group: tuple[type[ast.operator], ...],
        first: Expression,
        rest: list[tuple[ast.operator, _Sized]],
    ) -> Expression:
        if group == (ast.Add, ast.Sub):
            signed = (
                build.negative(s.expression) if isinstance(op, ast.Sub) else s.expression
                for op, s in rest
            )
            return self._joined("add", (first, *signed))
        if group == (ast.Mult, ast.Div):
            factors = [first]
            for op, s in rest:
                if isinstance(op, ast.Mult):
                    factors.append(s.expression)
                else:
                    above = self._joined("mul", factors)
                    factors = [self._quotient(above, s.expression)]
            return self._joined("mul", factors)
        join = build.all_of if group == (ast.BitAnd,) else build.any_of
        return join((first, *(s.expression for _, s in rest)))

    def _joined(self, operation: str, arguments: Iterable[Expression]) -> Expression:
        """A sum or a product."""
        if self._in_order:
            return build.in_order(operation, arguments)
        return (build.total if operation == "add" else build.product)(arguments)

    def _quotient(self, x: Expression, y: Expression) -> Expression:
        """A quotient; in order, that of whole numbers alone is a number, as both round to the same."""
        numbers = [node.value for node in (x, y) if isinstance(node, Number)]
        whole = len(numbers) == 2 and all(value.denominator == 1 for value in numbers)
        return Apply("div", (x, y)) if self._in_order and not whole else build.quotient(x, y)

    def _power(self, node: ast.BinOp, depth: int) -> _Sized:
        base = self._real(node.left, depth + 1)
        exponent = self._real(node.right, depth + 1)
        expression = build.power(base.expression, exponent.expression)
        if not has_no_inputs(exponent.expression):
            return _Sized(expression, base.degree + exponent.degree, base.bits + exponent.bits)
        value = evaluate(exponent.expression, {})
        if not isinstance(value, Fraction):
            return _Sized(expression, base.degree, base.bits + exponent.bits)
        if abs(value) > MAX_EXPONENT or value.denominator > MAX_ROOT:
            self._fail(
                node.right,
                f"the exponent {self._text(node.right)!r} is too large; at most {MAX_EXPONENT}, and as "
                f"a fraction a denominator of at most {MAX_ROOT:.0e}, is allowed",
            )
        if self._in_order and value.denominator != 1:
            return _Sized(expression, base.degree, base.bits + exponent.bits)
        times = max(1, -(-abs(value.numerator) // value.denominator))
        times = times if times <= _MOST_MULTIPLIED else 1
        return _Sized(
            build.power(base.expression, Number(value)), base.degree * times, base.bits * times
        )

    def _unary(self, node: ast.UnaryOp, depth: int) -> _Sized:
        match node.op:
            case ast.USub():
                x = self._real(node.operand, depth + 1)
                return _Sized(build.negative(x.expression), x.degree, x.bits)
            case ast.UAdd():
                return self._real(node.operand, depth + 1)
            case ast.Invert():
                x = self._expect(node.operand, depth + 1, "truth")
                return _Sized(Apply("not", (x.expression,)), x.degree, x.bits)
            case _:
                self._fail(node, "'not' is not allowed; write ~(a)")

    def _comparison(self, node: ast.Compare, depth: int) -> _Sized:
        sides = [self._real(side, depth + 1) for side in (node.left, *node.comparators)]
        links: list[Expression] = []
        for operator, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
            name = _COMPARISONS.get(type(operator))
            if name is None:
                self._fail(node, "'in' and 'is' are not allowed; compare with < <= > >= == !=")
            links.append(Apply(name, (left.expression, right.expression)))
        return _Sized(
            build.all_of(links),
            max(s.degree for s in sides),
            max(s.bits for s in sides),
        )

    def _call(self, node: ast.Call, depth: int) -> _Sized:
        if not isinstance(node.func, ast.Name):
            self._fail(node, f"{self._text(node.func)!r} is not a function")
        name = node.func.id
        operation = FUNCTIONS.get(name)
        if operation is None and name not in abbreviations.NAMES:
            self._fail(
                node,
                f"there is no function {name[:40]!r}; allowed: {', '.join(FUNCTIONS)}, and what the "
                "documentation lists as written by these",
            )
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            self._fail(node, f"{name} takes plain arguments, no keywords and no stars")
        meant = abbreviations.abbreviation(name, len(node.args))
        if operation is None or meant is not None:
            return self._abbreviated(node, name, meant, depth)
        if operation == "piecewise":
            arguments = self._pieces(node, depth)
        else:
            facts = OPERATIONS[operation]
            given = len(node.args)
            if given < facts.least or (facts.most is not None and given > facts.most):
                others = map(str, abbreviations.numbers_of_arguments(name))
                wanted = (
                    " or ".join((str(facts.least), *others))
                    if facts.most == facts.least
                    else f"at least {facts.least}"
                )
                self._fail(node, f"{name} takes {wanted} argument(s); {given} given")
            arguments = [self._expect(a, depth + 1, facts.takes) for a in node.args]
        values = tuple(a.expression for a in arguments)
        join = {"and": build.all_of, "or": build.any_of}.get(operation)
        return _Sized(
            join(values) if join else Apply(operation, values),
            max(a.degree for a in arguments),
            sum(a.bits for a in arguments),
        )

    def _abbreviated(
        self, node: ast.Call, name: str, meant: abbreviations.Abbreviation | None, depth: int
    ) -> _Sized:
        """A function that is written by others."""
        if name in abbreviations.OF_CONSTANTS:
            return self._of_a_constant(node, name, depth)
        if meant is None:
            wanted = " or ".join(map(str, abbreviations.numbers_of_arguments(name))) or "at least 1"
            self._fail(node, f"{name} takes {wanted} argument(s); {len(node.args)} given")
        if self._in_order and name in abbreviations.OF_LIBRARIES:
            self._fail(
                node,
                f"{name} is written by other functions here ({meant.meaning}), and a library rounds it "
                "otherwise; write what is computed",
            )
        sorts: list[Sort] = ["truth" if p == "condition" else "real" for p in meant.parameters]
        given = [self._expect(a, depth + 1, s) for a, s in zip(node.args, sorts, strict=True)]
        parameters = dict(zip(meant.parameters, given, strict=True))
        try:
            reader = Reader(meant.meaning, 0, parameters, self._parts, in_order=self._in_order)
            return reader.read(_meaning(meant.meaning), depth)
        except ExpressionError as error:
            self._fail(node, f"{name}: {error.message}")

    def _of_a_constant(self, node: ast.Call, name: str, depth: int) -> _Sized:
        """A function whose value is written out, since its argument is a number."""
        write, wanted = abbreviations.OF_CONSTANTS[name]
        if len(node.args) != 1:
            self._fail(node, f"{name} takes 1 argument(s); {len(node.args)} given")
        argument = self._real(node.args[0], depth + 1).expression
        value = evaluate(argument, {}) if has_no_inputs(argument) else None
        written = write(value) if isinstance(value, Fraction) else None
        if written is None:
            self._fail(node, f"{name} takes {wanted}; {self._text(node.args[0])!r} is not one")
        return _Sized(written, 0, 64 if isinstance(written, Apply) else _bits_of(written))

    def _pieces(self, node: ast.Call, depth: int) -> list[_Sized]:
        arguments: list[_Sized] = []
        for piece in node.args:
            if not isinstance(piece, ast.Tuple) or len(piece.elts) != 2:
                self._fail(piece, "a piece of Piecewise is a pair (value, condition)")
            value, condition = piece.elts
            arguments.append(self._real(value, depth + 1))
            arguments.append(self._expect(condition, depth + 1, "truth"))
        if not arguments:
            self._fail(node, "Piecewise takes at least one pair (value, condition)")
        return arguments

    def _name(self, node: ast.Name) -> _Sized:
        if node.id in self._parameters:
            return self._parameters[node.id]
        if node.id == "pi":
            return _Sized(Constant("pi"), 0, 64)
        if node.id == "E":
            return _Sized(Constant("E"), 0, 64)
        if node.id in FUNCTIONS:
            self._fail(node, f"{node.id} is a function; write {node.id}(...)")
        try:
            return _Sized(Variable(check_name(node.id)), 1, 0)
        except ExpressionError as error:
            self._fail(node, str(error))

    def _constant(self, node: ast.Constant) -> _Sized:
        if isinstance(node.value, bool):
            return _Sized(Truth(node.value), 0, 0)
        # A language that spells numbers otherwise says how Python would.
        value = parse_decimal(node.kind or self._spelled(node))
        if value is None:
            self._fail(
                node,
                f"{self._text(node)!r} is not a number that is allowed; write an integer or a decimal "
                "such as 12, 0.5 or 1e-12 (exponents of ten up to 1000)",
            )
        return _Sized(Number(value), 0, _bits_of(Number(value)))


def _bits_of(number: Expression) -> int:
    assert isinstance(number, Number)
    return number.value.numerator.bit_length() + number.value.denominator.bit_length()
