"""Pictures of a module with two inputs."""

from __future__ import annotations

import io
import math
from itertools import product
from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from nalmx.models import ArithmeticModule
from nalmx.tasks import OPERATIONS

_INPUTS, _FINE, _SEED = 2, 61, 0


def alt(kind: type[ArithmeticModule]) -> str:
    """What the picture shows, in words."""
    if kind.operations:
        return f"The error of {kind.label} on {kind.operations[0]} over two of its weights"
    return f"What {kind.label} computes with some discrete weights"


def svg(kind: type[ArithmeticModule]) -> str:
    """The picture of a module; text is text, and the same module gives the same bytes."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": kind.__name__}):
        figure = Figure(figsize=(4.2, 3.2), layout="constrained")
        axes = figure.subplots()
        (_error if kind.operations else _output)(kind, figure, axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=False)
    return buffer.getvalue()


def _error(kind: type[ArithmeticModule], figure: Figure, axes: Any) -> None:
    """log₁₀ of the mean squared error over the first discrete weight; the others solve the operation."""
    operation = kind.operations[0]
    x = 1 + torch.rand(
        200, _INPUTS, generator=torch.Generator().manual_seed(_SEED), dtype=torch.float64
    )
    wanted = torch.as_tensor(OPERATIONS[operation].targets(x.numpy()))

    def error(weights: dict[str, Tensor]) -> float:
        y = kind.equation(x, **weights).squeeze(-1)
        return float((y - wanted).square().mean())

    solution = min(_discrete(kind), key=error)
    moved = next(name for name, weight in solution.items() if weight.shape == (1, _INPUTS))
    points = {**kind.grids, **kind.gates}[moved].points
    ticks = np.linspace(float(points[0]), float(points[-1]), _FINE)
    errors = np.array(
        [
            [error({**solution, moved: torch.tensor([[a, b]], dtype=torch.float64)}) for a in ticks]
            for b in ticks
        ]
    )
    shown = np.log10(np.clip(np.nan_to_num(errors, nan=1e12, posinf=1e12), 1e-4, 1e12))
    drawn = axes.contourf(ticks, ticks, shown, levels=16, cmap="viridis")
    figure.colorbar(drawn, label=f"log₁₀ error, {operation} on [1,2]")
    axes.plot(
        *solution[moved][0].tolist(),
        "x",
        color="white",
        markersize=9,
        markeredgewidth=2,
        clip_on=False,
    )
    axes.set_xlabel(f"{moved}₁")
    axes.set_ylabel(f"{moved}₂")


def _output(kind: type[ArithmeticModule], figure: Figure, axes: Any) -> None:
    """The output of the discrete weights for which it varies most."""
    ticks = np.linspace(0, 1, _FINE)
    x = torch.as_tensor(np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, _INPUTS))
    outputs = [kind.equation(x, **weights)[..., 0] for weights in _discrete(kind)]
    y = max(outputs, key=lambda y: float(y.std())).reshape(_FINE, _FINE).numpy()
    drawn = axes.contourf(ticks, ticks, y, levels=16, cmap="viridis")
    figure.colorbar(drawn, label="first output")
    axes.set_xlabel("x₁")
    axes.set_ylabel("x₂")


def _sizes(kind: type[ArithmeticModule]) -> dict[str, tuple[int, ...]]:
    module = kind(_INPUTS, 1, generator=torch.Generator().manual_seed(_SEED))
    return {name: tuple(weight.shape) for name, weight in module.weights().items()}


def _discrete(kind: type[ArithmeticModule]) -> list[dict[str, Tensor]]:
    """Every network of discrete weights; a weight that is not discrete is 1."""
    grids = {**kind.grids, **kind.gates}
    sizes = _sizes(kind)
    choices = [
        product(grids[name].points if name in grids else (1,), repeat=math.prod(size))
        for name, size in sizes.items()
    ]
    return [
        {
            name: torch.tensor([float(v) for v in values], dtype=torch.float64).view(size)
            for (name, size), values in zip(sizes.items(), combination, strict=True)
        }
        for combination in product(*choices)
    ]
