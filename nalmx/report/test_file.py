"""A verified formula as a test file of its own, written where there is none yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingError
from ..runs.claims import CLAIMS
from .exported_tests import exported_tests
from .regression import NotShown

if TYPE_CHECKING:
    from ..runs.expressions import ExpressionOutcome
    from ..runs.fits import FitOutcome
    from ..runs.formulas import FormulaOutcome


def write_tests(path: Path, outcome: FormulaOutcome | ExpressionOutcome | FitOutcome) -> str:
    """Write the tests of a formula and its truth, and say so; or why there are none."""
    claim = outcome.claims.get("formula_truth")
    if claim is None:
        missing = "formula" if outcome.formula is None else "known truth"
        return f"no tests were written to {path}: there is no {missing}"
    verdicts = {CLAIMS[name]: verdict for name, verdict in outcome.verdicts.items()}
    try:
        text = exported_tests(claim, verdicts, CLAIMS["formula_truth"], outcome.facts)
    except NotShown as reason:
        return f"no tests were written to {path}: they would pass, since {reason}"
    try:
        with path.open("xb") as file:
            try:
                file.write(text.encode())
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
    return f"tests: {path}"
