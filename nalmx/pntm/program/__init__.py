"""Programs: what a learned machine does, as small as it can be made, readable, and as formulas."""

from .program import Program, blocks_of, extract_program, program_for

__all__ = ["Program", "blocks_of", "extract_program", "program_for"]
