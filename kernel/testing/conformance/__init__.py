"""The conformance suite: what every plugin must hold to, in one line of its tests.

    from kernel.testing.conformance import suite

    TestConformance = suite("hotel")

Each test looks at one rule of `rules.RULES` and says in words what is broken and where it is explained. The suite makes rows
for the plugin's tables by itself; where it finds none that the database accepts, give `rows`: a function
`(maker, owner, batch, count)` that writes `count` rows for `batch.user_id`, hanging on `batch.parties`, with `batch.word` in
their texts, enters their ids in `batch.ids` by full table name, and returns the batch.
"""

from kernel.testing.conformance.suite import Conformance, suite

__all__ = ("Conformance", "suite")
