"""Train a small network by nonlinear least squares, in hundreds of steps instead of millions.

A trust region method (SciPy's `trf`) sees all rows at once, and how the parameters act together. A gradient
says little of each weight where the inputs are alike, as 100 inputs from [1,2] are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import least_squares
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from ..models import ArithmeticModule

Array = NDArray[np.float64]
Told = Callable[[int, float], None]
# In parts of the mean square of the targets: where a fit ends, and what a module's ε may leave at most.
EXACT, NEARLY_EXACT = 1e-15, 1e-12
_INSIDE = 1e-6  # a parameter on a bound would not move
_TOLERANCE, _SETTLED, _FOLLOWED, _TRIES = 1e-10, 1e-4, 1e-7, 12
_BEYOND = 1e-3  # how far weights may pass a bound while they settle on it


def solve_network(
    network: nn.Module,
    x: Tensor,
    t: Tensor,
    evaluations: int = 300,
    on_progress: Told = lambda evaluation, error: None,
) -> float:
    """Bring a network to float64, fit it to rows x (rows, inputs), t (rows, 1), and settle its weights.

    Returns the mean squared error in parts of the mean square of the targets. Parameters stay within the
    bounds of their modules. Where rows leave weights undetermined, as a/b does those of sums a and b that
    grow alike, the weights nearest to their grids are put there one after the other and the others fitted
    anew, as long as the error stays at what rounding and a module's ε leave. There are no penalties and no
    random draws. `on_progress` gets the evaluations of a fit and its error; it may raise.
    """
    fit = _Fit(network.double(), x.double(), t.double(), evaluations, on_progress)
    error = fit.solve()
    if error <= EXACT**0.5:
        error = fit.settle(error)
    fit.write()
    return error


class _Exact(Exception):
    """Parameters with which nothing is left to be fitted but rounding."""

    def __init__(self, vector: Array) -> None:
        super().__init__()
        self.vector = vector


class _Fit:
    """The parameters of a network as one vector, some of them held, and the fit of the others."""

    def __init__(
        self, network: nn.Module, x: Tensor, t: Tensor, evaluations: int, told: Told
    ) -> None:
        self.network, self.x, self.t = network, x, t
        self.evaluations, self.told = evaluations, told
        self.scale = float(t.square().mean().sqrt()) or 1.0
        self.parameters = {name: p for name, p in network.named_parameters() if p.requires_grad}
        self.vector = torch.cat([p.detach().flatten() for p in self.parameters.values()]).numpy()
        self.lower, self.upper = (np.full(len(self.vector), end) for end in (-np.inf, np.inf))
        self.least, self.most = (np.full(len(self.vector), np.nan) for _ in range(2))
        self._declared()
        self.free = np.ones(len(self.vector), dtype=bool)

    def _declared(self) -> None:
        """The bounds of the parameters and the grids of those that are weights themselves."""
        begin = 0
        for name, parameter in self.parameters.items():
            path, _, own = name.rpartition(".")
            module, end = self.network.get_submodule(path), begin + parameter.numel()
            if isinstance(module, ArithmeticModule):
                if own in module.raw_bounds:
                    self.lower[begin:end], self.upper[begin:end] = module.raw_bounds[own]
                weight = dict(zip(module.raw_names, module.shapes, strict=False))[own]
                grid = {**module.grids, **module.gates}.get(weight)
                if grid is not None and torch.equal(module.weights()[weight], parameter):
                    self.least[begin:end], self.most[begin:end] = grid.points[0], grid.points[-1]
            begin = end

    def _read(self, free: Array) -> dict[str, Tensor]:
        vector = self.vector.copy()
        vector[self.free] = free
        ends = np.cumsum([p.numel() for p in self.parameters.values()])
        parts = torch.from_numpy(vector).tensor_split(ends[:-1].tolist())
        named = zip(self.parameters.items(), parts, strict=True)
        return {name: part.view_as(p) for (name, p), part in named}

    def _off(self, free: Array) -> Array:
        with torch.no_grad():
            y = functional_call(self.network, self._read(free), (self.x,))
        found: Array = ((y - self.t)[:, 0] / self.scale).numpy()
        return found

    def _error(self, free: Array) -> float:
        return float(np.square(self._off(free)).mean())

    def _residuals(self, free: Array) -> Array:
        found = self._off(free)
        error = float(np.square(found).mean())
        self.done += 1
        self.told(self.done, error)
        if error <= EXACT:
            raise _Exact(free.copy())
        return found

    def _slopes(self, free: Array) -> Array:
        def output(values: dict[str, Tensor], row: Tensor) -> Tensor:
            y: Tensor = functional_call(self.network, values, (row[None],))
            return y.squeeze()

        each = vmap(grad(output), in_dims=(None, 0))(self._read(free), self.x)
        whole: Array = torch.cat([each[name].flatten(1) for name in self.parameters], 1).numpy()
        return whole[:, self.free] / self.scale

    def solve(self, beyond: float = 0.0, share: int = 1) -> float:
        """Fit what is free, in the bounds or a little beyond them, and return the mean squared error.

        `share` divides the evaluations: weights that are near follow soon, or not at all.
        """
        self.done = 0
        if not self.free.any():
            return self._error(self.vector[:0])
        lower, upper = self.lower[self.free] - beyond, self.upper[self.free] + beyond
        start = np.clip(self.vector[self.free], lower + _INSIDE, upper - _INSIDE)
        near = dict.fromkeys(("ftol", "xtol", "gtol"), _TOLERANCE)
        try:
            found = least_squares(
                self._residuals,
                start,
                self._slopes,
                bounds=(lower, upper),
                max_nfev=max(1, self.evaluations // share),
                **near,
            ).x
        except _Exact as reached:
            found = reached.vector
        self.vector[self.free] = found
        return self._error(found)

    def settle(self, exact: float) -> float:
        """Hold weights at their grids while the others can follow; undone where the end is not exact.

        The nearest point is tried first, then the one on the other side.
        """
        begun = self.vector.copy()
        failed = np.zeros(len(self.vector))
        for _ in range(_TRIES):
            near = np.round(self.vector)
            points = np.clip(near + failed * np.sign(self.vector - near), self.least, self.most)
            apart = np.where(self.free & (failed < 2), abs(self.vector - points), np.nan)
            if np.isnan(apart).all():
                break
            chosen = apart <= max(_SETTLED, np.nanmin(apart))
            before = self.vector.copy(), self.free.copy()
            self.vector[chosen], self.free[chosen] = points[chosen], False
            if self.solve(_BEYOND, share=5) > _FOLLOWED:
                self.vector, self.free = before
                failed[chosen] += 1
        self.vector = np.clip(self.vector, self.lower, self.upper)
        error = self.solve()
        if error <= max(4 * exact, NEARLY_EXACT):
            return error
        self.vector, self.free = begun, np.ones_like(self.free)
        return exact

    def write(self) -> None:
        with torch.no_grad():
            for name, value in self._read(self.vector[self.free]).items():
                self.parameters[name].copy_(value)
