"""For your own tests: assert that a model is the function that it should be.

    from nalmx.testing import assert_equivalent

    def test_the_product(trained_model):
        assert_equivalent(trained_model, "x1*x2", "[2,6]", tolerance="abs:1e-4")

With pytest, the fixture `assert_equivalent` is the same function, without an import.
"""

from __future__ import annotations

import inspect
import math
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from .errors import ExpressionError, RangeError, SettingError
from .expression import (
    Apply,
    Constant,
    Expression,
    Number,
    Truth,
    Variable,
    parse,
    sort_of,
    to_text,
)
from .expression import variables as variables_of
from .extract.formula import Formula
from .ranges import Range
from .report.verdicts import explain
from .verify import REQUIRABLE, Claim, Counterexample, Domain, Effort, Level, Tolerance, Verdict
from .verify import check as check_claim
from .verify.domain import Point
from .verify.verdict import check_level
from .verify.witness import judge

_TREES = (Number, Constant, Variable, Truth, Apply)
_LONGEST_REPLAY = 4_000
_SHOWN_POINTS = 20


def assert_equivalent(
    model: Any,
    formula: Any,
    domain: Domain | Range | str | Mapping[str, str | Range],
    *,
    tolerance: Tolerance | str | int = "0",
    require: Level = "tested",
    effort: Effort | None = None,
) -> Verdict:
    """Assert that `model` equals `formula` on a domain, and return the verdict.

    `model` is an arithmetic module or a network of them (the exact function of its weights), a
    `Formula`, an expression, a SymPy expression or a text; `formula` is one of the last four. Both
    have one output, or both as many, and a list of formulas is one an output; the verdict is then the
    weakest. `domain` is a `Domain`, a range for every input such as `"[2,6]"`, or a range for each
    name. `tolerance` is `0` for exact, `abs:1e-6`, or `rel:1e-6` of the formula's value. `require` is
    `tested`, `bounded` or `proved`.

    `model` may also be any Python function of floats. It is called with its inputs by name where its
    parameters have the names of the inputs, with all of them in order where it has as many parameters,
    or else with one dict. Nothing is known of a function but its values at points, so it can be
    `tested` or `refuted` and never `proved`: Hypothesis chooses `effort.examples` points of floats,
    and each value is compared with the exact value of the formula there. Floats round, so a function
    usually needs a tolerance. A result that is not finite, and an `ArithmeticError` or `ValueError`,
    count as undefined; any other exception is the function's own and passes through.

    Raises `AssertionError`, with a counterexample and how to replay it, where the claim does not hold
    at the required level.
    """
    __tracebackhide__ = True
    check_level(require)
    allowed = tolerance if isinstance(tolerance, Tolerance) else Tolerance.parse(str(tolerance))
    effort = effort or Effort()
    right, named = _sides(formula, "the formula")
    if _is_function(model):
        return _assert_function(model, right, named, domain, allowed, require, effort)
    left, inputs = _sides(_network(model), "the model")
    if len(left) != len(right):
        raise ExpressionError(
            f"the model has {len(left)} output(s) and {len(right)} formula(s) are given; give one for "
            "each output, in a list"
        )
    where = _domain(domain, {*inputs, *named})
    verdicts = []
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        claim = Claim(one, other, where, allowed)
        verdict = check_claim(claim, effort)
        if not verdict.holds(require):
            what = "the model" if len(left) == 1 else f"output {place + 1} of the model"
            raise AssertionError(
                _message(what, verdict, require, [_command(claim, require, effort)])
            )
        verdicts.append(verdict)
    return min(verdicts, key=lambda verdict: REQUIRABLE.index(verdict.verdict))


def _is_function(model: Any) -> bool:
    """Whether a model is a Python function; networks and SymPy's symbols can be called too."""
    return callable(model) and not isinstance(model, (*_modules(), *_sympy()))


def _modules() -> tuple[type[Any], ...]:
    """`nn.Module`, where torch is loaded: without it, nothing can be one."""
    torch = sys.modules.get("torch")
    return () if torch is None else (torch.nn.Module,)


def _sympy() -> tuple[type[Any], ...]:
    sympy = sys.modules.get("sympy")
    return () if sympy is None else (sympy.Basic,)


def _network(model: Any) -> Any:
    if not isinstance(model, _modules()):
        return model
    from .extract import network_as_trained

    return network_as_trained(model)


def _sides(given: Any, what: str) -> tuple[list[Expression], tuple[str, ...]]:
    """The expressions of all outputs, and the names of the inputs."""
    if isinstance(given, Formula):
        return list(given.outputs), given.inputs
    several = given if isinstance(given, list | tuple) else [given]
    if not several:
        raise ExpressionError(f"{what} is an empty list; give an expression for each output")
    expressions = [_expression(one, what) for one in several]
    return expressions, variables_of(*expressions)


def _expression(given: Any, what: str) -> Expression:
    if isinstance(given, Formula) and len(given.outputs) == 1:
        return given.outputs[0]
    if isinstance(given, str):
        try:
            return parse(given)
        except ExpressionError as error:
            raise ExpressionError(f"{what}: {error}") from None
    if isinstance(given, _TREES):
        return given
    if isinstance(given, bool | int | Fraction):
        return Truth(given) if isinstance(given, bool) else Number(Fraction(given))
    if isinstance(given, _sympy()):
        from .expression.symbolic import from_sympy

        return from_sympy(given)
    raise ExpressionError(
        f"{what} is a {type(given).__name__}; give a Formula, an expression, a SymPy expression or a text"
    )


def _domain(given: Any, names: Iterable[str]) -> Domain:
    """The domain from any of the ways to write it; `names` are the inputs known so far."""
    if isinstance(given, Domain):
        missing = sorted(set(names) - set(given.names))
        if missing:
            raise RangeError(f"the input {missing[0]!r} has no range in the domain")
        return given
    if isinstance(given, Mapping):
        return Domain.parse(
            [f"{name}={extent}" for name, extent in given.items()], {*names, *given}
        )
    if isinstance(given, str | Range):
        return Domain.parse([str(given)], names)
    raise RangeError(
        f"a domain cannot be a {type(given).__name__}; give a Domain, a text such as '[2,6]', or a dict "
        "such as {'x1': '[2,6]'}"
    )


def _assert_function(
    function: Callable[..., Any],
    right: Sequence[Expression],
    named: Sequence[str],
    domain: Any,
    tolerance: Tolerance,
    require: Level,
    effort: Effort,
) -> Verdict:
    __tracebackhide__ = True
    if require != "tested":
        raise SettingError(
            f"a Python function can only be tested, not {require}; give a module, a formula or an "
            "expression, or require='tested'"
        )
    if len(right) != 1:
        raise ExpressionError("a Python function has one output; give one formula")
    where, call = _called(function, named, domain)
    start = time.perf_counter()
    claim = Claim(right[0], right[0], where, tolerance)
    verdict, point = _tested(call, claim, effort)
    verdict = replace(verdict, seconds=time.perf_counter() - start)
    if verdict.verdict != "tested":
        name = getattr(function, "__name__", type(function).__name__)
        hints = []
        if point is not None:
            values = ", ".join(f"{n} = {value!r}" for n, value in point.items())
            hints.append(f"replay: call {name} with {values}")
        if tolerance.kind == "exact":
            hints.append("floats round; give a tolerance such as tolerance='rel:1e-9'")
        raise AssertionError(_message(name, verdict, require, hints, point))
    return verdict


_Call = Callable[[Mapping[str, float]], Any]


def _called(function: Callable[..., Any], named: Sequence[str], given: Any) -> tuple[Domain, _Call]:
    """The domain, and how the function takes a point: by name, in order or as a dict."""
    known = set(named)
    if isinstance(given, Domain | Mapping):
        known |= set(given.ranges if isinstance(given, Domain) else given)
    parameters = _parameters(function)
    if parameters is not None and parameters and known <= set(parameters):
        domain = _domain(given, parameters)
        order = [name for name in parameters if name in domain.names]
        return domain, lambda point: function(*(point[name] for name in order))
    domain = _domain(given, known)
    if parameters is None or len(parameters) == len(domain.names):
        return domain, lambda point: function(*point.values())
    if len(parameters) == 1:
        return domain, lambda point: function(dict(point))
    raise SettingError(
        f"the function takes {', '.join(parameters) or 'nothing'} and the inputs are "
        f"{', '.join(domain.names) or 'none'}; name its parameters after the inputs, or let it take one dict"
    )


def _parameters(function: Callable[..., Any]) -> list[str] | None:
    """The parameters that a call must fill; None where it takes any number, or nobody knows."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in places and p.default is p.empty]


def _tested(
    call: _Call, claim: Claim, effort: Effort
) -> tuple[Verdict, Mapping[str, float] | None]:
    """The verdict on a function from points that Hypothesis chooses, and the point behind it."""
    import hypothesis
    from hypothesis import Phase, settings
    from hypothesis.errors import NoSuchExample

    from .verify.strategies import floats

    failures: dict[tuple[str, ...], Counterexample | str] = {}
    tried: set[tuple[str, ...]] = set()
    start = time.monotonic()

    def fails(point: dict[str, float]) -> bool:
        key = tuple(map(repr, point.values()))
        if key not in tried and time.monotonic() - start < effort.seconds:
            found = _failure(call, claim, point)
            tried.add(key)
            if found is not None:
                failures[key] = found
        return key in failures

    options = settings(
        max_examples=effort.examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    facts: dict[str, Any] = {"arithmetic": "float64"}
    method = "Hypothesis search over floats"
    try:
        simplest = hypothesis.find(
            floats(claim.domain, claim.right), fails, settings=options, random=Random(effort.seed)
        )
    except NoSuchExample:
        facts |= {
            "points": len(tried),
            "reason": "not proved: a function is known by its values alone",
        }
        return Verdict.on(claim, "tested" if tried else "unknown", method, **facts), None
    failure = failures[tuple(map(repr, simplest.values()))]
    if isinstance(failure, str):
        return Verdict.on(claim, "unknown", method, reason=failure, **facts), simplest
    facts |= {"reason": failure.reason, "counterexample": failure}
    return Verdict.on(claim, "refuted", method, **facts), simplest


def _failure(call: _Call, claim: Claim, floats: Mapping[str, float]) -> Counterexample | str | None:
    """What is wrong with a function at a point: a counterexample, why it is open, or nothing."""
    point = {name: Fraction(value) for name, value in floats.items()}
    shown = ", ".join(f"{name} = {value!r}" for name, value in floats.items())
    left: Expression
    try:
        value = call(floats)
        if sort_of(claim.right) == "truth":
            left, problem = Truth(bool(value)), None
        elif math.isfinite(number := float(value)):
            left, problem = Number(Fraction(number)), None
        else:
            problem = f"gives {number!r}"
    except (ArithmeticError, ValueError) as error:
        problem = f"raises {type(error).__name__}: {error}"
    if problem is not None:
        return _undefined(problem, claim, point, shown)
    judgement = judge(replace(claim, left=left), point)
    if judgement == "open":
        return f"the formula could not be decided at {shown}"
    return judgement if isinstance(judgement, Counterexample) else None


def _undefined(problem: str, claim: Claim, point: Point, shown: str) -> Counterexample | str:
    """What it means that a function has no value: a violation where the formula has one."""
    other: Expression = Apply("add", (claim.right, Number(Fraction(1))))
    if sort_of(claim.right) == "truth":
        other = Apply("not", (claim.right,))
    judgement = judge(Claim(other, claim.right, claim.domain), point)
    if not isinstance(judgement, Counterexample):
        return f"the function {problem} at {shown}, and the formula is not defined or not decided there"
    reason = f"the function {problem} where the formula is defined"
    return replace(judgement, left=f"undefined ({problem})", reason=reason)


def _command(claim: Claim, require: Level, effort: Effort) -> str:
    """The command line that gives the same verdict."""
    usual = Effort()
    words = ["nalmx", "verify", "expr", to_text(claim.left), "--truth", to_text(claim.right)]
    for name, extent in claim.domain.ranges.items():
        if name in variables_of(claim.left, claim.right):
            words += ["--range", f"{name}={extent}"]
    if claim.tolerance.kind != "exact":
        words += ["--tolerance", str(claim.tolerance)]
    options = {
        "--require": (require, "tested"),
        "--seed": (effort.seed, usual.seed),
        "--points": (effort.points, usual.points),
        "--timeout": (effort.seconds, usual.seconds),
        "--device": (effort.device, usual.device),
    }
    for option, (value, default) in options.items():
        if value != default:
            words += [option, str(value)]
    text = shlex.join(words)
    if len(text) > _LONGEST_REPLAY:
        return "the expressions are too long for a command line; nalmx.check(Claim(...)) replays it"
    return f"replay: {text}"


def _message(
    what: str,
    verdict: Verdict,
    require: Level,
    hints: Sequence[str],
    floats: Mapping[str, float] | None = None,
) -> str:
    lines = [f"{what} is not the formula: {verdict.verdict}, {explain(verdict)}"]
    if verdict.verdict in REQUIRABLE:
        lines = [
            f"{what} equals the formula at the level {verdict.verdict} and {require} is required: "
            f"{explain(verdict)}"
        ]
    example = verdict.counterexample
    if example is not None:
        fields = example.to_json()
        texts = fields["point"] if floats is None else {n: repr(v) for n, v in floats.items()}
        point = [f"  {name} = {text}" for name, text in texts.items()]
        lines += point[:_SHOWN_POINTS]
        if len(point) > _SHOWN_POINTS:
            lines.append(f"  … and {len(point) - _SHOWN_POINTS} more inputs")
        lines += [f"  model   = {fields['left']}", f"  formula = {fields['right']}"]
        lines.append(f"  checked in {fields['checked_in']}")
    return "\n".join([*lines, *hints])
