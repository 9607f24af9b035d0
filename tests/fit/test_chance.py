"""What noise does by chance: a column that it goes with a little is no part of the law."""

import numpy as np
import pytest

from nalmx.expression import to_text
from nalmx.fit import Rows, fit
from nalmx.fit.residuals import why_not_noise
from nalmx.verify import Effort


def noise_along(column, score, random):
    """Noise of size 1 that goes with a column by so many standard errors, and is normal otherwise."""
    count = len(column)
    along = (column - column.mean()) / column.std()
    left = random.normal(size=count)
    line = np.stack([np.ones(count), along], 1)
    left -= line @ np.linalg.lstsq(line, left, rcond=None)[0]
    part = score / np.sqrt(count)
    return np.sqrt(1 - part**2) * left / left.std() + part * along


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("score", [4.2, 6, 8])
def test_a_power_that_explains_hardly_more_than_it_costs_is_no_law(score, seed):
    random = np.random.default_rng(seed)
    inputs = random.uniform(1, 2, (400, 3))
    target = inputs[:, 0] * inputs[:, 1] + 0.02 * noise_along(np.log(inputs[:, 2]), score, random)
    outcome = fit(Rows.of(inputs, target), Effort(operations=1_500))
    assert outcome.formula is None or to_text(outcome.formula) == "x1*x2"


@pytest.mark.parametrize("score", [4.2, 6])
def test_among_many_columns_noise_goes_further_with_one(score):
    random = np.random.default_rng(0)
    inputs = random.uniform(1, 2, (1_000, 100))
    left = noise_along(inputs[:, 0], score, random)
    columns = {f"x{n + 1}": values for n, values in enumerate(inputs.T)}
    few = {name: columns[name] for name in ("x1", "x2")}
    assert (
        why_not_noise(few, np.ones(1_000), left)
        == f"what it leaves goes with x1 ({score:.1f} standard errors)"
    )
    assert ("x1" in why_not_noise(columns, np.ones(1_000), left)) == (score > 5)
