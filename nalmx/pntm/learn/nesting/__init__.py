"""Automata of nested words by merging, from prompts with one answer token."""
