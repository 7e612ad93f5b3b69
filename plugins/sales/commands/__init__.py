"""The commands of sales, one module for each thing that is done with documents."""

from plugins.sales.commands import (
    converting,
    issuing,
    parting,
    returning,
    revising,
    states,
    telling,
    writing,
)

MODULES = (writing, issuing, converting, parting, returning, revising, states, telling)
"""Where they stand."""
