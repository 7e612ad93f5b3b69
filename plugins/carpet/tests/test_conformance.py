"""The plugin holds to what every plugin must."""

from kernel.testing.conformance import suite

TestConformance = suite("carpet", turns=4)
