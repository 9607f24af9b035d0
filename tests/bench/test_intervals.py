"""Intervals of success rates, of iterations and of sparsity errors."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from scipy import stats

from nalmx.bench import intervals
from nalmx.bench.intervals import Estimate, beta_interval, gamma_interval, success_interval
from nalmx.bench.published import published
from nalmx.errors import SettingError

ITERATIONS = [38000, 45000, 41000, 47000, 36000, 50000, 29000]
ERRORS = [0.02, 0.11, 0.05, 0.21, 0.08, 0.01]
# Of NAC+ adding on [10,20], whose published mean is 5.4e-06.
TINY = [1.43e-06, 2.92e-06, 3.7e-06, 4.17e-06, 4.77e-06, 5.13e-06, 6.14e-06, 9.24e-06, 1.06e-05]
DROP = stats.chi2.ppf(0.95, 1) / 2


def grid_limits(log_likelihood, means, others):
    """The ends of the profile-likelihood interval by trying every pair of a grid."""
    values = log_likelihood(means[:, None], others[None, :])
    profile = values.max(axis=1)
    kept = means[profile >= values.max() - DROP]
    return kept[0], kept[-1]


def student(values):
    return stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))


@pytest.mark.parametrize(
    ("successes", "rate", "lower", "upper"),
    [(17, 0.68, 0.48, 0.83), (25, 1.0, 0.87, 1.0), (0, 0.0, 0.0, 0.13), (7, 0.28, 0.14, 0.48)],
)
def test_a_success_rate_has_the_published_wilson_interval(successes, rate, lower, upper):
    found = success_interval(successes, 25)
    assert (found.mean, round(found.lower, 2), round(found.upper, 2)) == (rate, lower, upper)


def test_every_published_interval_is_the_wilson_interval_of_its_rate():
    for known in (cell.success_rate for cell in published().values()):
        found = success_interval(round(25 * known.mean), 25)
        assert found.lower == pytest.approx(known.lower, abs=0.0051)
        assert found.upper == pytest.approx(known.upper, abs=0.0051)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused(successes, trials):
    with pytest.raises(SettingError, match="impossible"):
        success_interval(successes, trials)


@pytest.mark.parametrize("values", [ITERATIONS, [1000, 45000, 5000, 47000], [2000, 3000]])
def test_the_gamma_interval_is_where_a_grid_of_likelihoods_finds_it(values):
    def log_likelihood(mean, shape):
        return sum(stats.gamma.logpdf(x, shape, scale=mean / shape) for x in values)

    found = gamma_interval(values)
    means = np.geomspace(found.lower / 1.5, found.upper * 1.5, 900)
    lower, upper = grid_limits(log_likelihood, means, np.geomspace(0.05, 5000, 300))
    assert found.mean == np.mean(values)
    assert found.lower == pytest.approx(lower, rel=1e-2)
    assert found.upper == pytest.approx(upper, rel=1e-2)


@pytest.mark.parametrize("values", [ERRORS, [0.1, 0.4], [1e-7] * 5 + [0.3, 0.35], TINY])
def test_the_beta_interval_is_where_a_grid_of_likelihoods_finds_it(values):
    def log_likelihood(mean, precision):
        first, second = 2 * mean * precision, (1 - 2 * mean) * precision
        return sum(stats.beta.logpdf(2 * x, first, second) for x in values)

    found = beta_interval(values)
    odds = [math.log(2 * end / (1 - 2 * end)) for end in (found.lower, found.upper)]
    means = 0.5 / (1 + np.exp(-np.linspace(odds[0] - 0.5, odds[1] + 0.5, 900)))
    lower, upper = grid_limits(log_likelihood, means, np.geomspace(0.05, 1e7, 500))
    assert found.mean == pytest.approx(np.mean(values))
    assert found.lower == pytest.approx(lower, rel=1e-2)
    assert found.upper == pytest.approx(upper, rel=1e-2)


def covered(interval, mean):
    return interval.lower <= mean <= interval.upper


def test_the_gamma_interval_covers_the_mean_in_about_95_of_100_samples():
    random = np.random.RandomState(1)
    samples = random.gamma(shape=20, scale=30000 / 20, size=(300, 20))
    rate = np.mean([covered(gamma_interval(sample.tolist()), 30000) for sample in samples])
    assert 0.91 <= rate <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("mean", [0.4, 1e-5])
def test_the_beta_interval_covers_the_mean_in_about_95_of_100_samples(mean):
    random = np.random.RandomState(2)
    precision = 4 / mean
    first, second = 2 * mean * precision, (1 - 2 * mean) * precision
    samples = random.beta(first, second, size=(300, 20)) / 2
    rate = np.mean([covered(beta_interval(sample.tolist()), mean) for sample in samples])
    assert 0.91 <= rate <= 0.98


@pytest.mark.parametrize("scale", [1e-4, 3.0, 1e6])
def test_the_gamma_interval_scales_with_its_values(scale):
    once, scaled = gamma_interval(ITERATIONS), gamma_interval([scale * x for x in ITERATIONS])
    for name in ("mean", "lower", "upper"):
        assert getattr(scaled, name) == pytest.approx(scale * getattr(once, name), rel=1e-8)


def test_the_beta_interval_of_tiny_values_is_their_gamma_interval():
    beta, gamma = beta_interval(TINY), gamma_interval([1e9 * x for x in TINY])
    for name in ("mean", "lower", "upper"):
        assert 1e9 * getattr(beta, name) == pytest.approx(getattr(gamma, name), rel=1e-4)


def test_the_beta_interval_is_the_same_seen_from_the_other_end():
    values = [0.02, 0.3, 0.45]
    there, back = beta_interval(values), beta_interval([0.5 - x for x in values])
    assert back.lower == pytest.approx(0.5 - there.upper, rel=1e-7)
    assert back.upper == pytest.approx(0.5 - there.lower, rel=1e-7)


@pytest.mark.parametrize("k", [1e-6, 0.3, 1.0, 12.0, 99.9, 100.1, 1e4, 1e12])
def test_the_terms_of_the_likelihood_are_accurate_at_any_shape(k):
    with mpmath.workdps(50):
        g = k * mpmath.log(k) - k - mpmath.loggamma(k)
        slope = mpmath.log(k) - mpmath.digamma(k)
    assert intervals._g(k) == pytest.approx(float(g), rel=1e-12, abs=1e-12)
    assert intervals._slope(k) == pytest.approx(float(slope), rel=1e-12)


@pytest.mark.parametrize(
    ("interval", "values"),
    [(gamma_interval, [1e5, 1e5 + 1e-3]), (beta_interval, [0.2, 0.2 + 1e-9])],
)
def test_nearly_equal_values_have_the_profile_interval_of_a_normal_distribution(interval, values):
    found, count = interval(values), len(values)
    width = np.std(values) * math.sqrt(math.expm1(2 * DROP / count))
    assert found.upper - found.mean == pytest.approx(width, rel=1e-4)
    assert found.mean - found.lower == pytest.approx(width, rel=1e-4)


@pytest.mark.parametrize("interval", [gamma_interval, beta_interval])
def test_without_values_there_is_no_mean_and_with_one_no_interval(interval):
    assert interval([]) is None
    assert interval([0.25]) == Estimate(0.25, None, None)


@pytest.mark.parametrize("interval", [gamma_interval, beta_interval])
def test_equal_values_leave_nothing_open(interval):
    assert interval([0.25] * 5) == Estimate(0.25, 0.25, 0.25)


def test_exact_weights_have_the_published_sparsity_error():
    assert beta_interval([0.0] * 25).mean == pytest.approx(1e-16)


@pytest.mark.parametrize(
    ("interval", "values"),
    [
        (gamma_interval, [0.3, 0.3 + 9e-6]),
        (gamma_interval, [1e7, 1e7 + 5e-3]),
        (beta_interval, [0.3, 0.3 + 9e-11]),
    ],
)
def test_a_nil_spread_has_a_student_interval(interval, values):
    found = interval(values)
    assert (found.lower, found.upper) == pytest.approx(student(values), rel=1e-12)


def test_a_student_interval_ends_where_the_values_must():
    assert gamma_interval([0, 1000]).lower == 0
    assert gamma_interval([0, 1000]).upper == pytest.approx(student([0, 1000])[1])
    assert beta_interval([0, 5e-11]).lower == 0
    assert beta_interval([0.5, 0.5 - 5e-11]).upper == 0.5


@pytest.mark.parametrize(
    "values",
    [
        [1e-16, 1e-5],
        [1e-16] * 24 + [5.8e-6],
        [1e-16] * 24 + [0.5],
        [0.0, 0.5],
        [0.1, 0.1 + 1e-9],
        [1e-10, 3e-10],
        [0.5] * 10 + [0.5 - 1e-9],
        [1e-5, 1e-5 + 1.5e-10],
    ],
    ids=str,
)
def test_extreme_sparsity_errors_have_an_interval_around_their_mean(values):
    found = beta_interval(values)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-8)
    assert 0 <= found.lower <= found.mean <= found.upper <= 0.5
    assert found.lower < found.upper


@pytest.mark.parametrize(
    "values", [[1, 1e7], [1e-300, 1e5], [49999, 50000], [1e5, 1e5 + 1e-3], [1e-3, 2e-3]], ids=str
)
def test_extreme_iterations_have_an_interval_around_their_mean(values):
    found = gamma_interval(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert 0 < found.lower < found.mean < found.upper < math.inf


def test_random_sparsity_errors_of_any_size_have_an_interval_around_their_mean():
    random = np.random.RandomState(4)
    for count, smallest in itertools.product((2, 3, 25), (-16, -9, -5, -2)):
        for _ in range(10):
            values = np.minimum(10 ** random.uniform(smallest, -0.3, count), 0.5)
            found = beta_interval(values.tolist())
            assert 0 <= found.lower <= found.mean <= found.upper <= 0.5


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_a_value_that_cannot_be_is_refused(value):
    for interval in (gamma_interval, beta_interval):
        with pytest.raises(SettingError, match="must be finite and"):
            interval([0.1, value])


def test_a_sparsity_error_above_a_half_is_refused():
    with pytest.raises(SettingError, match=r"from 0 to 0\.5"):
        beta_interval([0.6])
