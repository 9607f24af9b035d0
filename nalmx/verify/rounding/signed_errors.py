"""Bounds on rounding on many boxes at once, with errors that may cancel each other.

Every operation of a program computes v̂ = op(â, b̂) + r from computed arguments, where v = op(a, b) is meant
and r is its own rounding. By the mean value theorem the errors δ = v̂ − v obey, with one place ξ on the
way from (a, b) to (â, b̂),

    δ = Σ ∂op/∂aⱼ(ξ)·δⱼ + r,    so that    computed − real = Σ Aₖ·rₖ

where Aₖ, the slope of the result in step k, follows from the partial slopes by the chain rule, backwards.
All of these are enclosed on a box: the partial slopes where both the real and the computed arguments can
lie, which takes care of terms of higher order without a remainder of its own. Slopes are added up with
their signs before their size is taken, so a step that is used twice, or an input, may cancel itself.
(The first order of this is that of FPTaylor: Solovyev, Baranowski, Briggs, Jacobsen, Rakamarić and
Gopalakrishnan, ACM TOPLAS 41(1), 2019.)

A rounding is at most half the distance of floats where the value may lie, and it is nothing where the
value is known to be a float: multiples up to 2^p·q of a power of two, q, are floats of p bits.
A number that is written has the one error that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from ...clock import look
from ...expression import Apply, Constant, Expression, Number, Variable, variables
from ...expression.definitions import derivatives_of
from ...expression.float_program import FloatProgram, Precision
from ...expression.nodes import Leaf, fold, post_order
from ...expression.operations import OPERATIONS
from .affine_errors import error_bound, is_reached
from .families import families
from .float_grid import FloatGrid
from .spans import Array, Spans, apply, down, enclosing, plus, square, times, up

_ARITHMETIC = ("add", "mul", "div", "neg", "abs", "min", "max", "sqrt")
_EXACT = ("add", "mul", "div", "neg", "abs", "min", "max")
_ONE = Spans(np.ones(()), np.ones(()))
_LARGEST_ODD, _GREATEST = 2**20, 1023
_BOXES_PER_OPERATION = 16  # as many take as long as one operation of those that are counted


def has_signed_errors(program: FloatProgram) -> bool:
    """Whether this analysis knows all operations of a program, and their order."""
    nodes = [n for n in post_order(program.expression) if isinstance(n, Apply)]
    smooth = (n.operation in (*_ARITHMETIC, "pow") or _is_function(n.operation) for n in nodes)
    return program.as_written and all(smooth)


def _is_function(operation: str) -> bool:
    record = OPERATIONS[operation]
    return record.is_function and bool(record.derivative) and not record.kinks


@dataclass(slots=True, eq=False)
class _Step:
    """What is known of one step on all boxes: its real and its computed values, and its errors.

    `quantum`: computed values are multiples of it. `signed`: the error of a number that is written.
    `scaled`: whether nothing on the way is rounded as a subnormal number.
    """

    real: Spans
    computed: Spans
    error: Array
    own: Array
    quantum: Array
    slopes: tuple[Spans, ...] = ()
    signed: Spans | None = None
    scaled: Any = True

    @property
    def wide(self) -> Spans:
        return self.real.hull(self.computed)


class SignedErrors:
    """A program made ready to be bounded on boxes.

    `relative_to`: what the error is divided by, an expression of the same inputs. `slopes`: how much the
    result changes with each input at most, on the boxes that were bounded last. `by_forms`: whether slopes
    are enclosed by affine forms, too.
    """

    def __init__(self, program: FloatProgram, relative_to: Expression | None = None) -> None:
        self._relative_to = relative_to
        self._grid = FloatGrid(program.precision)
        self._float_inputs = program.float_inputs
        self._nodes = list(post_order(program.expression))
        self._numbers = _numbers(self._nodes, program.precision)
        self._families = families(self._nodes, self._numbers)
        self._ulps = enclosing(program.ulps).high
        others = [] if relative_to is None else list(post_order(relative_to))
        self.slopes: dict[str, Array] = {}
        self.work = 2 * len(self._nodes) + len(others)
        self.by_forms = is_reached(self._nodes) and len(variables(program.expression)) > 1

    def bounds(self, box: Mapping[str, Spans], count: int) -> Array:
        """A bound on |computed − real| on each of some boxes; infinite where there is none."""
        look(1 + self.work * count // _BOXES_PER_OPERATION)
        with np.errstate(all="ignore"):
            steps: dict[int, _Step] = {}
            self._lost = np.zeros(count, dtype=bool)
            for node in self._nodes:
                steps[id(node)] = self._step(node, steps, box)
            bound = self._total(steps)
            if self.by_forms and any(np.any(x.low < x.high) for x in box.values()):
                closer = error_bound(self._nodes, steps, self._families, box, count)
                bound = np.where(closer < bound, closer, bound)
            if self._relative_to is not None:
                least = self._enclosed(self._relative_to, box).least
                bound = np.where(bound == 0.0, 0.0, up(bound / least))
            return np.where(self._lost | ~np.isfinite(bound), np.inf, bound)

    def _kept(self, *found: Spans) -> None:
        for span in found:
            self._lost |= ~span.is_finite

    def _enclosed(self, expression: Expression, box: Mapping[str, Spans]) -> Spans:
        def leaf(node: Leaf) -> Spans:
            return box[node.name] if isinstance(node, Variable) else _constant(node)

        found = fold(expression, leaf, apply)
        self._kept(found)
        return found

    def _step(self, node: Expression, steps: dict[int, _Step], box: Mapping[str, Spans]) -> _Step:
        if isinstance(node, Variable):
            real = box[node.name]
            return self._float(real) if self._float_inputs else self._rounded(real)
        number = self._numbers.get(id(node))
        if number is not None:
            return _number(*number)
        if not isinstance(node, Apply):
            assert isinstance(node, Constant | Number)  # a number beyond the largest float
            return self._rounded(_constant(node))
        return self._operation(node, [steps[id(a)] for a in node.arguments])

    def _float(self, value: Spans) -> _Step:
        self._lost |= ~(value.size <= self._grid.largest)
        zero = np.zeros(())
        return _Step(value, value, zero, zero, self._grid.spacing(value.least))

    def _rounded(self, real: Spans) -> _Step:
        grid = self._grid
        computed = grid.nearest(real)
        own = grid.half_ulp(real.size)
        self._lost |= ~(computed.size <= grid.largest)
        return _Step(real, computed, own, own, grid.spacing(computed.least))

    def _operation(self, node: Apply, given: list[_Step]) -> _Step:
        grid, operation = self._grid, node.operation
        wide = tuple(step.wide for step in given)
        is_square = operation == "mul" and given[0] is given[1]
        if is_square:
            real, found = square(given[0].real), square(given[0].computed)
        else:
            real = apply(operation, tuple(step.real for step in given))
            used = (step.computed for step in given) if operation in _ARITHMETIC else wide
            found = apply(operation, tuple(used))
        whole = found if operation not in _ARITHMETIC else None
        slopes = self._slopes(operation, wide, whole)
        carried = np.zeros(())
        for slope, step in zip(slopes, given, strict=True):
            carried = plus(carried, times(slope.size, step.error))
        found = found.within(real.widened(np.where(np.isfinite(carried), carried, np.inf)))
        self._kept(real, found)
        own, quantum = self._rounding(node, given, found)
        if operation == "sqrt":
            slopes, carried, own = _near_zero(given[0].error, slopes[0], carried, own)
        self._kept(*slopes)
        computed = found
        if operation not in _ARITHMETIC:
            computed = found.widened(own)
        computed = grid.nearest(computed)
        self._lost |= ~(computed.size <= grid.largest)
        quantum = np.maximum(quantum, grid.spacing(computed.least))
        error = plus(carried, own)
        normal = (own == 0.0) | (found.least >= grid.least_normal) | (operation == "add")
        scaled = reduce(np.logical_and, (step.scaled for step in given), normal)
        return _Step(real, computed, error, own, quantum, slopes, scaled=scaled)

    def _rounding(self, node: Apply, given: list[_Step], found: Spans) -> tuple[Array, Array]:
        """A bound on the rounding of an operation, and of what its exact results are multiples."""
        grid, size, operation = self._grid, found.size, node.operation
        zero = np.zeros(())
        if operation in ("neg", "abs", "min", "max"):
            return zero, reduce(np.minimum, (step.quantum for step in given))
        if operation == "add":
            quantum = np.minimum(given[0].quantum, given[1].quantum)
            own = np.minimum(given[0].computed.size, given[1].computed.size)
            own = np.minimum(own, grid.half_ulp(size))
            return np.where(grid.holds(size, quantum), 0.0, own), quantum
        if operation == "mul":
            quantum = given[0].quantum * given[1].quantum
            own = np.where(grid.holds(size, quantum), 0.0, grid.half_ulp(size))
            for factor in given:
                own = np.where(self._shifts(factor, found), 0.0, own)
            return own, quantum
        if operation == "div":
            share = self._of_quotient(node.arguments[1])
            normal = found.least >= grid.least_normal
            return np.where(normal, share, 1.0) * grid.half_ulp(size), zero
        if operation == "sqrt":
            return grid.half_ulp(size), zero
        own = up(2.0 * self._ulps * grid.half_ulp_below(size))
        return own, zero

    def _of_quotient(self, divisor: Expression) -> float:
        """The part of half an ulp that a quotient by a number can come to.

        The quotient of a float by an odd number m > 1 is a multiple of 1/m of the distance of floats
        there, so it is at least 1/(2m) of that from the middle between two; a power of two shifts it.
        """
        _, value = self._numbers.get(id(divisor), (Fraction(0), Fraction(0)))
        odd = abs(value.numerator) >> max(0, _trailing(value))
        return 1.0 if not 1 < odd <= _LARGEST_ODD else float(up(np.array(1 - 1 / odd)))

    def _shifts(self, factor: _Step, found: Spans) -> Array:
        """Whether a product is by a power of two, and none of its results is below the normal numbers."""
        value = factor.computed.low
        mantissa, _ = np.frexp(np.abs(value))
        is_power = (value == factor.computed.high) & ((mantissa == 0.5) | (value == 0.0))
        normal = (np.abs(value) >= 1.0) | (found.least >= self._grid.least_normal) | (value == 0.0)
        shifts: Array = is_power & normal
        return shifts

    def _slopes(
        self, operation: str, wide: tuple[Spans, ...], value: Spans | None
    ) -> tuple[Spans, ...]:
        """The partial slopes of an operation on arguments that may lie anywhere between real and computed."""
        match operation:
            case "add":
                return _ONE, _ONE
            case "neg":
                return (apply("neg", (_ONE,)),)
            case "mul":
                return wide[1], wide[0]
            case "abs":
                (x,) = wide
                return (Spans(np.where(x.low >= 0, 1.0, -1.0), np.where(x.high <= 0, -1.0, 1.0)),)
            case "min" | "max":
                below = wide if operation == "max" else wide[::-1]
                never = [below[0].high < below[1].low, below[1].high < below[0].low]
                return tuple(
                    Spans(np.where(never[1 - k], 1.0, 0.0), np.where(never[k], 0.0, 1.0))
                    for k in (0, 1)
                )
        names = dict(zip(("x", "y"), wide, strict=False))

        def leaf(node: Leaf) -> Spans:
            if isinstance(node, Variable):
                if node.name == "value":
                    return apply(operation, wide) if value is None else value
                return names[node.name]
            return _constant(node)

        return tuple(fold(rule, leaf, apply) for rule in derivatives_of(operation))

    def _total(self, steps: dict[int, _Step]) -> Array:
        """Σ |Aₖ|·|rₖ|, and the errors of numbers that are written with their signs."""
        slopes: dict[int, Spans] = {id(self._nodes[-1]): _ONE}
        total, known = np.zeros(self._lost.shape), Spans(np.zeros(()), np.zeros(()))
        joint: dict[int, list[tuple[Spans, Array, Any, Array]]] = {}
        for node in reversed(self._nodes):
            slope = slopes.pop(id(node), None)
            if slope is None:  # within a number
                continue
            step = steps[id(node)]
            self._kept(slope)
            if isinstance(node, Variable):
                self.slopes[node.name] = slope.size
            if step.signed is not None:
                known = apply("add", (known, apply("mul", (slope, step.signed))))
                continue
            alone = times(slope.size, step.own)
            member = self._families.get(id(node))
            if member is None:
                total = plus(total, alone)
            else:
                family, factor = member
                part, share = apply("mul", (slope, _point(factor))), up(step.own / abs(factor))
                joint.setdefault(family, []).append((part, share, step.scaled, alone))
            if isinstance(node, Apply):
                for argument, own in zip(node.arguments, step.slopes, strict=True):
                    further, before = apply("mul", (slope, own)), slopes.get(id(argument))
                    if before is not None:
                        further = apply("add", (before, further))
                    slopes[id(argument)] = further
        for members in joint.values():
            parts, shares, scaled, each = zip(*members, strict=True)
            whole = reduce(lambda x, y: apply("add", (x, y)), parts)
            together = times(whole.size, reduce(np.minimum, shares))
            apart = reduce(plus, each)
            closer = reduce(np.logical_and, scaled) & (together < apart)
            total = plus(total, np.where(closer, together, apart))
        return plus(total, known.size)


def _point(value: float) -> Spans:
    end = np.array(value)
    return Spans(end, end)


def _near_zero(
    error: Array, slope: Spans, carried: Array, own: Array
) -> tuple[tuple[Spans, ...], Array, Array]:
    """The error of a root where its slope may be large: |√â − √a| ≤ √|â − a|, as if it were its own."""
    root = np.where(error == 0.0, 0.0, up(np.sqrt(error)))
    steep = ~(carried <= root) | ~np.isfinite(slope.size)
    flat = Spans(np.where(steep, 0.0, slope.low), np.where(steep, 0.0, slope.high))
    own = np.where(steep, plus(own, root), own)
    return (flat,), np.where(steep, 0.0, carried), own


def _numbers(
    nodes: Iterable[Expression], precision: Precision
) -> dict[int, tuple[Fraction, Fraction]]:
    """What is known before: real and computed values of numbers, and of arithmetic on them."""
    known: dict[int, tuple[Fraction, Fraction]] = {}
    for node in nodes:
        if isinstance(node, Number):
            real = found = node.value
        elif isinstance(node, Apply) and node.operation in _EXACT:
            given = [known.get(id(argument)) for argument in node.arguments]
            pairs = [pair for pair in given if pair is not None]
            exact = OPERATIONS[node.operation].exact
            if len(pairs) < len(given) or exact is None:
                continue
            if node.operation == "div" and not all(pairs[1]):
                continue
            real, found = (Fraction(exact(*values) or 0) for values in zip(*pairs, strict=True))
        else:
            continue
        rounded = precision.nearest(found)
        if rounded is not None:
            known[id(node)] = real, rounded
    return known


def _number(real: Fraction, computed: Fraction) -> _Step:
    signed = enclosing(computed - real)
    quantum = np.ldexp(1.0, _trailing(computed))
    found = enclosing(computed)
    return _Step(enclosing(real), found, signed.size, signed.size, quantum, signed=signed)


def _constant(node: Leaf) -> Spans:
    if isinstance(node, Number):
        return enclosing(node.value)
    assert isinstance(node, Constant)
    near = np.array(np.pi if node.name == "pi" else np.e)
    return Spans(down(near), up(near))


def _trailing(value: Fraction) -> int:
    """The exponent of the largest power of two that a dyadic rational is a multiple of."""
    top = abs(value.numerator)
    return (top & -top).bit_length() - value.denominator.bit_length() if top else _GREATEST
