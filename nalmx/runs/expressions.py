"""Verdicts on what no run stands behind: expressions, formulas, and modules as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ExtractionError, SettingError
from ..expression.float_program import FloatArithmetic
from ..extract.formula import Formula
from ..run_directory import new_directory
from ..storage import write_json
from ..verify import Claim, Effort, Tolerance, Verdict, check
from .claims import network_claims
from .outcome import Outcome
from .saved_verdicts import save_verdicts

if TYPE_CHECKING:
    from ..verify.certificate import Certificate


@dataclass(frozen=True, slots=True, repr=False)
class ExpressionOutcome(Outcome):
    """A formula, the network it was extracted from if there is one, and the verdicts on both."""

    formula: Formula
    network: Formula | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)

    @classmethod
    def of(cls, claim: Claim, verdict: Verdict) -> ExpressionOutcome:
        """The outcome of one claim, whose left side is the formula."""
        formula = Formula(claim.domain.names, (claim.left,), "", "")
        return cls(formula, None, {"formula_truth": verdict}, {"formula_truth": claim})

    @property
    def found(self) -> Formula:
        return self.formula

    @property
    def verdict(self) -> Verdict:
        """The verdict on formula and truth."""
        return self.verdicts["formula_truth"]

    @property
    def facts(self) -> dict[str, str]:
        """Where the formula comes from, in a few words."""
        return {}

    @property
    def uncertified(self) -> None:
        return None

    def certificates(self) -> Iterator[tuple[str, Callable[[], Certificate]]]:
        from ..verify.certificate import certify

        for name, claim in self.claims.items():
            yield name, partial(certify, claim, verdict=self.verdicts[name])

    def save(self, directory: str | Path) -> Path:
        """Write the formula and the verdicts, with a certificate of each, into a new directory."""
        kept = Path(directory)
        new_directory(kept, lambda: write_json(kept / "formula.json", self.formula.to_json()))
        save_verdicts(kept / "verdicts.json", self.verdict_records())
        list(self.save_certificates(kept))
        return kept


def extract_module(module: Any) -> ExpressionOutcome:
    """The formula of a module or a network that has converged, and the network as trained."""
    from torch import nn

    from ..extract import extract_network, network_as_trained

    if not isinstance(module, nn.Module):
        raise ExtractionError(
            f"a {type(module).__name__} has no formula to extract; give a module, a network of modules, "
            "or a run of train or learn"
        )
    return ExpressionOutcome(extract_network(module), network_as_trained(module))


def verify_expression(
    what: Any,
    truth: Any,
    domain: Any,
    tolerance: Tolerance | str | int = "0",
    effort: Effort | None = None,
    arithmetic: FloatArithmetic | str | None = None,
) -> ExpressionOutcome:
    """Compare an expression, a formula, a module or what was extracted from one with the truth."""
    known = what if isinstance(what, ExpressionOutcome) else None
    left = what if known is None else known.formula
    claim = Claim.of(left, truth, domain, tolerance, arithmetic=arithmetic)
    if known is not None and arithmetic is not None:
        raise SettingError("an arithmetic is for an expression; leave it out, or give the formula")
    if known is None or known.network is None:
        return ExpressionOutcome.of(claim, check(claim, effort))
    (network,) = known.network.outputs
    claims = network_claims(network, claim.left, claim.right, claim.domain, claim.tolerance)
    verdicts = {name: check(one, effort) for name, one in claims.items()}
    return replace(known, verdicts=verdicts, claims=claims)
