"""Certificates: a verdict as a file that anyone can replay, without torch and without trust.

A certificate holds one claim as texts, its verdict and the evidence; a digest over all of it notices
damage. The digest is no protection against a forger, who would write a new one: `replay` establishes
everything anew from the claim (`replay.py`).
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import CertificateError, NalmxError
from ..expression import check_name, parse, to_text
from ..expression.float_program import FloatArithmetic
from ..expression.nodes import natural_order
from ..storage import canonical_json, no_file, parse_json
from .bounding.bounds import Difference, decimal_below
from .checker import check
from .domain import Domain
from .effort import Effort
from .order.proof import METHOD as BY_SIGNS
from .order.proof import Proof
from .provers import WITHOUT_POINTS
from .replaying.conditions import written_proof
from .replaying.evidence import written
from .replaying.replay import AT_A_POINT, SECONDS, Progress, Replay, Replaying
from .verdict import Claim, Level, Tolerance, Verdict

SCHEMA = 1
SEQUENCE = "sequence"  # the kind of certificates on sequence tasks (`pntm.proofs.certificate`)
LARGEST_FILE = 32 * 2**20
_MOST_INPUTS = 1_000
_MARGIN = Fraction(1, 10**12)
_LEVELS = ("proved", "bounded", "tested", "refuted", "unknown")
_PROVENANCE: dict[str, tuple[type, ...]] = {
    "source": (str, type(None)),
    "weights_sha256": (str, type(None)),
    "seed": (int, type(None)),
}
_FACTS: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "reason": (str, type(None)),
    "bound": (str, type(None)),
    "largest_difference": (str, type(None)),
    "points": (int, type(None)),
    "violating_fraction_below": (float, int, type(None)),
    "arithmetic": (str,),
}
_KEYS = {
    *("schema", "claim", "verdict", "counterexample", "evidence", "provenance", "versions"),
    *("sha256", *_FACTS),
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One claim with its verdict and the evidence for it; `data` is the content of the file."""

    claim: Claim
    data: Mapping[str, Any]

    @property
    def verdict(self) -> Level:
        level: Level = self.data["verdict"]
        return level

    @property
    def texts(self) -> dict[str, Any]:
        """The claim as it was read, in the one spelling of this package."""
        return _texts_of(self.claim)

    def to_json(self) -> dict[str, Any]:
        return dict(self.data)

    @classmethod
    def from_json(cls, data: object, where: str = "the certificate") -> Certificate:
        """Check the shape and the digest of a certificate; nothing else of it is believed."""
        if not isinstance(data, dict) or "schema" not in data:
            raise CertificateError(f"{where} is not a certificate of nalmx")
        check_schema(data, where, SCHEMA)
        try:
            _check_shape(data)
            check_digest(data, where)
            return cls(_claim(data["claim"]), data)
        except CertificateError:
            raise
        except (_Damaged, NalmxError, RecursionError) as error:
            raise CertificateError(f"{where} is damaged: {error}") from None

    def save(self, path: Path) -> None:
        """Write the certificate to a new file."""
        save_new(path, self.data)

    @classmethod
    def load(cls, path: Path) -> Certificate:
        return cls.from_json(read_certificate(path), str(path))

    def replay(self, progress: Progress = lambda step: None, seconds: float = SECONDS) -> Replay:
        """Establish the verdict again from the claim, or say why that fails."""
        start = time.perf_counter()
        replayed = Replaying(self.claim, self.data, seconds, progress).run()
        return replace(replayed, seconds=time.perf_counter() - start)


def certify(
    claim: Claim,
    effort: Effort | None = None,
    *,
    verdict: Verdict | None = None,
    source: str | None = None,
    weights_sha256: str | None = None,
    seed: int | None = None,
) -> Certificate:
    """The certificate of a claim: of `verdict` where it is given, else of what `check` says.

    The evidence is that which the verdict carries. Where there is none, since the verdict was read
    from a file, or where it speaks of the claim in another spelling than that of the certificate, the
    claim is proved or bounded again, and the certificate says what was reached.
    """
    verdict = check(claim, effort) if verdict is None else verdict
    texts = _texts_of(claim)
    try:
        spelled = _claim(texts)
    except (_Damaged, NalmxError) as error:
        raise CertificateError(f"the claim cannot be written as a certificate: {error}") from None
    if claim.arithmetic is not None and spelled.left is not claim.left:
        raise CertificateError(
            "the claim cannot be written as a certificate: its left side is no expression that is read with "
            "the same brackets; write it as a text"
        )
    if _has_evidence(verdict) and (verdict.evidence is None or spelled != claim):
        verdict = _reached(spelled, verdict, effort)
    claim = spelled
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "claim": texts,
        **_facts_of(verdict),
        "provenance": {"source": source, "weights_sha256": weights_sha256, "seed": seed},
        "versions": {
            "nalmx": __version__,
            **{name: version(name) for name in ("python-flint", "mpmath")},
            "python": platform.python_version(),
        },
    }
    return Certificate(claim, {**data, "sha256": digest_of(data)})


def _texts_of(claim: Claim) -> dict[str, Any]:
    return {
        "left": to_text(claim.left),
        "right": to_text(claim.right),
        "domain": dict(sorted(claim.domain.to_json().items(), key=lambda i: natural_order(i[0]))),
        "tolerance": str(claim.tolerance),
        **({"where_defined": True} if claim.where_defined else {}),
        **({} if claim.arithmetic is None else {"arithmetic": str(claim.arithmetic)}),
    }


def save_new(path: Path, data: Mapping[str, Any]) -> None:
    """Write a certificate to a new file."""
    text = json.dumps(data, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CertificateError(
            f"{path} exists and is never overwritten; name another file for the certificate"
        ) from None
    except OSError as error:
        raise CertificateError(f"{path} cannot be written: {error.strerror or error}") from None


def check_schema(data: Mapping[str, Any], where: str, *known: int) -> None:
    """Refuse a certificate of another schema than those that are known."""
    schema = data.get("schema")
    if schema not in known or type(schema) is not int:
        raise CertificateError(
            f"{where} has the schema {repr(schema)[:20]}, and this nalmx reads "
            f"{' and '.join(map(str, known))}; use the version that wrote it"
        )


def check_digest(data: Mapping[str, Any], where: str) -> None:
    """Refuse a certificate whose content does not have its digest."""
    if data["sha256"] != digest_of(data):
        raise CertificateError(f"{where} was altered: its content does not have its digest")


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256 of everything but the digest itself, in one canonical spelling."""
    rest = {name: value for name, value in data.items() if name != "sha256"}
    return hashlib.sha256(canonical_json(rest).encode()).hexdigest()


def _facts_of(verdict: Verdict) -> dict[str, Any]:
    given = verdict.to_json()
    facts = {name: given[name] for name in ("verdict", "counterexample", *_FACTS)}
    facts["evidence"] = {}
    if verdict.verdict == "refuted":
        facts["method"] = AT_A_POINT
    if _has_evidence(verdict):
        facts |= {"reason": None, "largest_difference": None, "evidence": _written(verdict)}
        found = verdict.evidence
        if isinstance(found, Difference) and found.suspect is not None:
            facts["largest_difference"] = decimal_below(found.largest * (1 - _MARGIN))
    return facts


def _written(verdict: Verdict) -> dict[str, Any]:
    found = verdict.evidence
    return written_proof(found) if isinstance(found, Proof) else written(found)


def _has_evidence(verdict: Verdict) -> bool:
    return verdict.arithmetic == "reals" and verdict.verdict in ("proved", "bounded")


def _reached(claim: Claim, verdict: Verdict, effort: Effort | None) -> Verdict:
    """The verdict proved or bounded again, or why it is not."""
    again = check(claim, effort, WITHOUT_POINTS)
    if _has_evidence(again):
        return again
    reason = f"the verdict was {verdict.verdict}, and a second run did not reach it"
    return Verdict.on(claim, "unknown", "none", reason=reason)


class _Damaged(Exception):
    """A part of a certificate is not what it should be."""


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise _Damaged(f"{what} is not what it should be")


def _check_shape(data: dict[str, Any]) -> None:
    _need(data.keys() == _KEYS, "the list of its entries")
    for name, kinds in _FACTS.items():
        _need(type(data[name]) in kinds, name)
    _need(isinstance(data["sha256"], str), "its digest")
    _need(data["verdict"] in _LEVELS if isinstance(data["verdict"], str) else False, "its verdict")
    for name in ("claim", "evidence", "provenance", "versions"):
        _need(isinstance(data[name], dict), name)
    _need(_fits(data["provenance"], _PROVENANCE), "provenance")
    _need(_is_texts(data["versions"]), "versions")
    example = data["counterexample"]
    if example is not None:
        _need(isinstance(example, dict) and _is_texts(example.get("point")), "counterexample")
        beyond = example.get("beyond", "")
        _need(beyond is None or _is_texts(beyond), "the other end of the counterexample")
    if data["verdict"] in ("tested", "unknown"):  # a record, which has nothing to replay
        _need(data["evidence"] == {} and example is None, "evidence")
    by_boxes = data["method"] != BY_SIGNS
    if data["verdict"] == "bounded" and data["arithmetic"] == "reals" and by_boxes:
        _need(data["evidence"].keys() == {"pieces", "largest_at"}, "evidence")
        at, pieces = data["evidence"]["largest_at"], data["evidence"]["pieces"]
        _need(at is None or _is_texts(at), "the point of the largest difference")
        _need(isinstance(pieces, list) and all(map(_is_piece, pieces)), "a piece of the evidence")


def _is_piece(piece: object) -> bool:
    cuts = piece.get("cuts") if isinstance(piece, dict) else None
    return isinstance(cuts, list) and all(isinstance(text, str) for text in cuts)


def _fits(data: dict[str, Any], kinds: Mapping[str, tuple[type, ...]]) -> bool:
    return data.keys() == kinds.keys() and all(type(data[n]) in kinds[n] for n in kinds)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _claim(texts: Mapping[str, Any]) -> Claim:
    optional = {"where_defined", "arithmetic"}
    _need(texts.keys() - optional == {"left", "right", "domain", "tolerance"}, "the claim")
    _need(texts.get("where_defined", True) is True, "the claim")
    spelled = ("left", "right", "tolerance", *(optional - {"where_defined"} & texts.keys()))
    _need(all(isinstance(texts[n], str) for n in spelled), "the claim")
    domain = texts["domain"]
    _need(_is_texts(domain) and len(domain) <= _MOST_INPUTS, "the domain")
    names = sorted(map(check_name, domain), key=natural_order)
    floats = FloatArithmetic.parse(texts.get("arithmetic", "reals"))
    left = parse(texts["left"], in_order=floats is not None)
    right, tolerance = parse(texts["right"]), Tolerance.parse(texts["tolerance"])
    where = Domain.from_json(domain, names)
    return Claim(left, right, where, tolerance, "where_defined" in texts, floats)


def read_certificate(path: Path) -> Any:
    """The content of a file that should be a certificate."""
    try:
        if not path.is_file():
            raise CertificateError(no_file(path))
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CertificateError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > LARGEST_FILE:
        raise CertificateError(
            f"{path} is larger than {LARGEST_FILE // 2**20} MB; no certificate is that large"
        )
    try:
        return parse_json(content)
    except ValueError as error:
        raise CertificateError(f"{path} is damaged: it is not JSON ({error})") from None
