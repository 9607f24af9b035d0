"""Evidence for verdicts on disk, and what replays it."""
