"""Networks in files that are data: ONNX, and safetensors with a description of their layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import ExtractionError
from ...storage import no_file
from ..formula import Formula

_PICKLES = {".pt", ".pth", ".pt2", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".keras", ".h5"}


def read_network(path: str | Path, inputs: Sequence[str] | None = None) -> Formula:
    """The formula of a network in a file, by its ending; nothing in the file is run."""
    path = Path(path)
    ending = path.suffix.lower()
    if ending in _PICKLES:
        raise ExtractionError(
            f"{path.name} may run code when it is opened, and is not read; where you trust it, load it and "
            "save it as ONNX (torch.onnx.export), or its weights with safetensors.torch.save_file and a JSON "
            "file of its layers beside it"
        )
    if not path.is_file():
        raise ExtractionError(no_file(path))
    if ending == ".onnx":
        from .onnx_graph import read_onnx

        return read_onnx(path, inputs)
    if ending == ".safetensors":
        from .described import read_described

        return read_described(path, inputs)
    raise ExtractionError(
        f"{path.name} is no network that is read; give an .onnx file, or a .safetensors file with a .json "
        "file of its layers beside it"
    )
