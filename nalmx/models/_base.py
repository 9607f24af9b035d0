"""What every arithmetic module declares: its equation twice, its grids and its training.

The equation is written on *effective* weights, once for tensors (`equation`) and once for exact
numbers (`symbolic`). The raw parameters only produce the effective weights: tanh·σ never
reaches 1, so it is the effective weights that are snapped to a grid, never the raw ones. That
step is written twice as well (`weights` and `symbolic_weights`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..errors import SettingError
from ..ranges import Range
from ._grid import Grid, Matrix
from ._training import Training

ExactMatrix = Sequence[Sequence[sympy.Expr]]
Shape = tuple[str, str]
MATRIX: Shape = ("out", "in")
PER_INPUT: Shape = ("1", "in")
PER_OUTPUT: Shape = ("out", "1")


class ArithmeticModule(nn.Module, ABC):
    """A drop-in for `nn.Linear(in_features, out_features)` whose weights mean something.

    Shapes: x (…, in_features) → y (…, out_features). Parameters with leading dimensions are a
    stack of independent modules: parameters (*stack, out_features, in_features) take
    x (*stack, batch, in_features), or one batch (batch, in_features) for all of them.
    `generator` makes the initialisation reproducible.

    `raw` gives the shape of every trainable parameter and `shapes` that of every effective weight;
    both are matrices. `grids` are the weights that count in the sparsity error, `gates` those that
    are discrete too but do not count; what is in neither is not discrete.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    title: ClassVar[str]
    # The operations of the benchmark that it is meant to learn.
    operations: ClassVar[tuple[str, ...]] = ()
    raw: ClassVar[Mapping[str, Shape]]
    shapes: ClassVar[Mapping[str, Shape]]
    grids: ClassVar[Mapping[str, Grid]]
    gates: ClassVar[Mapping[str, Grid]] = {}
    raw_bounds: ClassVar[Mapping[str, tuple[float, float]]] = {}
    raw_names: ClassVar[tuple[str, ...]]
    training_facts: ClassVar[Training] = Training()
    training_by_task: ClassVar[Mapping[str, Training]] = {}
    outputs_per_feature: ClassVar[int] = 1
    # Arguments of `symbolic` that leave out what only keeps floats finite, such as ε = 0.
    idealisation: ClassVar[Mapping[str, sympy.Expr]] = {}
    # Weights that are powers: they settle on small rationals, chosen by validation.
    powers: ClassVar[tuple[str, ...]] = ()
    # Weights of a sum: where a user or data say so they are coefficients, beside their grid.
    coefficients: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        for label, value in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise SettingError(f"{label} must be a positive integer; {value!r} given")
        self.in_features = in_features
        self.out_features = out_features
        for name in self.raw_names:
            empty = torch.empty(*self.raw_size(name), device=device, dtype=dtype)
            self.register_parameter(name, nn.Parameter(empty))
        self.reset_parameters(generator)

    @classmethod
    def training_for(cls, task: str) -> Training:
        """What the authors prescribe, or what they found best for a published task."""
        return cls.training_by_task.get(task, cls.training_facts)

    def raw_size(self, name: str) -> tuple[int, int]:
        """Rows and columns of a raw parameter."""
        sizes = {"out": self.out_features, "in": self.in_features, "1": 1}
        rows, columns = self.raw[name]
        return sizes[rows], sizes[columns]

    @abstractmethod
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the raw parameters anew, as the module's authors prescribe."""

    @abstractmethod
    def weights(self) -> dict[str, Tensor]:
        """The effective weights, one matrix for each of `shapes`."""

    @staticmethod
    def symbolic_weights(**raw: sympy.Expr) -> dict[str, sympy.Expr]:
        """An effective weight as an expression of the raw parameters at its place.

        Modules whose weights depend on raw parameters of other places have no such form and train
        without the fused kernel.
        """
        raise NotImplementedError("these weights depend on raw parameters of other places")

    @staticmethod
    @abstractmethod
    def equation(x: Tensor, **weights: Tensor) -> Tensor:
        """The module's equation on effective weights."""

    @staticmethod
    @abstractmethod
    def symbolic(x: Sequence[sympy.Expr], **weights: Any) -> list[sympy.Expr]:
        """The same equation over exact numbers, one expression for each output.

        Sums and products over the inputs are written with `Total` and `Times`.
        """

    @classmethod
    def idealised(cls, x: Sequence[sympy.Expr], **weights: Any) -> list[sympy.Expr]:
        """The equation on discrete weights without its ε, simplified over the symbols' signs."""
        return [output.doit() for output in cls.symbolic(x, **weights, **cls.idealisation)]

    @classmethod
    def has_ideal(cls) -> bool:
        """Whether the idealised formula is another function than the discretised network."""
        own = getattr(cls.idealised, "__func__", None)
        usual = ArithmeticModule.__dict__["idealised"].__func__
        return bool(cls.idealisation) or own is not usual

    @classmethod
    def settled(
        cls, weights: Mapping[str, Matrix], extents: Sequence[Range] | None
    ) -> tuple[dict[str, Matrix], Fraction]:
        """Weights in which gates that depend on the inputs are settled, and the distance moved.

        `extents` are the ranges of the inputs, over which such a gate must stay at 0 or at 1.
        """
        return dict(weights), Fraction(0)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "raw" in cls.__dict__:
            cls.raw_names = tuple(cls.raw)

    def forward(self, x: Tensor) -> Tensor:
        return self.equation(x, **self.weights())

    def constrain_(self) -> None:
        """Bring raw parameters back into their bounds, after an optimiser step."""
        for name, (lower, upper) in self.raw_bounds.items():
            getattr(self, name).data.clamp_(lower, upper)

    @torch.no_grad()
    def sparsity_error(self) -> Tensor:
        """Largest distance of a weight to its grid, one value for each module of a stack.

        With several weight matrices it is the mean of theirs, as in the published benchmark.
        """
        weights = self.weights()
        distances = [grid.distance(weights[name]) for name, grid in self.grids.items()]
        return torch.stack([distance.flatten(-2).amax(-1) for distance in distances]).mean(0)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}"


def checked_module(name: str, thing: object) -> type[ArithmeticModule]:
    """A thing that is a complete module; `name` is what it is called in an error."""
    if not (isinstance(thing, type) and issubclass(thing, ArithmeticModule)):
        raise SettingError(
            f"{name} is no module; name a class derived from nalmx.models.ArithmeticModule"
        )
    wanted = ("name", "label", "title", "raw", "shapes", "grids")
    missing = [*(n for n in wanted if not hasattr(thing, n)), *sorted(thing.__abstractmethods__)]
    if missing:
        raise SettingError(f"the module {name} does not say its {', '.join(missing)}; add that")
    return thing
