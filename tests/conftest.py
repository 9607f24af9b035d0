"""Settings of the whole suite."""

import faulthandler
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Read by Hypothesis when it first stores something: what it finds in the sources is found once.
if "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
    folder = Path(__file__).parents[1] / ".pytest_cache" / "hypothesis"
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder)

# Tests that run beside each other have a core each: two threads would wait for one another.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from helpers_pytest import is_installed
from hypothesis import HealthCheck, settings

import nalmx

# Tests start some hundred processes: what the first compiles, no other compiles again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A checkout that is not installed: the processes that tests start find it on the path, too.
if not is_installed():
    places = [str(Path(nalmx.__file__).parents[1]), os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, places))

# `nightly` draws other examples every time, and many: pytest --hypothesis-profile=nightly
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", _PATIENT, derandomize=True, database=None, max_examples=25)
settings.register_profile("nightly", _PATIENT, max_examples=1_000, print_blob=True)
settings.load_profile("suite")

HANGS = 300
"""Seconds after which a test that is not `slow` counts as one that never ends."""

LONG = {
    *("bench/test_cells.py", "bench/test_intervals.py", "bench/test_sequences.py"),
    *("commands/test_bench.py", "commands/test_cli.py", "commands/test_verify_expr.py"),
    *("expression/test_ball.py", "expression/test_slopes.py"),
    *(
        "commands/test_certificates.py",
        "commands/test_export_tests.py",
        "commands/test_run_mutations.py",
        "commands/test_sequence.py",
        "commands/test_sequence_files.py",
    ),
    *("commands/test_train_and_extract.py", "extract/test_as_run.py", "extract/test_learned.py"),
    *(
        "extract/test_torch_layers.py",
        "extract/test_estimators.py",
        "extract/test_network_files.py",
    ),
    *("pntm/program/test_program.py", "kernel/test_kernel.py", "pntm/test_baselines.py"),
    *("pntm/soft/test_from_machine.py", "pntm/soft/test_heads.py", "pntm/soft/test_memory.py"),
    *("pntm/test_minimise.py", "pntm/soft/test_module.py", "report/test_benchmark_figure.py"),
    *("report/test_html.py",),
    *("report/test_exported_claims.py", "pntm/learn/test_certainty.py"),
    *("report/test_exported_tests.py", "test_add_a_module.py", "test_readme.py", "test_testing.py"),
    *("pntm/learn/test_discrete_fit.py", "pntm/learn/test_discrete_noise.py"),
    *(
        "pntm/learn/test_baseline_fit.py",
        "pntm/learn/test_gradient_fit.py",
        "pntm/learn/test_learn_sequences.py",
    ),
    *("train/test_network.py", "train/test_trainer.py", "verify/test_claims.py"),
    *("codegen/test_triton_points.py", "codegen/test_triton_training.py"),
    *("verify/test_every_half.py",),
    *("verify/test_exhaustive.py", "verify/test_floating.py", "verify/test_loops.py"),
    *("verify/test_second_opinion.py", "pntm/proofs/test_sequence_proofs.py"),
    *("pntm/proofs/test_sequence_soundness.py", "pntm/proofs/test_sequence_verdicts.py"),
    *("verify/test_soundness.py", "verify/test_strategies.py", "verify/test_sweep.py"),
    *("models/test_contract.py", "train/test_restarts.py", "train/test_sources.py"),
    *("train/test_processes.py",),
    *("verify/test_published_identities.py", "verify/test_where_defined.py"),
    *("pntm/test_action.py", "pntm/learn/test_discrete_exam.py", "verify/test_attacks.py"),
    *(
        "verify/test_certificate.py",
        "verify/test_conditions.py",
        "verify/test_integers.py",
        "verify/test_certificate_mutations.py",
    ),
    *("verify/test_nonvanishing.py", "verify/test_printed_bounds.py", "verify/test_time_limits.py"),
    *("fit/test_fit.py", "fit/test_structures.py"),
    *("test_api.py", "test_architecture.py", "test_old_files.py", "test_supervisor.py"),
    *("test_testing_functions.py", "test_tests.py", "report/test_verdicts.py"),
    *("commands/test_fit.py", "test_fit_page.py", "test_sklearn.py"),
    *("verify/test_powers.py", "verify/test_effort.py", "pntm/learn/test_discrete_table.py"),
}
"""Files that train, compile or try very much: left out of `make quick`."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their place: what packs them may write the time into them."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Ten thousand tests, and what their files import, stay: nothing looks through them for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the long files, which are run first: what is short fills the gaps."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.relative_to(folder).as_posix() in LONG:
            item.add_marker("long")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory of generated code, with nothing in it, on the disk or in memory."""
    from nalmx.codegen import cache

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for found in (cache.directory, cache.compiled):
        found.cache_clear()
    yield tmp_path / "cache" / "nalmx" / "kernels"
    for found in (cache.directory, cache.compiled):
        found.cache_clear()


WARNINGS = (
    "error",
    # What other people's code says of itself is no fault of this code.
    *(f"ignore::{kind}" for kind in ("DeprecationWarning", "PendingDeprecationWarning")),
    *(f"error::DeprecationWarning:{module}" for module in (r"nalmx\b", r"tests\b", "helpers_")),
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors, once the plugins of others have said at the start what they must say.

    The fixture of the package's plugin is there, too, where the package is not installed.
    """
    for line in WARNINGS:
        config.addinivalue_line("filterwarnings", line)
    if not config.pluginmanager.has_plugin("nalmx"):
        from nalmx import pytest_plugin

        config.pluginmanager.register(pytest_plugin, "nalmx")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End the process of a test that hangs; pytest-xdist then says which test it was."""
    if item.get_closest_marker("slow") is None:
        faulthandler.dump_traceback_later(HANGS, exit=True, file=sys.__stderr__)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
