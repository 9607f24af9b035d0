"""The checker of proofs, which shares nothing with the search for them but the form of a proof."""

from .checker import check_proof

__all__ = ["check_proof"]
