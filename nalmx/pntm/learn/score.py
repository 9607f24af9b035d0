"""How many examples a machine answers exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...errors import NoTruthValue
from ...train.interrupted import Interrupted
from ..machine import Machine
from ..tasks import Example, Tokens

_BATCH = 500  # examples between two looks at whether to stop
_MOST_ANSWERS = 30


@dataclass(frozen=True, slots=True)
class Score(NoTruthValue):
    """Examples, those answered exactly, and those with tokens that the machine does not know."""

    _ask = "score.right == score.sequences"

    name: str
    sequences: int
    right: int
    unseen: int = 0

    @property
    def accuracy(self) -> float:
        return self.right / self.sequences

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Score:
        """A score of `to_json`; anything else is a `ValueError`, a `TypeError` or a `KeyError`."""
        counts = [data["sequences"], data["right"], data["unseen"]]
        sequences, right, unseen = counts
        whole = all(isinstance(count, int) and not isinstance(count, bool) for count in counts)
        if not isinstance(data["name"], str) or not whole:
            raise TypeError
        if not (0 <= right <= sequences - unseen and unseen >= 0 and sequences >= 1):
            raise ValueError
        return cls(data["name"], sequences, right, unseen)


def score(
    name: str,
    machine: Machine,
    examples: Sequence[Example],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Score:
    """Decode every example; one with a token never seen in training counts as wrong.

    Raises `Interrupted` once `stop_requested()` is true.
    """
    # Numba comes with it; whatever is wrong with the input is said without.
    from ..batch import decode_batch

    prompts, answers = set(machine.vocabulary.prompt), set(machine.vocabulary.answer)
    right = unseen = 0
    for begin in range(0, len(examples), _BATCH):
        if stop_requested():
            raise Interrupted(begin)
        batch = examples[begin : begin + _BATCH]
        known = [e for e in batch if prompts.issuperset(e.prompt) and answers.issuperset(e.answer)]
        unseen += len(batch) - len(known)
        said = decode_batch(machine, [e.prompt for e in known], [len(e.answer) for e in known])
        right += sum(own == e.answer for own, e in zip(said, known, strict=True))
    return Score(name, len(examples), right, unseen)


def scores_by_answer(machine: Machine, examples: Sequence[Example]) -> list[Score]:
    """A score for each answer, where all are single tokens, and several but not many; else none."""
    groups: dict[Tokens, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.answer, []).append(example)
    if not 1 < len(groups) <= _MOST_ANSWERS or any(len(answer) != 1 for answer in groups):
        return []
    return [score(answer[0], machine, groups[answer]) for answer in sorted(groups)]
