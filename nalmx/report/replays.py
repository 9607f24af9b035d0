"""The replay of a certificate as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from ..verify.certificate import Certificate
from ..verify.replaying.replay import Replay
from .sentences import domain_text

if TYPE_CHECKING:
    from ..pntm.proofs.certificate import SequenceCertificate

_LONGEST = 120


def replay_lines(certificate: Certificate, replay: Replay) -> Iterator[Text]:
    """Whether a certificate was established again, what was replayed, and what was not."""
    bounded = replay.established and replay.verdict == "bounded"
    texts = certificate.texts
    domain = domain_text(texts["domain"])
    yield from _replayed(
        replay,
        f", at most {certificate.data['bound']} apart" if bounded else "",
        f"left  = {_short(texts['left'])}",
        f"right = {_short(texts['right'])}",
        f"for all real {domain}" if domain else "for constants",
        *([] if texts["tolerance"] == "0" else [f"tolerance {texts['tolerance']}"]),
    )


def sequence_replay_lines(certificate: SequenceCertificate, replay: Replay) -> Iterator[Text]:
    """Whether the certificate of a machine was established again, and what was replayed."""
    yield from _replayed(
        replay,
        "",
        f"a machine with tapes: {certificate.machine.tapes}; it answers as {certificate.task.name}",
        f"that is: {certificate.task.summary}",
    )


def _replayed(replay: Replay, within: str, *facts: str) -> Iterator[Text]:
    word = "established" if replay.established else "not established"
    style = "bold green" if replay.established else "bold red"
    yield Text.assemble((word, style), f": {replay.verdict}", within)
    for fact in facts:
        yield Text(f"  {fact}")
    for step in replay.steps:
        yield Text(f"  ✓ {step}")
    if replay.reason is not None:
        yield Text(f"  ✗ {replay.reason}")
    yield Text(f"  {replay.seconds:.2f} s", style="dim")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
