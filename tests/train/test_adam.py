"""Adam on a stack follows torch's own Adam."""

import pytest
import torch
from torch import nn

from nalmx.train.adam import Adam


@pytest.mark.parametrize("shapes", [[(4, 1, 2)], [(4, 1, 2), (4, 3, 2)]])
def test_it_follows_the_optimiser_of_torch(shapes):
    generator = torch.Generator().manual_seed(0)
    ours = [nn.Parameter(torch.randn(s, generator=generator, dtype=torch.float64)) for s in shapes]
    theirs = [nn.Parameter(p.detach().clone()) for p in ours]
    adam, reference = Adam(ours, 1e-2), torch.optim.Adam(theirs, 1e-2)
    for _ in range(300):
        gradients = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
        with torch.no_grad():
            adam.step(gradients)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-12)
