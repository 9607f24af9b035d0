"""What runs of both kinds come to: what was found, and the verdicts on it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NoTruthValue
from ..exit_codes import HOLDS, NOT_ESTABLISHED, REFUTED

if TYPE_CHECKING:
    from ..pntm.proofs.verdict import SequenceVerdict
    from ..verify import Level, Verdict


class Outcome(NoTruthValue):
    """A run with what was found in it and the verdicts on that; nothing is established of nothing."""

    __slots__ = ()
    _ask = "outcome.exit_code('tested') == 0"

    @property
    @abstractmethod
    def found(self) -> object | None:
        """The formula or the program, if there is one."""

    @property
    @abstractmethod
    def verdicts(self) -> Mapping[str, Verdict] | Mapping[str, SequenceVerdict]:
        """A verdict for each claim about what was found."""

    def exit_code(self, require: Level) -> int:
        """That of the worst verdict at a level."""
        codes = [verdict.exit_code(require) for verdict in self.verdicts.values()]
        if REFUTED in codes:
            return REFUTED
        whole = self.found is not None and codes and NOT_ESTABLISHED not in codes
        return HOLDS if whole else NOT_ESTABLISHED

    def verdict_records(self) -> dict[str, dict[str, Any]]:
        """The verdicts as they are saved."""
        return {name: verdict.to_json() for name, verdict in self.verdicts.items()}
