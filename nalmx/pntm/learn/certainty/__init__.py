"""How sure examples make a machine: rivals, what was never seen, and what to ask."""

from .assessment import ASKED, Certainty, Rival, assess
from .unseen import in_words

__all__ = ["ASKED", "Certainty", "Rival", "assess", "in_words"]
