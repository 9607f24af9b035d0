"""How a Python function takes its inputs, and what its results mean.

A function takes its inputs by name, in order, as one dict, as one array of shape (n, inputs) with a
result for each row, or as one array of shape (inputs,). Its parameters leave few of these; which of
them it is, a few calls tell. A predictor, an object with `predict`, takes an array of shape
(n, inputs).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from random import Random
from typing import Any

import numpy as np

from ...errors import SettingError
from ...expression import Expression, Number, Truth
from ...expression.operations import Sort
from ...ranges import Range
from ..domain import Domain
from ..sides import is_written

Floats = Mapping[str, float]
WAYS = (
    "a function takes its inputs by name or in order, as one dict, as one array of shape (n, inputs), "
    "or as one array of shape (inputs,)"
)
_PROBES = 12
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to call a function: at one point, or at several at a time where it takes arrays."""

    said: str
    at: Callable[[Floats], Any]
    rows: Callable[[Sequence[Floats]], Any] | None = None


class NoValue(Exception):
    """The function has no real number for a value at a point, for the reason given."""


def value_of(convention: Convention, point: Floats, sort: Sort) -> Expression:
    """What a function gives at a point, exactly.

    Raises `NoValue` for a result that is not finite or complex, and for an `ArithmeticError` or a
    `ValueError`: the function is undefined there. A result of another kind is a `SettingError`; any
    other exception is the function's own.
    """
    try:
        with np.errstate(all="ignore"):
            result = convention.at(point)
    except (ArithmeticError, ValueError) as error:
        raise NoValue(f"raises {named(error)}") from error
    try:
        value = _scalar(result)
        if sort == "truth":
            return Truth(_truth(value))
        return Number(_number(value))
    except TypeError as error:
        raise SettingError(
            f"the function gives {error} at {show(point)}, called as {convention.said}; a function "
            f"gives {'one truth value' if sort == 'truth' else 'one number'}"
        ) from None


def _scalar(result: Any) -> Any:
    """The one thing in a result; a `TypeError` where it holds several."""
    if isinstance(result, list | tuple):
        result = np.asarray(result, dtype=object)
    if not hasattr(result, "shape"):
        return result
    shape = tuple(result.shape)
    if math.prod(shape) != 1:
        raise TypeError(f"an array of shape {shape}")
    return result.item() if hasattr(result, "item") else np.asarray(result).item()


def _truth(value: Any) -> bool:
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    raise TypeError(_short(value))


def _number(value: Any) -> Fraction:
    exact = _exactly(value)
    if exact is not None:
        return exact
    if isinstance(value, complex | np.complexfloating):
        raise NoValue(f"gives the complex number {_short(value)}")
    # Numbers of NumPy, SymPy and others say by this that they are one.
    if isinstance(value, str | bytes) or not hasattr(type(value), "__float__"):
        raise TypeError(_short(value))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(_short(value)) from None
    if not math.isfinite(number):
        raise NoValue(f"gives {number!r}")
    if number != value:
        raise TypeError(f"{_short(value)}, which no float and no fraction is exactly,")
    return Fraction(number)


def _exactly(value: Any) -> Fraction | None:
    """A finite number that is a fraction, or a float of any width and base; None for any other."""
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if hasattr(value, "_mpf_"):  # the floats of mpmath and of SymPy
        negative, mantissa, exponent, _ = value._mpf_
        size = Fraction(int(mantissa)) * Fraction(2) ** (int(exponent) if mantissa else 0)
        return None if exponent and not mantissa else -size if negative else size
    with suppress(AttributeError, OverflowError, ValueError):
        return Fraction(*value.as_integer_ratio())
    return None


def convention_of(function: Any, domain: Domain, sort: Sort, seed: int = 0) -> Convention:
    """The way in which a function takes the inputs of a domain, in the order of their names.

    The first way that its parameters allow and that gives a number at some point is taken. Where none does,
    calling the function is in error: a `SettingError` says what it raised.
    """
    points = list(_probes(domain, Random(seed)))
    problems = []
    for way in _ways(function, domain.names):
        problem = _problem(way, points, sort)
        if problem is None:
            return way
        problems.append((way, problem))
    tried = "; ".join(f"called as {way.said} it {problem}" for way, problem in problems)
    raise SettingError(
        f"the function {name_of(function)} has no value at any of {len(points)} points tried, such as "
        f"{show(points[0])}: {tried}. {WAYS[0].upper()}{WAYS[1:]}"
    ) from problems[0][1].__cause__


def _problem(way: Convention, points: Sequence[Floats], sort: Sort) -> Exception | None:
    """Why a way to call a function does not work; None where it has a value at some point."""
    if way.rows is not None:
        # Never as many rows as inputs, so that a row is not taken for a column.
        rows = points[: len(points) - (len(points) == len(points[0]))]
        try:
            with np.errstate(all="ignore"):
                shape = np.shape(way.rows(rows))
        except (ArithmeticError, ValueError):
            pass  # Perhaps because of one row only.
        except Exception as error:
            return _raised(error)
        else:
            if shape not in ((len(rows),), (len(rows), 1)):
                return NoValue(f"gives shape {shape} for {len(rows)} rows")
    first: Exception | None = None
    for point in points:
        try:
            value_of(way, point, sort)
        except NoValue as problem:
            if problem.__cause__ is None:
                return None  # Not finite, or complex: a number for all that.
            first = first or problem
        except SettingError as error:
            return NoValue(str(error).partition(" at ")[0].removeprefix("the function "))
        except Exception as error:
            first = first or _raised(error)
        else:
            return None
    return first


def _raised(error: Exception) -> NoValue:
    problem = NoValue(f"raises {named(error)}")
    problem.__cause__ = error
    return problem


def takes_names(function: Any, known: Collection[str]) -> list[str] | None:
    """The inputs by the names of a function's parameters; None where those are not the inputs' names."""
    features = getattr(function, "feature_names_in_", None)
    if features is not None and set(known) <= {str(name) for name in features}:
        return [str(name) for name in features]
    parameters = None if is_predictor(function) else _parameters(function)
    if not parameters or not set(known) <= {p.name for p in parameters}:
        return None
    return [p.name for p in parameters if p.default is p.empty or p.name in known] or None


def is_predictor(function: Any) -> bool:
    """Whether something is an object with `predict`, such as an estimator of scikit-learn."""
    return callable(getattr(function, "predict", None))


def is_function(model: Any) -> bool:
    """Whether a model is a function or a predictor; networks and SymPy's symbols can be called too."""
    function = callable(model) or is_predictor(model)
    return function and not is_written(model)


def name_of(function: Any) -> str:
    name: str = getattr(function, "__name__", type(function).__name__)
    return name


def show(point: Floats) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in point.items()) or "the one point"


def named(error: BaseException) -> str:
    """`ValueError: math domain error`, on one line."""
    return _cut(f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": "))


def _ways(function: Any, names: Sequence[str]) -> list[Convention]:
    """The ways to call a function that its parameters allow, those it tells most of first."""
    if is_predictor(function):
        if isinstance(function, type):
            raise SettingError(f"{function.__name__} is a class; give a fitted object of it")
        order = [str(name) for name in getattr(function, "feature_names_in_", names)]
        return [
            _by_rows(function.predict, order if set(order) == set(names) else names, "predict(X)")
        ]
    parameters = _parameters(function)
    if parameters is None:
        return [_in_order(function, names), *_with_one(function, names)]
    required = [p for p in parameters if p.default is p.empty]
    ways = []
    if {p.name for p in required} <= set(names) <= {p.name for p in parameters}:
        ways.append(_by_name(function, names, parameters))
    places = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    wanted = required or places
    if not ways and len(wanted) == len(names) and all(p in places for p in wanted):
        ways.append(_in_order(function, names))
    if names and places and set(required) <= {places[0]}:
        ways += _with_one(function, names)
    if not ways:
        raise SettingError(
            f"the function takes {', '.join(p.name for p in required) or 'nothing'} and the inputs are "
            f"{', '.join(names) or 'none'}; {WAYS}"
        )
    return ways


def _parameters(function: Any) -> list[inspect.Parameter] | None:
    """The parameters of a function; None where it takes any number, or nobody knows."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    many = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return None if any(p.kind in many for p in parameters) else parameters


def _by_name(
    function: Any, names: Sequence[str], parameters: Sequence[inspect.Parameter]
) -> Convention:
    places = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in names]
    others = [name for name in names if name not in places]

    def at(point: Floats) -> Any:
        return function(*(point[n] for n in places), **{n: point[n] for n in others})

    return Convention(_call(names), at)


def _in_order(function: Any, names: Sequence[str]) -> Convention:
    return Convention(_call(names), lambda point: function(*(point[name] for name in names)))


def _with_one(function: Any, names: Sequence[str]) -> list[Convention]:
    return [
        Convention("f(dict)", lambda point: function(dict(point))),
        _by_rows(function, names, "f(array of shape (n, inputs))"),
        Convention(
            "f(array of shape (inputs,))", lambda point: function(_array([point], names)[0])
        ),
    ]


def _by_rows(function: Any, names: Sequence[str], said: str) -> Convention:
    return Convention(
        said,
        lambda point: function(_array([point], names)),
        lambda points: function(_array(points, names)),
    )


def _array(points: Sequence[Floats], names: Sequence[str]) -> np.ndarray[Any, Any]:
    return np.array([[point[name] for name in names] for point in points], dtype=np.float64)


def _call(names: Sequence[str]) -> str:
    return f"f({', '.join(names) if len(names) <= 4 else f'{names[0]}, …, {names[-1]}'})"


def _probes(domain: Domain, random: Random) -> Iterator[dict[str, float]]:
    """The lower and the upper corner of a domain, and points between."""
    for place in range(_PROBES):
        share = Fraction(place) if place < 2 else Fraction(random.random())
        yield {name: _inside(extent, share, random) for name, extent in domain.ranges.items()}


def _inside(extent: Range, share: Fraction, random: Random) -> float:
    """The float nearest to a place in a range, or the one next to it that is not outside."""
    interval = extent.hull if share in (0, 1) else random.choice(extent.intervals)
    wanted = interval.lower + share * interval.width
    try:
        nearest = float(wanted)
    except OverflowError:
        return math.copysign(math.inf, wanted)
    near = (nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, -math.inf))
    return next((value for value in near if Fraction(value) in extent), nearest)


def _short(value: Any) -> str:
    return _cut(repr(value)) if value is None else f"{_cut(repr(value))} ({type(value).__name__})"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
