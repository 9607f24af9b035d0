"""From a network to the floating-point operations that PyTorch performs when it runs.

The network runs once on a sample while every operation that reaches PyTorch's kernels is recorded.
Beside each tensor lies one of the same shape that holds, for each element, the place of its tree in
a list of nodes, so that views, slices, concatenation and padding simply act on both. Elementwise
operations become one node an element. Sums, products over a dimension and matrix products become
nodes of many arguments, whose order PyTorch chooses by shape and machine.

Effective weights are the floats that `weights()` gives; what the equation does with them afterwards
is recorded like the rest. A number written in Python is the decimal that it spells, or the irrational
constant that it approximates; its rounding to a float belongs to the program, not to the function.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from ..errors import ExtractionError
from ..expression import Apply, Constant, Expression, Number, Truth, Variable
from ..expression.float_program import PRECISIONS, FloatProgram
from ..expression.operations import OPERATIONS
from ..models import ArithmeticModule, Recurrent

_ONE, _ZERO = Number(Fraction(1)), Number(Fraction(0))
# ln φ as the modules spell it, with the float that stands for it.
_GOLDEN = Apply(
    "log",
    (
        Apply(
            "div",
            (Apply("add", (_ONE, Apply("sqrt", (Number(Fraction(5)),)))), Number(Fraction(2))),
        ),
    ),
)
_NAMED: dict[float, Expression] = {
    math.pi: Constant("pi"),
    math.e: Constant("E"),
    math.log((1 + math.sqrt(5)) / 2): _GOLDEN,
}


@torch.no_grad()
def as_run(
    network: nn.Module, inputs: Sequence[str] | None = None, *, length: int | None = None
) -> tuple[FloatProgram, ...]:
    """What a network computes on one sample, as a program for each output.

    A network is what `network_as_trained` takes, or any module built of the operations known here
    whose first layer fixes the number of inputs. A `Recurrent` is written out for `length` items, with
    its inputs named item by item. It runs on the CPU, in evaluation mode, in the type of its weights.
    """
    from .network import _inputs_of, _names, _sizes

    network = _prepared(network)
    kind = next((p.dtype for p in network.parameters()), torch.get_default_dtype())
    name = str(kind).removeprefix("torch.")
    if name not in PRECISIONS:
        raise ExtractionError(f"the weights are {name}; float32 and float64 have a program")
    if isinstance(network, Recurrent):
        if length is None or length < 1:
            raise ExtractionError("a Recurrent has one program for each length: give length=N")
        features, _ = _sizes(network)
        usual = [
            f"x{i + 1}_{t + 1}" if features > 1 else f"x{t + 1}"
            for t in range(length)
            for i in range(features)
        ]
        shape: tuple[int, ...] = (1, length, features)
    else:
        if length is not None:
            raise ExtractionError("a length is given but the network is not a Recurrent")
        features = _inputs_of(network)
        usual, shape = [f"x{i + 1}" for i in range(features)], (1, features)
    names = _names(inputs, usual)
    recorder = _Recorder()
    # No value of the sample enters the program; 3/2, 5/2, … keep clear of 0 and of each other.
    sample = (torch.arange(len(names)) + 1.5).to(kind).reshape(shape)
    recorder.enter(sample, [Variable(name) for name in names])
    for module in network.modules():
        if isinstance(module, ArithmeticModule):
            _hold_weights(module, recorder)
    with recorder:
        output = network(sample)
    places = recorder.places(output).flatten().tolist()
    precision, literals = PRECISIONS[name], (_GOLDEN,)
    return tuple(FloatProgram(names, recorder.nodes[p], precision, literals) for p in places)


def _prepared(network: nn.Module) -> nn.Module:
    """A copy that runs as the network does, on the CPU."""
    return copy.deepcopy(network).to("cpu").train(False)


def _hold_weights(module: ArithmeticModule, recorder: _Recorder) -> None:
    """Fix the effective weights of a copied module as the floats they are."""
    weights = {name: weight.clone() for name, weight in module.weights().items()}
    for name, weight in weights.items():
        if weight.dim() != 2:
            raise ExtractionError("a stack of modules has no single program; take one member of it")
        if not bool(weight.isfinite().all()):
            raise ExtractionError(f"the weights {name!r} are not all finite; training diverged")
        recorder.places(weight)
    module.weights = partial(dict, weights)  # type: ignore[method-assign]


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records, for every tensor that depends on the inputs or the weights, the trees it holds."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.nodes: list[Expression] = []
        self._known: dict[int, tuple[Tensor, Tensor]] = {}
        self._numbers: dict[Expression, int] = {}

    def enter(self, tensor: Tensor, trees: Sequence[Expression]) -> None:
        """Give a tensor the trees of its elements."""
        places = [self._add(tree) for tree in trees]
        self._remember(tensor, torch.tensor(places, dtype=torch.int64).reshape(tensor.shape))

    def places(self, tensor: Tensor) -> Tensor:
        """Where the trees of a tensor's elements are; a tensor not seen before holds numbers."""
        if id(tensor) not in self._known:
            values = tensor.detach().flatten().tolist()
            if not all(isinstance(v, bool) or math.isfinite(v) for v in values):
                raise ExtractionError("the network holds numbers that are not finite")
            self.enter(tensor, [_number(value) for value in values])
        return self._known[id(tensor)][1]

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if not any(id(tensor) in self._known for tensor in _tensors((args, kwargs))):
            return result
        name = func.overloadpacket.__name__
        if name in _MOVES:
            found = self._moved(func, name, args, kwargs)
        elif name in _REDUCED and "dtype" not in kwargs:
            found = self._reduced(name, args, kwargs)
        elif name in ("mm", "addmm", "mv", "dot", "bmm", "linear"):
            found = self._multiplied(name, args, kwargs)
        elif name in ("_to_copy", "to"):
            found = self._converted(args[0], result)
        elif name in _LOGICAL and result.dtype == torch.bool:
            found = self._elementwise(_LOGICAL[name], args)
        elif name in _ELEMENTWISE and _is_plain(kwargs):
            build = _ELEMENTWISE[name]
            if func._overloadname == "Tensor_Scalar" and name == "pow":
                build = _power
            found = self._elementwise(build, (*args, *_bounds(kwargs)))
        else:
            raise ExtractionError(
                f"PyTorch's operation {func} has no place in a program here; use arithmetic modules, "
                "Linear and elementwise arithmetic"
            )
        if isinstance(result, Tensor):
            self._remember(result, found.reshape(result.shape))
        else:
            for one, places in zip(result, found, strict=True):
                self._remember(one, places)
        return result

    def _add(self, tree: Expression) -> int:
        if isinstance(tree, Number) and tree in self._numbers:
            return self._numbers[tree]
        self.nodes.append(tree)
        if isinstance(tree, Number):
            self._numbers[tree] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def _remember(self, tensor: Tensor, places: Tensor) -> None:
        self._known[id(tensor)] = (tensor, places)  # Holding the tensor keeps its id its own.

    def _given(self, argument: Any) -> Any:
        """The places of a tensor or a number."""
        if isinstance(argument, Tensor):
            return self.places(argument)
        return torch.tensor(self._add(_scalar(argument)))

    def _moved(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "constant_pad_nd":
            fill = args[2] if len(args) > 2 else kwargs.get("value", 0)
            return func(self.places(args[0]), args[1], self._add(_scalar(fill)))
        first = args[0]
        moved = [self.places(t) for t in first] if name in ("cat", "stack") else self.places(first)
        kept = {key: value for key, value in kwargs.items() if key != "memory_format"}
        return func(moved, *args[1:], **kept)

    def _elementwise(self, build: Callable[..., Expression], args: tuple[Any, ...]) -> Tensor:
        spread = _spread(*(self._given(argument) for argument in args if argument is not None))
        absent = [place for place, argument in enumerate(args) if argument is None]
        trees = []
        for places in zip(*(tensor.flatten().tolist() for tensor in spread), strict=True):
            given: list[Any] = [self.nodes[place] for place in places]
            for place in absent:
                given.insert(place, None)
            tree = build(*given)
            if tree is _GOLDEN and tree not in given:
                # It would be taken for the literal, which is rounded once.
                raise ExtractionError(
                    "the network computes the logarithm of the golden ratio itself"
                )
            trees.append(self._add(tree))
        return torch.tensor(trees, dtype=torch.int64).reshape(spread[0].shape)

    def _reduced(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        places = self.places(args[0])
        chosen = args[1] if len(args) > 1 else kwargs.get("dim")
        dims = range(places.dim()) if chosen in (None, []) else chosen
        axes = [d % places.dim() for d in ([dims] if isinstance(dims, int) else dims)]
        others = [d for d in range(places.dim()) if d not in axes]
        rows = places.permute(*others, *axes).flatten(len(others))
        shape = rows.shape[:-1]
        trees = []
        for row in rows.reshape(-1, rows.shape[-1]).tolist():
            tree = _many(_REDUCED[name], [self.nodes[place] for place in row])
            if name == "mean":
                tree = Apply("div", (tree, Number(Fraction(len(row)))))
            trees.append(self._add(tree))
        return torch.tensor(trees, dtype=torch.int64).reshape(shape)

    def _multiplied(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        if kwargs.get("alpha", 1) != 1 or kwargs.get("beta", 1) != 1:
            raise ExtractionError("a matrix product with factors alpha or beta has no program here")
        shift = None
        if name == "addmm":
            shift, *args_ = args
        elif name == "linear":
            args_ = [args[0], args[1].mT]
            self._remember(args_[1], self.places(args[1]).mT)
            shift = args[2] if len(args) > 2 else kwargs.get("bias")
        else:
            args_ = list(args)
        left, right = (self.places(argument) for argument in args_)
        column = right.unsqueeze(-1) if right.dim() == 1 else right
        left_rows, columns = _spread(left.unsqueeze(-2), column.mT.unsqueeze(-3))
        shape = left_rows.shape[:-1]
        shifts = None if shift is None else self._given(shift).expand(shape).flatten().tolist()
        size = left_rows.shape[-1]
        pairs = zip(
            left_rows.reshape(-1, size).tolist(), columns.reshape(-1, size).tolist(), strict=True
        )
        trees = []
        for number, (row, other) in enumerate(pairs):
            terms: list[Expression] = [
                Apply("mul", (self.nodes[a], self.nodes[b]))
                for a, b in zip(row, other, strict=True)
            ]
            if shifts is not None:
                terms.append(self.nodes[shifts[number]])
            trees.append(self._add(_many("add", terms)))
        return torch.tensor(trees, dtype=torch.int64).reshape(shape)

    def _converted(self, source: Tensor, result: Tensor) -> Tensor:
        if source.dtype == result.dtype:
            return self.places(source)
        if source.dtype != torch.bool or str(result.dtype)[6:] not in PRECISIONS:
            raise ExtractionError(
                f"the network converts {source.dtype} to {result.dtype}; a program has one precision"
            )
        return self._elementwise(_as_number, (source,))


def _spread(*tensors: Tensor) -> list[Tensor]:
    """Tensors at the shape that they have together."""
    shape = torch.broadcast_shapes(*(t.shape for t in tensors))  # type: ignore[no-untyped-call]
    return [tensor.expand(shape) for tensor in tensors]


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tensors(part)


def _bounds(kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The bounds of a clamp that are given by name."""
    if "max" in kwargs and "min" not in kwargs:
        return (None, kwargs["max"])
    return tuple(kwargs[name] for name in ("min", "max") if name in kwargs)


def _is_plain(kwargs: dict[str, Any]) -> bool:
    """Whether an elementwise operation is asked for as it usually is."""
    return kwargs.get("alpha", 1) == 1 and not kwargs.keys() - {"alpha", "min", "max"}


def _number(value: float | bool) -> Expression:
    return Truth(value) if isinstance(value, bool) else Number(Fraction(value))


def _scalar(value: Any) -> Expression:
    """A number in the Python source: the constant or the decimal that it spells."""
    if isinstance(value, bool | int):
        return Number(Fraction(int(value)))
    if not isinstance(value, float) or not math.isfinite(value):
        raise ExtractionError(f"the network computes with {value!r}, which is not a finite number")
    return _NAMED.get(value) or Number(Fraction(repr(value)))


def _many(operation: str, arguments: list[Expression]) -> Expression:
    return arguments[0] if len(arguments) == 1 else Apply(operation, tuple(arguments))


def _apply(operation: str) -> Callable[..., Expression]:
    return lambda *arguments: Apply(operation, arguments)


def _as_number(condition: Expression) -> Expression:
    return Apply("piecewise", (_ONE, condition, _ZERO, Truth(True)))


def _inverse(x: Expression) -> Expression:
    return Apply("div", (_ONE, x))


def _minus(x: Expression, y: Expression) -> Expression:
    return Apply("add", (x, Apply("neg", (y,))))


def _sigmoid(x: Expression) -> Expression:
    return _inverse(Apply("add", (_ONE, Apply("exp", (Apply("neg", (x,)),)))))


def _clamped(x: Expression, low: Any = None, high: Any = None) -> Expression:
    if low is not None:
        x = Apply("max", (x, low))
    return x if high is None else Apply("min", (x, high))


def _power(x: Expression, y: Expression) -> Expression:
    """A power as PyTorch takes it: small whole exponents and halves have ways of their own."""
    match y:
        case Number(value) if value == 1:
            return x
        case Number(value) if value == 2:
            return Apply("mul", (x, x))
        case Number(value) if value == 3:
            return Apply("mul", (x, x, x))
        case Number(value) if value == Fraction(1, 2):
            return Apply("sqrt", (x,))
        case Number(value) if value in (-1, -2, Fraction(-1, 2)):
            return _inverse(_power(x, Number(-value)))
    return Apply("pow", (x, y))


_MOVES = {
    *("t", "transpose", "permute", "unsqueeze", "squeeze", "view", "_unsafe_view", "reshape"),
    *("expand", "unbind", "select", "slice", "split", "split_with_sizes", "cat", "stack"),
    *("clone", "alias", "detach", "constant_pad_nd", "flip", "diagonal", "numpy_T"),
}
_REDUCED = {"sum": "add", "mean": "add", "prod": "mul", "amax": "max", "amin": "min"}
_LOGICAL: dict[str, Callable[..., Expression]] = {
    f"{kind}_{name}": _apply(name)
    for kind in ("logical", "bitwise")
    for name in ("and", "or", "not")
}
_ELEMENTWISE: dict[str, Callable[..., Expression]] = {
    # Functions of one number, and comparisons, have the same names in PyTorch.
    **{
        name: _apply(name)
        for name, record in OPERATIONS.items()
        if record.takes == "real" and (record.most == 1 or record.is_comparison)
        if hasattr(torch.ops.aten, name)
    },
    "add": _apply("add"),
    "mul": _apply("mul"),
    "div": _apply("div"),
    "minimum": _apply("min"),
    "maximum": _apply("max"),
    "sub": _minus,
    "rsub": lambda x, y: _minus(y, x),
    "reciprocal": _inverse,
    "sigmoid": _sigmoid,
    "square": lambda x: _power(x, Number(Fraction(2))),
    "relu": lambda x: _clamped(x, _ZERO),
    "clamp": _clamped,
    "clamp_min": _clamped,
    "clamp_max": lambda x, high: _clamped(x, None, high),
    "pow": _apply("pow"),
    "where": lambda c, a, b: Apply("piecewise", (a, c, b, Truth(True))),
}
