"""Fixtures for the tests of the kernel and of the plugins in this repository."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["kernel.testing.plugin"]

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile(
    "gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

LONGEST = (
    "browser/test_components.py",
    "leaks/test_corpus.py",
    "lifecycle/test_sites.py",
    "lifecycle/test_outside.py",
    "administration/test_demo.py",
    "cli/test_demo.py",
    "administration/test_user_fields.py",
    "outside/test_conformance.py",
    "club/tests/test_conformance.py",
    "sales/tests/test_conformance.py",
    "projects/tests/test_conformance.py",
    "medical/tests/test_conformance.py",
    "editions/test_matrix.py",
    "lifecycle/backup/test_round_trip.py",
    "web/test_field_rules.py",
    "lifecycle/test_uninstall.py",
    "lifecycle/test_doctor.py",
    "browser/test_front_desk.py",
    "faults/test_every_route.py",
    "faults/test_attacks.py",
    "leaks/test_every_model.py",
)
"""Files of tests that take about a minute each; they begin first, so that none is left to one worker at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Try the same examples in each run of the gate; `make test-all` goes on looking for new ones."""
    if config.getoption("markexpr") == "not long":
        settings.load_profile("gate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files begin first; workers take whole files in the order of collection."""
    paths = {item.path for item in items}
    first = {path for path in paths if path.as_posix().endswith(LONGEST)}
    items.sort(key=lambda item: item.path not in first)
