"""Hypothesis: where to look for a counterexample, and the search for it."""
