"""The academy holds to what every plugin must."""

from __future__ import annotations

from kernel.testing.conformance import suite
from plugins.education.tests.rows import make

TestConformance = suite("education", rows=make, turns=8)
