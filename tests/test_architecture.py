"""The shape of the house: one direction of imports, torch-free proofs, light start."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from helpers_imports import (
    Graph,
    circle,
    import_graph,
    inside,
    libraries,
    packages,
    part_of,
    reached,
)

import nalmx

PACKAGE = Path(nalmx.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LAYERS = (
    {
        "clock",
        "errors",
        "exit_codes",
        "lazy_names",
        "markup",
        "python_layout",
        "rationals",
        "showing",
        "threads",
    },
    {"ranges", "expression", "devices", "plugins", "storage", "supervisor", "workers"},
    {"models", "tasks", "codegen", "run_directory"},
    {"kernel"},
    {"train"},
    {"extract"},
    {"verify"},
    {"pntm"},
    {"fit"},
    {"runs"},
    {"bench"},
    {"report"},
    {"commands", "testing", "sklearn"},
    {"cli", "pytest_plugin"},
    {"__main__", "__init__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return import_graph(PACKAGE)


# Inside a package, parts of a later line may import those of an earlier one; what no line names is
# held by the rule alone that there are no circles.
ORDERS = {
    "expression": (
        {"nodes", "rational_values", "symbols"},
        {"build", "operations", "straight_line"},
        {"abbreviations", "exact", "names", "text"},
        {"reader"},
        {"parser"},
        {"syntaxes"},
        {"definitions"},
        {"ball", "symbolic"},
        {"slopes"},
        {"taylor"},
    ),
    "models": (
        {"_facts", "_grid", "_reduce", "_schedule"},
        {"_penalty"},
        {"_training"},
        {"_base"},
        {"_logic", "_power", "_stack"},
        {"_combine", "inalu", "nac_mul", "nac_plus", "nau", "nmu", "nsr"},
        {"gnalu", "nalu", "nlrl", "nlrl_and", "npu", "real_npu"},
        {"_recurrent"},
    ),
    "train": (
        {"sources"},
        {"config"},
        {"run", "stacked", "batches"},
        {"engine"},
        {"kernel_engine", "torch_engine"},
        {"engines", "restarts"},
        {"trainer"},
    ),
    "fit": (
        {"result", "rows"},
        {"record", "tables"},
        {"holdout", "residuals", "values"},
        {"constants", "form", "tidying"},
        {"candidate", "description", "dimensions", "few_values"},
        {"snapping"},
        {"judge", "structures"},
        {"everywhere", "shown"},
        {"exceptions", "told"},
        {"solver"},
    ),
    "pntm": (
        {"tasks"},
        {"vocabulary"},
        {"machine", "nested", "transducer"},
        {"nested_machine", "transducer_machine", "batch", "keys"},
        {"minimise"},
        {"baselines", "soft"},
        {"learn"},
        {"program"},
        {"proofs"},
    ),
    "verify": (
        {"domain"},
        {"effort", "sides"},
        {"verdict"},
        {"points"},
        {"strategies"},
        {"algebra"},
        {"bounding", "order", "witness"},
        {"prover"},
        {"rounding", "searching", "sweeping"},
        {"provers"},
        {"checker"},
        {"certificate"},
    ),
}


def test_the_picture_in_the_documentation_shows_the_layers() -> None:
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text()
    (picture,) = (part for part in text.split("```") if part.strip().startswith("cli, "))
    drawn = [{name.strip() for name in line.split(",")} for line in picture.strip().splitlines()]
    assert drawn[::-1] == list(LAYERS[:-1])  # without the doors, `__main__` and `__init__`


def test_every_part_has_its_place_in_the_layers(graph: Graph) -> None:
    assert {part_of(name, "") for name in graph} == RANK.keys()


def test_imports_go_one_way_only(graph: Graph) -> None:
    ways = [(name, other) for name, others in graph.items() for other in others]
    parts = [(name, part_of(name, ""), part_of(other, "")) for name, other in ways]
    assert parts
    upwards = {f"{name} imports {o}" for name, own, o in parts if o != own and RANK[o] >= RANK[own]}
    assert upwards == set()


def test_no_parts_of_a_package_import_each_other_in_a_circle(graph: Graph) -> None:
    assert {package: circle(inside(graph, package)) for package in packages(graph)} == {
        package: [] for package in packages(graph)
    }


def test_only_sources_of_data_know_the_tasks_that_modules_are_trained_on(graph: Graph) -> None:
    """Neither a module nor what trains it may tell an operation of the benchmark from other rows."""
    parts = ("models.", "kernel.", "codegen.", "train.")
    knowing = {
        name
        for name in graph
        if name.startswith(parts) and any(other.startswith("tasks") for other in graph[name])
    }
    assert knowing
    assert all(name.startswith("train.sources.") for name in knowing)


@pytest.mark.parametrize("package", ORDERS)
def test_imports_inside_a_package_follow_its_order(graph: Graph, package: str) -> None:
    rank = {name: place for place, line in enumerate(ORDERS[package]) for name in line}
    parts = inside(graph, package)
    assert rank.keys() <= parts.keys()
    for own, place in rank.items():
        for other in parts[own]:
            assert rank.get(other, 0) <= place, f"{package}.{own} imports {other}"


def graph_of(folder: Path, files: dict[str, str]) -> dict[str, set[str]]:
    for name, text in files.items():
        path = folder / "house" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return import_graph(folder / "house")


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    files = {
        "__init__": "from .a import one",
        "a": "def f():\n    from .b.c import two",
        "b/__init__": "",
        "b/c": "if TYPE_CHECKING:\n    from ..a import f\nfrom . import d, e\nimport house.b",
        "b/d": "from house import b, __version__\nfrom house.b import three",
        "b/e": "import ast\nfrom ast import parse\nfrom .. import a",
    }
    assert graph_of(tmp_path, files) == {
        "__init__": {"a"},
        "a": {"b.c"},
        "b.__init__": set(),
        "b.c": {"a", "b.d", "b.e", "b.__init__"},
        "b.d": {"b.__init__"},
        "b.e": {"a"},
    }


def test_circles_between_packages_are_found_though_no_files_make_one(tmp_path: Path) -> None:
    files = {
        "__init__": "",
        "a/__init__": "",
        "a/one": "from ..b import two",
        "a/three": "",
        "b/__init__": "",
        "b/two": "from ..a import three",
    }
    graph = graph_of(tmp_path, files)
    assert packages(graph) == ["", "a", "b"]
    assert circle(graph) == []
    assert sorted(set(circle(inside(graph, "")))) == ["a", "b"]
    del files["a/one"]
    (tmp_path / "house" / "a" / "one.py").unlink()
    assert circle(inside(graph_of(tmp_path, files), "")) == []


# What checks apart from what it checks, with all it stands on: what is claimed, as it is written.
# The records of operations are there for spellings and sorts; the second arithmetic takes none.
APART = {
    "verify.certificates.second.": (
        {"clock", "errors", "exit_codes", "ranges", "rationals", "showing"}
        | {"expression.names", "expression.nodes", "expression.text"}
        | {"expression.float_program", "expression.operations", "expression.rational_values"}
        | {"verify.domain", "verify.verdict"},
        {"mpmath"},
    ),
    "pntm.proofs.checking.": (
        {"clock", "errors"}
        | {"pntm.proofs.proof", "pntm.tasks.specification", "pntm.tasks.tokens"},
        set(),
    ),
}


@pytest.mark.parametrize("package", APART)
def test_what_checks_stands_on_the_statement_of_the_claim_alone(graph: Graph, package: str) -> None:
    # Claim.of reads what a user wrote; who checks is given the claim.
    without_reading = {**graph, "verify.verdict": graph["verify.verdict"] - {"verify.sides"}}
    statement, others = APART[package]
    own = {name for name in graph if name.startswith(package)}
    below = set().union(*(reached(without_reading, name) for name in own)) - own
    assert below == statement
    assert not any("expression.operations" in graph[name] for name in own)
    files = [PACKAGE / f"{name.replace('.', '/')}.py" for name in own | below]
    assert set().union(*map(libraries, files)) - sys.stdlib_module_names == others


def modules_after(*statements: str) -> set[str]:
    code = "\n".join([*statements, "import sys; print(*sys.modules)"])
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def test_whatever_proves_imports_without_torch():
    names = (
        *("nalmx.verify", "nalmx.verify.algebra", "nalmx.verify.checker", "nalmx.extract.formula"),
        *("nalmx.pntm", "nalmx.pntm.batch", "nalmx.pntm.program", "nalmx.pntm.proofs.check"),
        "nalmx.fit",
    )
    loaded = modules_after(*(f"import {name}" for name in names))
    assert loaded.issuperset(names)
    assert "torch" not in loaded


def test_bad_input_is_refused_without_waiting_for_torch():
    lines = (
        ["train-and-extract", "--operation", "add", "--module", "nope"],
        ["train-and-extract", "--operation", "nope", "--module", "nau"],
        ["train-and-extract", "--operation", "add", "--module", "nau", "--seeds", "0"],
        ["train-and-extract", "--operation", "add", "--module", "nau", "--output", "."],
        ["train-and-extract", "--resume", "--output", "nowhere"],
        ["verify", "run", "nowhere"],
        ["verify", "expr", "x1 +", "--truth", "x1"],
    )
    refused = (f"assert main({line!r}) == 2, {line!r}" for line in lines)
    loaded = modules_after("from nalmx.cli import main", *refused)
    assert not loaded & {"torch", "sympy", "hypothesis"}


def test_a_proof_and_a_refutation_run_without_torch():
    statement = (
        "from nalmx import parse, Claim, Domain, check\n"
        "for right in ('x2*x1', 'x2*x1 + 1'):\n"
        "    left, right = parse('x1*x2'), parse(right)\n"
        "    check(Claim(left, right, Domain.parse(['[2,6]'], ['x1', 'x2'])))"
    )
    assert "torch" not in modules_after(statement)


def test_a_trivial_claim_loads_nothing_that_it_does_not_use():
    given = ["verify", "expr", "x1 + x2", "--truth", "x2 + x1", "--range", "[1,2]"]
    loaded = modules_after(f"from nalmx.cli import main; assert main({given!r}) == 0")
    assert not loaded & {"torch", "sympy", "hypothesis", "numpy", "numba", "mpmath", "asyncio"}
    assert not {name for name in loaded if name.startswith(("nalmx.train", "nalmx.pntm"))}


def test_lists_are_printed_without_torch():
    printed = (f"assert main([{command!r}]) == 0" for command in ("modules", "tasks"))
    loaded = modules_after("from nalmx.cli import main", *printed)
    assert not loaded & {"torch", "sympy", "numba"}


def test_no_file_has_the_name_of_a_public_function():
    assert not {path.stem for path in PACKAGE.glob("*.py")} & set(nalmx.__all__)


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_loads_only_the_standard_library(arguments):
    loaded = modules_after(f"from nalmx.cli import main; main({arguments!r})")
    assert not loaded & {"torch", "sympy", "hypothesis", "numpy", "click", "rich", "flint"}
    assert not loaded & {"typing", "ast", "json", "dataclasses", "nalmx.supervisor"}


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in PACKAGE.rglob("__init__.py")
        if "__all__" in (t := p.read_text()) or "lazy_names" in t
    ],
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


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in MODULES}


def test_files_are_short_and_say_what_they_are_for(texts):
    assert [name for name, text in texts.items() if len(text.splitlines()) > 400] == []
    assert [name for name, text in texts.items() if not re.match(r'r?"""\s*[^"\s]', text)] == []


def test_json_is_read_strictly_in_one_place(texts):
    """But for lines of examples, whose numbers are kept as they are spelled, and what processes say."""
    readers = {
        name
        for name, text in texts.items()
        if "json" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in ("load", "loads", "JSONDecoder")
        and isinstance(node.value, ast.Name)
        and node.value.id == "json"
    }
    between = {"supervisor.py", "runs/_function_child.py"}
    assert readers == {"storage.py", "pntm/tasks/examples.py", *between}


def executing(text: str) -> Iterator[str]:
    """What in a module's text could execute what it reads."""
    forbidden = {"eval", "exec", "sympify", "parse_expr", "compile", "__import__"}
    if not any(name in text for name in (*forbidden, "pickle")):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in forbidden and not (name == "compile" and getattr(node.func, "value", None)):
                yield f"line {node.lineno} calls {name}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
            if "pickle" in names:
                yield f"line {node.lineno} imports pickle"


def test_nothing_executes_what_it_reads(texts):
    assert texts
    assert {name: found for name in texts if (found := list(executing(texts[name])))} == {}


@pytest.mark.parametrize(
    "text",
    ["eval(x)", "f(exec)(sympy.sympify(x))", "compile(x)", "import pickle", "from pickle import a"],
)
def test_what_executes_is_found(text):
    assert len(list(executing(f"re.compile(text)\n{text}"))) == 1
