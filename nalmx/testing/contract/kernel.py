"""That the training kernel derived from a module trains as autograd does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from ...models import OWN_MODULES, ArithmeticModule, module_class, module_names
from ...train import Config, Run
from ...train.one_thread import one_thread
from ...train.trainer import Trainer

_SIZES = (2, 3, 10)


class KernelContract:
    """The tests of a module that says its `symbolic_weights`; each compiles its kernel, in seconds."""

    kind: ClassVar[type[ArithmeticModule]]
    updates: ClassVar[int] = 1_500

    @pytest.mark.parametrize("inputs", _SIZES)
    def test_the_kernel_follows_torch(self, inputs: int, tmp_path: Path) -> None:
        """In float32, where roundings of both differ and Adam amplifies them; usually within 1e-6."""
        operations = self.kind.operations or ("add",)
        for operation in operations[_SIZES.index(inputs) :: len(_SIZES)] or operations[:1]:
            kernel, plain = self._trained(operation, inputs, tmp_path)
            assert set(kernel) == set(plain)
            for raw, values in plain.items():
                torch.testing.assert_close(kernel[raw], values, rtol=1e-4, atol=1e-4)

    def _trained(self, operation: str, inputs: int, folder: Path) -> list[dict[str, Tensor]]:
        """The parameters that either engine ends with."""
        found = []
        with trainable(self.kind) as name, one_thread():
            config = Config.checked(
                module=name,
                operation=operation,
                inputs=inputs,
                seeds=2,
                iterations=self.updates - 1,
            )
            for engine in ("kernel", "torch"):
                run = Run.create(folder / f"{operation}-{engine}", config)
                trainer = Trainer([run], torch.device("cpu"), engine)
                trainer.train()
                found.append(trainer.engine.parameters())
        return found


@contextmanager
def trainable(kind: type[ArithmeticModule]) -> Iterator[str]:
    """A name by which a module can be trained, known or not."""
    if kind.name in module_names() and module_class(kind.name) is kind:
        yield kind.name
        return
    name = f"{kind.__module__}:{kind.__qualname__}"
    OWN_MODULES.add(name, kind)
    try:
        yield name
    finally:
        OWN_MODULES.remove(name)
