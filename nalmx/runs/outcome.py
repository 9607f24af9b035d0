"""What was found, and the verdicts on it: of runs of both kinds, and of expressions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CertificateError, NoTruthValue
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED
from ..run_directory import RunDirectory
from ..showing import Shown
from .claims import CLAIMS, OF_FUNCTIONS, certificate_path
from .saved_verdicts import check_saved_verdicts, save_verdicts

if TYPE_CHECKING:
    from ..pntm.proofs.certificate import SequenceCertificate
    from ..pntm.proofs.verdict import SequenceVerdict
    from ..verify import Level, Verdict
    from ..verify.certificate import Certificate


class Outcome(NoTruthValue, Shown):
    """What was found and the verdicts on it; nothing is established of nothing."""

    __slots__ = ()
    _ask = "outcome.holds('tested')"

    @property
    @abstractmethod
    def found(self) -> object | None:
        """The formula or the program, if there is one."""

    @property
    @abstractmethod
    def verdicts(self) -> Mapping[str, Verdict] | Mapping[str, SequenceVerdict]:
        """A verdict for each claim about what was found."""

    @property
    @abstractmethod
    def uncertified(self) -> str | None:
        """Why there can be no certificates, if so."""

    @abstractmethod
    def certificates(
        self,
    ) -> Iterator[tuple[str, Callable[[], Certificate | SequenceCertificate]]]:
        """The name of each claim that may have a certificate, and what makes it."""

    def exit_code(self, require: Level) -> int:
        """That of the worst verdict at a level."""
        codes = [verdict.exit_code(require) for verdict in self.verdicts.values()]
        if REFUTED in codes:
            return REFUTED
        whole = self.found is not None and codes and NOT_ESTABLISHED not in codes
        return HOLDS if whole else NOT_ESTABLISHED

    def holds(self, require: Level) -> bool:
        """Whether every claim holds at a level, and there is one."""
        return self.exit_code(require) == HOLDS

    def verdict_records(self) -> dict[str, dict[str, Any]]:
        """The verdicts as they are saved."""
        return {name: verdict.to_json() for name, verdict in self.verdicts.items()}

    def save_certificates(
        self, directory: Path, on_progress: Callable[[str], None] = lambda doing: None
    ) -> Iterator[tuple[str, Path | str]]:
        """Write a certificate of each claim, and give its path; or the reason why there is none."""
        for name, made in self.certificates():
            on_progress(f"writing the certificate of {CLAIMS[name]}")
            path = certificate_path(directory, name)
            try:
                made().save(path)
                yield name, path
            except CertificateError as error:
                yield name, str(error)


class RunOutcome(Outcome):
    """What a run on disk came to."""

    __slots__ = ()

    run: RunDirectory

    def save(self, directory: str | Path | None = None) -> Path:
        """Keep the verdicts with the run, in its own directory or in a copy of it, a new one."""
        kept = self.run.directory if directory is None else self.run.save(directory)
        if self.verdicts:
            own = {n: v for n, v in self.verdict_records().items() if n not in OF_FUNCTIONS}
            save_verdicts(kept / "verdicts.json", own)
        return kept

    def check_saved(self) -> None:
        """Refuse verdicts on disk that say something else, with a `RunError`."""
        check_saved_verdicts(self.run.path("verdicts.json"), self.verdict_records())
