"""Transducers from examples: a tree of prompts, whose nodes are merged into states."""
