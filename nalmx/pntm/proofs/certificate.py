"""Certificates of what a machine answers: the machine, the verdict, and a proof that is replayed.

The file holds everything but the truth, which is the task of this name. A replay checks the proof
step by step, or answers the counterexample; nothing the file says is believed. What was shown by
answering every prompt up to a length is shown by answering them again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from ...clock import move_on_after
from ...errors import CertificateError, NalmxError, OwnNameError
from ...storage import same_json
from ...verify.certificate import SEQUENCE, check_digest, check_schema, digest_of, save_new
from ...verify.effort import late
from ...verify.replaying.replay import SECONDS, Replay
from ..machine import Machine
from ..tasks import SequenceTask, sequence_task
from .answers import Comparison, Enumerated, enumerated, truth_of
from .checking import check_proof
from .finite import decided
from .induction import completed
from .place_value import computes
from .proof import Gap
from .proof_json import proof_from_json, proof_to_json
from .verdict import SequenceVerdict

SCHEMA = 2
_WITHOUT_MULTIPLIERS = 1
_LEVELS = ("proved", "proved up to length", "tested", "refuted", "unknown")
_KEYS = {
    *("schema", "kind", "task", "machine", "verdict", "proof", "counterexample", "longest"),
    *("provenance", "versions", "sha256"),
}


@dataclass(frozen=True, slots=True)
class SequenceCertificate:
    """One claim, that a machine answers as a task says; `data` is the content of the file."""

    task: SequenceTask
    machine: Machine
    data: Mapping[str, Any]

    @classmethod
    def of(
        cls, machine: Machine, task: SequenceTask, found: SequenceVerdict, source: str
    ) -> SequenceCertificate:
        """The certificate of a verdict; `source` says where the machine comes from."""
        verdict = found.to_json()
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "kind": SEQUENCE,
            "task": task.name,
            "machine": machine.to_json(),
            "verdict": verdict["verdict"],
            "proof": None if found.evidence is None else proof_to_json(found.evidence),
            "counterexample": verdict["counterexample"],
            "longest": verdict["longest"],
            "provenance": {"source": source},
            "versions": {"nalmx": __version__},
        }
        return cls(task, machine, {**data, "sha256": digest_of(data)})

    @classmethod
    def from_json(cls, data: Any, where: str) -> SequenceCertificate:
        """Check the shape and the digest of a certificate; nothing else of it is believed."""
        if not isinstance(data, dict) or data.get("kind") != SEQUENCE:
            raise CertificateError(f"{where} is not a certificate of a sequence task")
        check_schema(data, where, _WITHOUT_MULTIPLIERS, SCHEMA)
        if data.keys() != _KEYS or data["verdict"] not in _LEVELS:
            raise CertificateError(f"{where} is damaged: its entries are not what they should be")
        check_digest(data, where)
        try:
            if not isinstance(data["task"], str):
                raise CertificateError("its task is no name")
            return cls(sequence_task(data["task"]), Machine.from_json(data["machine"]), data)
        except OwnNameError:
            raise
        except NalmxError as error:
            raise CertificateError(f"{where} is damaged: {error}") from None

    def save(self, path: Path) -> None:
        """Write the certificate to a new file."""
        save_new(path, self.data)

    def replay(
        self, progress: Callable[[str], None] = lambda step: None, seconds: float = SECONDS
    ) -> Replay:
        """Establish the verdict again from the machine and the task, or say why that fails."""
        began = time.perf_counter()
        steps: tuple[str, ...] = ()
        reason: str | None = late(seconds)
        with move_on_after(seconds):
            steps, reason = self._replayed(progress)
        return Replay(
            self.data["verdict"],
            reason is None,
            steps,
            reason,
            seconds=time.perf_counter() - began,
        )

    def _replayed(self, progress: Callable[[str], None]) -> tuple[tuple[str, ...], str | None]:
        match self.data["verdict"]:
            case "proved":
                return self._proof(progress)
            case "refuted":
                return self._counterexample()
            case "proved up to length":
                return self._enumeration(progress)
            case level:
                return (), f"{level} is no verdict that can be replayed"

    def _proof(self, progress: Callable[[str], None]) -> tuple[tuple[str, ...], str | None]:
        specification, data = self.task.specification, self.data["proof"]
        if data is None and decided(self.machine, specification) is True:
            return (
                "the machine and the task are finite automata, and in every pair of states that a "
                "prompt leads to they say the same",
            ), None
        if specification is None or data is None:
            return (), "it holds no proof"
        by = "the multipliers in the file"
        proof = proof_from_json(data, multipliers=self.data["schema"] == SCHEMA)
        gap: Gap | None = None
        if self.data["schema"] != SCHEMA:
            by = "multipliers that were looked for, since the file is of the first schema"
            progress(f"looking for {by.split()[0]}")
            found = completed(self.machine, specification, proof)
            proof, gap = (proof, found) if isinstance(found, Gap) else (found, None)
        progress("checking the proof")
        gap = gap or check_proof(self.machine, specification, proof)
        if gap is not None:
            return (), f"the proof has a gap: {gap.reason}"
        steps = [
            "in every situation that can be reached, what the machine says is what is specified",
            f"its linear invariants follow from those of the situations before, by {by}",
        ]
        if specification.place_value is not None:
            if not computes(specification):
                return tuple(steps), "the columns of the specification do not add up"
            steps.append("every column keeps its value, so the digits are those of the number")
        return tuple(steps), None

    def _counterexample(self) -> tuple[tuple[str, ...], str | None]:
        try:
            prompt = tuple(self.data["counterexample"]["prompt"])
            if not same_json(list(prompt), self.data["counterexample"]["prompt"]):
                raise TypeError
            if not all(isinstance(token, str) for token in prompt):
                raise TypeError
            if not self.task.is_prompt(prompt):
                return (), "its prompt is none of the task"
            wrong = Comparison(self.machine, truth_of(self.task)).wrong([prompt])
        except NalmxError as error:
            return (), str(error)
        except (KeyError, TypeError, ValueError, IndexError):
            return (), "its counterexample cannot be read"
        if wrong is None:
            return (), "the machine answers its counterexample as the task says"
        return (f"the machine answers a prompt of {len(prompt):,} tokens wrongly",), None

    def _enumeration(self, progress: Callable[[str], None]) -> tuple[tuple[str, ...], str | None]:
        longest = self.data["longest"]
        if type(longest) is not int or not 1 <= longest <= 1_000:
            return (), "it does not say up to which length"
        found: Enumerated = enumerated(
            Comparison(self.machine, truth_of(self.task)),
            self.task,
            sys.maxsize,
            shorter_than=longest + 1,
            tell=progress,
        )
        if found.wrong is not None:
            return (), f"the machine answers {' '.join(found.wrong.prompt)[:60]!r} wrongly"
        if found.longest < longest:
            return (), f"there was time for all prompts of up to {found.longest} tokens only"
        return (
            f"all {found.prompts:,} prompts of up to {longest} tokens are answered rightly",
        ), None
