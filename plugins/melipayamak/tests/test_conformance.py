"""The plugin holds to what every plugin must."""

import pytest

from kernel.testing.conformance import suite

pytestmark = pytest.mark.long
TestConformance = suite("melipayamak")
