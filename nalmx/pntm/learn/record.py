"""What is kept of a certainty: numbers and texts, without the rivals themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..machine import Machine
from ..tasks import Tokens

if TYPE_CHECKING:
    from .certainty import Certainty, Rival


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A rival in words, and a prompt to which it says something else than the machine."""

    rival: str
    prompt: Tokens
    says: Tokens
    machine_says: Tokens

    @classmethod
    def of(cls, rival: Rival) -> Disagreement:
        return cls(rival.words, rival.prompt, rival.says, rival.machine_says)


@dataclass(frozen=True, slots=True)
class CertaintyRecord:
    """How many rivals fit, the one with the shortest prompt, what was never seen, and what to ask."""

    rivals: int = 0
    difference: Disagreement | None = None
    unseen: tuple[str, ...] = ()
    implied: int = 0
    ask: tuple[Tokens, ...] = ()

    @classmethod
    def of(cls, machine: Machine, certainty: Certainty) -> CertaintyRecord:
        from .certainty import in_words

        rivals = certainty.rivals
        unseen = tuple(
            f"{in_words(machine, one)}; as for {' '.join(prompt)}"
            for one, prompt in certainty.unseen
        )
        first = Disagreement.of(rivals[0]) if rivals else None
        return cls(len(rivals), first, unseen, certainty.implied, certainty.ask)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> CertaintyRecord:
        """A record of `to_json`; anything else is a `ValueError`, a `TypeError` or a `KeyError`."""
        counts = [data["rivals"], data["implied"]]
        if not all(type(count) is int and count >= 0 for count in counts):
            raise ValueError
        first = data["difference"]
        return cls(
            counts[0],
            None
            if first is None
            else Disagreement(
                _texts([first["rival"]])[0],
                *(_texts(first[name]) for name in ("prompt", "says", "machine_says")),
            ),
            _texts(data["unseen"]),
            counts[1],
            tuple(_texts(prompt) for prompt in data["ask"]),
        )


def _texts(data: Any) -> tuple[str, ...]:
    if not isinstance(data, list | tuple) or not all(isinstance(text, str) for text in data):
        raise TypeError
    return tuple(data)
