"""Fixtures for the tests of the kernel and of the plugins in this repository."""

from __future__ import annotations

import pytest
from hypothesis import settings

pytest_plugins = ["kernel.testing.plugin"]

settings.register_profile("gate", derandomize=True)


def pytest_configure(config: pytest.Config) -> None:
    """Try the same examples in each run of the gate; `make test-all` goes on looking for new ones."""
    if config.getoption("markexpr") == "not long":
        settings.load_profile("gate")
