"""Neural status register."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import sympy
import torch
from torch import Tensor, nn

from ..errors import SettingError
from ..expression.symbols import Sigmoid, Total
from ._base import MATRIX, PER_OUTPUT, ArithmeticModule, ExactMatrix
from ._comparison import Impurity, combine, decided_by, pairs_of
from ._grid import Grid
from ._reduce import sigmoid
from ._schedule import SparsitySchedule
from ._training import Training


class NSR(ArithmeticModule):
    """Neural status register: compares two chosen inputs by < <= > >= == or !=.

        uₒ = Σᵢ fₒᵢ·xᵢ,   vₒ = Σᵢ sₒᵢ·xᵢ,   fₒ = softmax(F̂ₒ),   sₒ = softmax(Ŝₒ)
        pₒ = tanh(λ·(uₒ − vₒ)),   qₒ = 1 − 2pₒ²,   zₒ = pₒ·Wₒ + qₒ·Kₒ + bₒ,   yₒ = σ(zₒ)

    p is the sign bit and q the zero bit of the difference. The outputs are the truth values y of
    all comparisons and then their negations 1 − y. With `redundancy` R every comparison has R
    pairs of operands, side by side in the columns of the weights, and z is the sum over them.
    `steepness` is λ: large where the differences that count are small. The choices F̂ and Ŝ and
    the scales W and K start N(0, 1), the shift b at 0.

    Example: f = [1, 0], s = [0, 1], W = 9, K = -3 and b = -3 give y ≈ 1 where x1 > x2, else 0.
    Shapes: x (…, in_features) → y (…, 2·out_features).
    Domain: all reals.  Float risk: smooth, so undecided where λ·|u − v| is small but not 0.
    Reference: Faber & Wattenhofer (2020); survey by Mistry et al. (2022), equations 30 to 37.
    """

    name: ClassVar = "nsr"
    label: ClassVar = "NSR"
    title: ClassVar = "Neural status register"
    raw: ClassVar = {
        "first_choice": MATRIX,
        "second_choice": MATRIX,
        "raw_sign_scale": PER_OUTPUT,
        "raw_zero_scale": PER_OUTPUT,
        "raw_shift": PER_OUTPUT,
    }
    shapes: ClassVar = {
        "first": MATRIX,
        "second": MATRIX,
        "sign_scale": PER_OUTPUT,
        "zero_scale": PER_OUTPUT,
        "shift": PER_OUTPUT,
        "steepness": PER_OUTPUT,
    }
    grids: ClassVar = {"first": Grid(0, 1), "second": Grid(0, 1)}
    training_facts: ClassVar = Training(
        1e-2, penalty=Impurity(SparsitySchedule(1.0, 20_000, 35_000))
    )
    outputs_per_feature: ClassVar = 2
    first_choice: nn.Parameter
    second_choice: nn.Parameter
    raw_sign_scale: nn.Parameter
    raw_zero_scale: nn.Parameter
    raw_shift: nn.Parameter

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        redundancy: int = 1,
        steepness: float = 1.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        if not isinstance(redundancy, int) or isinstance(redundancy, bool) or redundancy < 1:
            raise SettingError(f"redundancy must be a positive integer; {redundancy!r} given")
        if not 0 < steepness < math.inf:
            raise SettingError(f"steepness must be a positive finite number; {steepness!r} given")
        self.redundancy = redundancy
        self.steepness = float(steepness)
        super().__init__(in_features, out_features, device=device, dtype=dtype, generator=generator)

    def raw_size(self, name: str) -> tuple[int, int]:
        rows, columns = super().raw_size(name)
        return rows, columns * self.redundancy

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        for name in self.raw_names[:-1]:
            nn.init.normal_(self.get_parameter(name), generator=generator)
        nn.init.zeros_(self.raw_shift)

    def weights(self) -> dict[str, Tensor]:
        shift = self.raw_shift
        return {
            "first": _softmax(self.first_choice, self.in_features),
            "second": _softmax(self.second_choice, self.in_features),
            "sign_scale": self.raw_sign_scale,
            "zero_scale": self.raw_zero_scale,
            "shift": shift,
            "steepness": torch.full_like(shift[..., :1], self.steepness),
        }

    @staticmethod
    def equation(
        x: Tensor,
        *,
        first: Tensor,
        second: Tensor,
        sign_scale: Tensor,
        zero_scale: Tensor,
        shift: Tensor,
        steepness: Tensor,
    ) -> Tensor:
        selection = torch.unflatten(first - second, -1, (-1, x.shape[-1]))
        if first.dim() > 2:
            selection = selection.unsqueeze(-4)
            sign_scale, zero_scale = sign_scale.unsqueeze(-3), zero_scale.unsqueeze(-3)
            shift, steepness = shift.unsqueeze(-3), steepness.unsqueeze(-3)
        difference = (x[..., None, None, :] * selection).sum(-1)
        sign = (steepness * difference).tanh()
        zero = 1 - 2 * sign * sign
        y = sigmoid((sign * sign_scale + zero * zero_scale + shift).sum(-1))
        return torch.cat([y, 1 - y], -1)

    @staticmethod
    def symbolic(x: Sequence[sympy.Expr], **weights: ExactMatrix) -> list[sympy.Expr]:
        truths = []
        for f, s, signs, zeros, shifts, (steep,) in _rows(weights):
            terms = []
            for place, (w, k, b) in enumerate(zip(signs, zeros, shifts, strict=True)):
                part = slice(place * len(x), (place + 1) * len(x))
                operands = zip(f[part], s[part], x, strict=True)
                sign = sympy.tanh(steep * Total(*((p - q) * v for p, q, v in operands)))
                terms.append(sign * w + (1 - 2 * sign**2) * k + b)
            truths.append(Sigmoid(Total(*terms)))
        return [*truths, *(1 - truth for truth in truths)]

    @staticmethod
    def idealised(
        x: Sequence[sympy.Expr], *, ties: bool | None = None, **weights: ExactMatrix
    ) -> list[sympy.Expr]:
        """The comparisons with the status bits exactly -1, 0 and 1: 1 where true, else 0.

        Example: `Piecewise((1, x1 > x2), (0, True))`. A choice that is not of one input, or a case
        (less, equal, greater) whose truth value is further than 0.1 from 0 and 1, is an
        `ExtractionError`. `ties` is the truth value of an undecided case in which operands are
        equal, for a caller to whom it does not matter.
        """
        conditions = [
            decided_by(x, pairs_of(len(x), f, s, _cases(signs, zeros, shifts, steep)), ties)
            for f, s, signs, zeros, shifts, (steep,) in _rows(weights)
        ]
        return combine(conditions)

    def extra_repr(self) -> str:
        own = f"redundancy={self.redundancy}, steepness={self.steepness:g}"
        return f"{super().extra_repr()}, {own}"


def _rows(weights: Mapping[str, ExactMatrix]) -> Iterator[tuple[Sequence[sympy.Expr], ...]]:
    """The rows of all weights for each comparison, in the order of `shapes`."""
    return zip(*(weights[name] for name in NSR.shapes), strict=True)


def _softmax(choice: Tensor, inputs: int) -> Tensor:
    """Softmax over each run of `inputs` columns, elementwise in a stack."""
    groups = torch.unflatten(choice, -1, (-1, inputs))
    powers = (groups - groups.detach().amax(-1, keepdim=True)).exp()
    return (powers / powers.sum(-1, keepdim=True)).flatten(-2)


def _cases(
    signs: Sequence[Any], zeros: Sequence[Any], shifts: Sequence[Any], steepness: Any
) -> list[Mapping[str, Any]]:
    """What each pair of operands adds to z where the first is less, equal and greater."""
    ahead = sympy.sign(steepness)
    return [
        {"<": b - k - ahead * w, "=": b + k, ">": b - k + ahead * w}
        for w, k, b in zip(signs, zeros, shifts, strict=True)
    ]
