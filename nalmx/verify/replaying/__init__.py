"""A second interval arithmetic, and the replay of certificates with it."""
