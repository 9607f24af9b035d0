"""Branch and bound on the difference of two sides."""
