"""Networks in files: formulas against ONNX's own evaluator and against PyTorch, and what is refused."""

import json
import subprocess
import sys
from fractions import Fraction

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.torch import save_file
from torch import nn

from nalmx.errors import NalmxError
from nalmx.expression.ball import ball, enclose, precision
from nalmx.extract import network_as_trained
from nalmx.extract.files import read_network
from nalmx.verify import Claim, check

DRAW = np.random.default_rng(3)
W1, B1, W2 = (DRAW.normal(size=size) for size in ((3, 4), (4,), (4, 2)))
ROWS = np.concatenate([DRAW.normal(size=(30, 3)) * 3, [[0.0, 3.0, -3.0], [1.0, -1.0, 9.0]]])


def saved(folder, nodes, constants=None, outputs=2, shape=("batch", 3), name="net.onnx"):
    """A graph of `(operation, inputs, output, settings)` from x to y, in float64."""
    made = [
        helper.make_node(operation, given, [output], **settings)
        for operation, given, output, settings in nodes
    ]
    graph = helper.make_graph(
        made,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, ["batch", outputs])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in (constants or {}).items()],
    )
    path = folder / name
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)]).SerializeToString()
    )
    return path


def values(formula, rows=ROWS):
    found = []
    with precision(120):
        for row in rows.tolist():
            point = {n: ball(Fraction(v)) for n, v in zip(formula.inputs, row, strict=True)}
            found.append([float(enclose(output, point)) for output in formula.outputs])
    return np.array(found)


ONE = {
    **{
        name: [(name, ["x"], "y", {})]
        for name in (
            *(
                "Relu",
                "LeakyRelu",
                "Elu",
                "Celu",
                "Selu",
                "Tanh",
                "Sigmoid",
                "Softsign",
                "Softplus",
                "Abs",
            ),
            *(
                "HardSigmoid",
                "HardSwish",
                "Gelu",
                "Exp",
                "Neg",
                "Erf",
                "Identity",
                "Floor",
                "Sign",
                "Mish",
            ),
            *("Softmax", "LogSoftmax", "Flatten", "Sin"),
        )
    },
    "leaky 0.2": [("LeakyRelu", ["x"], "y", {"alpha": 0.2})],
    "gelu tanh": [("Gelu", ["x"], "y", {"approximate": "tanh"})],
    "clip": [("Clip", ["x", "low", "high"], "y", {})],
    "clip below": [("Clip", ["x", "low"], "y", {})],
    "gemm": [("Gemm", ["x", "w1", "b1"], "y", {})],
    "gemm transposed": [("Gemm", ["x", "w1t"], "y", {"transB": 1})],
    "matmul": [("MatMul", ["x", "w1"], "h", {}), ("Add", ["h", "b1"], "y", {})],
    "residual": [
        ("Gemm", ["x", "w1", "b1"], "h", {}),
        ("Relu", ["h"], "r", {}),
        ("MatMul", ["r", "w3"], "s", {}),
        ("Add", ["s", "x"], "y", {}),
    ],
    "arithmetic": [
        ("Mul", ["x", "x"], "a", {}),
        ("Sub", ["a", "high"], "b", {}),
        ("Div", ["b", "big"], "c", {}),
        ("Max", ["c", "x"], "d", {}),
        ("Concat", ["d", "x"], "y", {"axis": -1}),
    ],
    "norm": [
        ("BatchNormalization", ["x", "scale", "shift", "mean", "var"], "y", {"epsilon": 0.01})
    ],
    "prelu": [("PRelu", ["x", "shift"], "y", {})],
    "reshape": [("Reshape", ["x", "shape"], "h", {}), ("Dropout", ["h"], "y", {})],
    "constant": [
        ("Constant", [], "c", {"value": numpy_helper.from_array(np.array([0.5, 1.0, -2.0]))}),
        ("Pow", ["x", "two"], "h", {}),
        ("Mul", ["h", "c"], "y", {}),
    ],
}
CONSTANTS = {
    "w1": W1,
    "w1t": W1.T.copy(),
    "b1": B1,
    "w3": DRAW.normal(size=(4, 3)),
    "low": np.array(-0.5),
    "high": np.array(1.25),
    "big": np.array([3.0, 7.0, 9.0]),
    "two": np.array(2.0),
    "scale": np.array([1.0, -2.0, 0.5]),
    "shift": np.array([0.5, 0.0, 2.0]),
    "mean": np.array([0.25, 0.0, -1.0]),
    "var": np.array([1.0, 0.5, 2.0]),
    "shape": np.array([0, -1]),
}


@pytest.mark.parametrize("nodes", ONE.values(), ids=list(ONE))
def test_a_graph_is_what_onnx_computes(nodes, tmp_path) -> None:
    used = {name for _, given, _, _ in nodes for name in given}
    path = saved(tmp_path, nodes, {k: v for k, v in CONSTANTS.items() if k in used})
    session = ReferenceEvaluator(onnx.load(path))
    expected = np.concatenate([session.run(None, {"x": row[None]})[0] for row in ROWS])
    # Settings are float32 in the file, and the decimals that they spell in the formula.
    np.testing.assert_allclose(values(read_network(path)), expected, rtol=2e-6, atol=2e-7)


def test_weights_are_exact(tmp_path) -> None:
    path = saved(tmp_path, ONE["gemm"], {"w1": W1, "b1": B1})
    session = ReferenceEvaluator(onnx.load(path))
    np.testing.assert_allclose(
        values(read_network(path)), session.run(None, {"x": ROWS})[0], rtol=1e-13
    )
    thin = saved(tmp_path, ONE["gemm"], {"w1": W1.astype(np.float32), "b1": B1.astype(np.float32)})
    (first, *_) = read_network(thin, ["a", "b", "c"]).outputs
    exact = " + ".join(
        f"{Fraction(float(np.float32(w)))}*{n}" for w, n in zip(W1[:, 0], "abc", strict=True)
    )
    claim = Claim.of(first, f"{exact} + {Fraction(float(np.float32(B1[0])))}", "[-1,1]")
    assert check(claim).verdict == "proved"


def relu_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 4),
        nn.ReLU(),
        nn.BatchNorm1d(4),
        nn.Linear(4, 2),
        nn.LeakyReLU(0.2),
        nn.Linear(2, 1),
    ).eval()


DESCRIBED = [
    {"layer": "linear", "weight": "0.weight", "bias": "0.bias"},
    {"layer": "relu"},
    {
        "layer": "batch_norm",
        "weight": "2.weight",
        "bias": "2.bias",
        "mean": "2.running_mean",
        "variance": "2.running_var",
    },
    {"layer": "linear", "weight": "3.weight", "bias": "3.bias"},
    {"layer": "leaky_relu", "slope": 0.2},
    {"layer": "linear", "weight": "5.weight", "bias": "5.bias"},
]


def described(folder, network, layers, **more):
    path = folder / "net.safetensors"
    save_file(network.state_dict(), path)
    path.with_suffix(".json").write_text(json.dumps({"schema": 1, "layers": layers, **more}))
    return path


def test_weights_with_a_description_are_the_network(tmp_path) -> None:
    network = relu_network()
    formula = read_network(described(tmp_path, network, DESCRIBED, inputs=["a", "b"]))
    assert formula.inputs == ("a", "b")
    assert formula.outputs == network_as_trained(network, ["a", "b"]).outputs
    assert read_network(tmp_path / "net.safetensors", ["u", "v"]).inputs == ("u", "v")


def test_a_residual_adds_its_inputs(tmp_path) -> None:
    inner = nn.Sequential(nn.Linear(2, 2), nn.Tanh())

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return x + self.inner(x)

    layers = [{"layer": "linear", "weight": "0.weight", "bias": "0.bias"}, {"layer": "tanh"}]
    path = described(tmp_path, inner, [{"layer": "residual", "layers": layers}])
    for found, known in zip(
        read_network(path).outputs, network_as_trained(Residual()).outputs, strict=True
    ):
        assert check(Claim.of(found, known, "[-2,2]")).verdict == "proved"


ACTIVATIONS = {
    "elu": (nn.ELU(0.5), {"alpha": 0.5}),
    "celu": (nn.CELU(2.0), {"alpha": 2.0}),
    "softplus": (nn.Softplus(2.0, 9.0), {"beta": 2.0, "threshold": 9.0}),
    "hardtanh": (nn.Hardtanh(-0.5, 2.0), {"lower": -0.5, "upper": 2.0}),
    "relu6": (nn.ReLU6(), {}),
    "gelu": (nn.GELU(), {}),
    "gelu_tanh": (nn.GELU("tanh"), {}),
    "hardswish": (nn.Hardswish(), {}),
    "hardsigmoid": (nn.Hardsigmoid(), {}),
    "log_sigmoid": (nn.LogSigmoid(), {}),
    "softsign": (nn.Softsign(), {}),
    "silu": (nn.SiLU(), {}),
    "mish": (nn.Mish(), {}),
    "dropout": (nn.Dropout(), {}),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_described_activation_is_that_of_pytorch(name, tmp_path) -> None:
    activation, settings = ACTIVATIONS[name]
    network = nn.Sequential(nn.Linear(2, 1), activation).eval()
    layers = [
        {"layer": "linear", "weight": "0.weight", "bias": "0.bias"},
        {"layer": name, **settings},
    ]
    formula = read_network(described(tmp_path, network, layers))
    assert formula.outputs == network_as_trained(network).outputs


def without(graph_of, **changes):
    """A file whose model was changed."""

    def make(folder):
        path = graph_of(folder)
        model = onnx.load(path)
        for name, value in changes.items():
            value(model.graph) if callable(value) else setattr(model.graph, name, value)
        path.write_bytes(model.SerializeToString())
        return path

    return make


def plain(folder, nodes=ONE["gemm"], **options):
    return saved(folder, nodes, {"w1": W1, "b1": B1}, **options)


def put_outside(graph) -> None:
    tensor = graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def doubling(folder):
    nodes = [("Concat", [f"h{k}", f"h{k}"], f"h{k + 1}", {"axis": -1}) for k in range(60)]
    return saved(folder, [("Identity", ["x"], "h0", {}), *nodes])


def poisoned(folder):
    worse = B1.copy()
    worse[0] = np.nan
    return saved(folder, ONE["gemm"], {"w1": W1, "b1": worse})


REFUSED = {
    "convolution": (
        lambda f: plain(f, [("Conv", ["x", "w1"], "y", {})]),
        "operation Conv has no formula",
    ),
    "loop": (lambda f: plain(f, [("NonZero", ["x"], "y", {})]), "operation NonZero has no formula"),
    "elsewhere": (without(plain, outside=put_outside), "weights lie in another file"),
    "a batch": (lambda f: plain(f, shape=(4, 3)), r"\(batch, features\) is needed"),
    "an image": (lambda f: plain(f, shape=("batch", 3, 4, 4)), r"\(batch, features\) is needed"),
    "no size": (lambda f: plain(f, shape=("batch", "n")), r"\(batch, features\) is needed"),
    "does not fit": (lambda f: plain(f, shape=("batch", 2)), "Gemm: it takes 3 inputs and gets 2"),
    "alpha": (lambda f: plain(f, [("Gemm", ["x", "w1"], "y", {"alpha": 2.0})]), "alpha"),
    "unknown name": (lambda f: plain(f, [("Relu", ["h"], "y", {})]), "'h' before it is computed"),
    "axis": (lambda f: plain(f, [("Softmax", ["x"], "y", {"axis": 0})]), "not over the features"),
    "too many": (doubling, "more than 20,000 values"),
    "not finite": (poisoned, "not finite"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_graphs_that_are_not_read_are_refused_in_one_line(case, tmp_path) -> None:
    make, reason = REFUSED[case]
    with pytest.raises(NalmxError, match=reason) as caught:
        read_network(make(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", [".pt", ".pth", ".pkl", ".joblib", ".bin", ".pt2", ".PTH"])
def test_a_pickle_is_refused_unopened(ending, tmp_path) -> None:
    path = tmp_path / f"net{ending}"
    path.write_bytes(b"cos\nsystem\n(S'echo owned'\ntR.")
    with pytest.raises(NalmxError, match=r"may run code when it is opened.*onnx"):
        read_network(path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("net.onnx", b"not a graph", "damaged|inputs"),
        ("net.onnx", b"", "inputs; one"),
        ("net.safetensors", b"", "net.json beside it"),
        ("net.csv", b"", "give an .onnx file"),
    ],
)
def test_other_files_are_refused(name, content, reason, tmp_path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NalmxError, match=reason) as caught:
        read_network(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(NalmxError, match="no file"):
        read_network(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ([{"layer": "conv2d"}], r"layers\[0\] \(conv2d\): there is no such layer"),
        ([{"layer": "linear"}], "weight must name a tensor"),
        ([{"layer": "linear", "weight": "0.bias"}], "2 dimension"),
        ([{"layer": "linear", "weight": "0.weight", "bais": "0.bias"}], "'bais'"),
        (
            [{"layer": "linear", "weight": "0.weight"}, {"layer": "linear", "weight": "0.weight"}],
            "gets 4",
        ),
        ([{"layer": "elu", "alpha": "1"}], "alpha must be a number"),
        ([{"layer": "elu", "alpha": True}], "alpha must be a number"),
        ([{"layer": "residual", "layers": [{"layer": "linear", "weight": "0.weight"}]}], "takes 2"),
        ([{"layer": "residual"}], "must be a list"),
        (["relu"], "must be an object"),
        ({"layer": "relu"}, "must be a list"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(layers, reason, tmp_path) -> None:
    path = described(tmp_path, relu_network(), layers)
    with pytest.raises(NalmxError, match=reason) as caught:
        read_network(path)
    assert "\n" not in str(caught.value)


def test_files_and_estimators_are_read_without_torch_or_sympy() -> None:
    code = (
        "import nalmx.extract.estimators, nalmx.extract.files.described, sys; "
        "print([name for name in ('torch', 'sympy', 'sklearn') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
