"""The plugin holds to what every plugin must; the gate asks this of the clinic and of the hotel outside."""

import pytest

from kernel.testing.conformance import suite

pytestmark = pytest.mark.long
TestConformance = suite("kavenegar")
