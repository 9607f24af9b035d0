"""Modules with weights that a test sets."""

import torch

from nalmx.models import NSR


def weighted(kind, *rows):
    module = kind(len(rows[0]), len(rows))
    module.raw_weight.data = torch.tensor(rows)
    return module


def comparing(sign, zero, shift, inputs=2):
    """A register that compares the first two of its inputs."""
    module = NSR(inputs, 1)
    module.first_choice.data = torch.full((1, inputs), -20.0)
    module.second_choice.data = torch.full((1, inputs), -20.0)
    module.first_choice.data[0, 0] = module.second_choice.data[0, 1] = 20.0
    for name, value in (("sign", sign), ("zero", zero)):
        module.get_parameter(f"raw_{name}_scale").data.fill_(value)
    module.raw_shift.data.fill_(shift)
    return module
