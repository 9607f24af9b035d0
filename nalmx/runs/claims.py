"""The claims about what a run found: model against formula or program, and both against the truth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ..expression import Expression
from ..verify import Claim, Domain, Tolerance

CLAIMS = {
    "model_formula": "model ↔ formula",
    "discretised_formula": "discretised ↔ formula",
    "formula_truth": "formula ↔ truth",
    "model_truth": "model ↔ truth",
    "running_formula": "model as it runs ↔ formula",
    "model_program": "model ↔ program",
    "program_truth": "program ↔ truth",
    "model_function": "model ↔ function",
    "program_function": "program ↔ function",
}
# Verdicts that rest on a file of the user's own, which is no part of a run.
OF_FUNCTIONS = ("model_function", "program_function")
OF_NETWORKS = ("model_formula", "formula_truth", "model_truth")  # of every network with a formula


def certificate_path(directory: Path, claim: str) -> Path:
    """Where the certificate of a claim about a run lies."""
    return directory / f"certificate-{claim.replace('_', '-')}.json"


def network_claims(
    network: Expression,
    formula: Expression,
    truth: Expression | None,
    domain: Domain,
    network_tolerance: Tolerance,
    discretised: Expression | None = None,
) -> dict[str, Claim]:
    """Network = formula, formula = truth and network = truth, on one domain.

    Where an ε was dropped, `discretised` is the network on its grid with every ε kept, and that
    it equals the formula, within the tolerance, is a claim of its own. Without a truth there are no
    claims on it.

    The network is the function of its weights taken exactly. Weights of float32 rarely reach
    their grid exactly, so the two claims about the network carry a tolerance; a `proved` among them
    means equality all the same. Formula = truth is always claimed exactly.
    """
    claims = {"model_formula": Claim(network, formula, domain, network_tolerance)}
    if discretised is not None:
        claims["discretised_formula"] = Claim(discretised, formula, domain, network_tolerance)
    if truth is not None:
        claims["formula_truth"] = Claim(formula, truth, domain)
        claims["model_truth"] = Claim(network, truth, domain, network_tolerance)
    return claims


def rounded_up(size: Fraction) -> Fraction:
    """The next larger number with two significant digits, for a tolerance that reads well."""
    scale = Fraction(1)
    while size * scale < 10:
        scale *= 10
    while size * scale >= 100:
        scale /= 10
    return Fraction(-(-size * scale // 1)) / scale
