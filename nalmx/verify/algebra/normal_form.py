"""From an expression to its normal form in a field, with what must hold for it to be defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from typing import TypeAlias

from ...clock import look
from ...expression import Apply, Constant, Expression, Number, Truth, Variable, variables
from ...expression.build import total
from ...expression.definitions import defined
from ...expression.nodes import post_order
from ...expression.operations import OPERATIONS
from ...ranges import Range
from .angles import angles_cancel, arcsine, arctangent
from .field import Field, Slot, Units
from .functions import absolute, exponential, logarithm, logarithms_cancel, raised
from .numbers import vanishes_by_numbers
from .quotients import OutsideMethod, Quotient, key, rational
from .region import HALVES, OpenSign, Region
from .signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, ZERO, SignCondition, Signs
from .waves import by_half_angles, cosine_and_sine
from .whole_parts import whole_part

Form: TypeAlias = Quotient | bool
_MOST_SLOTS = 300  # a sixteenth loses no proof of benchmarks/algebra_limits.py
_RATIONAL = frozenset({"add", "mul", "div", "neg", "pow"})


@dataclass(frozen=True, slots=True)
class Obligation:
    """What must hold wherever the conditions do: the sign of `function`, so that `what` is defined.

    Where it `is_exact`, there is no value where it does not hold.
    """

    function: Expression
    form: Quotient
    signs: Signs
    what: str
    is_exact: bool = True


class NormalForms:
    """Takes expressions to normal forms on a part of the domain.

    Where `opaque`, whatever is not a polynomial is left as it is written: not a normal form, but
    what is common to two sides cancels, and nothing is expanded that is better enclosed as it stands.
    """

    def __init__(
        self,
        roots: Sequence[Expression],
        ranges: Mapping[str, Range],
        conditions: Sequence[SignCondition],
        units: Units,
        *,
        opaque: bool = False,
        integers: frozenset[str] = frozenset(),
    ) -> None:
        everything = (*roots, *(c.function for c in conditions))
        slots = _slots_for(everything, opaque)
        self.field = Field(variables(*everything), slots, units)
        self.region = Region(self.field, ranges, integers)
        self.obligations: dict[tuple[int, Signs], Obligation] = {}
        self._forms: dict[int, Form] = {}
        self._made_here: list[Expression] = []
        self._rules = self._rule_table()
        self._opaque = opaque
        self._conditions = conditions
        for condition in conditions:
            self.region.learn(condition, self.value(condition.function))
        # What a side shares with a condition is an obligation of the side all the same.
        self._forms.clear()
        self.obligations.clear()

    def value(self, root: Expression) -> Quotient:
        form = self.form(root)
        assert isinstance(form, Quotient)
        return form

    def form(self, root: Expression) -> Form:
        """The normal form of an expression; `OpenSign` where it depends on an open sign."""
        nodes = list(post_order(root))
        try:
            if not any(isinstance(n, Apply) and n.operation == "piecewise" for n in nodes):
                for node in nodes:
                    self._visit(node)
            return self._visit(root)
        except RecursionError:
            raise OutsideMethod("the claim is nested too deeply") from None

    def obligations_of(self, side: Expression) -> list[Obligation]:
        """What must hold for a side to be defined, each after those of what it speaks of."""
        kept, self.obligations = self.obligations, {}
        self._forms.clear()
        self.form(side)
        found, self.obligations = list(self.obligations.values()), kept
        return found

    def are_equal(self, left: Form, right: Form) -> bool:
        """Whether two forms are certainly equal where they are defined and the conditions hold."""
        if isinstance(left, bool) or isinstance(right, bool):
            return left is right
        ring = self.field.ring
        difference = ring.equal(left, right)
        return (
            self.region.vanishes(difference)
            or logarithms_cancel(self.region, ring.minus(left, right))
            or angles_cancel(self.region, ring.minus(left, right), self._conditions)
            or vanishes_by_numbers(self.field, difference)
        )

    def _visit(self, node: Expression) -> Form:
        known = self._forms.get(id(node))
        if known is None:
            look()
            known = self._forms[id(node)] = self._made(node)
        return known

    def _made(self, node: Expression) -> Form:
        if isinstance(node, Number):
            return self.field.ring.number(node.value)
        if isinstance(node, Variable):
            return self.field.ring.whole(self.field.ring.input(node.name))
        if isinstance(node, Truth):
            return node.value
        if isinstance(node, Constant):
            if node.name == "pi":
                return self.field.ring.whole(self.field.pi())
            return exponential(self.region, self.field.ring.number(1))
        if self._opaque and not _is_polynomial(node):
            return self._as_one(node)
        if node.operation == "piecewise":
            return self._piecewise(node)
        arguments = [self._visit(argument) for argument in node.arguments]
        if node.operation in ("and", "or", "not"):
            return _junction(node.operation, [bool(a) for a in arguments])
        values = [a for a in arguments if isinstance(a, Quotient)]
        if node.operation in _COMPARISONS:
            return self._compared(node.operation, *values)
        if node.operation == "pow":
            return self._power(node, *values)
        self._require(node)
        rule = self._rules.get(node.operation)
        return self._by_record(node, values) if rule is None else rule(*values)

    def _as_one(self, node: Apply) -> Quotient:
        """A function that is left as it is written: a slot for it and all that are written alike."""
        return self.field.ring.whole(self.field.slot(("opaque", node), Slot("opaque", node)))

    def _piecewise(self, node: Apply) -> Form:
        """The first piece whose condition holds; pieces that are not reached need not be defined."""
        for value, condition in zip(node.arguments[::2], node.arguments[1::2], strict=True):
            if self._visit(condition) is True:
                return self._visit(value)
        self._oblige(Number(Fraction(0)), self.field.ring.number(0), NONZERO, "a Piecewise")
        return self.field.ring.number(0)

    def _compared(self, operation: str, x: Quotient, y: Quotient) -> bool:
        parts, holds = _COMPARISONS[operation]
        try:
            return self.region.need(self.field.ring.minus(x, y), parts) in holds
        except OpenSign:
            self.region.split_magnitudes()
            raise

    def _oblige(
        self,
        function: Expression,
        form: Quotient,
        signs: Signs,
        what: str,
        *,
        is_exact: bool = True,
    ) -> None:
        made = Obligation(function, form, signs, what, is_exact)
        known = self.obligations.setdefault((id(function), signs), made)
        if known.is_exact and not is_exact:
            self.obligations[id(function), signs] = made

    def _rule_table(self) -> dict[str, Callable[..., Quotient]]:
        ring, region = self.field.ring, self.region
        return {
            "add": lambda *xs: reduce(ring.plus, xs),
            "mul": lambda *xs: reduce(ring.times, xs),
            "neg": ring.negative,
            "div": self._divided,
            "abs": lambda x: absolute(region, x),
            "min": lambda *xs: reduce(partial(self._extreme, -1), xs),
            "max": lambda *xs: reduce(partial(self._extreme, 1), xs),
            "sign": lambda x: ring.number(region.need(x, (NEGATIVE, ZERO, POSITIVE)) - 1),
            "floor": lambda x: whole_part(region, x),
            "sqrt": lambda x: raised(region, by_half_angles(region, x), Fraction(1, 2)),
            "log": lambda x: logarithm(self.field, x),
            "exp": lambda x: exponential(region, x),
            "atan": lambda x: arctangent(region, x),
            "asin": lambda x: arcsine(region, x),
            "acos": lambda x: ring.minus(
                ring.scaled(ring.whole(self.field.pi()), Fraction(1, 2)), arcsine(region, x)
            ),
            "sin": lambda x: cosine_and_sine(region, x)[1],
            "cos": lambda x: cosine_and_sine(region, x)[0],
        }

    def _require(self, node: Apply) -> None:
        """Note what the record of an operation asks of its arguments."""
        for need in OPERATIONS[node.operation].requires:
            argument = node.arguments[need.place]
            if need.relation == "ne" and not need.bound:
                self._must_not_vanish(argument)
                continue
            if need.bound:
                argument = self._kept(total([argument, Number(Fraction(-need.bound))]))
            self._oblige(argument, self.value(argument), _ALLOWED[need.relation], need.what)

    def _by_record(self, node: Apply, values: Sequence[Quotient]) -> Quotient:
        """A function by its definition; without one, as it is written, of a canonical argument."""
        field, ring, record = self.field, self.field.ring, OPERATIONS[node.operation]
        x = field.reduced(values[0])
        turned = record.odd and not x.top.is_zero() and x.top.leading_coefficient() < 0
        x = ring.negative(x) if turned else x
        arguments = (self._kept(field.tree_of(x)),) if turned else node.arguments
        written = defined(node.operation, arguments)
        if written is not None:
            value = self.value(self._kept(written))
            return ring.negative(value) if turned else value
        if len(values) != 1 or record.partial:
            raise OutsideMethod(f"the normal form has no rule for {node.operation!r}")
        constant, exact = _constant(x), record.exact
        known = exact(constant) if exact is not None and constant is not None else None
        if isinstance(known, Fraction):
            return ring.number(-known if turned else known)
        made = Slot("opaque", Apply(node.operation, (field.tree_of(x),)))
        value = ring.whole(field.slot((node.operation, key(x.top), key(x.bottom)), made))
        return ring.negative(value) if turned else value

    def _kept(self, tree: Expression) -> Expression:
        """A tree made here, which has to live as long as the forms that its parts are known by."""
        self._made_here.append(tree)
        return tree

    def _must_not_vanish(self, divisor: Expression) -> None:
        """Note a divisor, a product by its factors: it is zero where one of them is."""
        if isinstance(divisor, Apply) and divisor.operation in ("mul", "neg"):
            for factor in divisor.arguments:
                self._must_not_vanish(factor)
        elif isinstance(divisor, Apply) and divisor.operation == "div":
            self._must_not_vanish(divisor.arguments[0])
        elif not isinstance(divisor, Number) or not divisor.value:
            form = self._visit(divisor)
            assert isinstance(form, Quotient)
            self._oblige(divisor, form, NONZERO, "the divisor")

    def _power(self, node: Apply, x: Quotient, y: Quotient) -> Quotient:
        base, exponent = self.field.reduced(x), self.field.reduced(y)
        constant = _constant(exponent)
        if constant is None:
            if base.top.is_zero():
                return self._power_of_zero(node, exponent)
            self.region.seen.append(exponent)
            what = "the base of a power"
            self._oblige(node.arguments[0], x, POSITIVE, what, is_exact=False)
            inside = self.field.ring.times(exponent, logarithm(self.field, base))
            return exponential(self.region, inside)
        if constant.denominator == 1:
            if constant < 0:
                self._must_not_vanish(node.arguments[0])
                if base.top.is_zero():
                    return base
            return self.field.ring.power(x, int(constant))
        signs = NONNEGATIVE if constant > 0 else POSITIVE
        self._oblige(node.arguments[0], x, signs, "the base of a power")
        return raised(self.region, by_half_angles(self.region, base), constant)

    def _power_of_zero(self, node: Apply, exponent: Quotient) -> Quotient:
        """0**y is 0 for y > 0, 1 for y = 0, and undefined for y < 0."""
        sign = self.region.need(exponent, (NEGATIVE, ZERO, POSITIVE))
        self._oblige(node.arguments[1], exponent, NONNEGATIVE, "the exponent of zero")
        return self.field.ring.number(1 if sign == 1 else 0)

    def _divided(self, x: Quotient, y: Quotient) -> Quotient:
        """x/y; any number where y is 0 everywhere, which is for its obligation to refuse."""
        ring = self.field.ring
        nothing = self.field.reduced(y).top.is_zero()
        return ring.number(0) if nothing else ring.times(x, ring.inverse(y))

    def _extreme(self, direction: int, x: Quotient, y: Quotient) -> Quotient:
        """max (direction 1) or min (−1) as (x + y ± |x − y|) / 2, resolved where the sign is known."""
        ring = self.field.ring
        gap = self.field.reduced(ring.minus(x, y))
        signs = self.region.signs_of(gap)
        if signs <= NONNEGATIVE:
            return x if direction > 0 else y
        if signs <= NONPOSITIVE:
            return y if direction > 0 else x
        distance = ring.times(ring.number(direction), absolute(self.region, gap))
        half = ring.number(Fraction(1, 2))
        return ring.times(half, ring.plus(ring.plus(x, y), distance))


_ALLOWED = {
    "gt": POSITIVE,
    "ge": NONNEGATIVE,
    "le": NONPOSITIVE,
    "lt": NEGATIVE,
    "ne": NONZERO,
}
_COMPARISONS: dict[str, tuple[tuple[Signs, ...], tuple[int, ...]]] = {
    "lt": (HALVES, (0,)),
    "ge": (HALVES, (1,)),
    "le": ((NONPOSITIVE, POSITIVE), (0,)),
    "gt": ((NONPOSITIVE, POSITIVE), (1,)),
    "eq": ((NEGATIVE, ZERO, POSITIVE), (1,)),
    "ne": ((NEGATIVE, ZERO, POSITIVE), (0, 2)),
}


def _junction(operation: str, truths: list[bool]) -> bool:
    if operation == "not":
        return not truths[0]
    return all(truths) if operation == "and" else any(truths)


def _constant(x: Quotient) -> Fraction | None:
    if not x.top.is_constant() or not x.bottom.is_constant():
        return None
    return rational(x.top) / rational(x.bottom)


def _slots_for(roots: Sequence[Expression], opaque: bool) -> int:
    """Room for the functions of some expressions, none for rational ones."""
    seen = {id(node): node for root in roots for node in post_order(root)}
    if opaque:
        return min(
            sum(isinstance(n, Apply) and not _is_polynomial(n) for n in seen.values()), _MOST_SLOTS
        )
    found = sum(isinstance(n, Constant) or _is_function(n) for n in seen.values())
    return min(4 * found + 16, _MOST_SLOTS) if found else 0


def _is_function(node: Expression) -> bool:
    if not isinstance(node, Apply):
        return False
    if node.operation == "pow":
        return not _is_whole(node.arguments[1])
    return node.operation not in _RATIONAL


def _is_polynomial(node: Apply) -> bool:
    if node.operation == "div":
        return isinstance(node.arguments[1], Number) and node.arguments[1].value != 0
    if node.operation == "pow":
        exponent = node.arguments[1]
        return isinstance(exponent, Number) and _is_whole(exponent) and 0 <= exponent.value <= 3
    return node.operation in ("add", "mul", "neg")


def _is_whole(exponent: Expression) -> bool:
    """Whether an exponent is certainly a whole number."""
    if isinstance(exponent, Apply) and exponent.operation == "neg":
        return _is_whole(exponent.arguments[0])
    return isinstance(exponent, Number) and exponent.value.denominator == 1
