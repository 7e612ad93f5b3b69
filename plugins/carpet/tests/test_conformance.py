"""The plugin holds to what every plugin must."""

from kernel.testing.conformance import suite
from plugins.carpet.tests.rows import make

TestConformance = suite("carpet", rows=make, turns=4)
