"""The plugin holds to what every plugin must; the suite of Kavenegar, which is built alike, is part of the gate."""

import pytest

from kernel.testing.conformance import suite

pytestmark = pytest.mark.long
TestConformance = suite("email")
