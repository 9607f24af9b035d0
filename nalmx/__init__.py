"""Neural arithmetic modules: trained, turned into exact formulas, and verified."""

__version__ = "0.1.0"
