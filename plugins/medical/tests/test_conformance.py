"""The clinic holds to what every plugin must."""

from kernel.testing.conformance import suite
from plugins.medical.tests.rows import make

TestConformance = suite("medical", rows=make, turns=8)
