"""Everything that is written in the plugin besides its records' own forms."""

from plugins.insurance.commands import (
    billing,
    claims,
    course,
    daily,
    ending,
    linking,
    renewing,
    starting,
    talking,
)

MODULES = (renewing, talking, ending, course, claims, billing, daily, starting, linking)
"""The modules that declare commands."""
