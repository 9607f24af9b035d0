"""Sweeps over random points, and over every float32 of a range, in compiled loops."""
