"""The body of a Python function from an expression tree, laid out as formatters do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from ..expression import Apply, Constant, Expression, Number, Truth, Variable
from ..expression.nodes import fold, post_order
from ..expression.operations import INFIX, OPERATIONS
from ..python_layout import Brackets, Code, Operands, call, laid_out

_CONDITION, _NOT, _COMPARE, _BITS, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)
_MATHS = {name for name, record in OPERATIONS.items() if record.is_function}
_WHOLE = {name: record.c for name, record in OPERATIONS.items() if record.c and record.steps}
# A part this long fits a line of its own wherever it stands, and one as long as a result `return`.
_LONGEST_PART, _LONGEST_RESULT, _SHORT_ENOUGH_TO_REPEAT = 68, 77, 15
# Python compiles no operands without end in one statement.
_MOST_OPERANDS = 500
_MOST_DECIMAL_BITS = 10_000
_SIMPLE = re.compile(r"-?[\w.]+")
_LITERAL = re.compile(r"-?\d\w*")
_NO_PIECE = 'ValueError("no condition of this piecewise function is true")'


def fraction_code(value: Fraction) -> Brackets:
    """A fraction as Python: `Fraction(1, 3)`."""
    whole = value.denominator == 1
    numbers = (value.numerator,) if whole else (value.numerator, value.denominator)
    return call("Fraction", map(_digits, numbers))


def _digits(n: int) -> str:
    """A literal of any length: Python reads no decimal one of more than 4300 digits."""
    if n.bit_length() <= _MOST_DECIMAL_BITS:
        return str(n)
    return f"{'-' if n < 0 else ''}0x{abs(n):X}"


def _evaluated_always(root: Expression) -> set[int]:
    """The parts whose value is needed whatever the inputs: not those inside a Piecewise."""
    found: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found.add(id(node))
            if isinstance(node, Apply):
                lazy = node.operation == "piecewise"
                stack.extend(node.arguments[1:2] if lazy else node.arguments)
    return found


def _always_defined(root: Expression) -> set[int]:
    """The parts that can be computed whether they are needed or not: they have a value everywhere."""
    found: set[int] = set()
    for node in post_order(root):
        if isinstance(node, Apply):
            natural = node.operation == "pow" and _is_natural(node.arguments[1])
            record = OPERATIONS[node.operation]
            if not natural and (record.overflows or not record.is_total):
                continue
            if not all(id(argument) in found for argument in node.arguments):
                continue
        found.add(id(node))
    return found


def _is_natural(exponent: Expression) -> bool:
    if not isinstance(exponent, Number):
        return False
    return exponent.value.denominator == 1 and exponent.value >= 0


def _without_dead_pieces(root: Expression) -> Expression:
    """The tree without the pieces after one whose condition is True, which have no say."""

    def apply(operation: str, arguments: tuple[Expression, ...]) -> Expression:
        if operation == "piecewise" and Truth(True) in arguments[1::2]:
            arguments = arguments[: 2 * arguments[1::2].index(Truth(True)) + 2]
        return Apply(operation, arguments)

    return fold(root, lambda leaf: leaf, apply)


@dataclass(frozen=True, slots=True)
class _Part:
    """How an expression is written, how tightly that binds, and what is known of it.

    `whole`: its value may be a Python integer. `always`: it may be computed whatever the inputs.
    `kind`: the type that a type checker sees, none where that is Any.
    `minus`: what is written after a minus sign instead of the part after a plus sign.
    `pieces`: values with their conditions, for statements; the last may have none.
    """

    code: Code
    level: int
    whole: bool = False
    always: bool = True
    kind: str = ""
    minus: str | None = None
    pieces: tuple[tuple[str, str | None], ...] = ()

    @property
    def text(self) -> str:
        return str(self.code)

    def within(self, least: int) -> str:
        return self.text if self.level >= least else f"({self.text})"


@dataclass
class Writer:
    """Writes a tree part by part; long parts, and those used twice, get a line of their own.

    What a linter would have said in another way, such as `x == x`, is said with such a name, too.
    """

    names: Mapping[str, str]
    many_digits: bool
    lines: list[str] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    exact: bool = True
    _count: int = 0
    _room: int = _LONGEST_PART

    def write(self, root: Expression) -> list[str]:
        """The lines of a function that returns the value of a tree."""
        root = _without_dead_pieces(root)
        always = _evaluated_always(root) | _always_defined(root)
        nodes = list(post_order(root))
        uses = Counter(id(a) for node in nodes if isinstance(node, Apply) for a in node.arguments)
        parts: dict[int, _Part] = {}
        for node in nodes:
            self._room = _LONGEST_RESULT if node is root else _LONGEST_PART
            x: list[_Part] = []
            if isinstance(node, Apply):
                x = [self._short(parts[id(argument)]) for argument in node.arguments]
            part = self._apply(node, x) if isinstance(node, Apply) else self._leaf(node)
            part = replace(part, always=id(node) in always, kind=self._kind(node, x))
            repeated = uses[id(node)] > 1 and len(part.text) > _SHORT_ENOUGH_TO_REPEAT
            if isinstance(node, Apply) and node is not root:
                part = self._named(part) if repeated or part.pieces else self._short(part)
            parts[id(node)] = part
        return [*self.lines, *self._returned(parts[id(root)], 1)]

    def _short(self, part: _Part) -> _Part:
        return self._named(part) if len(part.text) > _LONGEST_PART else part

    def _named(self, part: _Part) -> _Part:
        """A part under a name: a value, or a function where only some inputs need it."""
        self._count += 1
        name = f"t{self._count}"
        if part.always and not part.pieces:
            self.lines += laid_out(part.code, 1, f"{name}: Any = " if part.kind else f"{name} = ")
            return _Part(name, _ATOM, part.whole)
        self.uses.add("cache")
        if self.lines and self.lines[-1]:
            self.lines.append("")
        self.lines += ["    @cache", f"    def {name}() -> Any:", *self._returned(part, 2), ""]
        return _Part(f"{name}()", _ATOM, part.whole, part.always)

    @staticmethod
    def _returned(part: _Part, depth: int) -> list[str]:
        if not part.pieces:
            return laid_out(part.code, depth, "return ")
        lines = []
        for value, condition in part.pieces:
            lines += [] if condition is None else laid_out(condition, depth, "if ", ":")
            lines += laid_out(value, depth + (condition is not None), "return ")
        if part.pieces[-1][1] is not None:
            lines += laid_out(_NO_PIECE, depth, "raise ")
        return lines

    def _fitting(self, x: Sequence[_Part], others: int) -> list[_Part]:
        """Parts that fit on a line with so many other characters: the longest ones get names."""
        fitting = list(x)
        while sum(len(part.text) for part in fitting) + others > self._room:
            longest = max(range(len(fitting)), key=lambda place: len(fitting[place].text))
            fitting[longest] = self._named(fitting[longest])
        return fitting

    def _leaf(self, node: Expression) -> _Part:
        match node:
            case Number(value):
                if value.denominator == 1:
                    level = _SIGN if value < 0 else _ATOM
                    return _Part(_digits(value.numerator), level, whole=True)
                self.uses.add("Fraction")
                return _Part(fraction_code(value), _ATOM)
            case Constant(name):
                self.exact = False
                if self.many_digits:
                    return _Part("pi()" if name == "pi" else "exp(1)", _ATOM)
                self.uses.add("math")
                return _Part("math.pi" if name == "pi" else "math.e", _ATOM)
            case Truth(truth):
                return _Part(str(truth), _ATOM)
            case Variable(name):
                return _Part(self.names[name], _ATOM)
        raise AssertionError(f"{node!r} is not a leaf")

    def _kind(self, node: Expression, x: Sequence[_Part]) -> str:
        """The type that a type checker sees in what is made of some parts."""
        match node:
            case Number(value):
                return "int" if value.denominator == 1 else "Fraction"
            case Constant():
                return "" if self.many_digits else "float"
            case Apply(operation) if operation in _WHOLE:
                return "int"
            case Apply(operation) if operation in _MATHS:
                return "" if self.many_digits else "float"
            case Apply("min" | "max" | "piecewise" as operation):
                kinds = {part.kind for part in (x[::2] if operation == "piecewise" else x)}
                return kinds.pop() if len(kinds) == 1 else ""
            case Apply("add" | "mul" | "neg" | "abs" | "div" | "pow" as operation):
                kinds = {part.kind for part in (x[:1] if operation == "pow" else x)}
                if operation in ("div", "pow"):
                    kinds.add("Fraction")
                return next((k for k in ("", "float", "Fraction") if k in kinds), "int")
        return ""

    def _fraction(self, part: _Part) -> _Part:
        """A part that is no Python integer, so that dividing it stays exact."""
        if not part.whole:
            return part
        self.uses.add("Fraction")
        return _Part(f"Fraction({part.text})", _ATOM)

    def _apply(self, node: Apply, x: list[_Part]) -> _Part:
        operation = node.operation
        if operation in INFIX:
            return self._comparison(node, x)
        if operation in _MATHS:
            self.exact = False
            if not self.many_digits:
                self.uses.add("math")
                operation = f"math.{operation}"
            return self._call(operation, x)
        if operation in _WHOLE:
            self.uses.add("math")
            return self._call(f"math.{_WHOLE[operation]}", x, whole=True)
        match operation:
            case "add":
                return self._operands(x, _SUM, _sum)
            case "mul":
                return self._operands(x, _PRODUCT, _product)
            case "and" | "or":
                # Not the words of Python: all conditions need a value, also the later ones.
                sign = "&" if operation == "and" else "|"
                return x[0] if len(x) == 1 else self._operands(x, _BITS, partial(_joined, sign))
            case "neg":
                # Twice a minus sign reads like a decrement.
                signed = x[0].text.startswith("-") and x[0].level >= _PRODUCT
                return _negative(self._named(x[0]) if signed else self._fitting(x, 3)[0])
            case "div":
                top, bottom = self._fitting(x, len("Fraction() / ()"))
                top = self._fraction(top) if bottom.whole else top
                return _Part(f"{top.within(_PRODUCT)} / {bottom.within(_POWER)}", _PRODUCT)
            case "pow":
                return self._power(node, x)
            case "min" | "max":
                kinds = {part.kind for part in x}
                if len(kinds) > 1 and "Fraction" in kinds and "" not in kinds:
                    # A type checker finds no type that both have and that can be compared.
                    x = [self._named(x[0]), *x[1:]]
                return self._call(operation, x, any(part.whole for part in x)) if x[1:] else x[0]
            case "abs":
                return self._call("abs", x, x[0].whole)
            case "sign" | "mod":
                self.uses.add(operation)
                whole = all(part.whole for part in x) or operation == "sign"
                return self._call(operation, x, whole)
            case "piecewise":
                return self._pieces(node, x)
            case "not":
                return self._negation(x[0])
        raise AssertionError(f"there is no operation {operation!r}")

    def _operands(
        self, x: list[_Part], level: int, write: Callable[[Sequence[_Part]], Iterable[str]]
    ) -> _Part:
        """A sum, a product or joined conditions: on a line, or from three operands on several."""
        whole = all(part.whole for part in x)
        while len(x) > _MOST_OPERANDS:
            first, rest = x[:_MOST_OPERANDS], x[_MOST_OPERANDS:]
            always = all(part.always for part in first)
            named = self._named(_Part(Operands(tuple(write(first))), level, whole, always))
            x = [named, *rest]
        if len(x) == 2:
            x = self._fitting(x, len("() + ()"))
        code = Operands(tuple(write(x)))
        if len(str(code)) <= self._room:
            return _Part(str(code), level, whole)
        return _Part(code, level, whole)

    def _call(self, name: str, x: list[_Part], whole: bool = False) -> _Part:
        if len(x) < 3:
            x = self._fitting(x, len(f"{name}(, )"))
        return _Part(call(name, (part.text for part in x)), _ATOM, whole)

    def _comparison(self, node: Apply, x: list[_Part]) -> _Part:
        left, right = x
        if left.text == right.text or all(_LITERAL.fullmatch(part.text) for part in x):
            right = self._named(right)
        left, right = self._fitting((left, right), len("() <= ()"))
        sign = INFIX[node.operation]
        return _Part(f"{left.within(_SUM)} {sign} {right.within(_SUM)}", _COMPARE)

    def _negation(self, x: _Part) -> _Part:
        turned = x.level == _NOT or (x.level == _COMPARE and re.search(" [=!]= ", x.text))
        x = self._named(x) if turned else self._fitting([x], len("not ()"))[0]
        return _Part(f"not {x.within(_ATOM)}", _NOT)

    def _power(self, node: Apply, x: list[_Part]) -> _Part:
        exponent = node.arguments[1]
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            base, top = self._fitting(x, len("Fraction() ** "))
            text = self._fraction(base).within(_ATOM)
            hugged = _SIMPLE.fullmatch(text) and _SIMPLE.fullmatch(top.text)
            return _Part(f"{text}**{top.text}" if hugged else f"{text} ** {top.text}", _POWER)
        self.uses |= set() if self.many_digits else {"power"}
        self.exact = False
        return self._call("power", x)

    def _pieces(self, node: Apply, x: list[_Part]) -> _Part:
        """A conditional expression for two short pieces, otherwise statements."""
        pieces: list[tuple[str, str | None]] = [
            (value.text, None if condition == Truth(True) else given.text)
            for value, given, condition in zip(x[::2], x[1::2], node.arguments[1::2], strict=True)
        ]
        whole = any(part.whole for part in x[::2])
        if len(pieces) == 1 and pieces[0][1] is None:
            return replace(x[0], whole=whole)
        if len(pieces) == 2 and pieces[1][1] is None:
            value, given, other = x[0], x[1], x[2]
            text = f"{value.within(_NOT)} if {given.within(_NOT)} else {other.within(_NOT)}"
            compared = set(re.split(" [<>]=? ", given.text))
            plain = value.text != other.text and compared != {value.text, other.text}
            if plain and len(text) <= self._room:
                return _Part(text, _CONDITION, whole)
        return _Part("", _CONDITION, whole, pieces=tuple(pieces))


def _negative(x: _Part) -> _Part:
    bare = x.within(_PRODUCT)
    # Formatters put brackets around a power after a minus sign.
    power = "**" in bare and x.level in (_PRODUCT, _POWER)
    return _Part(f"-({bare})" if power else f"-{bare}", _PRODUCT, x.whole, minus=bare)


def _sum(terms: Sequence[_Part]) -> Iterator[str]:
    yield terms[0].within(_PRODUCT)
    for term in terms[1:]:
        text = term.within(_PRODUCT)
        if text.startswith("-"):
            yield f"- {text[1:] if term.minus is None else term.minus}"
        else:
            yield f"+ {text}"


def _product(factors: Sequence[_Part]) -> Iterator[str]:
    # Without brackets, what `a / b` has in it would stand beside the factors of a broken product.
    first, *rest = factors
    several = first.level == _PRODUCT and " " in first.text and len(factors) > 2
    yield f"({first.text})" if several else first.within(_PRODUCT)
    for factor in rest:
        yield f"* {factor.within(_POWER)}"


def _joined(sign: str, conditions: Sequence[_Part]) -> Iterator[str]:
    yield conditions[0].within(_SUM)
    for condition in conditions[1:]:
        yield f"{sign} {condition.within(_SUM)}"
