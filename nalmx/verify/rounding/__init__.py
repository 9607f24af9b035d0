"""Floating point: a rigorous bound on the rounding of what a network computes."""
