"""A plugin that is a distribution of its own passes the conformance suite."""

import pytest

from kernel.testing.conformance import suite


@pytest.mark.usefixtures("installed_outside")
class TestConformance(suite("hotel")):  # type: ignore[misc]
    """The hotel's."""
