"""Programs: learned machines, made small enough to read."""
