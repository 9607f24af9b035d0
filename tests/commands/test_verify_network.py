"""`nalmx verify network`: files that are data, at the command line."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from nalmx.cli import main

HIDDEN = np.array([[1.0, -1.0], [0.0, 1.0], [0.0, -1.0]], dtype=np.float32)
LAYERS = [
    {"layer": "linear", "weight": "first"},
    {"layer": "relu"},
    {"layer": "linear", "weight": "last"},
]


@pytest.fixture
def maximum(tmp_path) -> Path:
    """max(a, b) as relu(a - b) + relu(b) - relu(-b), and beside it the minimum."""
    path = tmp_path / "max.safetensors"
    last = np.array([[1.0, 1.0, -1.0], [-1.0, 0.0, 0.0]], dtype=np.float32)
    save_file({"first": HIDDEN, "last": last[:1]}, path)
    described = {"schema": 1, "inputs": ["a", "b"], "layers": LAYERS}
    path.with_suffix(".json").write_text(json.dumps(described))
    return path


def asked(path, *options, truth="Max(a, b)"):
    return main(["verify", "network", str(path), "--truth", truth, "--range", "[-5,5]", *options])


def test_a_true_network_is_proved(maximum, capsys) -> None:
    assert asked(maximum, "--require", "proved") == 0
    assert capsys.readouterr().out.startswith("proved: equal for all real a, b in [-5,5]")


def test_a_network_off_by_an_ulp_is_refuted(maximum, capsys) -> None:
    last = np.array([[np.nextafter(np.float32(1), np.float32(2)), 1.0, -1.0]], dtype=np.float32)
    save_file({"first": HIDDEN, "last": last}, maximum)
    assert asked(maximum, "--json") == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["verdict"] == "refuted"
    assert set(verdict["counterexample"]["point"]) == {"a", "b"}
    assert asked(maximum, "--tolerance", "abs:1e-6") == 1
    assert asked(maximum, "--tolerance", "abs:1e-5", "--require", "bounded") == 0
    assert "bounded: at most 1.193e-6 apart" in capsys.readouterr().out


def test_inputs_may_be_named(maximum, capsys) -> None:
    options = ("--inputs", "u, v", "--range", "v=[0,1]", "--quiet")
    assert asked(maximum, *options, truth="Max(v, u)") == 0
    assert "u in [-5,5], v in [0,1]" in capsys.readouterr().out


def test_a_certificate_replays(maximum, tmp_path, capsys) -> None:
    kept = tmp_path / "kept.json"
    assert asked(maximum, "--certificate", str(kept)) == 0
    assert main(["verify", "certificate", str(kept)]) == 0
    assert asked(maximum, "--certificate", str(kept)) == 2
    assert "exists and is never overwritten" in capsys.readouterr().err


def test_of_several_outputs_one_is_meant(maximum, capsys) -> None:
    first = {"schema": 1, "layers": LAYERS[:1]}
    maximum.with_suffix(".json").write_text(json.dumps(first))
    assert asked(maximum, truth="x1 - x2") == 2
    assert "the network has 3 outputs; say which, such as --output 1" in capsys.readouterr().err
    assert asked(maximum, "--output", "3", truth="-x2") == 0
    assert asked(maximum, "--output", "4", truth="-x2") == 2
    assert "there is no output 4" in capsys.readouterr().err


def test_bad_input_is_refused_in_one_line(maximum, tmp_path, capsys) -> None:
    pickled = tmp_path / "net.pt"
    pickled.write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    for path, options, reason in (
        (pickled, (), "may run code when it is opened"),
        (tmp_path / "none.onnx", (), "there is no file"),
        (maximum, ("--inputs", "a"), "the network has 2 inputs"),
        (maximum, ("--inputs", "a,sin"), "cannot name an input"),
        (maximum, ("--range", "c=[0,1]"), "there is no input 'c'"),
    ):
        assert asked(path, *options) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert reason in shown.err
        assert len(shown.err.strip().splitlines()) == 1
    assert main(["verify", "network", str(maximum), "--range", "[0,1]"]) == 2
    assert "add --truth" in capsys.readouterr().err
    assert not os.path.exists("owned")
