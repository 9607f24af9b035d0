"""Proofs of sequence machines as a forger would make them: whatever the search finds for them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from nalmx.pntm.machine import Machine
from nalmx.pntm.proofs.abstract_tapes import Unsupported, abstract_tapes_of
from nalmx.pntm.proofs.induction import gaps
from nalmx.pntm.proofs.proof import Contradiction, Proof
from nalmx.pntm.proofs.steps import Steps
from nalmx.pntm.tasks.specification import Specification


def with_what_follows(machine: Machine, specification: Specification, proof: Proof) -> Proof:
    """A proof with all multipliers that the search finds for it, though it may have gaps."""
    noted: dict[Contradiction, None] = {}
    with suppress(Unsupported):
        steps = Steps(abstract_tapes_of(machine, specification), proof.memory)
        for _ in gaps(steps, dict(proof.situations), noted=noted):
            pass
    return replace(proof, contradictions=(*proof.contradictions, *noted))
