"""For your own tests: assert that a model is the function that it should be.

    from nalmx.testing import assert_equivalent

    def test_the_product(trained_model):
        assert_equivalent(trained_model, "x1*x2", "[2,6]", tolerance="abs:1e-4")

With pytest, the fixture `assert_equivalent` is the same function, without an import.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from ..errors import ExpressionError, SettingError
from ..expression import Expression, remarks
from ..expression.float_program import FloatArithmetic
from ..expression.nodes import parts
from ..ranges import Range
from ..report.command_lines import claim_words
from ..report.sentences import explain
from ..verify import REQUIRABLE, Claim, Domain, Effort, Level, Tolerance, Verdict
from ..verify import check as check_claim
from ..verify.searching.calling import is_function, name_of, takes_names
from ..verify.sides import domain_of, estimator_of, network_of, programs_of, sides
from ..verify.verdict import check_level

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
    as_it_runs: bool = False,
    arithmetic: FloatArithmetic | str | None = None,
) -> Verdict:
    """Assert that `model` equals `formula` on a domain, and return the verdict.

    `model` is an arithmetic module or a network of them (the exact function of its weights), a
    `Formula`, an expression, a SymPy expression or a text; `formula` is one of the last four. Both
    have one output, or both as many, and a list of formulas is one an output; the verdict is then the
    weakest. `domain` is a `Domain`, a range for every input such as `"[2,6]"`, or a range for each
    name. `tolerance` is `0` for exact, `abs:1e-6`, or `rel:1e-6` of the formula's value. `require` is
    `tested`, `bounded` or `proved`.

    With `as_it_runs` the claim is of what a module of PyTorch computes in its floats on a CPU, rounding
    included, at every float input (see `docs/networks.md`); it can be `bounded` or `refuted`, and needs a
    tolerance `abs:SIZE`.

    With `arithmetic="float32"` (or `float64`, `float16`, `bfloat16`) a text, or an expression, is the program
    that rounds each of its operations as it is written (see `docs/verify.md`).

    A linear model, a decision tree, a multilayer perceptron or a pipeline of scikit-learn is the exact
    function of its fitted numbers, too (see `nalmx.extract.estimators`).

    `model` may also be any Python function of floats, or another predictor: an object with `predict`,
    called with arrays of shape (n, inputs), whose columns are the inputs in the order of
    `feature_names_in_`, or else of their names (x2 before x10). A function is called with its inputs by
    name where its parameters have the names of the inputs, or with all of them in order where it has as
    many parameters. One with a single parameter may also take one dict, one array of shape (n, inputs)
    with a result for each row, or one array of shape (inputs,): the first of these, in this order, that
    gives a number at some of a few points is how it is called. Where none does, calling the function is
    in error, and a `SettingError` says what was raised.

    Nothing is known of a function but its values at points, so it can be `tested` or `refuted` and never
    `proved`: Hypothesis chooses `effort.examples` points of floats, and each value is compared with the
    exact value of the formula there. Floats round, so a function usually needs a tolerance. A value that is
    not finite or complex, and an `ArithmeticError` or `ValueError`, count as undefined: the claim is refuted
    where the formula has a value. Any other exception is the function's own and passes through, and a
    result that is no number, such as None or a text, is a `SettingError`.

    Raises `AssertionError`, with a counterexample, with notes on names that may have been meant
    otherwise than they are read (see `nalmx.expression.remarks`), and with how to replay it, where the
    claim does not hold at the required level.
    """
    __tracebackhide__ = True
    check_level(require)
    allowed = tolerance if isinstance(tolerance, Tolerance) else Tolerance.parse(str(tolerance))
    effort = effort or Effort()
    floats = FloatArithmetic.parse(arithmetic) if isinstance(arithmetic, str) else arithmetic
    if floats is not None and (as_it_runs or not isinstance(model, (str, *get_args(Expression)))):
        raise SettingError(
            f"an arithmetic is for an expression or its text, and {type(model).__name__} is given; leave it "
            "out, or write the expression (as_it_runs is for modules of PyTorch)"
        )
    right, named = sides(formula, "the formula")
    if as_it_runs:
        from ..extract import Formula
        from ..verify.rounding.as_it_runs import RunningErrors

        programs = programs_of(model)
        model = Formula(programs[0].inputs, tuple(p.expression for p in programs), "", "")
    model = estimator_of(model, _columns(model, named, domain))
    if is_function(model):
        return _assert_function(model, right, named, domain, allowed, require, effort)
    left, inputs = sides(network_of(model), "the model", in_order=floats is not None)
    if len(left) != len(right):
        raise ExpressionError(
            f"the model has {len(left)} output(s) and {len(right)} formula(s) are given; give one for "
            "each output, in a list"
        )
    where = domain_of(domain, {*inputs, *named})
    verdicts = []
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        claim = Claim(one, other, where, allowed, arithmetic=floats)
        if as_it_runs:
            verdict = check_claim(claim, effort, [RunningErrors(programs[place])])
        else:
            verdict = check_claim(claim, effort)
        if not verdict.holds(require):
            what = "the model" if len(left) == 1 else f"output {place + 1} of the model"
            hints = _remarks(claim, domain)
            if not as_it_runs:
                hints.append(_command(claim, require, effort))
            raise AssertionError(_message(what, verdict, require, hints))
        verdicts.append(verdict)
    return min(verdicts, key=lambda verdict: REQUIRABLE.index(verdict.verdict))


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
    from ..verify.searching.functions import check_function

    if require != "tested":
        raise SettingError(
            f"a Python function can only be tested, not {require}; give a module, a formula or an "
            "expression, or require='tested'"
        )
    if len(right) != 1:
        raise ExpressionError("a Python function has one output; give one formula")
    known = _known(named, domain)
    where = domain_of(domain, takes_names(function, known) or known)
    claim = Claim(right[0], right[0], where, tolerance)
    verdict, point = check_function(function, claim, effort)
    if not verdict.holds(require):
        name = name_of(function)
        hints = _remarks(claim, domain)
        if point is not None:
            values = ", ".join(f"{n} = {value!r}" for n, value in point.items())
            hints.append(f"replay: call {name} with {values}")
        if tolerance.kind == "exact":
            hints.append("floats round; give a tolerance such as tolerance='rel:1e-9'")
        raise AssertionError(_message(name, verdict, require, hints, point))
    return verdict


def _known(named: Sequence[str], domain: Any) -> set[str]:
    """The inputs that a formula and a domain name."""
    known = {*named, *(domain.names if isinstance(domain, Domain) else ())}
    return known | {*(domain if isinstance(domain, Mapping) else ())}


def _columns(model: Any, named: Sequence[str], domain: Any) -> Sequence[str] | None:
    """What the columns of a predictor are called, where nothing but the names that are used says it."""
    known = _known(named, domain)
    if len(known) != getattr(model, "n_features_in_", None) or takes_names(model, known):
        return None
    return domain_of(domain, known).names


def _remarks(claim: Claim, given: Any) -> list[str]:
    """What may have been read otherwise than it was meant."""
    ranged = given if isinstance(given, Mapping) else ()
    found = remarks(claim.left, claim.right, ranged, ("the model", "the formula"))
    return [f"note: {remark}" for remark in found]


def _command(claim: Claim, require: Level, effort: Effort) -> str:
    """The command line that gives the same verdict."""
    usual = Effort()
    options = {
        "--require": (require, "tested"),
        "--seed": (effort.seed, usual.seed),
        "--points": (effort.points, usual.points),
        "--timeout": (effort.seconds, usual.seconds),
        "--device": (effort.device, usual.device),
    }
    unusual = {name: value for name, (value, default) in options.items() if value != default}
    is_short = parts(claim.left) + parts(claim.right) < _LONGEST_REPLAY
    text = shlex.join(claim_words(claim, unusual)) if is_short else ""
    if not 0 < len(text) <= _LONGEST_REPLAY:
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
