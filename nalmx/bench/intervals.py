"""Intervals of 95 % for what is measured over the seeds of a cell.

The success rate has a Wilson interval, the iteration of solving a Gamma interval and the sparsity
error a Beta interval on [0, 0.5], as published. The last two are profile-likelihood intervals:
the means that a likelihood-ratio test at 5 % does not reject, whatever the second parameter is.

Both likelihoods are written with g(k) = k·log k − k − log Γ(k), per value and up to a constant:

    Gamma of mean μ and shape k:         g(k) − k·c(μ),   c = mean(x/μ − 1 − log(x/μ))
    Beta of mean m and precision v:      g(mv) + g((1−m)v) − g(v) − v·d(m)

with d(m) the mean over x of m·log(m/x) + (1−m)·log((1−m)/(1−x)). Either is concave in its second
parameter, so the best one is the root of a decreasing function, and nothing loses digits where the
values are tiny or nearly equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from ..errors import SettingError

LARGEST_SPARSITY_ERROR = 0.5
_CONFIDENCE = 0.95
_DROP = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) ** 2 / 2
_NIL_GAMMA_SPREAD, _NIL_BETA_SPREAD = 1e-5, 1e-10
_SMALLEST_RELATIVE_SPREAD = 1e-9
_NEAREST_TO_AN_END = 1e-16
_SERIES_FROM = 100.0
_FARTHEST = 300.0

Function = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the ends of its interval; None where a single value tells nothing of them."""

    mean: float
    lower: float | None
    upper: float | None


def success_interval(successes: int, trials: int) -> Estimate:
    """The rate of success with its Wilson interval.

    Example: 17 of 25 is 0.68 with [0.48, 0.83].
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise SettingError(
            f"{successes} successes in {trials} trials are impossible; give at least one trial and from "
            "0 to that many successes"
        )
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(_CONFIDENCE, method="wilson")
    return Estimate(successes / trials, max(0.0, float(found.low)), min(1.0, float(found.high)))


def gamma_interval(values: Sequence[float]) -> Estimate | None:
    """The mean of positive values with its profile-likelihood interval under a Gamma distribution.

    The mean is the sample mean, which is also the most likely one. The interval is Student's, cut
    off at 0, where the spread is nil or where a value is 0, which no Gamma distribution explains.
    """
    _check(values, math.inf)
    if len(values) < 2:
        return _single(values)
    mean, spread = fmean(values), stdev(values)
    nil = max(_NIL_GAMMA_SPREAD, _SMALLEST_RELATIVE_SPREAD * mean)
    if spread <= nil or min(values) == 0:
        return _student(values, math.inf)
    relative = [math.log(value) - math.log(mean) for value in values]

    def profile(u: float) -> float:
        c = fmean(_excess(log - u) for log in relative)
        shape = _root(lambda k: _slope(k) - c, 0.4 / c, 1.1 / c)
        return _g(shape) - shape * c

    lower, upper = _limits(profile, 0.0, _DROP / len(values))
    return Estimate(mean, mean * math.exp(lower), mean * math.exp(upper))


def beta_interval(values: Sequence[float]) -> Estimate | None:
    """The mean of values in [0, 0.5] with its profile-likelihood interval under a Beta distribution.

    The mean is the sample mean, which is what the published table shows: on errors as small as
    those of solved tasks, the published program's fit fails and gives way to the sample mean, and
    the most likely mean is the same to all the digits shown. Large errors may tell the two apart;
    should the sample mean then lie outside the interval, the interval is widened to it. Where the
    spread is nil the interval is Student's, cut off at 0 and 0.5.
    """
    _check(values, LARGEST_SPARSITY_ERROR)
    ends = _NEAREST_TO_AN_END, LARGEST_SPARSITY_ERROR - _NEAREST_TO_AN_END
    values = [min(max(value, ends[0]), ends[1]) for value in values]
    if len(values) < 2:
        return _single(values)
    mean, spread = fmean(values), stdev(values)
    if spread <= _NIL_BETA_SPREAD:
        return _student(values, LARGEST_SPARSITY_ERROR)
    scaled = [value / LARGEST_SPARSITY_ERROR for value in values]
    logs = [(math.log(x), math.log1p(-x)) for x in scaled]

    def profile(u: float) -> float:
        m, rest = _logistic(u), _logistic(-u)
        log_m, log_rest = -_softplus(-u), -_softplus(u)
        d = fmean(m * _excess(x - log_m) + rest * _excess(y - log_rest) for x, y in logs)

        def slope(v: float) -> float:
            return m * _slope(m * v) + rest * _slope(rest * v) - _slope(v) - d

        v = _root(slope, 0.4 / d, 1.6 / d)
        return _g(m * v) + _g(rest * v) - _g(v) - v * d

    # The most likely mean lies between the geometric means of x and of 1 − x.
    least, most = fmean(x for x, _ in logs), fmean(y for _, y in logs)
    peak = _maximum(profile, _logit_of_log(least), -_logit_of_log(most))
    lower, upper = (
        LARGEST_SPARSITY_ERROR * _logistic(u) for u in _limits(profile, peak, _DROP / len(values))
    )
    return Estimate(mean, min(lower, mean), max(upper, mean))


def _check(values: Sequence[float], most: float) -> None:
    for value in values:
        if not (math.isfinite(value) and 0 <= value <= most):
            limits = "not negative" if most == math.inf else f"from 0 to {most:g}"
            raise SettingError(
                f"{value} has no place in the mean; values must be finite and {limits}"
            )


def _single(values: Sequence[float]) -> Estimate | None:
    return Estimate(float(values[0]), None, None) if values else None


def _student(values: Sequence[float], most: float) -> Estimate:
    from scipy.stats import t

    mean, count = fmean(values), len(values)
    width = float(t.ppf((1 + _CONFIDENCE) / 2, count - 1)) * stdev(values) / math.sqrt(count)
    return Estimate(mean, max(0.0, mean - width), min(most, mean + width))


def _g(k: float) -> float:
    """k·log k − k − log Γ(k), by Stirling's series where the difference would lose digits."""
    if k < _SERIES_FROM:
        return k * math.log(k) - k - math.lgamma(k)
    return math.log(k / (2 * math.pi)) / 2 - (1 - 1 / (30 * k * k)) / (12 * k)


def _slope(k: float) -> float:
    """The derivative of `_g`, log k − ψ(k): positive and decreasing, from 1/k to 1/(2k)."""
    if k < _SERIES_FROM:
        from scipy.special import digamma

        return math.log(k) - float(digamma(k))
    return (1 + (1 - 1 / (10 * k * k)) / (6 * k)) / (2 * k)


def _excess(log_ratio: float) -> float:
    """r − 1 − log r ≥ 0 of a ratio r given by its logarithm."""
    return math.expm1(log_ratio) - log_ratio


def _logistic(u: float) -> float:
    return math.exp(-_softplus(-u))


def _softplus(u: float) -> float:
    """log(1 + exp u), so that −softplus(−u) is the logarithm of the logistic function of u."""
    return max(u, 0.0) + math.log1p(math.exp(-abs(u)))


def _logit_of_log(log: float) -> float:
    return log - math.log(-math.expm1(log))


def _root(function: Function, low: float, high: float) -> float:
    """The root between two positive numbers, to the last digits whatever its size."""
    from scipy.optimize import brentq

    found = brentq(lambda u: function(math.exp(u)), math.log(low), math.log(high), xtol=1e-13)
    return math.exp(found)


def _maximum(function: Function, low: float, high: float) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(lambda u: -function(u), bounds=(low, high), options={"xatol": 1e-9})
    return float(found.x)


def _limits(profile: Function, peak: float, drop: float) -> tuple[float, float]:
    """Where a profile has fallen by `drop` on either side of its peak."""
    level = profile(peak) - drop
    return _fall(profile, peak, -1, level), _fall(profile, peak, 1, level)


def _fall(profile: Function, peak: float, side: int, level: float) -> float:
    from scipy.optimize import brentq

    near, step = 0.0, 1e-6
    while profile(peak + side * step) > level:
        near, step = step, step * 2
        if abs(peak + side * step) > _FARTHEST:
            return math.copysign(_FARTHEST, side)
    return peak + side * float(
        brentq(lambda s: profile(peak + side * s) - level, near, step, xtol=1e-15, rtol=1e-10)
    )
