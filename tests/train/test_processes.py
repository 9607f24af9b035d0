"""The same seed gives the same result in a process that compiles its loop and in one that loads it."""

import os
import subprocess
import sys

import pytest

TRAINING = """
import hashlib, sys, torch
from pathlib import Path
from nalmx.train import Config, Run, fit, trained_stack
torch.set_num_threads(1)
config = Config.checked(module="npu", operation="div", seeds=2, iterations=500)
run = Run.create(Path(sys.argv[1]), config)
fit(run, torch.device("cpu"))
values = b"".join(p.detach().numpy().tobytes() for p in trained_stack(run).parameters())
print(hashlib.sha256(values).hexdigest())
"""


@pytest.mark.slow
def test_a_training_does_not_depend_on_what_was_compiled_before(tmp_path):
    found = set()
    for seed in ("0", "1"):
        # SymPy's sets have another order in each of the two processes.
        own = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", TRAINING, str(tmp_path / seed)]
        done = subprocess.run(
            command, env=os.environ | own, check=True, capture_output=True, text=True
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(list(tmp_path.glob("nalmx/kernels/npu_*.py"))) == 1
