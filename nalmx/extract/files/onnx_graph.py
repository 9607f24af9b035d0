"""Networks in ONNX files as formulas. The file is read as data: nothing in it is run.

Every tensor of the graph is an array of expressions, of one sample: the batch has size 1. Weights are the
floats that they are, settings of nodes the decimals that they spell. What has no rule is refused by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ...errors import ExtractionError, SettingError
from ...expression import Apply, Expression, Number, Variable, check_name
from ...expression.build import negative, power, product, quotient, total
from ...storage import read_bytes
from .. import layers
from ..formula import Formula

Values: TypeAlias = Any  # an array of expressions, or of the numbers of a constant
MOST_WEIGHTS = 200_000
MOST_VALUES = 20_000


def read_onnx(path: Path, inputs: Sequence[str] | None = None) -> Formula:
    """The formula of a network in an ONNX file, with one input tensor of features and one output."""
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        raise SettingError(
            f"{path.name} is an ONNX file, and onnx is not installed; pip install 'nalmx[onnx]'"
        ) from None
    try:
        model = onnx.load_model_from_string(read_bytes(path))
    except (DecodeError, ValueError):
        raise ExtractionError(f"{path} is damaged: it is not an ONNX file") from None
    return _Graph(model.graph, onnx.numpy_helper.to_array).formula(inputs)


class _Graph:
    def __init__(self, graph: Any, to_array: Callable[[Any], Any]) -> None:
        self.graph, self.to_array = graph, to_array
        self.values: dict[str, Values] = {}
        weights = 0
        for tensor in graph.initializer:
            self.values[tensor.name] = self._constant(tensor)
            weights += self.values[tensor.name].size
        if weights > MOST_WEIGHTS:
            raise ExtractionError(
                f"the network has {weights:,} weights; at most {MOST_WEIGHTS:,} are written as a formula"
            )

    def formula(self, inputs: Sequence[str] | None) -> Formula:
        shape = self._input_shape()
        count = shape[-1]
        names = tuple(map(check_name, inputs or [f"x{place + 1}" for place in range(count)]))
        if len(names) != count or len(set(names)) != count:
            raise ExtractionError(
                f"the network has {count} inputs; give as many different names, not {list(names)}"
            )
        (given,) = self._given()
        self.values[given.name] = _array([Variable(name) for name in names], shape)
        for node in self.graph.node:
            self._run(node)
        if len(self.graph.output) != 1:
            raise ExtractionError(f"the graph has {len(self.graph.output)} outputs; one is needed")
        outputs = _expressions(self._value(self.graph.output[0].name)).flatten().tolist()
        kinds = ", ".join(node.op_type.lower() for node in self.graph.node)
        return Formula(names, tuple(outputs), kinds, "")

    def _given(self) -> list[Any]:
        given = [one for one in self.graph.input if one.name not in self.values]
        if len(given) != 1:
            raise ExtractionError(f"the graph has {len(given)} inputs; one of features is needed")
        return given

    def _input_shape(self) -> tuple[int, ...]:
        (given,) = self._given()
        sizes = [dim.dim_value for dim in given.type.tensor_type.shape.dim]
        if len(sizes) not in (1, 2) or sizes[-1] < 1 or (len(sizes) == 2 and sizes[0] > 1):
            raise ExtractionError(
                f"the input {given.name!r} has the shape {sizes}; (batch, features) is needed, with a batch "
                "that is open or 1"
            )
        return (1, sizes[1]) if len(sizes) == 2 else (sizes[0],)

    def _value(self, name: str) -> Values:
        if name not in self.values:
            raise ExtractionError(f"the graph uses {name!r} before it is computed")
        return self.values[name]

    def _constant(self, tensor: Any) -> Values:
        if tensor.data_location == tensor.EXTERNAL:
            raise ExtractionError("its weights lie in another file; save them inside the ONNX file")
        try:
            array = self.to_array(tensor)
        except (ValueError, TypeError, KeyError, NotImplementedError):
            raise ExtractionError(f"its constant {tensor.name!r} is damaged") from None
        if array.dtype.kind == "f":
            return array.astype(np.float64)
        if array.dtype.kind in "iub":
            return array.astype(np.int64)
        raise ExtractionError(f"its constant {tensor.name!r} is of the type {array.dtype}")

    def _run(self, node: Any) -> None:
        rule = _RULES.get(node.op_type)
        if rule is None or node.domain not in ("", "ai.onnx"):
            raise ExtractionError(
                f"the operation {node.op_type} has no formula here; these have: {', '.join(_RULES)}"
            )
        given = [self._value(name) if name else None for name in node.input]
        settings = {one.name: self._setting(one) for one in node.attribute}
        try:
            result = rule(_Node(settings, given))
        except ExtractionError as error:
            raise ExtractionError(f"the operation {node.op_type}: {error}") from None
        except (ValueError, IndexError, TypeError, KeyError, OverflowError):
            raise ExtractionError(
                f"the operation {node.op_type} does not fit what it is given"
            ) from None
        self.values[node.output[0]] = result

    def _setting(self, one: Any) -> Any:
        match one.type:
            case one.FLOAT:
                return float(str(np.float32(one.f)))  # the decimal that it spells
            case one.INT:
                return int(one.i)
            case one.INTS:
                return list(one.ints)
            case one.STRING:
                return one.s.decode(errors="replace")
            case one.TENSOR:
                return self._constant(one.t)
        raise ExtractionError(f"the setting {one.name!r} of a node is of a kind that is not read")


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of the graph: its settings, and the values that it is given."""

    settings: Mapping[str, Any]
    given: list[Values]

    def setting(self, name: str, usual: Any) -> Any:
        return self.settings.get(name, usual)

    def at(self, place: int) -> Values | None:
        """An input that may be missing."""
        return self.given[place] if place < len(self.given) else None

    @property
    def x(self) -> Values:
        """The first input, as expressions."""
        return _expressions(self.given[0])

    def number(self, name: str, usual: float) -> Number:
        return layers.spelled(self.setting(name, usual))


def _check_size(shape: tuple[int, ...]) -> None:
    if math.prod(shape) > MOST_VALUES:
        raise ExtractionError(f"it gives more than {MOST_VALUES:,} values")


def _array(trees: Sequence[Expression], shape: tuple[int, ...]) -> Values:
    array = np.empty(len(trees), dtype=object)
    array[:] = trees
    return array.reshape(shape)


def _expressions(value: Values) -> Values:
    """An array of expressions; numbers are the rationals that they are."""
    if value.dtype == object:
        return value
    return _array([layers.exactly(float(one)) for one in value.flatten().tolist()], value.shape)


def _numbers(value: Values, what: str) -> Values:
    if value is None or value.dtype == object:
        raise ExtractionError(f"its {what} depends on the inputs, or is missing")
    return value


def _each(build: Callable[[_Node, Expression], Expression]) -> Callable[[_Node], Values]:
    def rule(node: _Node) -> Values:
        trees = [build(node, x) for x in node.x.flatten().tolist()]
        return _array(trees, node.x.shape)

    return rule


def _of(build: Callable[[Expression], Expression]) -> Callable[[_Node], Values]:
    return _each(lambda node, x: build(x))


def _together(build: Callable[..., Expression]) -> Callable[[_Node], Values]:
    """A rule for operations on two or more arrays, element by element."""

    def rule(node: _Node) -> Values:
        _check_size(np.broadcast_shapes(*(array.shape for array in node.given)))
        arrays = np.broadcast_arrays(*map(_expressions, node.given))
        columns = zip(*(array.flatten().tolist() for array in arrays), strict=True)
        return _array([build(*values) for values in columns], arrays[0].shape)

    return rule


def _rows(x: Values) -> list[Expression]:
    """The features of the one sample."""
    if x.ndim not in (1, 2) or (x.ndim == 2 and x.shape[0] != 1):
        raise ExtractionError(f"it works on the shape {x.shape}; (1, features) is needed")
    rows: list[Expression] = x.flatten().tolist()
    return rows


def _through(x: Values, outputs: Sequence[Expression]) -> Values:
    return _array(outputs, (*x.shape[:-1], len(outputs)))


def _matmul(node: _Node) -> Values:
    weights = _numbers(node.given[1], "matrix")
    shifts = [0.0] * weights.shape[1]
    return _through(node.x, layers.affine(weights.T.tolist(), shifts, _rows(node.x)))


def _gemm(node: _Node) -> Values:
    if (
        node.setting("alpha", 1.0) != 1
        or node.setting("beta", 1.0) != 1
        or node.setting("transA", 0)
    ):
        raise ExtractionError("factors alpha and beta, and transA, are not read")
    weights = _numbers(node.given[1], "matrix")
    rows = weights if node.setting("transB", 0) else weights.T
    shift = node.at(2)
    shift = np.zeros(1) if shift is None else _numbers(shift, "shift")
    shifts = np.broadcast_to(shift.reshape(-1), (rows.shape[0],))
    return _through(node.x, layers.affine(rows.tolist(), shifts.tolist(), _rows(node.x)))


def _batch_norm(node: _Node) -> Values:
    if node.setting("training_mode", 0):
        raise ExtractionError("it is in training mode; export the network after network.eval()")
    weight, shift, mean, variance = (_numbers(v, "statistics").tolist() for v in node.given[1:5])
    epsilon = node.setting("epsilon", 1e-5)
    outputs = layers.normalised(_rows(node.x), mean, variance, epsilon, weight, shift)
    return _through(node.x, outputs)


def _softmax(build: Callable[[list[Expression]], list[Expression]]) -> Callable[[_Node], Values]:
    def rule(node: _Node) -> Values:
        if node.setting("axis", -1) not in (-1, node.x.ndim - 1):
            raise ExtractionError("it is not over the features")
        return _through(node.x, build(_rows(node.x)))

    return rule


def _clip(node: _Node) -> Values:
    x = node.x
    for place, name, operation in ((1, "min", "max"), (2, "max", "min")):
        limit = node.at(place)
        if limit is not None:
            value = layers.exactly(float(_numbers(limit, "limit").reshape(())))
        elif name in node.settings:
            value = node.number(name, 0)
        else:
            continue
        x = _array([Apply(operation, (one, value)) for one in x.flatten().tolist()], x.shape)
    return x


def _flatten(node: _Node) -> Values:
    if node.setting("axis", 1) not in (1, 1 - node.x.ndim):
        raise ExtractionError("it flattens the batch")
    return node.x.reshape(node.x.shape[0], -1)


def _reshape(node: _Node) -> Values:
    shape = _numbers(node.given[1], "shape").tolist()
    kept = [
        node.given[0].shape[place] if size == 0 and not node.setting("allowzero", 0) else size
        for place, size in enumerate(shape)
    ]
    return node.given[0].reshape(kept)


def _concat(node: _Node) -> Values:
    _check_size((sum(array.size for array in node.given),))
    return np.concatenate(list(map(_expressions, node.given)), axis=node.setting("axis", -1))


def _constant(node: _Node) -> Values:
    if "value" in node.settings:
        return node.settings["value"]
    raise ExtractionError("its value is of a kind that is not read")


def _gelu(node: _Node, x: Expression) -> Expression:
    return layers.gelu_tanh(x) if node.setting("approximate", "none") == "tanh" else layers.gelu(x)


def _hard_sigmoid(node: _Node, x: Expression) -> Expression:
    """max(0, min(1, alpha·x + beta))."""
    inner = total([product([node.number("alpha", 0.2), x]), node.number("beta", 0.5)])
    return layers.clipped(inner, layers.ZERO, layers.ONE)


def _selu(node: _Node, x: Expression) -> Expression:
    alpha = node.number("alpha", 1.67326319217681884765625)
    return layers.elu(x, alpha, node.number("gamma", 1.05070102214813232421875))


def _same(node: _Node) -> Values:
    if node.at(2) is not None and _numbers(node.given[2], "mode").any():
        raise ExtractionError("it is in training mode; export the network after network.eval()")
    return node.given[0]


def _function(name: str) -> Callable[[Expression], Expression]:
    return lambda x: Apply(name, (x,))


_OF_ONE = (
    *("Abs", "Exp", "Log", "Sqrt", "Erf", "Tanh", "Sin", "Cos", "Tan", "Atan"),
    *("Floor", "Ceil", "Sign"),
)
_RULES: dict[str, Callable[[_Node], Values]] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "Add": _together(lambda x, y: total([x, y])),
    "Sum": _together(lambda *x: total(x)),
    "Sub": _together(layers.minus),
    "Mul": _together(lambda x, y: product([x, y])),
    "Div": _together(quotient),
    "Pow": _together(power),
    "Min": _together(lambda *x: Apply("min", x)),
    "Max": _together(lambda *x: Apply("max", x)),
    "PRelu": _together(
        lambda x, s: layers.choice(Apply("gt", (x, layers.ZERO)), x, product([s, x]))
    ),
    "Neg": _of(negative),
    "Reciprocal": _of(lambda x: quotient(layers.ONE, x)),
    **{
        name: _of(_function(name.lower()))
        for name in [
            "Abs",
            "Exp",
            "Log",
            "Sqrt",
            "Erf",
            "Tanh",
            "Sin",
            "Cos",
            "Tan",
            "Atan",
            "Floor",
            "Ceil",
            "Sign",
        ]
    },
    "Relu": _of(layers.relu),
    "LeakyRelu": _each(lambda node, x: layers.leaky(x, node.number("alpha", 0.01))),
    "Elu": _each(lambda node, x: layers.elu(x, node.number("alpha", 1.0))),
    "Celu": _each(lambda node, x: layers.celu(x, node.number("alpha", 1.0))),
    "Selu": _each(_selu),
    "Sigmoid": _of(layers.sigmoid),
    "Softsign": _of(layers.softsign),
    "Softplus": _of(layers.softplus),
    "Mish": _of(lambda x: product([x, layers.tanh(layers.softplus(x))])),
    "Gelu": _each(_gelu),
    "HardSigmoid": _each(_hard_sigmoid),
    "HardSwish": _of(layers.hard_swish),
    "Clip": _clip,
    "Softmax": _softmax(layers.softmax),
    "LogSoftmax": _softmax(layers.log_softmax),
    "Identity": _same,
    "Dropout": _same,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Concat": _concat,
    "Constant": _constant,
}
