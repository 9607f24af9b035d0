"""`--export-tests`: a verified formula as a test file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingError
from ..runs.claims import CLAIMS
from ..verify import Claim, Verdict
from ._options import messages

if TYPE_CHECKING:
    from ..runs.formulas import FormulaOutcome

_ABOUT = CLAIMS["formula_truth"]


def export_claim(path: Path | None, claim: Claim, verdict: Verdict, *, quiet: bool) -> None:
    """Write the tests of an expression and its truth."""
    if path is None:
        return
    from ..report.exported_tests import exported_tests

    _write(path, lambda: exported_tests(claim, {_ABOUT: verdict}, _ABOUT), quiet)


def export_outcome(path: Path | None, outcome: FormulaOutcome, *, quiet: bool) -> None:
    """Write the tests of the formula of a run; without a formula, say that there are none."""
    if path is None:
        return
    formula, config = outcome.extraction.formula, outcome.run.config
    claim = outcome.claims.get("formula_truth")
    if formula is None or claim is None:
        missing = "formula" if formula is None else "known truth"
        messages(quiet).print(
            f"no tests were written to {path}: there is no {missing}", soft_wrap=True
        )
        return
    from ..report.exported_tests import exported_tests

    facts: Mapping[str, str] = {
        "module": f"{config.module}, seed {outcome.extraction.seed}, trained on "
        f"{config.source.trained_on}",
        "weights": f"sha256 {formula.weights_sha256}, largest snap {formula.largest_snap:.3g}",
    }
    verdicts = {CLAIMS[name]: verdict for name, verdict in outcome.verdicts.items()}
    _write(path, lambda: exported_tests(claim, verdicts, _ABOUT, facts), quiet)


def _write(path: Path, text: Callable[[], str], quiet: bool) -> None:
    from ..report.regression import NotShown

    try:
        data = text().encode()
    except NotShown as reason:
        remark = f"no tests were written to {path}: they would pass, since {reason}"
        messages(quiet).print(remark, soft_wrap=True)
        return
    try:
        with path.open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise SettingError(
            f"{path} appeared in the meantime and is never overwritten; name another file for "
            "--export-tests"
        ) from None
    except OSError as error:
        raise SettingError(f"{path} cannot be written: {error.strerror or error}") from None
    messages(quiet).print(f"tests: {path}", soft_wrap=True)
