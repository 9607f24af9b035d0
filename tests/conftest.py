"""Settings of the whole suite."""

import os
import tempfile

# Read by Hypothesis when it first stores something: keep that out of the checkout.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", tempfile.mkdtemp(prefix="nalmx-tests-"))

# Tests that run beside each other have a core each: two threads would wait for one another.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
