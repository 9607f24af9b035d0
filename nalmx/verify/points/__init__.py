"""Points that claims are tried at: where a function may change, and the numbers next to a number."""
