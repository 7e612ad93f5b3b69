"""Sales holds to what every plugin must."""

from kernel.testing.conformance import suite
from plugins.sales.tests.rows import make

TestConformance = suite("sales", rows=make, turns=8)
