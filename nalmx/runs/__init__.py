"""Runs: what was trained or learned, extracted and verified, as values and as directories.

What stands above, commands, benchmarks and reports, asks here and shows what it is told.
"""
