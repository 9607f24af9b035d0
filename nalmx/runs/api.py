"""What nalmx does, as functions: train, learn or fit, extract, verify; and open what was saved.

    run = nalmx.train("mul", "nmu", seeds=3)  # or nalmx.learn("reverse")
    checked = nalmx.verify(run)
    checked.formula, checked.verdicts, checked.save("runs/mul")

    found = nalmx.fit(X, y)  # or nalmx.fit("planets.csv", "period")
    found.law, found.formula, found.fit.equations

Each returns an outcome: what was found so far, and the verdicts on it. A run without an `output` lies
in a temporary directory, which is removed with the last outcome of it.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

from ..errors import SettingError, UnknownNameError
from ..run_directory import RunDirectory, kind_of_run

if TYPE_CHECKING:
    from ..fit.tables import Units
    from ..pntm.learn.config import Method, NoiseLevel
    from ..pntm.tasks import Example
    from ..train.sources import DataSource
    from ..verify import Effort, Tolerance
    from .expressions import ExpressionOutcome
    from .fits import FitOutcome
    from .formulas import FormulaOutcome
    from .machines import MachineOutcome
    from .outcome import Outcome, RunOutcome


class TrainingSettings(TypedDict, total=False):
    """How a module is trained: the last three are for an operation of the benchmark."""

    seeds: int
    first_seed: int
    iterations: int
    interpolation_range: str
    extrapolation_range: str
    inputs: int


class FittingSettings(TypedDict, total=False):
    """How a law is sought, as in `FitSettings`."""

    noise: float | Literal["auto"]
    holdout: Literal["extrapolate", "random"]
    seconds: float
    seed: int
    operations: int


class LearningSettings(TypedDict, total=False):
    """How a machine is learned: the last three are for a task, as in `SequenceConfig`."""

    tests: tuple[str, ...]
    tapes: int | None
    method: Method
    noise: NoiseLevel
    time: float
    seed: int
    sequences: int
    longest: int
    test_lengths: tuple[int, ...]


D = TypeVar("D", bound=RunDirectory)
R = TypeVar("R", bound="RunOutcome")


def _silent(doing: str) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


def _check_names(given: Iterable[str], settings: type) -> None:
    """Raise `UnknownNameError` for a name that is none of the settings."""
    known = sorted(settings.__annotations__)
    for name in given:
        if name not in known:
            raise UnknownNameError("setting", name[:40], known)


def train(
    data: str | DataSource,
    module: str,
    *,
    output: str | Path | None = None,
    device: str = "auto",
    on_progress: Callable[[Any], None] = _silent,
    stop_requested: Callable[[], bool] = _never,
    **settings: Unpack[TrainingSettings],
) -> FormulaOutcome:
    """Train a module on an operation of the benchmark or a source of data, and extract its formula.

    `on_progress` is told a `nalmx.train.Progress` now and then. Raises `Interrupted` once
    `stop_requested()` is true; `resume` goes on with a run that has an output.
    """
    from ..train import Config, Run
    from .formulas import formula_outcome, train_run

    _check_names(settings, TrainingSettings)
    given: dict[str, Any] = {"operation" if isinstance(data, str) else "source": data}
    config = Config.checked(module=module, **given, **settings)
    run = _made(output, lambda directory: Run.create(directory, config))
    train_run(run, device, on_progress=on_progress, stop_requested=stop_requested)
    return formula_outcome(run)


def learn(
    task: str | None = None,
    examples: str | Path | Iterable[Example] | None = None,
    *,
    output: str | Path | None = None,
    device: str = "auto",
    on_progress: Callable[[str], None] = _silent,
    stop_requested: Callable[[], bool] = _never,
    **settings: Unpack[LearningSettings],
) -> MachineOutcome:
    """Learn a sequence task, or examples, as a machine, and extract its program.

    Examples are those of a file, or given as they are: pairs of a prompt and an answer, each a
    sequence of tokens.
    """
    from ..pntm.learn.config import SequenceConfig
    from .examples import examples_of, training_and_tests
    from .machine_run import SequenceRun, learn_run
    from .machines import machine_outcome

    _check_names(settings, LearningSettings)
    given = None
    if examples is not None and not isinstance(examples, str | Path):
        given = examples_of(examples)
        examples = "the given examples"
    named = None if examples is None else str(examples)
    config = SequenceConfig.checked(task=task, examples=named, **settings)
    training, tests = training_and_tests(config, given)
    run = _made(output, lambda directory: SequenceRun.create(directory, config, training))
    learn_run(run, tests, device, on_progress=on_progress, stop_requested=stop_requested)
    return machine_outcome(run)


def fit(
    data: Any,
    target: Any,
    *,
    names: Sequence[str] | None = None,
    sigma: Any = None,
    weights: Any = None,
    units: Units | None = None,
    truth: Any = None,
    domain: str | Sequence[str] = (),
    output: str | Path | None = None,
    on_progress: Callable[[Any, int], None] = lambda best, tried: None,
    **settings: Unpack[FittingSettings],
) -> FitOutcome:
    """The law behind data, or that none was found; with a truth, the verdict on both.

    `data` is a table of shape (rows, inputs) with its `target` (rows,), where inputs are `names`, the
    columns of a data frame, or x1, x2, …; or it is a file, whose columns are `names`, `target`, `sigma` and
    `weights`. `units` are the dimensions that have to agree in a law: exponents by column and base unit, such
    as `{"x": {"m": 1, "s": -2}, "y": {}}`, or a file of them. The truth is compared on `domain`, a text or
    several such as `"a=[1,2]"`, and else on the smallest box around all rows. `on_progress` is told the best
    equation so far and how many forms were tried.
    """
    from .fit_directory import FitSettings
    from .fits import fit_table, given_table, with_truth

    _check_names(settings, FittingSettings)
    wanted = FitSettings.checked(**settings)
    if isinstance(data, str | Path):
        from ..fit.tables import chosen_rows

        table = chosen_rows(data, target, names or (), sigma, weights, units)
    else:
        table = given_table(data, target, names, sigma, weights, units)
    outcome = with_truth(fit_table(table, wanted, truth, domain, on_progress))
    return outcome if output is None else replace(outcome, directory=outcome.save(output))


@overload
def extract(what: R) -> R: ...
@overload
def extract(what: Any) -> ExpressionOutcome: ...
def extract(what: Any) -> Outcome:
    """What a module, or a network of them, computes: an exact formula, if it has converged.

    Of a run, it is what `train` or `learn` found already.
    """
    from .outcome import RunOutcome

    if isinstance(what, RunOutcome):
        return open_run(what.run.directory)
    from .expressions import extract_module

    return extract_module(what)


@overload
def verify(
    what: R,
    truth: Any = None,
    *,
    tolerance: Tolerance | str | int | None = None,
    effort: Effort | None = None,
    as_it_runs: bool = False,
    on_progress: Callable[[str], None] = _silent,
) -> R: ...
@overload
def verify(
    what: Any,
    truth: Any,
    domain: Any,
    *,
    tolerance: Tolerance | str | int | None = None,
    effort: Effort | None = None,
    arithmetic: str | None = None,
) -> ExpressionOutcome: ...
def verify(
    what: Any,
    truth: Any = None,
    domain: Any = None,
    *,
    tolerance: Tolerance | str | int | None = None,
    effort: Effort | None = None,
    as_it_runs: bool = False,
    arithmetic: str | None = None,
    on_progress: Callable[[str], None] = _silent,
) -> Outcome:
    """The verdicts on a run; or on an expression, a formula or a module, held against a truth.

    A run has its truth and its domain; a fit may have them, or is given them, and a machine learned from
    examples may have a function as its truth, as `"tasks.py:answer"`. Otherwise `truth` is an
    expression, a formula, or a text, and `domain` a range for every input such as `"[2,6]"`, a range for
    each name, or a `Domain`. With `arithmetic`, such as `"float64"`, an expression is a program in floats.

    Example: `verify("x1*x2", "x2*x1", "[20,40]").holds("proved")`.
    """
    from ..verify import Tolerance
    from .outcome import RunOutcome

    allowed = Tolerance.parse(str(tolerance)) if isinstance(tolerance, str | int) else tolerance
    from .fits import FitOutcome, with_truth

    if isinstance(what, FitOutcome):
        if allowed is not None or as_it_runs:
            raise SettingError("a law is compared exactly; leave tolerance and as_it_runs out")
        return with_truth(what, truth, domain, effort)
    if not isinstance(what, RunOutcome):
        if truth is None or domain is None:
            raise SettingError(
                "verify needs a truth and a domain, such as verify('x1*x2', 'x2*x1', '[2,6]'); only a "
                "run has its own"
            )
        from .expressions import verify_expression

        return verify_expression(what, truth, domain, allowed or Tolerance(), effort, arithmetic)
    if arithmetic is not None:
        raise SettingError("an arithmetic is for an expression; leave it out for a run")
    from .formulas import FormulaOutcome, verify_run

    if domain is not None or (truth is not None and isinstance(what, FormulaOutcome)):
        raise SettingError("a run has its own truth and domain; leave them out")
    if isinstance(what, FormulaOutcome):
        return verify_run(what.run, allowed, effort, as_it_runs=as_it_runs, on_progress=on_progress)
    from .machines import MachineOutcome, verify_machine

    assert isinstance(what, MachineOutcome)
    if allowed is not None or as_it_runs:
        raise SettingError(
            "tolerance and as_it_runs are for formulas; leave them out for a machine"
        )
    if truth is None:
        return verify_machine(what.run, effort, on_progress=on_progress)
    from .function_truth import FunctionTruth

    with FunctionTruth(str(truth)) as function:
        return verify_machine(what.run, effort, truth=function, on_progress=on_progress)


def open_run(directory: str | Path) -> FormulaOutcome | MachineOutcome | FitOutcome:
    """A finished run with its formula or program; verdicts are for `verify` to give."""
    path = Path(directory)
    match kind_of_run(path):
        case "sequence":
            from .machine_run import SequenceRun
            from .machines import machine_outcome

            return machine_outcome(SequenceRun.open(path))
        case "fit":
            from .fits import open_fit

            return open_fit(path)
    from ..train import Run
    from .formulas import formula_outcome

    return formula_outcome(Run.open(path))


def resume(
    directory: str | Path,
    *,
    device: str = "auto",
    on_progress: Callable[[Any], None] = _silent,
    stop_requested: Callable[[], bool] = _never,
) -> FormulaOutcome | MachineOutcome | FitOutcome:
    """Go on with a run that was interrupted; a finished one, as a fit always is, is opened."""
    path = Path(directory)
    kind = kind_of_run(path)
    if kind == "sequence":
        from .examples import given_tests
        from .machine_run import SequenceRun, learn_run

        run = SequenceRun.open(path)
        tests = {} if run.finished else given_tests(run.config)
        learn_run(run, tests, device, on_progress=on_progress, stop_requested=stop_requested)
    elif kind != "fit":
        from ..train import Run
        from .formulas import train_run

        train_run(Run.open(path), device, on_progress=on_progress, stop_requested=stop_requested)
    return open_run(path)


def _made(output: str | Path | None, create: Callable[[Path], D]) -> D:
    """A new run in `output`, or in a directory that goes with the last outcome of it."""
    if output is not None:
        return create(Path(output))
    scratch = tempfile.mkdtemp(prefix="nalmx-")
    run = create(Path(scratch) / "run")
    weakref.finalize(run, shutil.rmtree, scratch, ignore_errors=True)
    return run
