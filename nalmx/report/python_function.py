"""An expression as a plain Python function that computes with fractions and with floats alike.

The function needs the standard library and the few helpers of `HELPERS` that it names. Over
fractions a rational expression stays exact. Where the expression is undefined the function raises
`ZeroDivisionError` or `ValueError`.
"""

from __future__ import annotations

import builtins
import keyword
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..expression import Apply, Constant, Expression, Number, Truth, Variable, check_name
from ..expression.nodes import post_order
from . import precise

# Ruff takes these for digits, whatever they stand for.
_AMBIGUOUS = {"l", "O", "I"}
_CONDITION, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(8)
_INFIX = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_MATHS = ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh")
_JUMPING = {"floor", "mod", "sign", "piecewise", *_INFIX}
_LONGEST_PART, _SHORT_ENOUGH_TO_REPEAT, _LONGEST_LINE = 76, 15, 88
_DEFINED = {
    *("add", "mul", "neg", "abs", "min", "max", "floor", "sign", "sin", "cos", "tanh", *_INFIX),
    *("and", "or", "not"),
}
_MOST_DECIMAL_BITS = 10_000
_TEMPORARY = re.compile(r"t\d+")

HELPERS = {
    "power": '''\
def power(x: Any, y: Any) -> Any:
    """x**y over the reals: x**0 is 1, and y that is not whole needs x > 0, or x = 0 and y > 0."""
    if y == math.floor(y):
        return x ** math.floor(y)
    if x > 0:
        return float(x) ** float(y)
    if x == 0 and y > 0:
        return 0
    raise ValueError("a fractional power of a negative number, or a negative power of zero")
''',
    "mod": '''\
def mod(a: Any, b: Any) -> Any:
    """a - b*floor(a/b)."""
    return a - b * (a // b)
''',
    "sign": """\
def sign(x: Any) -> Any:
    return (x > 0) - (x < 0)
""",
    "no_piece": """\
def no_piece() -> NoReturn:
    raise ValueError("no condition of this piecewise function is true")
""",
}


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """The text of a function, and the names that it uses.

    `exact`: over fractions its values are exact. `jumps`: it may be discontinuous.
    """

    text: str
    uses: frozenset[str]
    exact: bool
    jumps: bool


def python_names(inputs: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A parameter for each input: its own name, or one with underscores where Python has that name."""
    names = [check_name(name) for name in inputs]
    taken = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *HELPERS, *reserved}
    taken |= {"math", "Fraction", "cache", "Any", *_AMBIGUOUS, *precise.NAMES}
    chosen: dict[str, str] = {}
    for name in names:
        new = name
        while new in taken or _TEMPORARY.fullmatch(new) or (new != name and new in names):
            new += "_"
        chosen[name] = new
        taken.add(new)
    return chosen


def python_function(
    name: str, expression: Expression, parameters: Mapping[str, str], *, many_digits: bool = False
) -> PythonFunction:
    """The function `name` of some inputs, whose parameters are named by `python_names`.

    With `many_digits`, it calls the functions of `precise` instead of those of `math`.
    """
    always = _evaluated_always(expression) | _always_defined(expression)
    writer = _Writer(parameters, always, many_digits)
    result = writer.write(expression)
    typed = ", ".join(f"{parameter}: Any" for parameter in parameters.values())
    head = f"def {name}({typed}) -> Any:"
    if len(head) > _LONGEST_LINE:
        head = f"def {name}(\n{_wrapped(typed, 4)}\n) -> Any:"
    lines = [head, *writer.lines, *_statement("return ", result, 4)]
    return PythonFunction(
        "\n".join(lines) + "\n",
        frozenset(writer.uses),
        writer.exact,
        any(isinstance(n, Apply) and n.operation in _JUMPING for n in post_order(expression)),
    )


def fraction_text(value: Fraction) -> str:
    """A fraction as Python: `Fraction(1, 3)`."""
    if value.denominator == 1:
        return f"Fraction({_digits(value.numerator)})"
    return f"Fraction({_digits(value.numerator)}, {_digits(value.denominator)})"


def _digits(n: int) -> str:
    """A literal of any length: Python reads no decimal one of more than 4300 digits."""
    return str(n) if n.bit_length() <= _MOST_DECIMAL_BITS else hex(n)


def _wrapped(text: str, indent: int) -> str:
    """A text without strings in it, broken at spaces."""
    blanks = " " * indent
    return textwrap.fill(
        text,
        _LONGEST_LINE,
        initial_indent=blanks,
        subsequent_indent=blanks,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _statement(start: str, text: str, indent: int) -> list[str]:
    line = f"{' ' * indent}{start}{text}"
    if len(line) <= _LONGEST_LINE:
        return [line]
    return [f"{' ' * indent}{start}(", _wrapped(text, indent + 4), f"{' ' * indent})"]


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
            if not (natural or node.operation in _DEFINED):
                continue
            if not all(id(argument) in found for argument in node.arguments):
                continue
        found.add(id(node))
    return found


def _is_natural(exponent: Expression) -> bool:
    if not isinstance(exponent, Number):
        return False
    return exponent.value.denominator == 1 and exponent.value >= 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A text, how tightly it binds, and whether its value may be a Python integer."""

    text: str
    level: int
    whole: bool = False

    def within(self, least: int) -> str:
        return self.text if self.level >= least else f"({self.text})"


@dataclass
class _Writer:
    """Writes a tree part by part; long parts, and those used twice, get a line of their own."""

    names: Mapping[str, str]
    always: set[int]
    many_digits: bool
    lines: list[str] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)
    exact: bool = True
    _count: int = 0

    def write(self, root: Expression) -> str:
        nodes = list(post_order(root))
        uses = Counter(id(a) for node in nodes if isinstance(node, Apply) for a in node.arguments)
        parts: dict[int, _Part] = {}
        for node in nodes:
            if not isinstance(node, Apply):
                parts[id(node)] = self._leaf(node)
                continue
            part = self._apply(node, [parts[id(argument)] for argument in node.arguments])
            length = len(part.text)
            repeated = uses[id(node)] > 1 and length > _SHORT_ENOUGH_TO_REPEAT
            if node is not root and (repeated or length > _LONGEST_PART):
                part = self._named(part, id(node) in self.always)
            parts[id(node)] = part
        return parts[id(root)].text

    def _named(self, part: _Part, always: bool) -> _Part:
        """A part under a name: a value, or a function where only some inputs need it."""
        self._count += 1
        name = f"t{self._count}"
        if always:
            self.lines += _statement(f"{name} = ", part.text, 4)
            return _Part(name, _ATOM, part.whole)
        self.uses.add("cache")
        self.lines += ["", "    @cache", f"    def {name}() -> Any:"]
        self.lines += [*_statement("return ", part.text, 8), ""]
        return _Part(f"{name}()", _ATOM, part.whole)

    def _leaf(self, node: Expression) -> _Part:
        match node:
            case Number(value):
                if value.denominator == 1:
                    return _Part(_digits(value.numerator), _SIGN if value < 0 else _ATOM, True)
                self.uses.add("Fraction")
                return _Part(fraction_text(value), _ATOM)
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

    def _fraction(self, part: _Part) -> _Part:
        """A part that is no Python integer, so that dividing it stays exact."""
        if not part.whole:
            return part
        self.uses.add("Fraction")
        return _Part(f"Fraction({part.text})", _ATOM)

    def _apply(self, node: Apply, x: list[_Part]) -> _Part:
        operation = node.operation
        if operation in _INFIX:
            return _Part(f"{x[0].within(_SUM)} {_INFIX[operation]} {x[1].within(_SUM)}", _COMPARE)
        if operation in _MATHS:
            self.exact = False
            if self.many_digits:
                return _Part(f"{operation}({x[0].text})", _ATOM)
            self.uses.add("math")
            return _Part(f"math.{operation}({x[0].text})", _ATOM)
        match operation:
            case "add":
                return _Part(_sum(x), _SUM, all(part.whole for part in x))
            case "mul":
                texts = [x[0].within(_PRODUCT), *(part.within(_POWER) for part in x[1:])]
                return _Part(" * ".join(texts), _PRODUCT, all(part.whole for part in x))
            case "neg":
                text = x[0].within(_PRODUCT)
                return _Part(
                    f"-({text})" if text.startswith("-") else f"-{text}", _PRODUCT, x[0].whole
                )
            case "div":
                top = self._fraction(x[0]) if x[1].whole else x[0]
                return _Part(f"{top.within(_PRODUCT)} / {x[1].within(_POWER)}", _PRODUCT)
            case "pow":
                return self._power(node, x)
            case "abs":
                return _Part(f"abs({x[0].text})", _ATOM, x[0].whole)
            case "min" | "max":
                return self._extreme(operation, x)
            case "floor":
                self.uses.add("math")
                return _Part(f"math.floor({x[0].text})", _ATOM, True)
            case "sign" | "mod":
                self.uses.add(operation)
                whole = all(part.whole for part in x) or operation == "sign"
                return _Part(f"{operation}({', '.join(part.text for part in x)})", _ATOM, whole)
            case "piecewise":
                return self._pieces(node, x)
            case "not":
                return _Part(f"not {x[0].within(_COMPARE)}", _NOT)
            case "and" | "or":
                # A call and not the operator: all conditions need a value, also the later ones.
                joined = ", ".join(part.text for part in x)
                return _Part(f"{'all' if operation == 'and' else 'any'}([{joined}])", _ATOM)
        raise AssertionError(f"there is no operation {operation!r}")

    def _power(self, node: Apply, x: list[_Part]) -> _Part:
        exponent = node.arguments[1]
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return _Part(f"{self._fraction(x[0]).within(_ATOM)}**{x[1].text}", _POWER)
        self.uses |= set() if self.many_digits else {"power"}
        self.exact = False
        return _Part(f"power({x[0].text}, {x[1].text})", _ATOM)

    def _extreme(self, operation: str, x: list[_Part]) -> _Part:
        if len(x) == 1:
            return x[0]
        joined = ", ".join(part.text for part in x)
        return _Part(f"{operation}({joined})", _ATOM, any(part.whole for part in x))

    def _pieces(self, node: Apply, x: list[_Part]) -> _Part:
        texts = []
        for place in range(0, len(x), 2):
            if node.arguments[place + 1] == Truth(True):
                texts.append(x[place].within(_NOT))
                break
            texts.append(f"{x[place].within(_NOT)} if {x[place + 1].within(_NOT)}")
        else:
            self.uses.add("no_piece")
            texts.append("no_piece()")
        level = _CONDITION if len(texts) > 1 else _NOT
        return _Part(" else ".join(texts), level, any(part.whole for part in x[::2]))


def _sum(terms: list[_Part]) -> str:
    texts = [term.within(_PRODUCT) for term in terms]
    joined = texts[0]
    for text in texts[1:]:
        joined += f" - {text[1:]}" if text.startswith("-") else f" + {text}"
    return joined
