"""Two ways to compute the same: outputs and gradients side by side."""

import torch

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}
LENGTHS = (1, 2, 7, 16, 17, 255, 1024, 4096)


def outputs_and_gradients(function, inputs, direction):
    """The output and its gradients along `direction`; what is not used has gradient 0."""
    leaves = [None if x is None else x.clone().requires_grad_() for x in inputs]
    output = function(*leaves)
    output.backward(direction(output))
    gradients = [torch.zeros_like(x) if x.grad is None else x.grad for x in leaves if x is not None]
    return [output.detach(), *gradients]


def assert_agreement(sequential, parallel, inputs):
    """In both precisions, parallel steps are as near to exact ones as the tolerance says."""
    fixed = {}

    def direction(output):
        if not fixed:
            generator = torch.Generator().manual_seed(1)
            fixed[0] = torch.randn(output.shape, dtype=torch.float64, generator=generator)
        return fixed[0].to(output.dtype)

    # Inputs that float32 holds exactly, so that both precisions are given the same numbers.
    inputs = [None if x is None else x.float().double() for x in inputs]
    exact = outputs_and_gradients(sequential, inputs, direction)
    for dtype, tolerance in TOLERANCE.items():
        given = [None if x is None else x.to(dtype) for x in inputs]
        found = outputs_and_gradients(parallel, given, direction)
        for a, b in zip(exact, found, strict=True):
            assert b.isfinite().all()
            error = (a - b).abs().max()
            assert error <= tolerance * max(1.0, float(a.abs().max())), (dtype, float(error))
