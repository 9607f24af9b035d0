"""What a network computes while it runs, element by element: the recorder of PyTorch's operations.

Beside each tensor lies one of the same shape that holds, for each element, the place of its tree in
a list of nodes, so that views, slices, concatenation and padding simply act on both. Elementwise
operations become one node an element. Sums, products over a dimension and matrix products become
nodes of many arguments, whose order PyTorch chooses by shape and machine. What leaves PyTorch, such as
`tolist`, is refused, since its values would be taken for constants; so is what changes a tensor in place
whose memory others share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from ..errors import ExtractionError
from ..expression import Apply, Expression, Number
from ..expression.float_program import PRECISIONS
from .torch_operations import (
    ELEMENTWISE,
    LITERALS,
    LOGICAL,
    MOVES,
    REDUCED,
    as_number,
    batch_normalised,
    log_softmax,
    many,
    number,
    power,
    scalar,
    softmax,
)

_WAYS_OUT = {"numpy", "tolist", "__array__", "data_ptr", "__dlpack__", "untyped_storage", "storage"}


class NoWayOut(TorchFunctionMode):
    """Refuses to hand the values of tensors to Python, where nothing is recorded."""

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name in _WAYS_OUT:
            raise ExtractionError(
                f"the network takes values out of PyTorch by {name!r}, where they cannot be followed; "
                "compute with tensors"
            )
        return func(*args, **(kwargs or {}))


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records, for every tensor that depends on the inputs or the weights, the trees it holds."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.nodes: list[Expression] = []
        self.unbounded: set[str] = set()
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
            self.enter(tensor, [number(value) for value in values])
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
        if name in _OF_UNKNOWN_ACCURACY:
            self.unbounded.add(name)
        if name.endswith("_") and self._is_alone(args[0]):
            name = name.removesuffix("_")
        if name in MOVES:
            found = self._moved(func, name, args, kwargs)
        elif name in REDUCED and "dtype" not in kwargs:
            found = self._reduced(name, args, kwargs)
        elif name in ("mm", "addmm", "mv", "dot", "bmm", "linear"):
            found = self._multiplied(name, args, kwargs)
        elif name in ("_to_copy", "to"):
            found = self._converted(args[0], result)
        elif name in LOGICAL and result.dtype == torch.bool:
            found = self._elementwise(LOGICAL[name], args)
        elif name == "native_batch_norm" and not args[5]:
            found = self._normalised(*args)
        elif name in _SOFTMAX:
            found = self._softmax(_SOFTMAX[name], args[0], args[1])
        elif name in ELEMENTWISE and _is_plain(kwargs):
            name = "gelu_tanh" if kwargs.get("approximate") == "tanh" else name
            build = ELEMENTWISE[name]
            if func._overloadname == "Tensor_Scalar" and name == "pow":
                build = power
            found = self._elementwise(build, (*args, *_bounds(kwargs)))
        else:
            raise ExtractionError(
                f"PyTorch's operation {func} has no place in a program here; use arithmetic modules, "
                "Linear and elementwise arithmetic"
            )
        if name in _WITH_NOTES:
            self._remember(result[0], found.reshape(result[0].shape))
        elif isinstance(result, Tensor):
            self._remember(result, found.reshape(result.shape))
        else:
            for one, places in zip(result, found, strict=True):
                self._remember(one, places)
        return result

    def _is_alone(self, tensor: Tensor) -> bool:
        """Whether no other tensor that is followed shares the memory of this one."""
        memory = tensor.untyped_storage().data_ptr()
        sharing = [t for t, _ in self._known.values() if t.untyped_storage().data_ptr() == memory]
        return len(sharing) == 1 and sharing[0] is tensor

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
        return torch.tensor(self._add(scalar(argument)))

    def _moved(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "constant_pad_nd":
            fill = args[2] if len(args) > 2 else kwargs.get("value", 0)
            return func(self.places(args[0]), args[1], self._add(scalar(fill)))
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
            if tree in LITERALS and tree not in given:
                # It would be taken for the literal, which is rounded once.
                raise ExtractionError(f"the network computes {LITERALS[tree]} itself")
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
            tree = many(REDUCED[name], [self.nodes[place] for place in row])
            if name == "mean":
                tree = Apply("div", (tree, Number(Fraction(len(row)))))
            trees.append(self._add(tree))
        return torch.tensor(trees, dtype=torch.int64).reshape(shape)

    def _softmax(self, build: Callable[..., list[Expression]], x: Tensor, axis: int) -> Tensor:
        places = self.places(x).movedim(axis, -1)
        rows = places.reshape(-1, places.shape[-1]).tolist()
        trees = [
            [self._add(tree) for tree in build([self.nodes[place] for place in row])]
            for row in rows
        ]
        return torch.tensor(trees, dtype=torch.int64).reshape(places.shape).movedim(-1, axis)

    def _normalised(self, x: Tensor, weight: Any, shift: Any, *rest: Any) -> Tensor:
        mean, variance, _, _, epsilon = rest
        if x.dim() != 2:
            raise ExtractionError("batch normalisation has a program for one value a feature only")
        factors = (1 if weight is None else weight, 0 if shift is None else shift)
        return self._elementwise(batch_normalised, (x, *factors, mean, variance, epsilon))

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
        for place, (row, other) in enumerate(pairs):
            terms: list[Expression] = [
                Apply("mul", (self.nodes[a], self.nodes[b]))
                for a, b in zip(row, other, strict=True)
            ]
            if shifts is not None:
                terms.append(self.nodes[shifts[place]])
            trees.append(self._add(many("add", terms)))
        return torch.tensor(trees, dtype=torch.int64).reshape(shape)

    def _converted(self, source: Tensor, result: Tensor) -> Tensor:
        if source.dtype == result.dtype:
            return self.places(source)
        if source.dtype != torch.bool or str(result.dtype)[6:] not in PRECISIONS:
            raise ExtractionError(
                f"the network converts {source.dtype} to {result.dtype}; a program has one precision"
            )
        return self._elementwise(as_number, (source,))


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
    return kwargs.get("alpha", 1) == 1 and not kwargs.keys() - {
        "alpha",
        "min",
        "max",
        "approximate",
    }


# What PyTorch may leave to oneDNN, whose error function is 12 ulp off.
_OF_UNKNOWN_ACCURACY = {"gelu"}
_SOFTMAX = {"_softmax": softmax, "_log_softmax": log_softmax}
# What returns, beside its value, notes for a backward pass.
_WITH_NOTES = {"native_batch_norm", "log_sigmoid_forward"}
