"""Digits on images and what is computed of them: a reader that is tested, arithmetic that is proved.

The images are the 8×8 digits that scikit-learn brings along. A support vector machine reads them; the digits
that it reads, of images that it was not trained on, go into a recurrent module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...errors import SettingError
from ...expression import parse
from ...models import NAU, Recurrent
from ...ranges import Range
from ._networks import trained
from ._registers import inductions
from .experiment import Cell, Row, Tell

TRAINED_LENGTHS, LENGTHS = (10,), (1, 10, 100, 1_000)
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reader:
    """What was read of images that were held out, and what they show."""

    read: Integers
    shown: Integers

    @property
    def accuracy(self) -> str:
        """The share that is right, with its 95 % interval (Clopper and Pearson)."""
        from scipy.stats import binomtest

        right = int((self.read == self.shown).sum())
        interval = binomtest(right, len(self.read)).proportion_ci(0.95, "exact")
        return f"{right}/{len(self.read)}, [{interval.low:.3f}, {interval.high:.3f}]"


@cache
def reader() -> Reader:
    """A classifier trained on two thirds of the images, and what it reads on the others."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.svm import SVC
    except ImportError:
        raise SettingError(
            "the digits come with scikit-learn, which is not installed; pip install 'nalmx[sklearn]'"
        ) from None
    images, shown = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(shown))
    train, held = order[: 2 * len(order) // 3], order[2 * len(order) // 3 :]
    classifier = SVC(C=10.0).fit(images[train], shown[train])
    return Reader(classifier.predict(images[held]), shown[held])


@dataclass(frozen=True, slots=True)
class DigitTask:
    """A state that a recurrent network keeps over digits: features of a digit, the target, the true step.

    `features(d)` gives (…, features) of digits (…); `target` is, in float64, what the state is after a
    sequence.
    """

    features: Callable[[Tensor], Tensor]
    target: Callable[[Tensor], Tensor]
    build: Callable[[torch.Generator], nn.Module]
    step: Sequence[str]
    items: Sequence[Range]
    states: Sequence[Range]
    growth: Range | None
    digits: tuple[int, int] = (0, 9)
    lengths: tuple[int, ...] = LENGTHS
    trained_lengths: tuple[int, ...] = TRAINED_LENGTHS
    rate: float = 0.01
    penalty: float = 1.0


def cells(quick: bool) -> list[Cell]:
    return [{"seeds": 2 if quick else 10, "iterations": 100 if quick else 3_000}]


def run(task: DigitTask, cell: Cell, tell: Tell) -> Row:
    """Train on digits as they are, then compute with what the reader reads."""
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)
    tell(0.0, "reading digits")
    seen = reader()
    low, high = task.digits

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        choices = len(task.trained_lengths)
        drawn = torch.randint(choices, (), generator=generator) if choices > 1 else 0
        length = task.trained_lengths[int(drawn)]
        digits = torch.randint(low, high + 1, (64, length), generator=generator)
        return task.features(digits), task.target(digits).float().expand(seeds, -1, -1)

    networks = trained(
        task.build, seeds, sample, iterations, task.rate, tell, penalty_scale=task.penalty
    )
    tell(1.0, "judging")
    row: dict[str, str] = {"digits_read": seen.accuracy}
    for length in task.lengths:
        given, images = _right(networks, task, seen, length, seeds)
        row[f"length_{length}"] = f"{given}/{seeds} given right digits, {images:.0%} of image lists"
    settled = inductions(
        networks, seeds, [parse(text) for text in task.step], task.items, task.states, task.growth
    )
    return {**row, "the_arithmetic": settled}


@torch.no_grad()
def _right(
    networks: nn.Module, task: DigitTask, seen: Reader, length: int, seeds: int, size: int = 50
) -> tuple[int, float]:
    """Networks that are right on all lists of true digits, and the share of right lists of images."""
    kept = np.flatnonzero((seen.shown >= task.digits[0]) & (seen.shown <= task.digits[1]))
    chosen = np.random.default_rng(length).choice(kept, (size, length))
    truth = task.target(torch.from_numpy(seen.shown[chosen]))

    def good(digits: Integers) -> Tensor:
        y: Tensor = networks.double()(task.features(torch.from_numpy(digits)).double())
        # The last digit of the answer must be right, in products beyond float64 its 12 first ones.
        close: Tensor = (y - truth).abs() <= truth.abs() * 1e-12 + 0.49
        return close.all(-1)

    given = int(good(seen.shown[chosen]).all(-1).sum())
    best = good(seen.read[chosen]).double().mean(-1)
    networks.float()
    return given, float(best.max())


def sums(inputs: int, states: int) -> Callable[[torch.Generator], nn.Module]:
    """A NAU that may add features of an item to its states."""
    return lambda random: Recurrent(NAU(inputs + states, states, generator=random), [0.0] * states)
