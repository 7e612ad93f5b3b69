"""The club holds to what every plugin must."""

from kernel.testing.conformance import suite

TestConformance = suite("club", turns=8)
