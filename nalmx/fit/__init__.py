"""Laws from data: arrays in, an exact formula that holds on all of them out, or that none was found."""

from .result import ConstantFound, Equation, Fit
from .rows import Rows
from .solver import fit

__all__ = ["ConstantFound", "Equation", "Fit", "Rows", "fit"]
