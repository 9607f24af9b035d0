"""Neural arithmetic modules: trained, turned into exact formulas, and verified."""
