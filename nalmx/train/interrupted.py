"""How a training says that it was stopped."""

from __future__ import annotations


class Interrupted(Exception):
    """Training was stopped on request, after its state was saved."""

    def __init__(self, iteration: int) -> None:
        super().__init__(f"interrupted at iteration {iteration}")
        self.iteration = iteration
