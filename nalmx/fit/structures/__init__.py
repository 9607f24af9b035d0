"""Structures that laws have, each found from rows by a test of its own, cheapest first."""
