"""Tasks hold to what every plugin must."""

from kernel.testing.conformance import suite

TestConformance = suite("tasks", turns=6)
