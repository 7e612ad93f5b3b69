"""Everything that is written in the plugin besides its records' own forms."""

from plugins.insurance.commands import (
    billing,
    claims,
    daily,
    ending,
    endorsing,
    instalments,
    linking,
    renewing,
    starting,
    talking,
)

MODULES = (renewing, talking, ending, instalments, endorsing, claims, billing, daily, starting, linking)
"""The modules that declare commands."""
