"""The shape of the house: one direction of imports, torch-free proofs, light start."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import nalmx

PACKAGE = Path(nalmx.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LAYERS = (
    {"clock", "errors", "exit_codes", "python_layout", "rationals"},
    {"ranges", "expression", "devices", "storage", "supervisor"},
    {"models", "tasks", "generated"},
    {"kernel", "pntm"},
    {"train"},
    {"extract"},
    {"verify"},
    {"runs"},
    {"bench"},
    {"report"},
    {"commands", "testing"},
    {"cli", "pytest_plugin"},
    {"__main__", "__init__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def layer_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def imported_layers(path: Path) -> set[str]:
    """The first-level parts of nalmx that a file imports, wherever the import stands."""
    found = set()
    package = ("nalmx", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [node.module.split(".")] if node.module else [[a.name] for a in node.names]
            found |= {(*base, *name)[1] for name in names if len((*base, *name)) > 1}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nalmx."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("nalmx.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way_only(path):
    own = layer_of(path)
    assert own in RANK, f"{own} has no place in the layers"
    for other in imported_layers(path) - {own, "__version__"}:
        assert RANK[other] < RANK[own], f"{path} imports {other}"


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "name",
    ["nalmx.verify", "nalmx.verify.algebra", "nalmx.verify.checker", "nalmx.extract.formula"],
)
def test_whatever_proves_imports_without_torch(name):
    assert "torch" not in modules_after(f"import {name}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["train-and-extract", "--operation", "add", "--module", "nope"],
        ["train-and-extract", "--operation", "nope", "--module", "nau"],
        ["train-and-extract", "--operation", "add", "--module", "nau", "--seeds", "0"],
        ["train-and-extract", "--operation", "add", "--module", "nau", "--output", "."],
        ["train-and-extract", "--resume", "--output", "nowhere"],
        ["verify", "run", "nowhere"],
        ["verify", "expr", "x1 +", "--truth", "x1"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_without_waiting_for_torch(arguments):
    loaded = modules_after(f"from nalmx.cli import main; assert main({arguments!r}) == 2")
    assert not loaded & {"torch", "sympy", "hypothesis"}


def test_a_proof_and_a_refutation_run_without_torch():
    statement = (
        "from nalmx import parse, Claim, Domain, check\n"
        "for right in ('x2*x1', 'x2*x1 + 1'):\n"
        "    left, right = parse('x1*x2'), parse(right)\n"
        "    check(Claim(left, right, Domain.parse(['[2,6]'], ['x1', 'x2'])))"
    )
    assert "torch" not in modules_after(statement)


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_loads_only_the_standard_library(arguments):
    loaded = modules_after(f"from nalmx.cli import main; main({arguments!r})")
    assert not loaded & {"torch", "sympy", "hypothesis", "numpy", "click", "rich", "flint"}


@pytest.mark.parametrize(
    "path",
    [p for p in PACKAGE.rglob("__init__.py") if "__all__" in p.read_text()],
    ids=lambda p: p.parent.name,
)
def test_every_public_name_exists_and_the_list_is_sorted(path):
    name = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    package = importlib.import_module(name)
    for public in package.__all__:
        value = getattr(package, public)
        assert value is not None
        assert not isinstance(value, ModuleType), f"{public} is hidden by a module of its name"
    # Constants first, then classes, then the others, as ruff sorts them; none stands twice.
    ranks = [(not n.isupper(), not n[:1].isupper(), n) for n in package.__all__]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_are_short_and_say_what_they_are_for(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text))


def test_json_is_read_strictly_in_one_place():
    """But for lines of examples, whose numbers are kept as they are spelled, and what a child says."""
    readers = {
        str(path.relative_to(PACKAGE).as_posix())
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("load", "loads", "JSONDecoder")
        and isinstance(node.value, ast.Name)
        and node.value.id == "json"
    }
    assert readers == {"storage.py", "supervisor.py", "tasks/sequences/examples.py"}


def executing(text: str) -> Iterator[str]:
    """What in a module's text could execute what it reads."""
    forbidden = {"eval", "exec", "sympify", "parse_expr", "compile", "__import__"}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in forbidden and not (name == "compile" and getattr(node.func, "value", None)):
                yield f"line {node.lineno} calls {name}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
            if "pickle" in names:
                yield f"line {node.lineno} imports pickle"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_executes_what_it_reads(path):
    assert list(executing(path.read_text())) == []


@pytest.mark.parametrize(
    "text",
    ["eval(x)", "f(exec)(sympy.sympify(x))", "compile(x)", "import pickle", "from pickle import a"],
)
def test_what_executes_is_found(text):
    assert len(list(executing(f"re.compile(text)\n{text}"))) == 1
