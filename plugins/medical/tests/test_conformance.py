"""The clinic holds to what every plugin must."""

from kernel.testing.conformance import suite

TestConformance = suite("medical", turns=3)
