from __future__ import annotations

from kernel.testing.conformance import suite
from plugins.insurance.tests.rows import rows

TestConformance = suite("insurance", rows=rows, turns=8)
