"""Settings of the whole suite."""

import os
import tempfile

# Read by Hypothesis when it first stores something: keep that out of the checkout.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", tempfile.mkdtemp(prefix="nalmx-tests-"))
