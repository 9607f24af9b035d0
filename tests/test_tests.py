"""The tests themselves: each can fail, and none measures how fast the machine is."""

import ast
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers_lint import checking, faults

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
TESTS = [path for path in FILES if path.name.startswith("test_")]


@pytest.fixture(scope="module")
def helpers() -> frozenset[str]:
    others = [path for path in FILES if path not in TESTS]
    return checking(ast.parse(path.read_text()) for path in others)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_test_can_fail_and_none_is_timed(path: Path, helpers: frozenset[str]) -> None:
    assert [str(fault) for fault in faults(ast.parse(path.read_text()), helpers)] == []


def test_the_long_files_are_there(pytestconfig: pytest.Config) -> None:
    conftest = pytestconfig.pluginmanager.get_plugin(str(FOLDER / "conftest.py"))
    assert {str(path.relative_to(FOLDER)) for path in TESTS} > conftest.LONG


def collected(hash_seed: str) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-n0", "-m", ""]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER, env=environment)
    return [line for line in run.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_the_same_tests_are_collected_at_another_time() -> None:
    """Workers that collect beside each other must agree on the name of every test."""
    first = collected("1")
    assert "tests/test_tests.py::test_bytes_are_named_by_their_place[packed0]" in first
    assert first == collected("2")


@pytest.mark.parametrize("packed", [gzip.compress(b"", mtime=time) for time in (1, 2)])
def test_bytes_are_named_by_their_place(packed: bytes, request: pytest.FixtureRequest) -> None:
    assert request.node.callspec.id == f"packed{packed[4] - 1}"


def found(body: str, before: str = "") -> list[str]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    tree = ast.parse(f"{before}\ndef test_it(given):\n{lines}\n")
    return [fault.reason for fault in faults(tree)]


NEVER = "checks nothing"
PERHAPS = "checks only if the tested value allows it"
TIMED = "asserts how long something takes"

FAULTS = [
    ("run(given)", NEVER),
    ("run(given) == 3", NEVER),
    ("def inner():\n    assert False", NEVER),
    ("x = run(given)\nif x:\n    assert x == 3", PERHAPS),
    ("if run(given):\n    assert False", PERHAPS),
    ("x = run(given)\nif x:\n    pass\nelif x.y:\n    assert x", PERHAPS),
    ("match run(given):\n    case 3:\n        assert given", PERHAPS),
    ("try:\n    run(given)\nexcept KeyError:\n    assert given", PERHAPS),
    ("for x in run(given):\n    assert x", PERHAPS),
    ("found = run(given)\nfor x in found.parts:\n    assert x", PERHAPS),
    ("for x in [y for y in (1, 2) if run(y)]:\n    assert x", PERHAPS),
    ("for x, y in zip(run(given), (1, 2)):\n    assert x == y", PERHAPS),
    (
        "for x in (1, 2):\n    y = run(x)\n    if y is None:\n        continue\n    assert y",
        PERHAPS,
    ),
    ("x = run(given)\nif not x:\n    return\nassert x == 3", PERHAPS),
    ("while run(given):\n    assert given", PERHAPS),
    ("assert all(x > 3 for x in run(given))", PERHAPS),
    ("found = run(given)\nassert not any(x > 3 for x in found)", PERHAPS),
    ("start = time.monotonic()\nrun(given)\nassert time.monotonic() - start < 2", TIMED),
    ("times = []\ntimes.append(perf_counter() - given)\nassert min(times) < 1", TIMED),
    ("a = time.perf_counter_ns()\nb = (time.perf_counter_ns() - a) / given\nassert b < 1", TIMED),
]


@pytest.mark.parametrize(("body", "reason"), FAULTS)
def test_a_test_that_cannot_fail_is_found(body: str, reason: str) -> None:
    assert found(body) == [reason]


def test_a_clock_behind_a_function_is_found() -> None:
    clock = "def seconds():\n    start = time.time()\n    return time.time() - start"
    assert found("assert max(seconds() for _ in range(3)) < given", clock) == [TIMED]


@pytest.mark.parametrize(
    "body",
    [
        "assert run(given)",
        "with pytest.raises(KeyError):\n    run(given)",
        "raise AssertionError",
        "subprocess.run(given, check=True)",
        "torch.testing.assert_close(run(given), given)",
        "if given:\n    assert run(given)",
        "x = run(given)\nif x:\n    assert x\nelse:\n    assert given",
        "x = run(given)\nassert x\nif x.y:\n    assert x.y == 3",
        "for x in (1, given):\n    assert run(x)",
        "for x in range(3):\n    assert run(x)",
        "for x, y in zip(run(given), (1, 2), strict=True):\n    assert x == y",
        "for x in given:\n    if x == 3:\n        continue\n    assert run(x)",
        "wanted = [(x, 2) for x in range(given)]\nfor x, y in wanted:\n    assert run(x) == y",
        "found = run(given)\nassert found\nassert all(found)",
        "assert (found := run(given)) and all(found)",
        "assert list(run(given, time.monotonic() + 5)) == [given]",
        "helper(given)",
        "for x in helper(given):\n    assert x",
    ],
)
def test_a_test_that_can_fail_is_not_found(body: str) -> None:
    assert found(body, "def helper(x):\n    assert x\n    return [x]") == []


def test_a_test_among_the_slow_ones_may_measure() -> None:
    timed = "def test_it():\n    assert time.time() < 3\n"
    assert list(faults(ast.parse(timed))) != []
    for before in ("@pytest.mark.slow", "pytestmark = pytest.mark.slow"):
        assert list(faults(ast.parse(f"{before}\n{timed}"))) == []


def test_methods_are_tests_too() -> None:
    tree = ast.parse("class TestIt:\n    def test_it(self):\n        run()\n")
    assert [fault.reason for fault in faults(tree)] == [NEVER]
