"""Claims and verdicts: what is said of two expressions, and how far it is established."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, get_args

from ..errors import ExpressionError, NoTruthValue, SettingError
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ..expression.float_program import FloatArithmetic
from ..expression.nodes import Expression, Truth, variables
from ..expression.operations import sort_of
from ..expression.text import to_text
from ..rationals import parse_rational, spell
from ..showing import Shown
from .domain import Domain, Point
from .sides import domain_of, network_of, sides

Level = Literal["proved", "bounded", "tested", "refuted", "unknown"]
REQUIRABLE: tuple[Level, ...] = ("tested", "bounded", "proved")


TRUE = Truth(value=True)


def check_level(require: Level) -> Level:
    """`require`, if it is a level at which a claim can hold; otherwise a `SettingError`."""
    if require not in REQUIRABLE:
        raise SettingError(f"{require!r} is not a level; choose one of: {', '.join(REQUIRABLE)}")
    return require


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two values may differ: not at all, by `size`, or by `size` times the right one."""

    kind: Literal["exact", "abs", "rel"] = "exact"
    size: Fraction = Fraction(0)

    @classmethod
    def parse(cls, text: str) -> Tolerance:
        """Read `0`, `abs:1e-6` or `rel:1e-6`."""
        kind, colon, size = text.strip().partition(":")
        value = parse_rational(size if colon else kind)
        if value is not None and value >= 0:
            if value == 0 and (not colon or kind in ("abs", "rel")):
                return cls()
            if kind == "abs":
                return cls("abs", value)
            if kind == "rel":
                return cls("rel", value)
        raise SettingError(
            f"{text[:40]!r} is not a tolerance; write 0, abs:SIZE or rel:SIZE with SIZE a number that is "
            "not negative, such as abs:1e-6"
        )

    def __str__(self) -> str:
        return "0" if self.kind == "exact" else f"{self.kind}:{spell(self.size)}"


@dataclass(frozen=True, slots=True, repr=False)
class Claim(Shown):
    """`left` equals `right` within `tolerance` at every real point of `domain`.

    A condition, such as an inequality, is claimed to equal `True`. The claim includes that both sides are
    defined there; `where_defined`, instead, that they are defined at the same points of the domain.
    `right` is the reference of a relative tolerance.

    With an `arithmetic` of floats, `left` is the program that rounds each of its operations, numbers and
    inputs once, in the order in which it is written; `right` stays real. With `float_inputs` the points are
    floats.
    """

    left: Expression
    right: Expression
    domain: Domain
    tolerance: Tolerance = Tolerance()
    where_defined: bool = False
    arithmetic: FloatArithmetic | None = None

    @classmethod
    def that(cls, condition: Any, domain: Any, integers: Iterable[str] = ()) -> Claim:
        """The claim that a condition holds: `Claim.that("exp(x) >= 1 + x", "[-5,5]")`."""
        return cls.of(condition, TRUE, domain, integers=integers)

    @classmethod
    def of(
        cls,
        left: Any,
        right: Any,
        domain: Any,
        tolerance: Tolerance | str | int = "0",
        *,
        integers: Iterable[str] = (),
        where_defined: bool = False,
        arithmetic: FloatArithmetic | str | None = None,
    ) -> Claim:
        """The claim that two sides agree, in any of the ways to write them.

        A side is a text, a number, a SymPy expression, an expression, a formula or a module with one
        output. The domain is a text such as `[2,6]` for every input, a dict of one a name, a `Range` or a
        `Domain`; the tolerance a text such as `abs:1e-6`. `integers` are the inputs that are whole numbers.
        `arithmetic` is `float64`, `float32`, `float16` or `bfloat16`, or that with the ulps of library
        functions, such as `float64:0.75`, and `:floats` where inputs are floats; a text on the left side is
        then read with all of its brackets.
        """
        floats = FloatArithmetic.parse(arithmetic) if isinstance(arithmetic, str) else arithmetic
        one, inputs = _side(left, "the left side", in_order=floats is not None)
        other, named = _side(right, "the right side")
        where = domain_of(domain, {*inputs, *named}).with_integers(integers)
        allowed = tolerance if isinstance(tolerance, Tolerance) else Tolerance.parse(str(tolerance))
        return cls(one, other, where, allowed, where_defined, floats)

    @property
    def states(self) -> Expression | None:
        """The condition that is claimed to hold, where a side is `True`."""
        sides = (self.left, self.right)
        return next((sides[1 - k] for k, side in enumerate(sides) if side is TRUE), None)

    def __post_init__(self) -> None:
        for side, given in (("left", self.left), ("right", self.right)):
            if not isinstance(given, get_args(Expression)):
                raise SettingError(
                    f"the {side} side of a claim is {_shown(given)}, which is no expression; write "
                    "parse(TEXT), or Claim.of(…), which reads texts"
                )
        if not isinstance(self.domain, Domain):
            raise SettingError(
                f"the domain of a claim is {_shown(self.domain)}; give a Domain, such as "
                "Domain.parse(['[2,6]'], ['x1'])"
            )
        if not isinstance(self.tolerance, Tolerance):
            raise SettingError(
                f"the tolerance of a claim is {_shown(self.tolerance)}; give a Tolerance, such as "
                "Tolerance.parse('abs:1e-6')"
            )
        if sort_of(self.left) != sort_of(self.right):
            kinds = {"real": "a number", "truth": "a condition"}
            raise ExpressionError(
                f"{to_text(self.left)[:60]!r} is {kinds[sort_of(self.left)]} and "
                f"{to_text(self.right)[:60]!r} is {kinds[sort_of(self.right)]}; compare like with like"
            )
        if self.arithmetic is not None and (self.where_defined or sort_of(self.left) == "truth"):
            raise SettingError(
                "a claim about floats is that a number is close to another; it is made without where_defined "
                "(--where-defined), and of no condition"
            )
        outside = [n for n in variables(self.left, self.right) if n not in self.domain.ranges]
        if outside:
            raise ExpressionError(
                f"the input {outside[0]!r} has no range in the domain of the claim"
            )


def _side(given: Any, what: str, *, in_order: bool = False) -> tuple[Expression, tuple[str, ...]]:
    outputs, inputs = sides(network_of(given), what, in_order=in_order)
    if len(outputs) != 1:
        raise ExpressionError(f"{what} has {len(outputs)} outputs; make a claim of each")
    return outputs[0], inputs


def _shown(given: object) -> str:
    return f"{repr(given)[:60]} ({type(given).__name__})"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point of the domain where the claim fails, checked in exact or ball arithmetic.

    Where it fails at an irrational point only, between `point` and `beyond`.
    """

    point: Point
    left: str
    right: str
    reason: str
    checked_in: Literal["exact rationals", "balls", "change of sign"]
    beyond: Point | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "point": _spelled(self.point),
            "beyond": None if self.beyond is None else _spelled(self.beyond),
            "left": self.left,
            "right": self.right,
            "reason": self.reason,
            "checked_in": self.checked_in,
        }


def _spelled(point: Point) -> dict[str, str]:
    return {name: spell(value) for name, value in point.items()}


class Established(NoTruthValue, Shown):
    """How far something is established: a level, and what the command line ends with."""

    __slots__ = ()
    _ask = "verdict.holds('proved')"

    verdict: str

    def holds(self, require: Level = "tested") -> bool:
        """Whether the claim is established at the required level, or at a stronger one."""
        return self.verdict in REQUIRABLE[REQUIRABLE.index(check_level(require)) :]

    def exit_code(self, require: Level = "tested") -> int:
        """0 the claim holds at the required level, 1 refuted, 3 not established at that level."""
        if self.verdict == "refuted":
            return REFUTED
        return HOLDS if self.holds(require) else NOT_ESTABLISHED


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Established):
    """How far a claim is established, by what method, over what.

    `points` is the number of points at which a `tested` claim was tried and
    `violating_fraction_below` the Clopper–Pearson limit (95 %) on the part of the domain, by volume,
    where it may still fail. `bound` is a proven bound on |left − right|, or on |left − right|/|right|
    where the tolerance is relative; `largest_difference` is the largest one met, and `boxes` the number
    of boxes that were enclosed. A verdict speaks of all `real` points of the domain, or of those whose
    coordinates are numbers of a binary format. `of_condition`: the claim is that a condition holds;
    `where_defined`: that the sides are defined at the same points, and equal there. `evidence` is what the
    prover found on its way, from which a certificate is written; it says nothing of its own.
    """

    verdict: Level
    method: str
    domain: Mapping[str, str]
    tolerance: str
    arithmetic: str = "reals"
    inputs: Literal["real", "float16", "bfloat16", "float32", "float64"] = "real"
    where_defined: bool = False
    reason: str | None = None
    bound: str | None = None
    largest_difference: str | None = None
    boxes: int | None = None
    counterexample: Counterexample | None = None
    points: int | None = None
    violating_fraction_below: float | None = None
    of_condition: bool = False
    seconds: float = field(default=0.0, compare=False)
    evidence: object = field(default=None, compare=False, repr=False)

    @classmethod
    def on(cls, claim: Claim, verdict: Level, method: str, **facts: Any) -> Verdict:
        """A verdict on a claim, with the facts that its level calls for."""
        facts = {
            "of_condition": claim.states is not None,
            "where_defined": claim.where_defined,
            "arithmetic": "reals"
            if claim.arithmetic is None
            else f"{claim.arithmetic}, as written",
            **facts,
        }
        return cls(verdict, method, claim.domain.to_json(), str(claim.tolerance), **facts)

    def to_json(self) -> dict[str, Any]:
        example = self.counterexample
        return {
            "verdict": self.verdict,
            "method": self.method,
            "reason": self.reason,
            "bound": self.bound,
            "largest_difference": self.largest_difference,
            "boxes": self.boxes,
            "counterexample": None if example is None else example.to_json(),
            "points": self.points,
            "violating_fraction_below": self.violating_fraction_below,
            "domain": dict(self.domain),
            "tolerance": self.tolerance,
            "arithmetic": self.arithmetic,
            "inputs": self.inputs,
            "where_defined": self.where_defined,
            "seconds": round(self.seconds, 4),
        }
