"""A certificate on a page: its claim, and what its replay established."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...expression.mathml import mathml
from ...markup import Markup, element
from ...ranges import Interval, Range
from ...rationals import parse_rational
from ...verify import Claim, Domain
from ...verify.certificate import Certificate
from ..command_lines import claim_words
from ..sentences import domain_text
from .charts import ranges_picture
from .parts import Chapter, command, download, section
from .verdicts import card, legend

if TYPE_CHECKING:
    from ...pntm.proofs.certificate import SequenceCertificate
    from ...verify.replaying.replay import Replay


def certificate_part(
    path: Path, certificate: Certificate | SequenceCertificate, replay: Replay
) -> Chapter:
    """What is claimed, and the verdict where it was established again; nothing else of the file."""
    word = str(replay.verdict) if replay.established else "unknown"
    steps = [element("li", f"✓ {step}") for step in replay.steps]
    if replay.reason is not None:
        steps.append(element("li", f"✗ {replay.reason}"))
    said = "Established again" if replay.established else "Not established by its replay"
    held = element("p", download(path.name, path.read_bytes(), "certificate"))
    parts = [element("p", f"{said}:"), element("ul", *steps), held]
    again = [shlex.join(["nalmx", "verify", "certificate", str(path)])]
    if isinstance(certificate, Certificate):
        sections = [_claim(certificate, replay)]
        again += [shlex.join(claim_words(one)) for one in _claims(certificate, replay)]
    else:
        task = certificate.task
        answer = (
            f"The machine in the certificate answers every prompt as {task.name}: {task.summary}."
        )
        sections = [section("Claim", element("p", answer))]
    sections.append(section("Verdict", card("the claim", word, word, parts), legend()))
    sections.append(section("Repeat it", *map(command, again)))
    return Chapter(f"{path.name}: {word}", sections)


def _claim(certificate: Certificate, replay: Replay) -> Markup:
    claim, texts = certificate.claim, certificate.texts
    sides = (
        element("div", mathml(side), class_="formula scroll") for side in (claim.left, claim.right)
    )
    within = "" if claim.tolerance.kind == "exact" else f" within {claim.tolerance}"
    where = domain_text(texts["domain"]) or "constants"
    lines = [f"The two sides are equal{within} for all real {where}."]
    if replay.established and replay.verdict == "bounded":
        lines.append(f"They are at most {certificate.data['bound']} apart.")
    picture = ranges_picture(None, claim.domain.ranges)
    return section("Claim", *sides, *(element("p", line) for line in lines), picture)


def _claims(certificate: Certificate, replay: Replay) -> list[Claim]:
    """The claim, and the same at the counterexample alone where it was judged again."""
    claim, example = certificate.claim, certificate.data["counterexample"]
    if not (replay.established and replay.verdict == "refuted" and example):
        return [claim]
    return [claim, replace(claim, domain=_around(example))]


def _around(example: Mapping[str, Any]) -> Domain:
    ends = [
        {name: parse_rational(text) for name, text in point.items()}
        for point in (example["point"], example["beyond"] or example["point"])
    ]
    ranges = {}
    for name, value in ends[0].items():
        pair = [one for one in (value, ends[1].get(name)) if one is not None]
        ranges[name] = Range((Interval(min(pair), max(pair)),))
    return Domain(ranges)
