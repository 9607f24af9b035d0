"""A machine of whole numbers as a P-NTM: the same controls and the same table, in its weights.

Tapes hold one-hot symbols; blank is the zero vector. A unit of the hidden layer stands for a path
through the table to a leaf:

    unit = relu(Σ tests − (number of tests − 1)),

1 where every test on the path holds, 0 elsewhere. A test is 0 or 1: that the row is one of several,
or that a tape reads one of several symbols, or none of them. The output sends a unit to the next
token of its leaf. Where the table has no entry, all logits are 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..action import CELL, JUMP, MOVE, WRITE, check_known, idle, numbers_of
from ..machine import BLANK, ROW, Machine

if TYPE_CHECKING:
    import torch

    from .module import PNTM

_CELLS = 64
_MOST_WEIGHTS = 80_000_000
_CERTAIN = 1e4  # softmax and sigmoid of it are 0 and 1 exactly

# A column, values, and whether it shall be one of them or none of them.
_Test: TypeAlias = tuple[int, frozenset[int], bool]
_Floats: TypeAlias = NDArray[np.float32]


def from_machine(
    machine: Machine,
    *,
    cells: int | None = None,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> PNTM:
    """The P-NTM that computes what a machine does, where its rings have cells enough.

    `cells` is their default number; `module(tokens, cells=…)` takes others. A stream of n tokens
    needs as many as the heads walk: at most 2n, and how far apart starts and targets of jumps are.
    Its controls are certain and are not trained any more; symbols and output still may be.

    Example: `from_machine(machine)(tokens).argmax(-1)` are the next tokens, in any answer.
    """
    import torch

    from .module import PNTM

    settings, weights = weights_of(machine)
    module = PNTM(
        **settings,
        cells=_CELLS if cells is None else cells,
        device=device,
        dtype=dtype,
        # Its own: the draws are overwritten and must not move the generator of anyone else.
        generator=torch.Generator("cpu" if device is None else device),
    )
    module.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    return module.harden_()


def weights_fit(machine: Machine) -> bool:
    """Whether the weights of a machine are few enough to be kept."""
    rows, size = machine.register.size, machine.vocabulary.size
    kinds = len(np.unique(machine.actions[:, :, CELL].reshape(-1, 2), axis=0))
    width = max(1, machine.tapes) * max(1, kinds)
    most = (_MOST_WEIGHTS - rows * width) // (rows + size + width)
    return sum(1 for _ in islice(_paths(machine), max(0, most) + 1)) <= most


def weights_of(machine: Machine) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The sizes of the P-NTM, and its parameters and buffers, without torch."""
    size, states, rows = machine.vocabulary.size, machine.states, machine.register.size
    tapes = max(1, machine.tapes)  # a table that looks at the row alone leaves one tape idle

    check_known(machine.actions, "a module in the place of a machine")
    actions = idle(rows, tapes)
    actions[:, : machine.tapes] = machine.actions
    starts = np.zeros((tapes, 2), np.int64)
    starts[: machine.tapes] = machine.starts
    heads, cells = actions[..., :CELL, :].reshape(rows, -1, 2), actions[..., CELL, :]
    moves, writing = numbers_of(heads, MOVE), cells[..., 0] == WRITE
    reach = max(1, int(np.abs(moves).max()))
    written = [int(s) for s in np.unique(cells[writing, 1]) if s != BLANK]
    places = {symbol: at for at, symbol in enumerate(written)}
    symbols = np.zeros((rows, tapes, max(1, len(written))), np.float32)
    for symbol, at in places.items():
        symbols[..., at] = writing & (cells[..., 1] == symbol)
    gates = np.where(writing, _CERTAIN, -_CERTAIN)
    read, bias, output = _table(machine, places, symbols.shape[1:])
    weights: dict[str, NDArray[Any]] = {
        "raw_shift": _CERTAIN * (2 * np.eye(2 * reach + 1)[moves + reach] - 1),
        "raw_write": gates,
        "raw_erase": gates.copy(),
        "symbol": symbols,
        "read_weight": read,
        "row_bias": bias,
        "output_weight": output,
        "output_bias": np.zeros(size),
    }
    jumping = heads[..., 0] == JUMP
    if jumping.any():
        weights["raw_jump"] = np.where(jumping, _CERTAIN, -_CERTAIN)
    weights = {name: np.ascontiguousarray(a, np.float32) for name, a in weights.items()}
    weights["transition"] = machine.register.astype(np.int64)
    weights["start_cell"] = starts.reshape(-1)
    weights["jump_cell"] = numbers_of(heads, JUMP)
    settings = {
        "vocabulary_size": size,
        "tapes": tapes,
        "width": symbols.shape[-1],
        "shifts": 2 * reach + 1,
        "states": states,
        "hidden": len(read),
        "jumps": bool(jumping.any()),
    }
    return settings, weights


def _table(
    machine: Machine, places: dict[int, int], tape_shape: tuple[int, ...]
) -> tuple[_Floats, _Floats, _Floats]:
    """Weights of the reads (hidden, tapes · width), of the rows (rows, hidden), of the output."""
    paths = list(_paths(machine))
    hidden, rows = max(1, len(paths)), machine.register.size
    read = np.zeros((hidden, *tape_shape), np.float32)
    bias = np.zeros((rows, hidden), np.float32)
    output = np.zeros((machine.vocabulary.size, hidden), np.float32)
    for unit, (tests, answer) in enumerate(paths):
        output[answer, unit] = 1
        bias[:, unit] = 1 - len(tests)
        for column, values, among in tests:
            sign = 1 if among else -1
            if not among:
                bias[:, unit] += 1
            if column == ROW:
                bias[[v for v in values if 0 <= v < rows], unit] += sign
                continue
            # Blank is where no component is.
            if BLANK in values:
                bias[:, unit] += sign
                read[unit, column] -= sign
            for place in (places[v] for v in values if v in places):
                read[unit, column, place] += sign
    return read.reshape(hidden, -1), bias, output


def _paths(machine: Machine) -> Iterator[tuple[tuple[_Test, ...], int]]:
    """The tests on every path from the root to a leaf, and the next token there."""
    open_paths: list[tuple[int, tuple[_Test, ...]]] = [(0, ())]
    while open_paths:
        at, tests = open_paths.pop()
        node = machine.table[at]
        if node.answer is not None:
            yield tests, node.answer
            continue
        leading: dict[int, set[int]] = {}
        for value, child in dict(node.branches).items():
            leading.setdefault(child, set()).add(value)
        if node.otherwise is not None:
            others = [v for v, child in dict(node.branches).items() if child != node.otherwise]
            leading.pop(node.otherwise, None)
            otherwise: _Test = (node.tape, frozenset(others), False)
            open_paths.append((node.otherwise, (*tests, otherwise)))
        for child, values in leading.items():
            open_paths.append((child, (*tests, (node.tape, frozenset(values), True))))
