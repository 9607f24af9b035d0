"""The pytest plugin: the fixture `assert_equivalent`. pytest loads this file and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .verify import Verdict

# Tests that are inherited say as much as one's own when they fail.
pytest.register_assert_rewrite("nalmx.testing.contract")


@pytest.fixture(scope="session")
def assert_equivalent() -> Callable[..., Verdict]:
    """`nalmx.testing.assert_equivalent`, which is loaded by the first test that asks for it."""
    from . import testing

    return testing.assert_equivalent
