"""Networks as data: weights in a safetensors file, and a JSON file beside it that names the layers.

    {"schema": 1, "inputs": ["a", "b"], "layers": [
        {"layer": "linear", "weight": "0.weight", "bias": "0.bias"},
        {"layer": "relu"},
        {"layer": "residual", "layers": [{"layer": "linear", "weight": "2.weight"}, {"layer": "tanh"}]}]}

`residual` adds to its inputs what its layers make of them. Inputs may be left out: then they are x1, x2, ….
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...errors import ExtractionError
from ...expression import Expression, Variable, check_name
from ...storage import read_arrays, read_json
from .. import layers
from ..formula import Formula
from ..layers import Expressions

SCHEMA = 1


def read_described(path: Path, inputs: Sequence[str] | None = None) -> Formula:
    """The formula of a network in a safetensors file with its description beside it."""
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise ExtractionError(
            f"{path.name} holds weights and does not say of what layers; write {beside.name} beside it: "
            '{"schema": 1, "layers": [{"layer": "linear", "weight": "0.weight", "bias": "0.bias"}, '
            '{"layer": "relu"}]}'
        )
    described, tensors = read_json(beside), read_arrays(path)
    try:
        return _Description(tensors).formula(described, inputs)
    except ExtractionError as error:
        raise ExtractionError(f"{beside.name}: {error}") from None


class _Description:
    def __init__(self, tensors: dict[str, Any]) -> None:
        self.tensors = tensors
        self.kinds: list[str] = []

    def formula(self, described: Any, given: Sequence[str] | None) -> Formula:
        if not isinstance(described, dict) or described.get("schema") != SCHEMA:
            raise ExtractionError(
                f'it is no description of a network; write {{"schema": {SCHEMA}, …}}'
            )
        _check_keys(described, {"schema", "inputs", "layers"}, "the description")
        count = self._inputs(described.get("layers"))
        named = described.get("inputs", [f"x{place + 1}" for place in range(count)])
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise ExtractionError("its inputs must be a list of names")
        names = tuple(map(check_name, named if given is None else given))
        if len(names) != count or len(set(names)) != count:
            raise ExtractionError(
                f"the network has {count} inputs; give as many different names, not {list(names)}"
            )
        outputs = self._through(described["layers"], [Variable(name) for name in names], "layers")
        return Formula(names, tuple(outputs), ", ".join(self.kinds), "")

    def _inputs(self, listed: Any) -> int:
        """The number of inputs: the columns of the first matrix, or the entries of the first mean."""
        for layer in _flat(listed):
            for key in ("weight", "mean"):
                if isinstance(layer.get(key), str):
                    return int(self._tensor(layer, key, (2, 1)).shape[-1])
        return 1

    def _through(self, listed: Any, x: Expressions, where: str) -> Expressions:
        if not isinstance(listed, list):
            raise ExtractionError(f"{where} must be a list of layers")
        for place, layer in enumerate(listed):
            path = f"{where}[{place}]"
            if not isinstance(layer, dict) or not isinstance(layer.get("layer"), str):
                raise ExtractionError(f'{path} must be an object such as {{"layer": "relu"}}')
            try:
                x = self._layer(layer, x, path)
            except ExtractionError as error:
                said = str(error)
                raise ExtractionError(
                    said if said.startswith(where) else f"{path} ({layer['layer'][:40]}): {said}"
                ) from None
        return x

    def _layer(self, layer: dict[str, Any], x: Expressions, path: str) -> Expressions:
        kind = layer["layer"]
        self.kinds.append(kind[:40])
        if kind == "residual":
            _check_keys(layer, {"layer", "layers"}, "it")
            return layers.sums(x, self._through(layer.get("layers"), x, f"{path}.layers"))
        if kind == "linear":
            _check_keys(layer, {"layer", "weight", "bias"}, "it")
            weight = self._tensor(layer, "weight", (2,))
            bias = self._tensor(layer, "bias", (1,)) if "bias" in layer else None
            shifts = [0.0] * len(weight) if bias is None else bias.tolist()
            layers.fits(len(shifts), len(weight))
            return layers.affine(weight.tolist(), shifts, x)
        if kind == "batch_norm":
            _check_keys(layer, {"layer", "weight", "bias", "mean", "variance", "epsilon"}, "it")
            mean, variance = (
                self._tensor(layer, key, (1,)).tolist() for key in ("mean", "variance")
            )
            weight, bias = (
                self._tensor(layer, key, (1,)).tolist() if key in layer else None
                for key in ("weight", "bias")
            )
            return layers.normalised(
                x, mean, variance, _setting(layer, "epsilon", 1e-5), weight, bias
            )
        if kind in ("softmax", "log_softmax"):
            _check_keys(layer, {"layer"}, "it")
            return layers.softmax(x) if kind == "softmax" else layers.log_softmax(x)
        if kind not in _ELEMENTWISE:
            known = ["linear", "batch_norm", "residual", "softmax", "log_softmax", *_ELEMENTWISE]
            raise ExtractionError(f"there is no such layer; choose one of: {', '.join(known)}")
        usual, build = _ELEMENTWISE[kind]
        _check_keys(layer, {"layer", *usual}, "it")
        settings = [layers.spelled(_setting(layer, key, value)) for key, value in usual.items()]
        return [build(value, *settings) for value in x]

    def _tensor(self, layer: dict[str, Any], key: str, dimensions: tuple[int, ...]) -> Any:
        name = layer.get(key)
        if not isinstance(name, str) or name not in self.tensors:
            known = ", ".join(sorted(self.tensors)[:8])
            raise ExtractionError(f"its {key} must name a tensor of the file, such as: {known}")
        tensor = self.tensors[name]
        if tensor.dtype.kind != "f" or tensor.ndim not in dimensions:
            raise ExtractionError(
                f"its {key} {name!r} must be floats of {dimensions[0]} dimension(s), not {tensor.dtype} of "
                f"{tensor.ndim}"
            )
        return tensor.astype("float64")


def _flat(listed: Any) -> list[dict[str, Any]]:
    """The layers of a description one after the other, as far as they are described."""
    found = []
    for layer in listed if isinstance(listed, list) else []:
        if isinstance(layer, dict):
            found += [layer, *_flat(layer.get("layers"))]
    return found


def _check_keys(found: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(found.keys() - known)
    if unknown:
        raise ExtractionError(
            f"{what} has {unknown[0][:40]!r}, which means nothing there; known: {', '.join(sorted(known))}"
        )


def _setting(layer: dict[str, Any], key: str, usual: float) -> float:
    value = layer.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExtractionError(f"its {key} must be a number")
    return value


# The settings of a layer with their usual values, and what it makes of a value.
_ELEMENTWISE: dict[str, tuple[dict[str, float], Callable[..., Expression]]] = {
    "identity": ({}, lambda x: x),
    "dropout": ({}, lambda x: x),
    "flatten": ({}, lambda x: x),
    "relu": ({}, layers.relu),
    "leaky_relu": ({"slope": 0.01}, layers.leaky),
    "elu": ({"alpha": 1.0}, layers.elu),
    "celu": ({"alpha": 1.0}, layers.celu),
    "tanh": ({}, layers.tanh),
    "sigmoid": ({}, layers.sigmoid),
    "log_sigmoid": ({}, layers.log_sigmoid),
    "softsign": ({}, layers.softsign),
    "softplus": ({"beta": 1.0, "threshold": 20.0}, layers.softplus),
    "silu": ({}, layers.silu),
    "mish": ({}, layers.mish),
    "gelu": ({}, layers.gelu),
    "gelu_tanh": ({}, layers.gelu_tanh),
    "hardswish": ({}, layers.hard_swish),
    "hardsigmoid": ({}, layers.hard_sigmoid),
    "hardtanh": ({"lower": -1.0, "upper": 1.0}, layers.clipped),
    "relu6": ({}, lambda x: layers.clipped(x, layers.ZERO, layers.spelled(6))),
}
