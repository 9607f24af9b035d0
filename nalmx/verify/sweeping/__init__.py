"""Sweeps over random points, and over every float of a range, in compiled loops."""
