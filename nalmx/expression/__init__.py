"""Expressions: parse, hold, evaluate exactly or in balls, and write as text."""

from .exact import IRRATIONAL, Undefined, evaluate
from .names import check_name
from .nodes import Apply, Constant, Expression, Number, Truth, Variable, fold, variables
from .operations import sort_of
from .parser import parse
from .readings import remarks
from .text import to_text

__all__ = [
    "IRRATIONAL",
    "Apply",
    "Constant",
    "Expression",
    "Number",
    "Truth",
    "Undefined",
    "Variable",
    "check_name",
    "evaluate",
    "fold",
    "parse",
    "remarks",
    "sort_of",
    "to_text",
    "variables",
]
