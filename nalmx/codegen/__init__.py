"""Loops that are generated and compiled: source text, its cache, and the functions that loops call."""
